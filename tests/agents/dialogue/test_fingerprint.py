"""What an answer in context leans on: when it may be reused, and when it must not."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agents.dialogue.events import GoalStated, Heard, Judged, Planned, StepEnded
from agents.dialogue.fingerprint import fingerprint, pending
from agents.dialogue.messages import MessageType
from agents.dialogue.state import ChatState
from tests.agents.dialogue.examples import (
    MET,
    NOT_MET,
    a_conversation,
    in_a_plan,
    lived,
    message,
    plan,
    said_and_answered,
)

OFFER = ("Is there a tram to Belém?", "Yes, tram 15. Shall I look up the times?")
OTHER_OFFER = ("Is there a tram to Belém?", "Yes, tram 15. Shall I tell you the fare?")
POINTING = ["Yes, please", "how much does it cost?", "why?", "tell me more", "the second one"]
MINE = "What is a good present for my wife Anna?"
SENTENCES = st.text(st.characters(categories=["L", "N", "Zs"]), min_size=3, max_size=40)


def of(state: ChatState, text: str, note: str = "") -> str:
    return fingerprint(state, message(text, id="now"), note)


@pytest.mark.parametrize("text", POINTING)
def test_after_another_offer_the_same_words_are_another_key(text):
    assert of(a_conversation([OFFER]), text) != of(a_conversation([OTHER_OFFER]), text)


@pytest.mark.parametrize("text", POINTING)
def test_after_another_turn_the_same_words_are_another_key(text):
    other = a_conversation([OFFER, ("What is a fado?", "A song.")])

    assert of(a_conversation([OFFER]), text) != of(other, text)


@given(st.sampled_from([*POINTING, MINE]), SENTENCES, SENTENCES)
def test_differing_offers_never_share_a_fingerprint(text, one, other):
    assume(one.split() != other.split())
    first, second = (f"It is so. Shall I add {offer.strip()}?" for offer in (one, other))

    assert of(a_conversation([("a", first)]), text) != of(a_conversation([("a", second)]), text)


@given(st.sampled_from(POINTING), SENTENCES, SENTENCES)
def test_what_was_answered_before_counts_where_a_message_points_back(text, one, other):
    assume(one.strip() != other.strip())
    assume(one.strip() and other.strip())

    assert of(a_conversation([("a", one)]), text) != of(a_conversation([("a", other)]), text)


@given(st.sampled_from([*POINTING, MINE]), st.sampled_from(["Hello!", "Good morning", "Thanks!"]))
def test_a_greeting_in_between_changes_nothing(text, greeting):
    before = a_conversation([OFFER])
    after = lived(
        *said_and_answered(greeting, "", 2, guidance="Hello!")
        if message(greeting).types[0] in {MessageType.GREETING, MessageType.CLOSING}
        else (),
        before=before,
    )

    assert of(before, text) == of(after, text)


def test_questions_that_anybody_asks_change_nothing_for_one_that_points_to_nothing():
    before = a_conversation([("My wife likes trains", "Good to know.")])
    after = lived(
        *said_and_answered("What is the capital of Portugal?", "It is Lisbon.", 2), before=before
    )

    assert of(before, MINE) == of(after, MINE)


@pytest.mark.parametrize(
    "told", ["She is forty now", "my budget is 50 euros", "What does my wife Anna like?"]
)
def test_what_the_user_tells_counts_for_every_message(told):
    before = a_conversation([("My wife likes trains", "Good to know.")])
    after = lived(*said_and_answered(told, "I see.", 2), before=before)

    assert of(before, MINE) != of(after, MINE)


def test_asking_the_same_again_leans_on_the_same():
    question = "How much does a second driver cost there?"
    before = a_conversation([("Tell me about renting a car in Faro", "It is easy.")])
    after = lived(*said_and_answered(question, "Ten euros a day.", 2), before=before)

    assert of(before, question) == of(after, question)


@pytest.mark.parametrize("text", ["tell me more", "why?", "Yes, please", "another example?"])
def test_what_goes_on_is_another_key_each_time(text):
    before = a_conversation([OFFER])
    after = lived(*said_and_answered(text, "There is more.", 2), before=before)

    assert of(before, text) != of(after, text)


def test_the_same_question_is_another_key_once_its_answer_ends_with_an_offer():
    question = "How much does a second driver cost there?"
    before = a_conversation([("Tell me about renting a car in Faro", "It is easy.")])
    after = lived(*said_and_answered(question, "Ten. Shall I book one?", 2), before=before)

    assert of(before, question) != of(after, question)


@pytest.mark.parametrize("text", [*POINTING, MINE])
def test_another_step_goal_fact_attempt_or_preference_is_another_key(text):
    start = in_a_plan()
    judged = lived(Judged(4.0, 0, "purple", NOT_MET), before=start)
    moved = lived(Judged(4.0, 0, "900", MET), StepEnded(5.0, 0, "done"), before=start)
    other_fact = lived(Judged(4.0, 0, "100", MET), StepEnded(5.0, 0, "done"), before=start)
    other_goal = lived(
        GoalStated(6.0, "Plan a party"), Planned(7.0, plan(goal="Plan a party")), before=start
    )
    likes = lived(Heard(8.0, message("Hi", id="m9"), (("likes", "trains"),)), before=start)

    states = [start, judged, moved, other_fact, other_goal, likes]
    assert len({of(state, text) for state in states}) == len(states)


def test_another_note_to_the_model_is_another_key():
    state = a_conversation([OFFER])

    assert of(state, "why?", "[Be brief.]") != of(state, "why?", "")


def test_the_message_and_the_reply_being_written_are_not_part_of_it():
    state = a_conversation([OFFER])
    heard = message("why?", id="m2")
    begun = lived(*said_and_answered("why?", "", 2, status="writing"), before=state)

    assert fingerprint(state, heard) == fingerprint(begun, heard)


def test_a_lone_surrogate_is_no_obstacle():
    assert of(a_conversation([("\ud800", "\udfff")]), "why?")


@pytest.mark.parametrize(
    "answer, offer",
    [
        ("It is Lisbon.", ""),
        ("It is Lisbon. Shall I tell you more?", "Shall I tell you more?"),
        ("Take the tram.\n\nLet me know if you need it.", "Let me know if you need it."),
        ("Is it far? No. It is near. It is cheap.", ""),
        ("Es ist Lissabon. Soll ich die Zeiten nachsehen? Sag einfach ja.",
         "Soll ich die Zeiten nachsehen?"),
        ("", ""),
    ],
)  # fmt: skip
def test_an_offer_or_a_question_at_the_end_is_pending(answer, offer):
    assert pending(answer) == offer
