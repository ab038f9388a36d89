"""ResilientModel: whom a call asks, when it waits, and what it leaves behind. Over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from ag2 import Agent, MemoryStream

from agents.calling import Priority, calling
from agents.errors import ModelError
from agents.models.breaker import FAILURES, REST_SECONDS
from agents.models.pending import without_chance
from agents.models.pool import FALLBACK
from tests.agents.models.way import Answer, Way, way_to
from tests.support.scripted_model import Reply, Rule, ScriptedModel, in_turn

GOOD, SPARE = "All is well.", "The spare says so."
BROKEN = Reply(status=500)
WAIT_SECONDS = 20

Serve = Callable[..., ScriptedModel]


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a model that gives these replies in turn, the last one for ever."""
    with ExitStack() as serving:

        def started(*replies: Reply) -> ScriptedModel:
            rules = [Rule(reply=in_turn(*replies))]
            return serving.enter_context(ScriptedModel(rules))

        yield started


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_SECONDS):
        while not done():  # noqa: ASYNC110 - changed by another thread
            await asyncio.sleep(0.01)


async def cancelled(task: asyncio.Task) -> None:
    """Press Stop."""
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def shut(way: Way) -> None:
    """Let calls fail until the breaker opens."""
    while way.endpoints[0].breaker == "closed":
        await way.ask()


# Stop


@pytest.mark.parametrize("reply", [Reply(hang=True), Reply("one two three", hold_after=1)])
async def test_a_stop_frees_the_place_and_is_no_failure(serve: Serve, reply: Reply):
    model = serve(reply, Reply(GOOD))
    async with way_to(model.base_url, limit=1) as way:
        asking = asyncio.create_task(way.ask())
        await until(lambda: bool(model.requests))
        assert way.endpoints[0].in_flight == 1

        await cancelled(asking)

        condition = way.model.condition()
        assert (condition.queue.running, condition.endpoints[0].in_flight) == (0, 0)
        assert (condition.endpoints[0].failures, condition.endpoints[0].breaker) == (0, "closed")
        assert (way.records[0].outcome, way.records[0].attempts) == ("cancelled", 1)
        await until(lambda: model.disconnects == 1)
        assert (await way.ask()).text == GOOD


async def test_a_stop_in_the_queue_leaves_nothing_behind(serve: Serve):
    model = serve(Reply(hang=True))
    async with way_to(model.base_url, limit=1) as way:
        first = asyncio.create_task(way.ask())
        await until(lambda: bool(model.requests))
        waiting = asyncio.create_task(way.ask())
        await until(lambda: sum(count for _, count in way.model.condition().queue.waiting) == 1)

        await cancelled(waiting)

        assert len(model.requests) == 1
        assert (way.records[0].outcome, way.records[0].attempts) == ("cancelled", 0)
        model.release()
        await first


async def test_a_stop_between_two_attempts_ends_the_call(serve: Serve):
    model = serve(Reply(status=429, retry_after="15"))
    async with way_to(model.base_url) as way:
        asking = asyncio.create_task(way.ask())
        await until(lambda: way.endpoints[0].failures == 1)

        await cancelled(asking)

        assert way.model.condition().queue.running == 0
        assert (way.records[0].outcome, way.records[0].attempts) == ("cancelled", 1)


async def test_a_limit_of_the_callers_own_is_a_stop(serve: Serve):
    model = serve(Reply(hang=True))
    async with way_to(model.base_url) as way:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await way.ask()

        assert (way.endpoints[0].failures, way.records[0].outcome) == (0, "cancelled")


# Going round in circles


async def test_an_answer_in_circles_is_ended_and_the_model_let_go(serve: Serve):
    circle = "Look at the old castle. Walk along the quiet river. "
    model = serve(Reply(f"Begin at the harbour. {circle * 200}", delay=0.001))
    async with way_to(model.base_url) as way:
        answer = await way.ask()

        assert answer.outcome == "ok"
        assert answer.text.split() == f"Begin at the harbour. {circle}".split()
        assert way.records[0].output_tokens < 100
        assert (way.endpoints[0].failures, way.endpoints[0].in_flight) == (0, 0)
        await until(lambda: model.disconnects == 1)


