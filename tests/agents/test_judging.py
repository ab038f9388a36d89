"""The chat model as verifier: asked through the Runtime, and no hit without its clear yes."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from agents.caching import on_loop
from agents.runtime import Runtime
from agents.settings import Settings
from tests.agents.loops import WAIT_SECONDS, running_loop
from tests.support.scripted_model import Reply, Request, Rule, ScriptedModel

CAPITAL = "What is the capital of Portugal?"
REWORDED = "What is the capital city of Portugal?"
LISBON = "The capital of Portugal is Lisbon."
YES, NO = Reply.json({"data": True}), Reply.json({"data": False})


def judges(request: Request) -> bool:
    return "You compare two questions" in request.system


@pytest.fixture
def start(home: Path) -> Iterator[Callable[..., tuple[Runtime, ScriptedModel]]]:
    """Starts a Runtime whose judge gives one reply, and whose cache knows the capital."""
    with ExitStack() as opened:

        def start_one(verdict: Reply, **changes: object) -> tuple[Runtime, ScriptedModel]:
            rules = [Rule(verdict, when=judges), Rule(Reply(LISBON), last="capital")]
            model = opened.enter_context(ScriptedModel(rules))
            settings = Settings(
                **{
                    "home": home, "provider": "openai", "model": "scripted",
                    "base_url": model.base_url, "audit_share": 0.0, "strong_model": True,
                    "verifier": "judge", "judge_seconds": 20.0,
                } | changes
            )  # fmt: skip
            runtime = Runtime(settings)
            runtime.start()
            opened.callback(runtime.close)
            say(runtime, CAPITAL, to="c0")
            return runtime, model

        yield start_one


def say(runtime: Runtime, text: str, *, to: str):
    turn = runtime.send(to, "ann", text, threshold=0.8, message_id=f"{to}-message")
    assert turn.wait(WAIT_SECONDS), turn.view
    return turn.reply


def verdicts_asked(model: ScriptedModel) -> list[Request]:
    return [request for request in model.requests if judges(request)]


def test_what_the_judge_says_yes_to_is_served(start):
    runtime, model = start(YES)

    reply = say(runtime, REWORDED, to="c1")

    assert (reply.answer, reply.served.tier) == (LISBON, "semantic")
    (request,) = verdicts_asked(model)
    assert json.loads(request.last) == {"first": REWORDED, "second": CAPITAL}


@pytest.mark.parametrize(
    "verdict, reason",
    [
        (NO, "another question"),
        (Reply("perhaps"), "in doubt"),
        (Reply("overloaded", status=500), "failed (ModelError)"),
        (Reply('{"data": true}', cut_after=0), "failed (ModelError)"),
    ],
    ids=["no", "unreadable", "failed", "cut"],
)
def test_without_a_clear_yes_the_model_answers_itself(start, verdict, reason):
    runtime, _ = start(verdict)

    reply = say(runtime, REWORDED, to="c1")

    assert (reply.answer, reply.served.tier) == (LISBON, None)
    assert reason in runtime.cache.lookups()[0].reason


def test_a_judge_that_takes_too_long_is_not_waited_for(start):
    runtime, model = start(Reply("true", hold_after=0), judge_seconds=0.2)

    reply = say(runtime, REWORDED, to="c1")

    assert (reply.status, reply.served.tier) == ("complete", None)
    assert len(verdicts_asked(model)) == 1


def test_the_days_budget_is_kept(start):
    runtime, model = start(YES, judge_per_day=1)
    assert say(runtime, REWORDED, to="c1").served.tier == "semantic"

    again = say(runtime, "What's the capital city of Portugal?", to="c2")

    assert again.served.tier is None
    assert len(verdicts_asked(model)) == 1
    assert "budget is spent" in runtime.cache.lookups()[0].reason


def test_who_asks_at_the_same_time_gets_an_answer_each(start):
    runtime, _ = start(YES)

    turns = [
        runtime.send(f"d{n}", "ann", REWORDED, threshold=0.8, message_id=f"d{n}-message")
        for n in range(12)
    ]

    assert all(turn.wait(WAIT_SECONDS) for turn in turns)
    assert {turn.reply.answer for turn in turns} == {LISBON}


def test_a_page_may_ask_what_would_be_decided(start):
    runtime, _ = start(YES)

    assert runtime.explain(REWORDED, 0.8).hit


def test_asking_on_a_loop_that_stands_still_ends_all_the_same():
    held, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        held.set()
        go_on.wait(WAIT_SECONDS)

    async def same(asked: str, stored: str) -> bool:
        return True

    with running_loop() as loop:
        loop.call_soon_threadsafe(hold)
        assert held.wait(WAIT_SECONDS)
        begun = time.monotonic()
        with pytest.raises(TimeoutError):
            on_loop(loop, same, 0.1)("a", "b")
        go_on.set()

    assert time.monotonic() - begun < WAIT_SECONDS
