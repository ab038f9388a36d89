"""Judging whether a reply meets a step."""

from __future__ import annotations

import pytest
from ag2.config import ModelConfig, OpenAIConfig

from agents.dialogue.answering import LocalJudge
from agents.dialogue.evaluator import Evaluator
from agents.dialogue.plan import Step
from agents.models.failures import explain_failure
from agents.models.pending import PendingModel
from agents.models.providers import http_client, model_config
from agents.settings import Settings
from tests.agents.dialogue.examples import step
from tests.support.scripted_model import Reply, Rule, ScriptedModel


class Certain:
    """A local judgement that always says the same."""

    def __init__(self, probability: float) -> None:
        self.probability = probability

    def probabilities(self, steps, reply):
        return (self.probability,) * len(steps)


@pytest.fixture
async def judged():
    """Judges a reply by a model that answers with the given text."""
    clients = []

    async def judge(text: str, answer: str | Reply, local=None, **options):
        reply = answer if isinstance(answer, Reply) else Reply(answer)
        with ScriptedModel([Rule(schema=".", reply=reply)]) as model:
            settings = Settings(provider="openai", model="scripted", base_url=model.base_url)
            clients.append(http_client(settings))
            config: ModelConfig = model_config(settings, http_client=clients[-1], embedded=None)
            pending = PendingModel(
                config.provider,
                config.model,
                _ready(config),
                lambda e: explain_failure(e, settings),
            )
            verdict = await Evaluator(pending, local, **options).judge(step(), text)
            model.release()
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


async def test_the_model_judges_without_chance(judged):
    _, (request,) = await judged("900 euros", '{"data": true}')

    assert request.options["temperature"] == 0


@pytest.mark.parametrize("text", ["Why do you ask?", "Was heißt das?"])
async def test_a_reply_that_only_asks_back_needs_no_model(judged, text):
    verdict, requests = await judged(text, '{"data": true}')

    assert (verdict.met, verdict.by) == (False, "rule")
    assert requests == []


async def test_a_choice_by_its_place_needs_no_model():
    config = OpenAIConfig("none", api_key="none")
    account = Step("Account", "A current account or a savings account?", "one", "it is chosen", "")

    verdict = await Evaluator(config, Certain(0.02)).judge(account, "the first one")

    assert (verdict.met, verdict.by) == (True, "rule")
    assert verdict.reason == "It chooses one of what was offered."


@pytest.mark.parametrize("text, likely, met", [("900 euros", 0.95, True), ("purple", 0.02, False)])
async def test_what_is_certain_locally_needs_no_model(judged, text, likely, met):
    verdict, requests = await judged(text, '{"data": true}', Certain(likely))

    assert (verdict.met, verdict.by, verdict.probability) == (met, "local", likely)
    assert requests == []


async def test_a_reply_that_has_what_is_asked_is_not_refused_without_the_model(judged):
    verdict, requests = await judged("900 euros", '{"data": true}', Certain(0.02))

    assert (verdict.met, verdict.by) == (True, "model")
    assert len(requests) == 1


async def test_what_is_doubtful_is_the_models_to_judge(judged):
    verdict, requests = await judged("purple", '{"data": false}', Certain(0.6))

    assert (verdict.met, verdict.by, verdict.probability) == (False, "model", 0.6)
    assert len(requests) == 1


@pytest.mark.parametrize("likely, met", [(0.6, True), (0.4, False)])
async def test_where_the_model_fails_the_likelier_verdict_stands(judged, likely, met):
    verdict, _ = await judged("900 euros", Reply(status=500), Certain(likely))

    assert (verdict.met, verdict.by, verdict.probability) == (met, "local", likely)
    assert verdict.reason.startswith("The model could not judge.")


async def test_a_model_that_takes_too_long_is_not_waited_for(judged):
    never = Reply('{"data": false}', hold_after=0)
    verdict, _ = await judged("900 euros", never, Certain(0.6), longest_wait=0.2)

    assert (verdict.met, verdict.by) == (True, "local")
    assert verdict.reason.startswith("The model took too long to judge.")


@pytest.fixture(scope="module")
def local(embedder) -> LocalJudge:
    return LocalJudge(embedder.embed)


TRIP = (
    Step("Destination", "Where would you like to go?", "a city", "a place is named", ""),
    Step("Dates", "When would you like to travel?", "two dates", "the dates are named", ""),
    Step("Travellers", "How many people are coming?", "a number", "a number is named", ""),
    Step("Budget", "How much would you like to spend?", "an amount", "it is named", ""),
)


def unasked(local: LocalJudge | None, reply: str) -> list[str]:
    """The titles of the steps that a reply answers without being asked."""
    return list(told(local, reply))


def told(local: LocalJudge | None, reply: str) -> dict[str, str]:
    """What a reply says without being asked, by the titles of the steps that it answers."""
    answers = Evaluator(OpenAIConfig("none", api_key="none"), local).unasked(TRIP, reply)
    found = {s.title: one for s, one in zip(TRIP, answers, strict=True) if one is not None}
    verdicts = [one.verdict for one in found.values()]
    assert all(v.met and v.by == "local" and v.reason for v in verdicts)
    return {title: one.text for title, one in found.items()}


def test_one_message_may_answer_several_steps(local):
    reply = "To Lisbon, from 1 to 3 May, two adults, about 600 euros, by plane"

    assert unasked(local, reply) == ["Destination", "Dates", "Travellers", "Budget"]


def test_what_a_message_volunteers_is_found_and_nothing_else(local):
    assert unasked(local, "By the way, we have about 600 euros.") == ["Budget"]


def test_each_sentence_is_heard_by_itself(local):
    reply = "There are two of us. We have 600 euros and want to see museums. We like trams."

    assert told(local, reply) == {
        "Travellers": "There are two of us",
        "Budget": "We have 600 euros and want to see museums",
    }


def test_a_sentence_that_leaves_something_open_takes_nothing_from_the_others(local):
    assert unasked(local, "I don't mind about the hotel. We have about 600 euros.") == ["Budget"]


@pytest.mark.parametrize("reply", ["you decide", "yes", "thanks!", "🙂", "What do you mean?", ""])
def test_what_tells_nothing_answers_no_step_that_was_not_asked(local, reply):
    assert unasked(local, reply) == []


def test_without_a_local_judgement_nothing_is_answered_unasked():
    assert unasked(None, "600 euros") == []


def _ready(config: ModelConfig):
    async def ready() -> ModelConfig:
        return config

    return ready
