"""Refuses where two otherwise equal questions have different words in one place."""

from __future__ import annotations

from collections.abc import Sequence

from cache.guards.alignment import derived, synonymous
from cache.guards.english import english
from cache.guards.lexicon import lexicon
from cache.guards.number_words import is_number
from cache.guards.reading import Question, Word, read
from cache.guards.spelling import misspelt, same, short_form
from cache.guards.units import units

_FRAME = 3
"""Words around the place that must be equal, one of them more than grammar."""


def substitution(asked: str, stored: str) -> str | None:
    """Refuses where one thing stands in the place of another ("a cat", "a dog")."""
    ours, theirs = read(asked), read(stored)
    if not (ours.english and theirs.english):
        return None
    pair = _exchanged(ours, theirs)
    if pair is None or not strange(*pair):
        return None
    return f"different words in one place ({pair[0].lower} / {pair[1].lower})"


def _exchanged(ours: Question, theirs: Question) -> tuple[Word, Word] | None:
    """The two words in the one place where the questions differ."""
    one = [word for word in ours.words if not word.pause]
    other = [word for word in theirs.words if not word.pause]
    before = _common(one, other)
    after = _common(one[before:][::-1], other[before:][::-1])
    frame = one[:before] + one[len(one) - after :]
    if len(frame) < _FRAME or not any(word.telling for word in frame):
        return None
    rest = one[before : len(one) - after]
    if before and rest and is_number(one[before - 1].lower) and rest[0].lower in units():
        return None
    return _lone(rest, other[before : len(other) - after])


def _lone(ours: Sequence[Word], theirs: Sequence[Word]) -> tuple[Word, Word] | None:
    if any(not word.content and word.lower not in _OF_NO_WEIGHT for word in (*ours, *theirs)):
        return None
    ours = [word for word in ours if word.content]
    theirs = [word for word in theirs if word.content]
    return (ours[0], theirs[0]) if len(ours) == len(theirs) == 1 else None


def _common(ours: Sequence[Word], theirs: Sequence[Word]) -> int:
    """How many words from the start are equal, or equal in weight."""
    length = 0
    for one, other in zip(ours, theirs, strict=False):
        if not (same(one, other) or any(_is_in(group, one, other) for group in _GROUPS)):
            break
        length += 1
    return length


def _is_in(group: frozenset[str], one: Word, other: Word) -> bool:
    return one.lower in group and other.lower in group


_OF_NO_WEIGHT = frozenset({"a", "an", "the", "my", "our", "your", "any", "some", "this", "that"})
_GROUPS = (
    _OF_NO_WEIGHT,
    frozenset({"do", "does", "did", "can", "could", "should", "would", "will", "may", "to"}),
)


def strange(one: Word, other: Word) -> bool:
    """Whether neither may stand for the other: their meanings are neither shared nor one above
    the other, nor have they an opposite in common ("enable", "turn on"). Verbs of a general kind
    ("get", "arrange") stand for too many to tell."""
    if misspelt(one, other) or synonymous(one, other) or derived(one, other):
        return False
    if is_number(one.lower) or is_number(other.lower) or short_form(one, other):
        return False
    if " " in one.lower + other.lower or _contains(one.lower, other.lower):
        return False
    return not any(_kindred(left, right) for left in _known(one) for right in _known(other))


def _contains(one: str, other: str) -> bool:
    """ "phone", "smartphone"; "coast", "coastline"; "mail", "email"."""
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) > 2 and (longer.startswith(shorter) or longer.endswith(shorter))


def _known(word: Word) -> list[str]:
    return [lemma for lemma in word.lemmas if lemma in lexicon().words]


def _kindred(one: str, other: str) -> bool:
    if {one, other} & english().general_verbs:
        return True
    if not lexicon().opposites(one).isdisjoint(lexicon().opposites(other)):
        return True
    ours, theirs = lexicon().meanings(one), lexicon().meanings(other)
    return not (_broader(ours).isdisjoint(theirs) and _broader(theirs).isdisjoint(ours))


def _broader(meanings: frozenset[str]) -> frozenset[str]:
    """What is one or two steps more general."""
    parents = frozenset(up for meaning in meanings for up in lexicon().above(meaning))
    return parents | frozenset(up for parent in parents for up in lexicon().above(parent))
