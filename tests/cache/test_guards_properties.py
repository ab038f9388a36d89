"""What holds of the guards for every question."""

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cache.guards import DEFAULT_GUARDS, refusal

SUBJECTS = ["my order", "the red bike", "a 2 kg parcel", "Python 3.12", "the train to Ghent", "it"]
QUESTIONS = [
    "How do I cancel {}?",
    "Why can't I find {}?",
    "What is the price of {}?",
    "When does {} arrive on Monday?",
    "Can I not return {} after 14 days?",
    "Is {} cheaper than the other one?",
    "Where do I turn off the alarm of {}?",
    "I don't have {}, what should I do?",
    "Who paid $1,200 for {} in May 2021?",
    "Which of the five shops sells {} at 7pm?",
]
questions = st.builds(str.format, st.sampled_from(QUESTIONS), st.sampled_from(SUBJECTS))
anything = st.text(max_size=200) | st.text(string.printable, max_size=200)

COURTESIES = [
    "{}",
    "Hi, {}",
    "Hello there! {}",
    "Sorry to bother you, but {}",
    "Please, {}",
    "So um, {}",
    "{} Thanks!",
    "{} Thank you so much!",
]
REWRITINGS = [
    lambda text: text[0].lower() + text[1:],
    lambda text: text.rstrip("?."),
    lambda text: text.rstrip("?") + " ??",
    lambda text: text.replace("'", "’"),
    lambda text: text.replace(" ", "  "),
    lambda text: text.replace("can't", "cannot").replace("don't", "do not"),
    lambda text: text.replace("can't", "cant").replace("don't", "dont"),
    lambda text: text.replace("What is", "What's").replace("Who is", "Who's"),
    lambda text: text.replace("five", "5").replace("14", "fourteen"),
    lambda text: text.replace("$1,200", "$1200").replace("7pm", "7 p.m."),
    lambda text: text.replace("14 days", "two weeks").replace("2 kg", "2000 g"),
]


@given(anything)
@example("'@0.0")
@example("$٣")
def test_no_question_is_refused_against_itself(text):
    assert refusal(DEFAULT_GUARDS, text[:100], text[:100]) is None


@given(questions, st.sampled_from(COURTESIES))
def test_courtesies_make_no_difference(question, courtesy):
    courteous = courtesy.format(question)
    assert refusal(DEFAULT_GUARDS, courteous, question) is None
    assert refusal(DEFAULT_GUARDS, question, courteous) is None


@given(questions, st.lists(st.sampled_from(REWRITINGS), max_size=4))
def test_another_way_to_write_the_same_makes_no_difference(question, rewritings):
    rewritten = question
    for rewrite in rewritings:
        rewritten = rewrite(rewritten)
    assert refusal(DEFAULT_GUARDS, rewritten, question) is None
    assert refusal(DEFAULT_GUARDS, question, rewritten) is None


@given(anything | questions, anything | questions)
def test_any_two_texts_can_be_compared_and_the_order_does_not_matter(one, other):
    for guard in DEFAULT_GUARDS:
        reason, turned = guard(one, other), guard(other, one)
        assert (reason is None) == (turned is None)
        assert reason is None or reason.strip()


@given(questions, st.integers(3000, 10**6), st.integers(3000, 10**6))
def test_numbers_are_compared_by_their_value(question, one, other):
    ours, theirs = f"{question} Ticket {one:,}", f"{question} Ticket {other}"
    assert (refusal(DEFAULT_GUARDS, ours, theirs) is None) == (one == other)


@given(questions, st.integers(20, 58), st.sampled_from(["minutes", "hours", "kg", "metres", "GB"]))
def test_a_unit_may_stand_apart_or_not(question, number, unit):
    ours, theirs = f"{question} {number} {unit}", f"{question} {number + 1} {unit}"
    assert refusal(DEFAULT_GUARDS, ours, theirs) is not None
    assert refusal(DEFAULT_GUARDS, ours, f"{question} {number}{unit}") is None


@pytest.mark.parametrize(
    "text", ["", " ", "?", "\x00", "\ud800", "½ ² ٣ 四", "a" * 10_000, "'s n't"]
)
def test_odd_texts_are_compared_like_all_others(text):
    for other in ("", text, "How do I cancel my order?"):
        for guard in DEFAULT_GUARDS:
            guard(text, other)
            guard(other, text)
