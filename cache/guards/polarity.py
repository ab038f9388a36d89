"""Refuses where one question negates what the other does not."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

from cache.guards.alignment import align, derived, synonymous
from cache.guards.english import english
from cache.guards.reading import Question, Word, read
from cache.guards.spelling import same


@dataclass(frozen=True, slots=True)
class Negation:
    """One negation.

    :ivar cue: the word that negates.
    :ivar scope: the content words that it may negate.
    :ivar by_verb: whether a verb negates ("avoid paying").
    :ivar whole: whether it negates the clause ("why can't I log in"), not one word.
    """

    cue: str
    scope: tuple[Word, ...]
    whole: bool
    by_verb: bool = False


def negation(asked: str, stored: str) -> str | None:
    """Refuses where only one question negates a word that both have."""
    if not align(asked, stored).both_english:
        return None
    ours, theirs = negations(asked), negations(stored)
    if bool(ours) == bool(theirs):
        return None
    negated, plain = (ours, read(stored)) if ours else (theirs, read(asked))
    if _deprives(plain) or (align(asked, stored).overlap < _ALIKE and _aside(asked, stored)):
        return None
    overlap = align(asked, stored).overlap
    for one in negated:
        if one.by_verb and overlap < _ALIKE:
            continue
        word = _affirmed(one, plain)
        if word is not None:
            return f"only one of the two is negated ({one.cue} {word.lower})"
    return None


_ALIKE = 0.7
"""Overlap from which a negation tells, also where it stands in another clause than the question."""


def _deprives(question: Question) -> bool:
    """Whether it takes something away without a negation ("gluten-free", "instead of")."""
    return any(not word.lemmas.isdisjoint(english().depriving) for word in question.words)


def _aside(*texts: str) -> bool:
    """Whether one of them has several clauses ("I can't log in, what now?")."""
    return any(_clauses(read(text).words) > 1 for text in texts)


def _clauses(words: tuple[Word, ...]) -> int:
    lengths = [0]
    for word in words:
        if word.pause:
            lengths.append(0)
        else:
            lengths[-1] += 1
    return sum(length > 1 for length in lengths)


def _affirmed(negation: Negation, plain: Question) -> Word | None:
    """A word of the scope that the other question has, too."""
    others = [word for word in plain.words if word.telling]
    found = [word for word in negation.scope if any(alike(word, other) for other in others)]
    enough = 2 * len(found) >= len(negation.scope) if negation.whole else bool(found)
    return found[0] if found and enough else None


def alike(one: Word, other: Word) -> bool:
    return same(one, other) or synonymous(one, other) or derived(one, other)


def negated(text: str) -> frozenset[Word]:
    """The words that are negated one by one."""
    return frozenset(word for found in negations(text) if not found.whole for word in found.scope)


@functools.lru_cache(maxsize=256)
def negations(text: str) -> tuple[Negation, ...]:
    """The question's negations; one that only colours it ("isn't it open?") is none."""
    return tuple(_negations(read(text).words))


def _negations(words: tuple[Word, ...]) -> Iterator[Negation]:
    known = english()
    for at, word in enumerate(words):
        if word.lower in known.negations and not _idle(words, at):
            if not _inverted(words, at):
                yield Negation(word.lower, tuple(_clause(words, at))[:1], whole=False)
            elif at > 1:
                yield Negation(word.lower, tuple(_clause(words, at)), whole=True)
        elif not word.lemmas.isdisjoint(known.avoiding):
            kept_from = [other for other in _clause(words, at) if other.lower.endswith("ing")]
            if kept_from:
                yield Negation(word.lower, tuple(kept_from[:1]), whole=False, by_verb=True)


def _idle(words: tuple[Word, ...], at: int) -> bool:
    """ "not only", "with or without", "not the same as"."""
    following = [word.lower for word in words[at + 1 : at + 3]]
    if at and words[at - 1].lower == "or":
        return True
    return following[:1] != [] and (
        following[0] in english().idle_negations or "same" in following or "like" in following
    )


def _inverted(words: tuple[Word, ...], at: int) -> bool:
    """ "can't I": the subject follows."""
    return (
        words[at].lower == "not"
        and 0 < at < len(words) - 1
        and words[at - 1].lower in _AUXILIARIES
        and (at == 1 or words[at - 2].lower in _OPENERS or words[at - 2].pause)
        and (words[at + 1].capital or words[at + 1].lower in _SUBJECTS)
    )


_AUXILIARIES = frozenset(
    {"am", "is", "are", "was", "were", "do", "does", "did", "has", "have", "had", "can", "could"}
    | {"will", "would", "should", "must", "may", "might", "ca", "wo", "sha"}
)
_SUBJECTS = frozenset(
    {"i", "you", "we", "they", "he", "she", "it", "this", "that", "these", "those", "there", "the"}
    | {"a", "an", "my", "your", "our", "their", "his", "her", "its", "any", "some"}
)
_OPENERS = frozenset({"why", "how", "what", "when", "where", "come", "and", "but", "so"})


def _clause(words: tuple[Word, ...], at: int) -> Iterator[Word]:
    """Content words behind ``at``, to the end of the clause."""
    for word in words[at + 1 :]:
        if word.pause:
            return
        if word.telling:
            yield word
