"""Numbers, times and states as people read them."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.dialogue.machine import State
from agents.dialogue.messages import Mood
from agents.dialogue.turn import Stage
from pages.parts import words


def test_every_state_mood_and_stage_has_words() -> None:
    assert set(words.STATES) == set(State)
    assert set(words.MOODS) == set(Mood)
    assert set(words.STAGES) == set(get_args(Stage))


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 s"),
        (0.0002, "1 ms"),
        (0.0084, "8 ms"),
        (0.9996, "1.0 s"),
        (4.84, "4.8 s"),
        (59.97, "1 min"),
        (125, "2 min 5 s"),
        (12_000, "3 h 20 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_durations(seconds: float, shown: str) -> None:
    assert words.duration(seconds) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(0.8999, "0.89"), (0.9, "0.90"), (0.29, "0.29"), (1.0, "1.00")]
)
def test_a_similarity_is_never_shown_as_the_threshold_it_missed(value: float, shown: str) -> None:
    assert words.similarity(value) == shown


@given(st.floats(0, 1))
def test_a_similarity_is_shown_within_a_hundredth(value: float) -> None:
    # What a float cannot hold, such as 0.29, may come out a millionth of a hundredth higher.
    assert -1e-8 <= value - float(words.similarity(value)) < 0.01 + 1e-8


def test_times() -> None:
    assert words.ago(100, 130) == "just now"
    assert words.ago(100, 100 + 3 * 3600) == "3 h ago"
    assert words.left(None, 0) == "for ever"
    assert words.left(100, 100) == "expired"
    assert words.left(100 + 86_400 * 6, 0) == "6 d left"


def test_counts() -> None:
    assert words.counted(1, "entry", "entries") == "1 entry"
    assert words.counted(1200, "entry", "entries") == "1,200 entries"
    assert words.percent(None) == "–"
    assert words.percent(1 / 3) == "33 %"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.008, "8 ms"), (4.8, "4.8 s"), (59.97, "1 min"), (432, "7 min"), (12_000, "3 h")],
)
def test_a_brief_span_has_one_unit(seconds: float, shown: str) -> None:
    assert words.brief(seconds) == shown
