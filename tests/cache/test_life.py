"""The life of an entry: how long it is kept, what drops it, and what has to go for want of room."""

from datetime import timedelta

import pytest

from cache import AmountError, Lifetimes, LimitError, Limits, Scope, StoreFullError, TagError
from tests.cache.support import SHARED, keep, own

MARATHON = "how long is a marathon"


def store(cache, question, scope=SHARED, *, seconds=4.0, **more):
    return cache.store(question, "an answer", scope, seconds=seconds, tokens=1, model="m", **more)


def look(cache, question, scope=SHARED, threshold=0.9):
    return cache.lookup(question, scope, threshold=threshold)


def keep_many(cache, count):
    for number in range(count):
        keep(cache, f"question {'x' * number}", "long " * 1000)


def questions(cache, **more):
    return {entry.question for entry in cache.entries(**more)}


def test_a_lifetime_is_its_own_or_its_purposes_or_its_scopes(opened, clock):
    plan = Scope.shared_by_all(prompt="p", model="m", purpose="plan")
    cache = opened(
        lifetimes=Lifetimes(
            shared=timedelta(days=30),
            conversation=timedelta(days=1),
            purposes={"plan": timedelta(days=7)},
        )
    )
    days = {
        "its own": store(cache, "a", ttl=timedelta(days=2)),
        "for ever": store(cache, "b", ttl=None),
        "shared": store(cache, "c"),
        "conversation": store(cache, "d", own("ada")),
        "purpose": store(cache, "e", plan),
    }
    ends = {
        name: None if entry.expires_at is None else (entry.expires_at - clock.now) / 86400
        for name, entry in days.items()
    }
    assert ends == {
        "its own": 2, "for ever": None, "shared": 30, "conversation": 1, "purpose": 7,
    }  # fmt: skip


def test_lifetimes_and_limits_that_make_no_sense_are_refused():
    with pytest.raises(AmountError, match="ttl"):
        Lifetimes(purposes={"plan": timedelta(0)})
    with pytest.raises(AmountError, match="owner_bytes"):
        Limits(owner_bytes=0)


def test_a_subject_is_dropped_with_its_tag_in_all_processes(opened):
    cache, other = opened(), opened()
    store(cache, "what does it cost", tags=["prices", "shop"])
    store(cache, "where is the shop", tags=["shop"])
    store(cache, "what is cost accounting")
    assert look(other, "what does it cost").hit
    assert cache.bump("prices") == 1
    assert not look(cache, "what does it cost", threshold=0).hit or (
        look(cache, "what does it cost", threshold=0).entry.question != "what does it cost"
    )
    assert not look(other, "what does it cost").hit
    assert look(other, "where is the shop").hit
    store(cache, "what does it cost", tags=["prices"])
    assert look(other, "what does it cost").hit


def test_an_answer_that_was_asked_for_before_a_bump_is_never_served(cache):
    before = cache.epoch
    cache.bump("prices")
    store(cache, "what does it cost", tags=["prices"], epoch=before)
    store(cache, "what does tea cost", tags=["other"], epoch=before)
    assert not look(cache, "what does it cost").hit
    assert look(cache, "what does tea cost").hit
    assert cache.clear_expired() == 1


def test_tags_can_be_changed_afterwards_and_drop_the_answer_from_then_on(cache):
    cache.bump("prices")
    entry, other = keep(cache, MARATHON), keep(cache, "who painted the ceiling")
    cache.set_tags(entry.id, tags=["sport", "prices", "prices"])
    assert [each.tags for each in cache.entries(tag="prices")] == [("prices", "sport")]
    assert cache.lookup(MARATHON, SHARED, threshold=1).hit
    cache.set_tags(entry.id, tags=["sport"])
    assert cache.bump("prices") == 0
    assert cache.bump("sport") == 1
    assert [each.id for each in cache.entries()] == [other.id]


def test_tags_of_what_an_owner_does_not_see_stay(cache):
    entry = keep(cache, MARATHON, scope=own("ada"))
    cache.set_tags(entry.id, tags=["sport"], owner="bob")
    assert cache.entries()[0].tags == ()
    with pytest.raises(TagError):
        cache.set_tags(entry.id, tags=["sport", " "])
    assert cache.entries()[0].tags == ()


def test_entries_are_found_by_tag_and_purpose_and_a_blank_tag_is_refused(cache):
    store(cache, "tagged", tags=["b", "a", "b"])
    store(cache, "not tagged")
    assert questions(cache, tag="a") == {"tagged"}
    assert cache.entries(tag="a")[0].tags == ("a", "b")
    assert questions(cache, purpose="plan") == set()
    with pytest.raises(TagError):
        store(cache, "blank", tags=[" "])
    with pytest.raises(TagError):
        cache.bump("")


