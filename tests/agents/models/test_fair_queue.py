"""The queue for the model: who goes first, who has to stand back, and that no place gets lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.calling import Caller, Priority
from agents.errors import OverloadedError
from agents.models.fair_queue import FairQueue

CHAT, TEAM, AUDIT = Priority
ANN, BOB, CAT = "ann", "bob", "cat"


@dataclass(eq=False)
class Call:
    """One call on its way through the queue."""

    caller: Caller
    task: asyncio.Task[None]
    skipped: Counter[str] = field(default_factory=Counter)
    """Users who got a place with the same priority while this call's user had none."""


class Hall:
    """A queue, and everybody in it."""

    def __init__(self, limit: int = 1, capacity: int = 8) -> None:
        self.queue = FairQueue(limit, capacity)
        self.limit = limit
        self.capacity = capacity
        self.waiting: list[Call] = []
        self.inside: list[Call] = []
        self.refused: list[Call] = []

    async def come(self, user: str = ANN, priority: Priority = CHAT) -> Call:
        caller = Caller(user=user, priority=priority)
        call = Call(caller, asyncio.create_task(self.queue.enter(caller)))
        self.waiting.append(call)
        await self.settle()
        return call

    async def go(self, call: Call) -> None:
        self.inside.remove(call)
        self.queue.leave(call.caller)
        await self.settle()

    async def cancel(self, call: Call) -> None:
        call.task.cancel()
        await self.settle()

    async def settle(self) -> None:
        """Let everybody go where they now may, and note who was let past whom."""
        for _ in range(4):
            await asyncio.sleep(0)
        done = [call for call in self.waiting if call.task.done()]
        self.waiting = [call for call in self.waiting if not call.task.done()]
        for call in done:
            if call.task.cancelled():
                continue
            if call.task.exception() is None:
                self._let_in(call)
            else:
                assert isinstance(call.task.exception(), OverloadedError)
                self.refused.append(call)

    def _let_in(self, call: Call) -> None:
        self.inside.append(call)
        for other in self.waiting:
            if other.caller.priority is not call.caller.priority:
                continue
            if other.caller.user == call.caller.user:
                other.skipped.clear()
            else:
                other.skipped[call.caller.user] += 1

    @property
    def users(self) -> list[str]:
        """Who is inside, in the order of their coming in."""
        return [call.caller.user for call in self.inside]

    async def empty(self) -> list[str]:
        """Let one after the other go, and tell in which order they had a place."""
        order = []
        while self.inside:
            order.append(self.inside[0].caller.user)
            await self.go(self.inside[0])
        return order


async def test_as_many_as_there_are_places_go_in_at_once():
    hall = Hall(limit=3)

    for user in (ANN, BOB, CAT, "dan"):
        await hall.come(user)

    assert hall.users == [ANN, BOB, CAT]
    assert hall.queue.condition.running == 3
    assert dict(hall.queue.condition.waiting) == {"chat": 1, "team": 0, "audit": 0}


async def test_a_chat_goes_before_a_team_before_an_audit_whoever_came_first():
    hall = Hall()
    await hall.come("first")
    for user, priority in (("audit", AUDIT), ("team", TEAM), ("chat", CHAT)):
        await hall.come(user, priority)

    assert await hall.empty() == ["first", "chat", "team", "audit"]


async def test_users_take_turns_however_many_calls_they_have():
    hall = Hall(capacity=20)
    await hall.come("first")
    for user in (ANN, ANN, ANN, ANN, BOB, BOB, CAT):
        await hall.come(user)

    assert await hall.empty() == ["first", ANN, BOB, CAT, ANN, BOB, ANN, ANN]


async def test_one_place_of_several_is_kept_for_a_chat():
    hall = Hall(limit=3)
    for _ in range(5):
        await hall.come(ANN, TEAM)
    assert len(hall.inside) == 2

    chat = await hall.come(BOB, CHAT)

    assert chat in hall.inside


async def test_a_place_that_nobody_waits_for_is_free_again():
    hall = Hall()

    await hall.go(await hall.come(ANN))

    assert hall.queue.condition.running == 0
    assert (await hall.come(BOB)) in hall.inside


