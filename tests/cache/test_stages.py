"""A lookup tells what it spent its time on."""

import itertools

import pytest

from cache.stages import Stage, Stopwatch
from cache.verifier import Opinion
from tests.cache.support import SHARED, keep

MARATHON = "How long is a marathon"
ALIKE = "How long is a whole marathon"


class Agreeing:
    """A verifier that agrees."""

    name = "agreeing"
    costly = False

    def verify(self, pairs):
        return [Opinion(True, 0.9, "it agrees") for _ in pairs]


def stages_of(cache, question, threshold=0.5):
    return [s.name for s in cache.lookup(question, SHARED, threshold=threshold).stages]


def test_the_same_question_needs_one_stage(cache):
    keep(cache, MARATHON, "42 km")

    assert stages_of(cache, MARATHON) == ["exact"]


def test_a_question_that_nobody_asked_goes_on_to_the_search(cache):
    assert stages_of(cache, MARATHON) == ["exact", "embed", "search"]


def test_a_close_question_is_judged_by_guards_and_the_verifier(opened):
    cache = opened(verifier=Agreeing())
    keep(cache, MARATHON, "42 km")

    assert stages_of(cache, ALIKE) == ["exact", "embed", "search", "guards", "verifier"]


def test_the_stages_follow_one_another_within_the_lookups_time(opened):
    cache = opened(verifier=Agreeing())
    keep(cache, MARATHON, "42 km")

    lookup = cache.lookup(ALIKE, SHARED, threshold=0.5)

    begins = [stage.began for stage in lookup.stages]
    assert begins == sorted(begins)
    assert 0 < sum(stage.seconds for stage in lookup.stages) <= lookup.seconds


def test_a_lookup_tells_what_was_decided(cache):
    keep(cache, MARATHON, "42 km")

    outcomes = [
        cache.lookup(question, SHARED, threshold=0.99).outcome for question in (MARATHON, ALIKE)
    ]

    assert outcomes == ["hit", "miss"]


@pytest.fixture
def watch():
    """A watch that a second passes on at every look."""
    return Stopwatch(clock=itertools.count(0.0).__next__)


def test_a_stage_in_parts_counts_them_together_from_its_first(watch):
    with watch.during("guards"):
        pass
    with watch.during("verifier"):
        pass
    with watch.during("guards"):
        pass

    assert watch.stages == (Stage("guards", 1.0, 2.0), Stage("verifier", 3.0, 1.0))


def test_getting_an_item_counts_and_using_it_does_not(watch):
    for _ in watch.each("search", ["one", "two"]):
        with watch.during("guards"):
            pass

    assert watch.stages == (Stage("search", 1.0, 3.0), Stage("guards", 3.0, 2.0))


def test_a_stage_that_fails_is_counted_too(watch):
    with pytest.raises(ValueError, match="broken"), watch.during("exact"):
        raise ValueError("broken")

    assert watch.stages == (Stage("exact", 1.0, 1.0),)
