"""Reads many vectors from the database, where a value for each row would cost too much."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Select, bindparam, column, func, select

from cache.database import Database, Prepared
from cache.id_map import Ids
from cache.index import Vectors
from cache.schema import entries, vectors

_FLOAT_BYTES = 4

_GIVEN_IDS: Select[tuple[Any]] = select(column("value")).select_from(
    func.json_each(bindparam("ids")).table_valued("value")
)
_EXACT = Prepared(
    select(vectors.c.entry_id, vectors.c.data)
    .where(
        vectors.c.entry_id.in_(_GIVEN_IDS),
        vectors.c.embedder == bindparam("embedder"),
        func.length(vectors.c.data) == bindparam("bytes"),
    )
    .order_by(vectors.c.entry_id)
)
_IN_SERVICE = Prepared(
    select(vectors.c.entry_id, entries.c.scope_id, vectors.c.data)
    .join_from(vectors, entries)
    .where(
        vectors.c.entry_id.in_(_GIVEN_IDS),
        vectors.c.embedder == bindparam("embedder"),
        func.length(vectors.c.data) == bindparam("bytes"),
        entries.c.quarantined.is_(False),
    )
    .order_by(vectors.c.entry_id)
)
_IDS_BY_SCOPE = Prepared(
    # Read off the index over (scope, key): one row a scope, however many entries there are.
    select(entries.c.scope_id, func.group_concat(entries.c.id)).group_by(entries.c.scope_id)
)
_IDS_AFTER = Prepared(
    select(entries.c.id).where(entries.c.id > bindparam("last_id")).order_by(entries.c.id)
)


class StoredVectors:
    """The vectors of one embedding model, as they lie in the database.

    :param database: where they lie.
    :param embedder: the model's name; vectors of others are passed over.
    :param dimension: length of the vectors.
    """

    def __init__(self, database: Database, embedder: str, dimension: int) -> None:
        self._database = database
        self._embedder = embedder
        self._dimension = dimension

    def through(self, database: Database) -> StoredVectors:
        """The same, through another connection."""
        return StoredVectors(database, self._embedder, self._dimension)

    def read(self, ids: Ids) -> tuple[Ids, Vectors]:
        """Of rising ids of shape (n,), those that exist, still rising, with vectors (m, d)."""
        rows = self._rows(_EXACT, ids)
        known = np.array([entry_id for entry_id, _ in rows], np.int64)
        return known, self._joined([data for _, data in rows])

    def read_scoped(self, ids: Ids) -> tuple[Ids, list[str], Vectors]:
        """As :meth:`read`, with scope ids, and without those in quarantine."""
        rows = self._rows(_IN_SERVICE, ids)
        known = np.array([entry_id for entry_id, _, _ in rows], np.int64)
        return known, [scope for _, scope, _ in rows], self._joined([data for _, _, data in rows])

    def _rows(self, statement: Prepared, ids: Ids) -> list[Any]:
        return self._database.rows(
            statement,
            {
                "ids": json.dumps(ids.tolist()),
                "embedder": self._embedder,
                "bytes": self._dimension * _FLOAT_BYTES,
            },
        )

    def _joined(self, data: Sequence[bytes]) -> Vectors:
        return np.frombuffer(b"".join(data), np.float32).reshape(len(data), self._dimension)

    def ids_by_scope(self) -> dict[str, Ids]:
        """The ids of all entries, in service or not, rising within each scope."""
        rows = self._database.rows(_IDS_BY_SCOPE, {})
        return {scope_id: _parsed(joined) for scope_id, joined in rows}

    def ids_after(self, last_id: int) -> Ids:
        """The ids of all entries stored later than a given one, rising."""
        rows = self._database.rows(_IDS_AFTER, {"last_id": last_id})
        return np.array([entry_id for (entry_id,) in rows], np.int64)


def _parsed(joined: str) -> Ids:
    ids: Ids = np.fromstring(joined, np.int64, sep=",")
    ids.sort()
    return ids
