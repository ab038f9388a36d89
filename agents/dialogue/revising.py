"""A plan that the user rewrote: its steps, made whole, and what is different from before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from agents.dialogue.plan import Plan, Step, numbered
from agents.dialogue.state import ChatState, shortened
from agents.dialogue.turns import readable
from agents.errors import PlanError

LONGEST_TITLE: Final = 80
LONGEST_TEXT: Final = 2_000
"""Characters of one text of a step."""


def revised(plan: Plan, steps: Sequence[Step], state: ChatState, goal: str) -> Plan:
    """The plan with these steps; a new step gets an id that none has had in the conversation.

    Args:
        goal: The new one; "" leaves it as it is.

    Raises:
        PlanError: It is no plan.
    """
    if not steps:
        raise PlanError(
            "A plan without any step is no plan; yours was left as it is.",
            remedy="Keep a step, or give the plan up instead.",
        )
    written = [_readable_step(step) for step in _without_lost_needs(steps)]
    return replace(plan, goal=goal or plan.goal, steps=numbered(written, state.step_ids))


def _readable_step(step: Step) -> Step:
    """The step with texts that can be read, and those in place that a new one has not yet."""
    title = " ".join(readable(step.title).split())
    written = replace(
        step,
        title=title,
        description=readable(step.description),
        expected_response=readable(step.expected_response) or title,
        success_criteria=readable(step.success_criteria) or "The question is answered.",
        fallback=readable(step.fallback) or "clarify",
        examples=tuple(filter(None, map(readable, step.examples))),
    )
    if len(title) > LONGEST_TITLE or max(map(len, _texts(written))) > LONGEST_TEXT:
        raise PlanError(
            f"The step {shortened(title)!r} is too long.",
            remedy=f"Use at most {LONGEST_TITLE} characters for its title, and {LONGEST_TEXT:,} "
            "for each of the rest.",
        )
    return written


def _texts(step: Step) -> tuple[str, ...]:
    asked = (step.description, step.expected_response, step.success_criteria, step.fallback)
    return (*asked, *step.examples)


def _without_lost_needs(steps: Sequence[Step]) -> tuple[Step, ...]:
    there = {step.id for step in steps}
    return tuple(
        replace(step, needs=tuple(need for need in step.needs if need in there)) for step in steps
    )


def difference(before: Plan, after: Plan) -> str:
    """What the user changed from one plan to the other, in a sentence."""
    old = {step.id: step for step in before.steps}
    new = {step.id: step for step in after.steps}
    parts = [
        _listed("added", (step.title for step in after.steps if step.id not in old)),
        _listed("removed", (step.title for step in before.steps if step.id not in new)),
        _listed("changed", (s.title for s in after.steps if s.id in old and old[s.id] != s)),
    ]
    stayed = [step.id for step in after.steps if step.id in old]
    if stayed != [step.id for step in before.steps if step.id in new]:
        parts.append("changed the order")
    if before.goal != after.goal:
        parts.append("changed the goal")
    return f"You {'; '.join(part for part in parts if part)}."


def _listed(verb: str, titles: Iterable[str]) -> str:
    named = ", ".join(f"“{title}”" for title in titles)
    return f"{verb} {named}" if named else ""
