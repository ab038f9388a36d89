"""What the assistant says itself: in the user's language, and never the same sentence twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from agents.dialogue.difference import difference
from agents.dialogue.language import Language, language_of, spoken_language
from agents.dialogue.messages import Mood
from agents.dialogue.phrases import (
    FILLED_IN,
    LONGEST_SAID,
    REPEATED_MOST,
    Kind,
    load,
    phrases,
    phrases_for,
)
from agents.dialogue.plan import Plan, Progress, Step
from agents.errors import ContentError
from tests.agents.dialogue.examples import plan, step

LANGUAGES = get_args(Language)
KINDS = get_args(Kind)
TEXTS = Path(phrases.__wrapped__.__code__.co_filename).parent / "texts"


def numbered_by_title(*titles: str) -> Plan:
    return Plan("Go", tuple(replace(step(title), id=title) for title in titles))


def filled(kind: str) -> dict[str, str]:
    return {name: f"<{name}>" for name in FILLED_IN.get(kind, ())}


@pytest.fixture
def broken(tmp_path):
    """Writes the English sentences with a change, and gives the file."""

    def write(**changes: object) -> Path:
        texts = yaml.safe_load((TEXTS / "en.yml").read_text("utf-8"))
        texts.update(changes)
        path = tmp_path / "en.yml"
        path.write_text(yaml.safe_dump({k: v for k, v in texts.items() if v is not None}))
        return path

    return write


# What there is


def test_what_is_filled_in_is_said_for_kinds_that_there_are():
    assert FILLED_IN.keys() <= set(KINDS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_sentence_is_there_and_says_all_that_it_is_given(language):
    words = phrases(language)

    for kind in KINDS:
        sentence = words.pick(kind, **filled(kind))
        assert all(value in sentence for value in filled(kind).values())
        assert sentence == sentence.strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_wording_is_there_twice(language):
    for kind in KINDS:
        wordings = phrases(language).wordings[kind]
        assert len(set(wordings)) == len(wordings)


def test_the_languages_say_other_things():
    english, german = phrases("en"), phrases("de")
    quiet = {kind for kind in KINDS if english.wordings[kind] == german.wordings[kind]}

    assert quiet == {"where_open", "where_done"}, "only bare titles are the same in both"


# Never the same sentence twice


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", REPEATED_MOST)
def test_what_is_said_about_one_step_three_times_is_said_in_three_ways(language, kind):
    said: list[str] = []
    for _ in range(3):
        said.append(phrases(language).pick(kind, said, **filled(kind)))

    assert len(set(said)) == 3


def test_a_sentence_within_a_longer_reply_was_said():
    words = phrases("en")
    first = words.pick("noted")

    assert words.pick("noted", [f"Hello. {first} Go on."]) != first


@pytest.mark.parametrize("kind", KINDS)
def test_when_all_was_said_the_one_said_longest_ago_comes_again(kind):
    words = phrases("en")
    number = len(words.wordings[kind])
    said: list[str] = []

    for _ in range(2 * number):
        said.append(words.pick(kind, said, **filled(kind)))

    assert said[number:] == said[:number]
    assert len(set(said)) == number


# What is filled in is data


@given(st.text(max_size=60) | st.sampled_from(["{title}", "{0}", "{", "}}", "{title.__class__}"]))
def test_whatever_a_user_or_a_plan_says_stands_as_it_is(text):
    for kind, names in FILLED_IN.items():
        sentence = phrases("en").pick(kind, **dict.fromkeys(names, text))
        assert sentence.count(text) >= 1

    asked = phrases("en").ask(1, 2, Step("Title", text or "?", "x", "y", "clarify"))
    assert (text or "?") in asked


# Steps


def test_an_optional_step_says_that_it_may_be_skipped():
    needed, optional = (
        Step("Budget", "How much?", "an amount", "an amount", "clarify", optional=o)
        for o in (False, True)
    )

    assert "skip" not in phrases("en").ask(1, 2, needed)
    assert "skip" in phrases("en").ask(1, 2, optional)
    assert "überspringen" in phrases("de").ask(1, 2, optional)


def test_the_ways_to_ask_again_do_not_repeat_the_question_alike():
    words, one = phrases("en"), step()

    again = [words.explain(one), words.ask_otherwise(one), words.resume(1, one)]

    assert "a budget" in words.explain(one)
    assert one.description not in words.ask_otherwise(one)
    assert len(set(again)) == 3


def test_examples_are_quoted_and_offered_as_choices():
    one = Step("Budget", "How much?", "x", "y", "clarify", examples=("500", "900", "none"))

    assert "“500”, “900” or “none”" in phrases("en").exemplify(one)
    assert "„500“, „900“ oder „none“" in phrases("de").exemplify(one)


def test_a_step_that_others_build_on_says_which():
    words = phrases("en")

    assert "Budget and Dates" in words.keep_needed(step("Place"), [step(), step("Dates")])
    assert "Place" in words.keep_needed(step("Place"), [])


def test_the_overview_shows_each_step_with_its_answer_and_where_we_are():
    long = "nine hundred\neuros " * 20
    progress = (Progress("done", said=long), Progress("current"), Progress("open"),
                Progress("skipped"), Progress("reopened"))  # fmt: skip

    shown = phrases("en").overview(plan("A", "B", "C", "D", "E"), progress).splitlines()

    assert shown[0] == "We are at step 2 of 5:"
    assert shown[1] == ""
    assert shown[2].startswith("1. A ✓ nine hundred euros")
    assert len(shown[2]) <= LONGEST_SAID + len("1. A ✓ ")
    assert shown[3] == "2. **B** ← we are here"
    assert shown[4] == "3. C"
    assert "left open" in shown[5]
    assert "again" in shown[6]


def test_the_overview_of_a_finished_plan_says_so():
    finished = Plan("Go", plan("A").steps)

    assert "complete" in phrases("en").overview(finished, (Progress("done", said="yes"),))


def test_what_is_known_is_a_list_and_nothing_is_said_as_such():
    words = phrases("en")

    assert words.known({"Budget": "900", "likes": "fado"}).splitlines()[2:] == [
        "- **Budget:** 900",
        "- **likes:** fado",
    ]
    assert "nothing" in words.known({}, [words.known({})])


def test_what_changed_in_a_plan_is_told_and_what_did_not_only_beside_it():
    words = phrases("en")
    before, after = (numbered_by_title(*titles) for titles in (("A", "B"), ("B", "C")))

    assert words.changes(difference(before, after)) == ("Kept: B. New: C. No longer needed: A.")
    assert words.changes(difference(before, before)) == ""


@pytest.mark.parametrize("mood", Mood)
def test_only_a_mood_that_calls_for_it_gets_another_opening(mood):
    gentle = mood in (Mood.CONFUSED, Mood.FRUSTRATED)

    assert bool(phrases("en").opening(mood)) == gentle


# Languages


@pytest.mark.parametrize(
    "text, language",
    [
        ("Plan a trip to Lisbon", "en"),
        ("Ein Wochenende in Lissabon planen", "de"),
        ("Ich möchte einen Laptop kaufen", "de"),
        ("Umzug organisieren", "de"),
        ("Vorbereitung auf ein Gespräch", "de"),
        ("I want to learn German", "en"),
        ("das weiß ich nicht", "de"),
        ("at most 900", "en"),
        ("900", None),
        ("Lisbon", None),
        ("👍", None),
        ("", None),
    ],
)
def test_the_language_of_a_text_is_told_by_its_marks(text, language):
    assert spoken_language(text) == language
    assert language_of(text) == (language or "en")
    assert phrases_for(text) is phrases(language or "en")


# Files that cannot be used


def test_a_kind_that_is_missing_is_named(broken):
    with pytest.raises(ContentError, match=r"en\.yml, hello: is missing") as caught:
        load(broken(hello=None), "en")

    assert caught.value.key == "hello"


@pytest.mark.parametrize(
    "changes, told",
    [
        ({"helo": ["Hi"]}, "helo"),
        ({"hello": []}, "hello"),
        ({"hello": "Hi"}, "hello"),
        ({"hello": [1]}, "hello"),
        ({"hello": [""]}, "hello"),
        ({"hello": ["a", "b", "c", "d", "e", "f"]}, "hello"),
        ({"hello": ["Hello {name}"]}, "hello"),
        ({"step": ["{number} of {total}"]}, "step"),
        ({"step": ["{number.real} of {total}: {question}"]}, "step"),
        ({"step": ["{number} of {total}: {question"]}, "step"),
        ({"back": ["{number}: {question}"]}, "back"),
    ],
)
def test_a_sentence_that_cannot_be_used_is_named_with_its_file(broken, changes, told):
    with pytest.raises(ContentError, match=r"en\.yml") as caught:
        load(broken(**changes), "en")

    assert caught.value.key == told
    assert caught.value.path.name == "en.yml"


@pytest.mark.parametrize("text", ["- 1\n- 2", "hello: [", "", "\x00"])
def test_a_file_that_is_no_list_of_sentences_is_named(tmp_path, text):
    path = tmp_path / "en.yml"
    path.write_text(text)

    with pytest.raises(ContentError, match=r"en\.yml"):
        load(path, "en")
