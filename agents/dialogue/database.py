"""The database of conversations: its tables, its connections, and what its errors mean.

Schema versions:
    1  conversations, events, drafts
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DBAPIError

from agents.errors import (
    StoreCorruptError,
    StoreError,
    StoreFullError,
    StoreLockedError,
    StoreReadOnlyError,
    StoreVersionError,
)

SCHEMA_VERSION: Final = 1
LOCK_WAIT: Final = 2.0
"""Seconds to wait for another process to let go of the database."""

TABLES: Final = sa.MetaData()
CONVERSATIONS: Final = sa.Table(
    "conversations",
    TABLES,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("owner", sa.String, nullable=False, index=True),
    sa.Column("title", sa.String, nullable=False, default=""),
    sa.Column("updated_at", sa.Float, nullable=False),
)
EVENTS: Final = sa.Table(
    "events",
    TABLES,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("conversation", sa.String, sa.ForeignKey("conversations.id"), nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("message", sa.String, unique=True),
    sa.Column("body", sa.String, nullable=False),
    sa.Index("events_of_conversation", "conversation", "id"),
)
DRAFTS: Final = sa.Table(
    "drafts",
    TABLES,
    sa.Column("reply", sa.String, primary_key=True),
    sa.Column("conversation", sa.String, nullable=False, unique=True),
    sa.Column("answer", sa.String, nullable=False, default=""),
    sa.Column("host", sa.String, nullable=False),
    sa.Column("process", sa.Integer, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
)


def engine_of(path: Path) -> sa.Engine:
    """Connections to the database at `path`, tuned alike."""
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)), connect_args={"timeout": LOCK_WAIT}
    )

    @sa.event.listens_for(engine, "connect")
    def tune(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")

    return engine


def prepare(
    engine: sa.Engine, path: Path, tables: sa.MetaData = TABLES, version: int = SCHEMA_VERSION
) -> None:
    """Make the tables where there are none.

    Raises:
        StoreVersionError: A newer Reprise made them.
    """
    with engine.begin() as connection:
        found = int(connection.execute(sa.text("PRAGMA user_version")).scalar_one())
        if found > version:
            raise StoreVersionError(path, found, version)
        if found < version:
            tables.create_all(connection)
            connection.execute(sa.text(f"PRAGMA user_version={version}"))


def insert_new(connection: sa.Connection, table: sa.Table, row: Mapping[str, object]) -> bool:
    """Whether the row was inserted; False where another one stands in its place."""
    done = connection.execute(insert(table).values(**row).on_conflict_do_nothing())
    return done.rowcount == 1


_CAUSES: Final[tuple[tuple[tuple[str, ...], Callable[[Path], StoreError]], ...]] = (
    (("locked", "busy"), StoreLockedError),
    (("readonly", "read-only", "unable to open"), StoreReadOnlyError),
    (("full", "disk i/o"), StoreFullError),
)


def explained(path: Path, error: DBAPIError) -> StoreError:
    """What SQLite's error means for the user."""
    words = str(error.orig).lower()
    for cues, kind in _CAUSES:
        if any(cue in words for cue in cues):
            return kind(path)
    return StoreCorruptError(path)
