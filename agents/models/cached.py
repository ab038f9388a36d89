"""CachedModel: asks the semantic cache before the model, and stores what the model says.

It wraps any AG2 ModelConfig, so it sees what the model would see, and a hit costs no client.
What to look up and in which scope comes with each call, as the dependency `CacheRequest`; a
call without one goes straight to the model.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ag2.config import LLMClient, ModelConfig, ModelProvider
from ag2.context import ConversationContext
from ag2.events import BaseEvent, Field, ModelMessage, ModelMessageChunk, ModelResponse
from ag2.files.protocol import FilesClient
from ag2.response import ResponseProto
from ag2.tools.schemas import ToolSchema
from fast_depends.library.serializer import SerializerProto
from pydantic import ValidationError

from agents import signals
from agents.errors import ModelError
from agents.models.flights import Flights, Lease
from agents.models.pool import FALLBACK
from agents.tracing import Value, add_span, span
from cache import CacheError, Lookup, PersonalDataError, Scope, SemanticCache, Ttl
from cache.rivals import Rivals

logger = logging.getLogger(__name__)

COMPLETE: Final = frozenset({"stop", "end_turn", "stop_sequence"})
"""What providers call the end of a whole answer; anything else is an answer that was cut."""
_PIECE: Final = 48


@dataclass(frozen=True, slots=True)
class CacheRequest:
    """What one call may be answered with, and where its answer may be stored.

    Attributes:
        question: What is looked up.
        scope: The partition that is searched and stored into.
        threshold: Cosine similarity from which an entry is served, 0..1.
        asker: Who asks; the log of lookups is shown to its asker only.
        ttl: How long the answer lives; None: for ever; "default": as the cache was told.
        automatic: Whether evidence chose the threshold; it is raised where other answers stand
            close, which what a person chose is not.
        tags: The subjects that its answer is dropped with.
        degraded: Threshold that is good enough when no model answers, 0..1; 0: none is.
    """

    question: str
    scope: Scope
    threshold: float
    asker: str
    ttl: Ttl = None
    automatic: bool = False
    tags: tuple[str, ...] = ()
    degraded: float = 0.0


class CacheLookedUp(BaseEvent):
    """The cache was asked: `lookup` says what it decided.

    Where it is `degraded`, no model answered, and an answer was served that else would not be.
    """

    __transient__ = True

    lookup: Lookup = Field(kw_only=False)
    degraded: bool = False


class CacheStored(BaseEvent):
    """The model's answer was stored as the entry of this id."""

    __transient__ = True

    entry: int = Field(kw_only=False)


class CacheFailed(BaseEvent):
    """The cache could not be read or written; the model answered all the same."""

    __transient__ = True

    message: str = Field(kw_only=False)


class CachedModel(ModelConfig):
    """A ModelConfig whose answers pass through the semantic cache.

    Args:
        inner: The model to ask on a miss.
        cache: None: every call goes to the model.
        rivals: Raise thresholds that evidence chose; None: nothing does.
    """

    def __init__(
        self, inner: ModelConfig, cache: SemanticCache | None, rivals: Rivals | None = None
    ) -> None:
        self._inner = inner
        self._cache = cache
        self._rivals = rivals
        self._flights = Flights()

    @property
    def provider(self) -> ModelProvider:
        """The wrapped model's provider."""
        return self._inner.provider

    @property
    def model(self) -> str:
        """The wrapped model's name."""
        return self._inner.model

    def copy(self) -> CachedModel:
        """The same model over the same cache; equal calls stay one."""
        return self

    def create(self) -> LLMClient:
        """A client; the wrapped model's is made on the first miss only."""
        if self._cache is None:
            return self._inner.create()
        return _CachedClient(self._inner, self._cache, self._rivals, self._flights)

    def create_files_client(self) -> FilesClient[Any]:
        """The wrapped model's."""
        return self._inner.create_files_client()


