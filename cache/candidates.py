"""Finds the entries that might be served: the same question, and the close ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from cache.decision import Candidate
from cache.entries import Entry, EntryStore
from cache.guards import Guard, refusal
from cache.index import Neighbour
from cache.key import key_of
from cache.vectors import VectorSpace


class Candidates:
    """Reads candidates back from the database, so that none is stale.

    :param entries: the truth.
    :param space: finds close questions.
    :param guards: what may refuse them.
    """

    def __init__(self, entries: EntryStore, space: VectorSpace, guards: Sequence[Guard]) -> None:
        self._entries = entries
        self._space = space
        self._guards = tuple(guards)

    def same(self, question: str, scope_ids: Sequence[str], now: float) -> list[Candidate]:
        """The entries under the same normalised question, in time ones first."""
        key = key_of(question)
        found = [self._entries.by_key(scope_id, key) for scope_id in scope_ids]
        same = [
            Candidate(entry, "exact", 1.0, expired=entry.expired(now)) for entry in found if entry
        ]
        return sorted(same, key=lambda candidate: candidate.expired)

    def close(
        self, question: str, scope_ids: Sequence[str], now: float, k: int
    ) -> Iterator[Candidate]:
        """The k closest entries, best first, and any expired ones on the way.

        Each is read back only when it is asked for. Expired entries take no place among the k, and
        entries that are gone take none either: what is old must not crowd out what is in time.
        """
        vector = self._space.embed(question)
        seen: set[int] = set()
        live, wanted = 0, k
        while live < k:
            neighbours = self._space.search(scope_ids, vector, wanted)
            for candidate in self._read_back(neighbours, seen, now):
                yield candidate
                live += not candidate.expired
            if len(neighbours) < wanted:
                return
            wanted *= 4

    def _read_back(
        self, neighbours: Sequence[Neighbour], seen: set[int], now: float
    ) -> Iterator[Candidate]:
        new = [neighbour for neighbour in neighbours if neighbour.id not in seen]
        # Nearly always the best one decides, so the others are read only if it does not.
        for some in filter(None, (new[:1], new[1:])):
            rows = self._entries.by_ids(neighbour.id for neighbour in some)
            self._space.forget(neighbour.id for neighbour in some if neighbour.id not in rows)
            for neighbour in some:
                seen.add(neighbour.id)
                if neighbour.id in rows:
                    yield _candidate(rows[neighbour.id], neighbour, now)

    def judged(self, question: str, candidates: Iterable[Candidate]) -> Iterator[Candidate]:
        """The same candidates with the guards' verdicts, each judged when it is asked for."""
        for candidate in candidates:
            if candidate.tier == "exact" or candidate.expired:
                yield candidate
            else:
                reason = refusal(self._guards, question, candidate.entry.question)
                yield candidate if reason is None else replace(candidate, refusal=reason)


def _candidate(entry: Entry, neighbour: Neighbour, now: float) -> Candidate:
    return Candidate(entry, "semantic", neighbour.similarity, expired=entry.expired(now))
