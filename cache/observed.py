"""What the cache tells of its lookups, and what is told to it about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cache import index_file
from cache.calibration import Judged, Source
from cache.candidates import opinions_on
from cache.database import Database
from cache.decision import checked_threshold
from cache.entries import EntryStore
from cache.errors import StoreError, StoreReadOnlyError
from cache.evidence import Evidence
from cache.guards import Guard
from cache.keeping import Lifetimes, Limits
from cache.stats import CacheStats, Journal, LookupRecord, WhatIf
from cache.verifier import Verifier


@dataclass(frozen=True, slots=True)
class Rules:
    """What the person who runs the cache has settled.

    :ivar guards: what may refuse a semantic candidate.
    :ivar verifier: what is asked about those that the guards let pass; ``None``: nothing.
    :ivar lifetimes: how long an answer is served if its caller does not tell.
    :ivar limits: how much is kept.
    """

    guards: tuple[Guard, ...]
    verifier: Verifier | None
    lifetimes: Lifetimes
    limits: Limits


class Observed:
    """What :class:`cache.semantic.SemanticCache` tells of lookups, and is told of them."""

    _folder: Path
    _database: Database
    _rules: Rules
    _entries: EntryStore
    _evidence: Evidence
    _journal: Journal
    _refused: StoreError | None

    def stats(self) -> CacheStats:
        """Totals since the database was made."""
        totals = self._journal.totals()
        return CacheStats(
            exact_hits=int(totals.get("exact", 0)),
            semantic_hits=int(totals.get("semantic", 0)),
            misses=int(totals.get("misses", 0)),
            expired=int(totals.get("expired", 0)),
            refused=int(totals.get("refused", 0)),
            entries=self._entries.count(),
            seconds_saved=totals.get("seconds_saved", 0.0),
            tokens_saved=int(totals.get("tokens_saved", 0)),
            bytes=self._database.bytes + index_file.bytes_on_disk(self._folder),
            paused=self._paused,
        )

    def lookups(self, *, limit: int = 50, owner: str | None = None) -> tuple[LookupRecord, ...]:
        """The newest lookups, newest first.

        :param owner: only what this owner asked; ``None``: everything, for who runs the cache.
        """
        return self._journal.newest(limit, owner)

    def what_if(self, threshold: float, *, last: int = 50, owner: str | None = None) -> WhatIf:
        """How many of the last lookups would have been hits at another threshold.

        Exact hits always; what a guard refused stays refused, and what had expired is expired.

        :param owner: as in :meth:`lookups`.
        :raises ThresholdError: outside 0..1.
        """
        threshold = checked_threshold(threshold)
        self._journal.flush()
        return self._journal.what_if(threshold, last, owner)

    def label(self, lookup_id: str, *, good: bool, source: Source) -> bool:
        """Says whether one answer serves the question of a lookup and its nearest.

        :returns: whether the lookup is known and has a pair to be judged: it was served by
            similarity, or would have been at a lower threshold.
        """
        self._journal.flush()
        return self._evidence.label(lookup_id, good=good, source=source)

    @property
    def labels_given(self) -> int:
        """How many labels this process has given: what was made of labels is old when it grows."""
        return self._evidence.changes

    def judged_lookups(self) -> Sequence[Judged]:
        """All labels, oldest lookup first; clearing the log leaves them."""
        return self._evidence.judged()

    def unlabelled(self, *, limit: int = 50, owner: str | None = None) -> tuple[LookupRecord, ...]:
        """Lookups that can be labelled and were not, newest first.

        :param owner: as in :meth:`lookups`.
        """
        return self._journal.unlabelled(limit, owner)

    def second_opinions(self, *, limit: int = 32) -> int:
        """Asks the verifier about misses that only the threshold kept from being hits; how many.

        For idle time: then :meth:`what_if` knows what the verifier refuses at lower thresholds.
        A costly verifier is not asked: its budget is for those who wait.

        :raises VerifierError: if the verifier fails.
        """
        if self._rules.verifier is None or self._rules.verifier.costly:
            return 0
        self._journal.flush()
        waiting = self._evidence.unverified(limit)
        opinions = opinions_on(self._rules.verifier, [(asked, near) for _, asked, near in waiting])
        ids = [lookup_id for lookup_id, _, _ in waiting]
        self._evidence.verified(list(zip(ids, opinions, strict=True)))
        return len(waiting)

    @contextmanager
    def _noting_refusals(self) -> Iterator[None]:
        """So that :meth:`stats` can tell that storing is paused, and why."""
        try:
            yield
        except StoreError as error:
            self._refused = error
            raise
        self._refused = None

    @property
    def _paused(self) -> str | None:
        if self._database.read_only:
            return str(StoreReadOnlyError(self._database.path, "it was opened for reading only"))
        return None if self._refused is None else str(self._refused)
