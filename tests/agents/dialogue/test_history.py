"""What a model is shown of the conversation so far."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from agents.dialogue.events import Heard, ReplyBegan
from agents.dialogue.history import BLOCK, MOST_CHARACTERS, exchanges, window
from agents.dialogue.messages import Reply
from tests.agents.dialogue.examples import (
    a_conversation,
    lived,
    message,
    said_and_answered,
)

LENGTHS = st.lists(st.integers(0, MOST_CHARACTERS), max_size=60)


def pairs_of(lengths):
    return [(f"{number}", "x" * length) for number, length in enumerate(lengths)]


def size(pairs):
    return sum(len(said) + len(answered) for said, answered in pairs)


@given(LENGTHS)
def test_what_is_shown_fits_unless_a_single_exchange_does_not(lengths):
    shown = window(pairs_of(lengths))

    assert size(shown) <= MOST_CHARACTERS or len(shown) == 1


@given(LENGTHS)
def test_what_is_shown_is_the_end_of_what_was_said(lengths):
    pairs = pairs_of(lengths)

    shown = window(pairs)

    assert shown == pairs[len(pairs) - len(shown) :]
    assert bool(shown) == bool(pairs)


@given(st.lists(st.integers(0, 3_000), min_size=1, max_size=60))
def test_a_growing_conversation_keeps_its_beginning_for_several_turns(lengths):
    """Each change of the beginning makes a model read all of it again."""
    pairs = pairs_of(lengths)
    beginnings = [window(pairs[:count])[0] for count in range(1, len(pairs) + 1)]

    changes = sum(before != after for before, after in itertools.pairwise(beginnings))

    assert changes <= len(pairs) / BLOCK + 1


def test_all_of_a_short_conversation_is_shown():
    pairs = [("Hello", "Hello!"), ("What is a fado?", "A song.")]

    assert window(exchanges(a_conversation(pairs))) == pairs


def test_a_message_is_shown_as_it_was_put_to_the_model():
    state = lived(*said_and_answered("900 euros", "Good.", sent="900 euros\n\n[note]"))

    assert exchanges(state) == [("900 euros\n\n[note]", "Good.")]


def test_an_answer_is_shown_without_the_plans_line():
    state = lived(*said_and_answered("900 euros", "Good.", guidance="**Step 2 of 2.** When?"))

    assert exchanges(state) == [("900 euros", "Good.")]


def test_the_plans_line_is_shown_where_it_is_all_that_was_said():
    state = lived(*said_and_answered("Hello", "", guidance="Hello! What is your goal?"))

    assert exchanges(state) == [("Hello", "Hello! What is your goal?")]


def test_what_got_no_answer_is_left_out_and_a_part_is_shown():
    state = lived(
        *said_and_answered("First", "", 1, status="failed"),
        *said_and_answered("Second", "A par", 2, status="stopped"),
        Heard(20.0, message("Third", id="m3")),
        ReplyBegan(20.0, Reply(id="r3", to="m3", at=20.0, answer="so far")),
    )

    assert exchanges(state) == [("Second", "A par")]
