"""What is said in a conversation: frozen values, and what kinds of message there are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class MessageType(StrEnum):
    """What the user's message does in the conversation (its dialogue act)."""

    GREETING = "greeting"
    QUESTION_ASKED = "question_asked"
    TOPIC_INTRODUCED = "topic_introduced"
    DEEPENING = "deepening"
    BROADENING = "broadening"
    COMPARISON_MADE = "comparison_made"
    ANSWER = "answer"
    CORRECTION = "correction"
    CANCEL = "cancel"
    SKIP = "skip"
    CONFIRMATION = "confirmation"
    REFUSAL = "refusal"
    THANKS = "thanks"
    REQUEST = "request"
    CLOSING = "closing"


class Request(StrEnum):
    """What a message of the type `request` wants of the conversation itself."""

    WHERE = "where"
    BACK = "back"
    START_OVER = "start_over"
    RECALL = "recall"
    FORGET = "forget"
    NEW_GOAL = "new_goal"
    HAND_OVER = "hand_over"
    ASK_TEAM = "ask_team"


ASKING = frozenset(
    {
        MessageType.QUESTION_ASKED,
        MessageType.DEEPENING,
        MessageType.BROADENING,
        MessageType.COMPARISON_MADE,
    }
)
"""The types that want an answer, whatever the plan says."""


class Mood(StrEnum):
    """How the user sounds; it chooses words, and never ends a step."""

    NEUTRAL = "neutral"
    CONFUSED = "confused"
    FRUSTRATED = "frustrated"
    SATISFIED = "satisfied"


ReplyStatus = Literal["writing", "complete", "stopped", "interrupted", "failed"]
Tier = Literal["exact", "semantic"]


@dataclass(frozen=True, slots=True)
class Served:
    """Where a reply's answer came from in the cache, or why it did not.

    Attributes:
        tier: The tier that served it; None when the model answered.
        similarity: Cosine similarity to the nearest entry, -1..1; None when there was none.
        entry: Id of the entry that served it, or that the model's answer was stored as.
        reason: The cache's decision, in a sentence.
        seconds_saved: What the model took when the answer was first written.
        lookup: Id of the lookup in the cache's log; "" where it was not kept.
        degraded: Whether it was served since no model answered, and would not have been else.
    """

    tier: Tier | None = None
    similarity: float | None = None
    entry: int | None = None
    reason: str = ""
    seconds_saved: float = 0.0
    lookup: str = ""
    degraded: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a reply failed, in words for the user.

    Attributes:
        message: What happened.
        remedy: What to do about it; may be "".
    """

    message: str
    remedy: str = ""


MemberStatus = Literal["waiting", "working", "done", "failed"]


@dataclass(frozen=True, slots=True)
class TeamMember:
    """One who works on what a team was asked.

    Attributes:
        name: What a person calls it.
    """

    name: str
    status: MemberStatus = "waiting"


@dataclass(frozen=True, slots=True)
class TeamWork:
    """What a team did for a reply.

    Attributes:
        run: Id of its run, by which all of it is found; "" where that is not here.
        task: What it was asked.
        members: Who works on it, in the order in which they were asked.
        tokens: Tokens that they wrote; 0 where the cache answered.
    """

    run: str
    task: str
    members: tuple[TeamMember, ...] = ()
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class UserMessage:
    """What the user said.

    Attributes:
        id: Unique; sending the same id twice stores one message.
        at: Seconds since the epoch.
        types: What it does, in the order of the text; () until it is understood.
        parts: The part of the text that does each of `types`; () where all of it does.
        request: What it wants of the conversation, where it is a request.
    """

    id: str
    text: str
    at: float
    types: tuple[MessageType, ...] = ()
    mood: Mood = Mood.NEUTRAL
    parts: tuple[str, ...] = ()
    request: Request | None = None

    def does(self, *kinds: MessageType) -> bool:
        """Whether it is of one of these types, among others perhaps."""
        return any(kind in kinds for kind in self.types)

    def part(self, *kinds: MessageType) -> str:
        """The text of the parts that are of these types; all of it where it has no parts."""
        if not self.parts:
            return self.text
        pairs = zip(self.types, self.parts, strict=True)
        return " ".join(part for kind, part in pairs if kind in kinds)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the assistant said.

    Attributes:
        id: Unique.
        to: Id of the user's message.
        answer: What the model or the cache said; may be "".
        guidance: What the plan adds after it; never part of what is cached.
        status: "writing" until it has ended one way or another.
        sent: The user's message as it was put to the model (with the turn's note), so that a
            later prompt repeats it to the letter and the model's prefix cache holds.
        served: What the cache did; None when it was not asked.
        failure: Set when the status is "failed".
        model: Which model answered, "" for none.
        seconds: From the message's arrival to the reply's last word.
        first_token: From the message's arrival to the first word, seconds; None when none came.
        tokens: Tokens that the model wrote; 0 when the cache or a template answered.
        liked: The user's thumb: True up, False down, None neither.
        team: The team that was asked for it; None where none was.
    """

    id: str
    to: str
    at: float
    answer: str = ""
    guidance: str = ""
    status: ReplyStatus = "writing"
    sent: str = ""
    served: Served | None = None
    failure: Failure | None = None
    notice: str = ""
    model: str = ""
    seconds: float = 0.0
    first_token: float | None = None
    tokens: int = 0
    liked: bool | None = None
    team: TeamWork | None = None

    @property
    def reference(self) -> str:
        """What the reply is called where somebody looks for it in the logs: 8 characters."""
        return self.id[:8]

    @property
    def text(self) -> str:
        """The whole reply as it is read: the answer, then the guidance."""
        return "\n\n".join(part for part in (self.answer.strip(), self.guidance) if part)


Message = UserMessage | Reply
