"""Finds the entries that might be served: the same question, and the close ones."""

from __future__ import annotations

from collections.abc import Sequence
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
    ) -> list[Candidate]:
        """The k closest entries, best first, and beyond them any expired ones on the way.

        Expired entries take no place among the k: old ones must not crowd out what is in time.
        """
        vector = self._space.embed(question)
        wanted = k
        while True:
            neighbours = self._space.search(scope_ids, vector, wanted)
            rows = self._entries.by_ids(neighbour.id for neighbour in neighbours)
            gone = [neighbour.id for neighbour in neighbours if neighbour.id not in rows]
            if gone:
                self._space.forget(gone)
                continue
            expired = sum(entry.expired(now) for entry in rows.values())
            if len(neighbours) < wanted or len(neighbours) - expired >= k:
                return [self._judged(question, rows, near, now) for near in neighbours]
            wanted *= 4

    def _judged(
        self, question: str, rows: dict[int, Entry], neighbour: Neighbour, now: float
    ) -> Candidate:
        entry = rows[neighbour.id]
        candidate = Candidate(
            entry, "semantic", neighbour.similarity, expired=entry.expired(now)
        )
        return replace(candidate, refusal=refusal(self._guards, question, entry.question))
