"""The vector index: derived from the database, physically partitioned by scope, made with FAISS.

Each scope has a partition of its own, so that no search can reach another scope's vectors. A small
partition is a flat inner-product index; a middling one also keeps the signs of its vectors as a
binary index, takes the nearest few by Hamming distance and computes exact similarities of those.
(Sign bits keep angles: Charikar 2002, "Similarity estimation techniques from rounding algorithms".)
A large one is rearranged in clusters: see :mod:`cache.clusters`. Scopes with few entries have no
partition at all: see :data:`cache.vectors.SMALL`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from cache.id_map import NOWHERE, Growing, IdMap, Ids

Vectors = NDArray[np.float32]

LARGE_FROM = 50_000
"""Partition size from which it is rearranged in clusters: signs take 0.4 ms at 50 k vectors and
10 ms at a million, and exact vectors of a million would fill 1.5 GB of memory."""

SIGNS_FROM = 2048
"""Partition size from which the binary index goes first: flat search takes 0.05 ms at 1 k vectors
and 0.5-0.7 ms at 10 k, signs and exact similarities of the best take 0.1 ms at 10 k."""

SIGNS_KEPT = 64
"""How many of the nearest by sign get an exact similarity. 32 already find the nearest of 19,000
questions' vectors for each of 1,000 others. Missing one costs a hit, never a wrong answer."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A stored vector near the one searched for.

    :ivar id: the entry's id.
    :ivar similarity: cosine, -1..1, rounded to 6 decimals so that equal texts reach 1.
    """

    id: int
    similarity: float


class Partition(Protocol):
    """The vectors of one scope. All arrays of ids have shape (n,), of vectors (n, d)."""

    def __len__(self) -> int: ...

    @property
    def ids(self) -> Ids:
        """A copy of the ids of all its vectors."""

    @property
    def outgrown(self) -> bool:
        """Whether it should be rearranged for its size."""

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Adds vectors under ids that are not there yet."""

    def remove(self, ids: Ids) -> None:
        """Takes out vectors that are there."""

    def search(self, vector: Vectors, k: int) -> list[Neighbour]:
        """The k nearest to a vector of shape (d,), best first; fewer only if it has no more."""


class FlatPartition:
    """The vectors themselves, in the order in which they were added.

    :param large_from: size from which it is outgrown.
    """

    def __init__(self, dimension: int, large_from: int = LARGE_FROM) -> None:
        # FAISS's own annotations leave out what its Python layer adds.
        self._flat: Any = faiss.IndexFlatIP(dimension)
        self._signs: Any = None
        self._ids = Growing(np.int64)
        self._large_from = large_from

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def ids(self) -> Ids:
        return self._ids.view.copy()

    @property
    def outgrown(self) -> bool:
        return len(self._ids) >= self._large_from

    def vectors(self) -> Vectors:
        """A copy of all vectors, in the order of the ids."""
        return self._stored.copy()

    @property
    def _stored(self) -> Vectors:
        """The flat index's own memory, shape (n, d): right until the next change."""
        values = self._flat.ntotal * self._flat.d
        shown: Vectors = faiss.rev_swig_ptr(self._flat.get_xb(), values).reshape(-1, self._flat.d)
        return shown

    def add(self, ids: Ids, vectors: Vectors) -> None:
        self._flat.add(vectors)
        self._ids.extend(ids)
        if self._signs is not None:
            self._signs.add(signs_of(vectors))
        elif len(self._ids) >= SIGNS_FROM:
            self._signs = binary_index(vectors.shape[1])
            self._signs.add(signs_of(self._stored))

    def remove(self, ids: Ids) -> None:
        selected = np.flatnonzero(np.isin(self._ids.view, ids))
        self._flat.remove_ids(selected)
        if self._signs is not None:
            self._signs.remove_ids(selected)
        self._ids.replace(np.delete(self._ids.view, selected))

    def search(self, vector: Vectors, k: int) -> list[Neighbour]:
        wanted = min(k, len(self._ids))
        if wanted == 0:
            return []
        similarities, positions = self._nearest(vector.reshape(1, -1), wanted)
        return neighbours(self._ids.view[positions], similarities)

    def _nearest(self, row: Vectors, k: int) -> tuple[Vectors, NDArray[np.int64]]:
        if self._signs is None or k * 2 > SIGNS_KEPT:
            similarities, positions = self._flat.search(row, k)
            return similarities[0], positions[0]
        _, rough = self._signs.search(signs_of(row), SIGNS_KEPT)
        exact = np.take(self._stored, rough[0], axis=0) @ row[0]
        best = np.argsort(-exact, kind="stable")[:k]
        return exact[best], rough[0][best]


