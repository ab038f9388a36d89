"""Preferences that a message states in passing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.dialogue.memory import preferences_in


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I like small towns.", {"likes": "small towns"}),
        ("I really love hiking; it is fun", {"likes": "hiking"}),
        ("I don't like crowds", {"dislikes": "crowds"}),
        ("I hate flying!", {"dislikes": "flying"}),
        ("I'd rather have a window seat", {"prefers": "a window seat"}),
        (
            "I prefer trains, I avoid planes",
            {"prefers": "trains, I avoid planes", "dislikes": "planes"},
        ),
        ("I like tea. I like coffee.", {"likes": "tea"}),
        ("What do you like?", {}),
        ("You like it", {}),
        ("About 900 euros", {}),
    ],
)
def test_a_preference_is_what_the_user_says_of_themselves(text, found):
    assert preferences_in(text) == found


@pytest.mark.parametrize("text", ["I don't like crowds", "I do not like crowds"])
def test_what_the_user_does_not_like_is_no_liking(text):
    assert "likes" not in preferences_in(text)


@given(st.text(max_size=500).map("I like {}".format))
def test_what_is_kept_is_short_and_on_one_line(text):
    for value in preferences_in(text).values():
        assert len(value) <= 120
        assert "\n" not in value
