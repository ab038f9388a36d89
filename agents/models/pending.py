"""PendingModel: a model that may still be loading. A call waits, and fails in plain words."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Protocol, cast, runtime_checkable

from ag2.config import LLMClient, ModelConfig, ModelProvider
from ag2.context import ConversationContext
from ag2.events import BaseEvent, ModelResponse
from ag2.files.protocol import FilesClient
from ag2.response import ResponseProto
from ag2.tools.schemas import ToolSchema
from fast_depends.library.serializer import SerializerProto

from agents.errors import RepriseError


class PendingModel(ModelConfig):
    """A ModelConfig that is known by name before it can answer.

    Args:
        ready: Gives the real configuration as soon as there is one, or raises why there is none.
        explain: Turns a provider's error into one that tells the user what to do.
        adapt: What is changed in the real configuration before it is used; None: nothing.
    """

    def __init__(
        self,
        provider: ModelProvider,
        model: str,
        ready: Callable[[], Awaitable[ModelConfig]],
        explain: Callable[[Exception], RepriseError],
        adapt: Callable[[ModelConfig], ModelConfig] | None = None,
    ) -> None:
        self._provider = provider
        self._model = model
        self._ready = ready
        self._explain = explain
        self._adapt = adapt
        self._client: tuple[ModelConfig, LLMClient] | None = None

    @property
    def provider(self) -> ModelProvider:
        """Who will answer."""
        return self._provider

    @property
    def model(self) -> str:
        """The name of the model that will answer."""
        return self._model

    async def connect(self) -> None:
        """Wait for the model and make its client, which the first call would have to wait for.

        Raises:
            RepriseError: Why there is no model.
        """
        await self._real_client()

    def copy(self) -> PendingModel:
        """The same model."""
        return self

    def adapted(self, adapt: Callable[[ModelConfig], ModelConfig]) -> PendingModel:
        """The same model with other parameters, and a client of its own."""
        return PendingModel(self._provider, self._model, self._ready, self._explain, adapt)

    def create(self) -> LLMClient:
        """A client that waits for the model at its first call."""
        return _PendingClient(self._real_client, self._explain)

    async def _real_client(self) -> LLMClient:
        """The provider's client, made once.

        Making one reads certificates and builds types for tens of milliseconds, in which no
        other conversation would move; and it keeps connections open from turn to turn.
        """
        config = await self._ready()
        if self._client is None or self._client[0] is not config:
            used = self._adapt(config) if self._adapt else config
            self._client = (config, await asyncio.to_thread(used.create))
        return self._client[1]

    def create_files_client(self) -> FilesClient[Any]:
        """Not to be had: replies are text.

        Raises:
            NotImplementedError: Always, as AG2 expects of a model without files.
        """
        raise NotImplementedError(f"{type(self).__name__} does not support files.")


@runtime_checkable
class Adaptable(Protocol):
    """A model that is known before its parameters are, and takes changes to them ahead of time."""

    def adapted(self, adapt: Callable[[ModelConfig], ModelConfig]) -> ModelConfig:
        """The same model, with what `adapt` makes of its configuration."""


def without_chance(model: ModelConfig) -> ModelConfig:
    """The model with temperature 0, so that it answers the same to the same; as it is where it
    takes no temperature."""
    if isinstance(model, Adaptable):
        return model.adapted(without_chance)
    if getattr(model, "temperature", None) is None:
        return model
    # The protocol's copy takes nothing; each provider's takes its own fields.
    changed: ModelConfig = cast(Any, model).copy(temperature=0.0)
    return changed


class _PendingClient(LLMClient):
    def __init__(
        self,
        real_client: Callable[[], Awaitable[LLMClient]],
        explain: Callable[[Exception], RepriseError],
    ) -> None:
        self._real_client = real_client
        self._explain = explain

    async def __call__(
        self,
        messages: Sequence[BaseEvent],
        context: ConversationContext,
        *,
        tools: Iterable[ToolSchema],
        response_schema: ResponseProto[Any] | None,
        serializer: SerializerProto,
    ) -> ModelResponse:
        try:
            client = await self._real_client()
            return await client(
                messages,
                context,
                tools=tools,
                response_schema=response_schema,
                serializer=serializer,
            )
        except RepriseError:
            raise
        except Exception as error:
            raise self._explain(error) from error
