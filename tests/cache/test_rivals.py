"""A close question needs more similarity with another answer close behind it, or none beside."""

import pytest

from cache.rivals import LEAD, NO_SUPPORT, SUPPORT, SUPPORT_WEIGHT, Rivals
from tests.cache.support import SHARED, Words, keep

ALONE = SUPPORT_WEIGHT * (SUPPORT - NO_SUPPORT)
"""The penalty of a candidate that nothing supports."""
ASKED = "how many free days have i got left"
NEAR = "how many free days have i got"
ALSO_NEAR = "how many free days have i left"


@pytest.fixture
def rivals(cache):
    return Rivals(cache, Words())


def test_an_empty_cache_has_none(rivals):
    assert rivals.penalty(ASKED, SHARED) == 0.0
    assert rivals.threshold(ASKED, SHARED, 0.8) == 0.8


def test_a_lone_candidate_lacks_support(cache, rivals):
    keep(cache, NEAR, "12")
    assert rivals.penalty(ASKED, SHARED) == ALONE
    assert rivals.threshold(ASKED, SHARED, 0.8) == 0.8 + ALONE


def test_a_close_one_with_another_answer_raises_the_threshold(cache, rivals):
    keep(cache, NEAR, "twelve in all")
    keep(cache, ALSO_NEAR, "you took five")
    similarities = sorted(
        each.similarity for each in cache.explain(ASKED, SHARED, threshold=1.0).candidates
    )
    lead = similarities[1] - similarities[0]
    assert rivals.penalty(ASKED, SHARED) == pytest.approx(LEAD - lead + ALONE)
    assert rivals.threshold(ASKED, SHARED, 0.99) == 1.0


@pytest.mark.parametrize("answer", ["Twelve in all", "twelve in all in all"])
def test_one_that_says_the_same_is_all_it_needs(cache, rivals, answer):
    keep(cache, NEAR, "twelve in all")
    keep(cache, ALSO_NEAR, answer)
    assert rivals.penalty(ASKED, SHARED) == 0.0


def test_a_far_one_does_not(cache, rivals):
    keep(cache, NEAR, "twelve in all")
    keep(cache, "where is the harbour", "you took five")
    assert rivals.penalty(ASKED, SHARED) == ALONE


def test_one_that_a_guard_refuses_does_not(cache, rivals):
    keep(cache, NEAR, "twelve in all")
    keep(cache, f"{NEAR} on 3 March", "you took five")
    assert rivals.penalty(ASKED, SHARED) == ALONE


def test_the_same_question_needs_no_lead(cache, rivals):
    keep(cache, ASKED, "twelve in all")
    keep(cache, ALSO_NEAR, "you took five")
    assert rivals.penalty(ASKED, SHARED) == 0.0


def test_each_answer_is_embedded_once(cache):
    words = Words()
    rivals = Rivals(cache, words)
    keep(cache, NEAR, "twelve in all")
    keep(cache, ALSO_NEAR, "you took five")
    rivals.penalty(ASKED, SHARED)
    rivals.penalty(ASKED, SHARED)
    assert sorted(words.embedded) == ["twelve in all", "you took five"]
