"""What is known of the user in a conversation: facts, who said them and when, and what they were.

A newer value supersedes an older one of the same name, and keeps it; what is forgotten is gone
with all its former values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Literal

FactKind = Literal["answer", "preference", "note"]
FactSource = Literal["chat", "goal", "page"]

_PATTERNS: Final = (
    ("dislikes", r"\bi (?:do not|don't|really don't) (?:like|want) ([^.!?;\n]+)"),
    ("dislikes", r"\bi (?:hate|dislike|avoid) ([^.!?;\n]+)"),
    ("prefers", r"\bi(?:'d| would) (?:rather|prefer) (?:have |to )?([^.!?;\n]+)"),
    ("prefers", r"\bi prefer ([^.!?;\n]+)"),
    ("likes", r"\bi (?:really )?(?:like|love|enjoy) ([^.!?;\n]+)"),
)
_STATEMENTS: Final = tuple((kind, re.compile(cue, re.IGNORECASE)) for kind, cue in _PATTERNS)
_LONGEST: Final = 120


@dataclass(frozen=True, slots=True)
class FormerValue:
    """What a fact was before.

    Attributes:
        at: When it was told, seconds since the epoch.
        message: Id of the message that told it; "" where the page did.
    """

    value: str
    at: float
    message: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that the user told.

    Attributes:
        name: What it is about; unique in a conversation.
        about: An "answer" to a step, a "preference", or a "note".
        source: Where the user told it: in the "chat", with the "goal", or on the "page".
        at: When, seconds since the epoch.
        message: Id of the message that told it; "" where the page did.
        step: Id of the step it was told in; "" outside of one.
        former: What it was before, oldest first.
    """

    name: str
    value: str
    about: FactKind = "note"
    source: FactSource = "chat"
    at: float = 0.0
    message: str = ""
    step: str = ""
    former: tuple[FormerValue, ...] = ()


Facts = Mapping[str, Fact]
"""Facts by their names, in the order in which each name was first told."""


def nothing() -> Facts:
    """No facts."""
    return MappingProxyType({})


def remembered(facts: Facts, fact: Fact) -> Facts:
    """The facts with this one, which supersedes one of the same name; the same value changes
    nothing."""
    known = facts.get(fact.name)
    if known is not None and known.value == fact.value:
        return facts
    former = () if known is None else (*known.former, _as_former(known))
    return MappingProxyType({**facts, fact.name: replace(fact, former=former)})


def restored(facts: Facts, name: str) -> Facts:
    """The facts with the value that this one had before its last; unchanged where it had none."""
    known = facts.get(name)
    if known is None or not known.former:
        return facts
    *former, last = known.former
    before = replace(
        known, value=last.value, at=last.at, message=last.message, former=tuple(former)
    )
    return MappingProxyType({**facts, name: before})


def renamed(facts: Facts, name: str, new: str) -> Facts:
    """The facts with another name for this one, at its place; unchanged where one has that name."""
    if new in facts:
        return facts
    pairs = ((f.name, f) if f.name != name else (new, replace(f, name=new)) for f in facts.values())
    return MappingProxyType(dict(pairs))


def forgotten(facts: Facts, name: str) -> Facts:
    """The facts without this one."""
    return MappingProxyType({known: fact for known, fact in facts.items() if known != name})


def values(facts: Facts, about: FactKind) -> Mapping[str, str]:
    """The facts of one kind: their values by their names."""
    return MappingProxyType({f.name: f.value for f in facts.values() if f.about == about})


def preferences_in(text: str) -> dict[str, str]:
    """The preferences that a message states: {"prefers" | "likes" | "dislikes": what}.

    Values are at most 120 characters; of several statements of one kind the first counts.
    """
    found: dict[str, str] = {}
    for kind, pattern in _STATEMENTS:
        if match := pattern.search(text):
            found.setdefault(kind, match.group(1).strip()[:_LONGEST])
    return found


def _as_former(fact: Fact) -> FormerValue:
    return FormerValue(fact.value, fact.at, fact.message)
