"""A plan for a conversation: its steps, and how far each has come."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Final, Literal

from agents.errors import PlanError

StepStatus = Literal["open", "current", "done", "skipped", "reopened"]
PlanSource = Literal["model", "cache", "template", "user"]
Judge = Literal["rule", "local", "model", "user"]
MOST_STEPS: Final = 8


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to find out from the user.

    Attributes:
        title: Two to four words.
        description: What the assistant asks the user.
        expected_response: What kind of reply is hoped for.
        success_criteria: When the reply is good enough to go on.
        fallback: What to do otherwise: "clarify", "rephrase", or a text to say.
        id: Unique in its plan, and the same in every version of it.
        optional: Whether the goal can be reached without it.
        needs: Ids of the steps whose answers it builds on: when one of them changes, this one
            is asked again.
        examples: Answers to offer to somebody who does not know what to say.
    """

    title: str
    description: str
    expected_response: str
    success_criteria: str
    fallback: str
    id: str = ""
    optional: bool = False
    needs: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A goal and the steps to it, in order, 1..8 of them.

    Attributes:
        source: Who wrote it; "template" when it came from the library of templates.

    Raises:
        PlanError: It has no step or too many, a step has no question, two have one id, or one
            needs a step that is not there or needs it in turn.
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
        _check_steps(self.steps)

    def index(self, step_id: str) -> int | None:
        """Where the step of this id stands, from 0; None where it is not in the plan."""
        return next((i for i, step in enumerate(self.steps) if step.id == step_id), None)

    def dependents(self, step_id: str) -> tuple[str, ...]:
        """Ids of the steps that build on this one, directly or through others, in plan order."""
        found = {step_id}
        for _ in self.steps:
            found |= {step.id for step in self.steps if found.intersection(step.needs)}
        return tuple(step.id for step in self.steps if step.id in found and step.id != step_id)


def numbered(steps: Sequence[Step], used: Collection[str] = ()) -> tuple[Step, ...]:
    """The steps, each with an id: those that have none are named after their place.

    Args:
        used: Ids that other steps had: who gets one of them would be taken for that step.
    """
    taken = {*used, *(step.id for step in steps)}
    free = (name for name in map("s{}".format, count(1)) if name not in taken)
    return tuple(step if step.id else replace(step, id=next(free)) for step in steps)


def _check_steps(steps: Sequence[Step]) -> None:
    ids = [step.id for step in steps if step.id]
    for number, step in enumerate(steps, 1):
        if not step.title.strip() or not step.description.strip():
            raise PlanError(
                f"Step {number} has no title or no question.", remedy="Write both, or remove it."
            )
        if ids.count(step.id) > 1:
            raise PlanError(f"Two steps have the id {step.id!r}.", remedy="Give each its own.")
        missing = [needed for needed in step.needs if needed not in ids]
        if missing:
            raise PlanError(
                f"Step {number} ({step.title}) needs {missing[0]!r}, which is not in the plan.",
                remedy="Take the need away, or put the step back.",
            )
    _check_order(steps)


def _check_order(steps: Sequence[Step]) -> None:
    """Refuse steps that need one another in a circle.

    Raises:
        PlanError: They do.
    """
    left = {step.id: set(step.needs) for step in steps if step.id}
    while left:
        ready = {name for name, needs in left.items() if not needs & left.keys()}
        if not ready:
            names = ", ".join(sorted(left))
            raise PlanError(
                f"The steps {names} need one another in a circle.", remedy="Take one need away."
            )
        left = {name: needs for name, needs in left.items() if name not in ready}


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """A plan as it was from one moment on.

    Attributes:
        number: From 1, newer versions have higher ones.
        because: Why it was made, in words for the user.
        by: Who made it.
        at: Seconds since the epoch.
    """

    number: int
    plan: Plan
    because: str
    by: Literal["model", "user"]
    at: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a reply met a step's success criteria, and why.

    Attributes:
        by: Who judged: a "rule", the "local" judgement, the "model", or the "user".
        probability: That the reply meets the step, 0..1, as the local judgement saw it; None
            where it was not asked.
    """

    met: bool
    reason: str
    by: Judge
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one step has come.

    Attributes:
        attempts: Replies that were judged against it since it was last asked anew.
        said: The reply that counts: the last that was judged.
        message: Id of the message that said it; "" where the page did.
        began_at: When it was first asked, seconds since the epoch; None before.
        finished_at: Seconds since the epoch; None while it is open.
        reopened_by: Id of the step whose new answer reopened it; "" otherwise.
    """

    status: StepStatus = "open"
    attempts: int = 0
    said: str = ""
    verdict: Verdict | None = None
    finished_at: float | None = None
    message: str = ""
    began_at: float | None = None
    reopened_by: str = ""

    @property
    def behind(self) -> bool:
        """Whether it is done or skipped."""
        return self.status in ("done", "skipped")
