"""What kind of message the user sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.dialogue.classify import asks, classify, is_greeting, wants
from agents.dialogue.messages import MessageType as T

EXAMPLES = {
    T.GREETING: [
        "Hi",
        "hello!",
        "Hey there",
        "Good morning",
        "hi Reprise",
        "Hallo zusammen",
        "Guten Tag!",
        "how are you?",
        "Hello, how are you today?",
    ],
    T.QUESTION_ASKED: [
        "What is the capital of Portugal?",
        "which train goes to Sintra",
        "Is it far?",
        "hi, what is the weather like in Lisbon?",
        "and how long does that take?",
        "Could you tell me the price",
        "I have 300 euros, is that enough?",
        "Wie weit ist es nach Porto?",
        "Warum ist der Himmel blau",
    ],
    T.TOPIC_INTRODUCED: [
        "Plan a trip to Lisbon",
        "I want to learn Spanish",
        "About 900 euros",
        "this Saturday",
        "Chicago",
        "history of the ship",
        "Ich möchte eine Reise nach Porto planen",
    ],
    T.DEEPENING: [
        "Tell me more",
        "Can you go deeper into that?",
        "Please explain in more detail",
        "elaborate",
        "Erzähl mir mehr dazu",
    ],
    T.BROADENING: [
        "What else is there?",
        "Are there other options?",
        "any alternatives?",
        "Was noch?",
    ],
    T.COMPARISON_MADE: [
        "Compare trains and buses",
        "Python versus Ruby",
        "What is the difference between TCP and UDP?",
        "Is Lisbon cheaper than Porto?",
        "Which is better, tea or coffee?",
        "Was ist der Unterschied zwischen Wein und Bier?",
    ],
    T.CLOSING: [
        "bye",
        "Goodbye",
        "That's all, thanks",
        "Tschüss",
    ],
    T.THANKS: [
        "Thanks!",
        "Thank you very much",
        "ok, thanks for your help",
        "Danke schön!",
    ],
}
LABELLED = [(text, kind) for kind, texts in EXAMPLES.items() for text in texts]


@pytest.mark.parametrize(("text", "kind"), LABELLED)
def test_a_message_is_of_the_kind_that_a_reader_would_say(text, kind):
    assert classify(text) is kind


@pytest.mark.parametrize(
    "text",
    ["this", "which", "while", "Chicago", "hiking is fun", "I love hiking", "Hilton", "yoga"],
)
def test_a_greeting_inside_a_word_is_no_greeting(text):
    assert not is_greeting(text)
    assert classify(text) is not T.GREETING


@pytest.mark.parametrize(
    "text",
    [
        "thanks to my brother I know the town",
        "Thanks, but what about the budget?",
        "we want to say goodbye to our old car",
    ],
)
def test_a_word_of_farewell_in_a_longer_message_does_not_end_the_conversation(text):
    assert classify(text) is not T.CLOSING


@pytest.mark.parametrize(
    "text", ["I feel great and nothing else", "moreover it rains", "other people like it"]
)
def test_a_statement_is_not_taken_for_a_wish_for_more(text):
    assert classify(text) not in {T.DEEPENING, T.BROADENING}


@pytest.mark.parametrize("text", ["Really? I see.", "why", "(is it?)", "Is it?*", "et alors ?"])
def test_a_question_mark_at_an_end_or_a_questions_opening_asks(text):
    assert asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "May",
        "May or June",
        "Will, my brother",
        "Don't know",
        "Have two children with us",
        "Has to be cheap",
        "Should be cheap",
        "Is fine",
        "Can do",
        "do not care",
    ],
)
def test_a_telling_answer_is_no_question_for_its_first_word(text):
    assert not asks(text)


@pytest.mark.parametrize(
    "text",
    ["may I bring a dog", "will it rain", "have you been there", "is Lisbon safe", "do I need it"],
)
def test_a_question_needs_no_question_mark(text):
    assert asks(text)


@pytest.mark.parametrize("text", ["the page at example.org/?q=1 is down", "Island", "howl", ""])
def test_a_question_mark_within_a_word_does_not_ask(text):
    assert not asks(text)


@pytest.mark.parametrize(
    "text",
    ["help me find a flat", "I'd like to cook for ten", "I want to run", "Ich will abnehmen"],
)
def test_what_the_user_wants_to_get_done_is_recognised(text):
    assert wants(text)


@pytest.mark.parametrize("text", ["What is a marathon?", "About 900 euros", "Lisbon"])
def test_a_message_without_a_wish_wants_nothing(text):
    assert not wants(text)


@given(st.text(min_size=1, max_size=200))
def test_every_text_has_a_kind(text):
    assert classify(text) in T


@given(st.sampled_from(LABELLED), st.sampled_from(["", " ", "\n", "\t "]))
def test_case_and_white_space_around_a_message_do_not_change_its_kind(labelled, space):
    text, kind = labelled
    assert classify(f"{space}{text.upper()}{space}") is kind
