"""What a correction changes: which answer is meant, and what stands in for it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from agents.dialogue.correcting import Change, change_in, new_value
from agents.dialogue.events import Judged, StepEnded
from agents.dialogue.plan import Step
from agents.dialogue.state import ChatState
from tests.agents.dialogue.examples import MET, in_a_plan, lived

DESTINATION, DATES, BUDGET, HOTEL = range(4)


class ByDigits:
    """Takes numbers for budgets and everything else for destinations."""

    def probabilities(self, steps: Sequence[Step], reply: str) -> tuple[float, ...]:
        wanted = "Budget" if any(c.isdigit() for c in reply) else "Destination"
        return tuple(0.9 if step.title == wanted else 0.1 for step in steps)


@pytest.fixture
def told() -> ChatState:
    """All but the last step of a trip are answered."""
    answers = ("Berlin", "the first week of May", "about 600 euros")
    events = [
        event
        for index, said in enumerate(answers)
        for event in (Judged(4.0 + index, index, said, MET), StepEnded(4.5 + index, index, "done"))
    ]
    return lived(*events, before=in_a_plan("Destination", "Dates", "Budget", "Hotel"))


@pytest.mark.parametrize(
    ("text", "step", "value"),
    [
        ("Actually, make it 800", BUDGET, "800"),
        ("No wait, not Berlin but Hamburg", DESTINATION, "Hamburg"),
        ("Change the budget to 900 euros", BUDGET, "900 euros"),
        ("Sorry, I meant Hamburg", DESTINATION, "Hamburg"),
        ("Hamburg instead of Berlin", DESTINATION, "Hamburg"),
        ("the budget is 700 instead", BUDGET, "700"),
        ("Actually, make the budget 800 euros instead", BUDGET, "800 euros"),
        ("Mein Budget ist doch 900 Euro", BUDGET, "900 Euro"),
        ("Nein, nicht Berlin, sondern Hamburg", DESTINATION, "Hamburg"),
        ("Ich meinte 900 Euro", BUDGET, "900 Euro"),
    ],
)
def test_the_answer_that_is_meant_gets_the_new_value(told, text, step, value):
    assert change_in(told, text, ByDigits()) == Change(step, value)


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("I want to change the budget", BUDGET),
        ("Change the dates, please", DATES),
        ("Can we change the destination?", DESTINATION),
    ],
)
def test_a_wish_to_change_without_a_new_value_names_the_step(told, text, step):
    assert change_in(told, text, ByDigits()) == Change(step, "")


def test_without_any_hint_nothing_is_changed(told):
    class Nothing:
        def probabilities(self, steps, reply):
            return tuple(0.1 for _ in steps)

    assert change_in(told, "Actually, something is wrong", Nothing()) is None


def test_what_was_not_answered_cannot_be_corrected(told):
    assert change_in(in_a_plan("Hotel"), "Change the hotel to the Ritz", ByDigits()) is None


def test_a_conversation_without_a_plan_has_nothing_to_correct():
    assert change_in(lived(), "Actually, Hamburg", ByDigits()) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Actually, 5 people", "5 people"),
        ("make it two weeks instead", "two weeks"),
        ("change it to Porto.", "Porto"),
        ("the budget", ""),
        ("Sorry, the country is Northern Ireland, not Ireland", "Northern Ireland"),
        ("Die Feier ist am Montag, nicht am Dienstag", "am Montag"),
        ("my sister is coming too", "my sister is coming too"),
        ("?!", ""),
        ("No, no, sorry: the 3rd of June", "the 3rd of June"),
        ("doch lieber am Montag", "am Montag"),
        ("", ""),
    ],
)
def test_the_new_value_is_what_is_left_without_the_words_around_it(text, value):
    assert new_value(text, ["Budget"]) == value
