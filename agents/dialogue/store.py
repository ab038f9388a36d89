"""Conversations as events in SQL; replaying them gives the state back."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DBAPIError

from agents.dialogue.database import (
    CONVERSATIONS,
    DRAFTS,
    EVENTS,
    engine_of,
    explained,
    prepare,
)
from agents.dialogue.events import (
    Event,
    Heard,
    ReplyBegan,
    ReplyEnded,
    Started,
    from_json,
    to_json,
)
from agents.dialogue.folding import fold
from agents.dialogue.machine import Machine
from agents.dialogue.messages import Reply
from agents.dialogue.state import ChatState
from agents.errors import (
    BusyError,
    ConversationNotFoundError,
    StoreCorruptError,
    StoreReadOnlyError,
)

STALE_SECONDS: Final = 60.0
"""A reply that nobody has kept for so long, many times over its checkpoints, is not written."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A conversation in a list.

    Attributes:
        updated_at: Seconds since the epoch.
    """

    id: str
    title: str
    updated_at: float


class ConversationStore:
    """Conversations in one SQLite file. Every method may be called from any thread.

    A change is on disk when the method returns: it survives a killed process; after a power
    cut the last moments may be missing, the file is whole all the same (WAL, synchronous
    NORMAL).
    """

    def __init__(self, path: Path, engine: sa.Engine, machine: Machine) -> None:
        self._path = path
        self._engine = engine
        self._machine = machine
        self._host = socket.gethostname()

    @classmethod
    def open(cls, path: Path, machine: Machine) -> ConversationStore:
        """Open the database at `path`, creating it and its folder where there is none.

        Raises:
            StoreError: It cannot be opened, or a newer Reprise wrote it.
        """
        engine = engine_of(path)
        store = cls(path, engine, machine)
        try:
            with store._told_clearly():
                path.parent.mkdir(parents=True, exist_ok=True)
                prepare(engine, path)
        except BaseException:
            engine.dispose()
            raise
        return store

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def start(self, conversation: str, owner: str) -> ChatState:
        """A new, empty conversation; the one of this id where there is one already.

        Raises:
            ConversationNotFoundError: It belongs to someone else.
            StoreError: It could not be written.
        """
        with self._writing() as connection:
            state, new = self._found_or_new(connection, conversation, owner)
            return self._add(connection, state, *new) if new else state

    def begin(self, conversation: str, owner: str, heard: Heard, began: ReplyBegan) -> ChatState:
        """Store a message and claim the conversation for the reply to it, both or neither.

        A conversation that does not exist is started. Where the message is stored already,
        nothing is changed, and the state that is returned knows no reply of this id.

        Raises:
            BusyError: Another reply holds the conversation.
            ConversationNotFoundError: It belongs to someone else.
            StoreError: It could not be written.
        """
        with self._writing() as connection:
            before, new = self._found_or_new(connection, conversation, owner)
            if before.has_message(heard.message.id):
                return before
            if not _insert_new(connection, DRAFTS, self._draft(conversation, began.reply)):
                raise BusyError(conversation)
            return self._add(connection, before, *new, heard, began)

    def peek(self, conversation: str, owner: str) -> ChatState:
        """The conversation's state; an empty one, not stored, where there is none of this id.

        Raises:
            ConversationNotFoundError: It belongs to someone else.
            StoreError: It could not be read.
        """
        if self._knows(conversation):
            return self.load(conversation, owner)
        return ChatState(id=conversation, owner=owner)

    def _knows(self, conversation: str) -> bool:
        query = sa.select(CONVERSATIONS.c.id).where(CONVERSATIONS.c.id == conversation)
        with self._told_clearly(), self._engine.connect() as connection:
            return connection.execute(query).one_or_none() is not None

    def load(self, conversation: str, owner: str) -> ChatState:
        """The conversation's state, from its events.

        Raises:
            ConversationNotFoundError: There is none of this id that belongs to `owner`.
            StoreError: It could not be read.
        """
        with self._told_clearly(), self._engine.connect() as connection:
            self._require(connection, conversation, owner)
            return self._replayed(connection, conversation, owner)

    def _found_or_new(
        self, connection: sa.Connection, conversation: str, owner: str
    ) -> tuple[ChatState, tuple[Event, ...]]:
        """The conversation's state, and what is still to be stored of its beginning."""
        now = time.time()
        row = {"id": conversation, "owner": owner, "title": "", "updated_at": now}
        if _insert_new(connection, CONVERSATIONS, row):
            return ChatState(id=conversation, owner=owner), (Started(now),)
        self._require(connection, conversation, owner)
        return self._replayed(connection, conversation, owner), ()

    def _replayed(self, connection: sa.Connection, conversation: str, owner: str) -> ChatState:
        bodies = connection.execute(
            sa.select(EVENTS.c.body)
            .where(EVENTS.c.conversation == conversation)
            .order_by(EVENTS.c.id)
        ).scalars()
        return fold(self._machine, ChatState(id=conversation, owner=owner), self._read(bodies))

    def _read(self, bodies: Iterable[str]) -> list[Event]:
        try:
            return [from_json(body) for body in bodies]
        except ValueError as error:
            raise StoreCorruptError(self._path) from error

    def append(self, state: ChatState, *events: Event) -> ChatState:
        """Store the events, all or none, and return the state after them.

        A message whose id is stored already is not stored again, nor are the other events of
        such a call; the state is returned as it is stored.

        Raises:
            ConversationNotFoundError: It was deleted meanwhile.
            StoreError: They could not be written; nothing of them was.
        """
        heard = [event.message.id for event in events if isinstance(event, Heard)]
        known = sa.select(EVENTS.c.id).where(EVENTS.c.message.in_(heard)).limit(1)
        with self._writing() as connection:
            if heard and connection.execute(known).one_or_none() is not None:
                return self.load(state.id, state.owner)
            return self._add(connection, state, *events)

    def _add(self, connection: sa.Connection, state: ChatState, *events: Event) -> ChatState:
        after = fold(self._machine, state, events)
        changed = connection.execute(
            CONVERSATIONS.update()
            .where(CONVERSATIONS.c.id == state.id, CONVERSATIONS.c.owner == state.owner)
            .values(title=after.title, updated_at=events[-1].at)
        )
        if changed.rowcount == 0:
            raise ConversationNotFoundError(state.id)
        connection.execute(EVENTS.insert(), [_row_of(state.id, event) for event in events])
        for event in events:
            if isinstance(event, ReplyEnded):
                connection.execute(DRAFTS.delete().where(DRAFTS.c.reply == event.reply.id))
        return after

    def recent(self, owner: str, *, limit: int = 20) -> tuple[Summary, ...]:
        """The owner's conversations in which something was said, newest first.

        Raises:
            StoreError: They could not be read.
        """
        query = (
            sa.select(CONVERSATIONS.c.id, CONVERSATIONS.c.title, CONVERSATIONS.c.updated_at)
            .where(CONVERSATIONS.c.owner == owner, CONVERSATIONS.c.title != "")
            .order_by(CONVERSATIONS.c.updated_at.desc())
            .limit(limit)
        )
        with self._told_clearly(), self._engine.connect() as connection:
            return tuple(Summary(*row) for row in connection.execute(query))

    def delete(self, conversation: str, owner: str) -> None:
        """Remove a conversation and all that was said in it.

        Raises:
            ConversationNotFoundError: As in `load`.
            StoreError: It could not be written.
        """
        with self._writing() as connection:
            self._require(connection, conversation, owner)
            for table in (EVENTS, DRAFTS):
                connection.execute(table.delete().where(table.c.conversation == conversation))
            connection.execute(CONVERSATIONS.delete().where(CONVERSATIONS.c.id == conversation))

    def save_draft(self, reply_id: str, answer: str) -> None:
        """Keep what was written so far, so that a killed process loses little of it.

        Raises:
            StoreError: It could not be written.
        """
        with self._writing() as connection:
            connection.execute(
                DRAFTS.update()
                .where(DRAFTS.c.reply == reply_id)
                .values(answer=answer, at=time.time())
            )

    def recover(self, *, running: frozenset[str] = frozenset()) -> int:
        """Mark the replies whose process is gone as interrupted, with the part that was kept.

        Args:
            running: Ids of the replies that this process is writing.

        Returns:
            How many were.

        Raises:
            StoreError: They could not be read or written.
        """
        with self._told_clearly(), self._engine.connect() as connection:
            drafts = [row for row in connection.execute(sa.select(DRAFTS)) if self._is_gone(row)]
        orphans = [row for row in drafts if row.reply not in running]
        for row in orphans:
            self._interrupt(row)
        return len(orphans)

    def _interrupt(self, draft: sa.Row[Any]) -> None:
        with self._told_clearly(), self._engine.connect() as connection:
            owner = connection.execute(
                sa.select(CONVERSATIONS.c.owner).where(CONVERSATIONS.c.id == draft.conversation)
            ).scalar_one_or_none()
        begun = None if owner is None else self.load(draft.conversation, owner).reply(draft.reply)
        if owner is None or begun is None:
            self._drop_draft(draft.reply)
            return
        state = self.load(draft.conversation, owner)
        ended = _interrupted(begun, draft.answer, draft.at)
        self.append(state, ReplyEnded(time.time(), ended))

    def _drop_draft(self, reply_id: str) -> None:
        with self._writing() as connection:
            connection.execute(DRAFTS.delete().where(DRAFTS.c.reply == reply_id))

    def _is_gone(self, draft: sa.Row[Any]) -> bool:
        if time.time() - draft.at > STALE_SECONDS:
            return True
        here = draft.host == self._host
        return here and (draft.process == os.getpid() or not _is_alive(draft.process))

    def _draft(self, conversation: str, reply: Reply) -> Mapping[str, object]:
        return {
            "reply": reply.id,
            "conversation": conversation,
            "answer": "",
            "host": self._host,
            "process": os.getpid(),
            "at": time.time(),
        }

    def _require(self, connection: sa.Connection, conversation: str, owner: str) -> None:
        found = connection.execute(
            sa.select(CONVERSATIONS.c.id).where(
                CONVERSATIONS.c.id == conversation, CONVERSATIONS.c.owner == owner
            )
        ).one_or_none()
        if found is None:
            raise ConversationNotFoundError(conversation)

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with self._told_clearly(), self._engine.begin() as connection:
            # The lock first: what is read before a change must still be so when it is made.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    @contextmanager
    def _told_clearly(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise explained(self._path, error) from error
        except OSError as error:
            raise StoreReadOnlyError(self._path) from error


def _insert_new(connection: sa.Connection, table: sa.Table, row: Mapping[str, object]) -> bool:
    """Whether the row was inserted; False where another one stands in its place."""
    done = connection.execute(insert(table).values(**row).on_conflict_do_nothing())
    return done.rowcount == 1


def _row_of(conversation: str, event: Event) -> Mapping[str, object]:
    message = event.message.id if isinstance(event, Heard) else None
    return {
        "conversation": conversation,
        "kind": event.kind,
        "message": message,
        "body": to_json(event),
    }


def _interrupted(begun: Reply, answer: str, at: float) -> Reply:
    return replace(begun, answer=answer, status="interrupted", seconds=max(0.0, at - begun.at))


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
