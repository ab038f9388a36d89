"""What is done next: from the state, the message and the verdict to an action."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agents.dialogue.events import Judged, StepEnded
from agents.dialogue.messages import MessageType, Mood
from agents.dialogue.plan import MOST_STEPS, Plan
from agents.dialogue.policy import Action, after_verdict, first_look
from agents.dialogue.state import ChatState
from agents.errors import PlanError
from tests.agents.dialogue.examples import MET, NOT_MET, in_a_plan, lived, message, step

NEW = ChatState(id="c1", owner="ann")
FINISHED = lived(
    StepEnded(4.0, 0, "done"), StepEnded(5.0, 1, "done"), before=in_a_plan("Budget", "Dates")
)


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("Hello!", Action.GREET),
        ("Thanks, bye", Action.CLOSE),
        ("Plan a trip to Lisbon", Action.PLAN),
        ("I want to learn Spanish", Action.PLAN),
        ("Can you help me plan a party?", Action.PLAN),
        ("What is the capital of Portugal?", Action.ANSWER),
        ("Compare trains and buses", Action.ANSWER),
    ],
)
def test_what_a_new_conversation_begins_with(text, action):
    assert first_look(NEW, message(text)) is action


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("About 900 euros", Action.JUDGE),
        ("I want to spend at most 900 euros", Action.JUDGE),
        ("Is the metro expensive?", Action.ANSWER),
        ("Tell me more", Action.ANSWER),
        ("Hello again", Action.GREET),
        ("Bye", Action.CLOSE),
    ],
)
def test_within_a_step_what_may_answer_it_is_judged_and_questions_are_answered(text, action):
    assert first_look(in_a_plan(), message(text)) is action


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("Sounds good", Action.ANSWER),
        ("Now I want to plan a trip to Porto", Action.PLAN),
    ],
)
def test_after_a_plan_only_a_stated_wish_begins_another(text, action):
    assert first_look(FINISHED, message(text)) is action


@pytest.mark.parametrize("state", [NEW, in_a_plan(), FINISHED])
@pytest.mark.parametrize("kind", MessageType)
def test_every_kind_of_message_has_an_action_wherever_the_conversation_is(state, kind):
    assert first_look(state, message("xyz", kind=kind)) in Action


def test_a_step_that_is_met_leads_to_the_next_and_the_last_one_completes():
    first = in_a_plan("Budget", "Dates")
    last = lived(StepEnded(4.0, 0, "done"), before=first)

    assert after_verdict(first, message("900"), MET) is Action.ADVANCE
    assert after_verdict(last, message("May"), MET) is Action.COMPLETE


def test_failures_climb_the_ladder():
    state = in_a_plan("Budget", "Dates")
    actions = []
    for _ in range(3):
        actions.append(after_verdict(state, message("purple"), NOT_MET))
        state = lived(Judged(4.0, 0, "purple", NOT_MET), before=state)

    assert actions == [Action.CLARIFY, Action.REPHRASE, Action.SKIP]


def test_a_confused_user_is_told_first_what_is_wanted_whatever_the_fallback():
    asked = in_a_plan("Budget")
    asked = replace(asked, plan=Plan("g", (step(fallback="For example: 900 euros."),)))
    confused = message("I don't understand")

    assert confused.mood is Mood.CONFUSED
    assert after_verdict(asked, confused, NOT_MET) is Action.CLARIFY
    assert after_verdict(asked, message("purple"), NOT_MET) is Action.SAY_FALLBACK


def test_a_verdict_without_a_step_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="current step"):
        after_verdict(NEW, message("900"), MET)


@pytest.mark.parametrize("count", [0, MOST_STEPS + 1])
def test_a_plan_has_one_to_five_steps(count):
    with pytest.raises(PlanError, match=f"has {count} steps"):
        Plan("g", tuple(step() for _ in range(count)))
