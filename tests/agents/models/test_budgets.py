"""Budgets: what is counted, when something is free again, and that no window is ever exceeded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.calling import Caller, Priority
from agents.errors import BudgetError
from agents.models.budgets import ALL, SECONDS, STEPS, Budget, Budgets, SlidingSum

CHAT = Caller(agent="chat")
JUDGE = Caller(agent="judge")
MINUTE, DAY = SECONDS["minute"], SECONDS["day"]
LATE = MINUTE / STEPS
"""How much later than it has to an amount may leave the window."""


class Clock:
    """A time that stands still until it is moved."""

    def __init__(self, now: float = 1_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def calls(limit: float, agent: str = "chat", window: str = "minute") -> Budget:
    return Budget(agent, "calls", window, limit)


def refused(budgets: Budgets, caller: Caller = CHAT) -> BudgetError:
    with pytest.raises(BudgetError) as caught:
        budgets.charge(caller)
    return caught.value


def test_without_a_budget_nothing_is_refused():
    budgets = Budgets([])

    for _ in range(100):
        budgets.charge(CHAT)
    budgets.spent(CHAT, tokens=10**9, dollars=10**6)

    assert budgets.conditions == ()


def test_calls_are_refused_beyond_their_number_until_the_first_is_a_minute_ago(clock):
    budgets = Budgets([calls(2)], clock)
    budgets.charge(CHAT)
    clock.now += 20
    budgets.charge(CHAT)

    error = refused(budgets)

    assert MINUTE - 20 <= error.free_in <= MINUTE - 20 + LATE
    clock.now += error.free_in
    budgets.charge(CHAT)
    refused(budgets)


@pytest.mark.parametrize("unit, used", [("tokens", {"tokens": 100, "dollars": 0.0}),
                                        ("dollars", {"tokens": 0, "dollars": 100.0})])  # fmt: skip
def test_what_calls_use_is_refused_once_it_is_used_up(clock, unit, used):
    budgets = Budgets([Budget("chat", unit, "day", 150)], clock)
    for _ in range(2):
        budgets.charge(CHAT)
        budgets.spent(CHAT, **used)

    error = refused(budgets)

    assert DAY <= error.free_in <= DAY + DAY / STEPS
    assert budgets.conditions[0].used == 200


def test_an_agents_budget_is_its_own(clock):
    budgets = Budgets([calls(1), calls(1, "judge")], clock)
    budgets.charge(CHAT)

    budgets.charge(JUDGE)

    assert "'chat'" in refused(budgets).message
    assert "'judge'" in refused(budgets, JUDGE).message


def test_a_budget_for_all_is_used_up_by_all(clock):
    budgets = Budgets([calls(2, ALL)], clock)
    budgets.charge(CHAT)
    budgets.charge(JUDGE)

    assert "all agents together" in refused(budgets).message


def test_of_a_budget_for_all_something_is_kept_for_what_is_more_urgent(clock):
    budgets = Budgets([calls(10, ALL)], clock)
    agents = [Caller(agent=name, priority=each) for name, each in (
        ("audit", Priority.AUDIT), ("writer", Priority.TEAM), ("chat", Priority.CHAT))]  # fmt: skip
    begun = []
    for caller in agents:
        count = 0
        while count < 100:
            try:
                budgets.charge(caller)
            except BudgetError:
                break
            count += 1
        begun.append(count)

    assert begun == [5, 3, 2]


def test_where_two_budgets_are_used_up_the_one_that_is_free_last_is_told(clock):
    budgets = Budgets([calls(1), calls(1, window="day"), calls(1, ALL)], clock)
    budgets.charge(CHAT)

    error = refused(budgets)

    assert error.free_in >= DAY
    assert error.message == "The budget of 1 call a day for the agent 'chat' is used up."
    assert error.kind == "budget"


@pytest.mark.parametrize("seconds, words", [
    (0.2, "1 second"), (1, "1 second"), (7.1, "8 seconds"), (60, "60 seconds"),
    (61, "2 minutes"), (3_600, "60 minutes"), (80_000, "23 hours"),
])  # fmt: skip
def test_an_error_says_in_words_when_to_come_back(seconds, words):
    assert f" in {words}, " in BudgetError("one call", seconds).remedy


def test_a_refused_call_is_not_counted_anywhere(clock):
    budgets = Budgets([calls(5, ALL), calls(1)], clock)
    budgets.charge(CHAT)

    refused(budgets)

    assert [each.used for each in budgets.conditions] == [1, 1]


def test_a_call_that_did_not_begin_is_taken_back(clock):
    budgets = Budgets([calls(1), calls(1, ALL)], clock)
    charge = budgets.charge(CHAT)
    clock.now += 10

    budgets.take_back(charge)

    assert [each.used for each in budgets.conditions] == [0, 0]
    budgets.charge(CHAT)


def test_a_call_that_is_long_past_is_not_taken_from_others(clock):
    budgets = Budgets([calls(2)], clock)
    charge = budgets.charge(CHAT)
    clock.now += 2 * MINUTE
    budgets.charge(CHAT)

    budgets.take_back(charge)

    assert budgets.conditions[0].used == 1


def test_a_clock_that_is_set_back_gives_nothing_away(clock):
    budgets = Budgets([calls(1)], clock)
    budgets.charge(CHAT)

    clock.now -= 30

    assert refused(budgets).free_in >= MINUTE + 30 - LATE


@pytest.mark.parametrize("budget, words", [
    (Budget("chat", "calls", "minute", 60), "60 calls a minute for the agent 'chat'"),
    (Budget("*", "tokens", "day", 1_000_000), "1,000,000 tokens a day for all agents together"),
    (Budget("audit", "dollars", "day", 2.5), "$2.50 a day for the agent 'audit'"),
])  # fmt: skip
def test_a_budget_is_named_in_words(budget, words):
    assert str(budget) == words


# Whatever is used, and whenever

AMOUNTS = st.lists(st.tuples(st.floats(0, 30), st.integers(0, 5)), max_size=40)


@given(start=st.floats(0, 2e9), used=AMOUNTS)
def test_a_sum_is_never_less_than_what_was_added_in_the_window_and_soon_no_more(start, used):
    window = SlidingSum(MINUTE)
    added, now = [], start
    for pause, amount in used:
        now += pause
        window.add(amount, now)
        added.append((now, amount))

        least = sum(a for at, a in added if now - at < MINUTE)
        most = sum(a for at, a in added if now - at <= MINUTE + 2 * LATE)
        assert least <= window.total(now) <= most


@given(start=st.floats(0, 2e9), used=AMOUNTS, limit=st.integers(1, 20))
def test_after_the_wait_that_is_told_the_sum_is_below_the_limit_and_not_long_before(
    start, used, limit
):
    window = SlidingSum(MINUTE)
    now = start
    for pause, amount in used:
        now += pause
        window.add(amount, now)

    wait = window.below_in(limit, now)

    if wait > LATE:
        assert window.total(now + wait - LATE / 2) >= limit
    assert window.total(now + wait + LATE / 100) < limit


@given(limit=st.integers(1, 6), pauses=st.lists(st.floats(0, 25), max_size=60))
def test_in_no_minute_more_calls_begin_than_the_budget_allows(limit, pauses):
    clock = Clock(1_700_000_000.0)
    budgets = Budgets([calls(limit)], clock)
    begun = []
    for pause in pauses:
        clock.now += pause
        try:
            budgets.charge(CHAT)
        except BudgetError:
            continue
        begun.append(clock.now)

    for at in begun:
        assert sum(at <= other < at + MINUTE for other in begun) <= limit


def test_a_day_of_calls_takes_no_more_memory_than_an_hour_of_them():
    window = SlidingSum(DAY)
    for number in range(100_000):
        window.add(1, number * 10.0)
        if number % 1_000 == 0:
            window.total(number * 10.0)

    assert len(window._amounts) <= 1_000
    window.total(1_000_000.0)
    assert len(window._amounts) <= STEPS + 1
