"""Conditions: what they make of results as models write them."""

from __future__ import annotations

import pytest

from agents.teams.conditions import Joined, Outcome, Test, holds, sentence

YES = Outcome("**Yes.** The risk of fire is 3.5 out of 10.")


def is_so(how: str, *values: str, outcome: Outcome = YES) -> bool:
    return holds(Test("check", how, values), {"check": outcome})


@pytest.mark.parametrize(
    "how, values, held",
    [
        ("starts", ("yes",), True),
        ("starts", ("no", "YES."), True),
        ("starts", ("ye",), False),
        ("is", ("yes",), False),
        ("contains", ("fire",), True),
        ("contains", ("Risk of Fire",), True),
        ("contains", ("ire",), False),
        ("contains", ("flood", "fire"), True),
        ("above", ("3.4",), True),
        ("above", ("3.5",), False),
        ("below", ("4",), True),
        ("status", ("done",), True),
        ("status", ("failed", "skipped"), False),
    ],
)
def test_a_look_at_a_result(how, values, held):
    assert is_so(how, *values) is held


@pytest.mark.parametrize("said", ["yes", "Yes.", " **YES**\n", '"yes"!'])
def test_a_word_is_itself_however_it_is_dressed(said):
    assert is_so("is", "yes", outcome=Outcome(said))


@pytest.mark.parametrize("how", ["above", "below"])
def test_a_text_without_a_number_is_neither_above_nor_below(how):
    assert not is_so(how, "0", outcome=Outcome("none at all"))


def test_a_step_without_a_result_contains_nothing():
    assert not is_so("contains", "fire", outcome=Outcome("", "skipped"))
    assert is_so("status", "skipped", outcome=Outcome("", "skipped"))


def test_nothing_is_so_of_a_name_that_is_unknown():
    assert not holds(Test("other", "status", ("done",)), {"check": YES})


def test_conditions_join():
    fire, flood = Test("check", "contains", ("fire",)), Test("check", "contains", ("flood",))
    known = {"check": YES}

    assert not holds(Joined("all", (fire, flood)), known)
    assert holds(Joined("any", (fire, flood)), known)
    assert holds(Joined("not", (flood,)), known)
    assert not holds(Joined("not", (fire, flood)), known)


def test_a_condition_is_told_in_words():
    fire = Test("check", "contains", ("fire", "flood"))
    done = Test("check", "status", ("done",))

    assert sentence(Joined("all", (done, Joined("not", (fire,))))) == (
        "(check ended as 'done' and not (check contains 'fire' or 'flood'))"
    )
