"""A message as the features look at it: its words, its language, the names in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from cache.standalone.words import ENGLISH, GERMAN, GERMAN_ONLY, WORD, Words, words_of

MOST_BEFORE: Final = 4_000
"""Characters read of what was said before, from the newest back."""

_CAPITAL = re.compile(r"[A-ZÀ-ÖØ-Þ]|[a-z]+[A-Z0-9]|\d+[A-Z]")
_QUOTED = re.compile(r"[\"“”«»„]([^\"“”«»„]{2,})[\"“”«»„]")
_UMLAUT = re.compile(r"[äöüß]", re.IGNORECASE)
_SENTENCE_ENDS = re.compile(r"(?:^|[.?!:;|\n])\s*$")
_PARTICLES: Final = words_of("of de van von der al bin the la le du")
_TITLES: Final = words_of("mr mrs ms dr prof sir lord lady king queen")
_NO_NAMES: Final = words_of(
    """i i'm i've i'd i'll ok january february march april may june july august september october
    november december monday tuesday wednesday thursday friday saturday sunday mondays tuesdays
    wednesdays thursdays fridays saturdays sundays"""
)
"""Written with a capital, and yet nothing that a question could be about."""


@dataclass(frozen=True, slots=True)
class Name:
    """A run of capitalised words, or what stands in quotation marks.

    :ivar text: as it is written.
    :ivar at: index of its first word in the text.
    :ivar parts: its words in lower case, without particles such as *of*.
    """

    text: str
    at: int
    parts: tuple[str, ...]
    quoted: bool = False

    @property
    def full(self) -> bool:
        """Whether it is likely to name one thing to whoever reads it."""
        return self.quoted or len([part for part in self.parts if part not in _TITLES]) > 1


class Reading:
    """What one message says; each part is read once, when it is first asked for.

    :param before: the messages before, oldest first.
    """

    def __init__(self, message: str, before: Sequence[str] = ()) -> None:
        self.text = " ".join(message.replace("’", "'").split())
        self.before = "\n".join(before)[-MOST_BEFORE:]

    @cached_property
    def lower(self) -> str:
        """The text in lower case."""
        return self.text.lower()

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """The words as they are written."""
        return tuple(WORD.findall(self.text))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words in lower case."""
        return tuple(token.lower() for token in self.tokens)

    @cached_property
    def german(self) -> bool:
        """Whether it is likely to be German: any other language is read as English."""
        found = sum(word in GERMAN_ONLY for word in self.words)
        return found > 1 or (
            found == 1 and (len(self.words) < 5 or _UMLAUT.search(self.text) is not None)
        )

    @property
    def lexicon(self) -> Words:
        """The closed classes of its language."""
        return GERMAN if self.german else ENGLISH

    @cached_property
    def content(self) -> tuple[str, ...]:
        """The words that say something of a subject."""
        empty = self.lexicon.contentless
        return tuple(word for word in self.words if word not in empty and stem(word) not in empty)

    @cached_property
    def names(self) -> tuple[Name, ...]:
        """The names in it; none in German, which writes every noun with a capital."""
        return () if self.german else names_in(self.text)

    @cached_property
    def lowered_names(self) -> frozenset[str]:
        """Words written small here that were names before."""
        if self.names or not self.before:
            return frozenset()
        known = _only_with_capital(self.before) - self.lexicon.contentless
        return frozenset(word for word in self.content if stem(word) in known)


def names_in(text: str) -> tuple[Name, ...]:
    """The names in an English text, in the order in which they begin."""
    quoted = tuple(_quoted_names(text))
    spans = [found.span(1) for found in _QUOTED.finditer(text)]
    plain = _plain_names(text, spans)
    return tuple(sorted((*quoted, *plain), key=lambda name: name.at))


def stem(word: str) -> str:
    """A word without its possessive ending."""
    return word.removesuffix("'s").rstrip("'")


def _quoted_names(text: str) -> Iterator[Name]:
    for found in _QUOTED.finditer(text):
        parts = tuple(WORD.findall(found.group(1).lower()))
        if parts:
            at = len(WORD.findall(text[: found.start()]))
            yield Name(found.group(1), at, parts, quoted=True)


def _plain_names(text: str, quoted: Sequence[tuple[int, int]]) -> Iterator[Name]:
    shouted = text.isupper()
    run: list[tuple[int, re.Match[str]]] = []
    for index, found in enumerate(WORD.finditer(text)):
        inside = any(begin <= found.start() < end for begin, end in quoted)
        if not inside and not shouted and _is_part(text, found):
            if run and not _goes_on(text, run[-1][1], found):
                yield _name(text, run)
                run = []
            run.append((index, found))
        elif run and (inside or found.group().lower() not in _PARTICLES):
            yield _name(text, run)
            run = []
    if run:
        yield _name(text, run)


def _is_part(text: str, found: re.Match[str]) -> bool:
    token = found.group()
    word = token.lower()
    if _CAPITAL.match(token) is None or word in _NO_NAMES:
        return False
    begins = _SENTENCE_ENDS.search(text, max(0, found.start() - 3), found.start()) is not None
    return not begins or word not in ENGLISH.contentless | ENGLISH.requesting


def _goes_on(text: str, last: re.Match[str], found: re.Match[str]) -> bool:
    """Whether a word belongs to the run before it: nothing divides the two."""
    between = text[last.end() : found.start()]
    return not set(between) & set(",;:?!()|\n") and not last.group().endswith("'s")


def _name(text: str, run: Sequence[tuple[int, re.Match[str]]]) -> Name:
    (at, first), (_, last) = run[0], run[-1]
    parts = tuple(stem(found.group().lower()) for _, found in run)
    written = text[first.start() : last.end()]
    return Name(written.removesuffix("'s").rstrip("'"), at, parts)


def _only_with_capital(text: str) -> frozenset[str]:
    capital: set[str] = set()
    small: set[str] = set()
    for token in WORD.findall(text):
        (capital if token[0].isupper() else small).add(stem(token.lower()))
    return frozenset(capital - small)
