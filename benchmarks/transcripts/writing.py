"""A conversation as a page to read: what was said, and under it quietly what was made of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agents.dialogue import events, telling
from agents.dialogue.messages import Reply, UserMessage
from agents.dialogue.state import ChatState
from benchmarks.transcripts.person import Person

SHOWN = (
    events.Planned,
    events.PlanRevised,
    events.PlanApproved,
    events.PlanStopped,
    events.Restarted,
    events.StepEnded,
    events.Reopened,
    events.Corrected,
    events.CorrectionCancelled,
    events.Forgotten,
    events.Offered,
    events.HandedOver,
)
"""What is told in a line of its own words under a reply; a verdict has more to tell."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A message, the reply to it, and what happened between.

    Attributes:
        because: What in the person made them say it.
        happened: The events of the exchange, each with the state before it.
        after: The state when the reply had ended.
    """

    because: str
    message: UserMessage
    reply: Reply
    happened: tuple[tuple[events.Event, ChatState], ...]
    after: ChatState


def page(person: Person, exchanges: Sequence[Exchange]) -> str:
    """The transcript as Markdown."""
    return "\n".join(_lines(person, exchanges)) + "\n"


def figures(exchanges: Sequence[Exchange]) -> dict[str, object]:
    """What a conversation cost, and how far it came."""
    last = exchanges[-1].after
    statuses = [progress.status for progress in last.progress]
    judged = [
        event.verdict.by
        for each in exchanges
        for event, _ in each.happened
        if isinstance(event, events.Judged)
    ]
    return {
        "turns": len(exchanges),
        "done": statuses.count("done"),
        "skipped": statuses.count("skipped"),
        "open": len(statuses) - statuses.count("done") - statuses.count("skipped"),
        "seconds": round(sum(each.reply.seconds for each in exchanges), 1),
        "plan from": last.plan.source if last.plan else "none",
        "written by the model": sum(_written(each.reply) for each in exchanges),
        "from the cache": sum(_served(each.reply) for each in exchanges),
        "verdicts": len(judged),
        "of them the model's": judged.count("model"),
        "finished": "yes" if last.finished else "no",
    }


def _lines(person: Person, exchanges: Sequence[Exchange]) -> Iterator[str]:
    yield f"# {person.goal}"
    yield ""
    yield f"*{person.name}: {person.who}*"
    for exchange in exchanges:
        yield ""
        yield f"**{person.name}:** {exchange.message.text}"
        yield ""
        yield f"<sub>{understood(exchange)}</sub>"
        yield ""
        yield f"**Reprise:** {exchange.reply.text}"
        yield ""
        yield f"<sub>{did(exchange)}</sub>"
    yield ""
    yield "## In figures"
    yield ""
    yield from _table(figures(exchanges))


def understood(exchange: Exchange) -> str:
    """How the message was read: types, mood, request, and every verdict on it."""
    message = exchange.message
    types = " + ".join(_plain(kind) for kind in message.types)
    parts = [types, *([f"request: {message.request}"] if message.request else [])]
    parts += [message.mood.value] if message.mood.value != "neutral" else []
    return " · ".join([*parts, *_verdicts(exchange)])


def did(exchange: Exchange) -> str:
    """What came of it: states, what happened, where the words are from, and how long it took."""
    states = [event.did for event, _ in exchange.happened if isinstance(event, events.Acted)]
    moved = [f"state {_plain(exchange.after.state)}"] if states else []
    told = [telling.told(e, before) for e, before in exchange.happened if isinstance(e, SHOWN)]
    step = exchange.after.step
    here = [f"at step {(exchange.after.current or 0) + 1}, {step.title}"] if step else []
    return " · ".join([*moved, *told, *here, _source(exchange.reply), _time(exchange.reply)])


def _verdicts(exchange: Exchange) -> Iterator[str]:
    for event, before in exchange.happened:
        if isinstance(event, events.Judged) and before.plan is not None:
            verdict = event.verdict
            likely = "" if verdict.probability is None else f" {verdict.probability:.2f}"
            met = "met" if verdict.met else "not met"
            title = before.plan.steps[event.step].title
            yield f"{title}: {met} ({verdict.by}{likely}: {telling.on_a_line(verdict.reason)})"


def _source(reply: Reply) -> str:
    if reply.served is not None and reply.served.tier is not None:
        return f"cache, {reply.served.tier} {reply.served.similarity or 1:.2f}"
    return f"model, {reply.tokens} tokens" if reply.tokens else "own words"


def _time(reply: Reply) -> str:
    return f"{reply.seconds:.1f} s" if reply.seconds >= 1 else f"{1000 * reply.seconds:.0f} ms"


def _written(reply: Reply) -> bool:
    return reply.tokens > 0 and not _served(reply)


def _served(reply: Reply) -> bool:
    return reply.served is not None and reply.served.tier is not None


def _table(row: dict[str, object]) -> Iterator[str]:
    yield "| " + " | ".join(row) + " |"
    yield "|" + "---|" * len(row)
    yield "| " + " | ".join(str(value) for value in row.values()) + " |"


def _plain(name: str) -> str:
    return name.replace("_", " ")
