"""CachedModel: the cache before the model, the model before the store."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ag2 import Agent, MemoryStream
from ag2.config import LLMClient, ModelConfig, ModelProvider
from ag2.context import ConversationContext
from ag2.events import (
    BaseEvent,
    ModelMessage,
    ModelMessageChunk,
    ModelResponse,
    ToolCallEvent,
    ToolCallsEvent,
    Usage,
)
from pydantic import BaseModel

from agents.models.cached import CachedModel, CacheFailed, CacheLookedUp, CacheRequest
from cache import Scope, SemanticCache
from cache.rivals import Rivals

SHARED = Scope.shared_by_all(prompt="v1", model="m1")
QUESTION = "What is the capital of Portugal?"
REWORDED = "What is the capital city of Portugal?"
ANSWER = "The capital of Portugal is Lisbon, " * 5
WAIT_SECONDS = 20


class City(BaseModel):
    """An answer that has to fit a schema."""

    name: str


@dataclass
class Model(ModelConfig):
    """A model that answers by a function, and counts."""

    answer: Callable[[], Awaitable[ModelResponse]]
    clients: int = 0
    calls: int = 0
    provider: ModelProvider = ModelProvider.OPENAI
    model: str = "by-function"

    def copy(self) -> Model:
        return self

    def create(self) -> LLMClient:
        self.clients += 1
        return _Client(self)


class _Client(LLMClient):
    def __init__(self, model: Model) -> None:
        self._model = model

    async def __call__(
        self, messages: Sequence[BaseEvent], context: ConversationContext, **_: Any
    ) -> ModelResponse:
        self._model.calls += 1
        response = await self._model.answer()
        if response.message is not None:
            await context.send(ModelMessageChunk(response.content or ""))
            await context.send(response.message)
        return response


class NoClientModel(Model):
    """A model whose client must not be made."""

    def create(self) -> LLMClient:
        raise AssertionError("a client was made")


def says(text: str | None = ANSWER, finish: str | None = "stop", **more: Any) -> Model:
    async def answer() -> ModelResponse:
        message = None if text is None else ModelMessage(text)
        usage = Usage(prompt_tokens=3, completion_tokens=7)
        return ModelResponse(
            message, usage=usage, model="by-function", finish_reason=finish, **more
        )

    return Model(answer)


def request(question: str = QUESTION, **changes: Any) -> CacheRequest:
    fields = {"scope": SHARED, "threshold": 0.9, "asker": "ann"} | changes
    return CacheRequest(question, **fields)


@dataclass
class Asked:
    """What came of a call."""

    response: ModelResponse
    chunks: list[str] = field(default_factory=list)
    lookups: list[CacheLookedUp] = field(default_factory=list)
    failures: list[CacheFailed] = field(default_factory=list)


async def ask(
    model: ModelConfig, wanted: CacheRequest | None, *, schema: type | None = None
) -> Asked:
    seen: list[BaseEvent] = []

    async def see(event: BaseEvent) -> None:
        seen.append(event)

    stream = MemoryStream()
    stream.where(ModelMessageChunk | CacheLookedUp | CacheFailed).subscribe(see)
    reply = await Agent("asker", "Answer.", config=model).ask(
        QUESTION,
        stream=stream,
        dependencies={} if wanted is None else {CacheRequest: wanted},
        response_schema=schema,
    )
    return Asked(
        reply.response,
        [event.content for event in seen if isinstance(event, ModelMessageChunk)],
        [event for event in seen if isinstance(event, CacheLookedUp)],
        [event for event in seen if isinstance(event, CacheFailed)],
    )


@pytest.fixture
async def filled(cache: SemanticCache) -> SemanticCache:
    """A cache with the answer to `QUESTION`."""
    await ask(CachedModel(says(), cache), request())
    return cache


# Hits


@pytest.mark.parametrize(
    ("question", "tier"),
    [(QUESTION, "exact"), ("what is  the capital of portugal", "exact"), (REWORDED, "semantic")],
)
async def test_a_hit_streams_its_answer_is_marked_and_costs_nothing(filled, question, tier):
    asked = await ask(CachedModel(says("another answer"), filled), request(question))

    assert asked.response.content == ANSWER
    assert "".join(asked.chunks) == ANSWER
    assert len(asked.chunks) > 1
    assert asked.response.metadata["cache_tier"] == tier
    assert asked.lookups[0].lookup.tier == tier
    assert asked.response.usage == Usage()
    assert asked.response.finish_reason == "stop"


async def test_a_hit_makes_no_client(filled):
    model = NoClientModel(says().answer)

    asked = await ask(CachedModel(model, filled), request())

    assert asked.response.content == ANSWER
    assert model.calls == 0


async def test_each_hit_is_an_answer_of_its_own(filled):
    model = CachedModel(says(), filled)

    first, second = await ask(model, request()), await ask(model, request())

    assert first.response is not second.response
    assert first.response.message is not second.response.message


async def test_a_hit_needs_the_similarity_that_its_caller_asks_for(filled):
    model = says("from the model")

    asked = await ask(CachedModel(model, filled), request(REWORDED, threshold=1.0))

    assert asked.response.content == "from the model"
    assert not asked.lookups[0].lookup.hit


@pytest.mark.parametrize(
    "scope",
    [
        Scope.shared_by_all(prompt="v2", model="m1"),
        Scope.shared_by_all(prompt="v1", model="m2"),
        Scope.shared_by_all(prompt="v1", model="m1", purpose="plan"),
        Scope.of_conversation(owner="ann", conversation="c1", prompt="v1", model="m1"),
    ],
)
async def test_an_answer_is_never_served_to_another_scope(filled, scope):
    model = says("from the model")

    asked = await ask(CachedModel(model, filled), request(scope=scope, threshold=0.0))

    assert asked.response.content == "from the model"


# Misses


async def test_a_miss_is_answered_by_the_model_and_stored_with_what_it_took(cache):
    asked = await ask(CachedModel(says(), cache), request(ttl=timedelta(hours=1)))

    (entry,) = cache.entries()
    assert asked.response.content == entry.answer == ANSWER
    assert (entry.question, entry.model, entry.tokens) == (QUESTION, "by-function", 7)
    assert entry.seconds > 0
    assert entry.expires_at - entry.created_at == pytest.approx(3600)
    assert "cache_tier" not in asked.response.metadata


async def test_a_call_without_a_request_goes_straight_to_the_model(filled):
    model = says("from the model")
    before = filled.stats()

    asked = await ask(CachedModel(model, filled), None)

    assert asked.response.content == "from the model"
    assert asked.lookups == []
    assert filled.stats().misses == before.misses
    assert len(filled.entries()) == 1


async def test_without_a_cache_every_call_is_the_models():
    model = says()

    for _ in range(2):
        assert (await ask(CachedModel(model, None), request())).lookups == []
    assert model.calls == 2


@pytest.mark.parametrize(
    "model",
    [
        says("Half an ans", finish="length"),
        says("Half an ans", finish="max_tokens"),
        says("Half an ans", finish=None),
        says("I must not say", finish="content_filter"),
        says(""),
        says("  \n"),
        says(None),
    ],
    ids=["length", "max_tokens", "no end", "filtered", "empty", "blank", "no message"],
)
async def test_an_answer_that_is_not_whole_is_not_stored(cache, model):
    asked = await ask(CachedModel(model, cache), request())

    assert asked.response.finish_reason == (await model.answer()).finish_reason
    assert cache.entries() == ()


async def test_an_answer_that_asks_for_a_tool_is_not_stored(cache):
    calls = ToolCallsEvent([ToolCallEvent(name="look_up", arguments="{}")])

    async def answer() -> ModelResponse:
        if model.calls > 1:
            return ModelResponse(ModelMessage(""), finish_reason="stop")
        return ModelResponse(ModelMessage("Let me see"), tool_calls=calls, finish_reason="stop")

    model = Model(answer)
    await ask(CachedModel(model, cache), request())

    assert cache.entries() == ()


@pytest.mark.parametrize(
    ("text", "stored"), [('{"name": "Lisbon"}', 1), ('{"name": 5}', 0), ("Lisbon", 0)]
)
async def test_only_an_answer_that_fits_its_schema_is_stored(cache, text, stored):
    await ask(CachedModel(says(text), cache), request(), schema=City)

    assert len(cache.entries()) == stored


async def test_a_model_that_fails_leaves_nothing_and_is_asked_again(cache):
    async def answer() -> ModelResponse:
        if model.calls == 1:
            raise ConnectionError("gone")
        return await says().answer()

    model = Model(answer)
    cached = CachedModel(model, cache)
    with pytest.raises(ConnectionError):
        await ask(cached, request())
    assert cache.entries() == ()

    assert (await ask(cached, request())).response.content == ANSWER


# Equal calls at the same time


class Slow:
    """A model that answers when it is let."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.go_on = asyncio.Event()
        self.model = Model(self.answer)

    async def answer(self) -> ModelResponse:
        self.asked.set()
        await self.go_on.wait()
        return await says().answer()


