"""The part of a reply that answers a step."""

from __future__ import annotations

import re
from typing import Final

from agents.dialogue.answering.features import TYPED
from agents.dialogue.answering.finding import Found, find
from agents.dialogue.answering.kinds import Kind
from agents.dialogue.answering.wanted import by_question, by_title
from agents.dialogue.plan import Step

SHORT: Final = 40
"""Characters up to which a reply is kept whole."""
_BREAK: Final = re.compile(
    r"(?<=[.!?;])\s+|,\s+(?!\d)|;\s*|\n+|\s+[-–]\s+|\s(?:and|und)\s(?=(?:i|we|ich|wir)\b)",
    re.IGNORECASE,
)
_LEADING: Final = re.compile(
    r"^(?:(?:and|und|but|aber|so|also|well|oh|ok(?:ay)?)\b[\s,]*)+", re.IGNORECASE
)


def clauses(reply: str) -> tuple[str, ...]:
    """The clauses of a reply, in its order; none of them empty."""
    parts = (_LEADING.sub("", part or "").strip(" ,;.!-–\t\n") for part in _BREAK.split(reply))
    return tuple(part for part in parts if part)


def extract(step: Step, reply: str) -> str:
    """The clause that answers the step; the whole reply where it is short or none stands out."""
    whole = reply.strip()
    parts = clauses(whole)
    if len(whole) <= SHORT or len(parts) < 2:
        return whole
    scores = [_fit(step, part) for part in parts]
    best = max(scores)
    return parts[scores.index(best)] if best > 0 else whole


def value_for(step: Step, reply: str) -> Found | None:
    """The first value in the reply of a kind that the step's title asks for, else its question."""
    found = find(reply)
    for kinds in (by_title(step), by_question(step)):
        for kind in (kind for kind in TYPED if kind in kinds):
            for value in found:
                if value.kind is kind:
                    return value
    return None


def _fit(step: Step, clause: str) -> float:
    """How well a clause fits: kinds of the title count twice those of the question."""
    kinds = {value.kind for value in find(clause)}
    typed = set(TYPED) & kinds
    return 2 * len(typed & by_title(step)) + len(typed & by_question(step))


KIND_NAMES: Final = {
    Kind.MONEY: "an amount",
    Kind.DATE: "a date",
    Kind.TIME: "a time",
    Kind.DURATION: "a length of time",
    Kind.NUMBER: "a number",
    Kind.PLACE: "a place",
    Kind.NAME: "a name",
    Kind.YES_NO: "a yes or a no",
    Kind.CHOICE: "a choice",
    Kind.TEXT: "an answer",
}
"""In a sentence's middle."""
