"""ResilientModel: every call of a model goes through here, and survives what can be survived.

    admission: budgets, then the queue       how many calls at once, whose first
      choose an endpoint                     the least busy of those in service
        one attempt                          within the time limit; the breaker counts it
      another attempt                        after what may pass, elsewhere or later
    the fallback                             when the model itself cannot answer
    ModelError                               what happened, and what to do

What a call goes through is in `agents.models.attempts`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from ag2.config import LLMClient, ModelConfig, ModelProvider
from ag2.context import ConversationContext
from ag2.events import BaseEvent, ModelResponse
from ag2.files.protocol import FilesClient
from ag2.response import ResponseProto
from ag2.tools.schemas import ToolSchema
from fast_depends.library.serializer import SerializerProto

from agents import signals
from agents.calling import CallObserver, CallRecord, caller
from agents.errors import ModelError, RepriseError
from agents.models.admission import Admission
from agents.models.attempts import Call
from agents.models.condition import ModelCondition
from agents.models.pool import Pool
from agents.models.retrying import Patience
from agents.tracing import span

logger = logging.getLogger(__name__)


def unobserved(_: CallRecord) -> None:
    """Nobody is told of a call."""


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

        def ask(client: LLMClient, told: ConversationContext) -> Awaitable[ModelResponse]:
            return client(
                messages,
                told,
                tools=known,
                response_schema=response_schema,
                serializer=serializer,
            )

        with span(f"{signals.CALL} {self._pool.mains[0].model.model}"):
            text = response_schema is None
            return await self._made(Call(self._pool, self._patience, ask, context, text=text))

    async def _made(self, call: Call) -> ModelResponse:
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

    def _record(self, call: Call, outcome: str, waited: float, seconds: float) -> CallRecord:
        who = caller()
        tokens_in, tokens_out = call.tokens
        if call.asked:
            self._admission.spent(who, tokens=tokens_in + tokens_out, dollars=call.dollars)
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
            dollars=call.dollars,
        )
