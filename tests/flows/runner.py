"""Plays a flow: turn by turn, as the user would, and tells the first turn that came out otherwise.

What a flow file may say is in `tests/flows/README.md`; `script.py` is the same for the computer.
Everything in a flow is real but the model: the conversation and its store on disk, the cache with
the embedding model, the way a message is understood, the local judgement. The model is a server
that says what the flow lets it say (`model.py`).

After each turn two things are looked at: what the flow expects (`checks.py`), and what has to
hold in every conversation (`rules.py`). At the end each conversation is exported, imported, told
event by event and summed up.
"""

from __future__ import annotations

from agents.dialogue.travel import Travel
from tests.flows.checks import differences
from tests.flows.rules import broken, broken_on_the_way
from tests.flows.script import Flow
from tests.flows.stage import Outcome, Stage

LONGEST_SHOWN = 300


class FlowFailedError(AssertionError):
    """A turn came out otherwise than its flow expects."""


def play(flow: Flow, stage: Stage) -> list[Outcome]:
    """Play a flow to its end.

    Raises:
        FlowFailedError: At the first turn that comes out otherwise, with the talk up to it.
    """
    if flow.given:
        stage.put(flow.given)
    outcomes: list[Outcome] = []
    for turn in flow.turns:
        outcomes.append(stage.play(turn))
        problems = [*differences(outcomes[-1]), *broken(outcomes[-1])]
        if problems:
            raise FlowFailedError(_report(flow, outcomes, problems))
    problems = _lost(stage, outcomes)
    if problems:
        raise FlowFailedError(_report(flow, outcomes, problems))
    return outcomes


def _lost(stage: Stage, outcomes: list[Outcome]) -> list[str]:
    """What is lost of the conversations when they are taken along."""
    travel = Travel(stage.room.store)
    last = {outcome.after.id: outcome.after for outcome in outcomes if outcome.events}
    return [told for state in last.values() for told in broken_on_the_way(travel, state)]


def _report(flow: Flow, outcomes: list[Outcome], problems: list[str]) -> str:
    number = len(outcomes)
    lines = [f"{flow.name}: turn {number} came out otherwise", *(f"  - {p}" for p in problems)]
    lines.append("what was said:")
    for outcome in outcomes:
        lines.append(f"  user: {_did(outcome)}")
        if outcome.reply is not None:
            lines.append(f"    -> {_short(outcome.reply.text)}")
    last = outcomes[-1]
    lines.append(f"types: {[str(t) for m in last.after.messages[-2:-1] for t in m.types]}"
                 if last.reply else "")  # fmt: skip
    lines.append(f"events: {[event.kind for event in last.happened]}")
    return "\n".join(lines)


def _did(outcome: Outcome) -> str:
    page = outcome.turn.page
    return f"(on the page) {page}" if page is not None else _short(outcome.turn.text)


def _short(text: str) -> str:
    line = text.replace("\n", " ⏎ ")
    return line if len(line) <= LONGEST_SHOWN else f"{line[:LONGEST_SHOWN]}…"