async def test_when_it_is_full_one_more_is_refused_at_once():
    hall = Hall(capacity=2)
    for user in (ANN, BOB, CAT):
        await hall.come(user)

    late = await hall.come("dan")

    assert late in hall.refused
    assert hall.queue.condition.refused == 1
    error = late.task.exception()
    assert isinstance(error, OverloadedError)
    assert (error.kind, error.capacity) == ("busy", 2)
    assert "2" in error.message
    assert error.remedy


async def test_what_is_less_urgent_gives_up_its_place_in_a_full_queue():
    hall = Hall(capacity=2)
    await hall.come(ANN)
    team, audit = await hall.come(ANN, TEAM), await hall.come(ANN, AUDIT)

    chat = await hall.come(BOB, CHAT)

    assert audit in hall.refused
    assert [team, chat] == hall.waiting


@pytest.mark.parametrize("urgent, patient", [(CHAT, TEAM), (CHAT, AUDIT), (TEAM, AUDIT)])
async def test_what_is_less_urgent_takes_no_place_from_what_is_more(urgent, patient):
    hall = Hall(capacity=2)
    first = [await hall.come(ANN, urgent) for _ in range(3)]

    late = await hall.come(BOB, patient)

    assert hall.refused == [late]
    assert hall.waiting == first[1:]


async def test_who_fills_the_queue_gives_a_place_to_who_has_none():
    hall = Hall(capacity=3)
    calls = [await hall.come(ANN, TEAM) for _ in range(4)]

    other = await hall.come(BOB, TEAM)

    assert hall.refused == [calls[-1]]
    assert other in hall.waiting


async def test_who_has_as_many_as_everybody_else_is_refused():
    hall = Hall(capacity=2)
    await hall.come(ANN)
    await hall.come(ANN)
    await hall.come(BOB)

    late = await hall.come(ANN)

    assert late in hall.refused


async def test_who_is_cancelled_while_waiting_leaves_no_gap():
    hall = Hall()
    await hall.come(ANN)
    gone, next_one = await hall.come(BOB), await hall.come(CAT)

    await hall.cancel(gone)

    assert dict(hall.queue.condition.waiting)["chat"] == 1
    assert await hall.empty() == [ANN, CAT]
    assert next_one.task.done()


async def test_who_is_cancelled_in_the_moment_of_being_let_in_passes_the_place_on():
    hall = Hall()
    first = await hall.come(ANN)
    unlucky, lucky = await hall.come(BOB), await hall.come(CAT)

    hall.queue.leave(first.caller)
    unlucky.task.cancel()
    hall.inside.remove(first)
    await hall.settle()

    assert unlucky.task.cancelled()
    assert hall.inside == [lucky]
    assert await hall.empty() == [CAT]
    assert hall.queue.condition.running == 0


async def test_a_place_is_not_given_to_who_has_just_been_cancelled():
    hall = Hall()
    first = await hall.come(ANN)
    unlucky, lucky = await hall.come(BOB), await hall.come(CAT)

    unlucky.task.cancel()
    hall.queue.leave(first.caller)
    hall.inside.remove(first)
    await hall.settle()

    assert hall.inside == [lucky]


async def test_who_is_cancelled_in_the_moment_of_being_sent_away_is_cancelled():
    hall = Hall(capacity=1)
    await hall.come(ANN)
    audit = await hall.come(ANN, AUDIT)

    chat = asyncio.create_task(hall.queue.enter(Caller(user=BOB)))
    await asyncio.sleep(0)
    audit.task.cancel()
    await hall.settle()

    assert audit.task.cancelled()
    assert hall.queue.condition.running == 1
    hall.queue.leave(hall.inside[0].caller)
    await chat


async def test_who_was_cancelled_need_not_give_up_a_place_once_more():
    hall = Hall(capacity=1)
    await hall.come(ANN)
    audit = await hall.come(ANN, AUDIT)

    chat = asyncio.create_task(hall.queue.enter(Caller(user=BOB)))
    audit.task.cancel()  # before the chat is there, and told after it
    await hall.settle()

    assert audit.task.cancelled()
    assert not chat.done()
    hall.queue.leave(hall.inside[0].caller)
    await chat