async def test_an_answer_that_only_begins_a_circle_is_shown_whole(serve: Serve):
    said = "Look at the old castle. Walk along the quiet river. Look at the old castle. Walk along"
    model = serve(Reply(said))
    async with way_to(model.base_url) as way:
        assert (await way.ask()).text == said


# The breaker


async def test_an_open_breaker_asks_nobody_and_says_when_it_will(serve: Serve):
    model = serve(BROKEN)
    async with way_to(model.base_url, clock=Clock()) as way:
        await shut(way)
        asked = len(model.requests)

        answer = await way.ask()

        assert len(model.requests) == asked == FAILURES
        assert answer.outcome == "server"
        assert f"again in {REST_SECONDS:g} seconds" in answer.error.remedy
        assert answer.error.retry_after == REST_SECONDS
        assert (way.records[-1].attempts, way.records[-1].endpoint) == (0, "")


async def test_of_many_calls_at_once_a_half_open_breaker_lets_one_through(serve: Serve):
    clock = Clock()
    model = serve(*[BROKEN] * FAILURES, Reply(GOOD, hold_after=0))
    async with way_to(model.base_url, clock=clock, retries=0) as way:
        await shut(way)
        clock.now += REST_SECONDS
        asking = [asyncio.create_task(way.ask()) for _ in range(6)]

        done, left = await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
        while len(left) > 1:
            more, left = await asyncio.wait(left, return_when=asyncio.FIRST_COMPLETED)
            done |= more

        assert {task.result().outcome for task in done} == {"server"}
        await until(lambda: len(model.requests) == FAILURES + 1)
        model.release()
        (trial,) = left
        assert (await trial).text == GOOD
        assert way.endpoints[0].breaker == "closed"


async def test_a_stopped_trial_lets_the_next_call_try(serve: Serve):
    clock = Clock()
    model = serve(*[BROKEN] * FAILURES, Reply(hang=True), Reply(GOOD))
    async with way_to(model.base_url, clock=clock, retries=0) as way:
        await shut(way)
        clock.now += REST_SECONDS
        trial = asyncio.create_task(way.ask())
        await until(lambda: len(model.requests) == FAILURES + 1)
        await cancelled(trial)
        assert way.endpoints[0].breaker == "half_open"

        assert (await way.ask()).text == GOOD
        assert way.endpoints[0].breaker == "closed"


async def test_a_refused_key_ends_a_trial_with_its_own_sentence(serve: Serve):
    clock = Clock()
    model = serve(*[BROKEN] * FAILURES, Reply("bad key", status=401))
    async with way_to(model.base_url, clock=clock, retries=0) as way:
        await shut(way)
        clock.now += REST_SECONDS

        answers = [await way.ask() for _ in range(2)]

        assert [answer.outcome for answer in answers] == ["key", "key"]
        assert "REPRISE_API_KEY" in answers[-1].error.remedy
        assert way.endpoints[0].breaker == "closed"


# Retry-After


@pytest.mark.parametrize(
    "when", [lambda: "1", lambda: format_datetime(datetime.now(UTC) + timedelta(seconds=2))]
)
async def test_it_comes_back_when_it_was_told_to(serve: Serve, when: Callable[[], str]):
    model = serve(Reply(status=429, retry_after=when()), Reply(GOOD))
    async with way_to(model.base_url) as way:
        answer = await way.ask()

        assert answer.text == GOOD
        # Before then, nobody else asked either: the endpoint is well, and asked to be left alone.
        assert [each.breaker for each in way.endpoints] == ["closed"]
        assert way.records[0].seconds > 0.5


async def test_while_it_is_told_to_wait_no_call_asks(serve: Serve):
    clock = Clock()
    model = serve(Reply(status=503, retry_after="300"))
    async with way_to(model.base_url, clock=clock) as way:
        first, second = await way.ask(), await way.ask()

        assert (first.outcome, second.outcome, len(model.requests)) == ("busy", "busy", 1)
        assert "5 minutes" in second.error.remedy or "300 seconds" in second.error.remedy
        clock.now += 301
        await way.ask()
        assert len(model.requests) == 2


