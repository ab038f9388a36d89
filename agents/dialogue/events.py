"""What happened in a conversation, one frozen value an event.

A conversation is its events in order; `agents.dialogue.state.fold` gives the state back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter

from agents.dialogue.machine import State
from agents.dialogue.messages import Reply, UserMessage
from agents.dialogue.plan import Plan, Verdict


@dataclass(frozen=True, slots=True)
class Started:
    """A conversation began."""

    at: float
    kind: Literal["started"] = "started"


@dataclass(frozen=True, slots=True)
class Heard:
    """The user said something.

    Attributes:
        preferences: What it stated in passing: pairs of kind and text.
    """

    at: float
    message: UserMessage
    preferences: tuple[tuple[str, str], ...] = ()
    kind: Literal["heard"] = "heard"


@dataclass(frozen=True, slots=True)
class GoalStated:
    """The user's goal is known."""

    at: float
    goal: str
    kind: Literal["goal_stated"] = "goal_stated"


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan was drafted."""

    at: float
    plan: Plan
    kind: Literal["planned"] = "planned"


@dataclass(frozen=True, slots=True)
class Judged:
    """A reply was judged against a step.

    Attributes:
        step: Index into the plan's steps, from 0.
    """

    at: float
    step: int
    said: str
    verdict: Verdict
    kind: Literal["judged"] = "judged"


@dataclass(frozen=True, slots=True)
class StepEnded:
    """A step is behind us."""

    at: float
    step: int
    how: Literal["done", "skipped"]
    kind: Literal["step_ended"] = "step_ended"


@dataclass(frozen=True, slots=True)
class Acted:
    """What the agent did, as the state machine sees it."""

    at: float
    did: State
    kind: Literal["acted"] = "acted"


@dataclass(frozen=True, slots=True)
class ReplyBegan:
    """A reply is being written."""

    at: float
    reply: Reply
    kind: Literal["reply_began"] = "reply_began"


@dataclass(frozen=True, slots=True)
class ReplyEnded:
    """A reply has ended: complete, stopped, interrupted or failed."""

    at: float
    reply: Reply
    kind: Literal["reply_ended"] = "reply_ended"


@dataclass(frozen=True, slots=True)
class Rated:
    """The user gave a reply a thumb; None takes it back."""

    at: float
    reply: str
    liked: bool | None
    kind: Literal["rated"] = "rated"


Event = (
    Started
    | Heard
    | GoalStated
    | Planned
    | Judged
    | StepEnded
    | Acted
    | ReplyBegan
    | ReplyEnded
    | Rated
)

_CODEC: Final[TypeAdapter[Event]] = TypeAdapter(Annotated[Event, Field(discriminator="kind")])


def to_json(event: Event) -> str:
    """The event as JSON."""
    return _CODEC.dump_json(event).decode()


def from_json(text: str) -> Event:
    """The event that `to_json` wrote.

    Raises:
        ValueError: The text is not an event.
    """
    return _CODEC.validate_json(text)
