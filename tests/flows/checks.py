"""What a flow expects of a turn, compared with what came of it; each difference is a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from string import Formatter
from types import MappingProxyType
from typing import Any, Final, get_args

from agents.dialogue import memory
from agents.dialogue.language import Language, spoken_language
from agents.dialogue.phrases import Kind, phrases
from agents.dialogue.plan import Progress
from agents.dialogue.state import ChatState
from tests.flows.model import kind_of
from tests.flows.script import NONE, Expected
from tests.flows.stage import Outcome


def differences(outcome: Outcome) -> list[str]:
    """In what a turn came out otherwise than its flow expects."""
    expected = outcome.turn
    named = [name for name in Expected.model_fields if name in expected.expectations]
    found = [told for name in named for told in _CHECKS[name](outcome, getattr(expected, name))]
    return [*_unexpected(outcome), *found]


def _unexpected(outcome: Outcome) -> Iterator[str]:
    """A failure or a refusal that the flow does not speak of."""
    names = outcome.turn.expectations
    if outcome.refused and "refused" not in names:
        yield f"refused: {outcome.refused}"
    if outcome.reply and outcome.reply.status != "complete" and "status" not in names:
        yield f"status: {outcome.reply.status} ({outcome.reply.failure})"


def _is(name: str, get: Callable[[Outcome], Any]) -> Callable[[Outcome, Any], Iterator[str]]:
    def check(outcome: Outcome, wanted: Any) -> Iterator[str]:
        found = get(outcome)
        if not _agrees(wanted, found):
            yield f"{name}: expected {_shown(wanted)}, found {_shown(found)}"

    return check


def _each(
    name: str, get: Callable[[Outcome], Mapping[str, Any]], *, absent: Any = NONE
) -> Callable[[Outcome, Any], Iterator[str]]:
    """Compare what is listed; an empty mapping means that there is nothing at all."""

    def check(outcome: Outcome, wanted: Mapping[str, Any]) -> Iterator[str]:
        found = get(outcome)
        if not wanted and found:
            yield f"{name}: expected nothing, found {_shown(found)}"
        for key, value in wanted.items():
            there = found.get(key, absent)
            if not _agrees(value, there):
                yield f"{name} of {key}: expected {_shown(value)}, found {_shown(there)}"

    return check


def _texts(
    name: str, get: Callable[[Outcome], str], *, found: bool
) -> Callable[[Outcome, Sequence[str]], Iterator[str]]:
    def check(outcome: Outcome, wanted: Sequence[str]) -> Iterator[str]:
        text = get(outcome)
        for pattern in wanted:
            if _found(pattern, text) is not found:
                yield f"{name}: {pattern!r} {'is not' if found else 'is'} in {text!r}"

    return check


def _told(*, found: bool) -> Callable[[Outcome, Sequence[Kind]], Iterator[str]]:
    def check(outcome: Outcome, wanted: Sequence[Kind]) -> Iterator[str]:
        text = _text(outcome)
        for kind in wanted:
            if any(pattern.search(text) for pattern in _wordings(kind)) is not found:
                yield f"{'tells' if found else 'never_tells'}: {kind}"

    return check


def _in_order(outcome: Outcome, wanted: Sequence[str]) -> Iterator[str]:
    happened = [event.kind for event in outcome.happened]
    left = iter(happened)
    missing = [kind for kind in wanted if kind not in left]
    if missing:
        yield f"events: {missing[0]!r} is not where it should be in {happened}"


def _did_not_happen(outcome: Outcome, wanted: Sequence[str]) -> Iterator[str]:
    for event in outcome.happened:
        if event.kind in wanted:
            yield f"no_events: there is {event.kind!r}"


def _text(outcome: Outcome) -> str:
    return outcome.reply.text if outcome.reply else ""


def _heard(outcome: Outcome, field: str) -> Any:
    heard = [m for m in outcome.after.messages if getattr(m, "text", None) == outcome.turn.text]
    return getattr(heard[-1], field, None) if heard else None


def _by_title(
    pick: Callable[[Progress], Any],
) -> Callable[[Outcome], Mapping[str, Any]]:
    def get(outcome: Outcome) -> Mapping[str, Any]:
        plan, progress = outcome.after.plan, outcome.after.progress
        titles = [step.title for step in plan.steps] if plan else []
        return {title: pick(p) for title, p in zip(titles, progress, strict=True)}

    return get


def _source(outcome: Outcome) -> str | None:
    reply = outcome.reply
    if reply is None:
        return None
    if reply.team is not None and reply.answer:
        return "team"
    if not reply.answer:
        return "plan"
    return "cache" if reply.served and reply.served.tier else "model"


def _worked(outcome: Outcome) -> tuple[str, ...]:
    team = outcome.reply.team if outcome.reply else None
    return tuple(m.name for m in team.members if m.status == "done") if team else ()


def _former(state: ChatState) -> Mapping[str, tuple[str, ...]]:
    return {f.name: tuple(former.value for former in f.former) for f in state.facts.values()}


def _because(outcome: Outcome) -> str:
    return outcome.after.versions[-1].because if outcome.after.versions else ""


def _prompts(outcome: Outcome) -> str:
    return "\n".join(request.everything for request in outcome.asked)


def _agrees(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, str) and isinstance(found, str) and _is_pattern(wanted):
        return _found(wanted, found)
    return bool(wanted == found)


def _is_pattern(text: str) -> bool:
    return len(text) > 1 and text.startswith("/") and text.endswith("/")


def _found(pattern: str, text: str) -> bool:
    if _is_pattern(pattern):
        return bool(re.search(pattern[1:-1], text, re.IGNORECASE | re.DOTALL))
    return pattern in text


def _wordings(kind: Kind) -> list[re.Pattern[str]]:
    """Patterns that find a sentence of a kind, whatever is filled in."""
    return [
        re.compile(_as_pattern(wording), re.DOTALL)
        for language in get_args(Language)
        for wording in phrases(language).wordings[kind]
    ]


def _as_pattern(wording: str) -> str:
    parts = ((text, name is not None) for text, name, *_ in Formatter().parse(wording))
    return "".join(re.escape(text) + (".*?" if filled else "") for text, filled in parts)


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_shown, value)) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{k}: {_shown(v)}" for k, v in value.items()) + "}"
    return str(value)


_CHECKS: Final[Mapping[str, Callable[[Outcome, Any], Iterator[str]]]] = MappingProxyType(
    {
        "types": _is("types", lambda o: _heard(o, "types")),
        "request": _is("request", lambda o: _heard(o, "request") or NONE),
        "mood": _is("mood", lambda o: o.after.mood),
        "state": _is("state", lambda o: o.after.state),
        "topic": _is("topic", lambda o: o.after.topic),
        "goal": _is("goal", lambda o: o.after.goal),
        "step": _is("step", lambda o: o.after.step.title if o.after.step else NONE),
        "steps": _is(
            "steps", lambda o: tuple(s.title for s in o.after.plan.steps) if o.after.plan else ()
        ),
        "finished": _is("finished", lambda o: o.after.finished),
        "version": _is("version", lambda o: o.after.version),
        "because": _texts("because", _because, found=True),
        "approved": _is("approved", lambda o: o.after.approved),
        "progress": _each("progress", _by_title(lambda p: p.status)),
        "attempts": _each("attempts", _by_title(lambda p: p.attempts)),
        "judged_by": _each("judged_by", _by_title(lambda p: p.verdict.by if p.verdict else NONE)),
        "facts": _each("facts", lambda o: memory.values(o.after.facts, "answer")),
        "formerly": _each("formerly", lambda o: _former(o.after), absent=()),
        "preferences": _each("preferences", lambda o: o.after.preferences),
        "offer": _is("offer", lambda o: o.after.offer or NONE),
        "handed_over": _is("handed_over", lambda o: o.after.handed_over or NONE),
        "tells": _told(found=True),
        "never_tells": _told(found=False),
        "says": _texts("says", _text, found=True),
        "never_says": _texts("never_says", _text, found=False),
        "language": _is(
            "language", lambda o: spoken_language(o.reply.guidance) if o.reply else None
        ),
        "reply_from": _is("reply_from", _source),
        "worked": _is("worked", _worked),
        "events": _in_order,
        "no_events": _did_not_happen,
        "model_was_asked": _is(
            "model_was_asked", lambda o: tuple(kind_of(request) for request in o.asked)
        ),
        "model_was_told": _texts("model_was_told", _prompts, found=True),
        "model_was_not_told": _texts("model_was_not_told", _prompts, found=False),
        "status": _is("status", lambda o: o.reply.status if o.reply else None),
        "refused": _is("refused", lambda o: o.refused),
    }
)
