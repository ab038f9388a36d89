"""Judging whether a reply meets a step."""

from __future__ import annotations

import pytest
from ag2.config import ModelConfig

from agents.dialogue.evaluator import Evaluator
from agents.models.providers import http_client, model_config
from agents.settings import Settings
from tests.agents.dialogue.examples import step
from tests.support.scripted_model import Reply, Rule, ScriptedModel


@pytest.fixture
async def judged():
    """Judges a reply by a model that answers with the given text."""
    clients = []

    async def judge(text: str, answer: str):
        with ScriptedModel([Rule(schema=".", reply=Reply(answer))]) as model:
            settings = Settings(provider="openai", model="scripted", base_url=model.base_url)
            clients.append(http_client(settings))
            config: ModelConfig = model_config(settings, http_client=clients[-1], embedded=None)
            verdict = await Evaluator(config).judge(step(), text)
            return verdict, model.requests

    yield judge
    for client in clients:
        await client.aclose()


async def test_a_reply_that_meets_the_step_is_enough(judged):
    verdict, (request,) = await judged("900 euros", '{"data": true}')

    assert (verdict.met, verdict.by) == (True, "model")
    assert verdict.reason == "An amount was found: '900 euros'."
    assert "What is your budget?" in request.last
    assert request.last.endswith("900 euros")


async def test_a_reply_that_does_not_meet_it_leaves_it_open(judged):
    verdict, _ = await judged("purple", '{"data": false}')

    assert (verdict.met, verdict.by) == (False, "model")
    assert verdict.reason == "No amount was found."


@pytest.mark.parametrize("answer", ["perhaps", "", '{"data": "so so"}', "{}", '{"data": tr'])
async def test_a_verdict_that_cannot_be_read_counts_as_not_met(judged, answer):
    verdict, _ = await judged("900 euros", answer)

    assert not verdict.met
    assert "could not be read" in verdict.reason


@pytest.mark.parametrize("text", ["...", "?!", "---", "👍", "_"])
async def test_a_reply_without_a_word_needs_no_model(judged, text):
    verdict, requests = await judged(text, '{"data": true}')

    assert (verdict.met, verdict.by) == (False, "rule")
    assert requests == []


@pytest.mark.parametrize("text", ["5", "är", "是"])
async def test_a_number_or_a_word_in_any_script_is_judged(judged, text):
    verdict, requests = await judged(text, '{"data": true}')

    assert verdict.met
    assert len(requests) == 1
