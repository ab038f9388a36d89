"""Finds the entries that might be served: the same question, and the close ones."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from cache.decision import Candidate
from cache.entries import Entry, EntryStore
from cache.errors import CacheError, VerifierError
from cache.guards import Guard, refusal
from cache.index import Neighbour
from cache.key import key_of
from cache.stages import Stopwatch
from cache.vectors import VectorSpace
from cache.verifier import Opinion, Verifier

_log = logging.getLogger(__name__)

VERIFIED_AT_ONCE = 3
"""How many candidates of a lookup the verifier is asked about: the best, all in one batch. A pair
model takes a few milliseconds for each, and a fourth was never the one to serve on the labelled
pairs and the stream of questions (:mod:`benchmarks.quality`)."""


class Candidates:
    """Reads candidates back from the database, so that none is stale.

    :param entries: the truth.
    :param space: finds close questions.
    :param guards: what may refuse them.
    :param verifier: what is asked about those that the guards let pass; ``None``: nothing.
    """

    def __init__(
        self,
        entries: EntryStore,
        space: VectorSpace,
        guards: Sequence[Guard],
        verifier: Verifier | None,
    ) -> None:
        self._entries = entries
        self._space = space
        self._guards = tuple(guards)
        self._verifier = verifier

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
            gone = [neighbour.id for neighbour in some if neighbour.id not in rows]
            if gone:
                self._space.forget(gone)
            for neighbour in some:
                seen.add(neighbour.id)
                if neighbour.id in rows:
                    yield _candidate(rows[neighbour.id], neighbour, now)

    def judged(
        self,
        question: str,
        candidates: Iterable[Candidate],
        threshold: float,
        *,
        guarded_from: float = -1.0,
        watch: Stopwatch | None = None,
    ) -> Iterator[Candidate]:
        """The same candidates with the guards' and the verifier's verdicts.

        Each is judged when it is asked for. The verifier is asked once, and only if a candidate at
        or above the threshold is in time and passes the guards: about that and the next such, up
        to :data:`VERIFIED_AT_ONCE`.

        :param guarded_from: below this similarity no guard is asked: nothing could be served.
        :param watch: times both.
        """
        watch = watch or Stopwatch()
        guarded = (
            candidate
            if candidate.similarity < guarded_from
            else self._guarded(question, candidate, watch)
            for candidate in candidates
        )
        if self._verifier is None:
            yield from guarded
            return
        for candidate in guarded:
            if not _needs_verifying(candidate, threshold):
                yield candidate
                continue
            some = [candidate, *islice(guarded, VERIFIED_AT_ONCE - 1)]
            yield from self._verified(self._verifier, question, some, threshold, watch)
            yield from (_left_over(candidate, threshold) for candidate in guarded)

    def _guarded(self, question: str, candidate: Candidate, watch: Stopwatch) -> Candidate:
        if candidate.tier == "exact" or candidate.expired:
            return candidate
        with watch.during("guards"):
            reason = refusal(self._guards, question, candidate.entry.question)
        if reason is None:
            return candidate
        return replace(candidate, refusal=reason, refused_by="guard")

    def _verified(
        self,
        verifier: Verifier,
        question: str,
        some: Sequence[Candidate],
        threshold: float,
        watch: Stopwatch,
    ) -> Iterator[Candidate]:
        asked = [candidate for candidate in some if _needs_verifying(candidate, threshold)]
        with watch.during("verifier"):
            judged = iter(_with_opinions(verifier, question, asked))
        for candidate in some:
            yield next(judged) if _needs_verifying(candidate, threshold) else candidate


def _candidate(entry: Entry, neighbour: Neighbour, now: float) -> Candidate:
    return Candidate(entry, "semantic", neighbour.similarity, expired=entry.expired(now))


def _needs_verifying(candidate: Candidate, threshold: float) -> bool:
    return candidate.servable and candidate.tier == "semantic" and candidate.similarity >= threshold


def _with_opinions(
    verifier: Verifier, question: str, asked: Sequence[Candidate]
) -> list[Candidate]:
    try:
        opinions = opinions_on(verifier, [(question, one.entry.question) for one in asked])
    except (CacheError, TimeoutError) as error:
        _log.warning("The verifier failed: %s", error)
        return [replace(one, refusal="it failed", refused_by="verifier") for one in asked]
    return [_with_opinion(*pair) for pair in zip(asked, opinions, strict=True)]


def _with_opinion(candidate: Candidate, opinion: Opinion) -> Candidate:
    if opinion.same:
        return replace(candidate, verified=True, probability=opinion.probability)
    return replace(
        candidate,
        verified=False,
        probability=opinion.probability,
        refusal=opinion.reason,
        refused_by="verifier",
    )


def opinions_on(verifier: Verifier, pairs: Sequence[tuple[str, str]]) -> Sequence[Opinion]:
    """A verifier's opinions, one for each pair (asked, stored).

    :raises VerifierError: if it cannot be used, or gives another number of them.
    """
    opinions = verifier.verify(pairs)
    if len(opinions) != len(pairs):
        raise VerifierError(
            verifier.name,
            f"gave {len(opinions)} opinions on {len(pairs)} pairs. Check its implementation.",
        )
    return opinions


def _left_over(candidate: Candidate, threshold: float) -> Candidate:
    if _needs_verifying(candidate, threshold):
        reason = f"it was asked about the {VERIFIED_AT_ONCE} closest only"
        return replace(candidate, refusal=reason, refused_by="verifier")
    return candidate
