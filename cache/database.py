"""The SQLite file under the cache: one connection, one lock, and errors in our terms.

SQLAlchemy Core describes tables and statements. The few statements on a lookup's way are compiled
once and run by the driver itself (:class:`Prepared`): executing them through SQLAlchemy costs
80-180 microseconds each, the driver 20-60, and a whole lookup may take 500.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, StaticPool
from sqlalchemy.sql import ClauseElement, Executable

from cache.errors import (
    StoreCorruptError,
    StoreError,
    StoreFullError,
    StoreLockedError,
    StoreReadOnlyError,
    StoreVersionError,
)
from cache.migrations import migrate, version_of
from cache.schema import SCHEMA_VERSION

_READ_WAITS = 0.05
"""Seconds that reading waits for an exclusive lock. Asking the model costs more than a miss, yet
a lookup that hangs costs everybody who waits for the same connection."""

_BETWEEN_TRIES = 0.01
"""Seconds between a writer's tries to get past another process's lock."""

_ERRORS: Mapping[int, type[StoreError]] = {
    sqlite3.SQLITE_BUSY: StoreLockedError,
    sqlite3.SQLITE_LOCKED: StoreLockedError,
    sqlite3.SQLITE_READONLY: StoreReadOnlyError,
    sqlite3.SQLITE_FULL: StoreFullError,
    sqlite3.SQLITE_CORRUPT: StoreCorruptError,
    sqlite3.SQLITE_NOTADB: StoreCorruptError,
}


class Prepared:
    """A Core statement compiled once, to be run by the driver.

    :param statement: a statement; its parameters are given by name when it is run.
    :param columns: of an INSERT: the columns that will be given.
    """

    def __init__(self, statement: ClauseElement, columns: Sequence[str] | None = None) -> None:
        compiled: Any = statement.compile(
            dialect=sqlite_dialect.dialect(),
            column_keys=columns,
        )
        self.sql: str = str(compiled)
        self._names: tuple[str, ...] = tuple(compiled.positiontup or ())
        # What must be given yet is a symbol here, which is an int as well.
        self._constants: Mapping[str, object] = {
            name: value for name, value in compiled.params.items() if type(value) in (int, str)
        }

    def values(self, parameters: Mapping[str, object]) -> list[object]:
        """What the driver is given: parameters by name, in the statement's own order.

        :raises KeyError: if one is missing; constants of the statement need not be given.
        """
        constants = self._constants
        if not constants:
            return [parameters[name] for name in self._names]
        return [constants[name] if name in constants else parameters[name] for name in self._names]


class Database:
    """One SQLite file, one connection, one lock. Every error that leaves it is a StoreError.

    :ivar path: the file.
    :ivar read_only: whether writing is known to be impossible.
    :ivar lock: held for each statement, and by the owner over several that belong together.
    """

    def __init__(
        self,
        path: Path,
        engine: Engine,
        connection: Connection,
        *,
        busy_seconds: float,
        read_only: bool,
    ) -> None:
        self.path = path
        self._busy = busy_seconds
        self.read_only = read_only
        self.lock = threading.RLock()
        self._engine = engine
        self._connection = connection
        self._driver = cast(sqlite3.Connection, connection.connection.dbapi_connection)

    @classmethod
    def open(cls, path: Path, *, busy_seconds: float, read_only: bool) -> Database:
        """Opens or makes the file; where it cannot be written, opens it for reading.

        :param busy_seconds: how long to wait for another process's lock.
        :raises StoreError: see :mod:`cache.errors`.
        """
        if not read_only:
            try:
                return cls._connect(path, busy_seconds, read_only=False)
            except StoreReadOnlyError:
                if not path.exists():
                    raise
        return cls._connect(path, busy_seconds, read_only=True)

    @classmethod
    def _connect(cls, path: Path, busy_seconds: float, *, read_only: bool) -> Database:
        engine = _engine(path, read_only=read_only)
        with _translated(path):
            connection = engine.connect()
        database = cls(path, engine, connection, busy_seconds=busy_seconds, read_only=read_only)
        try:
            database._refuse_newer()
            if read_only and database._is_older():
                return database._brought_up_in_memory()
            database._prepare()
        except StoreError:
            database.close()
            raise
        return database

    def _is_older(self) -> bool:
        with self.lock, _translated(self.path):
            return 0 < version_of(self._connection) < SCHEMA_VERSION

    def _brought_up_in_memory(self) -> Database:
        """A copy of what must not be written, in the newest version."""
        engine = create_engine(
            "sqlite://",
            isolation_level="AUTOCOMMIT",
            poolclass=StaticPool,
            connect_args={"check_same_thread": False},
        )
        connection = engine.connect()
        copy = Database(self.path, engine, connection, busy_seconds=self._busy, read_only=True)
        with _translated(self.path):
            self._driver.backup(copy._driver)
        self.close()
        with copy.write():
            migrate(connection)
        copy._driver.execute("PRAGMA query_only=ON")
        return copy

    def _prepare(self) -> None:
        if self.read_only:
            return
        with self.lock, _translated(self.path):
            (mode,) = self._driver.execute("PRAGMA journal_mode").fetchone()
        if mode != "wal":
            with self._held(partial(self._driver.execute, "PRAGMA journal_mode=WAL"), self._busy):
                pass
        with self.write() as connection:
            migrate(connection)

    def _refuse_newer(self) -> None:
        with self.lock, _translated(self.path):
            found = version_of(self._connection)
        if found > SCHEMA_VERSION:
            raise StoreVersionError(self.path, found=found, known=SCHEMA_VERSION)

    @property
    def foreign_changes(self) -> int:
        """A number that changes when somebody else's connection has changed the database."""
        with self.lock, _translated(self.path):
            (version,) = self._driver.execute("PRAGMA data_version").fetchone()
        return int(version)

    def rows(self, statement: Prepared, parameters: Mapping[str, object]) -> list[Any]:
        """All rows of a prepared statement, as plain tuples."""
        values = statement.values(parameters)
        with self.lock, _translated(self.path):
            return self._driver.execute(statement.sql, values).fetchall()

    def insert(self, statement: Prepared, parameters: Mapping[str, object]) -> int:
        """Runs a prepared INSERT inside :meth:`write`; the new row's id."""
        values = statement.values(parameters)
        return self._driver.execute(statement.sql, values).lastrowid or 0

    def select(
        self, statement: Executable, parameters: Mapping[str, object] | None = None
    ) -> Sequence[Any]:
        """All rows of a statement, as SQLAlchemy rows."""
        with self.lock, _translated(self.path):
            return self._connection.execute(statement, parameters or {}).fetchall()

    @contextmanager
    def write(self, *, patient: bool = True) -> Iterator[Connection]:
        """A transaction: all of it is kept, or nothing.

        :param patient: wait for other processes, as long as :meth:`open` was told.

        With ``synchronous=NORMAL`` in WAL a commit survives the end of the process, killed or not;
        after a power cut or a crash of the system the last commits may be missing, and the
        database is whole.
        """
        begin = partial(self._driver.execute, "BEGIN IMMEDIATE")
        with self._held(begin, self._busy if patient else 0.0):
            try:
                yield self._connection
                self._driver.execute("COMMIT")
            except BaseException:
                # SQLite has rolled back by itself after some errors, a full disk among them.
                if self._driver.in_transaction:
                    self._driver.execute("ROLLBACK")
                raise

    @contextmanager
    def _held(self, operation: Callable[[], object], seconds: float) -> Iterator[None]:
        """The lock, once an operation has got past other processes' locks.

        Between the tries our own lock is free, so that lookups go on while a writer waits.
        """
        deadline = time.monotonic() + seconds
        with _translated(self.path):
            while not self._got_past(operation, last=time.monotonic() >= deadline):
                time.sleep(_BETWEEN_TRIES)
            try:
                yield
            finally:
                self.lock.release()

    def _got_past(self, operation: Callable[[], object], *, last: bool) -> bool:
        self.lock.acquire()
        try:
            operation()
        except sqlite3.OperationalError as error:
            self.lock.release()
            if last or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            return False
        except BaseException:
            self.lock.release()
            raise
        return True

    @property
    def bytes(self) -> int:
        """Size of the file and its write-ahead log."""
        parts = (self.path, self.path.with_name(self.path.name + "-wal"))
        return sum(part.stat().st_size for part in parts if part.exists())

    def close(self) -> None:
        with self.lock:
            self._connection.close()
            self._engine.dispose()


