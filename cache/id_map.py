"""Numbers in plain memory: a dictionary of a million entry ids takes more than 100 MB."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Values = NDArray[np.int32]

NOWHERE = -1
_FIRST_ROOM = 8


class Growing:
    """A one-dimensional array that grows at its end, by doubling.

    :param dtype: of its numbers.
    """

    def __init__(self, dtype: type[np.integer[Any]]) -> None:
        self._room: NDArray[Any] = np.empty(_FIRST_ROOM, dtype)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    @property
    def view(self) -> NDArray[Any]:
        """The array itself, right until the next change."""
        return self._room[: self._size]

    def extend(self, values: NDArray[Any]) -> None:
        needed = self._size + len(values)
        if needed > len(self._room):
            grown = np.empty(max(needed, 2 * len(self._room)), self._room.dtype)
            grown[: self._size] = self.view
            self._room = grown
        self._room[self._size : needed] = values
        self._size = needed

    def replace(self, values: NDArray[Any]) -> None:
        self._room = np.array(values, self._room.dtype)
        self._size = len(values)


class IdMap:
    """Entry ids to numbers from 0, in 12 bytes an entry.

    Ids nearly always come in rising order; after others, the next look-up sorts.
    """

    def __init__(self) -> None:
        self._keys = Growing(np.int64)
        self._values = Growing(np.int32)
        self._taken = 0
        self._in_order = True

    def __len__(self) -> int:
        return len(self._keys) - self._taken

    @property
    def ids(self) -> Ids:
        """A copy of all ids, rising."""
        self._tidy()
        return self._keys.view.copy()

    def add(self, ids: Ids, values: Values) -> None:
        """Adds ids that are not there yet."""
        if not len(ids):
            return
        last = self._keys.view[-1] if len(self._keys) else NOWHERE
        self._in_order &= bool(ids[0] > last) and bool((np.diff(ids) > 0).all())
        self._keys.extend(ids)
        self._values.extend(values)

    def get(self, ids: Ids) -> Values:
        """The value of each id, :data:`NOWHERE` for those that are not there."""
        positions, there = self._find(ids)
        values = np.full(len(ids), NOWHERE, np.int32)
        values[there] = self._values.view[positions[there]]
        return values

    def take(self, ids: Ids) -> Values:
        """As :meth:`get`, and takes the ids out."""
        values = self.get(ids)
        positions, there = self._find(ids)
        self._values.view[positions[there]] = NOWHERE
        self._taken += int(np.count_nonzero(values != NOWHERE))
        if 2 * self._taken > len(self._keys):
            self._tidy()
        return values

    def _find(self, ids: Ids) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        if not self._in_order:
            self._tidy()
        keys = self._keys.view
        positions = np.searchsorted(keys, ids)
        there = positions < len(keys)
        there[there] = keys[positions[there]] == ids[there]
        return positions, there

    def _tidy(self) -> None:
        if self._in_order and not self._taken:
            return
        kept = self._values.view != NOWHERE
        keys, values = self._keys.view[kept], self._values.view[kept]
        order = np.argsort(keys, kind="stable")
        self._keys.replace(keys[order])
        self._values.replace(values[order])
        self._taken, self._in_order = 0, True
