"""ResilientModel: every call of a model goes through here, and survives what can be survived.

    admission: budgets, then the queue       how many calls at once, whose first
      choose an endpoint                     the least busy of those in service
        one attempt                          within the time limit; the breaker counts it
      another attempt                        after what may pass, elsewhere or later
    the fallback                             when the model itself cannot answer
    ModelError                               what happened, and what to do

Nothing is asked again once some of an answer was shown: another would begin differently.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from ag2.config import LLMClient, ModelConfig, ModelProvider
from ag2.context import ConversationContext
from ag2.events import (
    BaseEvent,
    Field,
    ModelMessage,
    ModelMessageChunk,
    ModelResponse,
)
from ag2.files.protocol import FilesClient
from ag2.response import ResponseProto
from ag2.tools.schemas import ToolSchema
from fast_depends.library.serializer import SerializerProto

from agents import signals
from agents.calling import CallObserver, CallRecord, caller
from agents.errors import ModelError, RepriseError
from agents.models.admission import Admission
from agents.models.condition import ModelCondition
from agents.models.pool import FALLBACK, Endpoint, Pool, choose, soonest
from agents.models.retrying import Patience
from agents.tracing import span

logger = logging.getLogger(__name__)

Ask = Callable[[LLMClient], Awaitable[ModelResponse]]
"""The call, for whichever client is to make it."""
CUT_SHORT: Final = frozenset({"length", "max_tokens", "content_filter"})
"""Why an answer may be empty without a fault: its end came before its first word."""


def unobserved(_: CallRecord) -> None:
    """Nobody is told of a call."""


class FellBack(BaseEvent):
    """Another model answers, since the one that was wanted cannot: `instead_of` says why."""

    __transient__ = True

    model: str = Field(kw_only=False)
    instead_of: str = Field(kw_only=False)


class ResilientModel(ModelConfig):
    """A ModelConfig over several endpoints.

    Args:
        admission: Lets calls through, each when it is its turn.
        observer: Is told of each call that has ended.
    """

    def __init__(
        self,
        pool: Pool,
        admission: Admission,
        patience: Patience,
        observer: CallObserver = unobserved,
    ) -> None:
        self._pool = pool
        self._admission = admission
        self._patience = patience
        self._observer = observer

    @property
    def provider(self) -> ModelProvider:
        """Who answers, as long as it can."""
        return self._pool.mains[0].model.provider

    @property
    def model(self) -> str:
        """The name of the model that answers, as long as it can."""
        return self._pool.mains[0].model.model

    def copy(self) -> ResilientModel:
        """The same model."""
        return self

    def adapted(self, adapt: Callable[[ModelConfig], ModelConfig]) -> ResilientModel:
        """The same endpoints, queue and budgets, with other parameters."""
        pool = self._pool.adapted(adapt)
        return ResilientModel(pool, self._admission, self._patience, self._observer)

    def create(self) -> LLMClient:
        """A client; those of the endpoints are made at the first call."""
        return _ResilientClient(self._pool, self._admission, self._patience, self._observer)

    def create_files_client(self) -> FilesClient[Any]:
        """Not to be had: replies are text.

        Raises:
            NotImplementedError: Always, as AG2 expects of a model without files.
        """
        raise NotImplementedError(f"{type(self).__name__} does not support files.")

    async def connect(self) -> None:
        """Load the model and make its clients, which the first call would have to wait for.

        A fallback that cannot be had is tried again when it is needed.

        Raises:
            RepriseError: Why there is no model.
        """
        for endpoint in self._pool.mains:
            await endpoint.model.connect()
        for endpoint in self._pool.fallbacks:
            try:
                await endpoint.model.connect()
            except RepriseError as error:
                logger.warning("the fallback cannot be had: %s", error)

    def condition(self) -> ModelCondition:
        """How the ways to the model are now. May be called from any thread."""
        return ModelCondition(
            self._pool.conditions(), self._admission.queue, self._admission.budgets
        )


class _ResilientClient(LLMClient):
    def __init__(
        self, pool: Pool, admission: Admission, patience: Patience, observer: CallObserver
    ) -> None:
        self._pool = pool
        self._admission = admission
        self._patience = patience
        self._observer = observer

    async def __call__(
        self,
        messages: Sequence[BaseEvent],
        context: ConversationContext,
        *,
        tools: Iterable[ToolSchema],
        response_schema: ResponseProto[Any] | None,
        serializer: SerializerProto,
    ) -> ModelResponse:
        known = tuple(tools)

        def ask(client: LLMClient) -> Awaitable[ModelResponse]:
            return client(
                messages,
                context,
                tools=known,
                response_schema=response_schema,
                serializer=serializer,
            )

        call = _Call(self._pool, self._patience, ask, context)
        shown = context.stream.where(ModelMessageChunk | ModelMessage)
        with span(f"{signals.CALL} {self._pool.mains[0].model.model}"), shown.sub_scope(call.see):
            return await self._made(call)

    async def _made(self, call: _Call) -> ModelResponse:
        """Make the call when it is its turn, and tell what came of it."""
        who, outcome, waited, began = caller(), "unknown", 0.0, time.monotonic()
        try:
            async with self._admission.admitted(who) as waited:
                began = time.monotonic()
                response = await call.answered()
            outcome = "ok"
            return response
        except ModelError as error:
            error.partial = call.shown
            outcome = error.kind
            raise
        except asyncio.CancelledError:
            outcome = "cancelled"
            raise
        finally:
            seconds = time.monotonic() - began if call.asked else 0.0
            self._observer(self._record(call, outcome, waited, seconds))

    def _record(self, call: _Call, outcome: str, waited: float, seconds: float) -> CallRecord:
        who, dollars = caller(), 0.0
        tokens_in, tokens_out = call.tokens
        if call.asked:
            dollars = self._admission.spent(who, input_tokens=tokens_in, output_tokens=tokens_out)
        last = call.asked[-1] if call.asked else None
        return CallRecord(
            caller=who,
            model=last.model.model if last else self._pool.mains[0].model.model,
            endpoint=last.name if last else "",
            outcome=outcome,
            waited=waited,
            seconds=seconds,
            attempts=len(call.asked),
            input_tokens=tokens_in,
            output_tokens=tokens_out,
            dollars=dollars,
        )


class _Call:
    """One call on its way.

    Attributes:
        asked: The endpoints that were asked, in order; one may be there several times.
        shown: Whether some of an answer was shown.
    """

    def __init__(
        self, pool: Pool, patience: Patience, ask: Ask, context: ConversationContext
    ) -> None:
        self.asked: list[Endpoint] = []
        self.shown = False
        self._pool = pool
        self._patience = patience
        self._ask = ask
        self._context = context
        self._until = 0.0
        self._pieces = 0
        self._read = 0
        self._written = 0

    async def see(self, event: ModelMessageChunk | ModelMessage, context: Any) -> None:  # noqa: ARG002 - so the stream calls it
        """Take note of what is shown."""
        self._pieces += isinstance(event, ModelMessageChunk)
        self.shown = self.shown or bool(event.content.strip())

    @property
    def tokens(self) -> tuple[int, int]:
        """Read and written, in all attempts; the pieces of an answer that was never counted."""
        return self._read, self._written or self._pieces

    async def answered(self) -> ModelResponse:
        """The answer of whichever endpoint gives one.

        Raises:
            RepriseError: None does.
        """
        self._begin()
        try:
            for endpoint in self._pool.mains:
                await endpoint.model.connect()
            self._begin()  # loading a model is no part of asking it
            return await self._answered_by(self._pool.mains)
        except RepriseError as error:
            if not self._may_fall_back(error):
                raise
            return await self._fallen_back(error)

    def _begin(self) -> None:
        self._until = asyncio.get_running_loop().time() + self._patience.deadline

    @property
    def _left(self) -> float:
        """Seconds until the deadline."""
        return self._until - asyncio.get_running_loop().time()

    def _may_fall_back(self, error: RepriseError) -> bool:
        """Whether a fallback may answer; a refused key is for the operator to see, not to hide."""
        elsewhere = not isinstance(error, ModelError) or error.transient
        return elsewhere and bool(self._pool.fallbacks) and not self.shown and self._left > 0

    async def _fallen_back(self, reason: RepriseError) -> ModelResponse:
        try:
            response = await self._answered_by(self._pool.fallbacks)
        except RepriseError as error:
            raise _both(reason, error) from error
        if response.message is not None:
            response.message.metadata[FALLBACK] = self.asked[-1].name
        await self._context.send(FellBack(self.asked[-1].model.model, reason.message))
        return response

    async def _answered_by(self, endpoints: Sequence[Endpoint]) -> ModelResponse:
        """The answer of one of the endpoints, each tried as often as the patience allows."""

        def again(error: BaseException) -> bool:
            return self._is_worth_another(error, endpoints)

        def at_once() -> bool:
            following = self._next(endpoints)
            return following is not None and following not in self.asked

        attempts = self._patience.attempts(again, at_once=at_once, within=self._left)
        response: ModelResponse = await attempts(self._attempt, endpoints)
        return response

    def _next(self, endpoints: Sequence[Endpoint]) -> Endpoint | None:
        """Whom to ask next; None where nobody can be in time."""
        following = choose(endpoints, self.asked)
        if following is None or following.vitals.pause > self._longest_pause(following):
            return None
        return following

    def _longest_pause(self, endpoint: Endpoint) -> float:
        """Most seconds to wait until an endpoint wants to be asked."""
        helped = bool(self._pool.fallbacks) and not endpoint.fallback
        longest = self._patience.pause_before_fallback if helped else self._patience.longest_pause
        return min(longest, self._left)

    def _is_worth_another(self, error: BaseException, endpoints: Sequence[Endpoint]) -> bool:
        if self.shown or not isinstance(error, ModelError) or not error.transient:
            return False
        following = self._next(endpoints)
        # Who did not answer in time is not asked to make the user wait as long again.
        return following is not None and (error.kind != "timeout" or following not in self.asked)

    async def _attempt(self, endpoints: Sequence[Endpoint]) -> ModelResponse:
        while True:
            endpoint = await self._in_service(endpoints)
            async with self._place_at(endpoint):
                # It may have gone out of service while this call waited for a place.
                if endpoint.vitals.breaker.lets_through:
                    return await self._visit(endpoint)

    async def _visit(self, endpoint: Endpoint) -> ModelResponse:
        self.asked.append(endpoint)
        with span(signals.ATTEMPT, **{signals.ENDPOINT: endpoint.name}), endpoint.vitals.asked():
            try:
                return await self._asked_once(endpoint)
            except ModelError as error:
                logger.warning("%s gave no answer: %s", endpoint.name, error.kind)
                raise

    async def _in_service(self, endpoints: Sequence[Endpoint]) -> Endpoint:
        """The endpoint to ask, when it wants to be asked.

        Raises:
            ModelError: None is in service, or will be in time.
        """
        while True:
            endpoint = self._next(endpoints)
            if endpoint is None:
                raise soonest(endpoints).unavailable()
            if not endpoint.vitals.pause:
                return endpoint
            await asyncio.sleep(endpoint.vitals.pause)

    @asynccontextmanager
    async def _place_at(self, endpoint: Endpoint) -> AsyncIterator[None]:
        """One of the places that the endpoint has, when it is loaded."""
        places = endpoint.vitals.places
        try:
            async with asyncio.timeout_at(self._until):
                await endpoint.model.connect()
                await places.acquire()
        except TimeoutError as error:
            raise endpoint.late(self._patience.deadline) from error
        try:
            yield
        finally:
            places.release()

    async def _asked_once(self, endpoint: Endpoint) -> ModelResponse:
        try:
            async with asyncio.timeout_at(self._until):
                response = await self._ask(endpoint.model.create())
        except TimeoutError as error:
            raise endpoint.late(self._patience.deadline) from error
        self._read += int(response.usage.prompt_tokens or 0)
        self._written += int(response.usage.completion_tokens or 0)
        _require_an_answer(response, endpoint)
        return response


def _require_an_answer(response: ModelResponse, endpoint: Endpoint) -> None:
    """Refuse a response that ended without an end, or without a word.

    Raises:
        ModelError: It did.
    """
    if response.tool_calls or response.finish_reason in CUT_SHORT:
        return
    if not (response.content or "").strip():
        raise ModelError(
            f"{endpoint.title} gave an empty answer.", remedy="Try again.", kind="empty"
        )
    if response.finish_reason is None:
        raise ModelError(
            "The answer broke off before its end.",
            remedy="What came is kept; try again for the whole.",
            kind="cut",
        )


def _both(first: RepriseError, second: RepriseError) -> ModelError:
    """That neither the model nor its fallback answered, as one error."""
    same = first.message == second.message
    lasting = isinstance(second, ModelError) and not second.transient
    waits = [e.retry_after for e in (first, second) if isinstance(e, ModelError) and e.retry_after]
    return ModelError(
        first.message if same else f"{first.message} {second.message}",
        remedy=f"{first.remedy} {second.remedy}" if lasting else first.remedy,
        kind=first.kind if isinstance(first, ModelError) else "address",
        retry_after=min(waits, default=None),
    )
