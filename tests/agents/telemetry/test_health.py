"""How each part is, as a traffic light and a sentence."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from agents.dialogue.messages import Failure
from agents.errors import StoreFullError
from agents.models.condition import (
    BudgetCondition,
    EndpointCondition,
    ModelCondition,
    QueueCondition,
)
from agents.settings import Settings
from agents.status import PartStatus, RuntimeStatus
from agents.telemetry import health as parts
from agents.telemetry.lag import Lag

READY = PartStatus("ready")
QUEUE = QueueCondition(2, 8, (("chat", 1), ("team", 0)), 64, 0)


class Watched:
    """A Runtime as a test wants it."""

    def __init__(self, home, cache=None, condition=None, model=READY, cache_status=READY):
        self.settings = Settings(home=home)
        self.cache = cache
        self.writing = 0
        self.problem = None
        self._condition = condition
        self._status = RuntimeStatus(model, cache_status, READY)

    def status(self):
        return self._status

    def condition(self):
        return self._condition

    def probe(self):
        if self.problem:
            raise self.problem

    def evidence(self):
        raise AssertionError("health does not ask for it")


def endpoint(name="openai", breaker="closed", *, fallback=False):
    return EndpointCondition(name, "m", fallback, breaker, 0.0, 0, 5, 0)


def condition(*endpoints, queue=QUEUE, budgets=()):
    return ModelCondition(endpoints or (endpoint(),), queue, budgets)


@pytest.fixture
def levels(tmp_path):
    """The levels by part, of a Runtime that is as told."""

    def of(lag=0.0, **how):
        return {part.name: part.level for part in parts.health(Watched(tmp_path, **how), lag)}

    return of


def test_all_is_well(tmp_path, cache):
    watched = Watched(tmp_path, cache=cache, condition=condition())

    told = parts.health(watched, 0.01)

    assert {part.name for part in told} == {
        "event loop", "conversations", "cache", "model", "queue", "breakers", "budgets", "disk",
    }  # fmt: skip
    assert {part.level for part in told} == {"ok"}
    assert all(part.sentence for part in told)


@pytest.mark.parametrize("lag, level", [(0.4, "ok"), (0.6, "warning"), (5.0, "down")])
def test_the_event_loop_is_as_late_as_it_is(levels, lag, level):
    assert levels(lag)["event loop"] == level


def test_conversations_that_cannot_be_read_are_down_and_say_why(tmp_path):
    watched = Watched(tmp_path)
    watched.problem = StoreFullError(Path("conversations.sqlite3"))

    told = {part.name: part for part in parts.health(watched, 0.0)}["conversations"]

    assert told.level == "down"
    assert "the disk is full" in told.sentence


FAILED = PartStatus("failed", failure=Failure("It is broken."))


@pytest.mark.parametrize(
    "how, part, level",
    [
        ({"cache_status": PartStatus("loading", "Opening the cache")}, "cache", "warning"),
        ({"cache_status": FAILED}, "cache", "warning"),
        ({"model": PartStatus("fetching", "Fetching the model")}, "model", "warning"),
        ({"model": FAILED}, "model", "down"),
        ({"condition": condition(endpoint(breaker="open"))}, "model", "down"),
        ({"condition": condition(endpoint(breaker="open"))}, "breakers", "down"),
        ({"condition": condition(endpoint(breaker="half_open"))}, "model", "ok"),
        (
            {"condition": condition(endpoint("a"), endpoint("b", "open"))},
            "breakers",
            "warning",
        ),
        (
            {"condition": condition(endpoint("a", "open"), endpoint("b", fallback=True))},
            "model",
            "warning",
        ),
        (
            {"condition": condition(queue=QueueCondition(8, 8, (("chat", 52),), 64, 0))},
            "queue",
            "warning",
        ),
        (
            {"condition": condition(queue=QueueCondition(8, 8, (("chat", 64),), 64, 9))},
            "queue",
            "down",
        ),
        (
            {"condition": condition(budgets=(BudgetCondition("*", "calls", "day", 80, 100),))},
            "budgets",
            "warning",
        ),
        (
            {"condition": condition(budgets=(BudgetCondition("*", "calls", "day", 79, 100),))},
            "budgets",
            "ok",
        ),
    ],
)
def test_each_part_has_its_light(levels, how, part, level):
    assert levels(**how)[part] == level


@pytest.mark.parametrize(
    "free, level", [(parts.SCARCE_BYTES + 1, "ok"), (parts.SCARCE_BYTES, "warning"), (1, "down")]
)
def test_the_disk_warns_before_it_is_full(tmp_path, monkeypatch, free, level):
    monkeypatch.setattr(parts, "free_bytes", lambda _: free)

    assert parts.disk(tmp_path).level == level


def test_a_folder_that_is_not_there_yet_is_on_the_disk_of_the_one_above(tmp_path):
    assert parts.free_bytes(tmp_path / "not" / "there") == pytest.approx(
        parts.free_bytes(tmp_path), rel=0.1
    )


async def test_what_blocks_the_event_loop_is_measured():
    lag = Lag()
    assert lag.worst is None
    measuring = asyncio.create_task(lag.measure())
    await asyncio.sleep(0)  # it begins

    time.sleep(0.8)  # noqa: ASYNC251 - blocking is what is measured

    assert lag.overdue >= 0.29
    assert lag.worst >= 0.29
    await asyncio.sleep(0)  # the tick that was late ends
    measuring.cancel()
    await asyncio.wait({measuring})
    assert lag.worst is None
    assert lag.overdue == 0.0
