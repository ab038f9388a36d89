"""Moves a partition that has outgrown its arrangement to another, while it goes on serving."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import closing

import numpy as np

from cache.clusters import ClusteredPartition, clustered
from cache.database import Database
from cache.id_map import Ids
from cache.index import ScopedIndex
from cache.index_file import IndexFolder
from cache.stored_vectors import StoredVectors

_log = logging.getLogger(__name__)

_BUSY_SECONDS = 30.0
_LAST_CHANGES = 16
"""With so few changes left, they are made while the index stands still: 2 ms at most."""

Changes = Sequence[tuple[int, bool]]


class Arranger:
    """Builds a clustered partition beside the one that serves, and puts it in its place.

    It is built of the vectors in the database, through a connection of its own; what changes
    meanwhile is noted and made up for. Only at the very end does the index stand still.

    :param database: the truth; its lock guards the index.
    :param stored: what the new partition will read exact vectors from.
    :param files: where it is saved.
    """

    def __init__(self, database: Database, stored: StoredVectors, files: IndexFolder) -> None:
        self._database = database
        self._stored = stored
        self._files = files

    def arrange(self, index: ScopedIndex, scope_id: str, check: Callable[[], None]) -> None:
        """Rearranges one partition until it is not outgrown, if it still is.

        :param check: called often; what it raises calls everything off and leaves all as it was.
        :raises StoreError: if the vectors cannot be read; all is left as it was then, too.
        """
        # What was built may be outgrown by the time it is there, with no change to come after it.
        while self._arrange_once(index, scope_id, check):
            pass

    def _arrange_once(self, index: ScopedIndex, scope_id: str, check: Callable[[], None]) -> bool:
        """Whether it was rearranged."""
        with self._database.lock:
            partition = index.partitions.get(scope_id)
            if partition is None or not partition.outgrown:
                return False
            changes, ids = index.watch(scope_id), partition.ids
        try:
            built = self._built(scope_id, ids, check)
            if built is not None:
                self._swap_in(index, scope_id, built, changes, check)
        finally:
            with self._database.lock:
                index.unwatch(scope_id)
        return built is not None

    def _built(
        self, scope_id: str, ids: Ids, check: Callable[[], None]
    ) -> ClusteredPartition | None:
        other = Database.open(self._database.path, busy_seconds=_BUSY_SECONDS, read_only=True)
        with closing(other):
            made = clustered(ids, self._stored.through(other).read, check)
        if made is None:
            return None
        sha256 = ""
        if not self._database.read_only:
            try:
                made, sha256 = self._files.save_clusters(scope_id, made)
            except OSError as error:
                _log.warning("An index of %d vectors was not saved: %s", len(ids), error)
        return ClusteredPartition.over(made, self._stored.read, sha256)

    def _swap_in(
        self,
        index: ScopedIndex,
        scope_id: str,
        built: ClusteredPartition,
        changes: list[tuple[int, bool]],
        check: Callable[[], None],
    ) -> None:
        while True:
            check()
            with self._database.lock:
                made, changes[:] = list(changes), []
                if len(made) <= _LAST_CHANGES:
                    self._apply(made, built)
                    if scope_id in index.partitions:
                        index.place(scope_id, built)
                    return
            self._apply(made, built)

    def _apply(self, changes: Changes, built: ClusteredPartition) -> None:
        there = dict(changes)
        built.remove(np.array([entry_id for entry_id in there if not there[entry_id]], np.int64))
        added = np.array(sorted(entry_id for entry_id in there if there[entry_id]), np.int64)
        built.add(*self._stored.read(built.unknown(added)))
