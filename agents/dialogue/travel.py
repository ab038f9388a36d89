"""Travelling in a conversation's time: replay, branches, and copies to and from files."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from agents.dialogue import telling, transfer
from agents.dialogue.copying import renewed
from agents.dialogue.events import Branched, Event, Forgotten, Heard, ReplyBegan, ReplyEnded
from agents.dialogue.machine import State
from agents.dialogue.state import ChatState
from agents.dialogue.store import ConversationStore
from agents.errors import BusyError, MessageNotFoundError

AWAY_SECONDS: Final = 24 * 3600.0
"""From this on somebody who comes back is welcomed back."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A conversation right after one of its events.

    Attributes:
        index: Of the event, from 0.
        at: Seconds since the epoch.
        kind: The event's kind, such as "step_ended".
        words: What happened, in one line.
        state: Where the conversation is.
        step: Number of the current step, from 1; None without one.
        title: The current step's; "" without one.
    """

    index: int
    at: float
    kind: str
    words: str
    state: State
    step: int | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Travel:
    """Replays, branches, exports and imports conversations of their owner.

    Raises:
        ConversationNotFoundError: There is none of this id that belongs to the owner.
        StoreError: The conversations could not be read or written.
    """

    store: ConversationStore

    def moments(self, conversation: str, owner: str) -> tuple[Moment, ...]:
        """Every moment of a conversation, in order."""
        state = ChatState(id=conversation, owner=owner)
        moments = []
        for index, event in enumerate(self.store.events(conversation, owner)):
            before, state = state, self.store.folded(state, [event])
            moments.append(_moment(index, event, before, state))
        return tuple(moments)

    def state_at(self, conversation: str, owner: str, index: int) -> ChatState:
        """The state right after the event of this index, from 0; before the first for -1."""
        events = self.store.events(conversation, owner)[: index + 1]
        return self.store.folded(ChatState(id=conversation, owner=owner), events)

    def branch(
        self, conversation: str, owner: str, message_id: str, *, before: bool = False
    ) -> str:
        """Copy a conversation up to a message and the reply to it, to go on otherwise from there.

        The conversation itself stays as it is. What was forgotten later stays forgotten in the
        copy as well.

        Args:
            message_id: Of the user's message, or of the reply to it.
            before: Copy up to before the message, so that something else can be said instead.

        Returns:
            The copy's id.

        Raises:
            MessageNotFoundError: The conversation has no such message.
            BusyError: The reply to it is being written.
        """
        events = self.store.events(conversation, owner)
        begin, end = _place(conversation, events, message_id, ended=not before)
        cut = begin if before else end + 1
        now = time.time()
        source = Branched(now, conversation, _last_message(events[:cut]))
        unsaid = self._forgotten_later(events[:cut], events[cut:], now)
        return self.store.add(owner, (*renewed(events[:cut]), *unsaid, source)).id

    def export(self, conversation: str, owner: str) -> str:
        """The whole conversation as the text of a file; see `agents.dialogue.transfer`."""
        return transfer.to_file(self.store.events(conversation, owner), time.time())

    def take_in(self, file: bytes, owner: str) -> str:
        """Store the conversation of a file, all of it or nothing, as one of the owner's.

        Returns:
            Its id, which is new.

        Raises:
            ImportRefusedError: The file is no conversation, or one of a newer version.
        """
        now = time.time()
        events = transfer.from_file(file, self.store.folded, now)
        return self.store.add(owner, (*renewed(events), Branched(now, ""))).id

    def _forgotten_later(
        self, kept: Sequence[Event], later: Iterable[Event], now: float
    ) -> tuple[Event, ...]:
        facts = self.store.folded(ChatState(id="", owner=""), kept).facts
        names = {event.name for event in later if isinstance(event, Forgotten)}
        return tuple(Forgotten(now, name) for name in facts if name in names)


def away(state: ChatState, now: float) -> float | None:
    """Seconds since something was last said, where that was more than a day ago; else None."""
    last = state.messages[-1].at if state.messages else None
    return now - last if last is not None and now - last > AWAY_SECONDS else None


def _moment(index: int, event: Event, before: ChatState, after: ChatState) -> Moment:
    current = after.current
    return Moment(
        index=index,
        at=event.at,
        kind=event.kind,
        words=telling.told(event, before),
        state=after.state,
        step=None if current is None else current + 1,
        title=telling.on_a_line(after.step.title) if after.step else "",
    )


def _place(
    conversation: str, events: Sequence[Event], message_id: str, *, ended: bool
) -> tuple[int, int]:
    """Where a message stands among the events, and the end of the reply to it.

    Raises:
        MessageNotFoundError: It is not there.
        BusyError: It is to have `ended`, and has not.
    """
    answered = {e.reply.id: e.reply.to for e in events if isinstance(e, ReplyBegan)}
    wanted = answered.get(message_id, message_id)
    begin = end = -1
    for index, event in enumerate(events):
        if isinstance(event, Heard) and event.message.id == wanted:
            begin = index
        elif isinstance(event, ReplyEnded) and event.reply.to == wanted:
            end = index
    if begin < 0:
        raise MessageNotFoundError(message_id)
    if ended and end < 0:
        raise BusyError(conversation, then="branch off again")
    return begin, end


def _last_message(events: Iterable[Event]) -> str:
    ids = [event.message.id for event in events if isinstance(event, Heard)]
    return ids[-1] if ids else ""
