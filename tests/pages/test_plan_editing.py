"""Editing the plan on its page, without a browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from agents.dialogue.plan import MOST_STEPS, Plan
from agents.dialogue.state import ChatState
from pages.parts import session
from pages.parts.planning import drafting
from pages.parts.planning.drafting import Draft
from tests.pages.conversations import STEPS, mid_course, state_of, stored
from tests.pages.test_plan import page, told

App = Callable[..., AppTest]


@pytest.fixture
def conversation(app: App, home: Path) -> str:
    """Id of a conversation in mid-course; the app is there."""
    app()
    return stored(home, mid_course())


@pytest.fixture
def editing(app: App, conversation: str) -> AppTest:
    """The page with the editor open."""
    at = page(app(), conversation).button("edit-plan").click().run()
    assert not at.exception
    return at


def draft_of(at: AppTest) -> Draft:
    draft = at.session_state["_plan-draft"]
    assert isinstance(draft, Draft)
    return draft


def field(at: AppTest, step: str, name: str) -> str:
    return draft_of(at).key(step, name)


def titles(state: ChatState) -> list[str]:
    assert state.plan is not None
    return [step.title for step in state.plan.steps]


# Saving and discarding


def test_texts_are_edited_in_place_and_what_was_said_is_kept(
    editing: AppTest, conversation: str, home: Path
) -> None:
    editing.text_input(field(editing, "s1", "title")).set_value("When")
    editing.text_area(field(editing, "s1", "description")).set_value("Which month?")
    editing.toggle(field(editing, "s1", "optional")).set_value(True)
    editing.multiselect(field(editing, "s2", "needs")).set_value(["s1"])
    editing.button("save-plan").click().run()
    assert not editing.exception
    state = state_of(home, conversation)
    assert state.plan is not None
    assert state.plan.steps[0].title == "When"
    assert state.plan.steps[0].description == "Which month?"
    assert state.plan.steps[0].optional
    assert state.plan.steps[1].needs == ("s1",)
    assert state.progress[0].said == "In May"
    assert state.version == 2
    assert "version 2" in told(editing)


def test_discarding_leaves_the_plan_as_it_is(
    editing: AppTest, conversation: str, home: Path
) -> None:
    editing.text_input(field(editing, "s1", "title")).set_value("When")
    editing.button("discard-plan").click().run()
    assert state_of(home, conversation).version == 1
    assert any(button.key == "edit-plan" for button in editing.button)


def test_steps_are_moved_added_and_removed(editing: AppTest, conversation: str, home: Path) -> None:
    editing.button("down-s1").click().run()
    editing.button("remove-s4").click().run()
    editing.button("add-step").click().run()
    new = draft_of(editing).steps[-1].id
    assert new not in {step.id for step in STEPS}
    editing.text_input(field(editing, new, "title")).set_value("Food")
    editing.text_area(field(editing, new, "description")).set_value("What do you like to eat?")
    editing.button("save-plan").click().run()
    state = state_of(home, conversation)
    assert titles(state) == ["Company", "Dates", "Budget", "Food"]
    assert [progress.status for progress in state.progress][:2] == ["done", "done"]


def test_what_was_typed_survives_a_move_and_another_tab_of_the_page(
    editing: AppTest, conversation: str, home: Path
) -> None:
    editing.text_input(field(editing, "s1", "title")).set_value("When").run()
    editing.button("down-s1").click().run()
    for tab in ("Facts", "Steps"):
        editing.query_params["plan-tab"] = tab
        editing.session_state["plan-tab"] = tab
        editing.run()
    editing.button("save-plan").click().run()
    assert titles(state_of(home, conversation))[:2] == ["Company", "When"]


# What cannot be saved


def test_a_plan_edited_into_nothing_is_refused_and_the_draft_stays(
    editing: AppTest, conversation: str, home: Path
) -> None:
    for step in STEPS:
        editing.button(f"remove-{step.id}").click().run()
    editing.button("save-plan").click().run()
    assert "A plan without any step is no plan" in editing.error[0].value
    assert draft_of(editing).steps == ()
    assert titles(state_of(home, conversation)) == [step.title for step in STEPS]


def test_a_blank_title_and_question_are_marked_where_they_are(
    editing: AppTest, conversation: str, home: Path
) -> None:
    editing.text_input(field(editing, "s2", "title")).set_value(" ")
    editing.text_area(field(editing, "s3", "description")).set_value("")
    editing.text_input(field(editing, "s1", "title")).set_value("When")
    editing.button("save-plan").click().run()
    assert "2 things cannot stay so" in editing.error[0].value
    assert "Give the step a short title." in told(editing)
    assert "Write what is to be asked." in told(editing)
    assert draft_of(editing).steps[0].title == "When"
    assert state_of(home, conversation).version == 1


def test_a_step_cannot_build_on_a_later_one(editing: AppTest, conversation: str) -> None:
    editing.button("up-s3").click().run()
    editing.button("save-plan").click().run()
    assert "It can only build on steps that come before it." in told(editing)


def test_the_later_of_two_tabs_is_told_and_keeps_its_draft(
    editing: AppTest, conversation: str, home: Path
) -> None:
    editing.text_input(field(editing, "s1", "title")).set_value("Mine")
    theirs = (replace(STEPS[0], title="Theirs"), *STEPS[1:])
    session.runtime().editing.revise(conversation, "local", theirs, based_on=1)
    editing.button("save-plan").click().run()
    assert "changed elsewhere while you were editing" in told(editing)
    assert editing.text_input(field(editing, "s1", "title")).value == "Mine"
    assert titles(state_of(home, conversation))[0] == "Theirs"


def test_the_later_tab_can_load_the_newer_plan(
    editing: AppTest, conversation: str, home: Path
) -> None:
    editing.text_input(field(editing, "s1", "title")).set_value("Mine")
    theirs = (replace(STEPS[0], title="Theirs"), *STEPS[1:])
    session.runtime().editing.revise(conversation, "local", theirs, based_on=1)
    editing.button("save-plan").click().run()
    editing.button("load-newer").click().run()
    assert editing.text_input(field(editing, "s1", "title")).value == "Theirs"
    editing.button("save-plan").click().run()
    assert titles(state_of(home, conversation))[0] == "Theirs"


def test_the_later_tab_can_save_over_it(editing: AppTest, conversation: str, home: Path) -> None:
    editing.text_input(field(editing, "s1", "title")).set_value("Mine")
    theirs = (replace(STEPS[0], title="Theirs"), *STEPS[1:])
    session.runtime().editing.revise(conversation, "local", theirs, based_on=1)
    editing.button("save-plan").click().run()
    editing.button("put-over").click().run()
    state = state_of(home, conversation)
    assert titles(state)[0] == "Mine"
    assert state.version == 3


# The draft itself

DRAFT = Draft("c", 1, "Goal", STEPS, frozenset(step.id for step in STEPS), "t")


@given(st.lists(st.tuples(st.sampled_from([step.id for step in STEPS]), st.sampled_from([-1, 1]))))
def test_moving_loses_and_doubles_no_step(moves: list[tuple[str, int]]) -> None:
    draft = DRAFT
    for step, by in moves:
        draft = drafting.moved(draft, step, by)
    assert sorted(step.id for step in draft.steps) == [step.id for step in STEPS]


def test_moving_down_undoes_moving_up() -> None:
    assert drafting.moved(drafting.moved(DRAFT, "s2", -1), "s2", 1) == DRAFT


def test_removing_a_step_takes_what_others_needed_of_it() -> None:
    left = drafting.without(DRAFT, "s2")
    assert Plan("Goal", left.steps).steps[1].needs == ()


def test_a_new_step_never_gets_the_id_of_one_that_was_there() -> None:
    removed = drafting.without(DRAFT, "s4")
    assert drafting.with_another(removed).steps[-1].id == "s5"


def test_a_draft_is_full_at_the_most_steps_of_a_plan() -> None:
    draft = DRAFT
    while not drafting.is_full(draft):
        draft = drafting.with_another(draft)
    assert len(draft.steps) == MOST_STEPS
