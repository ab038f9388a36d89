"""The cache's partitions: nothing that is one's own is found from anywhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.dialogue import partitions
from agents.dialogue.events import Judged, StepEnded
from tests.agents.dialogue.examples import MET, a_conversation, in_a_plan, lived, message

PLACES = st.tuples(st.sampled_from(["ann", "bob", "ann\x00", "*"]), st.sampled_from(["c1", "*"]))
TEXTS = st.sampled_from(["Is it far?", "Ist es weit?", "My name is Ada", "What is a fado?"])


def own(place, text, model="m", note=""):
    owner, conversation = place
    state = replace(a_conversation([("Hi", "Hello")]), owner=owner, id=conversation)
    return partitions.in_context(model, state, message(text, id="now"), note)


@given(PLACES, PLACES, TEXTS, TEXTS)
def test_no_conversation_reaches_anothers_answers(one, other, asked, stored):
    if one != other:
        assert own(one, asked).id != own(other, stored).id


@given(PLACES, TEXTS, TEXTS, st.booleans())
def test_what_is_ones_own_is_never_where_all_can_find_it(place, asked, stored, shareable):
    everybodys = {
        partitions.for_all("m", asked).id,
        partitions.of_plans("m", "ann", asked, shareable=True).id,
    }

    assert own(place, stored).id not in everybodys
    assert partitions.of_plans("m", place[0], stored, shareable=False).id not in everybodys


@given(PLACES, PLACES, TEXTS)
def test_a_personal_goals_plan_stays_with_its_owner(one, other, goal):
    plans = [partitions.of_plans("m", owner, goal, shareable=False).id for owner, _ in (one, other)]

    assert (plans[0] == plans[1]) == (one[0] == other[0])


def test_another_model_prompt_or_language_is_another_partition():
    scopes = [
        partitions.for_all("m", "What is a fado?"),
        partitions.for_all("n", "What is a fado?"),
        partitions.for_all("m", "Was ist ein Fado?"),
        partitions.of_plans("m", "ann", "What is a fado?", shareable=True),
    ]

    assert len({scope.id for scope in scopes}) == len(scopes)
    assert all(scope.shared for scope in scopes)


def test_another_step_of_the_plan_is_another_partition():
    start = in_a_plan()
    moved = lived(Judged(4.0, 0, "900", MET), StepEnded(5.0, 0, "done"), before=start)
    asked = message("why?", id="now")

    steps = [partitions.in_context("m", state, asked, "") for state in (start, moved)]

    assert [scope.step for scope in steps] == ["0", "1"]
    assert steps[0].id != steps[1].id
    assert {scope.plan for scope in steps} == {start.goal}


@pytest.mark.parametrize(
    "text, code", [("Was kostet das Ticket?", "de"), ("What does a ticket cost?", ""), ("?", "")]
)
def test_a_language_is_named_only_where_it_is_told_apart(text, code):
    assert partitions.language(text) == code
