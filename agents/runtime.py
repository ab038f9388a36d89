"""The composition root: one Runtime a process holds the event loop, the models, the cache and
the store, and is all that a page or a terminal talks to.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Final, TypeVar

from agents import signals
from agents.auditing import Auditing
from agents.caching import Caching, on_loop
from agents.calling import CallObserver
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
from agents.models import identity
from agents.models.condition import ModelCondition
from agents.settings import Settings
from agents.status import PartStatus, RuntimeStatus
from agents.teams.consultation import AskedTeam
from agents.teams.opening import open_teams
from agents.telemetry import Telemetry
from agents.tracing import span, tracing
from cache import CacheError, Explanation, SemanticCache

if TYPE_CHECKING:
    from agents.dialogue.session import ChatSession
    from agents.engine import Engine
    from agents.teams.desk import Desk
    from agents.teams.teams import Teams

T = TypeVar("T")
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
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run_loop, name="reprise-loop", daemon=True)
        self._engine: Engine | None = None
        self._engine_made: Future[Engine] | None = None
        self._caching: Caching | None = None
        self._cache_status = PartStatus()
        self._cache_opened: Future[None] | None = None
        self._session: ChatSession | None = None
        self._auditing: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._opening = threading.Lock()
        self._store: ConversationStore | None = None
        self._turns: Turns | None = None
        self._teams: Teams | None = None
        self._desk: Desk | None = None

    def start(self) -> None:
        """Start the event loop; returns at once."""
        self.telemetry.start()
        self._thread.start()
        self._submit(self._watch())
        with contextlib.suppress(RepriseError):
            self._conversations()

    def load(self) -> None:
        """Begin to load the cache and the model; returns at once, and may be called again.

        Where limits.yml could not be used, the next call reads it anew.
        """
        with self._opening:
            if self._cache_opened is None:
                self._submit(asyncio.to_thread(self.telemetry.open))
                self._cache_opened = self._submit(self._open_cache())
            if self._engine_made is None or _has_failed(self._engine_made):
                self._engine_made = self._submit(self._make_engine())
                self._submit(self._load_model())

    def close(self) -> None:
        """Stop every reply, keep what was written, and let go of everything."""
        if not self._thread.is_alive():
            return
        closing = asyncio.run_coroutine_threadsafe(self._close(), self._loop)
        try:
            closing.result(CLOSING_SECONDS)
        except TimeoutError:
            logger.warning(
                "closing took longer than %g s; what was written is kept", CLOSING_SECONDS
            )
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(CLOSING_SECONDS)
            self.telemetry.close()

    @property
    def cache(self) -> SemanticCache | None:
        """The semantic cache; None until it is loaded, or when it could not be opened."""
        return None if self._caching is None else self._caching.cache

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
                self._teams = open_teams(self.settings, self._submit_run, self._team_desk)
            return self._teams

    def status(self) -> RuntimeStatus:
        """How far each part is, at this moment."""
        return RuntimeStatus(self._model_status(), self._cache_status, self._store_status())

    def condition(self) -> ModelCondition | None:
        """How endpoints, queue and budgets are at this moment; None until the model is known."""
        return None if self._engine is None else self._engine.condition()

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
        if self._caching is not None:
            self._in_background(_embedded_ahead, self._caching.cache, text)
        with tracing(self.telemetry.tracer):
            turn = self._running_turns().start(
                conversation,
                owner,
                text,
                threshold=threshold,
                message_id=message_id,
                automatic=automatic,
            )
        if self._caching is not None:
            self._in_background(_learned, self._caching, turn)
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
        if self._caching is None:
            raise NotReadyError("cache")
        return self._caching.evidencing.now()

    def ask_afresh(self, question: str) -> Future[str]:
        """Ask the model a question that stands alone, past the cache; returns at once.

        The outcome may be a RepriseError.
        """
        self.load()
        return self._submit(self._afresh(question))

    def _run_loop(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()

    def _submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _make_engine(self) -> Engine:
        observer = self.telemetry.call_ended
        self._engine = await asyncio.to_thread(_engine, self.settings, observer)
        return self._engine

    async def _load_model(self) -> None:
        """Begin early; a model that cannot be had is told by the status, and tried again later."""
        engine = await _outcome(self._engine_made)
        with contextlib.suppress(RepriseError):
            await engine.connect()

    async def _open_cache(self) -> None:
        self._cache_status = PartStatus("loading", "Opening the cache")
        try:
            ask = on_loop(self._loop, self._same, self.settings.judge_seconds)
            self._caching = await asyncio.to_thread(Caching.open, self.settings, ask)
        except (CacheError, OSError) as error:
            logger.warning("the cache is not in use: %s", error)
            self._cache_status = PartStatus("failed", failure=Failure(str(error)))
        else:
            self._cache_status = PartStatus("ready")
            self._submit(self._prepare())
            self._auditing = asyncio.create_task(self._audit(self._caching))

    async def _prepare(self) -> None:
        """Read ahead what the first reply would have to wait for."""
        with contextlib.suppress(RepriseError, CacheError):
            await asyncio.to_thread((await self._writer()).prepare)

    async def _audit(self, caching: Caching) -> None:
        """Check answers of the cache whenever nobody waits for a reply."""
        await asyncio.to_thread(self.telemetry.open)
        with tracing(self.telemetry.tracer):
            await Auditing(caching.cache, caching.auditor, self._afresh, self._is_busy).run()

    async def _same(self, asked: str, stored: str) -> bool | None:
        return await (await _outcome(self._engine_made)).pair_judge.same(asked, stored)

    def _is_busy(self) -> bool:
        """Whether anybody waits for the model whom an audit has to stand back for."""
        condition = self.condition()
        waiting = {} if condition is None else dict(condition.queue.waiting)
        return bool(self.writing or waiting.get("chat") or waiting.get("team"))

    async def _afresh(self, question: str) -> str:
        return await (await self._writer()).afresh(question)

    async def _write(self, turn: Turn) -> None:
        await (await self._writer()).reply(turn)

    async def _writer(self) -> ChatSession:
        """What writes replies, made when the cache and the engine are there."""
        if self._session is not None:
            return self._session
        with span(signals.LOADING):
            await _outcome(self._cache_opened)
            engine = await _outcome(self._engine_made)
        if self._session is None:
            rivals = None if self._caching is None else self._caching.rivals
            team = AskedTeam(lambda: self.teams)
            self._session = engine.session(self._conversations(), self.cache, rivals, team)
        return self._session

    def _submit_run(self, work: Coroutine[Any, Any, None]) -> Future[None]:
        self.load()
        with tracing(self.telemetry.tracer):
            return self._submit(work)

    async def _team_desk(self) -> Desk:
        """Where members of teams are asked, made when the cache and the engine are there."""
        await _outcome(self._cache_opened)
        engine = await _outcome(self._engine_made)
        if self._desk is None:
            rivals = None if self._caching is None else self._caching.rivals
            self._desk = engine.desk(self.cache, rivals)
        return self._desk

    async def _watch(self) -> None:
        self._watching = asyncio.create_task(self.telemetry.watch())

    async def _close(self) -> None:
        await self._end_work()
        if self._engine_made is not None:
            with contextlib.suppress(RepriseError):  # limits.yml could not be used: there is none
                await (await _outcome(self._engine_made)).close()
        if self._caching is not None:
            await asyncio.to_thread(self._caching.close)
        if self._store is not None:
            await asyncio.to_thread(self._store.close)

    async def _end_work(self) -> None:
        if self._cache_opened is not None:
            await _outcome(self._cache_opened)  # it begins the auditing, which is to end here
        for task in (self._watching, self._auditing):
            if task is not None:
                task.cancel()
                await asyncio.wait({task})
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
                    store, self._loop, self._write, longest=self.settings.max_message
                )
            return self._store

    def _in_background(self, work: Callable[..., None], *given: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.run_in_executor, None, work, *given)

    def _running_turns(self) -> Turns:
        self._conversations()
        if self._turns is None:
            raise NotReadyError("list of conversations")
        return self._turns

    def _model_status(self) -> PartStatus:
        if self._engine is not None:
            return self._engine.status
        made = self._engine_made
        error = made.exception() if made is not None and made.done() else None
        if isinstance(error, RepriseError):
            return PartStatus("failed", failure=Failure(error.message, error.remedy))
        return PartStatus("waiting", "Starting")

    def _store_status(self) -> PartStatus:
        try:
            self._conversations()
        except RepriseError as error:
            return PartStatus("failed", failure=Failure(error.message, error.remedy))
        return PartStatus("ready")


def _engine(settings: Settings, observer: CallObserver) -> Engine:
    # Here and not above: it takes seconds, in which pages are to be drawn already.
    from agents.engine import Engine

    return Engine.open(settings, observer)


def _embedded_ahead(cache: SemanticCache, text: str) -> None:
    with contextlib.suppress(CacheError):
        cache.prepare(readable(text))


def _learned(caching: Caching, turn: Turn) -> None:
    with contextlib.suppress(CacheError):
        caching.learn(turn.state, turn.message)


def _has_failed(begun: Future[T]) -> bool:
    return begun.done() and isinstance(begun.exception(), RepriseError)


async def _outcome(begun: Future[T] | None) -> T:
    """What came of work that `Runtime.start` began.

    A reply that is stopped while it waits must not stop the work for all others.
    """
    if begun is None:
        raise NotReadyError("runtime")
    return await asyncio.shield(asyncio.wrap_future(begun))