@pytest.mark.parametrize("nonsense", ["soon", "-5", "nan", "", "99999999999999999999999"])
async def test_a_nonsensical_time_is_none_or_bounded(serve: Serve, nonsense: str):
    model = serve(Reply(status=429, retry_after=nonsense))
    async with way_to(model.base_url, retries=0) as way:
        answer = await way.ask()

        assert answer.outcome == "busy"
        assert (answer.error.retry_after or 0) <= 86_400
        assert way.endpoints[0].retry_in <= 600


async def test_a_fallback_is_asked_sooner_than_a_long_wait_is_over(serve: Serve):
    main, spare = serve(Reply(status=429, retry_after="15")), serve(Reply(SPARE))
    async with way_to(main.base_url, fallback=spare.base_url) as way:
        assert (await way.ask()).text == SPARE
        assert (await way.ask()).text == SPARE
        assert len(main.requests) == 1


# Replicas


async def test_calls_at_once_are_spread_over_all_replicas(serve: Serve):
    replicas = [serve(Reply(GOOD, hold_after=0)) for _ in range(3)]
    async with way_to(*(replica.base_url for replica in replicas)) as way:
        asking = [asyncio.create_task(way.ask()) for _ in range(6)]
        await until(lambda: sum(len(replica.requests) for replica in replicas) == 6)

        assert [len(replica.requests) for replica in replicas] == [2, 2, 2]
        assert [endpoint.in_flight for endpoint in way.endpoints] == [2, 2, 2]
        for replica in replicas:
            replica.release()
        assert {answer.text for answer in await asyncio.gather(*asking)} == {GOOD}


async def test_a_sick_replica_is_left_out_until_it_is_well(serve: Serve):
    clock = Clock()
    sick, well = serve(*[BROKEN] * FAILURES, Reply(GOOD)), serve(Reply(GOOD))
    async with way_to(sick.base_url, well.base_url, clock=clock) as way:
        while way.endpoints[0].breaker == "closed":
            clock.now += 0.1
            assert (await way.ask()).text == GOOD
        for _ in range(5):
            assert (await way.ask()).text == GOOD
        assert len(sick.requests) == FAILURES

        clock.now += REST_SECONDS
        for _ in range(4):
            clock.now += 0.1
            assert (await way.ask()).text == GOOD

        assert [endpoint.breaker for endpoint in way.endpoints] == ["closed", "closed"]
        assert len(sick.requests) > FAILURES + 1


async def test_an_address_where_nothing_listens_costs_a_call_nothing(
    serve: Serve, unused_tcp_port: int
):
    well = serve(Reply(GOOD))
    async with way_to(f"http://127.0.0.1:{unused_tcp_port}/v1", well.base_url) as way:
        assert (await way.ask()).text == GOOD
        assert way.endpoints[0].last_failure == "address"


# The fallback


async def test_the_answer_of_a_fallback_says_so(serve: Serve):
    main, spare = serve(BROKEN), serve(Reply(SPARE))
    async with way_to(main.base_url, fallback=spare.base_url) as way:
        answer = await way.ask()

        (event,) = answer.fell_back
        assert (event.model, "had an error" in event.instead_of) == ("spare", True)
        assert answer.metadata[FALLBACK] == way.records[0].endpoint == way.endpoints[1].name
        assert (way.records[0].model, way.records[0].outcome) == ("spare", "ok")


async def test_while_the_model_is_well_its_fallback_is_not_asked(serve: Serve):
    main, spare = serve(Reply(GOOD)), serve(Reply(SPARE))
    async with way_to(main.base_url, fallback=spare.base_url) as way:
        answer = await way.ask()

        assert (answer.text, answer.fell_back, FALLBACK in answer.metadata) == (GOOD, [], False)
        assert spare.requests == []


async def test_with_an_open_breaker_the_fallback_answers_at_once(serve: Serve):
    main, spare = serve(BROKEN), serve(Reply(SPARE))
    async with way_to(main.base_url, fallback=spare.base_url) as way:
        await shut(way)
        asked = len(main.requests)

        assert (await way.ask()).text == SPARE
        assert len(main.requests) == asked


async def test_where_both_fail_both_are_told(serve: Serve):
    main, spare = serve(BROKEN), serve(Reply("bad key", status=401))
    async with way_to(main.base_url, fallback=spare.base_url) as way:
        answer = await way.ask()

        assert answer.outcome == "server"
        assert "had an error of its own" in answer.error.message
        assert "does not accept the key" in answer.error.message
        assert "REPRISE_FALLBACK_API_KEY" in answer.error.remedy


