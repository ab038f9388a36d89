"""An answer that goes round in circles is ended; everything else comes through to the letter."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.models.repetition import Repetition

CIRCLE = (
    "- Have your sister sign the will.\n"
    "- Review the will again for accuracy.\n"
    "- Have your dog sign the will.\n"
    "- Review the will again for accuracy.\n"
)
CHORUS = "We sail the sea at night,\nthe stars are burning bright,\nand home is far from here.\n"


def shown(text: str, size: int = 3) -> tuple[str, Repetition]:
    """What is let through of a text that comes in pieces, to its end or its circle."""
    repetition, out = Repetition(), ""
    for begin in range(0, len(text), size):
        out += repetition.let_through(text[begin : begin + size])
        if repetition.in_circles:
            return out, repetition
    return out + repetition.rest(), repetition


@pytest.mark.parametrize("size", [1, 3, 7, 10_000])
def test_of_a_circle_the_first_round_is_shown_and_no_more(size: int):
    out, repetition = shown(f"Do this:\n{CIRCLE * 20}", size)
    assert repetition.in_circles
    assert out == "Do this:\n" + CIRCLE.rsplit("- Review", 1)[0]
    assert repetition.shown == out


@pytest.mark.parametrize(
    "circle",
    [
        "It is a city on a river. It has a harbour. ",
        "Take the tram to the castle! ",
        "Geh zuerst zum Amt.\n",
        "**Look it up once more.**\n\n",
    ],
)
def test_sentences_in_a_circle_are_noticed_as_well(circle: str):
    out, repetition = shown(circle * 30)
    assert repetition.in_circles
    assert out.strip() == circle.strip()


def test_numbers_before_the_lines_do_not_make_them_new():
    out, repetition = shown("".join(f"{n}. Visit the old island prison.\n" for n in range(1, 40)))
    assert repetition.in_circles
    assert out == "1. Visit the old island prison.\n"


@pytest.mark.parametrize(
    "text",
    [
        f"{CHORUS}\nThe wind was cold and clear.\n\n{CHORUS}\nA gull cried.\n\n{CHORUS}",
        f"One verse of it alone.\n{CHORUS}{CHORUS}",
        "Yes.\n" * 40,
        "| Monday | 10 am | Room of the team |\n" * 40,
        "```\nfor x in rows: print(x, x, x)\n" + "print(one, two, three, four)\n" * 40 + "```\n",
        "No. 1 is good. No. 2 is good. No. 3 is good. No. 4 is good. No. 5 is good.",
        "".join(f"{hour}:00 Work on the big project\n" for hour in range(6, 22)),
        "".join(f"- {year} was a quiet year here.\n" for year in range(1990, 2020)),
        f"{CIRCLE}{CIRCLE}",
    ],
    ids=[
        "song",
        "last chorus twice",
        "short",
        "table",
        "code",
        "numbered",
        "hours",
        "years",
        "once again",
    ],
)
def test_what_is_said_again_on_purpose_comes_through(text: str):
    assert shown(text)[0] == text


def test_a_circle_after_code_is_noticed():
    code = "```\n" + "print(one, two, three, four)\n" * 20 + "```\n"
    out, repetition = shown(code + CIRCLE * 9)
    assert repetition.in_circles
    assert out.startswith(code)


def test_what_leads_on_to_something_new_is_let_through_at_once():
    repetition = Repetition()
    assert repetition.let_through("The castle is old.\nThe ") == "The castle is old.\n"
    assert repetition.let_through("ca") == ""
    assert repetition.let_through("fé") == "The café"


@given(st.text(st.sampled_from("ab .!\n-*`1"), max_size=300), st.integers(1, 20))
def test_nothing_is_lost_changed_or_shown_twice(text: str, size: int):
    out, repetition = shown(text, size)
    assert text.startswith(out)
    assert repetition.in_circles or out == text


@given(st.lists(st.from_regex(re.compile(r"[a-z]{4,9}"), fullmatch=True), min_size=3, unique=True))
def test_new_words_in_every_line_are_no_circle(words: list[str]):
    text = "".join(f"{word} goes to town again\n" for word in words)
    assert shown(text)[0] == text
