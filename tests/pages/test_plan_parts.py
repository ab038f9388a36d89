"""The Plan page's other tabs: facts, states, versions and time travel, without a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from agents.dialogue.events import PlanRevised, PlanStopped
from agents.dialogue.folding import fold
from agents.dialogue.machine import State, machine
from agents.dialogue.messages import UserMessage
from agents.dialogue.plan import Plan
from agents.dialogue.state import ChatState
from pages.parts import session, words
from pages.parts.planning import flow, statechart
from tests.pages.conftest import conversation_of
from tests.pages.conversations import BEGAN, STEPS, mid_course, planned, state_of, stored
from tests.pages.test_plan import page, told

App = Callable[..., AppTest]


@pytest.fixture
def conversation(app: App, home: Path) -> str:
    """Id of a conversation in mid-course; the app is there."""
    app()
    return stored(home, mid_course())


def folded() -> ChatState:
    return fold(machine(), ChatState(id="c", owner="o"), mid_course())


# Facts


def test_facts_stand_with_who_told_them_where_and_what_they_were(
    app: App, conversation: str
) -> None:
    said = told(page(app(), conversation, "Facts"))
    assert "Answers to the steps" in said
    assert "What you like" in said
    assert "you said it in the chat · step 2 · " in said
    assert "before: ~~Two of us~~" in said


def test_a_fact_is_changed_in_its_place(app: App, conversation: str, home: Path) -> None:
    at = page(app(), conversation, "Facts")
    at.button("change-fact-answer-0").click().run()
    at.text_area("fact-value-answer-0").set_value("In June")
    at.button("save-fact-answer-0").click().run()
    assert not at.exception
    fact = state_of(home, conversation).facts["Dates"]
    assert (fact.value, fact.former[-1].value) == ("In June", "In May")
    assert "before: ~~In May~~" in told(at)


def test_a_blank_value_is_refused_and_the_field_stays_open(
    app: App, conversation: str, home: Path
) -> None:
    at = page(app(), conversation, "Facts")
    at.button("change-fact-answer-0").click().run()
    at.text_area("fact-value-answer-0").set_value("  ")
    at.button("save-fact-answer-0").click().run()
    assert at.warning
    assert at.text_area("fact-value-answer-0")
    assert state_of(home, conversation).facts["Dates"].value == "In May"


def test_a_fact_is_forgotten_with_all_that_it_was(app: App, conversation: str, home: Path) -> None:
    at = page(app(), conversation, "Facts")
    at.button("forget-fact-answer-1").click().run()
    assert "Company" not in state_of(home, conversation).facts
    assert "Two of us" not in told(at)


def test_a_fact_that_nobody_asked_for_is_noted(app: App, conversation: str, home: Path) -> None:
    at = page(app(), conversation, "Facts")
    at.text_input("fact-name").set_value("Allergies")
    at.text_input("fact-value").set_value("No nuts")
    at.button("note-fact").click().run()
    assert state_of(home, conversation).facts["Allergies"].source == "page"
    assert "you wrote it here" in told(at)


# The flow picture


def test_the_flow_has_every_step_its_status_and_what_it_needs() -> None:
    chart = flow.chart(folded())
    assert 'n1["1 · Dates"]:::done' in chart
    assert 'n4["4 · Stay (optional)"]:::' in chart
    assert "n1 --> n2" in chart
    assert "n2 -.-> n3" in chart


@pytest.mark.parametrize(
    "title",
    [
        '"]; click n1 href "http://evil"',
        "%%{init: {'theme': 'dark'}}%%",
        "`**bold**`",
        "<script>alert(1)</script>",
        "#quot; &lt;",
        "a\n  n9 --> n1",
    ],
)
def test_a_hostile_title_stays_a_title(title: str) -> None:
    step = replace(STEPS[0], title=title)
    state = fold(machine(), ChatState(id="c", owner="o"), planned(step, *STEPS[1:]))
    lines = flow.chart(state).splitlines()
    assert len(lines) == len(flow.chart(folded()).splitlines())
    assert re.fullmatch(r'  n1\["[^"`<>#*_\\]*"\]:::current', lines[1])
    assert "%%" not in lines[1]
    assert "&lt;" not in lines[1]


@given(st.text(min_size=1, max_size=80))
def test_no_title_can_end_its_label(title: str) -> None:
    literal = flow.literal(title)
    assert not set(literal) & set('"`<>#*_\\|\n\r')
    assert "%%" not in literal
    assert "$$" not in literal


# The state diagram


def test_the_state_diagram_shows_where_we_are_and_the_way_here() -> None:
    state = folded()
    picture = statechart.picture(state, machine())
    assert picture.count('class="state now"') == 1
    assert picture.count('class="move last"') == 1
    assert 'class="state visited"' in picture
    assert 'class="move possible"' in picture
    assert f"now {statechart.NAMES[state.state]}" in picture


def test_every_state_has_a_place_and_a_name() -> None:
    assert set(statechart.PLACES) == set(State) == set(statechart.NAMES)
    assert len(set(statechart.PLACES.values())) == len(State)


def test_every_move_of_the_machine_can_be_drawn() -> None:
    for source, targets in machine().moves.items():
        state = replace(folded(), state=source, transitions=())
        picture = statechart.picture(state, machine())
        assert picture.count('class="move possible"') == len(targets)
        assert "nan" not in picture


def test_the_way_here_stands_in_words(app: App, conversation: str) -> None:
    said = told(page(app(), conversation, "States"))
    assert "The way here" in said
    assert "you corrected yourself" in said


def test_every_cause_of_a_move_has_words() -> None:
    causes = {*machine().heard, State.ANSWERING, State.CLARIFYING, State.SOLUTION_PROVIDED}
    assert causes <= set(words.CAUSES)


# Versions


def test_an_older_version_is_brought_back(app: App, home: Path) -> None:
    at = app()
    revised = PlanRevised(BEGAN + 99, Plan("G", STEPS[:2]), "You removed two steps.", "user")
    conversation = stored(home, [*mid_course(), revised])
    page(at, conversation, "Versions")
    assert "You removed two steps." in told(at)
    assert "by you" in told(at)
    assert "Removed: Budget, Stay" in told(at)
    at.button("restore-1").click().run()
    state = state_of(home, conversation)
    assert state.plan is not None
    assert [step.id for step in state.plan.steps] == [step.id for step in STEPS]
    assert state.version == 3
    assert state.progress[0].status == "done"


def test_going_back_is_refused_when_another_tab_changed_the_plan(app: App, home: Path) -> None:
    at = app()
    revised = PlanRevised(BEGAN + 99, Plan("G", STEPS[:2]), "You removed two steps.", "user")
    conversation = stored(home, [*mid_course(), revised])
    page(at, conversation, "Versions")
    session.runtime().editing.revise(conversation, "local", STEPS[:1], based_on=2)
    at.button("restore-1").click().run()
    assert at.warning
    assert state_of(home, conversation).version == 3


# Time travel


def test_a_conversation_is_replayed_event_by_event(app: App, conversation: str) -> None:
    at = page(app(), conversation, "Time travel")
    slider = next(each for each in at.main.slider if each.label == "Moment")
    assert slider.value == slider.max
    slider.set_value(2).run()
    assert "2 of" in told(at)
    assert "no step" in told(at)
    at.button("moment-on").click().run()
    assert "3 of" in told(at)


def test_a_branch_is_a_chat_of_its_own(app: App, conversation: str, home: Path) -> None:
    at = page(app(), conversation, "Time travel")
    slider = next(each for each in at.main.slider if each.label == "Moment")
    slider.set_value(7).run()
    at.button("branch").click().run()
    assert not at.exception
    branch = conversation_of(at)
    assert branch != conversation
    heard = [m for m in state_of(home, branch).messages if isinstance(m, UserMessage)]
    said = [message.text for message in heard]
    assert said == ["Plan a weekend in Lisbon"]
    assert len(state_of(home, conversation).messages) == 6


def test_an_export_is_taken_in_again_as_another_chat(
    app: App, conversation: str, home: Path
) -> None:
    at = page(app(), conversation, "Time travel")
    assert not at.exception
    file = session.runtime().travel.export(conversation, "local")
    assert json.loads(file)["format"] == "reprise-conversation"
    copy = session.runtime().travel.take_in(file.encode(), "local")
    assert state_of(home, copy).goal == state_of(home, conversation).goal


def test_without_a_plan_the_history_is_still_there(app: App, home: Path) -> None:
    at = app()
    conversation = stored(home, [*mid_course(), PlanStopped(BEGAN + 200)])
    at = page(at, conversation, "Facts")
    assert "You gave it up." in told(at)
    assert "In May" in told(at)
