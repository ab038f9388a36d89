"""Looking up and storing: tiers, scopes, lifetimes, and what is told about them."""

import math
from datetime import timedelta

import pytest

from cache import (
    AmountError,
    BlankQuestionError,
    EmptyAnswerError,
    Scope,
    ThresholdError,
)
from tests.cache.support import SHARED, Words, keep, own

MARATHON = "How long is a marathon"
ALIKE = "How long is a whole marathon"


def look(cache, question, scope=SHARED, threshold=0.8, asker=""):
    return cache.lookup(question, scope, threshold=threshold, asker=asker)


def test_an_empty_cache_misses_and_has_nothing_to_compare(cache):
    lookup = look(cache, MARATHON)
    assert (lookup.hit, lookup.similarity, lookup.nearest, lookup.tier) == (False, None, None, None)
    assert "Nothing to compare" in lookup.reason


def test_the_same_question_is_an_exact_hit_and_needs_no_vector(opened):
    words = Words()
    cache = opened(embedder=words)
    keep(cache, MARATHON, "42 km")
    words.embedded.clear()
    lookup = look(cache, "  how long is a MARATHON?", threshold=1.0)
    assert (lookup.entry.answer, lookup.tier, lookup.similarity) == ("42 km", "exact", 1.0)
    assert words.embedded == []


def test_a_close_question_is_a_semantic_hit_down_to_the_threshold(cache):
    keep(cache, MARATHON, "42 km")
    similarity = look(cache, ALIKE).similarity
    assert look(cache, ALIKE, threshold=math.floor(similarity * 100) / 100).tier == "semantic"
    missed = look(cache, ALIKE, threshold=math.ceil(similarity * 100) / 100)
    assert not missed.hit
    assert missed.nearest == MARATHON
    assert "below the threshold" in missed.reason


def test_a_threshold_of_one_still_serves_an_equal_vector(cache):
    keep(cache, "marathon long how")
    assert look(cache, "how long marathon", threshold=1.0).hit


def test_a_guard_refuses_a_close_question_and_the_next_best_is_served(cache):
    keep(cache, "how long do 2 eggs boil in hot water", "two")
    keep(cache, "how long do 3 eggs boil in water", "three")
    lookup = look(cache, "how long do 3 eggs boil in hot water", threshold=0.7)
    assert lookup.entry.answer == "three"


def test_a_refused_lookup_tells_which_guard_refused(cache):
    keep(cache, "how long do 2 eggs boil")
    lookup = look(cache, "how long do 3 eggs boil", threshold=0.5)
    assert not lookup.hit
    assert "a guard refused it: numbers differ (3 / 2)" in lookup.reason


def test_storing_again_replaces_and_gives_a_new_id(cache):
    first = keep(cache, MARATHON, "old")
    second = keep(cache, "how long is a marathon?", "new")
    assert look(cache, MARATHON).entry.answer == "new"
    assert look(cache, ALIKE).entry.answer == "new"
    assert [entry.id for entry in cache.entries()] == [second.id]
    assert second.id != first.id


def test_an_entry_is_never_served_to_another_scope(cache):
    scopes = [
        SHARED,
        Scope.shared_by_all(prompt="persona 2", model="small"),
        Scope.shared_by_all(prompt="persona 1", model="large"),
        Scope.shared_by_all(prompt="persona 1", model="small", purpose="plan"),
        own("ada"),
        own("ada", "another"),
        own("ada", context="after a question about Rome"),
        own("bob"),
    ]
    for scope in scopes:
        keep(cache, MARATHON, scope.id[:12], scope)
    for scope in scopes:
        assert look(cache, MARATHON, scope).entry.answer == scope.id[:12]
        assert look(cache, ALIKE, scope).entry.answer == scope.id[:12]
    assert not look(cache, MARATHON, own("eve"), threshold=0).hit


def test_an_entry_is_served_until_its_time_is_over_and_counted_as_expired_then(cache, clock):
    keep(cache, MARATHON, ttl=timedelta(hours=1))
    clock.turn(timedelta(minutes=59))
    assert look(cache, MARATHON).hit
    clock.turn(timedelta(minutes=1))
    assert not look(cache, MARATHON).hit
    lookup = look(cache, ALIKE)
    assert not lookup.hit
    assert "expired" in lookup.reason
    assert (cache.stats().expired, cache.stats().misses) == (2, 2)


def test_expired_entries_do_not_crowd_out_one_that_is_in_time(cache, clock):
    for number in range(30):
        keep(cache, f"how long is a marathon {'really ' * (number % 3)}w{number}"[:40],
             ttl=timedelta(hours=1))  # fmt: skip
    keep(cache, "how long is one single big marathon please", "in time")
    clock.turn(timedelta(hours=2))
    assert look(cache, "how long is a marathon", threshold=0.2).entry.answer == "in time"


def test_clearing_what_is_expired_leaves_the_rest(cache, clock):
    keep(cache, MARATHON, ttl=timedelta(hours=1))
    keep(cache, "something else entirely")
    clock.turn(timedelta(hours=2))
    assert cache.clear_expired() == 1
    assert [entry.question for entry in cache.entries()] == ["something else entirely"]
    assert cache.clear_expired() == 0


def test_clearing_all_forgets_entries_and_questions_and_keeps_the_totals(cache):
    keep(cache, MARATHON)
    look(cache, MARATHON)
    assert cache.clear() == 1
    assert cache.lookups() == ()
    assert cache.stats().exact_hits == 1
    assert not look(cache, ALIKE, threshold=0).hit


