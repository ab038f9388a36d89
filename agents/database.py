"""An SQLite file: its connections and transactions, and what its errors mean."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DBAPIError

from agents import signals
from agents.errors import (
    StoreCorruptError,
    StoreError,
    StoreFullError,
    StoreLockedError,
    StoreReadOnlyError,
    StoreVersionError,
)
from agents.tracing import span

LOCK_WAIT: Final = 2.0
"""Seconds to wait for another process to let go of the database."""


class Database:
    """One SQLite file. Every method may be called from any thread.

    A change is on disk when its transaction ends: it survives a killed process; after a power
    cut the last moments may be missing, the file is whole all the same (WAL, synchronous
    NORMAL).

    Attributes:
        path: Where it is.
    """

    def __init__(self, path: Path, engine: sa.Engine) -> None:
        self.path = path
        self._engine = engine
        self._writing_here = threading.Lock()

    @classmethod
    def open(cls, path: Path, tables: sa.MetaData, version: int) -> Database:
        """Open the file at `path`, creating it, its folder and its tables where there are none.

        Raises:
            StoreError: It cannot be opened, or a newer Reprise wrote it.
        """
        opened = cls(path, _engine_of(path))
        try:
            with opened._told_clearly():
                path.parent.mkdir(parents=True, exist_ok=True)
                opened._prepare(tables, version)
        except BaseException:
            opened.close()
            raise
        return opened

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection to read with.

        Raises:
            StoreError: It cannot be read.
        """
        with self._told_clearly(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, operation: str) -> Iterator[sa.Connection]:
        """A transaction: all that is done in it is stored at its end, or nothing is.

        Args:
            operation: What is done, for traces.

        Raises:
            StoreError: It cannot be written.
        """
        with (
            span(signals.WRITING, **{signals.DATABASE: "sqlite", signals.DATABASE_DOES: operation}),
            # SQLite lets threads that write at once wait by asking again and again.
            self._writing_here,
            self._told_clearly(),
            self._engine.begin() as connection,
        ):
            # The lock first: what is read before a change must still be so when it is made.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    def _prepare(self, tables: sa.MetaData, version: int) -> None:
        with self._engine.begin() as connection:
            found = int(connection.execute(sa.text("PRAGMA user_version")).scalar_one())
            if found > version:
                raise StoreVersionError(self.path, found, version)
            if found < version:
                tables.create_all(connection)
                connection.execute(sa.text(f"PRAGMA user_version={version}"))

    @contextmanager
    def _told_clearly(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise _explained(self.path, error) from error
        except OSError as error:
            raise StoreReadOnlyError(self.path) from error


def insert_new(connection: sa.Connection, table: sa.Table, row: Mapping[str, object]) -> bool:
    """Whether the row was inserted; False where another one stands in its place."""
    done = connection.execute(insert(table).values(**row).on_conflict_do_nothing())
    return done.rowcount == 1


def _engine_of(path: Path) -> sa.Engine:
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


_CAUSES: Final[tuple[tuple[tuple[str, ...], Callable[[Path], StoreError]], ...]] = (
    (("locked", "busy"), StoreLockedError),
    (("readonly", "read-only", "unable to open"), StoreReadOnlyError),
    (("full", "disk i/o"), StoreFullError),
)


def _explained(path: Path, error: DBAPIError) -> StoreError:
    """What SQLite's error means for the user."""
    words = str(error.orig).lower()
    for cues, kind in _CAUSES:
        if any(cue in words for cue in cues):
            return kind(path)
    return StoreCorruptError(path)
