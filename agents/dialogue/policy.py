"""What to do next: from the state, the message and the verdict to an action. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from agents.dialogue.classify import wants
from agents.dialogue.ladder import rung
from agents.dialogue.messages import ASKING, MessageType, Mood, UserMessage
from agents.dialogue.plan import Verdict
from agents.dialogue.state import ChatState


class Action(StrEnum):
    """What the agent does with a message."""

    GREET = "greet"
    CLOSE = "close"
    PLAN = "plan"
    ANSWER = "answer"
    JUDGE = "judge"
    ADVANCE = "advance"
    COMPLETE = "complete"
    CLARIFY = "clarify"
    REPHRASE = "rephrase"
    SAY_FALLBACK = "say_fallback"
    SKIP = "skip"


SHORTEST_GOAL: Final = 2


def first_look(state: ChatState, message: UserMessage) -> Action:
    """What to do with a message before any verdict; JUDGE where it may answer the current step.

    Args:
        state: Before the message.
    """
    kind = message.types[0]
    if kind is MessageType.CLOSING:
        return Action.CLOSE
    if kind is MessageType.GREETING:
        return Action.GREET
    if state.step is None and states_goal(state, message):
        return Action.PLAN
    if state.step is not None and kind not in ASKING:
        return Action.JUDGE
    return Action.ANSWER


def states_goal(state: ChatState, message: UserMessage) -> bool:
    """Whether a message outside a plan says what the user wants to get done.

    The first statement of a conversation does; a question, or anything after a finished plan,
    only when it says so ("help me ...", "I want to ...").
    """
    if wants(message.text):
        return True
    return (
        state.plan is None and message.types[0] not in ASKING and len(message.text) >= SHORTEST_GOAL
    )


def after_verdict(state: ChatState, message: UserMessage, verdict: Verdict) -> Action:
    """What to do once a reply to the current step was judged.

    Args:
        state: Before the verdict; it has a current step.
    """
    index, step = state.current, state.step
    if index is None or step is None:
        raise ValueError("a verdict needs a current step")
    if verdict.met:
        return Action.COMPLETE if index == len(state.progress) - 1 else Action.ADVANCE
    if message.mood is Mood.CONFUSED and state.progress[index].attempts == 0:
        return Action.CLARIFY
    return Action(rung(step, state.progress[index].attempts))
