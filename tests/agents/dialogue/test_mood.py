"""How the user sounds."""

from __future__ import annotations

import pytest

from agents.dialogue.messages import Mood
from agents.dialogue.mood import mood_of


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("What is the capital of Portugal?", Mood.NEUTRAL),
        ("I don't understand the question", Mood.CONFUSED),
        ("Huh?", Mood.CONFUSED),
        ("Das verstehe ich nicht", Mood.CONFUSED),
        ("This is useless", Mood.FRUSTRATED),
        ("I already told you my budget", Mood.FRUSTRATED),
        ("Das nervt", Mood.FRUSTRATED),
        ("Perfect, thanks!", Mood.SATISFIED),
        ("Danke, super", Mood.SATISFIED),
    ],
)
def test_a_message_sounds_as_a_reader_would_say(text, mood):
    assert mood_of(text) is mood


@pytest.mark.parametrize("text", ["Greater London", "superb", "thanksgiving dinner", "Huhn"])
def test_a_cue_inside_a_word_is_no_mood(text):
    assert mood_of(text) is Mood.NEUTRAL


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("Great, but I'm lost", Mood.CONFUSED),
        ("Thanks, but this is ridiculous and makes no sense", Mood.FRUSTRATED),
    ],
)
def test_frustration_outranks_confusion_and_that_satisfaction(text, mood):
    assert mood_of(text) is mood
