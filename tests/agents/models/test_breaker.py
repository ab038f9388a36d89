"""Breaker: after failures in a row an endpoint rests, then one call tries it."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from agents.models.breaker import Breaker, Permit

FAILURES, REST, LONGEST = 3, 10.0, 35.0


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(failures=FAILURES, rest=REST, longest_rest=LONGEST, clock=clock)


def call(breaker: Breaker, *, well: bool | None) -> None:
    breaker.enter().end(well=well)


def fail(breaker: Breaker, times: int = FAILURES) -> None:
    for _ in range(times):
        call(breaker, well=False)


def test_it_stays_closed_until_enough_calls_in_a_row_have_failed(breaker: Breaker):
    fail(breaker, FAILURES - 1)
    assert (breaker.state, breaker.lets_through) == ("closed", True)

    fail(breaker, 1)

    assert (breaker.state, breaker.lets_through, breaker.retry_in) == ("open", False, REST)


def test_a_success_in_between_begins_the_count_anew(breaker: Breaker):
    fail(breaker, FAILURES - 1)
    call(breaker, well=True)
    fail(breaker, FAILURES - 1)

    assert breaker.state == "closed"


def test_a_call_that_tells_nothing_does_not_count(breaker: Breaker):
    fail(breaker, FAILURES - 1)
    call(breaker, well=None)
    assert breaker.state == "closed"

    fail(breaker, 1)

    assert breaker.state == "open"


def test_half_open_lets_exactly_one_call_through(breaker: Breaker, clock: Clock):
    fail(breaker)
    clock.now += REST
    assert (breaker.state, breaker.lets_through, breaker.retry_in) == ("half_open", True, 0.0)

    breaker.enter()

    assert (breaker.state, breaker.lets_through) == ("half_open", False)


@pytest.mark.parametrize(
    ("well", "state", "lets_through"),
    [(True, "closed", True), (False, "open", False), (None, "half_open", True)],
)
def test_the_trial_decides(breaker: Breaker, clock: Clock, well, state, lets_through):
    fail(breaker)
    clock.now += REST

    call(breaker, well=well)

    assert (breaker.state, breaker.lets_through) == (state, lets_through)


def test_each_failed_trial_doubles_the_rest_up_to_the_longest(breaker: Breaker, clock: Clock):
    fail(breaker)
    rests = [breaker.retry_in]
    for _ in range(3):
        clock.now += breaker.retry_in
        call(breaker, well=False)
        rests.append(breaker.retry_in)

    assert rests == [REST, 2 * REST, LONGEST, LONGEST]


def test_once_closed_it_needs_as_many_failures_as_ever_and_rests_as_short(
    breaker: Breaker, clock: Clock
):
    fail(breaker)
    clock.now += REST
    call(breaker, well=False)
    clock.now += 2 * REST
    call(breaker, well=True)

    fail(breaker, FAILURES - 1)
    assert breaker.state == "closed"
    fail(breaker, 1)
    assert breaker.retry_in == REST


@pytest.mark.parametrize("well", [True, False])
def test_a_call_from_before_it_opened_is_no_news(breaker: Breaker, clock: Clock, well: bool):
    early = breaker.enter()
    fail(breaker)
    clock.now += REST
    trial = breaker.enter()

    early.end(well=well)

    assert (breaker.state, breaker.lets_through) == ("half_open", False)
    trial.end(well=True)
    assert breaker.state == "closed"


def test_only_the_first_end_of_a_call_counts(breaker: Breaker):
    permit = breaker.enter()
    for _ in range(FAILURES):
        permit.end(well=False)

    assert breaker.state == "closed"


class AnyOrder(RuleBasedStateMachine):
    """Calls begin, end and are given up in any order, while time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.breaker = Breaker(failures=FAILURES, rest=REST, longest_rest=LONGEST, clock=self.clock)
        self.running: list[Permit] = []
        self.trials: list[Permit] = []

    @rule(eighths=st.integers(0, 2 * 8 * int(LONGEST)))
    def time_passes(self, eighths: int) -> None:
        """By eighths of a second, which floats add and subtract without rounding."""
        self.clock.now += eighths / 8

    @precondition(lambda self: self.breaker.lets_through)
    @rule()
    def a_call_begins(self) -> None:
        trying = self.breaker.state == "half_open"
        permit = self.breaker.enter()
        self.running.append(permit)
        if trying:
            self.trials.append(permit)

    @precondition(lambda self: self.running)
    @rule(data=st.data(), well=st.sampled_from([True, False, None]))
    def a_call_ends(self, data: st.DataObject, well: bool | None) -> None:
        permit = data.draw(st.sampled_from(self.running))
        self.running.remove(permit)
        permit.end(well=well)

    @invariant()
    def at_most_one_call_tries_it(self) -> None:
        if self.breaker.state == "half_open":
            trying = [permit for permit in self.trials if permit in self.running]
            now = [permit for permit in trying if permit.era == max(p.era for p in trying)]
            assert len(now) <= 1

    @invariant()
    def it_can_always_be_asked_again(self) -> None:
        """Nothing shuts it for ever: with no call under way, time alone opens it."""
        if not self.running and not self.breaker.lets_through:
            assert 0 < self.breaker.retry_in <= LONGEST


TestAnyOrder = AnyOrder.TestCase
