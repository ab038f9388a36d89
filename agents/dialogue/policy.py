"""What to do next: from the state, the message and the verdict to an action. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from agents.dialogue.classify import wants
from agents.dialogue.events import Offer
from agents.dialogue.goals import is_goal
from agents.dialogue.ladder import rung
from agents.dialogue.messages import ASKING, MessageType, Mood, Request, UserMessage
from agents.dialogue.plan import Verdict
from agents.dialogue.state import ChatState


class Action(StrEnum):
    """What the agent does with a message."""

    GREET = "greet"
    THANK = "thank"
    CLOSE = "close"
    PLAN = "plan"
    REPLAN = "replan"
    REFUSE_GOAL = "refuse_goal"
    ANSWER = "answer"
    EXPLAIN = "explain"
    JUDGE = "judge"
    ADVANCE = "advance"
    NOTE = "note"
    TAKE_LATE = "take_late"
    COMPLETE = "complete"
    CLARIFY = "clarify"
    REPHRASE = "rephrase"
    SAY_FALLBACK = "say_fallback"
    SKIP = "skip"
    LEAVE_OPEN = "leave_open"
    OFFER_LEAVE_OPEN = "offer_leave_open"
    OFFER_STOP = "offer_stop"
    OFFER_START_OVER = "offer_start_over"
    OFFER_HAND_OVER = "offer_hand_over"
    ASK_TEAM = "ask_team"
    CORRECT = "correct"
    CANCEL_CORRECTION = "cancel_correction"
    NOTHING_TO_CANCEL = "nothing_to_cancel"
    WHERE = "where"
    BACK = "back"
    RECALL = "recall"
    FORGET = "forget"
    ACCEPT = "accept"
    DECLINE = "decline"


LONGEST_CRY: Final = 12
"""Words up to which a confused question is about the step itself: "What do you mean by that?"."""

PHATIC: Final = frozenset({MessageType.GREETING, MessageType.THANKS, MessageType.CLOSING})
TELLING: Final = (
    MessageType.ANSWER,
    MessageType.TOPIC_INTRODUCED,
    MessageType.CONFIRMATION,
    MessageType.REFUSAL,
    MessageType.CORRECTION,
)
"""The types that may answer a step."""

_REQUESTS: Final[Mapping[Request, Action]] = MappingProxyType(
    {
        Request.WHERE: Action.WHERE,
        Request.BACK: Action.BACK,
        Request.START_OVER: Action.OFFER_START_OVER,
        Request.RECALL: Action.RECALL,
        Request.FORGET: Action.FORGET,
        Request.NEW_GOAL: Action.REPLAN,
        Request.HAND_OVER: Action.OFFER_HAND_OVER,
        Request.ASK_TEAM: Action.ASK_TEAM,
    }
)
_OFFERED: Final[Mapping[Offer, Request]] = MappingProxyType(
    {"start_over": Request.START_OVER, "hand_over": Request.HAND_OVER}
)
"""Who asks once more for what was just offered agrees to it."""
_STOP: Final = re.compile(r"\b(?:stop|cancel|quit|abort|end)\b|abbrech|beend|stopp", re.IGNORECASE)
"""Taking back the wish to stop sounds otherwise: "never mind"."""
_POLITE: Final[Mapping[MessageType, Action]] = MappingProxyType(
    {
        MessageType.CLOSING: Action.CLOSE,
        MessageType.THANKS: Action.THANK,
        MessageType.GREETING: Action.GREET,
    }
)


def first_look(state: ChatState, message: UserMessage, offer: Offer | None) -> Action:
    """What to do with a message before any verdict; JUDGE where it may answer the current step.

    Args:
        state: After the message was understood.
        offer: What had been offered when it came.
    """
    if message.request is not None:
        repeated = offer is not None and _OFFERED.get(offer) is message.request
        return Action.ACCEPT if repeated else _REQUESTS[message.request]
    if offer is not None and (taken := _about_offer(message, offer)) is not None:
        return taken
    if message.does(MessageType.CANCEL):
        return _cancelled(state)
    if message.does(MessageType.CORRECTION) and state.answers:
        return Action.CORRECT
    if message.does(*PHATIC) and PHATIC.issuperset(message.types):
        return _polite(message)
    if state.step is None:
        return _without_step(state, message)
    return _in_plan(state, message)


def _about_offer(message: UserMessage, offer: Offer) -> Action | None:
    if message.does(MessageType.CONFIRMATION):
        return Action.ACCEPT
    if offer == "leave_open" and message.does(MessageType.SKIP):
        return Action.ACCEPT
    if offer == "stop_plan" and message.does(MessageType.CANCEL) and _STOP.search(message.text):
        return Action.ACCEPT
    if offer == "approve_plan" and message.does(MessageType.CANCEL):
        return None  # It is the plan itself that is cancelled.
    if message.does(MessageType.REFUSAL, MessageType.CANCEL):
        return Action.DECLINE
    return None


def _cancelled(state: ChatState) -> Action:
    if state.corrected is not None:
        return Action.CANCEL_CORRECTION
    return Action.NOTHING_TO_CANCEL if state.step is None else Action.OFFER_STOP


def _polite(message: UserMessage) -> Action:
    """A goodbye outweighs thanks, and thanks a greeting."""
    return next(action for kind, action in _POLITE.items() if message.does(kind))


def _without_step(state: ChatState, message: UserMessage) -> Action:
    if not state.versions and not message.does(*ASKING) and not is_goal(message.text):
        return Action.REFUSE_GOAL
    if states_goal(state, message):
        return Action.PLAN
    brief = len(message.text.split()) <= LONGEST_CRY and not message.does(*ASKING)
    if brief and message.does(MessageType.THANKS, MessageType.CLOSING):
        return _polite(message)
    left_open = any(progress.status == "skipped" for progress in state.progress)
    return Action.TAKE_LATE if left_open and message.does(*TELLING) else Action.ANSWER


def _in_plan(state: ChatState, message: UserMessage) -> Action:
    if message.does(MessageType.SKIP) and state.step is not None:
        return Action.SKIP if state.step.optional else Action.OFFER_LEAVE_OPEN
    if message.does(*TELLING):
        return Action.JUDGE
    confused = message.mood is Mood.CONFUSED and len(message.text.split()) <= LONGEST_CRY
    return Action.EXPLAIN if confused else Action.ANSWER


def states_goal(state: ChatState, message: UserMessage) -> bool:
    """Whether a message outside a plan says what the user wants to get done.

    The first statement of a conversation does; a question, or anything after a finished plan,
    only when it says so ("help me ...", "I want to ...").
    """
    if wants(message.text) and is_goal(message.text):
        return True
    return not state.versions and not message.does(*ASKING)


def after_verdict(
    state: ChatState, message: UserMessage, verdict: Verdict, *, noted: bool = False
) -> Action:
    """What to do once a reply to the current step was judged.

    Args:
        state: Before the verdict; it has a current step.
        noted: Whether the reply answers other steps that are still open.
    """
    index, step = state.current, state.step
    if index is None or step is None:
        raise ValueError("a verdict needs a current step")
    if verdict.met:
        return Action.ADVANCE
    if message.does(*ASKING):
        return Action.ANSWER
    if noted:
        return Action.NOTE
    if message.mood is Mood.CONFUSED and state.progress[index].attempts == 0:
        return Action.CLARIFY
    return Action(rung(step, state.progress[index].attempts))
