"""Conversations as events in SQL; replaying them gives the state back."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from agents.database import Database, insert_new
from agents.dialogue import drafts
from agents.dialogue.database import CONVERSATIONS, DRAFTS, EVENTS, SCHEMA_VERSION, TABLES
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
from agents.dialogue.state import ChatState
from agents.errors import BusyError, ConversationNotFoundError, StoreCorruptError


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

    A change is on disk when the method returns.
    """

    def __init__(self, database: Database, machine: Machine) -> None:
        self._database = database
        self._machine = machine

    @classmethod
    def open(cls, path: Path, machine: Machine) -> ConversationStore:
        """Open the database at `path`, creating it and its folder where there is none.

        Raises:
            StoreError: It cannot be opened, or a newer Reprise wrote it.
        """
        return cls(Database.open(path, TABLES, SCHEMA_VERSION), machine)

    def close(self) -> None:
        """Close every connection."""
        self._database.close()

    def probe(self) -> None:
        """Read something, to see that it can be.

        Raises:
            StoreError: It cannot.
        """
        with self._database.reading() as connection:
            connection.execute(sa.select(CONVERSATIONS.c.id).limit(1)).one_or_none()

    def start(self, conversation: str, owner: str) -> ChatState:
        """A new, empty conversation; the one of this id where there is one already.

        Raises:
            ConversationNotFoundError: It belongs to someone else.
            StoreError: It could not be written.
        """
        with self._database.writing("start") as connection:
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
        with self._database.writing("begin") as connection:
            before, new = self._found_or_new(connection, conversation, owner)
            if before.has_message(heard.message.id):
                return before
            if not drafts.claimed(connection, conversation, began.reply):
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
        with self._database.reading() as connection:
            return connection.execute(query).one_or_none() is not None

    def load(self, conversation: str, owner: str) -> ChatState:
        """The conversation's state, from its events.

        Raises:
            ConversationNotFoundError: There is none of this id that belongs to `owner`.
            StoreError: It could not be read.
        """
        with self._database.reading() as connection:
            self._require(connection, conversation, owner)
            return self._replayed(connection, conversation, owner)

    def events(self, conversation: str, owner: str) -> tuple[Event, ...]:
        """All that happened in a conversation, in order.

        Raises:
            ConversationNotFoundError, StoreError: As in `load`.
        """
        with self._database.reading() as connection:
            self._require(connection, conversation, owner)
            return self._happened(connection, conversation)

    def _found_or_new(
        self, connection: sa.Connection, conversation: str, owner: str
    ) -> tuple[ChatState, tuple[Event, ...]]:
        """The conversation's state, and what is still to be stored of its beginning."""
        now = time.time()
        row = {"id": conversation, "owner": owner, "title": "", "updated_at": now}
        if insert_new(connection, CONVERSATIONS, row):
            return ChatState(id=conversation, owner=owner), (Started(now),)
        self._require(connection, conversation, owner)
        return self._replayed(connection, conversation, owner), ()

    def _replayed(self, connection: sa.Connection, conversation: str, owner: str) -> ChatState:
        events = self._happened(connection, conversation)
        return fold(self._machine, ChatState(id=conversation, owner=owner), events)

    def _happened(self, connection: sa.Connection, conversation: str) -> tuple[Event, ...]:
        bodies = connection.execute(
            sa.select(EVENTS.c.body)
            .where(EVENTS.c.conversation == conversation)
            .order_by(EVENTS.c.id)
        ).scalars()
        try:
            return tuple(from_json(body) for body in bodies)
        except ValueError as error:
            raise StoreCorruptError(self._database.path) from error

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
        with self._database.writing("append") as connection:
            if heard and connection.execute(known).one_or_none() is not None:
                return self.load(state.id, state.owner)
            return self._add(connection, state, *events)

    def change(
        self,
        conversation: str,
        owner: str,
        make: Callable[[ChatState], Sequence[Event]],
    ) -> ChatState:
        """Store what `make` has happen to the conversation as it is at this moment.

        Nobody else can change it between the two. Where `make` gives no event, or raises,
        nothing is stored.

        Args:
            make: Events from the state; it must not call the store.

        Returns:
            The state after them.

        Raises:
            BusyError: A reply to the conversation is being written.
            ConversationNotFoundError: There is none of this id that belongs to `owner`.
            StoreError: They could not be written; nothing of them was.
        """
        with self._database.writing("change") as connection:
            self._require(connection, conversation, owner)
            if drafts.held(connection, conversation):
                raise BusyError(conversation, then="make your change again")
            state = self._replayed(connection, conversation, owner)
            events = make(state)
            return self._add(connection, state, *events) if events else state

    def add(self, owner: str, events: Sequence[Event]) -> ChatState:
        """Store a whole conversation under a new id, all of it or nothing.

        Args:
            events: At least one; the ids of their messages are new to the store.

        Raises:
            StoreError: It could not be written.
        """
        conversation = uuid.uuid4().hex
        row = {"id": conversation, "owner": owner, "title": "", "updated_at": events[-1].at}
        with self._database.writing("add") as connection:
            connection.execute(CONVERSATIONS.insert().values(**row))
            return self._add(connection, ChatState(id=conversation, owner=owner), *events)

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

    def folded(self, state: ChatState, events: Iterable[Event]) -> ChatState:
        """The state after events that are not stored."""
        return fold(self._machine, state, events)

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
        with self._database.reading() as connection:
            return tuple(Summary(*row) for row in connection.execute(query))

    def delete(self, conversation: str, owner: str) -> None:
        """Remove a conversation and all that was said in it.

        Raises:
            ConversationNotFoundError: As in `load`.
            StoreError: It could not be written.
        """
        with self._database.writing("delete") as connection:
            self._require(connection, conversation, owner)
            for table in (EVENTS, DRAFTS):
                connection.execute(table.delete().where(table.c.conversation == conversation))
            connection.execute(CONVERSATIONS.delete().where(CONVERSATIONS.c.id == conversation))

    def save_draft(self, reply_id: str, answer: str) -> None:
        """Keep what was written so far, so that a killed process loses little of it.

        Raises:
            StoreError: It could not be written.
        """
        with self._database.writing("draft") as connection:
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
        with self._database.reading() as connection:
            orphans = drafts.abandoned(connection, running)
        for row in orphans:
            self._interrupt(row)
        return len(orphans)

    def _interrupt(self, draft: sa.Row[Any]) -> None:
        with self._database.reading() as connection:
            owner = connection.execute(
                sa.select(CONVERSATIONS.c.owner).where(CONVERSATIONS.c.id == draft.conversation)
            ).scalar_one_or_none()
        begun = None if owner is None else self.load(draft.conversation, owner).reply(draft.reply)
        if owner is None or begun is None:
            self._drop_draft(draft.reply)
            return
        state = self.load(draft.conversation, owner)
        self.append(state, ReplyEnded(time.time(), drafts.interrupted(begun, draft)))

    def _drop_draft(self, reply_id: str) -> None:
        with self._database.writing("drop draft") as connection:
            connection.execute(DRAFTS.delete().where(DRAFTS.c.reply == reply_id))

    def _require(self, connection: sa.Connection, conversation: str, owner: str) -> None:
        found = connection.execute(
            sa.select(CONVERSATIONS.c.id).where(
                CONVERSATIONS.c.id == conversation, CONVERSATIONS.c.owner == owner
            )
        ).one_or_none()
        if found is None:
            raise ConversationNotFoundError(conversation)


def _row_of(conversation: str, event: Event) -> Mapping[str, object]:
    message = event.message.id if isinstance(event, Heard) else None
    return {
        "conversation": conversation,
        "kind": event.kind,
        "message": message,
        "body": to_json(event),
    }
