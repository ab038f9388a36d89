"""What the user changes on the Plan page: in one piece, to the plan as it is, no more than that."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.dialogue.editing import LONGEST_VALUE, Editing
from agents.dialogue.events import (
    CorrectionCancelled,
    Event,
    GoalStated,
    Heard,
    Judged,
    Planned,
    Remembered,
    ReplyBegan,
    ReplyEnded,
    StepEnded,
)
from agents.dialogue.machine import machine
from agents.dialogue.messages import Reply
from agents.dialogue.plan import MOST_STEPS, Plan, Step
from agents.dialogue.state import ChatState
from agents.dialogue.store import ConversationStore
from agents.errors import (
    BusyError,
    ConversationNotFoundError,
    MessageError,
    PlanChangedError,
    PlanError,
)
from tests.agents.dialogue.examples import MET, message, plan, said_and_answered, step

ME = ("c1", "ann")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ConversationStore]:
    opened = ConversationStore.open(tmp_path / "conversations.sqlite3", machine())
    yield opened
    opened.close()


@pytest.fixture
def editing(store: ConversationStore) -> Editing:
    return Editing(store)


def a_trip() -> Plan:
    """Budget, dates, and a hotel that depends on both."""
    budget, dates, hotel = (
        replace(step(title), id=title.lower()) for title in ("Budget", "Dates", "Hotel")
    )
    return Plan("Plan a trip to Lisbon", (budget, dates, replace(hotel, needs=("budget", "dates"))))


def answered(index: int, said: str, message_id: str = "m1") -> tuple[Event, ...]:
    return Judged(4.0, index, said, MET, message_id), StepEnded(5.0, index, "done")


@pytest.fixture
def trip(store: ConversationStore) -> ChatState:
    """A conversation whose first step, the budget, is done."""
    drafted = a_trip()
    state = store.append(
        store.start(*ME),
        *said_and_answered(drafted.goal, "", guidance="Step 1"),
        GoalStated(2.0, drafted.goal),
        Planned(3.0, drafted),
        *answered(0, "900 euros"),
    )
    assert statuses(state) == ["done", "current", "open"]
    return state


def statuses(state: ChatState) -> list[str]:
    return [progress.status for progress in state.progress]


def steps_of(state: ChatState) -> tuple[Step, ...]:
    assert state.plan is not None
    return state.plan.steps


def titles(state: ChatState) -> list[str]:
    return [one.title for one in steps_of(state)]


def new_step(title: str) -> Step:
    return Step(title, f"What about the {title.lower()}?", "", "", "")


# Revising the plan


def test_a_plan_is_put_in_another_order_and_what_was_said_stays_with_its_step(editing, trip):
    budget, dates, hotel = steps_of(trip)

    after = editing.revise(*ME, (dates, budget, hotel), based_on=1)

    assert titles(after) == ["Dates", "Budget", "Hotel"]
    assert statuses(after) == ["current", "done", "open"]
    assert after.progress[1] == trip.progress[0]
    assert (after.version, after.approved, after.plan.source) == (2, True, "user")
    assert after.versions[-1].because == "You changed the order."
    assert editing.store.load(*ME) == after


def test_a_step_is_added_removed_and_reworded_in_one_change(editing, trip):
    budget, _, hotel = steps_of(trip)
    cheaper = replace(budget, description="What may it cost?")

    after = editing.revise(*ME, (cheaper, hotel, new_step("Food")), based_on=1)

    assert titles(after) == ["Budget", "Hotel", "Food"]
    assert statuses(after) == ["done", "current", "open"]
    assert after.versions[-1].because == (
        "You added “Food”; removed “Dates”; changed “Budget”, “Hotel”."
    )
    assert steps_of(after)[1].needs == ("budget",)  # the dates are gone, and the need with them


def test_a_new_step_needs_no_more_than_a_title_and_a_question(editing, trip):
    after = editing.revise(*ME, (*steps_of(trip), new_step("  Pets \n")), based_on=1)

    added = steps_of(after)[-1]
    assert (added.title, added.expected_response, added.fallback) == ("Pets", "Pets", "clarify")
    assert added.success_criteria


def test_a_new_step_never_inherits_what_was_said_for_one_that_is_gone(editing, store):
    store.append(store.start(*ME), Planned(3.0, plan("Budget", "Dates")), *answered(0, "900"))
    state = store.load(*ME)

    after = editing.revise(*ME, (steps_of(state)[1], new_step("Food")), based_on=1)

    assert statuses(after) == ["current", "open"]
    assert after.progress[1].said == ""
    assert steps_of(after)[1].id not in {one.id for one in steps_of(state)}


def test_the_steps_of_a_second_plan_are_never_taken_for_those_of_the_first(editing, store):
    store.append(store.start(*ME), Planned(3.0, plan("Budget", "Dates")), *answered(0, "900"))
    second = store.append(store.load(*ME), Planned(6.0, plan("Level", "Time", goal="Learn Thai")))

    after = editing.remember(*ME, "Budget", "300 euros")

    assert second.step_ids == {"s1", "s2", "s3", "s4"}
    assert statuses(after) == ["current", "open"]
    assert after.variables == {"Budget": "300 euros"}


def test_the_answer_to_a_step_goes_by_its_new_title_and_is_corrected_as_one(editing, trip):
    budget, *others = steps_of(trip)
    renamed = editing.revise(*ME, (replace(budget, title="Price"), *others), based_on=1)
    assert renamed.variables == {"Price": "900 euros"}

    after = editing.remember(*ME, "Price", "300 euros")

    assert after.variables == {"Price": "300 euros"}
    assert [former.value for former in after.facts["Price"].former] == ["900 euros"]
    assert after.progress[0].said == "300 euros"


def test_two_answers_never_become_one_by_a_title(editing, trip):
    budget, *others = steps_of(trip)
    editing.remember(*ME, "Price", "none of your business")

    after = editing.revise(*ME, (replace(budget, title="Price"), *others), based_on=1)

    assert {name: fact.value for name, fact in after.facts.items()} == {
        "Budget": "900 euros",
        "Price": "none of your business",
    }


def test_the_goal_is_changed_with_the_plan(editing, trip):
    after = editing.revise(*ME, steps_of(trip), based_on=1, goal="Plan a trip to Porto")

    assert after.plan.goal == "Plan a trip to Porto"
    assert after.versions[-1].because == "You changed the goal."


def test_a_plan_that_was_not_changed_gets_no_new_version(editing, trip):
    assert editing.revise(*ME, steps_of(trip), based_on=1) == trip


def test_a_plan_edited_into_nothing_is_refused_and_unharmed(editing, trip):
    with pytest.raises(PlanError, match="Keep a step, or give the plan up instead"):
        editing.revise(*ME, (), based_on=1)

    assert editing.store.load(*ME) == trip


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ([new_step(f"Step {n}") for n in range(MOST_STEPS + 1)], "1 to 8"),
        ([new_step(" \u200b ")], "has no title or no question"),
        ([replace(new_step("Budget"), description="\n")], "has no title or no question"),
        ([new_step("x" * 10_000)], "too long"),
        ([replace(new_step("Budget"), description="x" * 10_000)], "too long"),
    ],
)
def test_what_is_no_plan_is_refused_and_the_plan_unharmed(editing, trip, steps, told):
    with pytest.raises(PlanError, match=told):
        editing.revise(*ME, steps, based_on=1)

    assert editing.store.load(*ME) == trip


def test_of_two_windows_that_change_one_plan_the_later_is_told(editing, trip):
    budget, dates, hotel = steps_of(trip)
    first = editing.revise(*ME, (dates, budget, hotel), based_on=trip.version)

    with pytest.raises(PlanChangedError, match="changed in another window") as told:
        editing.revise(*ME, (budget, dates), based_on=trip.version)

    assert (told.value.based_on, told.value.version) == (1, 2)
    assert "as it is now" in told.value.remedy
    assert editing.store.load(*ME) == first


def test_of_two_changes_at_the_same_moment_one_is_made(editing, trip):
    barrier = threading.Barrier(2)
    made: list[bool] = []

    def change(steps: tuple[Step, ...]) -> None:
        barrier.wait()
        try:
            editing.revise(*ME, steps, based_on=1)
            made.append(True)
        except PlanChangedError:
            made.append(False)

    choices = (steps_of(trip)[:1], steps_of(trip)[:2])
    threads = [threading.Thread(target=change, args=(steps,)) for steps in choices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(made) == [False, True]
    assert editing.store.load(*ME).version == 2


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(range(3)).flatmap(lambda o: st.integers(1, 3).map(lambda n: o[:n])))
def test_whatever_order_and_choice_of_steps_each_keeps_what_it_had(editing, trip, order):
    before = editing.store.load(*ME)
    chosen = [a_trip().steps[index] for index in order]
    had = dict(zip([one.id for one in steps_of(before)], before.progress, strict=True))

    after = editing.revise(*ME, chosen, based_on=before.version)

    assert [one.id for one in steps_of(after)] == [one.id for one in chosen]
    assert statuses(after).count("current") == (set(statuses(after)) != {"done"})
    for one, progress in zip(chosen, after.progress, strict=True):
        assert progress.said == had[one.id].said if one.id in had else progress.said == ""


# Approving, giving up, beginning again, going back to a version


def test_a_plan_is_approved_as_it_was_seen(editing, trip):
    assert not trip.approved

    assert editing.approve(*ME, based_on=1).approved
    with pytest.raises(PlanChangedError):
        editing.approve(*ME, based_on=7)


def test_a_plan_is_given_up_and_what_was_gathered_stays(editing, trip):
    after = editing.stop(*ME)

    assert (after.plan, after.progress) == (None, ())
    assert after.variables == {"Budget": "900 euros"}
    assert editing.stop(*ME) == after


@pytest.mark.parametrize("change", ["approve", "revise"])
def test_without_a_plan_there_is_nothing_to_change(editing, store, change):
    store.start(*ME)
    given_steps = {"revise": [(new_step("Budget"),)], "approve": []}[change]

    with pytest.raises(PlanError, match="no plan"):
        getattr(editing, change)(*ME, *given_steps, based_on=0)


def test_a_plan_begins_again_from_its_first_step_and_knows_the_old_answers(editing, trip):
    after = editing.restart(*ME)

    assert statuses(after) == ["current", "open", "open"]
    assert after.variables == {"Budget": "900 euros"}


def test_an_older_version_is_gone_back_to_and_its_answers_are_there_still(editing, trip):
    shorter = editing.revise(*ME, steps_of(trip)[1:], based_on=1)
    assert statuses(shorter) == ["current", "open"]

    after = editing.restore(*ME, 1, based_on=2)

    assert steps_of(after) == steps_of(trip)
    assert statuses(after) == ["done", "current", "open"]
    assert after.progress[0].said == "900 euros"
    assert (after.version, after.versions[-1].because) == (3, "You went back to version 1.")


def test_a_plan_that_was_given_up_is_taken_up_again_where_it_was_left(editing, trip):
    editing.stop(*ME)

    after = editing.restore(*ME, 1, based_on=1)

    assert statuses(after) == ["done", "current", "open"]


def test_a_version_that_never_was_is_refused(editing, trip):
    with pytest.raises(PlanError, match="no version 9"):
        editing.restore(*ME, 9, based_on=1)


# Steps


def test_a_verdict_is_overruled(editing, trip):
    reopened = editing.overrule(*ME, "budget", met=False)

    assert statuses(reopened) == ["current", "open", "open"]
    assert (reopened.progress[0].verdict.by, reopened.progress[0].said) == ("user", "900 euros")

    done = editing.overrule(*ME, "budget", met=True)
    assert statuses(done) == ["done", "current", "open"]
    assert editing.overrule(*ME, "budget", met=True) == done


def test_a_step_is_opened_again_and_the_one_that_was_current_waits(editing, trip):
    after = editing.reopen(*ME, "budget")

    assert statuses(after) == ["current", "open", "open"]
    assert editing.reopen(*ME, "budget") == after


@pytest.mark.parametrize("change", ["overrule", "reopen"])
def test_a_step_that_another_window_removed_cannot_be_changed(editing, trip, change):
    editing.revise(*ME, steps_of(trip)[1:], based_on=1)

    with pytest.raises(PlanChangedError):
        getattr(editing, change)(*ME, "budget", **({"met": True} if change == "overrule" else {}))


# Facts


def test_a_fact_is_noted_and_changed_with_what_it_was_before(editing, trip):
    editing.remember(*ME, "Pets", "a dog")
    after = editing.remember(*ME, "Pets", "two dogs")

    fact = after.facts["Pets"]
    assert (fact.value, fact.about, fact.source, fact.message) == ("two dogs", "note", "page", "")
    assert [former.value for former in fact.former] == ["a dog"]
    assert editing.remember(*ME, "Pets", "two dogs") == after


def test_a_preference_stays_one_when_it_is_changed(editing, store, trip):
    store.append(trip, Remembered(6.0, "likes", "trains", "preference"))

    assert editing.remember(*ME, "likes", "trams").preferences == {"likes": "trams"}


def test_a_changed_answer_opens_what_builds_on_it_and_nothing_else(editing, store, trip):
    store.append(trip, *answered(1, "In May"), *answered(2, "By the sea"))

    after = editing.remember(*ME, "Budget", "300 euros")

    assert statuses(after) == ["done", "done", "current"]
    assert after.progress[2].reopened_by == "budget"
    fact = after.facts["Budget"]
    assert (fact.value, fact.about, fact.source) == ("300 euros", "answer", "page")
    assert [former.value for former in fact.former] == ["900 euros"]
    assert after.progress[0].said == "300 euros"


def test_a_correction_on_the_page_can_be_cancelled_in_the_chat(editing, store, trip):
    corrected = editing.remember(*ME, "Budget", "300 euros")

    after = store.append(corrected, CorrectionCancelled(9.0, corrected.corrected))

    assert (after.variables, statuses(after)) == (trip.variables, statuses(trip))


def test_an_open_step_is_answered_on_the_page(editing, trip):
    after = editing.remember(*ME, "Dates", "In May")

    assert statuses(after) == ["done", "done", "current"]
    assert after.variables == {"Budget": "900 euros", "Dates": "In May"}


def test_an_answer_whose_step_is_gone_is_changed_as_a_fact(editing, trip):
    editing.revise(*ME, steps_of(trip)[1:], based_on=1)

    after = editing.remember(*ME, "Budget", "300 euros")

    assert after.variables == {"Budget": "300 euros"}
    assert statuses(after) == ["current", "open"]


def test_a_fact_is_forgotten_with_all_that_it_was(editing, trip):
    editing.remember(*ME, "Budget", "300 euros")

    after = editing.forget(*ME, "Budget")

    assert "Budget" not in after.facts
    assert after.progress[0].said == ""
    assert editing.forget(*ME, "Budget") == after


@pytest.mark.parametrize(
    ("name", "value"),
    [("", "x"), ("Pets", " "), ("Pets", "\u202e"), ("x" * 100, "x"), ("Pets", "x" * 9_999)],
)
def test_a_fact_without_a_name_or_a_value_or_of_great_length_is_refused(editing, trip, name, value):
    with pytest.raises(MessageError):
        editing.remember(*ME, name, value)

    assert editing.store.load(*ME) == trip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=80))
def test_whatever_is_noted_is_data_and_comes_back(editing, trip, name, value):
    try:
        after = editing.remember(*ME, name, value)
    except MessageError:
        return
    assert editing.store.load(*ME) == after
    assert len(after.versions) == 1
    assert all(len(fact.value) <= LONGEST_VALUE for fact in after.facts.values())


# Who may, and when


CHANGES = {
    "revise": ((new_step("Budget"),), {"based_on": 1}),
    "approve": (None, {"based_on": 1}),
    "stop": (None, {}),
    "restart": (None, {}),
    "restore": (1, {"based_on": 1}),
    "overrule": ("budget", {"met": False}),
    "reopen": ("budget", {}),
    "forget": ("Budget", {}),
}


def do(editing: Editing, change: str, who: tuple[str, str]) -> ChatState:
    given_value, named = CHANGES[change]
    positional = () if given_value is None else (given_value,)
    return getattr(editing, change)(*who, *positional, **named)


@pytest.mark.parametrize("change", CHANGES)
def test_nobody_changes_somebody_elses_plan(editing, trip, change):
    with pytest.raises(ConversationNotFoundError):
        do(editing, change, ("c1", "bob"))

    assert editing.store.load(*ME) == trip


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_is_changed_while_a_reply_is_being_written(editing, store, trip, change):
    heard, reply = message("In May", id="m2"), Reply(id="r2", to="m2", at=20.0)
    writing = store.begin(*ME, Heard(20.0, heard), ReplyBegan(20.0, reply))

    with pytest.raises(BusyError, match="then make your change again"):
        do(editing, change, ME)

    assert store.load(*ME) == writing
    store.append(writing, ReplyEnded(21.0, replace(reply, status="complete")))
    do(editing, change, ME)
