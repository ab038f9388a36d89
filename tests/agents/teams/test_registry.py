"""Who can do what, how they did, and who is asked first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agents.teams.member import Member
from agents.teams.registry import Registry
from agents.teams.run import Delegation, Run

ANN = Member("ann", "Ann", "You are Ann.", ("write", "review"))
BEN = Member("ben", "Ben", "You are Ben.", ("review",))
RUN = Run("r", "me", "workflow", "Do it.", "made-up", 0.0)


@pytest.fixture
def registry() -> Registry:
    made = Registry()
    made.register([ANN, BEN])
    return made


def did(registry: Registry, agent: str, status: str, number: int = 0, seconds: float = 1.0) -> None:
    begun = Delegation(f"d{number}", agent, "Do it.", status="running", began=float(number))
    registry.observe(RUN, begun)
    tokens = 10 if status == "done" else 0
    if status != "running":
        ended = begun.began + seconds
        registry.observe(RUN, replace(begun, status=status, ended=ended, tokens=tokens))


def test_agents_are_found_by_name_and_by_capability(registry):
    assert registry.named("ben") == BEN
    assert registry.able("review") == (ANN, BEN)
    assert registry.able("sing") == ()
    assert registry.named("cid") is None


def test_an_agent_registered_again_is_the_new_one(registry):
    registry.register([Member("ben", "Benjamin", "You are Benjamin.")])

    assert registry.named("ben").title == "Benjamin"
    assert registry.able("review") == (ANN,)


def test_agents_of_teams_are_there_as_they_are_now():
    teams = [ANN]
    registry = Registry(lambda: teams)
    registry.register([BEN])
    before = registry.members()
    teams[:] = [Member("ann", "Anna", "You are Anna.")]

    assert before == (ANN, BEN)
    assert [member.title for member in registry.members()] == ["Anna", "Ben"]


def test_an_agent_that_is_removed_is_asked_no_more(registry):
    registry.remove("ann")

    assert registry.able("write") == ()


def test_before_the_first_call_nothing_is_claimed(registry):
    ann = registry.status(ANN)

    assert (ann.status, ann.calls, ann.success_rate, ann.mean_seconds) == ("idle", 0, None, None)


def test_what_agents_did_is_counted(registry):
    for number in range(20):
        did(registry, "ann", "done", number, seconds=number + 1.0)
    did(registry, "ann", "failed", 20)
    did(registry, "ann", "stopped", 21)
    did(registry, "ann", "running", 22)

    ann = registry.status(ANN)
    assert (ann.status, ann.running, ann.calls, ann.failures) == ("working", 1, 21, 1)
    assert ann.success_rate == 20 / 21
    assert (ann.mean_seconds, ann.p95_seconds) == (10.5, 19.0)
    assert ann.tokens == 200


def test_the_second_try_of_a_delegation_is_the_same_call(registry):
    for attempts in (1, 2):
        begun = Delegation("d", "ann", "", status="running", began=1.0, attempts=attempts)
        registry.observe(RUN, begun)

    assert registry.status(ANN).running == 1


def test_what_was_never_under_way_is_no_call(registry):
    registry.observe(RUN, Delegation("d", "ann", "", status="done", source="same"))
    registry.observe(RUN, Delegation("d", "ann", "", status="skipped"))

    assert registry.status(ANN).calls == 0


def test_three_failures_in_a_row_are_failing_until_the_next_result(registry):
    for number in range(3):
        did(registry, "ann", "failed", number)
    failing = registry.status(ANN).status
    did(registry, "ann", "done", 3)

    assert (failing, registry.status(ANN).status) == ("failing", "idle")


def test_the_one_with_least_to_do_is_asked(registry):
    did(registry, "ann", "running")

    assert registry.best(registry.able("review")) == BEN


def test_who_fails_is_asked_last_however_idle(registry):
    for number in range(3):
        did(registry, "ben", "failed", number)
    did(registry, "ann", "running", 9)

    assert registry.best(registry.able("review")) == ANN


def test_among_the_idle_the_more_reliable_is_asked(registry):
    did(registry, "ann", "failed", 1)
    did(registry, "ann", "done", 2)
    did(registry, "ben", "done", 3)

    assert registry.best(registry.able("review")) == BEN
    assert registry.best([]) is None