@pytest.mark.parametrize("limit", [1, 2, 5])
async def test_a_queue_without_room_lets_in_or_refuses_and_never_waits(limit):
    hall = Hall(limit=limit, capacity=0)

    calls = [await hall.come(ANN) for _ in range(limit + 2)]

    assert hall.inside == calls[:limit]
    assert hall.refused == calls[limit:]


# Whatever happens

STEPS = st.lists(
    st.tuples(st.just("come"), st.sampled_from([ANN, BOB, CAT]), st.sampled_from(Priority))
    | st.tuples(st.sampled_from(["go", "cancel"]), st.integers(0, 30), st.just(None)),
    max_size=60,
)


@given(limit=st.integers(1, 4), capacity=st.integers(0, 6), steps=STEPS)
def test_whatever_happens_the_rules_of_the_queue_hold(limit, capacity, steps):
    async def play() -> None:
        hall = Hall(limit, capacity)
        for what, which, priority in steps:
            before = list(hall.waiting)
            if what == "come":
                newcomer = await hall.come(which, priority)
                check_refusal(hall, newcomer, before)
            elif what == "go" and hall.inside:
                await hall.go(hall.inside[which % len(hall.inside)])
            elif what == "cancel" and hall.waiting:
                await hall.cancel(hall.waiting[which % len(hall.waiting)])
            check(hall)
        await hall.empty()
        assert not hall.waiting
        assert hall.queue.condition.running == 0
        assert sum(count for _, count in hall.queue.condition.waiting) == 0

    asyncio.run(play())


def check(hall: Hall) -> None:
    """What holds after every step."""
    condition = hall.queue.condition
    patient = [call for call in hall.inside if call.caller.priority is not CHAT]
    assert condition.running == len(hall.inside) <= hall.limit
    assert len(patient) <= max(1, hall.limit - 1)
    assert sum(count for _, count in condition.waiting) == len(hall.waiting) <= hall.capacity
    if any(call.caller.priority is CHAT for call in hall.waiting):
        assert len(hall.inside) == hall.limit, "a place is free and a chat waits"
    if hall.waiting and len(hall.inside) < hall.limit:
        assert len(patient) == hall.limit - 1, "a place is free that somebody may have"
    for call in hall.waiting:
        assert max(call.skipped.values(), default=0) <= 1, "somebody went twice before another"


def check_refusal(hall: Hall, newcomer: Call, before: list[Call]) -> None:
    """Who was sent away, if anybody: nobody for somebody less urgent, nobody without need."""
    away = [call for call in (*before, newcomer) if call in hall.refused]
    if not away:
        return
    (gone,) = away
    assert len(before) == hall.capacity
    waiting = Counter(call.caller.user for call in before
                      if call.caller.priority is newcomer.caller.priority)  # fmt: skip
    own = waiting[newcomer.caller.user]
    if gone is newcomer:
        assert all(call.caller.priority <= newcomer.caller.priority for call in before)
        assert all(count <= own + 1 for count in waiting.values())
    else:
        assert gone.caller.priority >= newcomer.caller.priority
        if gone.caller.priority is newcomer.caller.priority:
            assert waiting[gone.caller.user] > own + 1


@given(calls=st.lists(st.tuples(st.sampled_from([ANN, BOB]), st.sampled_from(Priority)),
                      max_size=20))  # fmt: skip
def test_a_users_calls_of_one_priority_keep_their_order(calls):
    async def play() -> None:
        hall = Hall(capacity=20)
        await hall.come("first")
        came = [await hall.come(user, priority) for user, priority in calls]
        went: list[Call] = []
        while hall.inside:
            went.append(hall.inside[0])
            await hall.go(hall.inside[0])
        assert [call.caller.priority for call in went[1:]] == sorted(p for _, p in calls)
        for mine in {call.caller for call in came}:
            assert [c for c in went if c.caller == mine] == [c for c in came if c.caller == mine]

    asyncio.run(play())
