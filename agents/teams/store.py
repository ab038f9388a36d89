"""Runs of teams in SQL, step by step.

Schema versions:
    1  runs, delegations
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects.sqlite import insert

from agents.database import Database
from agents.dialogue.drafts import is_gone
from agents.errors import RunNotFoundError, StoreCorruptError
from agents.teams.run import ENDED, Delegation, Run, Status

SCHEMA_VERSION: Final = 1
_TABLES: Final = sa.MetaData()
_RUNS: Final = sa.Table(
    "runs",
    _TABLES,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("owner", sa.String, nullable=False),
    sa.Column("conversation", sa.String, nullable=False, index=True),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("status", sa.String, nullable=False, index=True),
    sa.Column("body", sa.String, nullable=False),
    sa.Column("host", sa.String, nullable=False),
    sa.Column("process", sa.Integer, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Index("runs_of_owner", "owner", "created"),
)
_DELEGATIONS: Final = sa.Table(
    "delegations",
    _TABLES,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("run", sa.String, sa.ForeignKey("runs.id"), nullable=False),
    sa.Column("id", sa.String, nullable=False),
    sa.Column("body", sa.String, nullable=False),
    sa.UniqueConstraint("run", "id"),
)
_RUN: Final[TypeAdapter[Run]] = TypeAdapter(Run)
_DELEGATION: Final[TypeAdapter[Delegation]] = TypeAdapter(Delegation)
_UNENDED: Final = ("waiting", "running")


class RunStore:
    """Runs in one SQLite file. Every method may be called from any thread.

    A change is on disk when the method returns.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, path: Path) -> RunStore:
        """Open the database at `path`, creating it and its folder where there is none.

        Raises:
            StoreError: It cannot be opened, or a newer Reprise wrote it.
        """
        return cls(Database.open(path, _TABLES, SCHEMA_VERSION))

    def close(self) -> None:
        """Close every connection."""
        self._database.close()

    def put(self, run: Run) -> None:
        """Store a whole run, in the place of what was stored of it.

        Raises:
            StoreError: It could not be stored; nothing of it was.
        """
        with self._database.writing("put run") as connection:
            connection.execute(_DELEGATIONS.delete().where(_DELEGATIONS.c.run == run.id))
            row = _row(run)
            connection.execute(insert(_RUNS).values(**row).on_conflict_do_update(["id"], set_=row))
            if run.delegations:
                rows = [_delegation_row(run.id, one) for one in run.delegations]
                connection.execute(_DELEGATIONS.insert(), rows)

    def change(self, run: Run) -> None:
        """Store how a run stands, without its delegations.

        Raises:
            StoreError: It could not be stored.
        """
        with self._database.writing("change run") as connection:
            connection.execute(_RUNS.update().where(_RUNS.c.id == run.id).values(**_row(run)))

    def keep(self, run: Run, delegation: Delegation) -> None:
        """Store one delegation of a run.

        Raises:
            StoreError: It could not be stored.
        """
        row = _delegation_row(run.id, delegation)
        kept = insert(_DELEGATIONS).values(**row)
        with self._database.writing("keep delegation") as connection:
            connection.execute(
                kept.on_conflict_do_update(["run", "id"], set_={"body": row["body"]})
            )

    def beat(self, run_id: str) -> None:
        """Note that a run is still going on.

        Raises:
            StoreError: It could not be noted.
        """
        with self._database.writing("beat") as connection:
            connection.execute(_RUNS.update().where(_RUNS.c.id == run_id).values(at=time.time()))

    def load(self, run_id: str, owner: str) -> Run:
        """A run with all that was delegated.

        Raises:
            RunNotFoundError: There is none of this id that belongs to `owner`.
            StoreError: It could not be read.
        """
        found = sa.select(_RUNS.c.body).where(_RUNS.c.id == run_id, _RUNS.c.owner == owner)
        parts = (
            sa.select(_DELEGATIONS.c.body)
            .where(_DELEGATIONS.c.run == run_id)
            .order_by(_DELEGATIONS.c.number)
        )
        with self._reading() as connection:
            body = connection.execute(found).scalar_one_or_none()
            if body is None:
                raise RunNotFoundError(run_id)
            delegations = connection.execute(parts).scalars().all()
            return replace(
                _RUN.validate_json(body),
                delegations=tuple(_DELEGATION.validate_json(part) for part in delegations),
            )

    def recent(self, owner: str, limit: int) -> tuple[Run, ...]:
        """The owner's runs, newest first, without what was delegated.

        Raises:
            StoreError: They could not be read.
        """
        query = (
            sa.select(_RUNS.c.body)
            .where(_RUNS.c.owner == owner)
            .order_by(_RUNS.c.created.desc(), _RUNS.c.id)
            .limit(limit)
        )
        with self._reading() as connection:
            return tuple(_RUN.validate_json(body) for body in connection.execute(query).scalars())

    def counts(self) -> Mapping[str, int]:
        """How many runs there are, of all owners, by status.

        Raises:
            StoreError: They could not be read.
        """
        query = sa.select(_RUNS.c.status, sa.func.count().label("number")).group_by(_RUNS.c.status)
        with self._reading() as connection:
            return {row.status: row.number for row in connection.execute(query)}

    def of_conversation(self, conversation: str, owner: str) -> tuple[str, ...]:
        """Ids of the runs that were started from a conversation of the owner's.

        Raises:
            StoreError: They could not be read.
        """
        query = sa.select(_RUNS.c.id).where(
            _RUNS.c.conversation == conversation, _RUNS.c.owner == owner
        )
        with self._reading() as connection:
            return tuple(connection.execute(query).scalars())

    def delete(self, run_id: str, owner: str) -> None:
        """Remove a run and all that was delegated in it.

        Raises:
            RunNotFoundError: There is none of this id that belongs to `owner`.
            StoreError: It could not be removed.
        """
        with self._database.writing("delete run") as connection:
            whose = sa.select(_RUNS.c.owner).where(_RUNS.c.id == run_id)
            if connection.execute(whose).scalar_one_or_none() != owner:
                raise RunNotFoundError(run_id)
            connection.execute(_DELEGATIONS.delete().where(_DELEGATIONS.c.run == run_id))
            connection.execute(_RUNS.delete().where(_RUNS.c.id == run_id))

    def recover(self, *, live: frozenset[str] = frozenset()) -> int:
        """Mark the runs whose process is gone as interrupted, with what had not ended in them.

        Args:
            live: Ids of the runs that this process works on.

        Returns:
            How many were.

        Raises:
            StoreError: They could not be read or written.
        """
        query = sa.select(_RUNS).where(_RUNS.c.status.in_(_UNENDED))
        with self._reading() as connection:
            rows = connection.execute(query).all()
        left = [
            row for row in rows if row.id not in live and is_gone(row.host, row.process, row.at)
        ]
        for row in left:
            self.put(ended(self.load(row.id, row.owner), "interrupted", at=row.at))
        return len(left)

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        try:
            with self._database.reading() as connection:
                yield connection
        except ValueError as error:
            raise StoreCorruptError(self._database.path) from error


def ended(run: Run, status: Status, *, at: float) -> Run:
    """The run with an end, and with it all that was delegated and had not ended.

    Args:
        at: Seconds since the epoch.
    """
    left = status if status in ("stopped", "interrupted") else "stopped"
    delegations = tuple(
        one
        if one.status in ENDED
        else replace(one, status=left, ended=at if one.began is not None else None)
        for one in run.delegations
    )
    return replace(run, status=status, ended=at, delegations=delegations)


def _row(run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "owner": run.owner,
        "conversation": run.conversation,
        "created": run.created,
        "status": run.status,
        "body": _RUN.dump_json(replace(run, delegations=())).decode(),
        "host": socket.gethostname(),
        "process": os.getpid(),
        "at": time.time(),
    }


def _delegation_row(run_id: str, one: Delegation) -> dict[str, str]:
    return {"run": run_id, "id": one.id, "body": _DELEGATION.dump_json(one).decode()}
