"""Writes the index files, as little of them as need be."""

from __future__ import annotations

from collections.abc import Mapping

from cache.clusters import ClusteredPartition, SignPartition
from cache.index import FlatPartition, Partition
from cache.index_file import IndexFolder, ScopeVectors
from cache.marks import Marks, new_mark

UNSAVED_SHARE = 0.01
"""A clustered partition is written again once this share of it has changed. What its file lacks
is read from the database at the next start."""


class Saver:
    """Saves partitions, and leaves a mark if they are all there is.

    :param files: where they are written.
    :param marks: where the mark is left.
    """

    def __init__(self, files: IndexFolder, marks: Marks) -> None:
        self._files = files
        self._marks = marks

    def save(self, partitions: Mapping[str, Partition], last_id: int, *, whole: bool) -> None:
        """Writes what changed.

        :param partitions: by scope id.
        :param last_id: up to this id, the partitions have the entries of their scopes.
        :param whole: whether they have all of these.
        :raises OSError: if the folder cannot be written.
        :raises StoreError: if the mark cannot be left.
        """
        unsaved = any(isinstance(part, SignPartition) for part in partitions.values())
        mark = new_mark() if whole and not unsaved else ""
        clustered = {
            scope_id: part
            for scope_id, part in partitions.items()
            if isinstance(part, ClusteredPartition)
        }
        self._save_clusters(clustered)
        changes = {scope_id: part.changes for scope_id, part in clustered.items()}
        self._files.save_flat(_flat(partitions), changes, last_id, mark)
        if mark:
            self._marks.leave(mark)

    def _save_clusters(self, clustered: Mapping[str, ClusteredPartition]) -> None:
        known_as = self._files.cluster_checksums()
        for scope_id, part in clustered.items():
            as_saved = part.saved_as == known_as.get(scope_id)
            if not as_saved or part.unsaved > UNSAVED_SHARE * len(part):
                _, sha256 = self._files.save_clusters(scope_id, part.index)
                part.saved(sha256)


def _flat(partitions: Mapping[str, Partition]) -> list[ScopeVectors]:
    return [
        ScopeVectors(scope_id, part.ids, part.vectors())
        for scope_id, part in partitions.items()
        if isinstance(part, FlatPartition)
    ]
