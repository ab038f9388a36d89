"""What happened in a conversation, told in one line an event."""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch
from typing import Final

from agents.dialogue import events
from agents.dialogue.state import ChatState, shortened
from agents.dialogue.turns import readable

_OFFERS: Final[Mapping[events.Offer, str]] = {
    "approve_plan": "the plan",
    "stop_plan": "to give the plan up",
    "start_over": "to start over",
    "shorter_plan": "a shorter plan",
    "hand_over": "to hand over to a person",
    "leave_open": "to leave the step open",
    "ask_team": "to ask the team",
}
_ENDS: Final = {
    "complete": "The reply was complete",
    "stopped": "The reply was stopped",
    "interrupted": "The reply was interrupted",
    "failed": "The reply failed",
}
_THUMBS: Final = {True: "Thumb up", False: "Thumb down", None: "Thumb taken back"}


def told(event: events.Event, before: ChatState) -> str:
    """What happened, on one line and without signs that no reader sees.

    Args:
        before: The state that it happened to.
    """
    return on_a_line(_told(event, before))


def on_a_line(text: str) -> str:
    """The text on one line, without signs that no reader sees: they could steer a terminal."""
    return " ".join(readable(text).split())


@singledispatch
def _told(event: object, _before: ChatState) -> str:
    raise TypeError(f"no words for the event {type(event).__name__}")


# What is said


@_told.register
def _(_event: events.Started, _before: ChatState) -> str:
    return "The conversation began"


@_told.register
def _(event: events.Branched, _before: ChatState) -> str:
    return "Branched off from another conversation" if event.source else "Taken in from a file"


@_told.register
def _(event: events.Heard, _before: ChatState) -> str:
    return f"You said {_quoted(event.message.text)}"


@_told.register
def _(event: events.Understood, _before: ChatState) -> str:
    kinds = ", ".join(_plain(kind) for kind in event.types)
    return f"Understood as {kinds}; mood {event.mood.value}"


@_told.register
def _(_event: events.ReplyBegan, _before: ChatState) -> str:
    return "The reply began"


@_told.register
def _(event: events.ReplyEnded, _before: ChatState) -> str:
    said = f": {_quoted(event.reply.text)}" if event.reply.text else ""
    return f"{_ENDS.get(event.reply.status, 'The reply ended')}{said}"


@_told.register
def _(event: events.Rated, _before: ChatState) -> str:
    return _THUMBS[event.liked]


@_told.register
def _(event: events.Acted, _before: ChatState) -> str:
    return f"The assistant acted: {_plain(event.did)}"


@_told.register
def _(event: events.Offered, _before: ChatState) -> str:
    return f"The assistant offered {_OFFERS[event.what]}"


@_told.register
def _(event: events.HandedOver, _before: ChatState) -> str:
    return "Handed over: a person was told" if event.notified else "Handed over by an export"


@_told.register
def _(event: events.TeamAsked, _before: ChatState) -> str:
    return f"The team was asked {_quoted(event.task)}"


# The plan


@_told.register
def _(event: events.GoalStated, _before: ChatState) -> str:
    return f"The goal is {_quoted(event.goal)}"


@_told.register
def _(event: events.Planned, _before: ChatState) -> str:
    return f"A plan was made: {', '.join(step.title for step in event.plan.steps)}"


@_told.register
def _(event: events.PlanRevised, _before: ChatState) -> str:
    return f"The plan was changed by the {event.by}: {event.because}"


@_told.register
def _(_event: events.PlanApproved, _before: ChatState) -> str:
    return "You approved the plan"


@_told.register
def _(_event: events.PlanStopped, _before: ChatState) -> str:
    return "You gave the plan up"


@_told.register
def _(_event: events.Restarted, _before: ChatState) -> str:
    return "The plan began again"


# Its steps


@_told.register
def _(event: events.Judged, before: ChatState) -> str:
    verdict = "enough" if event.verdict.met else "not enough"
    return (
        f"{_titled(before, event.step)}: {_quoted(event.said)} is {verdict} "
        f"({event.verdict.by}): {event.verdict.reason}"
    )


@_told.register
def _(event: events.Overruled, before: ChatState) -> str:
    return f"{_titled(before, event.step)}: you said it is {'' if event.met else 'not '}enough"


@_told.register
def _(event: events.StepEnded, before: ChatState) -> str:
    return f"{_titled(before, event.step)} is {event.how}"


@_told.register
def _(event: events.Reopened, before: ChatState) -> str:
    return f"{_titled(before, event.step)} is to be asked again"


@_told.register
def _(event: events.Corrected, before: ChatState) -> str:
    return f"{_titled(before, event.step)} was corrected to {_quoted(event.said)}"


@_told.register
def _(event: events.CorrectionCancelled, before: ChatState) -> str:
    return f"{_titled(before, event.step)}: the correction was taken back"


# What is remembered


@_told.register
def _(event: events.Remembered, _before: ChatState) -> str:
    return f"Noted {_quoted(event.name)}: {_quoted(event.value)}"


@_told.register
def _(event: events.Forgotten, _before: ChatState) -> str:
    return f"Forgot {_quoted(event.name)}"


def _quoted(text: str) -> str:
    return f"“{shortened(text)}”"


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _titled(state: ChatState, index: int) -> str:
    if state.plan is None or index >= len(state.plan.steps):
        return f"Step {index + 1}"
    return f"Step {index + 1} ({state.plan.steps[index].title})"
