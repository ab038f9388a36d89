"""From labels to a threshold whose wrong answers are known to be few."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cache import AmountError
from cache.calibration import (
    CERTAINTY,
    GRID,
    GUARDED,
    VERIFIED,
    Experience,
    Judged,
    curve,
    labels_needed,
    recommend,
)
from cache.intervals import likeness, share_bounds

NOTHING_WRONG = Experience(((0.5, 0.0),), weight=200.0)


def judged(similarity, *, good=True, scope="s", times=1):
    return [Judged(scope, similarity, good, "audit", 0.0)] * times


def bounds(labels, wrong):
    lower, upper = share_bounds(np.array([float(labels)]), np.array([float(wrong)]), CERTAINTY)
    return float(lower[0]), float(upper[0])


# Intervals


@pytest.mark.parametrize(
    "labels, wrong, lower, upper",
    [
        # The two-sided 90 % intervals of the tables (R: binom.test(w, n, conf.level = 0.9)).
        (20, 1, 0.0025614, 0.2161062),
        (100, 3, 0.0082258, 0.0757108),
        (10, 10, 0.7411344, 1.0),
        (10, 0, 0.0, 0.2588656),
        (0, 0, 0.0, 1.0),
    ],
)
def test_the_bounds_are_clopper_s_and_pearson_s(labels, wrong, lower, upper):
    assert bounds(labels, wrong) == (pytest.approx(lower, abs=1e-6), pytest.approx(upper, abs=1e-6))


@given(st.integers(0, 300), st.integers(0, 300))
def test_the_bounds_enclose_the_share(good, wrong):
    lower, upper = bounds(good + wrong, wrong)
    assert 0.0 <= lower <= upper <= 1.0
    if good + wrong:
        assert lower <= wrong / (good + wrong) <= upper


def test_how_many_labels_it_takes():
    assert labels_needed(0.02) == 149
    assert bounds(149, 0)[1] <= 0.02 < bounds(148, 0)[1]


@pytest.mark.parametrize("budget", [0.0, 1.0, -0.1, float("nan")])
def test_a_budget_is_checked(budget):
    with pytest.raises(AmountError, match="budget"):
        recommend([], budget)


# Curves


def test_labels_count_at_every_threshold_up_to_their_similarity():
    labels = judged(0.9, times=3) + judged(0.8, good=False)
    at = {each.threshold: each for each in curve(labels, experience=None)}
    assert [at[t].labels for t in (0.95, 0.9, 0.85, 0.8, 0.5)] == [0, 3, 3, 4, 4]
    assert (at[0.9].wrong, at[0.8].wrong) == (0.0, 0.25)
    assert at[0.8].lower < 0.25 < at[0.8].upper


def test_experience_counts_until_labels_outweigh_it():
    labels = judged(0.9, times=80) + judged(0.9, good=False, times=20)
    (alone,) = curve(labels, thresholds=[0.9], experience=None)
    (with_more,) = curve(labels, thresholds=[0.9], experience=NOTHING_WRONG)
    assert alone.wrong == 0.2
    assert with_more.wrong == pytest.approx(20 / 300)
    assert (with_more.labels, with_more.evidence) == (100, 300.0)


def test_between_two_thresholds_experience_says_what_it_knows_of_the_laxer():
    experience = Experience(((0.9, 0.01), (0.8, 0.05)), weight=100.0)
    assert experience.at(1.0) == (100.0, 1.0)
    assert experience.at(0.85) == (100.0, 5.0)
    assert experience.at(0.79) == (0.0, 0.0)


# Scopes


def test_a_scope_without_labels_is_judged_by_the_others():
    labels = judged(0.9, scope="other", times=1000)
    assert recommend(labels, scope_id="mine", experience=None).threshold == 0.9


def test_a_scope_of_its_own_kind_is_judged_by_itself():
    labels = [
        label
        for at in range(10)
        for label in judged(0.9, scope=f"good {at}", times=300)
    ]  # fmt: skip
    labels += judged(0.9, scope="bad", times=240) + judged(0.9, scope="bad", good=False, times=60)
    assert recommend(labels, scope_id="good 1", experience=None).threshold < 1.0
    bad = recommend(labels, scope_id="bad", experience=None)
    assert bad.threshold > 0.9
    (estimate,) = curve(labels, thresholds=[0.9], scope_id="bad", experience=None)
    assert 0.15 < estimate.wrong < 0.2


def test_scopes_lend_each_other_less_the_more_they_differ():
    rng = np.random.default_rng(3)

    def weight(spread):
        shares = rng.beta(0.1 * spread, 0.9 * spread, size=600)
        return likeness([list(rng.random(50) < share) for share in shares])

    assert weight(5) == pytest.approx(5, rel=0.5)
    assert weight(40) == pytest.approx(40, rel=0.5)
    assert likeness([[True, False], [False, True]]) == np.inf
    assert likeness([[True, False]]) == np.inf
    assert likeness([[True, True], [False, False]]) == 1.0


# Recommendations


def test_with_no_labels_and_no_experience_only_the_same_question_is_served():
    found = recommend([], experience=None)
    assert (found.threshold, found.labels, found.upper) == (1.0, 0, 1.0)
    assert "149" in found.reason


@pytest.mark.parametrize("experience", [GUARDED, VERIFIED])
def test_with_no_labels_the_shipped_experience_decides_carefully(experience):
    found = recommend([], experience=experience)
    assert 0.5 < found.threshold < 1.0
    assert found.upper <= 0.02
    assert "earlier measurements" in found.reason


def test_wrong_answers_raise_the_threshold():
    before = recommend([], experience=VERIFIED).threshold
    bad = judged(before, good=False, times=20)
    assert recommend(bad, experience=VERIFIED).threshold > before


def test_right_answers_lower_it_as_far_as_they_reach():
    before = recommend([], experience=VERIFIED).threshold
    lower = round(before - 0.01, 2)
    good = judged(lower, times=2000)
    assert recommend(good, experience=VERIFIED).threshold == lower
    assert recommend(good, experience=None).threshold == lower


def test_it_does_not_go_where_nobody_has_looked():
    assert recommend(judged(0.9, times=5000), experience=None).threshold == 0.9


def test_labels_of_what_was_served_do_not_hide_the_traffic_below():
    """Thumbs at the top, few audits below, and most of the traffic there."""
    labels = judged(0.96, times=3000) + judged(0.71, times=30) + judged(0.71, good=False, times=2)
    traffic = [0.96] * 500 + [0.71] * 500
    assert recommend(labels, experience=None).threshold == 0.71
    weighted = recommend(labels, traffic=traffic, experience=None)
    assert weighted.threshold == pytest.approx(0.72)
    (estimate,) = curve(labels, thresholds=[0.7], traffic=traffic, experience=None)
    assert estimate.evidence == 0.0
    (estimate,) = curve(labels, thresholds=[0.71], traffic=traffic, experience=None)
    assert estimate.wrong == pytest.approx(0.5 * 2 / 32)
    assert 100 < estimate.evidence < 150


def test_traffic_that_nobody_judged_stops_the_way_down():
    labels = judged(0.96, times=400) + judged(0.71, times=400)
    traffic = [0.96] * 400 + [0.83] * 10 + [0.71] * 400
    assert recommend(labels, traffic=traffic, experience=None).threshold == pytest.approx(0.85)


def test_it_does_not_pass_a_threshold_that_is_over_the_budget():
    labels = judged(0.9, times=400) + judged(0.85, good=False, times=40) + judged(0.6, times=9000)
    found = recommend(labels, experience=None)
    assert found.threshold == pytest.approx(0.86)
    assert found.upper <= 0.02


def test_bad_labels_at_the_top_leave_only_the_same_question():
    found = recommend(judged(1.0, good=False, times=200), experience=None)
    assert found.threshold == 1.0
    assert "may be wrong" in found.reason


def test_the_reason_tells_the_budget_and_the_bound():
    found = recommend(judged(0.9, times=300), budget=0.05, experience=None)
    assert found.reason == (
        "At 0.90, 300 labels put the wrong answers at 0 % of those served, at most 1 %; "
        "5 % are tolerated."
    )


# What is promised


def wrong_at(similarity):
    """A known error curve: one in two at 0.5, one in fifty at 0.86, hardly any above."""
    return 1 / (1 + np.exp(10.8 * (similarity - 0.5)))


def realised(threshold):
    """The true share of wrong answers among those served, of similarities spread evenly."""
    served = np.linspace(threshold, 1.0, 2001)
    return float(wrong_at(served).mean())


@pytest.mark.parametrize("labels", [200, 1000, 4000])
def test_the_share_of_runs_over_the_budget_is_within_what_is_promised(labels):
    """Fifty thresholds are tried in each of 400 runs, and the lowest within the bound is taken."""
    rng = np.random.default_rng(labels)
    over = 0
    for _ in range(400):
        similarities = rng.uniform(0.5, 1.0, labels)
        good = rng.random(labels) >= wrong_at(similarities)
        run = [
            Judged("s", float(similarity), bool(right), "audit", 0.0)
            for similarity, right in zip(similarities, good, strict=True)
        ]
        over += realised(recommend(run, 0.02, experience=None).threshold) > 0.02
    # 5 % of 400 is 20; more than 29 would be seen in 2 of 100 test runs if 5 % were true.
    assert over <= (1 - CERTAINTY) * 400 + 9


def test_labels_overcome_an_experience_that_is_too_rosy():
    """Told that nothing is ever wrong, it is over the budget in few runs once labels outnumber."""
    rng = np.random.default_rng(11)
    rosy = Experience(((0.5, 0.0),), weight=200.0)
    over = 0
    for _ in range(100):
        similarities = rng.uniform(0.5, 1.0, 6000)
        good = rng.random(6000) >= wrong_at(similarities)
        run = [
            Judged("s", float(similarity), bool(right), "audit", 0.0)
            for similarity, right in zip(similarities, good, strict=True)
        ]
        over += realised(recommend(run, 0.02, experience=rosy).threshold) > 0.025
    assert over <= 5


def test_the_grid_is_walked_from_the_strictest():
    assert GRID[0] == 1.0
    assert GRID[-1] == 0.5
    assert list(GRID) == sorted(GRID, reverse=True)
