"""How the user sounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.dialogue.messages import Mood
from agents.dialogue.mood import mood_of

EXAMPLES = {
    Mood.NEUTRAL: [
        "What is the capital of Portugal?",
        "Berlin",
        "about 900 euros",
        "I'd like to leave on Friday",
        "two adults and a child",
        "which train goes to Sintra",
        "no",
        "yes",
        "I don't know",
        "not sure yet, maybe May",
        "skip this",
        "I want to buy a laptop",
        "my printer does print",
        "the great wall",
        "a helpline number",
        "I lost my keys in the park",
        "the show was not great",
        "it is not perfect",
        "that does not help",
        "I work for a superstore",
        "thanks to my brother I know the town",
        "Greater London",
        "superbly",
        "thanksgiving dinner",
        "Huhn",
        "Was kostet das?",
        "im Mai",
        "ungefähr 900 Euro",
        "ich weiß es nicht",
        "zwei Personen",
    ],
    Mood.CONFUSED: [
        "I don't understand the question",
        "Huh?",
        "what do you mean?",
        "what does that mean",
        "that makes no sense",
        "I'm lost",
        "I don't get it",
        "I am confused",
        "this is confusing",
        "not sure what you want from me",
        "I have no idea what you mean",
        "can you rephrase",
        "could you clarify?",
        "sorry, what?",
        "wait, what?",
        "what are you asking",
        "I can't follow",
        "that is unclear to me",
        "such as?",
        "like what?",
        "I don't know what to say",
        "?",
        "???",
        "🤔",
        "Das verstehe ich nicht",
        "was meinst du?",
        "wie bitte?",
        "ich bin verwirrt",
        "das ist mir unklar",
        "ich verstehe nur Bahnhof",
        "was heißt das?",
    ],
    Mood.FRUSTRATED: [
        "This is useless",
        "I already told you my budget",
        "you keep asking the same thing",
        "how many times do I have to say it",
        "this is so annoying",
        "I'm fed up",
        "what a waste of time",
        "stop asking me that",
        "this is ridiculous",
        "you are not listening",
        "that is not helpful",
        "it still doesn't work",
        "I've just answered that",
        "this is stupid",
        "ugh",
        "for god's sake",
        "I give up",
        "you're not helping",
        "I am so angry",
        "over and over the same question",
        "😡",
        "enough of this",
        "Das nervt",
        "das habe ich doch schon gesagt",
        "so ein Quatsch",
        "mir reicht's",
        "du hörst mir nicht zu",
        "zum dritten Mal: Berlin",
        "völlig nutzlos",
        "das ist Zeitverschwendung",
    ],
    Mood.SATISFIED: [
        "Perfect, thanks!",
        "thank you so much",
        "great!",
        "that's great",
        "awesome",
        "I love it",
        "exactly what I needed",
        "very helpful",
        "brilliant idea",
        "that helps a lot",
        "well done",
        "nice one",
        "cool, Berlin it is",
        "this is wonderful",
        "I'm happy with that",
        "works great",
        "good job",
        "you are the best",
        "fantastic",
        "👍",
        "🎉",
        "this is really useful",
        "Danke, super",
        "perfekt",
        "toll, danke dir",
        "das gefällt mir",
        "genau das wollte ich",
        "sehr hilfreich",
        "das hat mir geholfen",
        "wunderbar!",
    ],
}
LABELLED = [(text, mood) for mood, texts in EXAMPLES.items() for text in texts]


@pytest.mark.parametrize(("text", "mood"), LABELLED)
def test_a_message_sounds_as_a_reader_would_say(text, mood):
    assert mood_of(text) is mood


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("Great, but I'm lost", Mood.CONFUSED),
        ("Thanks, but this is ridiculous and makes no sense", Mood.FRUSTRATED),
    ],
)
def test_frustration_outranks_confusion_and_that_satisfaction(text, mood):
    assert mood_of(text) is mood


@pytest.mark.parametrize("text", ["it's not annoying", "not useless at all", "nicht schlecht"])
def test_what_is_denied_is_not_felt(text):
    assert mood_of(text) is Mood.NEUTRAL


def test_the_end_of_a_long_text_is_heard():
    assert mood_of("I went to the old town. " * 400 + "This is useless!") is Mood.FRUSTRATED


@given(st.text())
def test_every_text_has_a_mood(text):
    assert mood_of(text) in Mood
