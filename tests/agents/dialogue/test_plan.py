"""A plan: how many steps it has, and how they build on one another."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.dialogue.plan import MOST_STEPS, Plan, numbered
from agents.errors import PlanError
from tests.agents.dialogue.examples import step


def steps(**needs: str):
    """Steps by their ids, with the ids that each needs: steps(a="", b="a")."""
    return tuple(
        replace(step(name.upper()), id=name, needs=tuple(needed.split()))
        for name, needed in needs.items()
    )


@pytest.mark.parametrize("count", [0, MOST_STEPS + 1])
def test_a_plan_has_one_to_eight_steps(count):
    with pytest.raises(PlanError, match=f"has {count} steps"):
        Plan("g", tuple(step() for _ in range(count)))


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ((replace(step(), title=" "),), "Step 1 has no title"),
        ((replace(step(), description=""),), "no question"),
        ((replace(step(), id="a"), replace(step("Dates"), id="a")), "have the id 'a'"),
        (steps(a="b"), "needs 'b', which is not in the plan"),
        (steps(a="b", b="a"), "need one another in a circle"),
        (steps(a="a"), "in a circle"),
    ],
)
def test_a_plan_that_cannot_be_followed_is_refused(bad, said):
    with pytest.raises(PlanError, match=said):
        Plan("g", bad)


def test_what_builds_on_a_step_is_found_through_others_too():
    plan = Plan("g", steps(dates="", budget="", hotel="dates budget", dinner="hotel", music=""))

    assert plan.dependents("dates") == ("hotel", "dinner")
    assert plan.dependents("music") == ()


def test_steps_without_an_id_are_named_after_their_place():
    named = numbered((step("A"), replace(step("B"), id="s1"), step("C")))

    assert [one.id for one in named] == ["s2", "s1", "s3"]


@given(st.lists(st.sampled_from(["", "s1", "s2", "s7"]), max_size=8))
def test_every_step_has_an_id_of_its_own_after_numbering(ids):
    given_ids = [name for name in dict.fromkeys(ids) if name]
    blanks = [replace(step(), id="") for _ in range(8 - len(given_ids))]

    named = numbered([*(replace(step(), id=name) for name in given_ids), *blanks])

    assert len({one.id for one in named}) == len(named)
    assert numbered(named) == named
