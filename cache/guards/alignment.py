"""Two questions laid side by side: which words answer to which, and what stands in whose place."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cache.guards.lexicon import lexicon
from cache.guards.reading import Question, Word, read
from cache.guards.spelling import misspelt, same

_REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class Gap:
    """Words without a counterpart, in the same place of both questions."""

    asked: tuple[Word, ...]
    stored: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Alignment:
    """The content words of two questions, matched.

    :ivar matched: how many content words have a counterpart.
    :ivar asked_only: content words of the question asked that have none; ``stored_only`` likewise.
    :ivar gaps: those of them that stand in the same place of an otherwise equal row of words.
    :ivar typos: words that are the other question's word misspelt, as (asked, stored).
    """

    asked: Question
    stored: Question
    matched: int
    asked_only: tuple[Word, ...]
    stored_only: tuple[Word, ...]
    gaps: tuple[Gap, ...]
    typos: frozenset[tuple[str, str]]

    @property
    def both_english(self) -> bool:
        return self.asked.english and self.stored.english

    @property
    def overlap(self) -> float:
        """Share of the longer question's content words that have a counterpart; 0..1."""
        longest = self.matched + max(len(self.asked_only), len(self.stored_only))
        return self.matched / longest if longest else 1.0


@functools.lru_cache(maxsize=_REMEMBERED)
def align(asked: str, stored: str) -> Alignment:
    """Lays the two side by side."""
    ours, theirs = read(asked), read(stored)
    rows = _Rows(ours.content, theirs.content)
    rows.match()
    return Alignment(
        ours,
        theirs,
        len(rows.partner),
        tuple(word for at, word in enumerate(rows.ours) if at not in rows.partner),
        tuple(word for at, word in enumerate(rows.theirs) if at not in rows.taken),
        tuple(rows.gaps()),
        frozenset(rows.typos),
    )


class _Rows:
    """Two rows of words while they are matched, the surest matches first."""

    def __init__(self, ours: tuple[Word, ...], theirs: tuple[Word, ...]) -> None:
        self.ours = ours
        self.theirs = theirs
        self.partner: dict[int, int] = {}
        self.taken: dict[int, int] = {}
        self.typos: set[tuple[str, str]] = set()

    def match(self) -> None:
        self._match_by(same)
        if self._open():
            self._match_joined(self.ours, self.theirs, self.partner, self.taken)
            self._match_joined(self.theirs, self.ours, self.taken, self.partner)
        for alike in (misspelt, derived, synonymous, _same_verb):
            if self._open():
                self._match_by(alike)

    def _open(self) -> bool:
        return len(self.partner) < len(self.ours) and len(self.taken) < len(self.theirs)

    def _match_by(self, alike: Callable[[Word, Word], bool]) -> None:
        for at, word in enumerate(self.ours):
            if at not in self.partner:
                found = self._found(at, alike)
                if found is not None:
                    self.partner[at] = found
                    self.taken[found] = at
                    if alike is misspelt:
                        self.typos.add((word.lower, self.theirs[found].lower))

    def _found(self, at: int, alike: Callable[[Word, Word], bool]) -> int | None:
        """The free place alike, the nearest to the one behind our left neighbour's partner."""
        word, expected = self.ours[at], self.partner.get(at - 1, at - 1) + 1
        places = [
            place
            for place, other in enumerate(self.theirs)
            if place not in self.taken and alike(word, other)
        ]
        return min(places, key=lambda place: abs(place - expected), default=None)

    def _match_joined(
        self,
        one: tuple[Word, ...],
        other: tuple[Word, ...],
        one_taken: dict[int, int],
        other_taken: dict[int, int],
    ) -> None:
        """ "login" and "log in", "lock screen" and "lockscreen"."""
        joined = {word.lower.replace(" ", ""): at for at, word in enumerate(one)}
        for at in range(len(other)):
            pair = other[at].lower.replace(" ", "")
            if at + 1 < len(other) and at + 1 not in other_taken:
                found = joined.get(pair + other[at + 1].lower)
                if found is not None and found not in one_taken and at not in other_taken:
                    one_taken[found] = at
                    other_taken[at] = found
                    other_taken[at + 1] = found

    def gaps(self) -> Iterator[Gap]:
        """Runs without a counterpart between the same neighbours, or the only ones there are."""
        ours = _runs(self.ours, self.partner)
        theirs = _runs(self.theirs, self.taken)
        if len(ours) == len(theirs) == 1:
            yield self._gap(ours[0], theirs[0])
            return
        places = {self._frame(run, len(self.theirs), None): run for run in theirs}
        for run in ours:
            other = places.get(self._frame(run, len(self.ours), self.partner))
            if other is not None:
                yield self._gap(run, other)

    def _gap(self, ours: slice, theirs: slice) -> Gap:
        return Gap(self.ours[ours], self.theirs[theirs])

    @staticmethod
    def _frame(run: slice, end: int, partner: dict[int, int] | None) -> tuple[int, int]:
        """The neighbours on both sides, as places in the other's row; -1 for its start or end."""
        left = -1 if run.start == 0 else run.start - 1
        right = -1 if run.stop == end else run.stop
        if partner is not None:
            left, right = partner.get(left, -1), partner.get(right, -1)
        return left, right


def _runs(row: tuple[Word, ...], matched: dict[int, int]) -> list[slice]:
    runs: list[slice] = []
    for at in range(len(row)):
        if at not in matched:
            if runs and runs[-1].stop == at:
                runs[-1] = slice(runs[-1].start, at + 1)
            else:
                runs.append(slice(at, at + 1))
    return runs


def synonymous(one: Word, other: Word) -> bool:
    """They share a frequent meaning."""
    return any(
        not lexicon().meanings(ours).isdisjoint(lexicon().meanings(theirs))
        for ours in one.lemmas
        for theirs in other.lemmas
    )


def derived(one: Word, other: Word) -> bool:
    """One family of words ("renew", "renewal"), but not its opposite roles ("payer", "payee")."""
    return any(_one_stem(ours, theirs) for ours in one.lemmas for theirs in other.lemmas)


def _one_stem(one: str, other: str) -> bool:
    shared = _shared_prefix(one, other)
    if shared < 4 or shared < 0.6 * min(len(one), len(other)):
        return False
    endings = {one[shared:], other[shared:]}
    return all(map(_DERIVING.fullmatch, endings)) and not endings & _ROLES


_DERIVING = re.compile(
    r"""|[eydnrt]|i|ies|al|ial|ally|ly|ful|able|ible|(?:ic|iz|if|fic)?ations?|t?ions?|sion|ments?
    |[ae]nce|ings?|[ae]ncy|cy|ic|ical|ity|ty|ness|a?tive|ive|ers?|ors?|ees?|ify|i[sz]e|i?ed|ary
    |e?ry|ure|age""",
    re.VERBOSE,
)
_ROLES = frozenset({"er", "or", "ee", "ers", "ors", "ees", "r", "ist", "ian", "able", "ible"})


def _shared_prefix(one: str, other: str) -> int:
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        length += 1
    return length


def _same_verb(one: Word, other: Word) -> bool:
    """ "stay in" and "stay": what looked like a particle may have been a preposition."""
    if (" " in one.lower) == (" " in other.lower):
        return False
    return any(
        ours.partition(" ")[0] == theirs.partition(" ")[0]
        for ours in one.lemmas
        for theirs in other.lemmas
    )
