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
    CLOSING = "closing"


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
    """

    tier: Tier | None = None
    similarity: float | None = None
    entry: int | None = None
    reason: str = ""
    seconds_saved: float = 0.0
    lookup: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a reply failed, in words for the user.

    Attributes:
        message: What happened.
        remedy: What to do about it; may be "".
    """

    message: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class UserMessage:
    """What the user said.

    Attributes:
        id: Unique; sending the same id twice stores one message.
        at: Seconds since the epoch.
    """

    id: str
    text: str
    at: float
    types: tuple[MessageType, ...] = ()
    mood: Mood = Mood.NEUTRAL


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

    @property
    def text(self) -> str:
        """The whole reply as it is read: the answer, then the guidance."""
        return "\n\n".join(part for part in (self.answer.strip(), self.guidance) if part)


Message = UserMessage | Reply
