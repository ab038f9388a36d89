"""A stream that calls AG2's subscribers itself does what AG2's own does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from ag2 import Agent, Context, MemoryStream, observer
from ag2.config import LLMClient, ModelConfig, ModelProvider
from ag2.context import ConversationContext
from ag2.events import BaseEvent, ModelMessage, ModelMessageChunk, ModelResponse
from ag2.events.conditions import TypeCondition

from agents.models.stream import DirectStream


class Counting(ModelConfig, LLMClient):
    """A model that counts to two, in two pieces."""

    provider = ModelProvider.OPENAI
    model = "counting"

    def copy(self) -> Counting:
        return self

    def create(self) -> LLMClient:
        return self

    async def __call__(
        self, messages: Sequence[BaseEvent], context: ConversationContext, **_: Any
    ) -> ModelResponse:
        for piece in ("One, ", "two."):
            await context.send(ModelMessageChunk(piece))
        return ModelResponse(ModelMessage("One, two."), finish_reason="stop")


def agent() -> Agent:
    return Agent("told", "Be brief.", config=Counting())


@pytest.mark.parametrize("kind", [MemoryStream, DirectStream])
async def test_the_history_holds_both_turns_and_no_chunk(kind):
    stream = kind()
    await agent().ask("Count.", stream=stream)
    await agent().ask("Again.", stream=stream)

    kept = [type(event).__name__ for event in await stream.history.get_events()]

    assert kept == ["ModelRequest", "ModelResponse"] * 2


async def test_who_takes_the_event_and_the_context_gets_both():
    stream = DirectStream()
    heard: list[tuple[str, object]] = []

    async def hear(event: ModelMessageChunk, context: Context) -> None:
        heard.append((event.content, context.stream))

    stream.subscribe(hear, condition=TypeCondition(ModelMessageChunk))
    await agent().ask("Count.", stream=stream)

    assert [text for text, _ in heard] == ["One, ", "two."]
    assert all(of is stream for _, of in heard)


async def test_any_other_subscriber_gets_what_ag2_injects():
    stream = DirectStream()
    heard: list[str] = []

    def hear(event: BaseEvent) -> None:
        heard.append(type(event).__name__)

    stream.subscribe(hear, condition=TypeCondition(ModelResponse))
    await agent().ask("Count.", stream=stream)

    assert heard == ["ModelResponse"]


async def test_an_interrupter_may_still_hold_an_event_back():
    stream = DirectStream()
    heard: list[str] = []

    async def hold_back(event: ModelMessageChunk, context: Context) -> BaseEvent | None:
        return event if event.content == "two." else None

    async def hear(event: ModelMessageChunk, context: Context) -> None:
        heard.append(event.content)

    chunks = TypeCondition(ModelMessageChunk)
    stream.subscribe(hear, condition=chunks)
    stream.subscribe(hold_back, condition=chunks, interrupt=True)
    await agent().ask("Count.", stream=stream)

    assert heard == ["two."]


async def test_who_unsubscribes_hears_no_more():
    stream = DirectStream()
    heard: list[BaseEvent] = []

    async def hear(event: BaseEvent, context: Context) -> None:
        heard.append(event)

    stream.unsubscribe(stream.subscribe(hear))
    await agent().ask("Count.", stream=stream)

    assert heard == []


async def test_observers_of_an_agent_hear_it():
    heard: list[str] = []

    @observer(ModelResponse)
    async def hear(event: ModelResponse) -> None:
        heard.append(event.content or "")

    watched = Agent("told", "Be brief.", config=Counting(), observers=[hear])
    await watched.ask("Count.", stream=DirectStream())

    assert heard == ["One, two."]
