"""Who calls a model: the block that says so, and what each part of Reprise says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from ag2.config import LLMClient, ModelConfig, ModelProvider

from agents.calling import Caller, Priority, caller, calling
from agents.models.pair_judge import PairJudge
from agents.models.providers import http_client, model_config
from agents.settings import Settings
from cache.chat_judge import JudgeVerifier
from tests.agents.loops import WAIT_SECONDS
from tests.agents.room import BUDGET, GOAL, Room
from tests.support.scripted_model import Reply as Says
from tests.support.scripted_model import Rule, ScriptedModel

NOBODY = Caller()


def test_without_a_block_nobody_calls():
    assert caller() == NOBODY


def test_within_a_block_somebody_does_and_after_it_who_did_before():
    with calling(user="ann", agent="planner", priority=Priority.TEAM, correlation_id="1"):
        assert caller() == Caller("ann", "planner", Priority.TEAM, "1")

    assert caller() == NOBODY


def test_what_a_block_does_not_say_stays_as_it_is_outside():
    with calling(user="ann", correlation_id="1"), calling(agent="judge") as inner:
        assert inner == caller() == Caller("ann", "judge", Priority.CHAT, "1")


def test_an_error_ends_the_block():
    with pytest.raises(ZeroDivisionError), calling(user="ann"):
        raise ZeroDivisionError

    assert caller() == NOBODY


async def test_tasks_and_threads_call_for_who_began_them():
    with calling(user="ann"):
        task = asyncio.create_task(asyncio.sleep(0.01, result=None))
        asking = asyncio.create_task(_asked())
        thread = await asyncio.to_thread(caller)
    await task

    assert (await asking).user == thread.user == "ann"
    assert caller() == NOBODY


async def _asked() -> Caller:
    await asyncio.sleep(0)
    return caller()


# What each part says


class Listener(ModelConfig):
    """A model that notes who calls it."""

    def __init__(self, inner: ModelConfig, heard: list[Caller]) -> None:
        self._inner = inner
        self._heard = heard

    @property
    def provider(self) -> ModelProvider:
        return self._inner.provider

    @property
    def model(self) -> str:
        return self._inner.model

    def copy(self) -> Listener:
        return self

    def create_files_client(self) -> Any:
        return self._inner.create_files_client()

    def create(self) -> LLMClient:
        client, heard = self._inner.create(), self._heard

        class Noted(LLMClient):
            async def __call__(self, *given: Any, **named: Any) -> Any:
                heard.append(caller())
                return await client(*given, **named)

        return Noted()


@pytest.fixture
def heard() -> list[Caller]:
    return []


@pytest.fixture
def listening(enter: Callable[..., Room], heard) -> Room:
    return enter(wrapped=lambda model: Listener(model, heard), templated=False, strong=True)


def test_a_conversation_calls_for_its_owner_under_the_replys_id(listening, heard):
    planned = listening.say(GOAL, owner="ann")
    judged = listening.say("As much as a used car", owner="ann")
    answered = listening.say("What is the capital of Portugal?", owner="bob", to="c2")

    assert planned.guidance.endswith(BUDGET)
    assert [who for who in heard if who.correlation_id == planned.id] == [
        Caller("ann", "planner", Priority.CHAT, planned.id)
    ]
    assert Caller("ann", "judge", Priority.CHAT, judged.id) in heard
    assert heard[-1] == Caller("bob", "chat", Priority.CHAT, answered.id)


def test_a_rewriter_calls_under_its_own_name(listening, heard):
    listening.say("What is the capital of Portugal?")
    listening.say("And how many people live there?")

    assert "rewriter" in {who.agent for who in heard}


class Knowing:
    """A pair judge's model, asked in a thread of the judge's."""

    def __init__(self) -> None:
        self.heard: list[Caller] = []

    def __call__(self, asked: str, stored: str) -> bool:
        self.heard.append(caller())
        return True


def test_a_judge_in_a_thread_of_its_own_calls_for_who_looks_up():
    asked = Knowing()
    judge = JudgeVerifier("judge/m", asked)

    with calling(user="ann", correlation_id="7"):
        judge.verify([("a", "b")])
    judge.close()

    assert [(who.user, who.correlation_id) for who in asked.heard] == [("ann", "7")]


async def test_a_pair_is_judged_under_the_judges_name(heard):
    yes = Rule(when=lambda request: request.schema is not None, reply=Says('{"data": true}'))
    with ScriptedModel([yes]) as model:
        settings = Settings(provider="openai", model="scripted", base_url=model.base_url)
        async with http_client(settings) as client:
            config = model_config(settings, http_client=client, embedded=None)
            judge = PairJudge(Listener(config, heard), seconds=WAIT_SECONDS)

            with calling(user="ann"):
                assert await judge.same("How old is it?", "What is its age?")

    assert heard == [Caller("ann", "pair_judge")]