async def while_asked(slow: Slow, cached: CachedModel, count: int) -> list[asyncio.Task[Asked]]:
    """So many equal calls: the first asks the model, the others wait for its answer."""
    tasks = [asyncio.create_task(ask(cached, request()))]
    await asyncio.wait_for(slow.asked.wait(), WAIT_SECONDS)
    tasks += [asyncio.create_task(ask(cached, request())) for _ in range(count - 1)]
    while sum(n for _, n in cached._flights._locks.values()) < count:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    return tasks


async def test_equal_calls_at_the_same_time_are_one_call_of_the_model(cache):
    slow = Slow()
    cached = CachedModel(slow.model, cache)
    tasks = await while_asked(slow, cached, 3)
    slow.go_on.set()

    answers = await asyncio.wait_for(asyncio.gather(*tasks), WAIT_SECONDS)

    assert [asked.response.content for asked in answers] == [ANSWER] * 3
    assert slow.model.calls == 1
    assert len(cache.entries()) == 1
    assert cached._flights._locks == {}


async def test_different_questions_do_not_wait_for_each_other(cache):
    slow = Slow()
    cached = CachedModel(slow.model, cache)
    waiting = await while_asked(slow, cached, 1)
    other = CachedModel(says("Madrid."), cache)
    other._flights = cached._flights

    asked = await ask(other, request("What is the capital of Spain?", threshold=0.99))

    assert asked.response.content == "Madrid."
    slow.go_on.set()
    await asyncio.gather(*waiting)


