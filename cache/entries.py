"""Stored answers: the truth, of which the index is derived."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    Boolean,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    column,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.sql import ColumnElement

from cache.database import Database, Prepared, unpacked
from cache.eviction import age, make_room
from cache.key import Scope
from cache.records import Draft, Entry, StoredVector
from cache.schema import entries, epochs, lookups, usage, vectors

__all__ = ["Draft", "Entry", "EntryStore", "StoredVector"]

NO_TAGS = "[]"
KIB = 1024

_ID_CHUNK = 10_000
_ROWS_AT_ONCE = 500


_FIRST_FLAG = [field.name for field in fields(Entry)].index("quarantined")
_FLAGS = slice(_FIRST_FLAG, _FIRST_FLAG + 3)
COLUMNS = [entries.c[field.name] for field in fields(Entry)]
VALID: ColumnElement[bool] = literal_column(
    """(entries.tags = '[]' OR NOT EXISTS (
        SELECT 1 FROM json_each(entries.tags) AS tag JOIN epochs ON epochs.tag = tag.value
        WHERE epochs.epoch > entries.epoch))""",
    Boolean,
)
"""Whether no tag of an entry was bumped since its answer was asked for."""
_IN_SERVICE = and_(entries.c.quarantined.is_(False), VALID)
GIVEN_IDS: Select[tuple[Any]] = select(column("value")).select_from(
    func.json_each(bindparam("ids")).table_valued("value")
)
_BY_KEY = Prepared(
    select(*COLUMNS).where(
        entries.c.scope_id == bindparam("scope_id"), entries.c.key == bindparam("key"), _IN_SERVICE
    )
)
_BY_ID = Prepared(select(*COLUMNS).where(entries.c.id == bindparam("id"), _IN_SERVICE))
_BY_IDS = Prepared(select(*COLUMNS).where(entries.c.id.in_(GIVEN_IDS), _IN_SERVICE))
_SCOPES = Prepared(
    select(entries.c.id, entries.c.scope_id).where(_IN_SERVICE).order_by(entries.c.id)
)
_DELETE_BY_KEY = Prepared(
    delete(entries)
    .where(entries.c.scope_id == bindparam("scope_id"), entries.c.key == bindparam("key"))
    .returning(entries.c.id, entries.c.pinned)
)
_SCOPE_COLUMNS = [
    entries.c[name]
    for name in (
        "owner", "conversation", "prompt", "scope_model", "purpose", "context",
        "language", "knowledge", "plan", "step",
    )
]  # fmt: skip
_DRAFTS = select(
    entries.c.key, vectors.c.embedder, vectors.c.data, *_SCOPE_COLUMNS, *COLUMNS
).join_from(entries, vectors)
_ID_AT = 3 + len(_SCOPE_COLUMNS)
_QUARANTINED = Prepared(_DRAFTS.where(entries.c.id.in_(GIVEN_IDS), entries.c.quarantined.is_(True)))
_EXPORTED = Prepared(
    _DRAFTS.where(
        entries.c.id > bindparam("after"),
        _IN_SERVICE,
        or_(
            bindparam("owner", type_=Text).is_(None),
            entries.c.owner == "",
            entries.c.owner == bindparam("owner"),
        ),
    )
    .order_by(entries.c.id)
    .limit(literal_column(str(_ROWS_AT_ONCE), Integer))
)
_COUNT = Prepared(select(func.coalesce(func.sum(usage.c.entries), 0)))
_LAST_EPOCH = Prepared(select(func.coalesce(func.max(epochs.c.epoch), 0)))
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
        return entry_of(rows[0]) if rows else None

    def by_ids(self, ids: Iterable[int]) -> dict[int, Entry]:
        """Those of the ids that exist and are in service."""
        wanted = list(ids)
        if len(wanted) == 1:
            rows = self._database.rows(_BY_ID, {"id": wanted[0]})
        else:
            rows = self._database.rows(_BY_IDS, {"ids": json.dumps(wanted)})
        return {row[0]: entry_of(row) for row in rows}

    def insert(self, draft: Draft) -> tuple[Entry, list[int]]:
        """Writes an entry and its vector inside :meth:`Database.write`, and makes room for it.

        :returns: the entry, and the ids of those whose place it took.
        :raises LimitError: if there is no room, and none can be made.
        """
        values = _row_of(draft, self._epoch_of(draft), age(self._database))
        replaced = self._database.rows(_DELETE_BY_KEY, values)
        values["pinned"] = draft.pinned or any(pinned for _, pinned in replaced)
        values["id"] = entry_id = self._database.insert(_INSERT, values)
        vector = {"entry_id": entry_id, "embedder": draft.embedder, "data": draft.vector.tobytes()}
        self._database.insert(_INSERT_VECTOR, vector)
        evicted = make_room(
            self._database,
            draft.limits,
            owner=draft.scope.owner,
            kept=entry_id,
            now=draft.created_at,
        )
        return entry_of([values[column.name] for column in COLUMNS]), [
            *unpacked(replaced),
            *evicted,
        ]

    def last_epoch(self) -> int:
        """How often any tag was bumped."""
        return int(self._database.rows(_LAST_EPOCH, {})[0][0])

    def _epoch_of(self, draft: Draft) -> int:
        if draft.epoch is not None:
            return draft.epoch
        return self.last_epoch() if draft.tags else 0

    def exported(self, owner: str | None) -> Iterator[Draft]:
        """Entries in service, as they were when they were stored, oldest first, piece by piece.

        :param owner: shared entries and this owner's own; ``None``: all.
        """
        last = 0
        while rows := self._database.rows(_EXPORTED, {"after": last, "owner": owner}):
            for row in rows:
                yield _draft_of(row)
            last = rows[-1][_ID_AT]

    def quarantined(self, ids: Sequence[int]) -> list[Draft]:
        """Those of the ids that are out of service, as they were before, to be stored anew."""
        rows = self._database.rows(_QUARANTINED, {"ids": json.dumps(list(ids))})
        return [_draft_of(row) for row in rows]

    def delete(self, ids: Sequence[int]) -> int:
        """Removes entries, and their questions' text from the log of lookups."""
        with self._database.write() as connection:
            parameters = {"ids": json.dumps(list(ids))}
            connection.execute(
                update(lookups).where(lookups.c.nearest_id.in_(GIVEN_IDS)).values(nearest=None),
                parameters,
            )
            gone = connection.execute(
                delete(entries).where(entries.c.id.in_(GIVEN_IDS)), parameters
            )
        return gone.rowcount

    def clear(self) -> int:
        """Removes all entries and the log of lookups; the running totals stay."""
        with self._database.write() as connection:
            connection.execute(delete(lookups))
            return connection.execute(delete(entries)).rowcount

    def count(self) -> int:
        """How many there are, in service or not."""
        return int(self._database.rows(_COUNT, {})[0][0])

    def scopes(self) -> list[tuple[int, str]]:
        """(id, scope id) of every entry in service, in the order of their ids."""
        return self._database.rows(_SCOPES, {})

    def shared_scopes(self) -> list[str]:
        """Scope ids of all shared partitions that hold anything."""
        statement = select(entries.c.scope_id).where(entries.c.owner == "").distinct()
        return unpacked(self._database.select(statement))

    def vectors_of(self, ids: Sequence[int]) -> Iterable[StoredVector]:
        """The vectors of given entries, read piece by piece."""
        for start in range(0, len(ids), _ID_CHUNK):
            parameters = {"ids": json.dumps(ids[start : start + _ID_CHUNK])}
            statement = _VECTORS.where(entries.c.id.in_(GIVEN_IDS))
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


