"""The vectors of all entries in service, kept in step with the database."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from random import SystemRandom

import numpy as np

from cache.agreement import Agreement, astray
from cache.arranging import Arranger
from cache.background import Background, Job
from cache.database import Database
from cache.embedder import Embedder
from cache.entries import Draft, Entry, EntryStore, StoredVector
from cache.errors import EmbedderError, StoreError
from cache.id_map import Ids
from cache.index import LARGE_FROM, Neighbour, ScopedIndex, Vectors, best_of, nearest
from cache.index_file import IndexFolder, Saved
from cache.marks import Marks
from cache.memo import Memo
from cache.restoring import Backlog, Restorer
from cache.saving import Saver
from cache.stored_vectors import StoredVectors

_log = logging.getLogger(__name__)

_AT_ONCE = 256
"""Vectors that are read, and made where need be, in one go."""

_EMBEDDED_AT_ONCE = 64
"""Texts that are embedded in one go; see :meth:`VectorSpace.embed_all`."""

_CAUGHT_UP_AT_ONCE = 2000
"""As many entries of another process are taken over by the lookup that notices them; more, in the
background."""

SMALL = 32
"""A scope with fewer entries has no partition: its vectors are read from the database to search it,
which takes 0.1 ms. Most scopes are one moment of one conversation, and there may be a million."""

_REMEMBERED = 256


class VectorSpace:
    """Searches the index; adds, removes and catches up, so that it follows the database.

    The database comes first in every change: an index that missed one is caught up, an index that
    ran ahead would serve what was never kept.

    :param folder: where the index is saved.
    :param database: the truth.
    :param embedder: makes the vectors; names the space.
    :param small: size of a scope from which it has a partition.
    :param large_from: partition size from which it is rearranged in clusters.
    """

    def __init__(
        self,
        folder: Path,
        database: Database,
        embedder: Embedder,
        *,
        small: int = SMALL,
        large_from: int = LARGE_FROM,
    ) -> None:
        self.embedder = embedder
        self._folder = folder
        self._database = database
        self._small = small
        self._large_from = large_from
        self._entries = EntryStore(database)
        self._stored = StoredVectors(database, embedder.name, embedder.dimension)
        self._marks = Marks(database)
        self._files = IndexFolder(folder, embedder.name, embedder.dimension)
        self._saver = Saver(self._files, self._marks)
        self._index = ScopedIndex(embedder.dimension, large_from)
        self._restorer = Restorer(self._index, self._stored)
        self._background = Background()
        self._seen_changes = -1
        self._last_id = 0
        self._unsaved = False
        self._owed: set[str] = set()
        self._jobs = count()
        self._remembered = Memo(self._embed_one, _REMEMBERED)

    @classmethod
    def load(
        cls,
        folder: Path,
        database: Database,
        embedder: Embedder,
        *,
        small: int = SMALL,
        large_from: int = LARGE_FROM,
    ) -> VectorSpace:
        """The index as the database has it: from its files as far as they are right."""
        space = cls(folder, database, embedder, small=small, large_from=large_from)
        with database.lock:
            space._seen_changes = database.foreign_changes
            space._fill(space._files.load())
        return space

    def embed(self, text: str) -> Vectors:
        """The text's vector, shape (d,).

        :raises EmbedderError: if the embedder gives none, or one that is not finite.
        """
        return self._remembered(text)

    def embed_all(self, texts: Sequence[str]) -> dict[str, Vectors]:
        """The vectors of many texts, each of shape (d,), by text.

        :raises EmbedderError: as :meth:`embed`.
        """
        # Texts of like length share a batch, which is padded to its longest.
        different = sorted(set(texts), key=lambda text: (len(text), text))
        vectors: dict[str, Vectors] = {}
        for start in range(0, len(different), _EMBEDDED_AT_ONCE):
            some = different[start : start + _EMBEDDED_AT_ONCE]
            vectors.update(zip(some, self._embed(some), strict=True))
        return vectors

    def _embed_one(self, text: str) -> Vectors:
        vector: Vectors = self._embed([text])[0]
        return vector

    def search(self, scope_ids: Sequence[str], vector: Vectors, k: int) -> list[Neighbour]:
        """The k nearest in the given scopes and no other, entries of other processes included."""
        with self._database.lock:
            self._catch_up()
            found = [self._search_one(scope_id, vector, k) for scope_id in scope_ids]
        return found[0] if len(found) == 1 else best_of(found, k)

    def _search_one(self, scope_id: str, vector: Vectors, k: int) -> list[Neighbour]:
        if scope_id not in self._index.partitions:
            ids, vectors = self._stored.of_scope(scope_id, self._small)
            if len(ids) < self._small:
                return nearest(ids, vectors, vector, k)
            self._promote(scope_id)
        return self._index.search([scope_id], vector, k)

    def insert(self, draft: Draft) -> Entry:
        """Keeps an entry, then makes it findable."""
        with self._database.write():
            self._catch_up()
            entry, replaced = self._entries.insert(draft)
            # Nobody else can have stored anything between: the database is ours for the moment.
            self._last_id = entry.id
            self._marks.removed(len(replaced))
        with self._database.lock:
            self._index.remove(replaced)
            self._add_one(draft.scope.id, entry.id, draft.vector)
            self._unsaved = True
        return entry

    def _add_one(self, scope_id: str, entry_id: int, vector: Vectors) -> None:
        if scope_id in self._index.partitions:
            self._add(scope_id, [entry_id], vector.reshape(1, -1))
        elif self._stored.has(scope_id, self._small):
            self._promote(scope_id)

    def delete(self, ids: Sequence[int]) -> int:
        gone = self._entries.delete(ids)
        with self._database.lock:
            self._marks.removed(gone)
            self.forget(ids)
        return gone

    def clear(self) -> int:
        with self._database.lock:
            gone = self._entries.clear()
            self._marks.removed(gone)
            self._index = ScopedIndex(self.embedder.dimension, self._large_from)
            self._restorer = Restorer(self._index, self._stored)
            self._unsaved = True
        return gone

    def forget(self, ids: Iterable[int]) -> None:
        """Takes entries out of the index; the database is left as it is."""
        with self._database.lock:
            self._unsaved |= self._index.remove(ids) > 0

    def agreement(self, sample: int | None = 0) -> Agreement:
        """Compares index and database, id by id and scope by scope.

        Scopes without a partition are in the database alone, and agree with it by nature.

        :param sample: of so many entries, drawn at random, the stored vector is compared with the
            one that the embedder gives for the question; ``None``: of all.
        :raises EmbedderError: if the embedder fails.
        """
        with self._database.lock:
            self._catch_up()
            partitions = self._index.partitions
            scopes = self._entries.scopes()
            stored = {(one, scope_id) for one, scope_id in scopes if scope_id in partitions}
            found = {
                (entry_id, scope_id)
                for scope_id, partition in partitions.items()
                for entry_id in partition.ids.tolist()
            }
        missing, extra = (
            tuple(sorted(entry_id for entry_id, _ in some))
            for some in (stored - found, found - stored)
        )
        ids = [entry_id for entry_id, _ in scopes]
        drawn = sorted(ids if sample is None else SystemRandom().sample(ids, min(sample, len(ids))))
        wrong = tuple(astray(self._entries.vectors_of(drawn), self.embed_all))
        return Agreement(len(scopes), missing, extra, len(drawn), wrong)

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
                self._saver.save(self._index.partitions, self._last_id, whole=not self._owed)
            except (OSError, StoreError) as error:
                _log.warning("The index in %s was not saved: %s", self._folder, error)

    def _fill(self, saved: Saved) -> None:
        """Restores what was saved, and reads what is missing from the database."""
        mark = self._marks.read()
        self._last_id = self._stored.last_id()
        foreign = self._stored.foreign_ids(saved.checked_to)
        self._renew(foreign)
        right = mark != "" and mark == saved.mark and not len(foreign)
        backlog = self._resumed(saved) if right else None
        if backlog is None:
            backlog = self._restorer.restore(saved, self._stored.ids_by_scope(self._small))
            self._unsaved = True
        self._load(backlog.now)
        self._load_in_background(backlog.later)
        self._unsaved |= saved.checked_to != self._last_id or len(backlog.now) > 0
        for scope_id in self._index.partitions:
            self._arrange(scope_id)

    def _resumed(self, saved: Saved) -> Backlog | None:
        return self._restorer.resume(saved, self._stored.ids_after(saved.checked_to))

    def _renew(self, ids: Ids) -> None:
        """Makes other models' vectors anew. Where they cannot be kept, the index holds them."""
        for start in range(0, len(ids), _AT_ONCE):
            stored = list(self._entries.vectors_of(ids[start : start + _AT_ONCE].tolist()))
            if stored:
                self._renew_some(stored)

    def _renew_some(self, stored: Sequence[StoredVector]) -> None:
        vectors = self._embed([one.question for one in stored])
        scope_ids = [one.scope_id for one in stored]
        if self._database.read_only:
            for scope_id in dict.fromkeys(scope_ids):
                self._promote(scope_id)
        else:
            by_id = {one.id: vector for one, vector in zip(stored, vectors, strict=True)}
            self._entries.replace_vectors(self.embedder.name, by_id)
        self._add_all(np.array([one.id for one in stored], np.int64), scope_ids, vectors)

    def _promote(self, scope_id: str) -> None:
        """Gives a scope a partition of its own."""
        ids = self._stored.ids_of(scope_id)
        self._restorer.make_partition(scope_id, len(ids))
        self._load(ids[:_CAUGHT_UP_AT_ONCE])
        self._load_in_background(ids[_CAUGHT_UP_AT_ONCE:])

    def _load_in_background(self, ids: Ids) -> None:
        def load(check: Callable[[], None]) -> None:
            for start in range(0, len(ids), _AT_ONCE):
                check()
                self._load(ids[start : start + _AT_ONCE])

        if len(ids):
            self._owe("load", load)

    def _owe(self, what: str, job: Job) -> None:
        """Does in the background what the index lacks until it is done."""
        name = f"{what} {next(self._jobs)}"

        def do(check: Callable[[], None]) -> None:
            job(check)
            self._owed.discard(name)

        self._owed.add(name)
        self._background.add(name, do)

    def _load(self, ids: Ids) -> None:
        """Adds what the database has in service of the given entries."""
        for start in range(0, len(ids), _AT_ONCE):
            self._add_all(*self._stored.read_scoped(ids[start : start + _AT_ONCE]))

    def _add_all(self, ids: Ids, scope_ids: Sequence[str], vectors: Vectors) -> None:
        """Adds those that are not there yet and whose scope has a partition."""
        with self._database.lock:
            new = set(self._index.unknown(ids).tolist())
            positions: dict[str, list[int]] = {}
            for at, (entry_id, scope_id) in enumerate(zip(ids.tolist(), scope_ids, strict=True)):
                if entry_id in new and scope_id in self._index.partitions:
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
        new = self._stored.ids_after(self._last_id)
        known = [one for one, scope_id in new if scope_id in self._index.partitions]
        ids = self._index.unknown(known)
        self._load(ids[:_CAUGHT_UP_AT_ONCE])
        self._load_in_background(ids[_CAUGHT_UP_AT_ONCE:])
        self._renew_in_background(self._stored.foreign_ids_after(self._last_id))
        self._last_id = max((one for one, _ in new), default=self._last_id)
        self._seen_changes = changes
        self._unsaved |= bool(new)

    def _renew_in_background(self, ids: Ids) -> None:
        def renew(check: Callable[[], None]) -> None:
            check()
            self._renew(ids)

        if len(ids):
            self._owe("renew", renew)

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
