"""The last turns and calls, as figures."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.calling import Caller, CallRecord
from agents.telemetry.history import REMEMBERED, History, TurnFigures, percentile

NOON = 1_700_000_040.0  # begins a minute
VALUES = st.lists(st.floats(0, 1e6), min_size=1)


class Clock:
    def __init__(self, now=NOON):
        self.now = now

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def history(clock):
    return History(clock)


def turn(at=NOON, outcome="complete", source="model", seconds=1.0, first_token=0.5):
    return TurnFigures(at, outcome, source, seconds, first_token)


def call(agent="chat", endpoint="openai", outcome="ok", seconds=1.0, **how):
    known = {"waited": 0.0, "attempts": 1, "input_tokens": 10, "output_tokens": 5, "dollars": 0.01}
    return CallRecord(Caller(agent=agent), "m", endpoint, outcome, seconds=seconds, **(known | how))


@given(VALUES, st.floats(0.01, 1.0))
def test_a_percentile_is_a_value_that_no_more_than_the_rest_exceed(values, share):
    found = percentile(values, share)

    assert found in values
    beyond = sum(value > found for value in values)
    assert beyond <= math.floor((1 - share) * len(values) + 1e-9)


def test_there_is_no_percentile_of_nothing():
    assert percentile([], 0.95) is None


def test_calls_are_told_by_agent_and_endpoint_the_busiest_first(history):
    for seconds in (1.0, 3.0):
        history.call_ended(call("planner", seconds=seconds))
    for record in (call(), call(outcome="timeout", seconds=9.0), call(outcome="cancelled")):
        history.call_ended(record)
    history.call_ended(call("chat", endpoint="", outcome="busy", attempts=0, waited=4.0))

    chat, planner, refused = history.calls()

    assert (chat.agent, chat.endpoint, chat.calls, chat.failed) == ("chat", "openai", 3, 1)
    assert chat.success_rate == pytest.approx(2 / 3)
    assert (chat.seconds, chat.p95) == (1.0, 1.0)
    assert (planner.seconds, planner.p95) == (2.0, 3.0)
    assert (planner.input_tokens, planner.output_tokens) == (20, 10)
    assert planner.dollars == pytest.approx(0.02)
    assert (refused.endpoint, refused.seconds, refused.p95, refused.waited) == ("", None, None, 4.0)
    assert refused.success_rate == 0


def test_every_minute_is_told_also_those_in_which_nothing_happened(history, clock):
    history.turn_ended(turn(NOON + 1, seconds=2.0))
    history.turn_ended(turn(NOON + 2, source="exact", seconds=1.0, first_token=0.1))
    history.turn_ended(turn(NOON + 3, outcome="failed", seconds=60.0, first_token=None))
    history.call_ended(call())
    clock.now = NOON + 150

    before, noon, after, now = history.series(4)

    assert [minute.at - NOON for minute in (before, noon, after, now)] == [-60, 0, 60, 120]
    assert (noon.turns, noon.failed, noon.cached, noon.calls, noon.tokens) == (3, 1, 1, 1, 15)
    assert (noon.p50, noon.p95, noon.first_token) == (1.0, 2.0, 0.1)
    assert noon.dollars == pytest.approx(0.01)
    for empty in (before, after, now):
        assert (empty.turns, empty.p50, empty.p95, empty.first_token) == (0, None, None, None)


def test_only_the_last_are_remembered(history):
    for number in range(REMEMBERED + 10):
        history.turn_ended(turn(NOON + number))

    assert len(history.turns_since(0.0)) == REMEMBERED
    assert history.turns_since(NOON + REMEMBERED + 8)[0].at == NOON + REMEMBERED + 8
