"""The vectors of all entries in service, kept in step with the database."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from cache import index_file
from cache.database import Database
from cache.embedder import Embedder
from cache.entries import Draft, Entry, EntryStore, StoredVector
from cache.errors import EmbedderError
from cache.index import Neighbour, ScopedIndex, Vectors
from cache.memo import Memo

_log = logging.getLogger(__name__)

_EMBEDDED_AT_ONCE = 256
_FLOAT_BYTES = 4
_REMEMBERED = 256


class VectorSpace:
    """Searches the index; adds, removes and catches up, so that it follows the database.

    The database comes first in every change: an index that missed one is caught up, an index that
    ran ahead would serve what was never kept.

    :param folder: where the index is saved.
    :param database: the truth.
    :param embedder: makes the vectors; names the space.
    """

    def __init__(self, folder: Path, database: Database, embedder: Embedder) -> None:
        self.embedder = embedder
        self._folder = folder
        self._database = database
        self._entries = EntryStore(database)
        self._index = ScopedIndex(embedder.dimension)
        self._seen_changes = -1
        self._last_id = 0
        self._unsaved = False
        self._remembered = Memo(self._embed_one, _REMEMBERED)

    @classmethod
    def load(cls, folder: Path, database: Database, embedder: Embedder) -> VectorSpace:
        """The index as the database has it: from its file as far as that is right."""
        space = cls(folder, database, embedder)
        with database.lock:
            space._seen_changes = database.foreign_changes
            space._fill(index_file.load(folder, embedder.name, embedder.dimension))
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
            self._index.add(draft.scope.id, [entry.id], draft.vector.reshape(1, -1))
            self._unsaved = True
        return entry

    def delete(self, ids: Sequence[int]) -> int:
        gone = self._entries.delete(ids)
        self.forget(ids)
        return gone

    def clear(self) -> int:
        with self._database.lock:
            gone = self._entries.clear()
            self._index = ScopedIndex(self.embedder.dimension)
            self._unsaved = True
        return gone

    def forget(self, ids: Iterable[int]) -> None:
        """Takes entries out of the index; the database is left as it is."""
        with self._database.lock:
            self._unsaved |= self._index.remove(ids) > 0

    def save(self) -> None:
        """Writes the index file if anything changed. Without it, the next start is slower."""
        with self._database.lock:
            if self._database.read_only or not self._unsaved:
                return
            snapshot = index_file.Snapshot.of(self._index)
            self._unsaved = False
        try:
            index_file.save(self._folder, snapshot, self.embedder.name)
        except OSError as error:
            _log.warning("The index in %s was not saved: %s", self._folder, error)

    def _fill(self, saved: index_file.Snapshot | None) -> None:
        scopes = dict(self._entries.scopes())
        known: set[int] = set()
        if saved is not None:
            known = set(saved.ids.tolist()) & scopes.keys()
            self._add_saved(saved, known, scopes)
        missing = [entry_id for entry_id in scopes if entry_id not in known]
        embedded = self._add_stored(self._entries.vectors_of(missing))
        if embedded and not self._database.read_only:
            self._entries.replace_vectors(self.embedder.name, embedded)
        self._last_id = max(scopes, default=0)
        self._unsaved = bool(missing) or saved is None or len(known) != len(saved.ids)

    def _add_saved(
        self, saved: index_file.Snapshot, known: set[int], scopes: dict[int, str]
    ) -> None:
        positions: dict[str, list[int]] = {}
        for at, entry_id in enumerate(saved.ids.tolist()):
            if entry_id in known:
                positions.setdefault(scopes[entry_id], []).append(at)
        for scope_id, rows in positions.items():
            self._index.add(scope_id, saved.ids[rows].tolist(), saved.vectors[rows])

    def _add_stored(self, stored: Iterable[StoredVector]) -> dict[int, Vectors]:
        """Adds vectors from the database; makes another model's anew, and returns those by id."""
        ours: dict[str, list[StoredVector]] = {}
        foreign: list[StoredVector] = []
        for vector in stored:
            if vector.id in self._index:
                continue
            if self._is_ours(vector):
                ours.setdefault(vector.scope_id, []).append(vector)
            else:
                foreign.append(vector)
        for scope_id, found in ours.items():
            data = np.frombuffer(b"".join(one.data for one in found), dtype=np.float32)
            self._add(scope_id, found, data.reshape(len(found), -1))
        return self._embed_anew(foreign)

    def _embed_anew(self, stored: Sequence[StoredVector]) -> dict[int, Vectors]:
        embedded: dict[int, Vectors] = {}
        for start in range(0, len(stored), _EMBEDDED_AT_ONCE):
            some = stored[start : start + _EMBEDDED_AT_ONCE]
            data = self._embed([one.question for one in some])
            for one, vector in zip(some, data, strict=True):
                self._add(one.scope_id, [one], vector.reshape(1, -1))
                embedded[one.id] = vector
        return embedded

    def _add(self, scope_id: str, stored: Sequence[StoredVector], data: Vectors) -> None:
        self._index.add(scope_id, [one.id for one in stored], data)

    def _is_ours(self, stored: StoredVector) -> bool:
        expected = self.embedder.dimension * _FLOAT_BYTES
        return stored.embedder == self.embedder.name and len(stored.data) == expected

    def _catch_up(self) -> None:
        changes = self._database.foreign_changes
        if changes != self._seen_changes:
            stored = self._entries.vectors_after(self._last_id)
            self._add_stored(stored)
            self._last_id = max((one.id for one in stored), default=self._last_id)
            self._seen_changes = changes
            self._unsaved |= bool(stored)

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
