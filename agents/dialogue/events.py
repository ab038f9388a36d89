"""What happened in a conversation, one frozen value an event.

A conversation is its events in order; `agents.dialogue.state.fold` gives the state back. An event
tells what happened, and its rule in `agents.dialogue.folding` what that changes. Events that were
stored once are read for ever: a field that is added has a default.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter

from agents.dialogue.machine import State
from agents.dialogue.memory import FactKind, FactSource
from agents.dialogue.messages import MessageType, Mood, Reply, Request, UserMessage
from agents.dialogue.plan import Plan, Verdict

Offer = Literal[
    "approve_plan", "stop_plan", "start_over", "shorter_plan", "hand_over", "leave_open", "ask_team"
]
"""What the assistant has offered to do, and does when the user says yes."""


@dataclass(frozen=True, slots=True)
class Started:
    """A conversation began."""

    at: float
    kind: Literal["started"] = "started"


@dataclass(frozen=True, slots=True)
class Branched:
    """What follows goes on from a copy: of the owner's conversation, or of an imported file.

    Attributes:
        source: Id of the conversation that was copied.
        message: Id of the last message that was copied; "" for all of it.
    """

    at: float
    source: str
    message: str = ""
    kind: Literal["branched"] = "branched"


@dataclass(frozen=True, slots=True)
class Heard:
    """The user said something; it is kept before anybody tries to understand it.

    Attributes:
        preferences: What it stated in passing: pairs of kind and text. Older conversations have
            it here, and the message's types; newer ones in `Understood`.
    """

    at: float
    message: UserMessage
    preferences: tuple[tuple[str, str], ...] = ()
    kind: Literal["heard"] = "heard"


@dataclass(frozen=True, slots=True)
class Understood:
    """What the last message does in the conversation.

    Attributes:
        message: Its id.
        types, parts, mood, request: As in `UserMessage`.
        preferences: What it stated in passing: pairs of kind and text.
    """

    at: float
    message: str
    types: tuple[MessageType, ...]
    parts: tuple[str, ...] = ()
    mood: Mood = Mood.NEUTRAL
    request: Request | None = None
    preferences: tuple[tuple[str, str], ...] = ()
    kind: Literal["understood"] = "understood"


@dataclass(frozen=True, slots=True)
class GoalStated:
    """The user's goal is known."""

    at: float
    goal: str
    kind: Literal["goal_stated"] = "goal_stated"


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan was drafted; what was done of an earlier one is behind us."""

    at: float
    plan: Plan
    kind: Literal["planned"] = "planned"


@dataclass(frozen=True, slots=True)
class PlanRevised:
    """The plan was changed; the steps that stay keep what was said for them.

    Attributes:
        because: Why, in words for the user.
        by: Who changed it.
    """

    at: float
    plan: Plan
    because: str
    by: Literal["model", "user"]
    kind: Literal["plan_revised"] = "plan_revised"


@dataclass(frozen=True, slots=True)
class PlanApproved:
    """The user agreed to the plan as it is."""

    at: float
    kind: Literal["plan_approved"] = "plan_approved"


@dataclass(frozen=True, slots=True)
class PlanStopped:
    """The user gave the plan up; what was gathered stays."""

    at: float
    kind: Literal["plan_stopped"] = "plan_stopped"


@dataclass(frozen=True, slots=True)
class Restarted:
    """The plan begins again from its first step; old answers are kept as former values."""

    at: float
    kind: Literal["restarted"] = "restarted"


@dataclass(frozen=True, slots=True)
class Judged:
    """A reply was judged against a step.

    Attributes:
        step: Index into the plan's steps, from 0.
        said: The part of the message that was judged.
        message: Its id; "" in older conversations.
    """

    at: float
    step: int
    said: str
    verdict: Verdict
    message: str = ""
    kind: Literal["judged"] = "judged"


@dataclass(frozen=True, slots=True)
class Overruled:
    """The user overruled the verdict on a step.

    Attributes:
        step: Index into the plan's steps, from 0.
        met: What holds from now on: the step is done with what was said, or open again.
    """

    at: float
    step: int
    met: bool
    kind: Literal["overruled"] = "overruled"


@dataclass(frozen=True, slots=True)
class StepEnded:
    """A step is behind us."""

    at: float
    step: int
    how: Literal["done", "skipped"]
    kind: Literal["step_ended"] = "step_ended"


@dataclass(frozen=True, slots=True)
class Reopened:
    """A step is to be asked again.

    Attributes:
        step: Index into the plan's steps, from 0.
        because: Id of the step whose new answer it builds on; "" where the user went back to it.
    """

    at: float
    step: int
    because: str = ""
    kind: Literal["reopened"] = "reopened"


@dataclass(frozen=True, slots=True)
class Corrected:
    """A new answer stands in for the one that a step had.

    Attributes:
        step: Index into the plan's steps, from 0.
        said: The new answer.
        message: Id of the message that gave it; "" where the page did.
    """

    at: float
    step: int
    said: str
    message: str = ""
    kind: Literal["corrected"] = "corrected"


@dataclass(frozen=True, slots=True)
class CorrectionCancelled:
    """The answer before the last correction of a step holds again, and what it had reopened is
    done again.

    Attributes:
        step: Index into the plan's steps, from 0.
    """

    at: float
    step: int
    kind: Literal["correction_cancelled"] = "correction_cancelled"


@dataclass(frozen=True, slots=True)
class Remembered:
    """A fact is known; one of the same name is superseded and kept as its former value.

    Attributes:
        name: What it is about.
        message: Id of the message that told it; "" where the page did.
        step: Id of the step it was told in; "" outside of one.
    """

    at: float
    name: str
    value: str
    about: FactKind = "note"
    source: FactSource = "chat"
    message: str = ""
    step: str = ""
    kind: Literal["remembered"] = "remembered"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A fact is not known any more, nor is what it was before."""

    at: float
    name: str
    kind: Literal["forgotten"] = "forgotten"


@dataclass(frozen=True, slots=True)
class Offered:
    """The assistant offered to do something, and waits for a yes or a no.

    Attributes:
        about: What it would be done about, where the offer itself does not say it: the task that
            the team would be asked.
    """

    at: float
    what: Offer
    about: str = ""
    kind: Literal["offered"] = "offered"


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The conversation was handed to a person.

    Attributes:
        notified: Whether somebody was told; without an address to tell, the user has the export.
    """

    at: float
    notified: bool
    kind: Literal["handed_over"] = "handed_over"


@dataclass(frozen=True, slots=True)
class TeamAsked:
    """A team works on a task for a reply.

    Attributes:
        reply: Id of the reply.
        run: Id of the team's run.
    """

    at: float
    reply: str
    run: str
    task: str
    kind: Literal["team_asked"] = "team_asked"


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
    | Branched
    | Heard
    | Understood
    | GoalStated
    | Planned
    | PlanRevised
    | PlanApproved
    | PlanStopped
    | Restarted
    | Judged
    | Overruled
    | StepEnded
    | Reopened
    | Corrected
    | CorrectionCancelled
    | Remembered
    | Forgotten
    | Offered
    | HandedOver
    | TeamAsked
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
