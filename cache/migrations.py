"""Brings a database of an older schema version up to the newest, entries and all."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Column, Connection, Index, Table
from sqlalchemy.schema import CreateColumn

from cache.schema import (
    FIRST_MARK,
    METADATA,
    SCHEMA_VERSION,
    TRIGGERS,
    entries,
    epochs,
    flights,
    labels,
    lookups,
    marks,
    usage,
)


def version_of(connection: Connection) -> int:
    """The schema version that a database says it has; 0: nothing was made in it yet."""
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def migrate(connection: Connection) -> None:
    """Makes the tables, or changes an older version's, inside the caller's transaction.

    A database that is up to date, or newer, is left as it is.
    """
    found = version_of(connection)
    if found >= SCHEMA_VERSION:
        return
    if found == 0:
        METADATA.create_all(connection)
        connection.exec_driver_sql(FIRST_MARK)
        _make_triggers(connection)
    else:
        for version in range(found, SCHEMA_VERSION):
            _STEPS[version](connection)
    connection.exec_driver_sql(f"PRAGMA user_version={SCHEMA_VERSION}")


def _from_1(connection: Connection) -> None:
    _add_columns(connection, entries, "language", "knowledge", "plan", "step", "tags", "epoch")
    _add_columns(connection, entries, "pinned", "bytes", "value", "threshold", "verifier")
    _add_columns(connection, lookups, "probability", "verdict")
    for table in (labels, epochs, flights, usage):
        table.create(connection)
    for index in ("entries_by_value", "entries_by_owner_and_value", "entries_with_tags"):
        _index(entries, index).create(connection)
    _index(lookups, "lookups_by_entry").create(connection)
    for statement in _SIZES_AND_VALUES_FROM_1:
        connection.exec_driver_sql(statement)


def _from_2(connection: Connection) -> None:
    _add_columns(connection, lookups, "tokens_saved")
    connection.exec_driver_sql(_TOKENS_SAVED_FROM_2)
    marks.create(connection)
    connection.exec_driver_sql(FIRST_MARK)
    for trigger in ("entry_added", "entry_removed"):
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {trigger}")
    _make_triggers(connection)


_SIZES_AND_VALUES_FROM_1 = (
    """
    UPDATE entries SET bytes = length(CAST(question AS BLOB)) + length(CAST(answer AS BLOB))
        + coalesce((SELECT length(data) FROM vectors WHERE entry_id = entries.id), 0)
    """,
    "UPDATE entries SET value = seconds * (1 + hits) * 1024 / max(1, bytes)",
    "INSERT INTO usage SELECT owner, count(*), sum(bytes) FROM entries GROUP BY owner",
)

_TOKENS_SAVED_FROM_2 = """
    UPDATE lookups SET tokens_saved =
        coalesce((SELECT tokens FROM entries WHERE entries.id = lookups.entry_id), 0)
    WHERE outcome = 'hit'
"""
"""As far as the answers that were served are still there."""

_STEPS: Mapping[int, Callable[[Connection], None]] = {1: _from_1, 2: _from_2}
"""What leads from a version to the next."""


def _add_columns(connection: Connection, table: Table, *names: str) -> None:
    for name in names:
        definition = _definition(connection, table.c[name])
        connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {definition}")


def _definition(connection: Connection, column: Column[object]) -> str:
    return str(CreateColumn(column).compile(dialect=connection.dialect))


def _index(table: Table, name: str) -> Index:
    return next(index for index in table.indexes if index.name == name)


def _make_triggers(connection: Connection) -> None:
    for trigger in TRIGGERS:
        connection.exec_driver_sql(trigger)
