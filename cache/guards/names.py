"""Refuses where one question names something, and the other something else in its stead."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence

from cache.guards.alignment import align
from cache.guards.dates import is_date
from cache.guards.english import english
from cache.guards.lexicon import lexicon
from cache.guards.number_words import is_number
from cache.guards.reading import Question, Word, read
from cache.guards.spelling import misspelt, short_form

Name = tuple[Word, ...]
_LONGEST = 3
"""Words of a name that is looked up."""


def names(asked: str, stored: str) -> str | None:
    """Refuses where each question names what the other does not."""
    ours, theirs = names_in(asked), names_in(stored)
    if not (ours and theirs):
        return None
    sides = align(asked, stored)
    our_rest = _missing(ours, sides.stored, theirs)
    their_rest = _missing(theirs, sides.asked, ours)
    if not (our_rest and their_rest):
        return None
    return f"names differ ({_listed(our_rest)} / {_listed(their_rest)})"


def _missing(names: Iterable[Name], other: Question, others: Sequence[Name]) -> list[Name]:
    """The names that the other question lacks, also in part, in short and in other words."""
    missing = [name for name in names if not _called_otherwise(name, other, others)]
    return [name for name in missing if not all(_has_word(word, other) for word in name)]


@functools.lru_cache(maxsize=512)
def names_in(text: str) -> tuple[Name, ...]:
    """Words with a capital that is no sentence's start, and known places, nations, languages."""
    question = read(text)
    return tuple(_spans(question))


def _spans(question: Question) -> Iterator[Name]:
    words, at = question.words, 0
    while at < len(words):
        length = _capitals(question, at) or _known(words, at)
        if length:
            yield words[at : at + length]
        at += length or 1


def _capitals(question: Question, at: int) -> int:
    """How many words with a name's capital stand here."""
    if not question.english:
        return 0
    length = 0
    while at + length < len(question.words) and _is_name(question.words[at + length]):
        length += 1
    return length


def _is_name(word: Word) -> bool:
    if not word.capital or is_date(word.lower) or is_number(word.lower):
        return False
    return not (word.text.isupper() and lexicon().known(word.lower))


def _known(words: tuple[Word, ...], at: int) -> int:
    """How many words here are a known name, whatever their case."""
    first = words[at]
    if first.lower in _first_words():
        for length in range(min(_LONGEST, len(words) - at), 1, -1):
            name = " ".join(word.lower for word in words[at : at + length])
            if lexicon().kind_of_name(name) in _PLAIN:
                return length
    return int(_stands_alone(first.lower, capital=at > 0 and first.text[0].isupper()))


@functools.lru_cache(maxsize=8192)
def _stands_alone(name: str, *, capital: bool) -> bool:
    """Whether it is a known name, and written so that it is no other word."""
    if lexicon().kind_of_name(name) not in _PLAIN:
        return False
    return capital or (len(name) > 3 and not lexicon().known(name) and not is_date(name))


@functools.cache
def _first_words() -> frozenset[str]:
    """What names of several words begin with."""
    return frozenset(
        name.partition(" ")[0]
        for name, things in lexicon().names.items()
        if " " in name and things[0] in _PLAIN
    )


_PLAIN = frozenset({"p", "n", "l"})
"""Places, nations, languages; people's names are too often words."""


def _has_word(word: Word, question: Question) -> bool:
    return any(
        not word.lemmas.isdisjoint(other.lemmas)
        or misspelt(word, other)
        or (_may_be_name(other) and short_form(word, other))
        for other in question.words
    )


def _may_be_name(word: Word) -> bool:
    return word.capital or not lexicon().known(word.lower)


def _called_otherwise(name: Name, other: Question, others: Iterable[Name]) -> bool:
    return _is_abbreviated(name, other) or any(_one_thing(name, another) for another in others)


def _is_abbreviated(name: Name, other: Question) -> bool:
    """ "SSP" for "statutory sick pay", in either direction."""
    plain = [word.lower for word in other.words if word.lower[0].isalnum()]
    short = "".join(word.lower for word in name)
    initials = "".join(word[0] for word in plain)
    if len(name) == 1 and 1 < len(short) < 6 and short in initials:
        return True
    ours = "".join(word.lower[0] for word in name)
    return len(name) > 1 and any(word.startswith(ours) and len(word) < 6 for word in plain)


def _one_thing(one: Name, other: Name) -> bool:
    return not _named(one).isdisjoint(_named(other))


def _named(name: Name) -> frozenset[str]:
    whole = " ".join(word.lower for word in name)
    if whole in english().one_thing:
        return frozenset({f"={english().one_thing[whole]}"})
    things = lexicon().named(whole) or lexicon().named(whole.removesuffix("s"))
    return things or frozenset().union(*(lexicon().named(word.lower) for word in name))


def _listed(names: Iterable[Name]) -> str:
    return ", ".join(" ".join(word.text for word in name) for name in names)
