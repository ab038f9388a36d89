"""What is different between two plans, and how a new plan goes on from the old one."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from agents.dialogue.difference import continued, difference, set_apart
from agents.dialogue.plan import Plan, Step, numbered
from tests.agents.dialogue.examples import step


def titled(*titles: str, **questions: str) -> Plan:
    """A plan whose steps have their titles, in small letters, for ids."""
    steps = (replace(step(title), id=title.lower()) for title in titles)
    asked = (replace(s, description=questions.get(s.id, s.description)) for s in steps)
    return Plan("Go", tuple(asked))


def ids(steps: tuple[Step, ...]) -> list[str]:
    return [one.id for one in steps]


PLANS = st.lists(st.sampled_from("ABCDEFGH"), min_size=1, max_size=8, unique=True)


# The difference


def test_each_step_is_told_for_what_became_of_it():
    before = titled("Dates", "Budget", "Hotel", "Food")

    changes = difference(before, titled("Budget", "Dates", "Sights", "Food", food="Any wishes?"))

    assert ids(changes.kept) == ["budget", "dates"]
    assert ids(changes.changed) == ["food"]
    assert ids(changes.added) == ["sights"]
    assert ids(changes.removed) == ["hotel"]
    assert len(changes.moved) == 1
    assert changes.changed[0].description == "Any wishes?"
    assert not changes.nothing


def test_a_plan_and_itself_differ_in_nothing():
    assert difference(titled("A", "B"), titled("A", "B")).nothing


@given(PLANS, PLANS)
def test_every_step_is_in_one_place_and_only_steps_of_both_move(one, other):
    before, after = titled(*one), titled(*other)

    changes = difference(before, after)

    assert sorted(ids(changes.kept + changes.changed + changes.added)) == sorted(ids(after.steps))
    assert sorted(ids(changes.kept + changes.changed + changes.removed)) == sorted(
        ids(before.steps)
    )
    assert set(changes.moved) <= set(changes.kept + changes.changed)
    stayed = [s for s in changes.kept + changes.changed if s not in changes.moved]
    places = sorted((before.index(s.id), after.index(s.id)) for s in stayed)
    assert [after for _, after in places] == sorted(after for _, after in places)


# Going on


def test_a_step_of_the_same_title_stays_the_step_it_was():
    before = titled("Dates", "Budget")
    after = Plan("Go elsewhere", (step("Sights"), step("budget")))

    steps = continued(before, after).steps

    assert steps[1].id == "budget"
    assert steps[0].id not in {"dates", "budget"}


def test_a_step_that_asks_nearly_the_same_stays_and_another_does_not(embedder):
    before = titled("Dates", "Budget", dates="When would you like to go?", budget="How much?")
    asked = replace(step("Time of travel"), description="When would you like to travel?")
    other = replace(step("Food"), description="What do you like to eat?")

    steps = continued(before, Plan("Go", (asked, other)), embedder.embed).steps

    assert steps[0].id == "dates"
    assert steps[1].id not in {"dates", "budget"}


def test_a_new_step_never_gets_an_old_ones_answer_by_its_id():
    before = Plan("Go", (replace(step("Dates"), id="s1"), replace(step("Budget"), id="s2")))
    food = replace(step("Food"), id="s1")
    place = replace(step("Place"), id="s3", needs=("s1",))

    steps = continued(before, Plan("Eat", (food, place))).steps

    assert not {steps[0].id} & {"s1", "s2"}
    assert steps[1].needs == (steps[0].id,)


@given(PLANS, PLANS)
def test_what_goes_on_is_a_plan_with_the_new_steps_in_their_order(one, other):
    after = Plan("Go", numbered([step(title) for title in other]))

    plan = continued(titled(*one), after)

    assert [s.title for s in plan.steps] == other
    kept = {s.title.lower() for s in plan.steps} & {title.lower() for title in one}
    assert {s.id for s in plan.steps} & {title.lower() for title in one} == kept


@given(PLANS, st.sets(st.sampled_from("abcdefgh")))
def test_a_plan_that_is_set_apart_has_no_id_that_was_used(titles, used):
    plan = set_apart(titled(*titles), used)

    assert not used & {s.id for s in plan.steps}
    assert [s.title for s in plan.steps] == titles
