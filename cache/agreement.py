"""How the index and the stored vectors compare with the entries themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from cache.index import Vectors
from cache.records import StoredVector

SAME_VECTOR = 0.999
"""Least cosine of two vectors of one text: batches, processors and libraries round differently."""

_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Agreement:
    """How the index compares with the database.

    :ivar stored: entries in service.
    :ivar missing: ids of those among them that no search can find.
    :ivar extra: ids in the index that are not in service; they are never served.
    :ivar embedded: how many of the stored vectors were compared with their questions' own.
    :ivar astray: ids of those among them that are other vectors.
    """

    stored: int
    missing: tuple[int, ...]
    extra: tuple[int, ...]
    embedded: int = 0
    astray: tuple[int, ...] = ()

    @property
    def agree(self) -> bool:
        """Whether nothing is wrong, as far as was looked."""
        return not (self.missing or self.extra or self.astray)


def astray(
    stored: Iterable[StoredVector], embed: Callable[[Sequence[str]], Mapping[str, Vectors]]
) -> Iterator[int]:
    """The ids of stored vectors that are not their questions' own.

    :param embed: gives the vectors of texts, each of shape (d,), by text.
    """
    left = iter(stored)
    while some := list(islice(left, _AT_ONCE)):
        made = embed([one.question for one in some])
        yield from (one.id for one in some if not _same(one, made[one.question]))


def _same(one: StoredVector, vector: Vectors) -> bool:
    known = np.frombuffer(one.data, np.float32)
    return known.shape == vector.shape and float(known @ vector) >= SAME_VECTOR
