"""The gate before the model: budgets first, then the queue; what is taken is always given back."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.calling import Caller, Priority
from agents.errors import BudgetError, ContentError, OverloadedError
from agents.models.admission import PATIENCE, Gate
from agents.models.budgets import ALL, Budget, Budgets
from agents.models.fair_queue import FairQueue
from agents.settings import Settings

CHAT = Caller(user="ann", agent="chat")
TEAM = Caller(user="ann", agent="writer", priority=Priority.TEAM)
AUDIT = Caller(agent="audit", priority=Priority.AUDIT)


class World:
    """A time that only passes while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0
        self.slept: list[float] = []

    def time(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


@pytest.fixture
def world() -> World:
    return World()


def gate(world: World, *budgets: Budget, limit: int = 2, capacity: int = 3) -> Gate:
    counted = Budgets(budgets, world.time)
    return Gate(FairQueue(limit, capacity), counted, sleep=world.sleep)


async def hold(opened: Gate, caller: Caller, until: asyncio.Event) -> float:
    async with opened.admitted(caller) as waited:
        await until.wait()
        return waited


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_call_that_finds_a_free_place_waits_no_time(world):
    async with gate(world).admitted(CHAT) as waited:
        assert waited < 0.05


async def test_the_time_in_the_queue_is_told(world):
    opened, done = gate(world, limit=1), asyncio.Event()
    first = asyncio.create_task(hold(opened, CHAT, done))
    second = asyncio.create_task(hold(opened, CHAT, done))
    await asyncio.sleep(0.02)

    done.set()

    assert await first < 0.02 <= await second


async def test_what_calls_used_is_counted(world):
    opened = gate(world, Budget("chat", "tokens", "day", 10_000), Budget(ALL, "dollars", "day", 1))

    opened.spent(CHAT, tokens=1_500, dollars=0.003)

    assert [each.used for each in opened.budgets] == [1_500, 0.003]


async def test_an_error_inside_gives_the_place_back(world):
    opened = gate(world, limit=1)

    with pytest.raises(ZeroDivisionError):
        async with opened.admitted(CHAT):
            raise ZeroDivisionError

    assert opened.queue.running == 0


async def test_a_team_waits_for_its_budget_and_is_then_let_in(world):
    opened = gate(world, Budget("writer", "calls", "minute", 1))
    async with opened.admitted(TEAM):
        pass

    async with opened.admitted(TEAM) as waited:
        assert waited >= 60

    assert sum(world.slept) <= PATIENCE[Priority.TEAM]


@pytest.mark.parametrize("caller", [CHAT, AUDIT])
async def test_a_chat_is_told_at_once_and_an_audit_gives_up(world, caller):
    opened = gate(world, Budget(caller.agent, "calls", "minute", 1))
    async with opened.admitted(caller):
        pass

    with pytest.raises(BudgetError):
        async with opened.admitted(caller):
            pass

    assert world.slept == []


async def test_a_team_does_not_wait_for_tomorrow(world):
    opened = gate(world, Budget("writer", "calls", "day", 1))
    async with opened.admitted(TEAM):
        pass

    with pytest.raises(BudgetError, match="1 call a day"):
        async with opened.admitted(TEAM):
            pass


async def test_who_waits_for_a_budget_takes_no_place_in_the_queue(world):
    opened = gate(world, Budget("writer", "calls", "minute", 1), limit=1)
    async with opened.admitted(TEAM):
        pass
    awake = asyncio.Event()

    async def sleep(_: float) -> None:
        await awake.wait()
        world.now += 61

    opened._sleep = sleep
    waiting = asyncio.create_task(hold(opened, TEAM, awake))
    await settle()

    async with opened.admitted(CHAT) as waited:
        assert waited < 0.05

    awake.set()
    await waiting


async def test_a_call_that_is_refused_by_the_queue_is_not_counted(world):
    opened = gate(world, Budget("chat", "calls", "day", 100), limit=1, capacity=0)
    async with opened.admitted(CHAT):
        with pytest.raises(OverloadedError):
            async with opened.admitted(CHAT):
                pass

    assert opened.budgets[0].used == 1


async def test_a_call_that_is_cancelled_in_the_queue_is_not_counted(world):
    opened, done = gate(world, Budget("chat", "calls", "day", 100), limit=1), asyncio.Event()
    first = asyncio.create_task(hold(opened, CHAT, done))
    second = asyncio.create_task(hold(opened, CHAT, done))
    await settle()

    second.cancel()
    with suppress(asyncio.CancelledError):
        await second

    assert opened.budgets[0].used == 1
    done.set()
    await first
    assert opened.queue.running == 0


# What the settings want


def test_the_embedded_model_answers_one_call_at_a_time(tmp_path):
    assert Gate.open(Settings(home=tmp_path, parallel=5)).queue.limit == 1


def test_another_answers_as_many_as_the_setting_says(tmp_path):
    assert Gate.open(Settings(home=tmp_path, provider="openai", parallel=5)).queue.limit == 5


def test_the_limits_are_those_of_the_file_in_the_home(tmp_path):
    (tmp_path / "limits.yml").write_text("waiting: 7\nbudgets:\n  chat: {day: {calls: 9}}")

    opened = Gate.open(Settings(home=tmp_path))

    assert opened.queue.capacity == 7
    assert [(b.agent, b.unit, b.window, b.limit) for b in opened.budgets] == [
        ("chat", "calls", "day", 9)
    ]


def test_a_file_that_cannot_be_used_is_refused(tmp_path):
    (tmp_path / "limits.yml").write_text("waiting: -1")

    with pytest.raises(ContentError, match="limits.yml, line 1"):
        Gate.open(Settings(home=tmp_path))


# Whenever anybody is cancelled

CALLERS = st.sampled_from([CHAT, TEAM, AUDIT, Caller(user="bob")])


@given(
    calls=st.lists(st.tuples(CALLERS, st.integers(0, 6), st.integers(0, 12)), max_size=20),
    limit=st.integers(1, 3),
)
def test_whoever_is_cancelled_whenever_all_places_come_back_and_only_real_calls_count(calls, limit):
    began = 0

    async def call(opened: Gate, caller: Caller, steps: int) -> None:
        nonlocal began
        async with opened.admitted(caller):
            began += 1
            for _ in range(steps):
                await asyncio.sleep(0)

    async def play() -> None:
        opened = gate(World(), Budget(ALL, "calls", "day", 1_000), limit=limit, capacity=4)
        tasks = []
        for caller, steps, moment in calls:
            task = asyncio.create_task(call(opened, caller, steps))
            tasks.append(task)
            for _ in range(moment // 3):
                await asyncio.sleep(0)
            if moment % 3 == 0:
                tasks[moment % len(tasks)].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert opened.queue.running == 0
        assert all(count == 0 for _, count in opened.queue.waiting)
        assert opened.budgets[0].used == began

    asyncio.run(play())
