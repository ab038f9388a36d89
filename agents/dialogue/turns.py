"""The replies that are being written: begun, run on the event loop, and stored at their end."""

from __future__ import annotations

import asyncio
import logging
import string
import threading
import time
import unicodedata
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from agents import signals
from agents.calling import Priority, calling
from agents.dialogue import figures
from agents.dialogue.events import Heard, ReplyBegan, ReplyEnded
from agents.dialogue.messages import Failure, Reply, UserMessage
from agents.dialogue.state import ChatState
from agents.dialogue.store import ConversationStore
from agents.dialogue.turn import Turn
from agents.errors import (
    BlankMessageError,
    BusyError,
    ConversationNotFoundError,
    MessageTooLongError,
    RepriseError,
)
from agents.tracing import note_failure, span, tracing

logger = logging.getLogger(__name__)

CHECKPOINT_SECONDS: Final = 1.0
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs"})
_KEPT: Final = frozenset("\n\t\u200c\u200d")
_BLANK: Final = string.whitespace + "\u200c\u200d"


class Turns:
    """The replies that are being written in this process, at most one a conversation."""

    def __init__(
        self,
        store: ConversationStore,
        loop: asyncio.AbstractEventLoop,
        write: Callable[[Turn], Awaitable[None]],
        *,
        longest: int,
    ) -> None:
        self._store = store
        self._loop = loop
        self._write = write
        self._longest = longest
        self._lock = threading.Lock()
        self._active: dict[str, Turn] = {}

    def start(
        self,
        conversation: str,
        owner: str,
        text: str,
        *,
        threshold: float,
        message_id: str,
        automatic: bool = False,
    ) -> Turn:
        """Store the message and begin the reply; returns at once. From any thread.

        Args:
            conversation: Its id; a conversation that does not exist is started.
            threshold: Similarity from which the cache may answer, 0..1; what the slider says
                later changes nothing for this reply.
            message_id: Chosen by the caller; the same id again is the same message.
            automatic: Whether evidence chose the threshold; then the cache raises it where
                other answers stand close.

        Raises:
            BlankMessageError, MessageTooLongError: Refused; nothing was stored.
            BusyError: Another reply to this conversation is being written.
            ConversationNotFoundError: It belongs to someone else.
            StoreError: The message could not be stored; nothing was.
        """
        text = readable(text)
        self._refuse_bad(text)
        with self._lock:
            running = self._active.get(conversation)
            if running is not None:
                if running.state.owner != owner:
                    raise ConversationNotFoundError(conversation)
                if running.message.id == message_id:
                    return running
                raise BusyError(conversation)
            turn = self._begin(conversation, owner, text, threshold, message_id)
            turn.automatic = automatic
            if turn.view.ended:
                return turn
            self._active[conversation] = turn
        asyncio.run_coroutine_threadsafe(self._run(turn), self._loop)
        return turn

    def active(self, conversation: str) -> Turn | None:
        """The reply that is being written to this conversation by this process."""
        return self._active.get(conversation)

    @property
    def replies(self) -> frozenset[str]:
        """Ids of the replies that are being written in this process."""
        return frozenset(turn.reply.id for turn in list(self._active.values()))

    def recover(self) -> None:
        """Mark the replies whose process is gone as interrupted.

        Raises:
            StoreError: They could not be read or written.
        """
        with self._lock:  # a reply that just begins has its draft before it is known here
            self._store.recover(running=self.replies)

    async def close(self) -> None:
        """Stop every reply and wait until each is stored."""
        turns = list(self._active.values())
        for turn in turns:
            turn.stop()
        await asyncio.gather(*(asyncio.to_thread(turn.wait, 5.0) for turn in turns))

    def _refuse_bad(self, text: str) -> None:
        if not text.strip(_BLANK):
            raise BlankMessageError
        if len(text) > self._longest:
            raise MessageTooLongError(len(text), self._longest)

    def _begin(
        self, conversation: str, owner: str, text: str, threshold: float, message_id: str
    ) -> Turn:
        now = time.time()
        message = UserMessage(message_id, text, now)
        heard = Heard(now, message)
        reply = Reply(id=uuid.uuid4().hex, to=message_id, at=now)
        state = self._claim(conversation, owner, heard, ReplyBegan(now, reply))
        if state.reply(reply.id) is None:
            return _answered(state, message_id, threshold)
        return Turn(state, message, reply, threshold)

    def _claim(self, conversation: str, owner: str, heard: Heard, began: ReplyBegan) -> ChatState:
        try:
            return self._store.begin(conversation, owner, heard, began)
        except BusyError:
            # Who holds it may be a process that was killed.
            self._store.recover(running=self.replies)
            return self._store.begin(conversation, owner, heard, began)

    async def _run(self, turn: Turn) -> None:
        owner, reply = turn.state.owner, turn.reply.id
        with (
            calling(user=owner, agent="chat", priority=Priority.CHAT, correlation_id=reply),
            span(signals.TURN, **{signals.CORRELATION: reply}) as current,
        ):
            before = turn.state
            await self._finish(turn, await self._written(turn))
            current.set_attributes(figures.of_turn(before, turn.state, turn.message, turn.reply))

    async def _written(self, turn: Turn) -> Reply:
        """The reply with its end, whatever that is."""
        checkpoints = asyncio.create_task(self._checkpoint(turn))
        # A task of its own: a stop reaches the writing only, never what stores the end.
        writing = asyncio.ensure_future(self._write(turn))
        turn.stopped_by(lambda: self._loop.call_soon_threadsafe(writing.cancel))
        if turn.stopping:
            writing.cancel()
        try:
            await writing
            return turn.end("complete")
        except asyncio.CancelledError:
            return turn.end("stopped")
        except RepriseError as error:
            note_failure(error)
            return turn.end("failed", Failure(error.message, error.remedy))
        except Exception as error:
            note_failure(error)
            logger.exception("reply %s failed", turn.reply.id)
            return turn.end("failed", _unforeseen(error))
        finally:
            checkpoints.cancel()

    async def _finish(self, turn: Turn, ended: Reply) -> None:
        """Store the end before it is shown."""
        events = (*turn.unsaved, ReplyEnded(time.time(), ended))
        try:
            await asyncio.to_thread(self._store.append, turn.stored, *events)
        except RepriseError as error:
            logger.warning("reply %s could not be stored: %s", ended.id, error)
            ended = replace(ended, notice=f"This reply could not be stored. {error}")
        finally:
            self._active.pop(turn.conversation, None)
            turn.show_end(ended)

    async def _checkpoint(self, turn: Turn) -> None:
        while True:
            await asyncio.sleep(CHECKPOINT_SECONDS)
            try:
                with tracing(None):  # one a second would hide the others
                    await asyncio.to_thread(
                        self._store.save_draft, turn.reply.id, turn.reply.answer
                    )
            except RepriseError as error:
                logger.warning("draft %s could not be kept: %s", turn.reply.id, error)


def _answered(state: ChatState, message_id: str, threshold: float) -> Turn:
    """The turn of a message that was sent before, as it ended.

    Raises:
        BusyError: Another process is still writing it.
    """
    heard = {m.id: m for m in state.messages if isinstance(m, UserMessage)}
    replies = {m.to: m for m in state.messages if isinstance(m, Reply)}
    reply = replies[message_id]
    if reply.status == "writing":
        raise BusyError(state.id)
    turn = Turn(state, heard[message_id], reply, threshold)
    turn.show_end(reply)
    return turn


def readable(text: str) -> str:
    """The text without characters that no reader sees, line ends as line feeds.

    Control characters, lone surrogates and invisible formatting (such as direction overrides)
    mean nothing in a chat, can hide text from its reader or cannot be stored. Tab, line feed
    and the joiners that some scripts and emoji need stay.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in _KEPT or unicodedata.category(c) not in _UNSEEN).strip()


def _unforeseen(error: Exception) -> Failure:
    return Failure(
        f"Something unforeseen went wrong ({type(error).__name__}).",
        "Your message is kept: try again; if it happens again, the log tells more.",
    )
