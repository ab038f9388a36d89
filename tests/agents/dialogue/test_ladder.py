"""What is tried when a reply does not meet a step."""

from __future__ import annotations

import pytest

from agents.dialogue.ladder import MOST_TRIES, fallback_kind, rung
from tests.agents.dialogue.examples import step


@pytest.mark.parametrize(
    ("fallback", "order"),
    [
        ("clarify", ["clarify", "rephrase", "leave_open"]),
        ("Rephrase.", ["rephrase", "clarify", "leave_open"]),
        ("For example: 900 euros.", ["say_fallback", "rephrase", "leave_open"]),
        ("", ["clarify", "rephrase", "leave_open"]),
    ],
)
def test_the_steps_own_fallback_comes_first_and_a_third_failure_leaves_it_open(fallback, order):
    assert [rung(step(fallback=fallback), attempts) for attempts in range(3)] == order


def test_what_nobody_needs_is_skipped_in_the_end():
    assert rung(step(optional=True), MOST_TRIES - 1) == "skip"


@pytest.mark.parametrize("attempts", range(MOST_TRIES - 1, 10))
def test_nobody_is_asked_more_than_three_times(attempts):
    assert rung(step(), attempts) == "leave_open"


@pytest.mark.parametrize("text", ["Clarify", " CLARIFY! ", "clarify.", "Erkläre."])
def test_a_text_too_short_to_be_a_sentence_asks_for_clarity(text):
    assert fallback_kind(step(fallback=text)) == "clarify"


def test_a_sentence_with_the_word_is_a_text_to_say():
    assert fallback_kind(step(fallback="Clarify whether it is for two.")) == "say_fallback"
