"""The composition root: one Runtime a process holds the event loop, the models, the cache and
the store, and is all that a page or a terminal talks to.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Final

from agents.caching import Caching
from agents.dialogue import partitions
from agents.dialogue.editing import Editing
from agents.dialogue.events import Rated
from agents.dialogue.machine import machine
from agents.dialogue.messages import Failure
from agents.dialogue.state import ChatState
from agents.dialogue.store import ConversationStore, Summary
from agents.dialogue.travel import Travel
from agents.dialogue.turn import Turn
from agents.dialogue.turns import Turns, readable
from agents.errors import NotReadyError, RepriseError
from agents.evidence import Evidence
from agents.loop_thread import LoopThread
from agents.models import identity
from agents.models.condition import ModelCondition
from agents.parts import Parts
from agents.settings import Settings
from agents.status import PartStatus, RuntimeStatus
from agents.teams.consultation import AskedTeam
from agents.teams.opening import open_teams
from agents.telemetry import Telemetry
from agents.tracing import tracing
from cache import CacheError, Explanation, SemanticCache

if TYPE_CHECKING:
    from agents.teams.teams import Teams

logger = logging.getLogger(__name__)

CLOSING_SECONDS: Final = 15.0
DATABASE_FILE: Final = "conversations.sqlite3"


class Runtime:
    """Everything that outlives a page. Its methods may be called from any thread.

    `start` returns at once. The model and the cache are loaded behind it, from `load` or the first
    message on; a message that comes before they are ready waits for them.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.telemetry = Telemetry(self)
        self._loop = LoopThread()
        self._parts = Parts(
            settings,
            self.telemetry,
            self._loop,
            conversations=self._conversations,
            team=AskedTeam(lambda: self.teams),
            writing=lambda: self.writing,
        )
        self._watching: asyncio.Task[None] | None = None
        self._opening = threading.Lock()
        self._store: ConversationStore | None = None
        self._turns: Turns | None = None
        self._teams: Teams | None = None

    def start(self) -> None:
        """Start the event loop; returns at once."""
        self.telemetry.start()
        self._loop.start()
        self._loop.submit(self._watch())
        with contextlib.suppress(RepriseError):
            self._conversations()

    def load(self) -> None:
        """Begin to load the cache and the model; returns at once, and may be called again.

        Where limits.yml could not be used, the next call reads it anew.
        """
        with self._opening:
            self._parts.load()

    def close(self) -> None:
        """Stop every reply, keep what was written, and let go of everything."""
        if not self._loop.running:
            return
        closing = self._loop.submit(self._close())
        try:
            closing.result(CLOSING_SECONDS)
        except TimeoutError:
            logger.warning(
                "closing took longer than %g s; what was written is kept", CLOSING_SECONDS
            )
        finally:
            self._loop.stop(CLOSING_SECONDS)
            self.telemetry.close()

    @property
    def cache(self) -> SemanticCache | None:
        """The semantic cache; None until it is loaded, or when it could not be opened."""
        return self._parts.cache

    @property
    def editing(self) -> Editing:
        """Changes that the user makes to a plan and to facts.

        Raises:
            StoreError: The conversations cannot be opened.
        """
        return Editing(self._conversations())

    @property
    def travel(self) -> Travel:
        """Replays, branches, exports and imports of conversations.

        Raises:
            StoreError: The conversations cannot be opened.
        """
        return Travel(self._conversations())

    @property
    def teams(self) -> Teams:
        """Runs of several agents on one task.

        Raises:
            StoreError: The runs cannot be opened.
        """
        with self._opening:
            if self._teams is None:
                self._teams = open_teams(self.settings, self._submit_run, self._parts.desk)
            return self._teams

    def status(self) -> RuntimeStatus:
        """How far each part is, at this moment."""
        return RuntimeStatus(
            self._parts.model_status, self._parts.cache_status, self._store_status()
        )

    def condition(self) -> ModelCondition | None:
        """How endpoints, queue and budgets are at this moment; None until the model is known."""
        return self._parts.condition()

    def send(
        self,
        conversation: str,
        owner: str,
        text: str,
        *,
        threshold: float,
        message_id: str,
        automatic: bool = False,
    ) -> Turn:
        """Store a message and begin the reply. See `Turns.start` for what it raises."""
        self.load()
        if self.cache is not None:
            self._loop.in_background(_embedded_ahead, self.cache, text)
        with tracing(self.telemetry.tracer):
            turn = self._running_turns().start(
                conversation,
                owner,
                text,
                threshold=threshold,
                message_id=message_id,
                automatic=automatic,
            )
        if self._parts.caching is not None:
            self._loop.in_background(_learned, self._parts.caching, turn)
        return turn

    @property
    def writing(self) -> int:
        """How many replies are being written."""
        return len(self._turns.replies) if self._turns else 0

    def turn(self, conversation: str, owner: str) -> Turn | None:
        """The reply that this process is writing to a conversation of the owner's."""
        turn = self._turns.active(conversation) if self._turns else None
        return turn if turn is not None and turn.state.owner == owner else None

    def open(self, conversation: str, owner: str) -> ChatState:
        """The conversation's state; an empty one where nothing was said under this id yet.

        Raises:
            ConversationNotFoundError: It belongs to someone else.
            StoreError: It could not be read.
        """
        store = self._conversations()
        state = store.peek(conversation, owner)
        if state.writing and self.turn(conversation, owner) is None:
            # Written by another process, or by one that was killed.
            self._running_turns().recover()
            state = store.peek(conversation, owner)
        return state

    def probe(self) -> None:
        """Read from the conversations.

        Raises:
            StoreError: They cannot be read.
        """
        self._conversations().probe()

    def recent(self, owner: str, limit: int = 20) -> tuple[Summary, ...]:
        """The owner's conversations, newest first.

        Raises:
            StoreError: They could not be read.
        """
        return self._conversations().recent(owner, limit=limit)

    def delete(self, conversation: str, owner: str) -> None:
        """Stop what is being written in a conversation and remove it.

        Raises:
            ConversationNotFoundError: It is not there, or belongs to someone else.
            StoreError: It could not be removed.
        """
        self._conversations().load(conversation, owner)
        turn = self.turn(conversation, owner)
        if turn is not None:
            turn.stop()
            turn.wait(CLOSING_SECONDS)
        self._conversations().delete(conversation, owner)
        self.teams.delete_of(conversation, owner)

    def rate(self, conversation: str, owner: str, reply_id: str, *, liked: bool | None) -> None:
        """Give a reply a thumb; a thumb down takes a cached answer out of service.

        Raises:
            ConversationNotFoundError: It is not there, or belongs to someone else.
            StoreError, CacheError: It could not be stored.
        """
        store = self._conversations()
        state = store.load(conversation, owner)
        reply = state.reply(reply_id)
        if reply is None:
            return
        store.append(state, Rated(time.time(), reply_id, liked))
        entry = reply.served.entry if reply.served else None
        if self.cache is not None and entry is not None and liked is not None:
            self.cache.feedback(entry, good=liked)

    def explain(self, question: str, threshold: float) -> Explanation:
        """What the shared cache would decide about a question, and from what.

        Raises:
            NotReadyError: The cache is still being loaded.
            CacheError: The question or the threshold is refused, or the cache cannot be read.
        """
        if self.cache is None:
            raise NotReadyError("cache")
        scope = partitions.for_all(identity.fingerprint(self.settings), question)
        return self.cache.explain(question, scope, threshold=threshold)

    def evidence(self) -> Evidence:
        """What is known of the cache's wrong answers at each threshold.

        Raises:
            NotReadyError: The cache is still being loaded.
            CacheError: The labels cannot be read.
        """
        if self._parts.caching is None:
            raise NotReadyError("cache")
        return self._parts.caching.evidencing.now()

    def ask_afresh(self, question: str) -> Future[str]:
        """Ask the model a question that stands alone, past the cache; returns at once.

        The outcome may be a RepriseError.
        """
        self.load()
        return self._loop.submit(self._parts.afresh(question))

    async def _write(self, turn: Turn) -> None:
        await (await self._parts.writer()).reply(turn)

    def _submit_run(self, work: Coroutine[Any, Any, None]) -> Future[None]:
        self.load()
        with tracing(self.telemetry.tracer):
            return self._loop.submit(work)

    async def _watch(self) -> None:
        self._watching = asyncio.create_task(self.telemetry.watch())

    async def _close(self) -> None:
        await self._end_work()
        await self._parts.close()
        if self._store is not None:
            await asyncio.to_thread(self._store.close)

    async def _end_work(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait({self._watching})
        await self._parts.end_audits()
        if self._turns is not None:
            await self._turns.close()
        if self._teams is not None:
            await self._teams.close()

    def _conversations(self) -> ConversationStore:
        """The store, opened at the first call that succeeds: a lock or a full disk may pass.

        Raises:
            StoreError: It cannot be opened now.
        """
        with self._opening:
            if self._store is None:
                store = ConversationStore.open(self.settings.home / DATABASE_FILE, machine())
                store.recover()
                self._store = store
                self._turns = Turns(
                    store, self._loop.loop, self._write, longest=self.settings.max_message
                )
            return self._store

    def _running_turns(self) -> Turns:
        self._conversations()
        if self._turns is None:
            raise NotReadyError("list of conversations")
        return self._turns

    def _store_status(self) -> PartStatus:
        try:
            self._conversations()
        except RepriseError as error:
            return PartStatus("failed", failure=Failure(error.message, error.remedy))
        return PartStatus("ready")


def _embedded_ahead(cache: SemanticCache, text: str) -> None:
    with contextlib.suppress(CacheError):
        cache.prepare(readable(text))


def _learned(caching: Caching, turn: Turn) -> None:
    with contextlib.suppress(CacheError):
        caching.learn(turn.state, turn.message)
