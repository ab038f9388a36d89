"""Labels nobody has to give: answers checked in quiet times, and questions asked again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from agents.auditing import Auditing, asked_again
from agents.calling import Priority, caller
from agents.dialogue.messages import Reply, Served, UserMessage
from agents.dialogue.state import ChatState
from agents.errors import ModelError
from cache import Scope, SemanticCache
from cache.audits import AnswerAuditor, ReAsking, Sampling
from tests.agents.dialogue.examples import message
from tests.cache.support import Words

SHARED = Scope.shared_by_all(prompt="p", model="m")
OWN = Scope.of_conversation(owner="ann", conversation="c1", prompt="p", model="m")
QUESTION, REWORDED = "How high is Mont Blanc in metres?", "How tall is Mont Blanc in metres?"
ANSWER = "Mont Blanc is 4806 metres high."
WAIT_SECONDS = 20


class Model:
    """Answers, counts, and can be told to hold its answer back."""

    def __init__(self, answer: str = ANSWER) -> None:
        self.answer = answer
        self.asked: list[str] = []
        self.begun = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def __call__(self, question: str) -> str:
        self.asked.append(question)
        self.by = caller()
        self.begun.set()
        await self.go_on.wait()
        return self.answer


class Desk:
    """An auditing over a real cache, with everybody away."""

    def __init__(self, cache: SemanticCache, words: Words) -> None:
        self.cache = cache
        self.model = Model()
        self.busy = False
        self.auditor = AnswerAuditor(words, Sampling(1.0))
        self.auditing = self.of(self.auditor)

    def of(self, auditor: AnswerAuditor) -> Auditing:
        return Auditing(self.cache, auditor, lambda q: self.model(q), lambda: self.busy)

    def keep(self, question: str = QUESTION, answer: str = ANSWER, scope: Scope = SHARED) -> None:
        self.cache.store(question, answer, scope, seconds=3.0, tokens=9, model="m", ttl=None)

    def look_up(self, question: str = REWORDED, scope: Scope = SHARED, threshold: float = 0.5):
        return self.cache.lookup(question, scope, threshold=threshold, asker="ann")

    def labels(self) -> list[tuple[bool, str]]:
        return [(judged.good, judged.source) for judged in self.cache.judged_lookups()]


@pytest.fixture
def desk(tmp_path):
    words = Words()
    cache = SemanticCache.open(tmp_path / "cache", words, guards=())
    yield Desk(cache, words)
    cache.close()


async def test_an_answer_that_the_model_gives_again_is_labelled_right(desk):
    desk.keep()
    assert desk.look_up().hit

    assert await desk.auditing.check_one() is True

    assert desk.model.asked == [REWORDED]
    assert desk.labels() == [(True, "audit")]


async def test_an_answer_with_other_numbers_is_labelled_wrong(desk):
    desk.keep(answer="Mont Blanc is 4000 metres high.")
    desk.look_up()

    assert await desk.auditing.check_one() is False

    assert desk.labels() == [(False, "audit")]


async def test_a_lookup_is_checked_once(desk):
    desk.keep()
    desk.look_up()

    await desk.auditing.check_one()

    assert await desk.auditing.check_one() is None
    assert len(desk.model.asked) == 1


async def test_a_miss_is_compared_with_what_the_model_said_then(desk):
    """A would-be hit costs no call: its question was answered by the model already."""
    desk.keep()
    assert not desk.look_up(threshold=1.0).hit
    desk.keep(REWORDED, ANSWER)

    assert await desk.auditing.check_one() is True

    assert desk.model.asked == []


async def test_what_was_answered_in_a_conversation_is_not_asked_again(desk):
    desk.keep(scope=OWN)
    assert desk.look_up(scope=OWN).hit

    assert await desk.auditing.check_one() is None
    assert desk.model.asked == []


async def test_only_the_sampled_share_is_checked(desk):
    desk.keep()
    desk.look_up()

    assert await desk.of(AnswerAuditor(Words(), Sampling(0.0))).check_one() is None


async def test_a_check_is_an_audits_call_for_no_user(desk):
    desk.keep()
    desk.look_up()
    auditing = asyncio.create_task(desk.auditing.run(quiet_seconds=0.0))
    await asyncio.wait_for(desk.model.begun.wait(), WAIT_SECONDS)
    auditing.cancel()
    await asyncio.wait({auditing})

    by = desk.model.by
    assert (by.user, by.agent, by.priority) == ("", "audit", Priority.AUDIT)
    assert by.correlation_id


async def test_a_check_gives_way_to_somebody_who_writes(desk):
    desk.keep()
    desk.look_up()
    desk.model.go_on.clear()
    checking = asyncio.create_task(desk.auditing.check_one())
    await asyncio.wait_for(desk.model.begun.wait(), WAIT_SECONDS)

    desk.busy = True

    assert await asyncio.wait_for(checking, WAIT_SECONDS) is None
    assert desk.labels() == []


async def test_checks_wait_for_a_quiet_time_and_outlive_a_failing_model(desk):
    desk.keep()
    desk.look_up()
    failures = iter([ModelError("The model is away.", remedy="Wait.", kind="away")])
    model: Callable[[str], object] = desk.model

    async def ask(question: str) -> str:
        for failure in failures:
            raise failure
        return await model(question)

    desk.busy = True
    running = asyncio.create_task(
        Auditing(desk.cache, desk.auditor, ask, lambda: desk.busy).run(quiet_seconds=0.01)
    )
    await asyncio.sleep(0.1)
    assert desk.labels() == []
    desk.busy = False
    while not desk.labels():
        assert not running.done()
        await asyncio.sleep(0.01)
    running.cancel()

    assert desk.labels() == [(True, "audit")]


# Asked again


SERVED = Served(tier="semantic", similarity=0.9, entry=1, lookup="lookup-1")


def told(served: Served | None, said: str = QUESTION) -> ChatState:
    """A question at 10 s, answered within a second."""
    asked = UserMessage("m1", said, 10.0)
    reply = Reply("r1", "m1", 10.0, answer=ANSWER, status="complete", served=served, seconds=1.0)
    return ChatState(id="c1", owner="ann", messages=(asked, reply))


def after(state: ChatState, text: str, at: float) -> str | None:
    again = message(text, id="m2")
    again = replace(again, at=at)
    later = replace(state, messages=(*state.messages, again, Reply("r2", "m2", at)))
    return asked_again(later, again, ReAsking(Words()))


def test_the_same_question_at_once_tells_that_the_answer_from_the_cache_was_of_no_use():
    assert after(told(SERVED), REWORDED, 20.0) == "lookup-1"


@pytest.mark.parametrize(
    ("served", "text", "at"),
    [
        (SERVED, "Who climbed it first?", 20.0),
        (SERVED, REWORDED, 1000.0),
        (None, REWORDED, 20.0),
        (replace(SERVED, tier="exact"), REWORDED, 20.0),
    ],
    ids=["another question", "much later", "from the model", "the very same question"],
)
def test_anything_else_tells_nothing(served, text, at):
    assert after(told(served), text, at) is None


def test_a_first_message_tells_nothing():
    state = ChatState(id="c1", owner="ann")

    assert after(state, QUESTION, 20.0) is None