async def test_the_cancel_of_the_first_of_two_equal_calls_leaves_the_second_its_answer(cache):
    slow = Slow()
    cached = CachedModel(slow.model, cache)
    first, second = await while_asked(slow, cached, 2)

    first.cancel()
    slow.go_on.set()

    asked = await asyncio.wait_for(second, WAIT_SECONDS)
    with pytest.raises(asyncio.CancelledError):
        await first
    assert asked.response.content == ANSWER
    assert slow.model.calls == 2
    assert cached._flights._locks == {}


async def test_the_cancel_of_a_waiting_call_leaves_the_first_alone(cache):
    slow = Slow()
    cached = CachedModel(slow.model, cache)
    first, second = await while_asked(slow, cached, 2)

    second.cancel()
    slow.go_on.set()

    assert (await asyncio.wait_for(first, WAIT_SECONDS)).response.content == ANSWER
    assert slow.model.calls == 1
    assert cached._flights._locks == {}


async def test_a_cancelled_answer_is_not_stored(cache):
    slow = Slow()
    (task,) = await while_asked(slow, CachedModel(slow.model, cache), 1)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert cache.entries() == ()


@pytest.fixture
def second(cache: SemanticCache, tmp_path: Path) -> Iterator[SemanticCache]:
    """Another process's cache on the same files, as far as the database can tell."""
    embedder = cache._space.embedder
    other = SemanticCache.open(tmp_path / "cache", embedder)
    yield other
    other.close()


