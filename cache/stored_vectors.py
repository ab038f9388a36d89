"""Reads many vectors from the database, where a value for each row would cost too much."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import bindparam, func, literal_column, or_, select
from sqlalchemy.sql import ColumnElement

from cache.database import Database, Prepared
from cache.entries import GIVEN_IDS, VALID
from cache.id_map import Ids
from cache.index import Vectors
from cache.schema import entries, vectors

_FLOAT_BYTES = 4

_NOTHING: ColumnElement[int] = literal_column("0")
_ONE: ColumnElement[int] = literal_column("1")
_EXACT = Prepared(
    select(vectors.c.entry_id, vectors.c.data)
    .where(
        vectors.c.entry_id.in_(GIVEN_IDS),
        vectors.c.embedder == bindparam("embedder"),
        func.length(vectors.c.data) == bindparam("bytes"),
    )
    .order_by(vectors.c.entry_id)
)
_IN_SERVICE = Prepared(
    select(vectors.c.entry_id, entries.c.scope_id, vectors.c.data)
    .join_from(vectors, entries)
    .where(
        vectors.c.entry_id.in_(GIVEN_IDS),
        vectors.c.embedder == bindparam("embedder"),
        func.length(vectors.c.data) == bindparam("bytes"),
        entries.c.quarantined.is_(False),
        VALID,
    )
    .order_by(vectors.c.entry_id)
)
_OF_SCOPE = Prepared(
    select(vectors.c.entry_id, vectors.c.data)
    .join_from(vectors, entries)
    .where(
        entries.c.scope_id == bindparam("scope_id"),
        vectors.c.embedder == bindparam("embedder"),
        func.length(vectors.c.data) == bindparam("bytes"),
        entries.c.quarantined.is_(False),
        VALID,
    )
    .limit(bindparam("most"))
    .offset(_NOTHING)
)
# Both are read off the index over (scope, key): one row a scope, however many entries it has.
_IDS_BY_SCOPE = Prepared(
    select(entries.c.scope_id, func.group_concat(entries.c.id))
    .group_by(entries.c.scope_id)
    .having(func.count() >= bindparam("least"))
)
_IDS_OF_SCOPE = Prepared(
    select(func.group_concat(entries.c.id)).where(entries.c.scope_id == bindparam("scope_id"))
)
_ONE_OF_SCOPE = Prepared(
    select(entries.c.id)
    .where(entries.c.scope_id == bindparam("scope_id"))
    .limit(_ONE)
    .offset(bindparam("before"))
)
_IDS_AFTER = Prepared(
    select(entries.c.id, entries.c.scope_id).where(entries.c.id > bindparam("last_id"))
)
_LAST_ID = Prepared(select(func.max(entries.c.id)))
_FOREIGN_AFTER = Prepared(
    select(vectors.c.entry_id)
    .where(
        vectors.c.entry_id > bindparam("last_id"),
        or_(
            vectors.c.embedder != bindparam("embedder"),
            func.length(vectors.c.data) != bindparam("bytes"),
        ),
    )
    .order_by(vectors.c.entry_id)
)
_OLDEST, _NEWEST = (
    Prepared(
        select(vectors.c.embedder)
        .where(vectors.c.entry_id <= bindparam("last_id"))
        .order_by(order)
        .limit(bindparam("most"))
        .offset(_NOTHING)
    )
    for order in (vectors.c.entry_id, vectors.c.entry_id.desc())
)
_SAMPLED = 4


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
        rows = self._rows(_EXACT, ids=json.dumps(ids.tolist()))
        known = np.array([entry_id for entry_id, _ in rows], np.int64)
        return known, self._joined([data for _, data in rows])

    def read_scoped(self, ids: Ids) -> tuple[Ids, list[str], Vectors]:
        """As :meth:`read`, with scope ids, and without those out of service."""
        rows = self._rows(_IN_SERVICE, ids=json.dumps(ids.tolist()))
        known = np.array([entry_id for entry_id, _, _ in rows], np.int64)
        return known, [scope for _, scope, _ in rows], self._joined([data for _, _, data in rows])

    def of_scope(self, scope_id: str, most: int) -> tuple[Ids, Vectors]:
        """Of a scope's entries in service, so many at most: ids (n,) and vectors (n, d)."""
        rows = self._rows(_OF_SCOPE, scope_id=scope_id, most=most)
        known = np.array([entry_id for entry_id, _ in rows], np.int64)
        return known, self._joined([data for _, data in rows])

    def _rows(self, statement: Prepared, **parameters: object) -> list[Any]:
        space = {"embedder": self._embedder, "bytes": self._dimension * _FLOAT_BYTES}
        return self._database.rows(statement, {**parameters, **space})

    def _joined(self, data: Sequence[bytes]) -> Vectors:
        return np.frombuffer(b"".join(data), np.float32).reshape(len(data), self._dimension)

    def ids_by_scope(self, least: int) -> dict[str, Ids]:
        """The ids in each scope with so many entries or more, in service or not, rising."""
        rows = self._rows(_IDS_BY_SCOPE, least=least)
        return {scope_id: _parsed(joined) for scope_id, joined in rows}

    def has(self, scope_id: str, least: int) -> bool:
        """Whether a scope has so many entries, in service or not."""
        return bool(self._rows(_ONE_OF_SCOPE, scope_id=scope_id, before=least - 1))

    def ids_of(self, scope_id: str) -> Ids:
        """The ids of all entries of a scope, in service or not, rising."""
        ((joined,),) = self._rows(_IDS_OF_SCOPE, scope_id=scope_id)
        return _parsed(joined or "")

    def ids_after(self, last_id: int) -> list[tuple[int, str]]:
        """(id, scope id) of all entries stored later than a given one."""
        return self._rows(_IDS_AFTER, last_id=last_id)

    def last_id(self) -> int:
        """The greatest id of an entry; 0 if there is none."""
        return int(self._rows(_LAST_ID)[0][0] or 0)

    def foreign_ids_after(self, last_id: int) -> Ids:
        """The ids after a given one under which another model's vector lies, rising."""
        rows = self._rows(_FOREIGN_AFTER, last_id=last_id)
        return np.array([entry_id for (entry_id,) in rows], np.int64)

    def foreign_ids(self, checked_to: int) -> Ids:
        """All ids under which another model's vector lies, rising.

        :param checked_to: up to this id all were this model's once. Unless another has replaced
            them since, which it does from the oldest to the newest, only the rest is read.
        """
        ends = [
            embedder
            for statement in (_OLDEST, _NEWEST)
            for (embedder,) in self._rows(statement, last_id=checked_to, most=_SAMPLED)
        ]
        replaced = any(embedder != self._embedder for embedder in ends)
        return self.foreign_ids_after(0 if replaced else checked_to)


def _parsed(joined: str) -> Ids:
    ids: Ids = np.fromstring(joined, np.int64, sep=",")
    ids.sort()
    return ids
