"""Why a reply was found to meet a step or not, in words for the user."""

from __future__ import annotations

from typing import Final

from agents.dialogue.answering.finding import Found, find
from agents.dialogue.answering.kinds import TYPED, Kind
from agents.dialogue.answering.stance import Stance, stance_of
from agents.dialogue.answering.wanted import by_question, by_title
from agents.dialogue.plan import Step

KIND_NAMES: Final = {
    Kind.MONEY: "an amount",
    Kind.DATE: "a date",
    Kind.TIME: "a time",
    Kind.DURATION: "a length of time",
    Kind.NUMBER: "a number",
    Kind.PLACE: "a place",
    Kind.NAME: "a name",
}
"""In a sentence's middle."""


def reason_for(step: Step, reply: str, *, met: bool) -> str:
    """One sentence that names what was found, or what is missing."""
    return _found(step, reply) if met else _missing(step, reply)


def _found(step: Step, reply: str) -> str:
    if stance_of(reply).indifferent:
        return "Anything will do, by the reply."
    value = _value_for(step, reply)
    if value is None:
        return f"It is enough: {step.success_criteria}" if step.success_criteria else "It answers."
    name = KIND_NAMES[value.kind]
    return f"{name[0].upper()}{name[1:]} was found: '{value.text.strip()}'."


def _value_for(step: Step, reply: str) -> Found | None:
    """The first value of a kind that the step's title asks for, else its question."""
    found = find(reply)
    for kinds in (by_title(step), by_question(step)):
        for kind in (kind for kind in TYPED if kind in kinds):
            for value in found:
                if value.kind is kind:
                    return value
    return None


def _missing(step: Step, reply: str) -> str:
    stance = stance_of(reply)
    why = _why(stance)
    if why:
        return why
    for kind in TYPED:
        if kind in by_title(step):
            name = KIND_NAMES[kind].split(" ", 1)[1]
            return f"No {name} was found."
    return f"Still open: {step.success_criteria}" if step.success_criteria else "Still open."


def _why(stance: Stance) -> str:
    if stance.declines:
        return "The reply declines to answer."
    if stance.ignorant:
        return "The reply says that it is not known, or not understood."
    if stance.puts_off:
        return "The reply puts the answer off."
    return "The reply only asks back." if stance.only_asks else ""
