"""Refuses where two questions are about alternatives: adult or child, monthly or yearly."""

from __future__ import annotations

from itertools import product

from cache.guards.alignment import Alignment, align
from cache.guards.english import english
from cache.guards.reading import Question, Word


def scope(asked: str, stored: str) -> str | None:
    """Refuses where each question has another one of several alternatives."""
    sides = align(asked, stored)
    if not sides.both_english:
        return None
    for one, other in product(sides.asked_only, sides.stored_only):
        if alternatives(one, other):
            return f"different cases ({one.lower} / {other.lower})"
    return _person(sides) or _person(_turned(sides))


def alternatives(one: Word, other: Word) -> bool:
    """Whether they are different members of one set."""
    ours, theirs = _places(one), _places(other)
    shared = ours.keys() & theirs.keys()
    return bool(shared) and all(ours[number] != theirs[number] for number in shared)


def _places(word: Word) -> dict[int, int]:
    places = english().alternatives
    return {
        number: member for form in word.lemmas for number, member in places.get(form, {}).items()
    }


def _turned(sides: Alignment) -> Alignment:
    return Alignment(
        sides.stored,
        sides.asked,
        sides.matched,
        sides.stored_only,
        sides.asked_only,
        (),
        frozenset(),
    )


def _person(sides: Alignment) -> str | None:
    """One asks for the one who writes, the other for somebody of theirs."""
    if sides.overlap < _ALIKE:
        return None
    for word in sides.stored_only:
        if word.lower in english().relatives and _has(sides.asked, _SELF) > _has(
            sides.stored, _SELF
        ):
            return f"different persons (I / {word.lower})"
    return None


_ALIKE = 0.5
_SELF = frozenset({"i", "me", "myself", "we", "us"})


def _has(question: Question, words: frozenset[str]) -> int:
    return sum(word.lower in words for word in question.words)
