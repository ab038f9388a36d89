"""What kind of message the user sent."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.dialogue.classify import Context, asks, classify, is_greeting, understand, wants
from agents.dialogue.messages import MessageType as T
from agents.dialogue.messages import Mood, Request

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
        "Am 14. Juni, von drei Uhr bis Mitternacht.",
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


STEP = Context(question="Where would you like to go?", in_plan=True)
OFFER = Context(question="Shall I leave it open?", offered=True, in_plan=True)
YES_OR_NO = Context(question="Do you have a car?", in_plan=True)
CHANGED = Context(question="When?", in_plan=True, facts={"Budget": "800"}, just_corrected=True)
KNOWN = Context(question="When do you leave?", in_plan=True, facts={"Budget": "800"})
FREE = Context()

IN_A_PLAN = {
    T.ANSWER: [
        "Berlin",
        "May",
        "May or June",
        "about 900 euros",
        "this",
        "I don't know",
        "yes",
        "no",
        "ok Berlin",
        "Berlin?",
        "maybe Porto?",
        "I need something cheaper than 800 euros",
        "not later than 8 pm",
        "I'd rather take the train than fly",
        "I want to go back on Sunday",
        "Can you book it on the 11th",
        "How about next Friday?",
        "don't cancel",
        "please do not cancel it",
        "I can't skip it",
        "I never skip breakfast",
        "never mind the cost, Berlin is fine",
        "I passed the exam",
        "the next train",
        "I'm done with the report",
        "not only Berlin but a few places",
        "I don't understand German",
        "don't forget my dog",
        "I forgot the number",
        '"Next question please" is the title of the book',
        "it is called `skip`",
        "https://example.org/?skip=this",
        "St. James Str. 5, at 3. p.m.",
        "3.5 million",
        "😀",
        "Zürich",
        "ungefähr 900 Euro",
        "ich weiß nicht",
        "im Mai",
        "ja",
        "weiter weg als letztes Jahr",
        "ich kann das nicht überspringen",
        "Zurück am 5. Mai",
        "egal",
    ],
    T.CORRECTION: [
        "actually, make it 800",
        "Actually 800",
        "no, I meant Hamburg",
        "I meant Hamburg",
        "make it 800 instead",
        "change the date to May 5",
        "please change my budget to 900",
        "can you change the date to May 5?",
        "not Berlin but Hamburg",
        "scratch that, Hamburg",
        "Scratch that. Hamburg",
        "Sorry, I made a mistake. It is Hamburg.",
        "wait, no, Hamburg",
        "I changed my mind, Hamburg",
        "on second thought, Hamburg",
        "that's wrong, I said Hamburg",
        "Hamburg instead",
        "I want to go to Hamburg instead",
        "correction: 800",
        "nicht Berlin, sondern Hamburg",
        "ich meinte Hamburg",
        "Nein, ich meinte Hamburg",
        "mach doch 800",
        "ändere das Datum auf den 5. Mai",
        "doch lieber Hamburg",
        "ich habe mich vertan, Hamburg",
        "Korrektur: 800",
        "Hamburg stattdessen",
    ],
    T.CANCEL: [
        "never mind",
        "Nevermind.",
        "oh, never mind that",
        "cancel that",
        "please cancel it",
        "forget it",
        "leave it as it was",
        "undo that",
        "I take that back",
        "vergiss es",
        "lass es so",
        "lass es wie es war",
        "mach das rückgängig",
        "abbrechen",
    ],
    T.SKIP: [
        "skip",
        "skip this",
        "can we skip this?",
        "let's skip this question please",
        "next one please",
        "next question",
        "I'd rather not say",
        "prefer not to say",
        "pass",
        "move on",
        "ok, skip it",
        "I don't want to answer that",
        "none of your business",
        "überspringen",
        "können wir das überspringen?",
        "nächste Frage bitte",
        "weiter bitte",
        "dazu möchte ich nichts sagen",
        "keine Angabe",
    ],
    T.THANKS: ["thanks", "Thank you so much!", "ok thanks", "danke", "Vielen Dank!", "🙏"],
    T.CLOSING: [
        "bye",
        "goodbye",
        "I'm done",
        "that's all",
        "tschüss",
        "das war's",
        "see you later",
    ],
    T.GREETING: [
        "hi",
        "hello there",
        "Good morning!",
        "how are you?",
        "👋",
        "Guten Tag",
        "hi Reprise",
    ],
    T.QUESTION_ASKED: [
        "what do you mean?",
        "such as?",
        "like what?",
        "huh?",
        "?",
        "???",
        "I don't understand",
        "I don't get the question",
        "give me an example",
        "what does it cost",
        "What happens if I skip this?",
        "is it safe?",
        "I wonder what it costs",
        "In what year was that?",
        "was kostet das",
        "wie bitte?",
        "ich verstehe die Frage nicht",
        "zum Beispiel?",
        "Seit wann gilt das?",
    ],
    T.DEEPENING: ["tell me more", "can you go into more detail?", "erzähl mir mehr dazu"],
    T.BROADENING: ["what else is there?", "any alternatives?", "gibt es Alternativen?"],
    T.COMPARISON_MADE: [
        "which is cheaper, Lisbon or Porto?",
        "Which is cheaper? Lisbon or Porto?",
        "is Lisbon warmer than Porto",
        "compare Lisbon and Porto",
        "Ist Lissabon teurer als Porto?",
    ],
}


@pytest.mark.parametrize(
    ("text", "kind"), [(text, kind) for kind, texts in IN_A_PLAN.items() for text in texts]
)
def test_in_a_plan_a_message_does_one_thing(text, kind):
    found = understand(text, STEP, None)
    assert (found.types, found.parts) == ((kind,), ())


@pytest.mark.parametrize(
    ("text", "types", "parts"),
    [
        (
            "Berlin. And what does it cost?",
            (T.ANSWER, T.QUESTION_ASKED),
            ("Berlin.", "And what does it cost?"),
        ),
        (
            "Berlin, and what does it cost?",
            (T.ANSWER, T.QUESTION_ASKED),
            ("Berlin,", "and what does it cost?"),
        ),
        (
            "berlin and what does it cost",
            (T.ANSWER, T.QUESTION_ASKED),
            ("berlin", "and what does it cost"),
        ),
        (
            "I have 300 euros, is that enough?",
            (T.ANSWER, T.QUESTION_ASKED),
            ("I have 300 euros,", "is that enough?"),
        ),
        ("Hi, Berlin", (T.GREETING, T.ANSWER), ("Hi,", "Berlin")),
        ("Thanks, Berlin", (T.THANKS, T.ANSWER), ("Thanks,", "Berlin")),
        ("Berlin, thanks!", (T.ANSWER, T.THANKS), ("Berlin", ", thanks!")),
        ("Thanks, bye", (T.THANKS, T.CLOSING), ("Thanks,", "bye")),
        (
            "Berlin. Was kostet das?",
            (T.ANSWER, T.QUESTION_ASKED),
            ("Berlin.", "Was kostet das?"),
        ),
        ("Danke, Berlin", (T.THANKS, T.ANSWER), ("Danke,", "Berlin")),
        (
            "What does it cost? I can spend 900.",
            (T.QUESTION_ASKED, T.ANSWER),
            ("What does it cost?", "I can spend 900."),
        ),
    ],
)
def test_a_message_may_do_several_things(text, types, parts):
    found = understand(text, STEP, None)
    assert (found.types, found.parts) == (types, parts)


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("yes", (T.CONFIRMATION,)),
        ("Yes please!", (T.CONFIRMATION,)),
        ("sure, go ahead", (T.CONFIRMATION,)),
        ("👍", (T.CONFIRMATION,)),
        ("ja gerne", (T.CONFIRMATION,)),
        ("no", (T.REFUSAL,)),
        ("no thanks", (T.REFUSAL,)),
        ("nein danke", (T.REFUSAL,)),
        ("👎", (T.REFUSAL,)),
        ("No, I need it from 8 March", (T.REFUSAL, T.ANSWER)),
        ("Yes, but make it 800", (T.CONFIRMATION, T.CORRECTION)),
        ("Yes. And what does it cost?", (T.CONFIRMATION, T.QUESTION_ASKED)),
        ("Berlin", (T.ANSWER,)),
    ],
)
def test_after_an_offer_yes_and_no_are_about_the_offer(text, types):
    assert understand(text, OFFER, None).types == types


@pytest.mark.parametrize(
    ("context", "kind"),
    [
        (YES_OR_NO, T.CONFIRMATION),
        (STEP, T.ANSWER),
        (Context(question="Is it tea or coffee?", in_plan=True), T.ANSWER),
        (Context(question="Möchtest du ein Hotel?", in_plan=True), T.CONFIRMATION),
        (Context(question="Nice. Anything else?", in_plan=True), T.CONFIRMATION),
        (FREE, T.CONFIRMATION),
    ],
)
def test_a_yes_confirms_where_a_yes_was_asked_for(context, kind):
    assert understand("yes", context, None).types == (kind,)


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("where are we", Request.WHERE),
        ("How far are we?", Request.WHERE),
        ("what's left?", Request.WHERE),
        ("how many questions are left?", Request.WHERE),
        ("wo sind wir?", Request.WHERE),
        ("was fehlt noch?", Request.WHERE),
        ("go back", Request.BACK),
        ("can we go back one step?", Request.BACK),
        ("previous step", Request.BACK),
        ("zurück", Request.BACK),
        ("start over", Request.START_OVER),
        ("let's begin again", Request.START_OVER),
        ("von vorne bitte", Request.START_OVER),
        ("what do you know about me?", Request.RECALL),
        ("what did I tell you?", Request.RECALL),
        ("was weißt du über mich?", Request.RECALL),
        ("forget that", Request.FORGET),
        ("please forget my budget", Request.FORGET),
        ("vergiss das", Request.FORGET),
        ("new goal: learn Spanish", Request.NEW_GOAL),
        ("let's plan a party instead", Request.NEW_GOAL),
        ("actually I want to plan a trip to Porto instead", Request.NEW_GOAL),
        ("Ich möchte lieber eine Feier planen", Request.NEW_GOAL),
        ("can I talk to a human?", Request.HAND_OVER),
    ],
)
def test_what_a_message_wants_of_the_conversation(text, request_):
    found = understand(text, STEP, None)
    assert (found.types, found.request) == ((T.REQUEST,), request_)


@pytest.mark.parametrize(
    "text",
    [
        "where are we going to stay",
        "how far is it",
        "I want to start over in a new city",
        "what do you know about Lisbon?",
        "don't go back",
        "I forgot",
    ],
)
def test_what_only_resembles_a_request_is_none(text):
    assert understand(text, STEP, None).request is None


def test_a_never_mind_after_a_correction_may_be_said_in_more_ways():
    for text in ["forget that", "it was right before", "keep the old one", "doch nicht"]:
        assert understand(text, CHANGED, None).types == (T.CANCEL,), text


def test_a_known_fact_that_is_given_anew_is_corrected():
    assert understand("my budget is 900", KNOWN, None).types == (T.CORRECTION,)
    assert understand("my budget is 900", STEP, None).types == (T.ANSWER,)
    assert understand("No, Hamburg", KNOWN, None).types == (T.CORRECTION,)


@pytest.mark.parametrize(
    "question", ["Anything else?", "What else do you need?", "Are you done with it?"]
)
def test_that_is_all_answers_where_more_was_asked_for(question):
    context = Context(question=question, in_plan=True)
    assert understand("that's all", context, None).types == (T.ANSWER,)
    assert understand("a passport. That's all.", STEP, None).types == (T.ANSWER,)


def test_a_word_of_the_question_with_a_question_mark_asks_back():
    context = Context(question="What is your budget?", in_plan=True)
    assert understand("Budget?", context, None).types == (T.QUESTION_ASKED,)
    assert understand("Berlin?", context, None).types == (T.ANSWER,)


@pytest.mark.parametrize(
    ("text", "topic", "kind"),
    [
        ("and what about Porto?", "trains to Sintra", T.BROADENING),
        ("And Porto?", "trains to Sintra", T.BROADENING),
        ("Und was ist mit Porto?", "Züge nach Sintra", T.BROADENING),
        ("what about trains?", "trains to Sintra", T.QUESTION_ASKED),
        ("what about Porto?", "", T.QUESTION_ASKED),
    ],
)
def test_a_turn_to_something_else_broadens_the_topic_before(text, topic, kind):
    assert understand(text, Context(topic=topic), None).types == (kind,)


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("Plan a trip to Lisbon", (T.TOPIC_INTRODUCED,)),
        ("skip this", (T.TOPIC_INTRODUCED,)),
        ("I want to plan a trip. What does it cost?", (T.TOPIC_INTRODUCED, T.QUESTION_ASKED)),
        ("I have 300 euros, is that enough?", (T.QUESTION_ASKED,)),
        ("hello, my friend", (T.GREETING,)),
        ("Thanks, but what about the budget?", (T.THANKS, T.QUESTION_ASKED)),
        ("I want two tickets for Ajax vs. Porto", (T.TOPIC_INTRODUCED,)),
    ],
)
def test_outside_a_plan_what_is_told_is_a_topic(text, types):
    assert understand(text, FREE, None).types == types


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("who is the more famous of the two rivers", T.COMPARISON_MADE),
        ("how does a heat pump work", T.QUESTION_ASKED),
        ("how is my parcel doing", T.QUESTION_ASKED),
    ],
)
def test_vectors_tell_what_no_cue_does(text, kind, embedder):
    assert understand(text, FREE, embedder.embed).types == (kind,)


def test_vectors_of_another_model_tell_nothing():
    def strange(texts):
        return np.ones((len(texts), 5), dtype=np.float32)


def test_a_confused_question_sounds_confused():
    for text in ["what do you mean?", "such as?", "?", "ich verstehe das nicht"]:
        assert understand(text, STEP, None).mood is Mood.CONFUSED, text


CONTEXTS = st.builds(
    Context,
    question=st.sampled_from(["", "Where to?", "Do you have a car?"]),
    offered=st.booleans(),
    in_plan=st.booleans(),
    topic=st.sampled_from(["", "trains"]),
    facts=st.sampled_from([{}, {"Budget": "800"}]),
    just_corrected=st.booleans(),
)
TEXTS = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from([text for texts in IN_A_PLAN.values() for text in texts])).map(
        lambda texts: " ".join(texts)
    ),
)


@given(TEXTS, CONTEXTS)
def test_the_parts_are_the_text_in_its_order(text, context):
    found = understand(text, context, None)
    assert found.types
    assert len(found.parts) == (len(found.types) if len(found.types) > 1 else 0)
    assert (
        not found.parts
        or " ".join(found.parts).split() == text.split()
        or ("".join("".join(found.parts).split()) == "".join(text.split()))
    )


@given(TEXTS, CONTEXTS)
def test_no_two_parts_side_by_side_do_the_same(text, context):
    found = understand(text, context, None)
    pairs = zip(found.types, found.types[1:], strict=False)
    assert all(one is not other or one is T.REQUEST for one, other in pairs)


@given(st.text(min_size=1, max_size=12), CONTEXTS)
def test_a_text_of_ten_thousand_characters_is_understood(piece, context):
    assert understand((piece * 10_000)[:10_000], context, None).types


def test_what_pages_of_text_ask_is_found_at_their_end():
    pages = "I have seen the old town and the river. " * 250 + "What should I see next?"
    assert understand(pages, STEP, None).types == (T.ANSWER, T.QUESTION_ASKED)


@pytest.mark.parametrize("text", ["Say something hostile, please?", "Is Lisbon expensive?"])
def test_a_question_is_no_greeting_and_no_comparison_by_a_chance_likeness(text, embedder):
    assert understand(text, FREE, embedder.embed).types == (T.QUESTION_ASKED,)
