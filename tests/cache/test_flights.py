"""Leases on questions that are being answered."""

from datetime import timedelta

from tests.cache.support import SHARED, keep, own

QUESTION = "how long is a marathon"


def take(cache, holder, question=QUESTION, scope=SHARED, seconds=10):
    return cache.flights.take(question, scope, holder=holder, seconds=seconds)


def test_a_question_is_held_by_one_in_all_processes_until_it_is_given_back(opened):
    one, other = opened(), opened()
    assert take(one, "a")
    assert not take(other, "b", "How long is a marathon?")
    assert other.flights.taken(QUESTION, SHARED)
    other.flights.give_back(QUESTION, SHARED, holder="b")
    assert one.flights.taken(QUESTION, SHARED)
    one.flights.give_back(QUESTION, SHARED, holder="a")
    assert take(other, "b")


def test_another_question_and_another_scope_are_free(cache):
    take(cache, "a")
    assert take(cache, "b", "another question")
    assert take(cache, "b", scope=own("ada"))


def test_a_lease_is_renewed_by_its_holder_and_runs_out_without(cache, clock):
    take(cache, "a")
    clock.turn(timedelta(seconds=9))
    assert take(cache, "a")
    clock.turn(timedelta(seconds=9))
    assert not take(cache, "b")
    clock.turn(timedelta(seconds=1))
    assert not cache.flights.taken(QUESTION, SHARED)
    assert take(cache, "b")


def test_one_can_tell_whether_the_same_question_is_answered_without_a_trace(cache):
    assert not cache.knows(QUESTION, SHARED)
    keep(cache, QUESTION)
    assert cache.knows("How long is a marathon?", SHARED)
    assert not cache.knows(QUESTION, own("ada"))
    assert cache.stats().lookups == 0
