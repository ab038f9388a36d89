"""What is done next: from the state, the message and the verdict to an action."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from agents.dialogue.events import Corrected, Judged, Offer, StepEnded
from agents.dialogue.messages import MessageType, Mood, Request, UserMessage
from agents.dialogue.plan import Plan
from agents.dialogue.policy import Action, after_verdict, first_look
from agents.dialogue.state import ChatState
from tests.agents.dialogue.examples import MET, NOT_MET, in_a_plan, lived, step

NEW = ChatState(id="c1", owner="ann")
FINISHED = lived(
    StepEnded(4.0, 0, "done"), StepEnded(5.0, 1, "done"), before=in_a_plan("Budget", "Dates")
)
ANSWERED = lived(
    Judged(4.0, 0, "900 euros", MET), StepEnded(4.0, 0, "done"), before=in_a_plan("Budget", "Dates")
)


def looked(state: ChatState, *kinds: MessageType, offer=None, **how: object) -> Action:
    """What is done with a message of these types."""
    text = str(how.pop("text", "some words"))
    return first_look(state, UserMessage("m9", text, 10.0, kinds, **how), offer)


@pytest.mark.parametrize(
    ("text", "kind", "action"),
    [
        ("Hello!", MessageType.GREETING, Action.GREET),
        ("Thanks", MessageType.THANKS, Action.THANK),
        ("Bye", MessageType.CLOSING, Action.CLOSE),
        ("Plan a trip to Lisbon", MessageType.TOPIC_INTRODUCED, Action.PLAN),
        ("I want to learn Spanish", MessageType.TOPIC_INTRODUCED, Action.PLAN),
        ("Can you help me plan a party?", MessageType.QUESTION_ASKED, Action.PLAN),
        ("What is the capital of Portugal?", MessageType.QUESTION_ASKED, Action.ANSWER),
        ("Compare trains and buses", MessageType.COMPARISON_MADE, Action.ANSWER),
    ],
)
def test_what_a_new_conversation_begins_with(text, kind, action):
    assert looked(NEW, kind, text=text) is action


@pytest.mark.parametrize(
    ("kind", "action"),
    [
        (MessageType.ANSWER, Action.JUDGE),
        (MessageType.TOPIC_INTRODUCED, Action.JUDGE),
        (MessageType.CONFIRMATION, Action.JUDGE),
        (MessageType.REFUSAL, Action.JUDGE),
        (MessageType.CORRECTION, Action.JUDGE),
        (MessageType.QUESTION_ASKED, Action.ANSWER),
        (MessageType.DEEPENING, Action.ANSWER),
        (MessageType.GREETING, Action.GREET),
        (MessageType.CLOSING, Action.CLOSE),
        (MessageType.SKIP, Action.OFFER_LEAVE_OPEN),
        (MessageType.CANCEL, Action.OFFER_STOP),
    ],
)
def test_within_a_step_what_may_answer_it_is_judged_and_questions_are_answered(kind, action):
    assert looked(in_a_plan(), kind) is action


@pytest.mark.parametrize(
    ("request_", "action"),
    [
        (Request.WHERE, Action.WHERE),
        (Request.BACK, Action.BACK),
        (Request.START_OVER, Action.OFFER_START_OVER),
        (Request.RECALL, Action.RECALL),
        (Request.FORGET, Action.FORGET),
        (Request.NEW_GOAL, Action.REPLAN),
        (Request.HAND_OVER, Action.OFFER_HAND_OVER),
        (Request.ASK_TEAM, Action.ASK_TEAM),
    ],
)
def test_a_request_is_done_wherever_the_conversation_is(request_, action):
    for state in (NEW, in_a_plan(), FINISHED):
        assert looked(state, MessageType.REQUEST, request=request_) is action


@pytest.mark.parametrize("text", ["x", "??", "🙂", "12345", "You are stupid"])
def test_what_cannot_be_planned_for_is_told(text):
    assert looked(NEW, MessageType.TOPIC_INTRODUCED, text=text) is Action.REFUSE_GOAL


def test_a_goodbye_outweighs_thanks_and_thanks_a_greeting():
    thanks, bye, hello = MessageType.THANKS, MessageType.CLOSING, MessageType.GREETING

    assert looked(NEW, thanks, bye) is Action.CLOSE
    assert looked(NEW, hello, thanks) is Action.THANK
    assert looked(NEW, thanks, hello) is Action.THANK


def test_thanks_with_a_few_words_after_a_plan_need_no_model():
    kinds = (MessageType.THANKS, MessageType.TOPIC_INTRODUCED)

    assert looked(FINISHED, *kinds, text="Thanks, that was kind of you.") is Action.THANK
    assert looked(FINISHED, *kinds, text="Thanks. " + "word " * 20) is Action.ANSWER


@pytest.mark.parametrize("offer", get_args(Offer))
def test_an_offer_is_accepted_declined_or_lapses(offer):
    assert looked(in_a_plan(), MessageType.CONFIRMATION, offer=offer) is Action.ACCEPT
    assert looked(in_a_plan(), MessageType.REFUSAL, offer=offer) is Action.DECLINE
    cancelled = looked(in_a_plan(), MessageType.CANCEL, offer=offer)
    assert cancelled is (Action.OFFER_STOP if offer == "approve_plan" else Action.DECLINE)
    assert looked(in_a_plan(), MessageType.ANSWER, offer=offer) is Action.JUDGE
    assert looked(in_a_plan(), MessageType.QUESTION_ASKED, offer=offer) is Action.ANSWER


def test_who_asks_again_for_what_was_offered_agrees():
    again = {"request": Request.START_OVER, "offer": "start_over"}
    stop, never = {"text": "yes, stop it"}, {"text": "never mind"}

    assert looked(in_a_plan(), MessageType.REQUEST, **again) is Action.ACCEPT
    assert looked(in_a_plan(), MessageType.CANCEL, offer="stop_plan", **stop) is Action.ACCEPT
    assert looked(in_a_plan(), MessageType.CANCEL, offer="stop_plan", **never) is Action.DECLINE


def test_a_second_wish_to_skip_a_needed_step_leaves_it_open():
    assert looked(in_a_plan(), MessageType.SKIP, offer="leave_open") is Action.ACCEPT


def test_an_optional_step_is_skipped_at_once():
    state = in_a_plan()
    optional = replace(state, plan=Plan("g", (step(optional=True), step("Dates"))))

    assert looked(optional, MessageType.SKIP) is Action.SKIP


def test_a_correction_needs_something_that_was_said():
    assert looked(ANSWERED, MessageType.CORRECTION) is Action.CORRECT
    assert looked(in_a_plan(), MessageType.CORRECTION) is Action.JUDGE


def test_taking_back_undoes_the_last_correction_only():
    corrected = lived(Corrected(5.0, 0, "800 euros"), before=ANSWERED)

    assert looked(corrected, MessageType.CANCEL) is Action.CANCEL_CORRECTION
    assert looked(ANSWERED, MessageType.CANCEL) is Action.OFFER_STOP
    assert looked(NEW, MessageType.CANCEL) is Action.NOTHING_TO_CANCEL


def test_a_confused_question_is_about_the_step_itself_a_long_one_is_not():
    kind, mood = MessageType.QUESTION_ASKED, Mood.CONFUSED

    assert looked(in_a_plan(), kind, mood=mood, text="What do you mean?") is Action.EXPLAIN
    assert looked(in_a_plan(), kind, mood=mood, text="word " * 30) is Action.ANSWER
    assert looked(NEW, kind, mood=mood, text="What do you mean?") is Action.ANSWER


def test_politeness_beside_something_else_is_passed_over():
    assert looked(in_a_plan(), MessageType.THANKS, MessageType.ANSWER) is Action.JUDGE
    assert looked(in_a_plan(), MessageType.GREETING, MessageType.QUESTION_ASKED) is Action.ANSWER


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("Sounds good", Action.ANSWER),
        ("Now I want to plan a trip to Porto", Action.PLAN),
    ],
)
def test_after_a_plan_only_a_stated_wish_begins_another(text, action):
    assert looked(FINISHED, MessageType.TOPIC_INTRODUCED, text=text) is action


@pytest.mark.parametrize("state", [NEW, in_a_plan(), ANSWERED, FINISHED])
@pytest.mark.parametrize("offer", [None, *get_args(Offer)])
@pytest.mark.parametrize("kind", MessageType)
def test_every_kind_of_message_has_an_action_wherever_the_conversation_is(state, offer, kind):
    assert looked(state, kind, offer=offer) in Action


# Verdicts


def judged(state, *kinds, verdict=NOT_MET, noted=False, **how) -> Action:
    text = how.pop("text", "purple")
    return after_verdict(state, UserMessage("m9", text, 10.0, kinds, **how), verdict, noted=noted)


def test_a_step_that_is_met_leads_to_the_next():
    assert judged(in_a_plan(), MessageType.ANSWER, verdict=MET) is Action.ADVANCE


def test_failures_climb_the_ladder():
    state = in_a_plan("Budget", "Dates")
    actions = []
    for _ in range(3):
        actions.append(judged(state, MessageType.ANSWER))
        state = lived(Judged(4.0, 0, "purple", NOT_MET), before=state)

    assert actions == [Action.CLARIFY, Action.REPHRASE, Action.LEAVE_OPEN]


def test_what_answers_other_steps_is_no_failure():
    assert judged(in_a_plan(), MessageType.ANSWER, noted=True) is Action.NOTE


def test_a_question_beside_what_did_not_answer_is_answered():
    kinds = (MessageType.ANSWER, MessageType.QUESTION_ASKED)

    assert judged(in_a_plan(), *kinds) is Action.ANSWER


def test_a_confused_user_is_told_first_what_is_wanted_whatever_the_fallback():
    asked = in_a_plan("Budget")
    asked = replace(asked, plan=Plan("g", (step(fallback="For example: 900 euros."),)))

    assert judged(asked, MessageType.ANSWER, mood=Mood.CONFUSED) is Action.CLARIFY
    assert judged(asked, MessageType.ANSWER) is Action.SAY_FALLBACK


def test_a_verdict_without_a_step_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="current step"):
        judged(NEW, MessageType.ANSWER, verdict=MET)