class _CachedClient(LLMClient):
    def __init__(
        self,
        inner: ModelConfig,
        cache: SemanticCache,
        rivals: Rivals | None,
        flights: Flights,
    ) -> None:
        self._inner = inner
        self._cache = cache
        self._rivals = rivals
        self._flights = flights

    async def __call__(
        self,
        messages: Sequence[BaseEvent],
        context: ConversationContext,
        *,
        tools: Iterable[ToolSchema],
        response_schema: ResponseProto[Any] | None,
        serializer: SerializerProto,
    ) -> ModelResponse:
        call = _Call(self._inner, messages, context, tuple(tools), response_schema, serializer)
        request = context.dependencies.get(CacheRequest)
        if request is None:
            return await call.ask_model()
        lookup = await self._look_up(request, context)
        if lookup is None:
            return await self._ask_and_store(call, request)
        if lookup.hit:
            return await _serve(lookup, context)
        async with self._flights.alone((request.scope.id, request.question)) as waited:
            lease = Lease(self._cache, request.question, request.scope)
            try:
                if await lease.take() or waited:
                    lookup = await self._look_up(request, context)
                    if lookup is not None and lookup.hit:
                        return await _serve(lookup, context)
                return await self._ask_and_store(call, request)
            finally:
                await lease.give_back()

    async def _look_up(self, request: CacheRequest, context: ConversationContext) -> Lookup | None:
        try:
            lookup = await asyncio.to_thread(self._found, request)
        except CacheError as error:
            logger.warning("cache lookup failed: %s", type(error).__name__)
            await context.send(CacheFailed(str(error)))
            return None
        await context.send(CacheLookedUp(lookup))
        return lookup

    def _found(self, request: CacheRequest) -> Lookup:
        with span(signals.LOOKUP, **{signals.SHARED: request.scope.shared}) as looking:
            lookup = self._looked_up(request)
            looking.set_attributes(_told(lookup))
            began = time.time() - lookup.seconds
            for stage in lookup.stages:
                add_span(f"{signals.STAGE} {stage.name}", began + stage.began, stage.seconds)
        return lookup

    def _looked_up(self, request: CacheRequest) -> Lookup:
        question, scope, threshold = request.question, request.scope, request.threshold
        if request.automatic and self._rivals is not None:
            threshold = self._rivals.threshold(question, scope, threshold)
        return self._cache.lookup(question, scope, threshold=threshold, asker=request.asker)

    async def _ask_and_store(self, call: _Call, request: CacheRequest) -> ModelResponse:
        epoch = await self._epoch() if request.tags else None
        begun = time.perf_counter()
        try:
            response = await call.ask_model()
        except ModelError as error:
            earlier = await self._earlier_answer(call.context, request, error)
            if earlier is None:
                raise
            return earlier
        seconds = time.perf_counter() - begun
        if await call.is_worth_storing(response):
            await self._store(call, request, response, seconds, epoch)
        return response

    async def _earlier_answer(
        self, context: ConversationContext, request: CacheRequest, error: ModelError
    ) -> ModelResponse | None:
        """The nearest answer that is good enough when no model answers, served; else None.

        It is not stored again: as an answer to this question it would be served as if it were one.
        """
        lower = 0 < request.degraded < request.threshold
        if not lower or not error.transient or error.partial:
            return None
        try:
            lookup = await asyncio.to_thread(
                self._found, replace(request, threshold=request.degraded)
            )
        except CacheError as failure:
            logger.warning("cache lookup failed: %s", type(failure).__name__)
            return None
        if not lookup.hit:
            return None
        await context.send(CacheLookedUp(lookup, degraded=True))
        return await _serve(lookup, context)

    async def _epoch(self) -> int | None:
        try:
            return await asyncio.to_thread(lambda: self._cache.epoch)
        except CacheError as error:
            logger.warning("cache epoch unknown: %s", type(error).__name__)
            return None

    async def _store(
        self,
        call: _Call,
        request: CacheRequest,
        response: ModelResponse,
        seconds: float,
        epoch: int | None,
    ) -> None:
        try:
            with span(signals.KEEPING):
                entry = await asyncio.to_thread(
                    self._cache.store,
                    request.question,
                    response.content or "",
                    request.scope,
                    seconds=seconds,
                    tokens=int(response.usage.completion_tokens or 0),
                    model=self._inner.model,
                    ttl=request.ttl,
                    tags=request.tags,
                    epoch=epoch,
                    threshold=request.threshold,
                )
        except PersonalDataError as error:
            logger.info("an answer is not shared: it holds %s", error.found)
        except CacheError as error:
            logger.warning("cache store failed: %s", type(error).__name__)
            await call.context.send(CacheFailed(str(error)))
        else:
            await call.context.send(CacheStored(entry.id))


@dataclass(frozen=True, slots=True)
class _Call:
    """One call as AG2 made it."""

    inner: ModelConfig
    messages: Sequence[BaseEvent]
    context: ConversationContext
    tools: tuple[ToolSchema, ...]
    response_schema: ResponseProto[Any] | None
    serializer: SerializerProto

    async def ask_model(self) -> ModelResponse:
        return await self.inner.create()(
            self.messages,
            self.context,
            tools=self.tools,
            response_schema=self.response_schema,
            serializer=self.serializer,
        )

    async def is_worth_storing(self, response: ModelResponse) -> bool:
        """Only a whole, non-empty text that fits its schema is, of the model that was wanted."""
        text = response.content or ""
        if FALLBACK in response.metadata:
            return False
        if not text.strip() or response.tool_calls or response.finish_reason not in COMPLETE:
            return False
        if self.response_schema is None:
            return True
        try:
            await self.response_schema.validate(text, context=self.context)
        except ValidationError:
            return False
        return True


def _told(lookup: Lookup) -> Mapping[str, Value]:
    """What was decided, as a span's attributes: nothing of the questions."""
    known = {signals.DECISION: lookup.outcome, signals.TIER: lookup.tier or ""}
    if lookup.similarity is None:
        return known
    return known | {signals.SIMILARITY: round(lookup.similarity, 4)}


async def _serve(lookup: Lookup, context: ConversationContext) -> ModelResponse:
    """Stream the entry's answer as a model would, and mark it."""
    if lookup.entry is None:
        raise ModelError("The cache reported a hit without an entry.")
    answer = lookup.entry.answer
    for begin in range(0, len(answer), _PIECE):
        await context.send(ModelMessageChunk(answer[begin : begin + _PIECE]))
    message = ModelMessage(answer, metadata={"cache_tier": lookup.tier})
    await context.send(message)
    return ModelResponse(message, model=lookup.entry.model, finish_reason="stop")