class ScopedIndex:
    """All partitions of one embedding space. Not thread-safe: its owner holds a lock.

    :param dimension: length of the vectors.
    :param large_from: size from which a partition is outgrown.
    """

    def __init__(self, dimension: int, large_from: int = LARGE_FROM) -> None:
        self.dimension = dimension
        self.large_from = large_from
        self._partitions: dict[str, Partition] = {}
        self._number_of: dict[str, int] = {}
        self._scope_at: dict[int, str] = {}
        self._next_number = 0
        self._numbers = IdMap()
        self._changes: dict[str, list[tuple[int, bool]]] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def __contains__(self, entry_id: int) -> bool:
        return not len(self.unknown([entry_id]))

    @property
    def partitions(self) -> Mapping[str, Partition]:
        return self._partitions

    def unknown(self, ids: Sequence[int] | Ids) -> Ids:
        """Those of the ids that are not in the index."""
        asked = np.asarray(ids, np.int64)
        missing: Ids = asked[self._numbers.get(asked) == NOWHERE]
        return missing

    def add(self, scope_id: str, ids: Sequence[int] | Ids, vectors: Vectors) -> None:
        """Adds vectors of shape (n, d) under entry ids that are not in the index yet."""
        partition = self._partitions.get(scope_id)
        if partition is None:
            partition = FlatPartition(self.dimension, self.large_from)
            self.place(scope_id, partition)
        added = np.asarray(ids, np.int64)
        partition.add(added, np.ascontiguousarray(vectors, dtype=np.float32))
        self._register(scope_id, added)
        self._note(scope_id, added, there=True)

    def place(self, scope_id: str, partition: Partition) -> None:
        """Puts a partition in place of the scope's own, which has the same ids, or of none."""
        known = scope_id in self._partitions
        self._partitions[scope_id] = partition
        if not known:
            self._number_of[scope_id] = self._next_number
            self._scope_at[self._next_number] = scope_id
            self._next_number += 1
            self._register(scope_id, partition.ids)

    def remove(self, ids: Iterable[int] | Ids) -> int:
        """Takes entries out; how many there were. Ids that are not in the index are left aside."""
        given = list(ids)
        if not given:
            return 0
        gone = np.unique(np.asarray(given, np.int64))
        numbers = self._numbers.take(gone)
        for number in np.unique(numbers[numbers != NOWHERE]).tolist():
            self._remove_from(self._scope_at[number], gone[numbers == number])
        return int(np.count_nonzero(numbers != NOWHERE))

    def search(self, scope_ids: Sequence[str], vector: Vectors, k: int) -> list[Neighbour]:
        """The k nearest in the given scopes and in no other, best first."""
        # OpenMP keeps the number of threads per calling thread, so it is set where it is used:
        # with two threads a search among 10 k vectors takes 2-29 ms instead of 0.5.
        faiss.omp_set_num_threads(1)
        found = [
            partition.search(vector, k)
            for scope_id in scope_ids
            if (partition := self._partitions.get(scope_id)) is not None
        ]
        return found[0] if len(found) == 1 else best_of(found, k)

    def watch(self, scope_id: str) -> list[tuple[int, bool]]:
        """From now on, (id, whether it is there) of each change in a scope is added to the list."""
        return self._changes.setdefault(scope_id, [])

    def unwatch(self, scope_id: str) -> None:
        self._changes.pop(scope_id, None)

    def _register(self, scope_id: str, ids: Ids) -> None:
        number = self._number_of[scope_id]
        self._numbers.add(ids, np.full(len(ids), number, np.int32))

    def _remove_from(self, scope_id: str, ids: Ids) -> None:
        partition = self._partitions[scope_id]
        partition.remove(ids)
        self._note(scope_id, ids, there=False)
        if not len(partition):
            del self._partitions[scope_id]
            del self._scope_at[self._number_of.pop(scope_id)]

    def _note(self, scope_id: str, ids: Ids, *, there: bool) -> None:
        changes = self._changes.get(scope_id)
        if changes is not None:
            changes.extend((entry_id, there) for entry_id in ids.tolist())


def best_of(found: Iterable[Sequence[Neighbour]], k: int) -> list[Neighbour]:
    """The k nearest of several searches, best first."""
    every = (neighbour for some in found for neighbour in some)
    return sorted(every, key=lambda neighbour: -neighbour.similarity)[:k]


def nearest(ids: Ids, vectors: Vectors, vector: Vectors, k: int) -> list[Neighbour]:
    """The k nearest to a vector of shape (d,) among vectors of shape (n, d), best first."""
    similarities = vectors @ vector
    best = np.argsort(-similarities, kind="stable")[:k]
    return neighbours(ids[best], similarities[best])


def neighbours(ids: Ids, similarities: Vectors) -> list[Neighbour]:
    """Ids and their similarities, both of shape (n,), as values."""
    return [
        Neighbour(entry_id, min(1.0, round(similarity, 6)))
        for entry_id, similarity in zip(ids.tolist(), similarities.tolist(), strict=True)
    ]


def binary_index(dimension: int) -> Any:
    """An empty binary index for the signs of vectors of a given length."""
    return faiss.IndexBinaryFlat(-(-dimension // 8) * 8)


def signs_of(vectors: Vectors) -> NDArray[np.uint8]:
    """The signs of vectors of shape (n, d), packed to shape (n, ceil(d / 8))."""
    return np.packbits(vectors > 0, axis=1)
