"""The vectors of all entries in service, kept in step with the database."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cache.arranging import Arranger
from cache.background import Background
from cache.clusters import ClusteredPartition, SignPartition
from cache.database import Database
from cache.embedder import Embedder
from cache.entries import Draft, Entry, EntryStore
from cache.errors import EmbedderError
from cache.id_map import Ids
from cache.index import LARGE_FROM, FlatPartition, Neighbour, ScopedIndex, Vectors
from cache.index_file import IndexFolder, Saved, ScopeVectors
from cache.memo import Memo
from cache.stored_vectors import StoredVectors

_log = logging.getLogger(__name__)

_AT_ONCE = 256
"""Vectors that are read, and made where need be, in one go."""

_CAUGHT_UP_AT_ONCE = 2000
"""As many entries of another process are taken over by the lookup that notices them; more, in the
background."""

_CAUGHT_UP_AT_START = 20_000
"""As many entries are added to a clustered partition before it serves; more, in the background."""

_UNSAVED_SHARE = 0.01
"""A clustered partition is written again once this share of it has changed. What its file lacks
is read from the database at the next start."""

_CHECKED = 8
_REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class Agreement:
    """How the index compares with the database.

    :ivar stored: entries in service.
    :ivar missing: ids of those among them that no search can find.
    :ivar extra: ids in the index that are not in service; they are never served.
    """

    stored: int
    missing: tuple[int, ...]
    extra: tuple[int, ...]


class VectorSpace:
    """Searches the index; adds, removes and catches up, so that it follows the database.

    The database comes first in every change: an index that missed one is caught up, an index that
    ran ahead would serve what was never kept.

    :param folder: where the index is saved.
    :param database: the truth.
    :param embedder: makes the vectors; names the space.
    :param large_from: partition size from which it is rearranged in clusters.
    """

    def __init__(
        self,
        folder: Path,
        database: Database,
        embedder: Embedder,
        large_from: int = LARGE_FROM,
    ) -> None:
        self.embedder = embedder
        self._folder = folder
        self._database = database
        self._large_from = large_from
        self._entries = EntryStore(database)
        self._stored = StoredVectors(database, embedder.name, embedder.dimension)
        self._files = IndexFolder(folder, embedder.name, embedder.dimension)
        self._index = ScopedIndex(embedder.dimension, large_from)
        self._background = Background()
        self._seen_changes = -1
        self._last_id = 0
        self._unsaved = False
        self._remembered = Memo(self._embed_one, _REMEMBERED)

    @classmethod
    def load(
        cls,
        folder: Path,
        database: Database,
        embedder: Embedder,
        large_from: int = LARGE_FROM,
    ) -> VectorSpace:
        """The index as the database has it: from its files as far as they are right."""
        space = cls(folder, database, embedder, large_from)
        with database.lock:
            space._seen_changes = database.foreign_changes
            space._fill(space._files.load())
        return space

    def embed(self, text: str) -> Vectors:
        """The text's vector, shape (d,).

        :raises EmbedderError: if the embedder gives none, or one that is not finite.
        """
        return self._remembered(text)

    def _embed_one(self, text: str) -> Vectors:
        vector: Vectors = self._embed([text])[0]
        return vector

    def search(self, scope_ids: Sequence[str], vector: Vectors, k: int) -> list[Neighbour]:
        """The k nearest in the given scopes, entries of other processes included."""
        with self._database.lock:
            self._catch_up()
            return self._index.search(scope_ids, vector, k)

    def insert(self, draft: Draft) -> Entry:
        """Keeps an entry, then makes it findable."""
        with self._database.write():
            self._catch_up()
            entry, replaced = self._entries.insert(draft)
            # Nobody else can have stored anything between: the database is ours for the moment.
            self._last_id = entry.id
        with self._database.lock:
            self._index.remove(replaced)
            self._add(draft.scope.id, [entry.id], draft.vector.reshape(1, -1))
            self._unsaved = True
        return entry

    def delete(self, ids: Sequence[int]) -> int:
        gone = self._entries.delete(ids)
        self.forget(ids)
        return gone

    def clear(self) -> int:
        with self._database.lock:
            gone = self._entries.clear()
            self._index = ScopedIndex(self.embedder.dimension, self._large_from)
            self._unsaved = True
        return gone

    def forget(self, ids: Iterable[int]) -> None:
        """Takes entries out of the index; the database is left as it is."""
        with self._database.lock:
            self._unsaved |= self._index.remove(ids) > 0

    def agreement(self) -> Agreement:
        """Compares index and database, id by id and scope by scope."""
        with self._database.lock:
            self._catch_up()
            stored = set(self._entries.scopes())
            found = {
                (entry_id, scope_id)
                for scope_id, partition in self._index.partitions.items()
                for entry_id in partition.ids.tolist()
            }
        missing, extra = (
            tuple(sorted(entry_id for entry_id, _ in some))
            for some in (stored - found, found - stored)
        )
        return Agreement(len(stored), missing, extra)

    def settle(self) -> None:
        """Waits until nothing is being rearranged or caught up in the background."""
        self._background.wait()

    def save(self) -> None:
        """Ends what goes on in the background and writes the index files, if anything changed.

        The last thing done before the database is closed. Without it, the next start is slower.
        """
        self._background.stop()
        with self._database.lock:
            if self._database.read_only or not self._unsaved:
                return
            self._unsaved = False
            try:
                self._write_files(self._index.partitions)
            except OSError as error:
                _log.warning("The index in %s was not saved: %s", self._folder, error)

    def _write_files(self, partitions: Mapping[str, object]) -> None:
        flat = [
            ScopeVectors(scope_id, part.ids, part.vectors())
            for scope_id, part in partitions.items()
            if isinstance(part, FlatPartition)
        ]
        clustered = {
            scope_id: part
            for scope_id, part in partitions.items()
            if isinstance(part, ClusteredPartition)
        }
        self._files.save_flat(flat, list(clustered))
        for scope_id, part in clustered.items():
            if part.unsaved > _UNSAVED_SHARE * len(part):
                self._files.save_clusters(scope_id, part.index)

    def _fill(self, saved: Saved) -> None:
        by_scope = self._stored.ids_by_scope()
        self._take_over_clusters(saved, by_scope)
        self._take_over_flat(saved, by_scope)
        missing = [self._missing(scope_id, ids) for scope_id, ids in by_scope.items()]
        self._load(np.sort(np.concatenate([np.empty(0, np.int64), *missing])))
        self._last_id = max((int(ids[-1]) for ids in by_scope.values()), default=0)
        for scope_id in self._index.partitions:
            self._arrange(scope_id)

    def _take_over_clusters(self, saved: Saved, by_scope: Mapping[str, Ids]) -> None:
        for scope_id, index in saved.clusters.items():
            partition = ClusteredPartition.over(index, self._stored.read)
            ids = by_scope.get(scope_id, np.empty(0, np.int64))
            known = np.intersect1d(partition.ids, ids, assume_unique=True)
            if len(known) and partition.agrees(*self._stored.read(_some_of(known))):
                self._index.place(scope_id, partition)
                self._index.remove(np.setdiff1d(partition.ids, known, assume_unique=True))

    def _take_over_flat(self, saved: Saved, by_scope: Mapping[str, Ids]) -> None:
        for part in saved.flat:
            kept = np.isin(part.ids, by_scope.get(part.scope_id, ()))
            if part.scope_id not in self._index.partitions and self._agrees(part, kept):
                self._index.add(part.scope_id, part.ids[kept], part.vectors[kept])
            self._unsaved |= not kept.all()

    def _agrees(self, part: ScopeVectors, kept: NDArray[np.bool_]) -> bool:
        """Whether the file was made of this database, which a few of its vectors tell."""
        positions = _some_of(np.flatnonzero(kept))
        positions = positions[np.argsort(part.ids[positions])]
        known, vectors = self._stored.read(part.ids[positions])
        return (
            len(known) > 0
            and np.array_equal(known, part.ids[positions])
            and np.array_equal(vectors, part.vectors[positions])
        )

    def _missing(self, scope_id: str, ids: Ids) -> Ids:
        """What the index lacks of a scope and should have before it serves."""
        missing = self._index.unknown(ids)
        partition = self._index.partitions.get(scope_id)
        if partition is None and len(missing) >= self._large_from:
            self._index.place(scope_id, SignPartition(self.embedder.dimension, self._stored.read))
        if isinstance(partition, ClusteredPartition) and len(missing) > _CAUGHT_UP_AT_START:
            self._load_in_background(missing)
            return np.empty(0, np.int64)
        return missing

    def _load_in_background(self, ids: Ids) -> None:
        def load(check: Callable[[], None]) -> None:
            for start in range(0, len(ids), _AT_ONCE):
                check()
                self._load(ids[start : start + _AT_ONCE])

        self._background.add(f"load {ids[0]}", load)

    def _load(self, ids: Ids) -> None:
        """Adds what the database has in service of the given entries."""
        for start in range(0, len(ids), _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            known, scope_ids, vectors = self._stored.read_scoped(some)
            self._add_all(known, scope_ids, vectors)
            if len(known) < len(some):
                self._load_foreign(np.setdiff1d(some, known, assume_unique=True))

    def _load_foreign(self, ids: Ids) -> None:
        """Adds entries with another model's vectors, which are made anew and kept."""
        stored = list(self._entries.vectors_of(ids.tolist()))
        if stored:
            vectors = self._embed([one.question for one in stored])
            if not self._database.read_only:
                by_id = {one.id: vector for one, vector in zip(stored, vectors, strict=True)}
                self._entries.replace_vectors(self.embedder.name, by_id)
            known = np.array([one.id for one in stored], np.int64)
            self._add_all(known, [one.scope_id for one in stored], vectors)

    def _add_all(self, ids: Ids, scope_ids: Sequence[str], vectors: Vectors) -> None:
        """Adds those that are not there yet."""
        with self._database.lock:
            new = set(self._index.unknown(ids).tolist())
            positions: dict[str, list[int]] = {}
            for at, (entry_id, scope_id) in enumerate(zip(ids.tolist(), scope_ids, strict=True)):
                if entry_id in new:
                    positions.setdefault(scope_id, []).append(at)
            for scope_id, rows in positions.items():
                self._add(scope_id, ids[rows], vectors[rows])

    def _add(self, scope_id: str, ids: Sequence[int] | Ids, vectors: Vectors) -> None:
        if len(ids):
            self._index.add(scope_id, ids, vectors)
            self._unsaved = True
            self._arrange(scope_id)

    def _arrange(self, scope_id: str) -> None:
        if self._index.partitions[scope_id].outgrown:
            arranger = Arranger(self._database, self._stored, self._files)
            job = partial(arranger.arrange, self._index, scope_id)
            self._background.add(f"arrange {scope_id}", job)

    def _catch_up(self) -> None:
        changes = self._database.foreign_changes
        if changes == self._seen_changes:
            return
        new = self._index.unknown(self._stored.ids_after(self._last_id))
        if len(new) <= _CAUGHT_UP_AT_ONCE:
            self._load(new)
        else:
            self._load_in_background(new)
        self._last_id = max(self._last_id, int(new[-1]) if len(new) else 0)
        self._seen_changes = changes

    def _embed(self, texts: Sequence[str]) -> Vectors:
        vectors = np.asarray(self.embedder.embed(texts), dtype=np.float32)
        expected = (len(texts), self.embedder.dimension)
        if vectors.shape != expected or not np.isfinite(vectors).all():
            raise EmbedderError(
                self.embedder.name,
                f"gave vectors of shape {vectors.shape} where finite ones of shape {expected} "
                "were expected. Check the model's files.",
            )
        return vectors


def _some_of(sorted_values: Ids) -> Ids:
    """A few of them, evenly spread."""
    count = min(_CHECKED, len(sorted_values))
    return sorted_values[np.linspace(0, len(sorted_values) - 1, count).astype(np.intp)]
