"""One task to one agent: what is recorded, whatever comes of it."""

from __future__ import annotations

import asyncio

import pytest

from agents.calling import Caller, Priority, caller
from agents.errors import ModelError
from agents.teams.delegating import delegate
from agents.teams.desk import Said
from agents.teams.jobs import Assessment
from agents.teams.member import Message
from agents.teams.run import Delegation
from agents.teams.together import together
from tests.agents.loops import WAIT_SECONDS
from tests.agents.teams.stage import WRITER, open_desk, recorder
from tests.support.scripted_model import Reply, Rule, ScriptedModel

TASK = Delegation("1", "writer", "Write about bread.")
MESSAGE = Message("Write about bread.")


@pytest.fixture
def model():
    with ScriptedModel([Rule(last="bread", reply=Reply("Bread is good."))]) as scripted:
        yield scripted


class DeskOf:
    """Answers in turn what it is given, and notes who calls."""

    def __init__(self, *answers: Said | Exception) -> None:
        self._answers = iter(answers)
        self.callers: list[Caller] = []

    async def ask(self, member, message, *, owner, schema=None):
        self.callers.append(caller())
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return answer


SAID = Said(None, "Bread.", "model", 2)


def fails(kind: str) -> ModelError:
    return ModelError("It burns.", remedy="Wait.", kind=kind)


async def test_what_is_done_is_recorded_from_beginning_to_end(model):
    book = recorder()
    async with open_desk(model.base_url) as desk:
        ended = await delegate(book, desk, TASK, WRITER, MESSAGE)

    assert (ended.status, ended.result, ended.source) == ("done", "Bread is good.", "model")
    assert (ended.tokens, ended.attempts, ended.failure) == (3, 1, None)
    assert ended.began <= ended.ended
    assert book.run.delegations == (ended,)


async def test_a_failure_ends_in_the_value():
    ended = await delegate(recorder(), DeskOf(fails("server")), TASK, WRITER, MESSAGE)

    assert (ended.status, ended.failure.message, ended.failure.remedy) == (
        "failed", "It burns.", "Wait."
    )  # fmt: skip
    assert (ended.result, ended.source, ended.attempts) == ("", None, 1)
    assert ended.ended is not None


async def test_what_failed_is_tried_again_as_often_as_it_may():
    desk = DeskOf(fails("empty"), SAID)

    ended = await delegate(recorder(), desk, TASK, WRITER, MESSAGE, retries=1)

    assert (ended.status, ended.attempts) == ("done", 2)


async def test_after_the_last_try_it_has_failed():
    desk = DeskOf(fails("empty"), fails("cut"), SAID)

    ended = await delegate(recorder(), desk, TASK, WRITER, MESSAGE, retries=1)

    assert (ended.status, ended.attempts) == ("failed", 2)


@pytest.mark.parametrize("kind", ["key", "model", "address", "size", "budget"])
async def test_what_no_other_try_would_change_is_not_tried_again(kind):
    ended = await delegate(recorder(), DeskOf(fails(kind), SAID), TASK, WRITER, MESSAGE, retries=3)

    assert (ended.status, ended.attempts) == ("failed", 1)


async def test_an_answer_that_takes_too_long_is_not_waited_for(model):
    model.rules.insert(0, Rule(last="bread", reply=Reply("Bread.", hold_after=0)))
    async with open_desk(model.base_url) as desk:
        ended = await delegate(recorder(), desk, TASK, WRITER, MESSAGE, seconds=0.2)

    assert ended.failure.message == "Writer gave no answer within 0.2 s."
    assert ended.failure.remedy


async def test_without_any_time_nobody_is_asked(model):
    async with open_desk(model.base_url) as desk:
        ended = await delegate(recorder(), desk, TASK, WRITER, MESSAGE, seconds=0, retries=3)

    assert ended.failure.message == "No time was left to ask Writer."
    assert (ended.attempts, model.requests) == (1, [])


async def test_an_answer_of_another_form_is_a_failure(model):
    async with open_desk(model.base_url) as desk:
        model.rules.insert(0, Rule(schema="Assessment", reply=Reply("Quite complex.")))
        ended = await delegate(recorder(), desk, TASK, WRITER, MESSAGE, schema=Assessment)

    assert ended.failure.message == "The answer of Writer is not of the form that was asked for."


async def test_what_is_stopped_is_recorded_and_stops(model):
    model.rules.insert(0, Rule(last="bread", reply=Reply("Bread.", hold_after=0)))
    book = recorder()
    async with open_desk(model.base_url) as desk:
        task = asyncio.create_task(delegate(book, desk, TASK, WRITER, MESSAGE))
        async with asyncio.timeout(WAIT_SECONDS):
            while not model.requests:  # noqa: ASYNC110 - noted by another thread
                await asyncio.sleep(0.01)
        task.cancel()

        with pytest.raises(asyncio.CancelledError):
            await task

    (stopped,) = book.run.delegations
    assert (stopped.status, stopped.ended is not None) == ("stopped", True)


async def test_what_is_done_is_not_done_again():
    book = recorder()
    done = await delegate(book, DeskOf(SAID), TASK, WRITER, MESSAGE)

    assert await delegate(book, DeskOf(), TASK, WRITER, MESSAGE) == done


@pytest.mark.parametrize("change", [{"task": "Write about cake."}, {"role": "synthesise"}])
async def test_something_else_of_the_same_name_is_done(change):
    book = recorder()
    await delegate(book, DeskOf(SAID), TASK, WRITER, MESSAGE)
    other = Delegation(**{"id": "1", "agent": "writer", "task": TASK.task} | change)

    ended = await delegate(book, DeskOf(Said(None, "Cake.", "model", 1)), other, WRITER, MESSAGE)

    assert ended.result == "Cake."
    assert book.run.delegations == (ended,)


async def test_the_model_is_called_as_the_member_with_the_priority_of_teams():
    desk = DeskOf(SAID)

    await delegate(recorder(), desk, TASK, WRITER, MESSAGE)

    (called,) = desk.callers
    assert (called.agent, called.priority) == ("writer", Priority.TEAM)


# Several at the same time


async def says(what: str, after: asyncio.Event | None = None) -> str:
    if after is not None:
        await after.wait()
    return what


async def test_results_stand_in_the_order_of_the_works():
    event = asyncio.Event()

    async def set_it() -> str:
        event.set()
        return "second"

    assert await together([says("first", event), set_it()]) == ["first", "second"]
    assert await together([]) == []


async def test_an_error_stops_the_others():
    never = asyncio.Event()
    stopped = asyncio.Event()

    async def waits() -> str:
        try:
            return await says("never", never)
        finally:
            stopped.set()

    async def breaks() -> str:
        await asyncio.sleep(0)
        raise ModelError("It burns.")

    with pytest.raises(ModelError):
        await together([waits(), breaks()])
    assert stopped.is_set()


async def test_a_stop_stops_all():
    never = asyncio.Event()
    tasks = [says("never", never) for _ in range(3)]
    working = asyncio.create_task(together(tasks))
    await asyncio.sleep(0)
    working.cancel()

    with pytest.raises(asyncio.CancelledError):
        await working
    assert len(asyncio.all_tasks()) == 1
