"""When no model answers, an earlier answer to nearly the same question is served, and marked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from ag2 import Agent
from ag2.events import BaseEvent, ModelMessageChunk
from pydantic import BaseModel

from agents.errors import ModelError
from agents.models.cached import CachedModel, CacheLookedUp, CacheRequest, CacheStored
from agents.models.stream import DirectStream
from cache import Scope, SemanticCache
from tests.agents.models.way import Way, way_to
from tests.support.scripted_model import Reply, Rule, ScriptedModel, in_turn

SHARED = Scope.shared_by_all(prompt="v1", model="m1")
QUESTION = "What is the capital of Portugal?"
REWORDED = "Tell me the capital of Portugal please, I forgot it"
OTHER = "What is the capital of Spain?"
LISBON = "The capital of Portugal is Lisbon."
STRICT, DEGRADED = 0.99, 0.8
"""Nothing reworded is near enough for the one; for the other `REWORDED` is."""


@dataclass
class Asked:
    """What came of a call."""

    text: str = ""
    outcome: str = "ok"
    lookups: list[CacheLookedUp] = field(default_factory=list)
    stored: list[CacheStored] = field(default_factory=list)


async def ask(way: Way, cache: SemanticCache, question: str, **changes: object) -> Asked:
    asked = Asked()

    class Watched(DirectStream):
        async def send(self, event: BaseEvent, context) -> None:
            match event:
                case ModelMessageChunk():
                    asked.text += event.content
                case CacheLookedUp():
                    asked.lookups.append(event)
                case CacheStored():
                    asked.stored.append(event)
            await super().send(event, context)

    wanted = {"scope": SHARED, "threshold": STRICT, "asker": "ann", "degraded": DEGRADED} | changes
    try:
        await Agent("asker", "Answer.", config=CachedModel(way.model, cache)).ask(
            question,
            stream=Watched(),
            dependencies={CacheRequest: CacheRequest(question, **wanted)},
        )
    except ModelError as error:
        asked.outcome = error.kind
    return asked


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    with ScriptedModel() as scripted:
        yield scripted


def says(model: ScriptedModel, *replies: Reply) -> None:
    model.rules[:] = [Rule(reply=in_turn(*replies))]


@pytest.fixture
async def way(model: ScriptedModel, cache: SemanticCache):
    """A way to a model that has answered `QUESTION` once."""
    says(model, Reply(LISBON))
    async with way_to(model.base_url, retries=0) as way:
        await ask(way, cache, QUESTION)
        yield way


@pytest.mark.parametrize(
    "fault", [Reply(status=500), Reply(status=429), Reply(""), Reply("a b", cut_after=0)]
)
async def test_an_earlier_answer_is_served_and_marked(way, model, cache, fault: Reply):
    says(model, fault)

    asked = await ask(way, cache, REWORDED)

    assert (asked.outcome, asked.text) == ("ok", LISBON)
    assert [(event.degraded, event.lookup.hit) for event in asked.lookups] == [
        (False, False),
        (True, True),
    ]


async def test_it_is_served_as_well_while_the_breaker_is_open(way, model, cache):
    says(model, Reply(status=500))
    while way.endpoints[0].breaker == "closed":
        await ask(way, cache, OTHER)
    asked_before = len(model.requests)

    asked = await ask(way, cache, REWORDED)

    assert (asked.text, len(model.requests)) == (LISBON, asked_before)


async def test_it_is_not_stored_as_an_answer_to_the_new_question(way, model, cache):
    says(model, Reply(status=500), Reply("Lisbon, of course."))

    degraded = await ask(way, cache, REWORDED)
    afterwards = await ask(way, cache, REWORDED)

    assert degraded.stored == []
    assert afterwards.text == "Lisbon, of course."


@pytest.mark.parametrize(
    "reply, kind",
    [
        (Reply("bad key", status=401), "key"),
        (Reply("model not found", status=404), "model"),
        (Reply("bad request", status=400), "unknown"),
    ],
)
async def test_what_somebody_has_to_mend_is_told_and_not_covered_up(way, model, cache, reply, kind):
    says(model, reply)

    assert (await ask(way, cache, REWORDED)).outcome == kind


async def test_after_a_word_of_another_answer_nothing_is_served(way, model, cache):
    says(model, Reply("It is Port", cut_after=2))

    asked = await ask(way, cache, REWORDED)

    assert (asked.outcome, asked.text) == ("cut", "It is")


@pytest.mark.parametrize(
    "changes",
    [
        {"degraded": 0.0},
        {"degraded": 0.995},
        {"scope": Scope.shared_by_all(prompt="v2", model="m1")},
    ],
    ids=["off", "no lower", "another partition"],
)
async def test_where_it_is_not_wanted_or_not_there_the_failure_is_told(way, model, cache, changes):
    says(model, Reply(status=500))

    assert (await ask(way, cache, REWORDED, **changes)).outcome == "server"


async def test_the_guards_hold_for_it_too(way, model, cache):
    says(model, Reply(status=500))

    asked = await ask(way, cache, OTHER)

    assert asked.outcome == "server"
    assert [event.degraded for event in asked.lookups] == [False]


class City(BaseModel):
    """An answer that has to fit a schema."""

    name: str


async def test_a_verdict_that_asks_no_cache_is_never_served_one(way, model, cache):
    says(model, Reply(status=500))
    agent = Agent("judge", "Judge.", config=CachedModel(way.model, cache))

    with pytest.raises(ModelError):
        await agent.ask(QUESTION, stream=DirectStream(), response_schema=City)


async def test_an_answer_of_the_fallback_is_not_stored_as_one_of_the_model(model, cache):
    says(model, Reply(status=500))
    with ScriptedModel([Rule(reply=Reply("The spare says Lisbon."))]) as spare:
        async with way_to(model.base_url, fallback=spare.base_url, retries=0) as way:
            asked = await ask(way, cache, QUESTION)
            says(model, Reply(LISBON))
            afterwards = await ask(way, cache, QUESTION)

    assert (asked.text, asked.stored) == ("The spare says Lisbon.", [])
    assert (afterwards.text, len(afterwards.stored)) == (LISBON, 1)
