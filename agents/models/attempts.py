"""One call of a model: asked once, again, elsewhere, and of the fallback, until it is answered.

Nothing is asked again once some of an answer was shown: another would begin differently. A text
that goes round in circles is ended there.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final, cast

from ag2.config import LLMClient
from ag2.context import ConversationContext, Stream
from ag2.events import BaseEvent, Field, ModelMessage, ModelMessageChunk, ModelResponse, Usage

from agents import signals
from agents.errors import ModelError, RepriseError
from agents.models.pool import FALLBACK, Endpoint, Pool, choose, soonest
from agents.models.repetition import REPETITION, Repetition
from agents.models.retrying import Patience
from agents.tracing import span

logger = logging.getLogger(__name__)

Ask = Callable[[LLMClient, ConversationContext], Awaitable[ModelResponse]]
"""The call, for whichever client is to make it, telling this context what it says."""
CUT_SHORT: Final = frozenset({"length", "max_tokens", "content_filter"})
"""Why an answer may be empty without a fault: its end came before its first word."""


class FellBack(BaseEvent):
    """Another model answers, since the one that was wanted cannot: `instead_of` says why."""

    __transient__ = True

    model: str = Field(kw_only=False)
    instead_of: str = Field(kw_only=False)


class Call:
    """One call on its way.

    Args:
        text: Whether the answer is a text, to be ended where it goes round in circles; what
            follows a schema repeats its own words.

    Attributes:
        asked: The endpoints that were asked, in order; one may be there several times.
        shown: Whether some of an answer was shown.
    """

    def __init__(
        self,
        pool: Pool,
        patience: Patience,
        ask: Ask,
        context: ConversationContext,
        *,
        text: bool,
    ) -> None:
        self.asked: list[Endpoint] = []
        self.shown = False
        self._pool = pool
        self._patience = patience
        self._ask = ask
        self._context = context
        self._watched = replace(context, stream=cast(Stream, _Watched(context, self._tell)))
        self._repetition = Repetition() if text else None
        self._limit: asyncio.Timeout | None = None
        self._until = 0.0
        self._pieces = 0
        self._read = 0
        self._written = 0
        self._cost = 0.0

    async def _tell(self, event: BaseEvent) -> None:
        """Pass on what the model says, as far as it is to be shown."""
        self._pieces += isinstance(event, ModelMessageChunk)
        for each in self._let_through(event):
            if isinstance(each, (ModelMessageChunk, ModelMessage)):
                self.shown = self.shown or bool(each.content.strip())
            await self._context.stream.send(each, self._context)
        if self._in_circles and self._limit is not None:
            # Not an error from here, which would leave the connection open and the model writing.
            self._limit.reschedule(0)

    @property
    def _in_circles(self) -> bool:
        return self._repetition is not None and self._repetition.in_circles

    def _let_through(self, event: BaseEvent) -> Iterator[BaseEvent]:
        if self._repetition is None or not isinstance(event, (ModelMessageChunk, ModelMessage)):
            yield event
        elif isinstance(event, ModelMessageChunk):
            if free := self._repetition.let_through(event.content):
                yield ModelMessageChunk(free)
        elif not self._in_circles:
            if rest := self._repetition.rest():
                yield ModelMessageChunk(rest)
            yield event

    @property
    def tokens(self) -> tuple[int, int]:
        """Read and written, in all attempts; the pieces of an answer that was never counted."""
        return self._read, self._written or self._pieces

    @property
    def dollars(self) -> float:
        """What these tokens cost, each at the price of the endpoint that counted it."""
        if self._written or not self._pieces:
            return self._cost
        return self._cost + self._pieces * self.asked[-1].price

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
            async with asyncio.timeout_at(self._until) as self._limit:
                response = await self._ask(endpoint.model.create(), self._watched)
        except TimeoutError as error:
            if not self._in_circles:
                raise endpoint.late(self._patience.deadline) from error
        if self._in_circles:
            response = await self._ended_early(endpoint)
        self._count(response.usage, endpoint)
        _require_an_answer(response, endpoint)
        return response

    async def _ended_early(self, endpoint: Endpoint) -> ModelResponse:
        """The part of an answer that was shown before it went round in circles, as a response."""
        message = ModelMessage(self._repetition.shown if self._repetition else "")
        await self._context.stream.send(message, self._context)
        return ModelResponse(
            message,
            usage=Usage(completion_tokens=self._pieces),
            model=endpoint.model.model,
            finish_reason=REPETITION,
        )

    def _count(self, usage: Usage, endpoint: Endpoint) -> None:
        read, written = int(usage.prompt_tokens or 0), int(usage.completion_tokens or 0)
        self._read += read
        self._written += written
        self._cost += (read + written) * endpoint.price


class _Watched:
    """A context's stream, in place of which something else sends the events.

    Not a subscription, which AG2 would compile anew for each call.
    """

    def __init__(
        self, context: ConversationContext, tell: Callable[[BaseEvent], Awaitable[None]]
    ) -> None:
        self._context = context
        self._tell = tell

    async def send(self, event: BaseEvent, context: ConversationContext) -> None:  # noqa: ARG002 - as streams have it
        await self._tell(event)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context.stream, name)


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