def test_quarantine_ends_with_release_and_keeps_what_was_known(opened):
    cache, other = opened(), opened()
    entry = store(cache, MARATHON, tags=["sport"], threshold=0.8)
    look(cache, MARATHON)
    assert look(other, MARATHON).hit
    cache.quarantine(entry.id)
    assert not look(cache, MARATHON, threshold=0).hit
    assert not look(other, MARATHON, threshold=0).hit
    (released,) = cache.release(entry.id)
    assert (released.tags, released.threshold, released.created_at) == (
        entry.tags, 0.8, entry.created_at,
    )  # fmt: skip
    assert look(cache, "how long is a whole marathon", threshold=0.8).hit
    assert look(other, "how long is a whole marathon", threshold=0.8).hit
    assert cache.release(released.id) == ()


def test_what_saves_least_goes_first_and_what_is_pinned_never(opened):
    cache = opened(limits=Limits(entries=3))
    pinned = store(cache, "pinned", seconds=0.1)
    cache.pin(pinned.id)
    store(cache, "cheap", seconds=1)
    store(cache, "dear", seconds=60)
    store(cache, "next", seconds=5)
    assert questions(cache) == {"pinned", "dear", "next"}
    assert not look(cache, "cheap").hit


def test_hits_keep_an_entry_and_age_lets_it_go(opened):
    cache = opened(limits=Limits(entries=2))
    store(cache, "asked often", seconds=4)
    store(cache, "asked never", seconds=5)
    for _ in range(3):
        look(cache, "asked often")
    cache.stats()
    store(cache, "new", seconds=3)
    assert questions(cache) == {"asked often", "new"}
    for number in range(12):
        store(cache, "another " + "x" * number, seconds=5)
    assert "asked often" not in questions(cache)


def test_what_is_expired_goes_before_what_is_not(opened, clock):
    cache = opened(limits=Limits(entries=2))
    store(cache, "dear and over", seconds=100, ttl=timedelta(hours=1))
    store(cache, "cheap", seconds=1)
    clock.turn(timedelta(hours=2))
    store(cache, "new", seconds=1)
    assert questions(cache) == {"cheap", "new"}


def test_limits_hold_for_bytes_and_for_each_owner(opened):
    cache = opened(limits=Limits(bytes=3000, owner_entries=2))
    for number in range(4):
        store(cache, "of ada " + "x" * number, own("ada"))
    store(cache, "of bob", own("bob"))
    assert len(cache.entries(owner="ada")) == 2
    assert len(cache.entries(owner="bob")) == 1
    for number in range(30):
        store(cache, "shared " + "x" * number)
    assert 2000 < sum(entry.bytes for entry in cache.entries()) <= 3000


def test_where_nothing_may_go_nothing_is_stored_and_all_is_served(opened):
    cache = opened(limits=Limits(entries=1))
    cache.pin(store(cache, MARATHON).id)
    with pytest.raises(LimitError, match="limit of 1 entries.*Raise the limit"):
        store(cache, "another")
    assert look(cache, MARATHON).hit
    assert questions(cache) == {MARATHON}
    assert "limit of 1 entries" in cache.stats().paused


def test_a_pin_stays_when_the_question_is_answered_anew(cache):
    cache.pin(store(cache, MARATHON).id)
    assert store(cache, MARATHON).pinned
    (entry,) = cache.entries()
    cache.pin(entry.id, pinned=False)
    assert not cache.entries()[0].pinned


def test_an_owner_changes_what_he_sees_only(cache):
    of_bob, shared = store(cache, "of bob", own("bob")), store(cache, "shared")
    look(cache, "of bob", own("bob"))
    cache.quarantine(of_bob.id, owner="ada")
    cache.pin(of_bob.id, owner="ada")
    assert cache.delete(of_bob.id, owner="ada") == 0
    assert cache.clear(owner="ada") == 0
    assert (cache.entries(owner="bob")[-1].pinned, look(cache, "of bob", own("bob")).hit) == (
        False, True,
    )  # fmt: skip
    assert cache.clear(owner="bob") == 1
    assert questions(cache) == {"shared"}
    assert cache.lookups(owner="bob") == ()
    assert cache.delete(shared.id, owner="ada") == 1


def test_statistics_tell_why_nothing_is_stored(cache, opened):
    keep(cache, "room")
    assert cache.stats().paused is None
    cache._database._driver.execute("PRAGMA max_page_count=1")
    with pytest.raises(StoreFullError, match="Free some disk space"):
        keep_many(cache, 1000)
    assert "Free some disk space" in cache.stats().paused
    assert look(cache, "room").hit
    cache._database._driver.execute("PRAGMA max_page_count=1000000")
    keep(cache, "room again")
    assert cache.stats().paused is None
    assert "reading only" in opened(read_only=True).stats().paused
