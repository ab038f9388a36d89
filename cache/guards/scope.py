"""Refuses where two questions are about alternatives: adult or child, monthly or yearly."""

from __future__ import annotations

import functools
import re
from itertools import product

from cache.guards.alignment import align
from cache.guards.english import english
from cache.guards.polarity import negated
from cache.guards.reading import Question, Word


def scope(asked: str, stored: str) -> str | None:
    """Refuses where each question has another one of several alternatives."""
    sides = align(asked, stored)
    if not sides.both_english:
        return None
    denied = negated(asked) | negated(stored)
    ours, theirs = _members(sides.asked), _members(sides.stored)
    for one, other in product(sides.asked_only, sides.stored_only):
        if not alternatives(one, other) or denied & {one, other}:
            continue
        if not (_members_of(one) & theirs or _members_of(other) & ours):
            return f"different cases ({one.lower} / {other.lower})"
    if sides.overlap < _ALIKE:
        return None
    return _persons(sides.asked, sides.stored) or _persons(sides.stored, sides.asked)


_ALIKE = 0.5
"""Overlap from which the person asked for makes another question."""


def _members(question: Question) -> frozenset[tuple[int, int]]:
    return frozenset(member for word in question.words for member in _members_of(word))


def _members_of(word: Word) -> frozenset[tuple[int, int]]:
    return frozenset(_places(word).items())


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


def _persons(asked: Question, stored: Question) -> str | None:
    """One asks for the one who writes, the other for somebody of theirs in the same place."""
    for first, other in _places_of_persons():
        relative = other.search(stored.plain)
        if relative and first.search(asked.plain) and not first.search(stored.plain):
            return f"different persons (I / {relative[1]})"
    return None


@functools.cache
def _places_of_persons() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    """The writer and a relative, as the subject and behind "for"."""
    relatives = "|".join(sorted(english().relatives))
    person = rf"(?:my|our|an?|the)\s(?:\w+\s)?({relatives})\b"
    subject = r"\b(?:do|does|did|can|could|should|must|may|will|is|am|are)\s"
    return (
        (re.compile(subject + r"(?:i|we)\b"), re.compile(subject + person)),
        (re.compile(r"\bfor\s(?:me|myself|us|ourselves)\b"), re.compile(r"\bfor\s" + person)),
    )
