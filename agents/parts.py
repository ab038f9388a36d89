"""Parts: what takes its time to be there, the cache and the engine, and what is made of both.

They are loaded behind `Parts.load`, which returns at once; what needs them waits for them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

from agents import signals
from agents.auditing import Auditing
from agents.caching import Caching, on_loop
from agents.calling import CallObserver
from agents.dialogue.messages import Failure
from agents.dialogue.store import ConversationStore
from agents.errors import NotReadyError, RepriseError
from agents.loop_thread import LoopThread
from agents.models.condition import ModelCondition
from agents.settings import Settings
from agents.status import PartStatus
from agents.telemetry import Telemetry
from agents.tracing import span, tracing
from cache import CacheError, SemanticCache

if TYPE_CHECKING:
    from agents.dialogue.session import ChatSession
    from agents.dialogue.teaming import Team
    from agents.engine import Engine
    from agents.teams.desk import Desk

T = TypeVar("T")
logger = logging.getLogger(__name__)


class Parts:
    """The cache and the engine of one process, and what writes replies with them.

    `load`, and all that is no coroutine, may be called from any thread; coroutines run on the loop.

    Args:
        conversations: The store of the conversations; it may raise a StoreError.
        team: Specialists whom a reply may be asked of.
        writing: How many replies are being written.
    """

    def __init__(
        self,
        settings: Settings,
        telemetry: Telemetry,
        loop: LoopThread,
        *,
        conversations: Callable[[], ConversationStore],
        team: Team,
        writing: Callable[[], int],
    ) -> None:
        self._settings = settings
        self._telemetry = telemetry
        self._loop = loop
        self._conversations = conversations
        self._team = team
        self._writing = writing
        self._engine: Engine | None = None
        self._engine_made: Future[Engine] | None = None
        self._caching: Caching | None = None
        self._cache_opened: Future[None] | None = None
        self._cache_status = PartStatus()
        self._auditing: asyncio.Task[None] | None = None
        self._session: ChatSession | None = None
        self._desk: Desk | None = None

    def load(self) -> None:
        """Begin to load the cache and the engine, or again what failed; callers take turns."""
        if self._cache_opened is None:
            self._loop.submit(asyncio.to_thread(self._telemetry.open))
            self._cache_opened = self._loop.submit(self._open_cache())
        if self._engine_made is None or _has_failed(self._engine_made):
            self._engine_made = self._loop.submit(self._make_engine())
            self._loop.submit(self._load_model())

    @property
    def caching(self) -> Caching | None:
        """The cache and what learns of it; None until it is loaded, or when it cannot be opened."""
        return self._caching

    @property
    def cache(self) -> SemanticCache | None:
        """The cache alone."""
        return None if self._caching is None else self._caching.cache

    @property
    def cache_status(self) -> PartStatus:
        """How far the cache is."""
        return self._cache_status

    @property
    def model_status(self) -> PartStatus:
        """How far the model is."""
        if self._engine is not None:
            return self._engine.status
        made = self._engine_made
        error = made.exception() if made is not None and made.done() else None
        if isinstance(error, RepriseError):
            return PartStatus("failed", failure=Failure(error.message, error.remedy))
        return PartStatus("waiting", "Starting")

    def condition(self) -> ModelCondition | None:
        """How endpoints, queue and budgets are at this moment; None until the model is known."""
        return None if self._engine is None else self._engine.condition()

    async def writer(self) -> ChatSession:
        """What writes replies, made when the cache and the engine are there.

        Raises:
            RepriseError: The engine cannot be had.
        """
        if self._session is not None:
            return self._session
        with span(signals.LOADING):
            await _outcome(self._cache_opened)
            engine = await _outcome(self._engine_made)
        if self._session is None:
            rivals = None if self._caching is None else self._caching.rivals
            self._session = engine.session(self._conversations(), self.cache, rivals, self._team)
        return self._session

    async def desk(self) -> Desk:
        """Where members of teams are asked, made when the cache and the engine are there.

        Raises:
            RepriseError: The engine cannot be had.
        """
        await _outcome(self._cache_opened)
        engine = await _outcome(self._engine_made)
        if self._desk is None:
            rivals = None if self._caching is None else self._caching.rivals
            self._desk = engine.desk(self.cache, rivals)
        return self._desk

    async def afresh(self, question: str) -> str:
        """What the model says to a question that stands alone, past the cache.

        Raises:
            RepriseError: It says nothing.
        """
        return await (await self.writer()).afresh(question)

    async def end_audits(self) -> None:
        """Audit no more; to be called before what audits need is closed."""
        if self._cache_opened is not None:
            await _outcome(self._cache_opened)  # it begins the auditing, which is to end here
        if self._auditing is not None:
            self._auditing.cancel()
            await asyncio.wait({self._auditing})

    async def close(self) -> None:
        """Let go of the engine and the cache."""
        if self._engine_made is not None:
            with contextlib.suppress(RepriseError):  # limits.yml could not be used: there is none
                await (await _outcome(self._engine_made)).close()
        if self._caching is not None:
            await asyncio.to_thread(self._caching.close)

    async def _make_engine(self) -> Engine:
        observer = self._telemetry.call_ended
        self._engine = await asyncio.to_thread(_engine, self._settings, observer)
        return self._engine

    async def _load_model(self) -> None:
        """Begin early; a model that cannot be had is told by the status, and tried again later."""
        engine = await _outcome(self._engine_made)
        with contextlib.suppress(RepriseError):
            await engine.connect()

    async def _open_cache(self) -> None:
        self._cache_status = PartStatus("loading", "Opening the cache")
        try:
            ask = on_loop(self._loop.loop, self._same, self._settings.judge_seconds)
            self._caching = await asyncio.to_thread(Caching.open, self._settings, ask)
        except (CacheError, OSError) as error:
            logger.warning("the cache is not in use: %s", error)
            self._cache_status = PartStatus("failed", failure=Failure(str(error)))
        else:
            self._cache_status = PartStatus("ready")
            self._loop.submit(self._prepare())
            self._auditing = asyncio.create_task(self._audit(self._caching))

    async def _prepare(self) -> None:
        """Read ahead what the first reply would have to wait for."""
        with contextlib.suppress(RepriseError, CacheError):
            await asyncio.to_thread((await self.writer()).prepare)

    async def _audit(self, caching: Caching) -> None:
        """Check answers of the cache whenever nobody waits for a reply."""
        await asyncio.to_thread(self._telemetry.open)
        with tracing(self._telemetry.tracer):
            await Auditing(caching.cache, caching.auditor, self.afresh, self._is_busy).run()

    async def _same(self, asked: str, stored: str) -> bool | None:
        return await (await _outcome(self._engine_made)).pair_judge.same(asked, stored)

    def _is_busy(self) -> bool:
        """Whether anybody waits for the model whom an audit has to stand back for."""
        condition = self.condition()
        waiting = {} if condition is None else dict(condition.queue.waiting)
        return bool(self._writing() or waiting.get("chat") or waiting.get("team"))


def _engine(settings: Settings, observer: CallObserver) -> Engine:
    # Here and not above: it takes seconds, in which pages are to be drawn already.
    from agents.engine import Engine

    return Engine.open(settings, observer)


def _has_failed(begun: Future[T]) -> bool:
    return begun.done() and isinstance(begun.exception(), RepriseError)


async def _outcome(begun: Future[T] | None) -> T:
    """What came of work that `Parts.load` began.

    A reply that is stopped while it waits must not stop the work for all others.
    """
    if begun is None:
        raise NotReadyError("runtime")
    return await asyncio.shield(asyncio.wrap_future(begun))