def _engine(path: Path, *, read_only: bool) -> Engine:
    engine = create_engine(
        f"sqlite:///file:{_quoted(path)}?{_mode(path, read_only=read_only)}&uri=true",
        isolation_level="AUTOCOMMIT",
        poolclass=NullPool,
        connect_args={"timeout": _READ_WAITS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")

    return engine


def _mode(path: Path, *, read_only: bool) -> str:
    if not read_only:
        return "mode=rwc"
    # In a folder where no shared-memory file can be made, SQLite reads a WAL database only when
    # told that nobody changes it.
    shared_memory = path.with_name(path.name + "-shm")
    return "mode=ro" if shared_memory.exists() or _writable(path.parent) else "immutable=1"


def _writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _quoted(path: Path) -> str:
    return str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise _in_our_terms(error.orig, path) from error
    except sqlite3.Error as error:
        raise _in_our_terms(error, path) from error


def _in_our_terms(error: BaseException | None, path: Path) -> StoreError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_CANTOPEN and path.parent.is_dir() and not _writable(path.parent):
        return StoreReadOnlyError(path, str(error))
    return _ERRORS.get(code, StoreError)(path, str(error))


def unpacked(rows: Sequence[Any]) -> list[Any]:
    """The only column of one-column rows."""
    return [row[0] for row in rows]
