"""The conversation's state machine, as data.

The user's message sets the states in `HEARD`; what the agent then did sets `answering`,
`clarifying`, `expert_analysis` and `solution_provided`. Every state and type of message has an
outcome.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from agents.dialogue.messages import MessageType
from agents.errors import TransitionError


class State(StrEnum):
    """Where a conversation is."""

    IDLE = "idle"
    GREETING = "greeting"
    QUESTION_ASKED = "question_asked"
    TOPIC_INTRODUCED = "topic_introduced"
    DEEPENING = "deepening"
    BROADENING = "broadening"
    COMPARISON_MADE = "comparison_made"
    ANSWERING = "answering"
    EXPERT_ANALYSIS = "expert_analysis"
    CLARIFYING = "clarifying"
    SOLUTION_PROVIDED = "solution_provided"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class Transition:
    """One move of the machine.

    Attributes:
        because: The message type or action that caused it.
        at: Seconds since the epoch.
    """

    source: State
    target: State
    because: str
    at: float


@dataclass(frozen=True, slots=True)
class Machine:
    """States and the moves between them; validated by `validated`.

    Attributes:
        moves: From each state to those that may follow it.
        heard: The state that a message of each type sets.
    """

    moves: Mapping[State, frozenset[State]]
    heard: Mapping[MessageType, State]

    def allows(self, source: State, target: State) -> bool:
        """Whether the table has this move."""
        return target in self.moves[source]

    def hear(self, state: State, kind: MessageType) -> State:
        """The state after the user's message; total, staying where the table has no move."""
        target = self.heard[kind]
        return target if self.allows(state, target) else state

    def act(self, state: State, did: State) -> tuple[State, ...]:
        """The states that lead from `state` to what the agent did, in order.

        A move that the table lacks goes through `answering` where that is allowed on both
        sides: a solution to a topic is an answer first. () when there is no such way.
        """
        if self.allows(state, did):
            return (did,)
        by_answering = State.ANSWERING
        if self.allows(state, by_answering) and self.allows(by_answering, did):
            return (by_answering, did)
        return ()


def validated(
    moves: Mapping[State, frozenset[State]], heard: Mapping[MessageType, State]
) -> Machine:
    """A machine over `moves` that hears as `heard` says.

    Raises:
        TransitionError: A state is missing, cannot be left or cannot be reached, or one that a
            message sets can never be set so.
    """
    for state in State:
        if state not in moves:
            raise TransitionError(f"The state {state.value!r} has no row.", remedy="Add one.")
        if not moves[state]:
            raise TransitionError(f"The state {state.value!r} cannot be left.", remedy="Add moves.")
    unreached = set(State) - _reachable(moves)
    if unreached:
        names = ", ".join(sorted(state.value for state in unreached))
        raise TransitionError(f"From idle nothing leads to {names}.", remedy="Add a move there.")
    for kind in MessageType:
        if heard.get(kind) not in moves[State.IDLE]:
            raise TransitionError(
                f"A message of the type {kind.value!r} has no state that it sets from the start.",
                remedy="Add it to what is heard, and the move from idle.",
            )
    return Machine(MappingProxyType(dict(moves)), MappingProxyType(dict(heard)))


def _reachable(moves: Mapping[State, frozenset[State]]) -> set[State]:
    seen = {State.IDLE}
    todo = [State.IDLE]
    while todo:
        fresh = moves[todo.pop()] - seen
        seen |= fresh
        todo.extend(fresh)
    return seen


USER_SETS = frozenset(
    {
        State.GREETING,
        State.QUESTION_ASKED,
        State.TOPIC_INTRODUCED,
        State.DEEPENING,
        State.BROADENING,
        State.COMPARISON_MADE,
    }
)
_AFTER_TOPIC = USER_SETS | {
    State.ANSWERING,
    State.EXPERT_ANALYSIS,
    State.CLARIFYING,
    State.CLOSING,
}
_AFTER_ANSWER = USER_SETS | {State.CLARIFYING, State.SOLUTION_PROVIDED, State.CLOSING}

MOVES: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.IDLE: USER_SETS | {State.CLOSING},
        State.GREETING: USER_SETS | {State.ANSWERING, State.CLOSING},
        State.QUESTION_ASKED: USER_SETS | {State.ANSWERING, State.CLARIFYING, State.CLOSING},
        State.TOPIC_INTRODUCED: _AFTER_TOPIC,
        State.BROADENING: _AFTER_TOPIC,
        State.COMPARISON_MADE: _AFTER_TOPIC,
        State.DEEPENING: _AFTER_TOPIC | {State.SOLUTION_PROVIDED},
        State.ANSWERING: _AFTER_ANSWER,
        State.EXPERT_ANALYSIS: _AFTER_ANSWER,
        State.CLARIFYING: USER_SETS | {State.ANSWERING, State.EXPERT_ANALYSIS, State.CLOSING},
        State.SOLUTION_PROVIDED: USER_SETS | {State.CLARIFYING, State.CLOSING},
        State.CLOSING: USER_SETS,
    }
)


HEARD: Mapping[MessageType, State] = MappingProxyType(
    {
        MessageType.GREETING: State.GREETING,
        MessageType.QUESTION_ASKED: State.QUESTION_ASKED,
        MessageType.TOPIC_INTRODUCED: State.TOPIC_INTRODUCED,
        MessageType.DEEPENING: State.DEEPENING,
        MessageType.BROADENING: State.BROADENING,
        MessageType.COMPARISON_MADE: State.COMPARISON_MADE,
        MessageType.ANSWER: State.TOPIC_INTRODUCED,
        MessageType.CORRECTION: State.TOPIC_INTRODUCED,
        MessageType.CONFIRMATION: State.TOPIC_INTRODUCED,
        MessageType.REFUSAL: State.TOPIC_INTRODUCED,
        MessageType.CANCEL: State.TOPIC_INTRODUCED,
        MessageType.SKIP: State.TOPIC_INTRODUCED,
        MessageType.REQUEST: State.QUESTION_ASKED,
        MessageType.THANKS: State.CLOSING,
        MessageType.CLOSING: State.CLOSING,
    }
)


def machine() -> Machine:
    """The machine of a Reprise conversation."""
    return validated(MOVES, HEARD)
