"""Conditions of a workflow's steps: values that are looked at, never code that is run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from agents.teams.run import Status

How = Literal["is", "starts", "contains", "above", "below", "status"]
Joint = Literal["all", "any", "not"]
_DECORATION: Final = " \t\r\n.!*_`\"'“”„«»"
"""What a model puts around a word that it was asked for: **Yes.**"""
_NUMBER: Final = re.compile(r"[-+]?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a name stands for while a workflow runs: a step, an input, the task or the context.

    Attributes:
        text: A step's result, or what was given; "" of a step without a result.
        status: Of a step; "done" of everything else.
    """

    text: str
    status: Status = "done"


@dataclass(frozen=True, slots=True)
class Test:
    """A look at one outcome.

    Attributes:
        of: Name of what is looked at.
        how: "is", "starts", "contains" (a whole word or words): the text does with one of
            `values`, whatever the case and the punctuation around it; "above", "below": the first
            number in the text is so of the one of `values`; "status": the status is one of them.
        values: One or more; of "above" and "below" one number.
    """

    __test__ = False  # no test of pytest's

    of: str
    how: How
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """Conditions of which all, any or none are to hold.

    Attributes:
        how: "not": none of them holds.
        parts: One or more.
    """

    how: Joint
    parts: tuple[Condition, ...]


Condition = Test | Joined


def holds(condition: Condition, outcomes: Mapping[str, Outcome]) -> bool:
    """Whether a condition holds; one of a name that is unknown does not.

    Args:
        outcomes: What is known, by name.
    """
    if isinstance(condition, Joined):
        return _JOINED[condition.how](holds(part, outcomes) for part in condition.parts)
    outcome = outcomes.get(condition.of)
    return outcome is not None and _LOOKS[condition.how](outcome, condition.values)


def tests(condition: Condition) -> tuple[Test, ...]:
    """All looks that a condition takes."""
    if isinstance(condition, Test):
        return (condition,)
    return tuple(test for part in condition.parts for test in tests(part))


def sentence(condition: Condition) -> str:
    """A condition in words: "the result of check starts with 'no'"."""
    if isinstance(condition, Test):
        values = " or ".join(map(repr, condition.values))
        return f"{condition.of} {_VERBS[condition.how]} {values}"
    parts = [sentence(part) for part in condition.parts]
    if condition.how == "not":
        return f"not ({' or '.join(parts)})"
    return f"({(' and ' if condition.how == 'all' else ' or ').join(parts)})"


def number_in(text: str) -> float | None:
    """The first number in a text, with a point before its decimals; None without one."""
    found = _NUMBER.search(text)
    return float(found.group()) if found else None


def _is(outcome: Outcome, values: Sequence[str]) -> bool:
    return _plain(outcome.text) in map(_plain, values)


def _starts(outcome: Outcome, values: Sequence[str]) -> bool:
    text = _plain(outcome.text)
    return any(re.match(rf"{re.escape(_plain(value))}(?!\w)", text) for value in values)


def _contains(outcome: Outcome, values: Sequence[str]) -> bool:
    text = outcome.text.casefold()
    words = (re.escape(value.strip().casefold()) for value in values)
    return any(re.search(rf"(?<!\w){word}(?!\w)", text) for word in words)


def _above(outcome: Outcome, values: Sequence[str]) -> bool:
    number = number_in(outcome.text)
    return number is not None and number > float(values[0])


def _below(outcome: Outcome, values: Sequence[str]) -> bool:
    number = number_in(outcome.text)
    return number is not None and number < float(values[0])


def _status(outcome: Outcome, values: Sequence[str]) -> bool:
    return outcome.status in values


def _plain(text: str) -> str:
    return text.strip(_DECORATION).casefold()


_LOOKS: Final[Mapping[How, Callable[[Outcome, Sequence[str]], bool]]] = MappingProxyType(
    {
        "is": _is,
        "starts": _starts,
        "contains": _contains,
        "above": _above,
        "below": _below,
        "status": _status,
    }
)
_JOINED: Final[Mapping[Joint, Callable[[Iterable[bool]], bool]]] = MappingProxyType(
    {"all": all, "any": any, "not": lambda held: not any(held)}
)
_VERBS: Final[Mapping[How, str]] = MappingProxyType(
    {
        "is": "is",
        "starts": "starts with",
        "contains": "contains",
        "above": "is above",
        "below": "is below",
        "status": "ended as",
    }
)
