"""Stored answers: the truth, of which the index is derived."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    Connection,
    Select,
    bindparam,
    column,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.sql import ColumnElement

from cache.database import Database, Prepared, unpacked
from cache.key import Scope
from cache.schema import entries, feedback, lookups, vectors

_ID_CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored answer. Its id never names another answer: storing anew gives a new id.

    :ivar shared: whether everybody may be served it; else only ``owner`` in ``conversation``.
    :ivar purpose: what the text is for: ``answer``, ``plan``, ...
    :ivar model: which model gave the answer.
    :ivar created_at: seconds since the epoch.
    :ivar expires_at: seconds since the epoch; ``None``: never.
    :ivar hits: how often it was served.
    :ivar last_hit_at: seconds since the epoch; ``None``: never.
    :ivar seconds: what the answer took when the model gave it.
    :ivar tokens: what it cost then.
    :ivar quarantined: taken out of service by a thumbs-down.
    """

    id: int
    question: str
    answer: str
    owner: str
    conversation: str
    purpose: str
    model: str
    created_at: float
    expires_at: float | None
    hits: int
    last_hit_at: float | None
    seconds: float
    tokens: int
    quarantined: bool

    @property
    def shared(self) -> bool:
        return not self.owner

    def expired(self, now: float) -> bool:
        """Whether its time is over, at ``now`` seconds since the epoch."""
        return self.expires_at is not None and self.expires_at <= now


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry before it is stored: what the caller gives, and its vector of shape (d,)."""

    key: str
    question: str
    answer: str
    scope: Scope
    model: str
    created_at: float
    expires_at: float | None
    seconds: float
    tokens: int
    embedder: str
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class StoredVector:
    """A vector as it lies in the database, with what is needed to make it anew."""

    id: int
    scope_id: str
    question: str
    embedder: str
    data: bytes


_COLUMNS = [entries.c[field.name] for field in fields(Entry)]
_IN_SERVICE = entries.c.quarantined.is_(False)
_GIVEN_IDS: Select[tuple[Any]] = select(column("value")).select_from(
    func.json_each(bindparam("ids")).table_valued("value")
)
_BY_KEY = Prepared(
    select(*_COLUMNS).where(
        entries.c.scope_id == bindparam("scope_id"), entries.c.key == bindparam("key"), _IN_SERVICE
    )
)
_BY_IDS = Prepared(select(*_COLUMNS).where(entries.c.id.in_(_GIVEN_IDS), _IN_SERVICE))
_DELETE_BY_KEY = Prepared(
    delete(entries)
    .where(entries.c.scope_id == bindparam("scope_id"), entries.c.key == bindparam("key"))
    .returning(entries.c.id)
)
_INSERT = Prepared(insert(entries), [each.name for each in entries.c if each.name != "id"])
_INSERT_VECTOR = Prepared(insert(vectors), [each.name for each in vectors.c])
_VECTORS = (
    select(
        entries.c.id,
        entries.c.scope_id,
        entries.c.question,
        vectors.c.embedder,
        vectors.c.data,
    )
    .join_from(entries, vectors)
    .where(_IN_SERVICE)
    .order_by(entries.c.id)
)


class EntryStore:
    """Reads and writes entries.

    :param database: where they lie.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_key(self, scope_id: str, key: str) -> Entry | None:
        """The entry in service under a normalised question's key."""
        rows = self._database.rows(_BY_KEY, {"scope_id": scope_id, "key": key})
        return _entry(rows[0]) if rows else None

    def by_ids(self, ids: Iterable[int]) -> dict[int, Entry]:
        """Those of the ids that exist and are in service."""
        rows = self._database.rows(_BY_IDS, {"ids": json.dumps(list(ids))})
        return {row[0]: _entry(row) for row in rows}

    def insert(self, draft: Draft) -> tuple[Entry, list[int]]:
        """Writes an entry and its vector inside :meth:`Database.write`.

        :returns: the entry, and the ids of those whose place it took.
        """
        values = _row_of(draft)
        replaced = unpacked(self._database.rows(_DELETE_BY_KEY, values))
        values["id"] = entry_id = self._database.insert(_INSERT, values)
        vector = {"entry_id": entry_id, "embedder": draft.embedder, "data": draft.vector.tobytes()}
        self._database.insert(_INSERT_VECTOR, vector)
        return Entry(**{field.name: values[field.name] for field in fields(Entry)}), replaced

    def find(self, *, search: str, limit: int, owner: str | None) -> tuple[Entry, ...]:
        """Newest first; ``owner`` as in :meth:`cache.semantic.SemanticCache.entries`."""
        statement = select(*_COLUMNS).order_by(entries.c.id.desc()).limit(limit)
        if search:
            found_in = (entries.c.question, entries.c.answer)
            statement = statement.where(
                or_(*(field.icontains(search, autoescape=True) for field in found_in))
            )
        if owner is not None:
            statement = statement.where(entries.c.owner.in_({"", owner}))
        return tuple(_entry(row) for row in self._database.select(statement))

    def delete(self, ids: Sequence[int]) -> int:
        """Removes entries, and their questions' text from the log of lookups."""
        with self._database.write() as connection:
            parameters = {"ids": json.dumps(list(ids))}
            connection.execute(
                update(lookups).where(lookups.c.nearest_id.in_(_GIVEN_IDS)).values(nearest=None),
                parameters,
            )
            gone = connection.execute(
                delete(entries).where(entries.c.id.in_(_GIVEN_IDS)), parameters
            )
        return gone.rowcount

    def clear(self) -> int:
        """Removes all entries and the log of lookups; the running totals stay."""
        with self._database.write() as connection:
            connection.execute(delete(lookups))
            return connection.execute(delete(entries)).rowcount

    def judge(self, entry_id: int, *, good: bool, time: float) -> None:
        """Records a thumb; a bad one takes the entry out of service. Nothing if it is gone."""
        with self._database.write() as connection:
            if connection.execute(select(entries.c.id).where(entries.c.id == entry_id)).first():
                label = {"time": time, "entry_id": entry_id, "good": good}
                connection.execute(insert(feedback), label)
                if not good:
                    _set(connection, entries.c.id == entry_id, quarantined=True)

    def expired_ids(self, now: float) -> list[int]:
        return unpacked(
            self._database.select(select(entries.c.id).where(entries.c.expires_at <= now))
        )

    def count(self) -> int:
        return int(self._database.select(select(func.count()).select_from(entries))[0][0])

    def scopes(self) -> list[tuple[int, str]]:
        """(id, scope id) of every entry in service, in the order of their ids."""
        statement = select(entries.c.id, entries.c.scope_id).where(_IN_SERVICE)
        return [(row[0], row[1]) for row in self._database.select(statement.order_by(entries.c.id))]

    def shared_scopes(self) -> list[str]:
        """Scope ids of all shared partitions that hold anything."""
        statement = select(entries.c.scope_id).where(entries.c.owner == "").distinct()
        return unpacked(self._database.select(statement))

    def vectors_of(self, ids: Sequence[int]) -> Iterable[StoredVector]:
        """The vectors of given entries, read piece by piece."""
        for start in range(0, len(ids), _ID_CHUNK):
            parameters = {"ids": json.dumps(ids[start : start + _ID_CHUNK])}
            statement = _VECTORS.where(entries.c.id.in_(_GIVEN_IDS))
            yield from map(_stored_vector, self._database.select(statement, parameters))

    def vectors_after(self, last_id: int) -> list[StoredVector]:
        """The vectors of entries stored later than a given one, by whomever."""
        rows = self._database.select(_VECTORS.where(entries.c.id > last_id))
        return [_stored_vector(row) for row in rows]

    def replace_vectors(self, embedder: str, by_id: Mapping[int, NDArray[np.float32]]) -> None:
        """Puts another model's vectors, each of shape (d,), in place of those stored."""
        statement = (
            update(vectors)
            .where(vectors.c.entry_id == bindparam("of_entry"))
            .values(embedder=embedder, data=bindparam("new_data"))
        )
        rows = [{"of_entry": id_, "new_data": vector.tobytes()} for id_, vector in by_id.items()]
        with self._database.write() as connection:
            connection.execute(statement, rows)


def _entry(row: Sequence[Any]) -> Entry:
    values = list(row)
    values[-1] = bool(values[-1])
    return Entry(*values)


def _stored_vector(row: Sequence[Any]) -> StoredVector:
    return StoredVector(*row)


def _row_of(draft: Draft) -> dict[str, Any]:
    return {
        "scope_id": draft.scope.id,
        "key": draft.key,
        "question": draft.question,
        "answer": draft.answer,
        "owner": draft.scope.owner,
        "conversation": draft.scope.conversation,
        "purpose": draft.scope.purpose,
        "prompt": draft.scope.prompt,
        "scope_model": draft.scope.model,
        "context": draft.scope.context,
        "model": draft.model,
        "created_at": draft.created_at,
        "expires_at": draft.expires_at,
        "hits": 0,
        "last_hit_at": None,
        "seconds": draft.seconds,
        "tokens": draft.tokens,
        "quarantined": False,
    }


def _set(connection: Connection, where: ColumnElement[bool], **values: object) -> None:
    connection.execute(update(entries).where(where).values(**values))
