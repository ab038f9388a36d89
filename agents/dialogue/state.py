"""The state of a conversation; `agents.dialogue.folding` says how each event changes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from agents.dialogue import memory
from agents.dialogue.events import Offer
from agents.dialogue.machine import State, Transition
from agents.dialogue.memory import Facts
from agents.dialogue.messages import Message, Mood, Reply, UserMessage
from agents.dialogue.plan import Plan, PlanVersion, Progress, Step

_LONGEST_TITLE: Final = 60


@dataclass(frozen=True, slots=True)
class ChatState:
    """All that is known of a conversation after some of its events.

    Attributes:
        state: Where the conversation is; `topic` is what it is about.
        plan: The one that is being followed, or that was followed to its end; None before the
            first, and after one was given up.
        progress: One for each step of the plan, () without a plan.
        versions: Every plan and every change of one, oldest first; the last is `plan`.
        approved: Whether the user agreed to the plan as it is now.
        facts: What the user told, and what it was before.
        forgotten: Ids of messages whose fact is to be forgotten: no model sees them again.
        offer: What the assistant offered to do in its last reply; None for nothing.
        offer_about: What it would do that about; "" where the offer says it.
        corrected: Index of the step that the user corrected last, until it can no longer be
            cancelled; None otherwise.
        transitions: Every move of the machine, oldest first.
    """

    id: str
    owner: str
    started_at: float = 0.0
    goal: str = ""
    topic: str = ""
    mood: Mood = Mood.NEUTRAL
    state: State = State.IDLE
    messages: tuple[Message, ...] = ()
    plan: Plan | None = None
    progress: tuple[Progress, ...] = ()
    versions: tuple[PlanVersion, ...] = ()
    approved: bool = False
    facts: Facts = field(default_factory=memory.nothing)
    forgotten: frozenset[str] = frozenset()
    offer: Offer | None = None
    offer_about: str = ""
    corrected: int | None = None
    handed_over: Literal["", "notified", "exported"] = ""
    transitions: tuple[Transition, ...] = ()

    @property
    def current(self) -> int | None:
        """Index of the step the conversation is at; None without a plan or after its end."""
        for index, progress in enumerate(self.progress):
            if progress.status == "current":
                return index
        return None

    @property
    def step(self) -> Step | None:
        """The step the conversation is at."""
        index = self.current
        return self.plan.steps[index] if self.plan and index is not None else None

    @property
    def finished(self) -> bool:
        """Whether there is a plan and every step of it is behind us."""
        return self.plan is not None and self.current is None

    @property
    def version(self) -> int:
        """Number of the plan's version, from 1; 0 before the first."""
        return self.versions[-1].number if self.versions else 0

    @property
    def step_ids(self) -> frozenset[str]:
        """Ids of the steps of every version of the plan; what was said refers to them."""
        return frozenset(step.id for version in self.versions for step in version.plan.steps)

    @property
    def preferences(self) -> Mapping[str, str]:
        """What the user likes, prefers and dislikes."""
        return memory.values(self.facts, "preference")

    @property
    def variables(self) -> Mapping[str, str]:
        """What the user said for the steps of this plan and earlier ones, by the step's title."""
        return memory.values(self.facts, "answer")

    @property
    def answers(self) -> Mapping[str, str]:
        """What the user said for the steps of this plan that are done, by the step's title."""
        steps = self.plan.steps if self.plan else ()
        pairs = zip(steps, self.progress, strict=True)
        return {step.title: p.said for step, p in pairs if p.status == "done" and p.said}

    @property
    def writing(self) -> bool:
        """Whether a reply is being written."""
        last = self.messages[-1] if self.messages else None
        return isinstance(last, Reply) and last.status == "writing"

    @property
    def title(self) -> str:
        """A short name: the goal, else the first message, else ""."""
        first = next((m.text for m in self.messages if isinstance(m, UserMessage)), "")
        return shortened(self.goal or first)

    def reply(self, reply_id: str) -> Reply | None:
        """The reply of this id."""
        for message in reversed(self.messages):
            if isinstance(message, Reply) and message.id == reply_id:
                return message
        return None

    def has_message(self, message_id: str) -> bool:
        """Whether the user's message of this id was heard."""
        return any(isinstance(m, UserMessage) and m.id == message_id for m in self.messages)


def shortened(text: str, longest: int = _LONGEST_TITLE) -> str:
    """The text on one line, cut at a word with an ellipsis where it is longer than `longest`."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    cut = line[: longest - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut) + "…"
