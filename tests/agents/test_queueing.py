"""Queue and budgets through the whole of Reprise: whose call is made first, and what is refused."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest

from agents.calling import Priority, calling
from agents.runtime import Runtime
from agents.settings import Settings
from tests.agents.loops import WAIT_SECONDS
from tests.support.scripted_model import Reply, Rule, ScriptedModel

LOADING_SECONDS = 120
STORY, CAPITAL = "Tell me a long story", "What is the capital of Portugal?"
CHECKED = "How high is Mont Blanc?"
WORK = "Weigh whether to open a second shop"
LISBON = "The capital of Portugal is Lisbon."
SCRIPT = [
    Rule(last="long story", reply=Reply("Once upon a time there was", hold_after=3)),
    Rule(last="capital", reply=Reply(LISBON)),
    Rule(when=lambda request: request.schema is not None, reply=Reply('{"data": true}')),
]


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    with ScriptedModel(SCRIPT) as scripted:
        yield scripted


@pytest.fixture
def start(home, model) -> Iterator[Callable[..., Runtime]]:
    """Starts a Runtime with one place at the model."""
    with ExitStack() as ending:

        def start_one(**changes: object) -> Runtime:
            settings = Settings(
                home=home,
                provider="openai",
                model="scripted",
                api_key="any",
                base_url=model.base_url,
                parallel=1,
                verifier="none",
            )
            runtime = Runtime(replace(settings, **changes))
            ending.callback(runtime.close)
            runtime.start()
            runtime.load()
            wait_until(lambda: runtime.status().cache.state == "ready", LOADING_SECONDS)
            return runtime

        yield start_one


def send(runtime, text, *, to, owner="ann"):
    return runtime.send(to, owner, text, threshold=0.9, message_id=f"{to}-{text}")


def say(runtime, text, **how):
    turn = send(runtime, text, **how)
    assert turn.wait(WAIT_SECONDS), turn.view
    return turn.reply


def waiting(runtime) -> dict[str, int]:
    condition = runtime.condition()
    return {} if condition is None else dict(condition.queue.waiting)


def wait_until(true: Callable[[], bool], seconds: float = WAIT_SECONDS) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(0.01)


def test_a_chat_is_answered_before_a_team_and_a_team_before_an_audit(start, model):
    runtime = start()
    first = send(runtime, STORY, to="c1")
    wait_until(lambda: "Once" in first.reply.answer)
    with calling(user="", agent="audit", priority=Priority.AUDIT):
        checked = runtime.ask_afresh(CHECKED)
    wait_until(lambda: waiting(runtime)["audit"] == 1)
    run = runtime.teams.start("nested", WORK, "ann")
    wait_until(lambda: waiting(runtime)["team"] >= 1)
    chat = send(runtime, CAPITAL, to="c2", owner="bob")
    wait_until(lambda: waiting(runtime)["chat"] == 1)

    model.release()

    assert chat.wait(WAIT_SECONDS)
    assert chat.reply.answer == LISBON
    assert checked.result(WAIT_SECONDS)
    assert run.wait(WAIT_SECONDS)
    asked = [request.everything for request in model.requests]
    order = [
        next(at for at, text in enumerate(asked) if said in text)
        for said in (STORY, CAPITAL, WORK, CHECKED)
    ]
    assert order == sorted(order)


def test_a_reply_that_is_stopped_while_it_waits_leaves_its_place_to_others(start, model):
    runtime = start()
    first = send(runtime, STORY, to="c1")
    wait_until(lambda: "Once" in first.reply.answer)
    stopped = send(runtime, "What is the capital of Spain?", to="c2")
    wait_until(lambda: waiting(runtime)["chat"] == 1)

    stopped.stop()

    assert stopped.wait(WAIT_SECONDS)
    assert stopped.reply.status == "stopped"
    wait_until(lambda: waiting(runtime)["chat"] == 0)
    model.release()
    assert first.wait(WAIT_SECONDS)
    assert say(runtime, CAPITAL, to="c3").answer == LISBON
    assert not any("Spain" in request.everything for request in model.requests)


def test_when_too_many_wait_one_more_is_told_so_and_keeps_the_message(start, model, home):
    (home / "limits.yml").write_text("waiting: 1")
    runtime = start()
    first = send(runtime, STORY, to="c1")
    wait_until(lambda: "Once" in first.reply.answer)
    second = send(runtime, CAPITAL, to="c2")
    wait_until(lambda: waiting(runtime)["chat"] == 1)

    refused = say(runtime, "What is the capital of Norway?", to="c3")

    assert refused.status == "failed"
    assert refused.failure.message.startswith("Too many requests wait")
    assert runtime.condition().queue.refused == 1
    (kept, _) = runtime.open("c3", "ann").messages
    assert kept.text == "What is the capital of Norway?"
    model.release()
    assert second.wait(WAIT_SECONDS)
    assert second.reply.answer == LISBON


def test_a_budget_that_is_used_up_is_told_and_the_cache_still_answers(start, model, home):
    (home / "limits.yml").write_text("budgets:\n  chat:\n    day: {calls: 1}")
    runtime = start()
    assert say(runtime, CAPITAL, to="c1").answer == LISBON

    refused = say(runtime, "How high is Mont Blanc?", to="c2")
    cached = say(runtime, CAPITAL, to="c3")

    assert refused.status == "failed"
    assert refused.failure.message == "The budget of 1 call a day for the agent 'chat' is used up."
    assert " hours, or raise it in limits.yml" in refused.failure.remedy
    assert cached.answer == LISBON
    assert len(model.requests) == 1


def test_limits_that_cannot_be_used_are_told_with_their_line_until_they_are_corrected(start, home):
    (home / "limits.yml").write_text("waiting: 8\nbudgets:\n  chat:\n    minute: {calls: -1}")
    runtime = start()

    refused = say(runtime, CAPITAL, to="c1")

    assert refused.failure.message.startswith("limits.yml, line 4, budgets chat minute calls")
    assert refused.failure.remedy
    assert runtime.status().model.failure == refused.failure
    (home / "limits.yml").write_text("waiting: 8\nbudgets:\n  chat:\n    minute: {calls: 9}")
    assert say(runtime, CAPITAL, to="c2").answer == LISBON
    assert runtime.condition().queue.capacity == 8
