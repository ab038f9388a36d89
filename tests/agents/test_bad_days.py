"""Conversations on days when the model is sick, gone, or has to be mended."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from agents.dialogue.messages import Reply as Said
from agents.models.limits import LIMITS_FILE
from agents.runtime import Runtime
from agents.settings import Settings
from tests.agents.loops import WAIT_SECONDS
from tests.support.scripted_model import Reply, Rule, ScriptedModel, in_turn

AGENTS = Path(__file__).parents[2] / "agents"
EGG = "How many minutes does an egg need to boil?"
REWORDED = "How long does an egg have to boil?"
MINUTES = "Eight minutes, for a firm yolk."
STRICT = 0.99
BROKEN = Reply(status=500)

Start = Callable[..., Runtime]


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    with ScriptedModel() as scripted:
        yield scripted


@pytest.fixture
def start(home: Path, model: ScriptedModel) -> Iterator[Start]:
    """Starts a Runtime over the scripted model and the test's home."""
    with ExitStack() as runtimes:

        def started(**changes: object) -> Runtime:
            settings = Settings(
                home=home,
                provider="openai",
                model="scripted",
                base_url=model.base_url,
                **{"retries": 0, "audit_share": 0.0, **changes},
            )
            runtime = Runtime(settings)
            runtimes.callback(runtime.close)
            runtime.start()
            return runtime

        yield started


def says(model: ScriptedModel, *replies: Reply) -> None:
    model.rules[:] = [Rule(reply=in_turn(*replies))]


def say(runtime: Runtime, text: str, to: str = "c1") -> Said:
    turn = runtime.send(to, "ann", text, threshold=STRICT, message_id=f"{to}-{text}")
    assert turn.wait(WAIT_SECONDS), turn.view
    return turn.reply


def test_an_earlier_answer_stands_in_for_a_model_that_is_gone_and_is_kept_as_such(start, model):
    runtime = start()
    says(model, Reply(MINUTES))
    say(runtime, EGG)
    says(model, BROKEN)

    reply = say(runtime, REWORDED, to="c2")

    assert (reply.status, reply.answer) == ("complete", MINUTES)
    assert reply.served.tier == "semantic"
    assert reply.served.degraded
    runtime.close()
    kept = start().open("c2", "ann").reply(reply.id)
    assert kept.served.degraded


def test_an_answer_served_on_a_good_day_is_not_marked(start, model):
    runtime = start()
    says(model, Reply(MINUTES))
    say(runtime, EGG)

    assert not say(runtime, EGG, to="c2").served.degraded


def test_without_an_earlier_answer_the_reply_says_what_happened_and_what_to_do(start, model):
    says(model, BROKEN)

    reply = say(start(), EGG)

    assert reply.status == "failed"
    assert "had an error of its own" in reply.failure.message
    assert reply.failure.remedy


def test_a_failure_that_passes_is_not_seen(start, model):
    says(model, BROKEN, Reply(MINUTES))

    reply = say(start(retries=1), EGG)

    assert (reply.status, reply.answer, reply.notice) == ("complete", MINUTES, "")


def test_an_answer_that_goes_round_in_circles_is_ended_and_given_to_nobody_else(start, model):
    runtime = start()
    says(model, Reply(f"{MINUTES} {'Keep the lid on the pot. Turn the heat down. ' * 50}"))

    reply = say(runtime, EGG)

    assert reply.status == "complete"
    assert reply.answer.split() == f"{MINUTES} Keep the lid on the pot. Turn the heat down.".split()
    assert "repeat itself" in reply.notice
    says(model, Reply(MINUTES))
    assert say(runtime, EGG, to="c2").served.tier is None


def test_the_fallback_answers_and_the_reply_says_so(start, model):
    says(model, BROKEN)
    with ScriptedModel([Rule(reply=Reply(MINUTES))]) as spare:
        runtime = start(fallback="openai:spare", fallback_base_url=spare.base_url)

        reply = say(runtime, EGG)

        assert (reply.status, reply.answer) == ("complete", MINUTES)
        assert "had an error of its own. spare answered instead." in reply.notice
        runtime.close()


def test_limits_that_cannot_be_read_are_told_before_and_with_each_reply(start, home: Path):
    (home / LIMITS_FILE).write_text("budgets: 12", encoding="utf-8")
    runtime = start()

    reply = say(runtime, EGG)

    assert reply.status == "failed"
    assert LIMITS_FILE in reply.failure.message
    assert LIMITS_FILE in runtime.status().model.failure.message


def test_models_are_made_in_one_place_behind_which_every_call_is_looked_after():
    makers = {
        path.relative_to(AGENTS).as_posix()
        for path in AGENTS.rglob("*.py")
        if re.search(r"\bmodel_config\(|\bPendingModel\(|\bModelLoader\(", path.read_text("utf-8"))
    }

    assert makers == {
        "models/providers.py",
        "models/loading.py",
        "models/pending.py",
        "models/endpoints.py",
    }