# What a call leaves behind


async def test_a_call_is_recorded_with_who_made_it_and_what_it_cost(serve: Serve):
    model = serve(BROKEN, Reply("one two three"))
    async with way_to(model.base_url) as way:
        with calling(user="ann", agent="chat", priority=Priority.TEAM, correlation_id="c-1"):
            await way.ask()

        (record,) = way.records
        assert (record.caller.user, record.caller.correlation_id) == ("ann", "c-1")
        assert (record.caller.agent, record.caller.priority) == ("chat", Priority.TEAM)
        assert (record.outcome, record.attempts, record.model) == ("ok", 2, "scripted")
        assert (record.input_tokens, record.output_tokens, record.dollars) == (10, 3, 13.0)
        assert record.endpoint == way.endpoints[0].name
        assert record.seconds > 0 <= record.waited


async def test_each_endpoint_is_paid_its_own_price(serve: Serve):
    main, spare = serve(Reply("")), serve(Reply("one two three"))
    async with way_to(main.base_url, fallback=spare.base_url, retries=0) as way:
        await way.ask()

        (record,) = way.records
        read, written = record.input_tokens, record.output_tokens
        assert (read, written) == (20, 4)
        assert record.dollars == 11 * 1.0 + 13 * 2.0


async def test_what_was_written_before_a_stop_is_counted(serve: Serve):
    model, answer = serve(Reply("one two three four", hold_after=2)), Answer()
    async with way_to(model.base_url) as way:
        asking = asyncio.create_task(way.ask(answer=answer))
        await until(lambda: answer.text == "one two")

        await cancelled(asking)

        assert way.records[0].output_tokens == 2


async def test_calls_one_after_the_other_share_a_connection(serve: Serve):
    model = serve(Reply(GOOD))
    async with way_to(model.base_url) as way:
        judging = without_chance(way.model)
        for _ in range(3):
            await way.ask()
            await way.ask(model=judging)

        assert len(model.connections) == 1


async def test_with_other_parameters_it_is_the_same_endpoint_in_the_same_health(serve: Serve):
    model = serve(BROKEN)
    async with way_to(model.base_url) as way:
        judging = without_chance(way.model)
        while way.endpoints[0].breaker == "closed":
            await way.ask(model=judging)

        assert (await way.ask()).outcome == "server"
        assert {request.options["temperature"] for request in model.requests} == {0.0}


async def test_no_key_and_no_password_is_in_a_name_or_a_sentence(unused_tcp_port: int):
    address = f"http://me:secret@127.0.0.1:{unused_tcp_port}/v1"
    async with way_to(address, fallback=address, api_key="sk-secret") as way:
        answer = await way.ask()

        told = f"{answer.error} {way.endpoints} {way.records}"
        assert "secret" not in told


async def test_many_calls_with_faults_of_all_kinds_leave_no_place_taken(serve: Serve):
    faults = [BROKEN, Reply("a b", cut_after=1), Reply(""), Reply(status=429), Reply(raw="?")]
    model = serve(*(one for fault in faults for one in (fault, *[Reply(GOOD)] * 4)), Reply(GOOD))
    async with way_to(model.base_url, limit=3) as way:
        asking: list[Awaitable] = [way.ask() for _ in range(25)]

        answers = await asyncio.gather(*asking)

        assert {answer.outcome for answer in answers} <= {"ok", "cut"}
        condition = way.model.condition()
        assert (condition.queue.running, condition.endpoints[0].in_flight) == (0, 0)
        assert condition.endpoints[0].breaker == "closed"
        assert len(way.records) == len(answers)


@pytest.mark.parametrize("stream", [None, MemoryStream()], ids=["its own", "a plain one"])
async def test_any_stream_of_ag2s_will_do(serve: Serve, stream: MemoryStream | None):
    model = serve(Reply("one two three", cut_after=2))
    async with way_to(model.base_url) as way:
        with pytest.raises(ModelError, match="broke") as caught:
            await Agent("asker", "Answer.", config=way.model).ask("Hello", stream=stream)

        assert caught.value.partial
        assert len(model.requests) == 1
