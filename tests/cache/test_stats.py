"""Totals, the log, and what would have been."""

import pytest

from tests.cache.support import SHARED, keep, own

MARATHON = "How long is a marathon"
ALIKE = "How long is a whole marathon"


def look(cache, question, scope=SHARED, threshold=0.8, asker=""):
    return cache.lookup(question, scope, threshold=threshold, asker=asker)


def test_without_lookups_there_is_no_hit_rate(cache):
    assert cache.stats().hit_rate is None
    assert cache.what_if(0.5).hit_rate is None


def test_totals_tell_hits_by_tier_misses_and_what_was_saved(cache):
    look(cache, MARATHON)
    entry = keep(cache, MARATHON)
    look(cache, MARATHON)
    look(cache, ALIKE)
    look(cache, "How long is 3 marathon", threshold=0.5)
    stats = cache.stats()
    assert (stats.exact_hits, stats.semantic_hits, stats.misses, stats.refused) == (1, 1, 2, 1)
    assert (stats.hits, stats.lookups, stats.hit_rate) == (2, 4, 0.5)
    assert stats.entries == 1
    assert stats.tokens_saved == 2 * entry.tokens
    assert sum(record.tokens_saved for record in cache.lookups()) == 2 * entry.tokens
    assert 0 < stats.seconds_saved <= 2 * entry.seconds
    assert stats.bytes > 0


def test_an_entry_counts_its_hits(cache, clock):
    keep(cache, MARATHON)
    look(cache, MARATHON)
    look(cache, ALIKE)
    (entry,) = cache.entries()
    assert (entry.hits, entry.last_hit_at) == (2, clock.now)


def test_totals_and_log_survive_a_restart(opened):
    cache = opened()
    keep(cache, MARATHON)
    look(cache, MARATHON)
    cache.close()
    again = opened()
    assert again.stats().exact_hits == 1
    look(again, MARATHON)
    assert again.stats().exact_hits == 2
    assert len(again.lookups()) == 2


def test_the_log_tells_each_lookup_newest_first(cache, clock):
    keep(cache, MARATHON)
    missed = look(cache, "something else", threshold=0.9)
    clock.now += 1
    found = look(cache, ALIKE, asker="ada")
    newest, oldest = cache.lookups()
    assert (newest.id, newest.question, newest.tier, newest.decision) == (
        found.id, ALIKE, "semantic", "hit",
    )  # fmt: skip
    assert (newest.nearest, newest.similarity, newest.threshold) == (
        MARATHON,
        found.similarity,
        0.8,
    )
    assert (newest.asker, newest.shared, newest.time) == ("ada", True, clock.now)
    assert newest.seconds_saved == pytest.approx(4.0, abs=0.5)
    assert (oldest.id, oldest.decision, oldest.tier, oldest.seconds_saved) == (
        missed.id, "miss", None, 0,
    )  # fmt: skip
    assert cache.lookups(limit=1) == (newest,)


def test_nobody_sees_what_another_asked(cache):
    look(cache, "shared, asked by ada", asker="ada")
    look(cache, "ada's own", own("ada"))
    look(cache, "shared, asked by bob", asker="bob")
    look(cache, "bob's own", own("bob"), asker="mallory")
    assert {record.question for record in cache.lookups(owner="ada")} == {
        "shared, asked by ada", "ada's own",
    }  # fmt: skip
    assert {record.question for record in cache.lookups(owner="mallory")} == set()
    assert cache.what_if(0.5, owner="bob").lookups == 2
    assert len(cache.lookups()) == 4


def test_what_if_counts_hits_at_another_threshold(cache):
    keep(cache, MARATHON)
    look(cache, MARATHON, threshold=0.99)
    similarity = look(cache, ALIKE, threshold=0.99).similarity
    look(cache, "How long is 3 marathon", threshold=0.99)
    look(cache, "unheard of", threshold=0.99)
    now = cache.what_if(0.99)
    assert (now.lookups, now.hits, now.exact, now.were) == (4, 1, 1, 1)
    lower = cache.what_if(similarity - 0.01)
    assert (lower.hits, lower.were) == (2, 1)
    assert cache.what_if(0.5, last=1).lookups == 1


def test_what_a_guard_refused_stays_refused_at_any_threshold(cache):
    keep(cache, "how long do 2 eggs boil")
    look(cache, "how long do 3 eggs boil")
    assert cache.what_if(0.0).hits == 0


def test_what_if_agrees_with_what_a_lookup_then_does(cache):
    questions = [f"how long is a {word} marathon" for word in ("big", "small", "whole", "true")]
    keep(cache, MARATHON)
    for question in questions:
        look(cache, question, threshold=1.0)
    for threshold in (0.5, 0.8, 0.85, 0.9, 0.95):
        expected = sum(
            cache.explain(question, SHARED, threshold=threshold).hit for question in questions
        )
        assert cache.what_if(threshold).hits == expected


def test_the_log_keeps_its_newest_lines_and_the_totals_count_all(cache, monkeypatch):
    monkeypatch.setattr("cache.stats.LOG_KEPT", 3)
    for number in range(5):
        look(cache, f"question {'x' * number}")
        cache.stats()
    assert len(cache.lookups()) == 3
    assert cache.stats().misses == 5
