"""The state machine: the table that was designed, no dead ends, an outcome for everything."""

from __future__ import annotations

from itertools import product

import pytest

from agents.dialogue.machine import HEARD, MOVES, State, machine, validated
from agents.dialogue.messages import MessageType
from agents.errors import TransitionError

U = "greeting question_asked topic_introduced deepening broadening comparison_made"
TABLE = {
    "idle": f"{U} closing",
    "greeting": f"answering {U} closing",
    "question_asked": f"answering clarifying {U} closing",
    "topic_introduced": f"answering expert_analysis clarifying {U} closing",
    "broadening": f"answering expert_analysis clarifying {U} closing",
    "comparison_made": f"answering expert_analysis clarifying {U} closing",
    "deepening": f"expert_analysis answering solution_provided clarifying {U} closing",
    "answering": f"{U} clarifying solution_provided closing",
    "expert_analysis": f"{U} clarifying solution_provided closing",
    "clarifying": f"{U} answering expert_analysis closing",
    "solution_provided": f"{U} clarifying closing",
    "closing": U,
}
DEEDS = (State.ANSWERING, State.EXPERT_ANALYSIS, State.CLARIFYING, State.SOLUTION_PROVIDED)


def reachable_from(start: State) -> set[State]:
    seen, todo = {start}, [start]
    while todo:
        fresh = MOVES[todo.pop()] - seen
        seen |= fresh
        todo.extend(fresh)
    return seen


@pytest.mark.parametrize("state", State)
def test_each_state_leads_where_the_design_says(state):
    assert MOVES[state] == {State(name) for name in TABLE[state.value].split()}


@pytest.mark.parametrize("state", State)
def test_from_each_state_every_other_can_be_reached_but_the_beginning(state):
    assert reachable_from(state) >= set(State) - {State.IDLE}


@pytest.mark.parametrize(("state", "kind"), list(product(State, MessageType)))
def test_every_message_has_an_outcome_in_every_state(state, kind):
    after = machine().hear(state, kind)

    assert after == HEARD[kind]
    assert after in MOVES[state] or (state, after) == (State.CLOSING, State.CLOSING)


@pytest.mark.parametrize(("kind", "did"), list(product(MessageType, DEEDS)))
def test_what_the_agent_does_after_a_message_follows_the_table(kind, did):
    heard = HEARD[kind]

    path = machine().act(heard, did)

    assert all(there in MOVES[here] for here, there in zip((heard, *path), path, strict=False))
    assert path == () or path[-1] is did
    # Only expert analysis of a greeting or a plain question, and any deed after goodbye, have
    # no way in the table.
    no_way = heard is State.CLOSING or (
        did is State.EXPERT_ANALYSIS and heard in {State.GREETING, State.QUESTION_ASKED}
    )
    assert (path == ()) == no_way


def test_a_deed_that_the_table_allows_is_done_at_once():
    assert machine().act(State.DEEPENING, State.SOLUTION_PROVIDED) == (State.SOLUTION_PROVIDED,)


def test_a_solution_to_a_topic_is_an_answer_first():
    path = machine().act(State.TOPIC_INTRODUCED, State.SOLUTION_PROVIDED)

    assert path == (State.ANSWERING, State.SOLUTION_PROVIDED)


def without(state):
    return {source: targets for source, targets in MOVES.items() if source is not state}


def never_to(state):
    return {source: targets - {state} for source, targets in MOVES.items()}


@pytest.mark.parametrize(
    ("moves", "said"),
    [
        (without(State.CLARIFYING), "'clarifying' has no row"),
        ({**MOVES, State.CLOSING: frozenset()}, "'closing' cannot be left"),
        (never_to(State.SOLUTION_PROVIDED), "nothing leads to solution_provided"),
    ],
)
def test_a_bad_table_is_refused_with_the_name_of_what_is_bad(moves, said):
    with pytest.raises(TransitionError, match=said):
        validated(moves, HEARD)


def test_a_type_of_message_without_a_state_is_refused_by_name():
    heard = {kind: state for kind, state in HEARD.items() if kind is not MessageType.SKIP}

    with pytest.raises(TransitionError, match="'skip' has no state"):
        validated(MOVES, heard)