async def test_equal_calls_in_two_processes_are_one_call_of_the_model(cache, second):
    slow = Slow()
    first = asyncio.create_task(ask(CachedModel(slow.model, cache), request()))
    await asyncio.wait_for(slow.asked.wait(), WAIT_SECONDS)
    model = says("from the other process")
    waiting = asyncio.create_task(ask(CachedModel(model, second), request()))
    while not second.flights.taken(QUESTION, SHARED):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    slow.go_on.set()

    answers = await asyncio.wait_for(asyncio.gather(first, waiting), WAIT_SECONDS)

    assert [asked.response.content for asked in answers] == [ANSWER] * 2
    assert model.calls == 0
    assert not cache.flights.taken(QUESTION, SHARED)


async def test_a_process_that_died_is_waited_for_no_longer_than_its_lease(cache):
    cache.flights.take(QUESTION, SHARED, holder="dead", seconds=0.3)

    asked = await asyncio.wait_for(ask(CachedModel(says(), cache), request()), WAIT_SECONDS)

    assert asked.response.content == ANSWER
    assert len(cache.entries()) == 1


async def test_an_answer_that_was_begun_before_its_subject_was_dropped_is_not_kept(cache):
    slow = Slow()
    model = CachedModel(slow.model, cache)
    task = asyncio.create_task(ask(model, request(tags=("geography",))))
    await asyncio.wait_for(slow.asked.wait(), WAIT_SECONDS)
    cache.bump("geography")
    slow.go_on.set()
    await asyncio.wait_for(task, WAIT_SECONDS)

    assert not (await ask(model, request())).lookups[0].lookup.hit


async def test_an_answer_with_personal_data_is_given_and_not_shared(cache):
    asked = await ask(CachedModel(says("Write to ada@example.org."), cache), request())

    assert asked.response.content == "Write to ada@example.org."
    assert asked.failures == []
    assert cache.entries() == ()


# A cache in trouble


async def test_a_cache_that_cannot_be_read_is_told_and_the_model_answers(cache):
    asked = await ask(CachedModel(says(), cache), request("   "))

    assert asked.response.content == ANSWER
    assert asked.lookups == []
    assert asked.failures


async def test_a_cache_that_cannot_be_written_is_told_after_the_answer(cache, tmp_path):

    other = sqlite3.connect(tmp_path / "cache" / "cache.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    asked = await ask(CachedModel(says(), cache), request())
    other.close()

    assert asked.response.content == ANSWER
    assert "locked" in asked.failures[-1].message.lower()
    assert cache.entries() == ()
    assert (await ask(CachedModel(says(), cache), request())).failures == []


# As any other model


async def test_it_goes_by_the_name_of_the_model_it_wraps(cache):
    model = says()
    cached = CachedModel(model, cache)

    assert (cached.provider, cached.model) == (model.provider, model.model)
    assert cached.copy() is cached


async def test_a_threshold_that_evidence_chose_is_raised_where_another_answer_stands_close(
    embedder, tmp_path
):
    cache = SemanticCache.open(tmp_path / "doors", embedder, guards=())
    for colour, answer in (("red", "Pull it towards you."), ("blue", "Say the password aloud.")):
        question = f"How do I open the {colour} door?"
        cache.store(question, answer, SHARED, seconds=1.0, tokens=1, model="m", ttl=None)
    cached = CachedModel(says("The model's."), cache, Rivals(cache, embedder))
    question = "How do I open the green door?"

    by_hand = await ask(cached, request(question, threshold=0.7))
    chosen = await ask(cached, request(question, threshold=0.7, automatic=True))
    cache.close()

    assert by_hand.lookups[-1].lookup.hit
    assert chosen.response.content == "The model's."