def test_a_deleted_entry_is_never_served_and_its_question_leaves_the_log(cache):
    entry = keep(cache, MARATHON)
    look(cache, ALIKE)
    assert cache.delete(entry.id, 999) == 1
    assert not look(cache, MARATHON, threshold=0).hit
    assert [record.nearest for record in cache.lookups()] == [None, None]


def test_a_thumbs_down_takes_an_entry_out_of_service_at_once_until_stored_anew(cache):
    entry = keep(cache, MARATHON, "wrong")
    cache.feedback(entry.id, good=True)
    assert look(cache, ALIKE).hit
    cache.feedback(entry.id, good=False)
    assert not look(cache, MARATHON, threshold=0).hit
    assert not look(cache, ALIKE, threshold=0).hit
    assert cache.entries()[0].quarantined
    keep(cache, MARATHON, "right")
    assert look(cache, MARATHON).entry.answer == "right"


def test_a_thumb_on_an_entry_that_is_gone_changes_nothing(cache):
    entry = keep(cache, MARATHON)
    cache.delete(entry.id)
    cache.feedback(entry.id, good=False)
    assert cache.entries() == ()


def test_quarantine_lasts_over_a_restart(opened):
    cache = opened()
    cache.feedback(keep(cache, MARATHON).id, good=False)
    cache.close()
    assert not look(opened(), ALIKE, threshold=0).hit


@pytest.mark.parametrize("question", ["", "   ", "\n\t\u3000"])
def test_a_blank_question_is_refused(cache, question):
    with pytest.raises(BlankQuestionError):
        look(cache, question)
    with pytest.raises(BlankQuestionError):
        keep(cache, question)


@pytest.mark.parametrize("answer", ["", "  \n"])
def test_an_empty_answer_is_refused_and_nothing_is_stored(cache, answer):
    with pytest.raises(EmptyAnswerError, match="'How long"):
        keep(cache, MARATHON, answer)
    assert cache.entries() == ()


@pytest.mark.parametrize("threshold", [-0.01, 1.01, math.nan, math.inf])
def test_a_threshold_outside_zero_and_one_is_refused(cache, threshold):
    for ask in (cache.lookup, cache.explain):
        with pytest.raises(ThresholdError, match="from 0 to 1"):
            ask(MARATHON, SHARED, threshold=threshold)
    with pytest.raises(ThresholdError):
        cache.what_if(threshold)
    assert cache.stats().lookups == 0


@pytest.mark.parametrize(
    "wrong",
    [{"seconds": -1}, {"seconds": math.nan}, {"tokens": -1}, {"ttl": timedelta(0)}],
)
def test_amounts_that_make_no_sense_are_refused(cache, wrong):
    amounts = {"seconds": 1.0, "tokens": 1, "model": "small", "ttl": None} | wrong
    with pytest.raises(AmountError, match=next(iter(wrong))):
        cache.store(MARATHON, "42", SHARED, **amounts)
    assert cache.entries() == ()


@pytest.mark.parametrize(
    "question",
    ["x " * 50_000, "\0\x07 bell", "<script>alert('x')</script>", "'; DROP TABLE entries; --",
     "half a \ud83d pair", "![](http://example.org/x.png)", "%_\\"],
)  # fmt: skip
def test_any_text_comes_back_as_it_was(cache, question):
    keep(cache, question, question)
    found = look(cache, question).entry.answer
    assert found == question.replace("\ud83d", "\ufffd")
    assert len(cache.entries(search=question[:50])) == 1


def test_a_search_looks_into_questions_and_answers_as_plain_text(cache):
    keep(cache, "Is 100% cotton good?", "Yes")
    keep(cache, "Is wool good?", "COTTON is better")
    assert len(cache.entries(search="cotton")) == 2
    assert len(cache.entries(search="100%")) == 1
    assert cache.entries(search="10_%") == ()
    assert len(cache.entries(limit=1)) == 1


def test_one_sees_shared_entries_and_ones_own(cache):
    keep(cache, "shared one")
    keep(cache, "ada's one", scope=own("ada"))
    keep(cache, "bob's one", scope=own("bob"))
    assert [entry.question for entry in cache.entries(owner="ada")] == ["ada's one", "shared one"]
    assert [entry.question for entry in cache.entries(owner="")] == ["shared one"]
    assert len(cache.entries()) == 3


def test_an_explanation_decides_like_a_lookup_and_leaves_no_trace(cache, clock):
    keep(cache, "how long do 2 eggs boil", ttl=timedelta(hours=1))
    keep(cache, "how long do 4 eggs boil")
    keep(cache, "how long do eggs boil", "eight minutes")
    clock.turn(timedelta(hours=2))
    told = cache.explain("how long do eggs boil", SHARED, threshold=0.8)
    assert cache.stats().lookups == 0
    lookup = look(cache, "how long do eggs boil")
    assert (told.reason, told.tier, told.entry.id) == (lookup.reason, lookup.tier, lookup.entry.id)
    verdicts = {c.entry.question: c.verdict(0.8) for c in told.candidates}
    assert verdicts["how long do eggs boil"] == "the same question"
    assert verdicts["how long do 2 eggs boil"] == "expired"
    assert "refused" in verdicts["how long do 4 eggs boil"]


def test_the_command_line_explains_against_every_shared_partition(cache):
    keep(cache, MARATHON, "1", Scope.shared_by_all(prompt="p1", model="a"))
    keep(cache, ALIKE, "2", Scope.shared_by_all(prompt="p2", model="b"))
    keep(cache, MARATHON, "private", own("ada"))
    told = cache.explain_shared(MARATHON, threshold=0.8)
    assert [candidate.entry.answer for candidate in told.candidates] == ["1", "2"]
