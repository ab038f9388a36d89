"""What thresholds cost, from the labels of a real cache."""

from __future__ import annotations

import pytest

from agents.evidence import Evidencing
from cache import Scope, SemanticCache
from cache.calibration import Experience
from tests.cache.support import Words

SHARED = Scope.shared_by_all(prompt="p", model="m")
NONE = Experience((), 0.0)
NEAR = 0.72
"""Just below the similarity of the two questions, 0.7296."""


@pytest.fixture
def cache(tmp_path):
    opened = SemanticCache.open(tmp_path / "cache", Words(), guards=())
    opened.store(
        "How high is Mont Blanc?", "4806 m", SHARED, seconds=3.0, tokens=9, model="m", ttl=None
    )
    yield opened
    opened.close()


def label(cache: SemanticCache, *, good: bool) -> None:
    lookup = cache.lookup("How tall is Mont Blanc?", SHARED, threshold=0.5)
    assert cache.label(lookup.id, good=good, source="manual")


def test_without_labels_or_experience_only_the_same_question_is_served(cache):
    evidence = Evidencing(cache, 0.02, NONE).now()

    assert evidence.recommended.threshold == 1.0
    assert evidence.at(0.8).upper == 1.0


def test_labels_move_the_estimate_of_the_thresholds_they_lie_above(cache):
    for good in (True, True, True, False):
        label(cache, good=good)

    evidence = Evidencing(cache, 0.02, NONE).now()

    assert (evidence.at(NEAR).labels, evidence.at(NEAR).wrong) == (4, 0.25)
    assert evidence.at(1.0).labels == 0


def test_experience_recommends_a_threshold_before_there_is_any_label(cache):
    known = Experience(((0.9, 0.0),), weight=1000.0)

    assert Evidencing(cache, 0.02, known).now().recommended.threshold == 0.9


def test_what_is_known_is_kept_for_a_few_seconds(cache, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr("agents.evidence.time.monotonic", lambda: clock[0])
    evidencing = Evidencing(cache, 0.02, NONE)
    before = evidencing.now()
    cache.lookup("How tall is Mont Blanc?", SHARED, threshold=0.5)

    assert evidencing.now() is before
    clock[0] += 6
    assert evidencing.now() is not before


def test_a_label_counts_at_once(cache):
    evidencing = Evidencing(cache, 0.02, NONE)
    evidencing.now()

    label(cache, good=True)

    assert evidencing.now().at(0.5).labels == 1


def test_a_threshold_between_two_takes_what_is_known_of_the_laxer(cache):
    evidence = Evidencing(cache, 0.02, NONE).now()

    assert evidence.at(0.857).threshold == 0.85
    assert evidence.at(0.1).threshold == evidence.estimates[-1].threshold