def entry_of(row: Sequence[Any]) -> Entry:
    """The entry in a row of the columns that :class:`Entry` names."""
    values = list(row)
    quarantined, pinned, tags = values[_FLAGS]
    values[_FLAGS] = (
        bool(quarantined),
        bool(pinned),
        () if tags == NO_TAGS else tuple(json.loads(tags)),
    )
    return Entry(*values)


def _draft_of(row: Sequence[Any]) -> Draft:
    key, embedder, data, *told = row
    entry = entry_of(told[len(_SCOPE_COLUMNS) :])
    return Draft(
        key=key,
        question=entry.question,
        answer=entry.answer,
        scope=Scope(*told[: len(_SCOPE_COLUMNS)]),
        model=entry.model,
        created_at=entry.created_at,
        expires_at=entry.expires_at,
        seconds=entry.seconds,
        tokens=entry.tokens,
        embedder=embedder,
        vector=np.frombuffer(data, dtype=np.float32),
        tags=entry.tags,
        epoch=entry.epoch,
        pinned=entry.pinned,
        hits=entry.hits,
        last_hit_at=entry.last_hit_at,
        threshold=entry.threshold,
        verifier=entry.verifier,
    )


def _stored_vector(row: Sequence[Any]) -> StoredVector:
    return StoredVector(*row)


def _row_of(draft: Draft, epoch: int, age_now: float) -> dict[str, Any]:
    scope, size = draft.scope, draft.bytes
    return {
        "scope_id": scope.id,
        "key": draft.key,
        "question": draft.question,
        "answer": draft.answer,
        "owner": scope.owner,
        "conversation": scope.conversation,
        "purpose": scope.purpose,
        "prompt": scope.prompt,
        "scope_model": scope.model,
        "context": scope.context,
        "language": scope.language,
        "knowledge": scope.knowledge,
        "plan": scope.plan,
        "step": scope.step,
        "model": draft.model,
        "created_at": draft.created_at,
        "expires_at": draft.expires_at,
        "hits": draft.hits,
        "last_hit_at": draft.last_hit_at,
        "seconds": draft.seconds,
        "tokens": draft.tokens,
        "quarantined": False,
        "tags": json.dumps(draft.tags) if draft.tags else NO_TAGS,
        "epoch": epoch,
        "bytes": size,
        "value": age_now + draft.seconds * (1 + draft.hits) * KIB / size,
        "threshold": draft.threshold,
        "verifier": draft.verifier,
    }
