"""Puts saved partitions into the index, as far as the database agrees with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cache.clusters import ClusteredPartition, SignPartition
from cache.id_map import Ids
from cache.index import FlatPartition, ScopedIndex
from cache.index_file import Saved, ScopeVectors
from cache.stored_vectors import StoredVectors

_ADDED_AT_START = 20_000
"""As many entries are added to a clustered partition before it serves; more, in the background."""

_CHECKED = 8


@dataclass(frozen=True, slots=True)
class Backlog:
    """What the index lacks of the scopes that have a partition; ids of shape (n,), rising.

    :ivar now: to be added before it serves.
    :ivar later: to be added in the background.
    """

    now: Ids
    later: Ids


class Restorer:
    """Fills an empty index at the start.

    :param index: the index.
    :param stored: the vectors in the database.
    """

    def __init__(self, index: ScopedIndex, stored: StoredVectors) -> None:
        self._index = index
        self._stored = stored

    def resume(self, saved: Saved, added: Iterable[tuple[int, str]]) -> Backlog | None:
        """Takes over what was saved under a mark that still holds: all of it.

        :param added: (id, scope id) of all entries stored since.
        :returns: ``None`` if the files disagree with the database after all; nothing is taken then.
        """
        partitions = {
            scope_id: ClusteredPartition.over(file.index, self._stored.read, file.sha256)
            for scope_id, file in saved.clusters.items()
        }
        for scope_id, partition in partitions.items():
            partition.remove(saved.clusters[scope_id].removed)
        if not self._all_agree(saved.flat, partitions.values()):
            return None
        for scope_id, partition in partitions.items():
            self._index.place(scope_id, partition)
        for part in saved.flat:
            if part.scope_id not in partitions:
                self._index.add(part.scope_id, part.ids, part.vectors)
        missing = {scope_id: file.added.tolist() for scope_id, file in saved.clusters.items()}
        for entry_id, scope_id in added:
            if scope_id in self._index.partitions:
                missing.setdefault(scope_id, []).append(entry_id)
        return self._backlog({scope_id: np.array(ids) for scope_id, ids in missing.items() if ids})

    def _all_agree(
        self, flat: Iterable[ScopeVectors], clusters: Iterable[ClusteredPartition]
    ) -> bool:
        return all(self._agrees(part, np.ones(len(part.ids), bool)) for part in flat) and all(
            partition.agrees(*self._stored.read(some_of(partition.ids))) for partition in clusters
        )

    def restore(self, saved: Saved, by_scope: Mapping[str, Ids]) -> Backlog:
        """Takes over what was saved as far as the database knows it, and makes an empty partition
        where nothing was.

        :param by_scope: the ids of every scope that is to have a partition, rising.
        """
        self._take_over_clusters(saved, by_scope)
        self._take_over_flat(saved, by_scope)
        return self._backlog(
            {scope_id: self._missing(scope_id, ids) for scope_id, ids in by_scope.items()}
        )

    def _backlog(self, missing: Mapping[str, Ids]) -> Backlog:
        now, later = [_NONE], [_NONE]
        for scope_id, ids in missing.items():
            partition = self._index.partitions[scope_id]
            slow = isinstance(partition, ClusteredPartition) and len(ids) > _ADDED_AT_START
            (later if slow else now).append(ids)
        return Backlog(np.sort(np.concatenate(now)), np.sort(np.concatenate(later)))

    def make_partition(self, scope_id: str, size: int) -> None:
        """Makes an empty partition for a scope that has none and will have that many vectors."""
        if scope_id in self._index.partitions:
            return
        dimension, large_from = self._index.dimension, self._index.large_from
        if size >= large_from:
            self._index.place(scope_id, SignPartition(dimension, self._stored.read))
        else:
            self._index.place(scope_id, FlatPartition(dimension, large_from))

    def _missing(self, scope_id: str, ids: Ids) -> Ids:
        missing = self._index.unknown(ids)
        self.make_partition(scope_id, len(missing))
        return missing

    def _take_over_clusters(self, saved: Saved, by_scope: Mapping[str, Ids]) -> None:
        for scope_id, file in saved.clusters.items():
            partition = ClusteredPartition.over(file.index, self._stored.read, file.sha256)
            known = np.intersect1d(partition.ids, by_scope.get(scope_id, _NONE), assume_unique=True)
            if len(known) and partition.agrees(*self._stored.read(some_of(known))):
                self._index.place(scope_id, partition)
                self._index.remove(np.setdiff1d(partition.ids, known, assume_unique=True))

    def _take_over_flat(self, saved: Saved, by_scope: Mapping[str, Ids]) -> None:
        for part in saved.flat:
            kept = np.isin(part.ids, by_scope.get(part.scope_id, _NONE))
            if part.scope_id not in self._index.partitions and self._agrees(part, kept):
                self._index.add(part.scope_id, part.ids[kept], part.vectors[kept])

    def _agrees(self, part: ScopeVectors, kept: NDArray[np.bool_]) -> bool:
        """Whether the file was made of this database, which a few of its vectors tell."""
        positions = some_of(np.flatnonzero(kept))
        positions = positions[np.argsort(part.ids[positions])]
        known, vectors = self._stored.read(part.ids[positions])
        return (
            len(known) > 0
            and np.array_equal(known, part.ids[positions])
            and np.array_equal(vectors, part.vectors[positions])
        )


_NONE: Ids = np.empty(0, np.int64)


def some_of(values: Ids) -> Ids:
    """A few of them, evenly spread."""
    count = min(_CHECKED, len(values))
    return values[np.linspace(0, len(values) - 1, count).astype(np.intp)]
