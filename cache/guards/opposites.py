"""Refuses where one question has a word, and the other its opposite."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from itertools import pairwise, product

from cache.guards.alignment import Alignment, align
from cache.guards.english import english
from cache.guards.lexicon import lexicon
from cache.guards.polarity import negated
from cache.guards.reading import Question, Word, read


def opposites(asked: str, stored: str) -> str | None:
    """Refuses opposites ("enable", "disable"), unless a negation makes up for them."""
    sides = align(asked, stored)
    if not sides.both_english or sides.overlap < _RELATED:
        return None
    denied, other_denied = _denied(asked), _denied(stored)
    for one, other in product(_loose(sides.asked, sides.stored), _loose(sides.stored, sides.asked)):
        if _oppose(sides, one, other) and (one in denied) == (other in other_denied):
            return f"opposites ({one.lower} / {other.lower})"
    return None


_RELATED = 0.2
"""Overlap below which two questions have too little in common for opposites to mean anything."""


def _denied(text: str) -> frozenset[Word]:
    """Words that a negation turns into their opposite, or "less" or "too" before them."""
    words = read(text).words
    lessened = {
        word
        for before, word in pairwise(words)
        if before.lower in {"less", "least", "too", "lacking", "hardly"}
    }
    return negated(text) | lessened


def _loose(question: Question, other: Question) -> tuple[Word, ...]:
    """Words that the other question has in no form."""
    theirs = frozenset().union(*(word.lemmas for word in other.words))
    return tuple(
        word for word in question.words if not word.pause and word.lemmas.isdisjoint(theirs)
    )


def _oppose(sides: Alignment, one: Word, other: Word) -> bool:
    if not opposed(one, other):
        return False
    if not _forms_agree(_form(sides.asked, one), _form(sides.stored, other)):
        return False
    if one.telling and other.telling:
        return True
    if not (one.telling or other.telling) or {one.lower, other.lower} & english().negations:
        return False
    return _neighbours(sides.asked, one) & _neighbours(sides.stored, other) != set()


def _forms_agree(one: str | None, other: str | None) -> bool:
    """Participles and comparatives tell a state that was or shall be: "my soup is thin, how do I
    make it thicker" has no opposites."""
    return one is None or other is None or one == other


def _form(question: Question, word: Word) -> str | None:
    """The inflection's ending; ``None`` where an irregular form has none."""
    at = question.words.index(word)
    if at and question.words[at - 1].lower in _DEGREES:
        return _DEGREES[question.words[at - 1].lower]
    if len(word.lemmas) == 1:
        return ""
    if word.lower in english().irregular:
        return "ed" if "v" in lexicon().speech(english().irregular[word.lower]) else None
    return next((ending for ending in ("ed", "er", "est") if word.lower.endswith(ending)), "")


_DEGREES = {"more": "er", "less": "er", "most": "est", "least": "est"}


def opposed(one: Word, other: Word) -> bool:
    """Whether they are opposites in some of their senses."""
    return not _against(one.lemmas).isdisjoint(other.lemmas)


@functools.lru_cache(maxsize=8192)
def _against(lemmas: frozenset[str]) -> frozenset[str]:
    """All opposites of the base forms; "safe" and "unsafe" need no lexicon."""
    found = set().union(*(lexicon().opposites(lemma) for lemma in lemmas))
    for lemma in lemmas - english().function:
        for prefix in english().negative_prefixes:
            found.add(prefix + lemma)
            if lemma.startswith(prefix) and len(lemma) > len(prefix) + _SHORTEST:
                found.add(lemma.removeprefix(prefix))
    return frozenset(found)


_SHORTEST = 2
"""No shorter word has an opposite by prefix: "unit" is none of "it"."""


def _neighbours(question: Question, word: Word) -> set[tuple[str, bool]]:
    """What stands beside it, and on which side; numbers are all alike."""
    words = question.words
    at = words.index(word)
    return set(_beside(words[at - 1 : at] if at else (), before=True)) | set(
        _beside(words[at + 1 : at + 2], before=False)
    )


def _beside(words: tuple[Word, ...], *, before: bool) -> Iterator[tuple[str, bool]]:
    for word in words:
        if not word.pause and (word.content or not before):
            yield ("0" if not word.lower[0].isalpha() else word.lower), before
