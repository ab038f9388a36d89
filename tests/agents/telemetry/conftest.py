"""A Runtime over a scripted model, for what telemetry tells of the whole."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from agents.runtime import Runtime
from agents.settings import Settings
from tests.agents.room import SCRIPT
from tests.support.scripted_model import Reply, Rule, ScriptedModel

PATIENCE = 180
KNOWS = Rule(last="capital", reply=Reply("The capital of Portugal is Lisbon."))
BROKEN = Rule(last="broken", reply=Reply("what you said is refused", status=400))


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    with ScriptedModel([KNOWS, BROKEN, *SCRIPT]) as scripted:
        yield scripted


@pytest.fixture
def start(home: Path, model: ScriptedModel) -> Iterator[Callable[..., Runtime]]:
    """Starts a Runtime over the scripted model and the test's home."""
    with ExitStack() as running:

        def start_one(**changes: object) -> Runtime:
            fields = {
                "home": home,
                "provider": "openai",
                "model": "scripted",
                "api_key": "sk-test",
                "base_url": model.base_url,
                "token_price": 1.0,
            } | changes
            runtime = Runtime(Settings(**fields))
            runtime.start()
            running.callback(runtime.close)
            return runtime

        yield start_one


def say(runtime, text, *, to="c1", owner="ann"):
    """A message and its reply, when its trace is complete as well."""
    turn = runtime.send(to, owner, text, threshold=0.9, message_id=f"{to}-{text}")
    assert turn.wait(PATIENCE), turn.view
    wait_until(lambda: trace_of(runtime, turn.reply.id) is not None)
    return turn.reply


def trace_of(runtime, reply_id):
    return next((t for t in runtime.telemetry.traces() if t.id == reply_id), None)


def wait_until(true: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(0.01)
