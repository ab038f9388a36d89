"""The Plan page's head and timeline, without a browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from agents.dialogue.events import PlanRevised, PlanStopped, StepEnded
from agents.dialogue.plan import Plan
from pages.parts import session, words
from tests.pages import conversations
from tests.pages.conftest import conversation_of, say, shown, wait_for
from tests.pages.conversations import BEGAN, STEPS, mid_course, planned, state_of, stored
from tests.support.scripted_model import ScriptedModel

App = Callable[..., AppTest]
PLAN = "../plan.py"


def page(at: AppTest, conversation: str, tab: str = "Steps") -> AppTest:
    """The page of a conversation, with one of its tabs open."""
    at.switch_page(PLAN)
    at.query_params[session.PARAMETER] = conversation
    at.session_state["plan-tab"] = tab
    return at.run()


def told(at: AppTest) -> str:
    """All that stands on the page, to be searched in."""
    return "\n".join(shown(each.value) for each in (*at.markdown, *at.text, *at.caption))


def keys(at: AppTest) -> set[str]:
    return {button.key for button in at.main.button}


# Without a plan


def test_without_a_goal_it_says_where_to_state_one(app: App) -> None:
    at = app().switch_page(PLAN).run()
    assert not at.exception
    assert at.title[0].value == "Plan"
    assert any("There is no plan yet" in markdown.value for markdown in at.markdown)


def test_a_plan_that_was_given_up_can_be_brought_back(app: App, home: Path) -> None:
    at = app()
    conversation = stored(home, [*mid_course(), PlanStopped(BEGAN + 200)])
    page(at, conversation)
    assert "You gave it up." in told(at)
    at.button("bring-back").click().run()
    assert not at.exception
    state = state_of(home, conversation)
    assert state.plan is not None
    assert [step.title for step in state.plan.steps] == [step.title for step in STEPS]


# The head


def test_the_head_counts_optional_steps_apart(app: App, home: Path) -> None:
    at = page(app(), stored(home, mid_course()))
    assert not at.exception
    assert conversations.GOAL in [text.value for text in at.text]
    assert "2 of 3 steps behind you, 0 of 1 optional" in told(at)


def test_a_plan_is_approved(app: App, home: Path) -> None:
    at = app()
    conversation = stored(home, mid_course())
    page(at, conversation).button("approve").click().run()
    assert state_of(home, conversation).approved
    assert "approve" not in keys(at)
    assert "you agreed to it" in told(at)


def test_approving_a_plan_that_was_changed_meanwhile_is_refused(app: App, home: Path) -> None:
    at = app()
    conversation = stored(home, mid_course())
    page(at, conversation)
    editing = session.runtime().editing
    editing.revise(conversation, "local", STEPS[:3], based_on=1)
    at.button("approve").click().run()
    assert any("changed" in warning.value for warning in at.warning)


def test_while_a_reply_is_written_nothing_can_be_changed(app: App, model: ScriptedModel) -> None:
    at = say(app(), "Plan a house move")
    at.chat_input[0].set_value("Explain at length how rain falls.").run()
    turn = session.runtime().turn(conversation_of(at), "local")
    assert turn is not None
    wait_for(lambda: "word9" in turn.view.reply.answer)
    page(at, conversation_of(at))
    assert "can be changed as soon as it has ended" in told(at)
    assert at.button("edit-plan").disabled
    model.release()
    assert turn.wait(60)


# The timeline


def test_it_shows_each_step_with_what_was_said_and_judged(app: App) -> None:
    at = say(app(), "Plan a house move")
    say(at, "In October")
    conversation = conversation_of(at)
    at.switch_page(PLAN).run()
    assert conversation_of(at) == conversation
    texts = [text.value for text in at.text]
    assert "Plan a house move" in texts
    assert "In October" in texts
    assert any("1. Dates" in shown(markdown.value) for markdown in at.markdown)
    assert any("judged by" in caption.value for caption in at.caption)


def test_a_step_tells_who_judged_it_how_surely_and_how_long_it_took(app: App, home: Path) -> None:
    said = told(page(app(), stored(home, mid_course())))
    assert "It says when · judged by the local judge, sure · 1 attempt · took 56 s" in said
    assert "It says who · judged by a rule" in said
    assert "judged by the model; the local judge was undecided" in said
    assert "It names no part · judged by the local judge, fairly sure" in said


def test_a_corrected_answer_stands_with_what_it_was(app: App, home: Path) -> None:
    said = told(page(app(), stored(home, mid_course())))
    assert "Three of us" in said
    assert "Before: ~~Two of us~~" in said


def test_a_reopened_step_tells_why(app: App, home: Path) -> None:
    said = told(page(app(), stored(home, mid_course())))
    assert "“Company” has a new answer, and this builds on it." in said
    assert "builds on 2" in said


def test_a_verdict_is_overruled_both_ways(app: App, home: Path) -> None:
    at = app()
    conversation = stored(home, mid_course())
    page(at, conversation).button("enough-4").click().run()
    progress = state_of(home, conversation).progress[3]
    assert progress.status == "done"
    assert progress.verdict is not None
    assert progress.verdict.by == "user"
    assert "judged by you" in told(at)
    at.button("not-enough-1").click().run()
    state = state_of(home, conversation)
    assert state.current == 0
    assert "enough-1" in keys(at)


def test_a_step_that_is_behind_is_asked_again(app: App, home: Path) -> None:
    at = app()
    conversation = stored(home, mid_course())
    page(at, conversation).button("ask-again-2").click().run()
    assert state_of(home, conversation).current == 1


def test_a_step_that_another_tab_removed_is_not_judged(app: App, home: Path) -> None:
    at = app()
    conversation = stored(home, mid_course())
    page(at, conversation)
    session.runtime().editing.revise(conversation, "local", STEPS[:3], based_on=1)
    at.button("enough-4").click().run()
    assert at.warning
    assert not at.exception


def test_what_a_user_wrote_never_becomes_markdown(app: App, home: Path) -> None:
    evil = replace(
        STEPS[0],
        title="**bold** <b>x</b> :red[no] ![i](http://x/y.png)",
        examples=("[link](http://evil)",),
    )
    at = page(app(), stored(home, planned(evil, *STEPS[1:])))
    assert not at.exception
    texts = (each.value for each in (*at.markdown, *at.caption))
    drawn = "\n".join(each for each in texts if "flowchart TB" not in each)
    for sign in ("**bold**", "<b>", ":red[no]", "](http"):
        assert sign not in drawn
    assert "[link](http://evil)" in told(at)


def test_a_plan_at_its_end_leads_to_the_summary(app: App, home: Path) -> None:
    ended = [StepEnded(BEGAN + 90, index, "done") for index in range(4)]
    at = page(app(), stored(home, [*mid_course(), *ended]))
    assert "Every step is behind you." in told(at)
    at.button("see-summary").click().run()
    assert at.session_state["plan-tab"] == "Summary"
    assert conversations.GOAL in told(at)
    assert "approve" not in keys(at)


def test_the_summary_has_what_was_gathered(app: App, home: Path) -> None:
    at = page(app(), stored(home, mid_course()), "Summary")
    assert "**Company:** Three of us (before: Two of us)" in told(at)


def test_the_sidebar_says_where_the_conversation_is(app: App) -> None:
    at = say(app(), "Plan a garden")
    facts = " ".join(markdown.value for markdown in at.sidebar.markdown)
    for name in ("State", "Topic", "Mood", "Step"):
        assert f":gray[{name}]" in facts
    assert "1 of 3" in facts
    assert "topic_introduced" not in facts


@pytest.mark.parametrize("source", ["model", "cache", "template", "user"])
def test_every_source_of_a_plan_is_named(app: App, home: Path, source: str) -> None:
    revised = PlanRevised(BEGAN + 9, Plan("G", STEPS, source), "Because.", "user")  # type: ignore[arg-type]
    at = page(app(), stored(home, [*planned(), revised]))
    assert not at.exception
    assert "version 2" in told(at)


@pytest.mark.parametrize(
    "probability, said",
    [(0.99, "sure"), (0.02, "sure"), (0.85, "fairly sure"), (0.3, "rather unsure"),
     (0.5, "undecided")],
)  # fmt: skip
def test_probabilities_are_words(probability: float, said: str) -> None:
    assert words.sureness(probability) == said
