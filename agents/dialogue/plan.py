"""A plan for a conversation: its steps, and how far each has come."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from agents.errors import PlanError

StepStatus = Literal["open", "current", "done", "skipped"]
PlanSource = Literal["model", "cache", "template"]
MOST_STEPS: Final = 5


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to find out from the user.

    Attributes:
        title: Two to four words.
        description: What the assistant asks the user.
        expected_response: What kind of reply is hoped for.
        success_criteria: When the reply is good enough to go on.
        fallback: What to do otherwise: "clarify", "rephrase", or a text to say.
    """

    title: str
    description: str
    expected_response: str
    success_criteria: str
    fallback: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A goal and the steps to it, in order, 1..5 of them.

    Attributes:
        source: Who wrote it; "template" when the model could not.
    """

    goal: str
    steps: tuple[Step, ...]
    source: PlanSource = "model"

    def __post_init__(self) -> None:
        if not 1 <= len(self.steps) <= MOST_STEPS:
            raise PlanError(
                f"The plan for {self.goal!r} has {len(self.steps)} steps.",
                remedy=f"A plan has 1 to {MOST_STEPS}.",
            )


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a reply met a step's success criteria, and why.

    Attributes:
        by: Who judged: "rule" or "model".
    """

    met: bool
    reason: str
    by: Literal["rule", "model"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one step has come.

    Attributes:
        attempts: Replies that were judged against it.
        said: The reply that counts: the last that was judged.
        finished_at: Seconds since the epoch; None while it is open.
    """

    status: StepStatus = "open"
    attempts: int = 0
    said: str = ""
    verdict: Verdict | None = None
    finished_at: float | None = field(default=None)
