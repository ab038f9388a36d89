"""A plan while it is edited: what was typed so far, and what is wrong with it.

A draft is the browser tab's own until it is saved. It remembers which version of the plan it was
made from, so that two tabs cannot save over one another unseen.
"""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from typing import Any, Final

import streamlit as st

from agents.dialogue.plan import MOST_STEPS, Plan, Step
from agents.dialogue.state import ChatState
from agents.errors import PlanChangedError, RepriseError
from pages.parts import session
from pages.parts.planning import changes

_DRAFT: Final = "_plan-draft"


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan as it is being edited.

    Attributes:
        conversation: Whose plan it is.
        based_on: The version that it was made from.
        steps: Each with an id; they need not be a plan yet.
        taken: Ids of steps that the conversation has or had.
        token: Unique; no two drafts share what was typed.
        problem: Why it could not be saved.
        wrong: What is wrong with single fields, by the id of the step and the field's name.
    """

    conversation: str
    based_on: int
    goal: str
    steps: tuple[Step, ...]
    taken: frozenset[str] = frozenset()
    token: str = ""
    problem: RepriseError | None = None
    wrong: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def key(self, step_id: str, name: str) -> str:
        """Key of the widget that holds a field of a step.

        What a step needs is chosen among the others' names: with other names it is another
        widget, as a browser sends the names that it was shown.
        """
        shown = f"-{self._names_mark}" if name == "needs" else ""
        return f"{name}-{step_id}-{self.token}{shown}"

    @property
    def _names_mark(self) -> str:
        names = "\n".join(f"{step.id} {step.title}" for step in self.steps)
        return f"{zlib.crc32(names.encode()):08x}"

    @property
    def goal_key(self) -> str:
        """Key of the widget that holds the goal."""
        return f"goal-{self.token}"

    @property
    def outdated(self) -> bool:
        """Whether the plan was changed elsewhere since the draft was begun."""
        return isinstance(self.problem, PlanChangedError)


def made_from(state: ChatState, plan: Plan) -> Draft:
    """A draft of the plan as it is."""
    taken = frozenset(step.id for version in state.versions for step in version.plan.steps)
    return Draft(state.id, state.version, plan.goal, plan.steps, taken, uuid.uuid4().hex[:8])


def moved(draft: Draft, step_id: str, by: int) -> Draft:
    """The draft with a step further up (-1) or down (+1); unchanged at the end of the way."""
    steps = list(draft.steps)
    here = _place(draft, step_id)
    there = here + by
    if not 0 <= there < len(steps):
        return draft
    steps[here], steps[there] = steps[there], steps[here]
    return replace(draft, steps=tuple(steps))


def without(draft: Draft, step_id: str) -> Draft:
    """The draft without a step, and without what others needed of it."""
    left = (step for step in draft.steps if step.id != step_id)
    return replace(
        draft,
        steps=tuple(
            replace(step, needs=tuple(need for need in step.needs if need != step_id))
            for step in left
        ),
    )


def with_another(draft: Draft) -> Draft:
    """The draft with one more, empty step at its end; its id was never used before."""
    taken = draft.taken | {step.id for step in draft.steps}
    fresh = next(name for name in map("s{}".format, count(1)) if name not in taken)
    return replace(
        draft, steps=(*draft.steps, Step("", "", "", "", "clarify", fresh)), taken=taken | {fresh}
    )


def is_full(draft: Draft) -> bool:
    """Whether it has as many steps as a plan can have."""
    return len(draft.steps) >= MOST_STEPS


def problems(draft: Draft) -> Mapping[tuple[str, str], str]:
    """What is wrong with single fields, by step and field."""
    wrong: dict[tuple[str, str], str] = {}
    for number, step in enumerate(draft.steps):
        if not step.title.strip():
            wrong[step.id, "title"] = "Give the step a short title."
        if not step.description.strip():
            wrong[step.id, "description"] = "Write what is to be asked."
        earlier = {one.id for one in draft.steps[:number]}
        if not earlier.issuperset(step.needs):
            wrong[step.id, "needs"] = "It can only build on steps that come before it."
    return wrong


# In this tab


def current(conversation: str) -> Draft | None:
    """The draft that this tab has of a conversation's plan."""
    draft: Draft | None = st.session_state.get(_DRAFT)
    return draft if draft is not None and draft.conversation == conversation else None


def begin(state: ChatState) -> None:
    """Begin to edit the plan as it is; what was typed into an older draft is gone."""
    if state.plan is not None:
        keep(made_from(state, state.plan))


def keep(draft: Draft) -> None:
    """Make this the tab's draft."""
    st.session_state[_DRAFT] = draft


def discard() -> None:
    """Let go of the tab's draft."""
    st.session_state.pop(_DRAFT, None)


def gathered(draft: Draft) -> Draft:
    """The draft with all that was typed; what has no widget at the moment stays as it was."""
    return replace(
        draft,
        goal=str(st.session_state.get(draft.goal_key, draft.goal)),
        steps=tuple(_typed(draft, step) for step in draft.steps),
    )


def _typed(draft: Draft, step: Step) -> Step:
    def typed(name: str) -> Any:
        return st.session_state.get(draft.key(step.id, name), getattr(step, name))

    return replace(
        step,
        title=typed("title"),
        description=typed("description"),
        expected_response=typed("expected_response"),
        success_criteria=typed("success_criteria"),
        optional=typed("optional"),
        needs=tuple(typed("needs")),
        examples=tuple(typed("examples")),
    )


def save(draft: Draft) -> None:
    """Store the draft as the plan; where that cannot be, it stays, with what is wrong told."""
    draft = replace(gathered(draft), problem=None, wrong={})
    wrong = problems(draft)
    if wrong:
        keep(replace(draft, wrong=wrong))
        return
    revise = partial(
        changes.editing().revise,
        draft.conversation,
        session.owner(),
        draft.steps,
        based_on=draft.based_on,
        goal=draft.goal.strip() or None,
    )
    try:
        revise()
    except RepriseError as error:
        keep(replace(draft, problem=error))
    else:
        discard()
        changes.say("The plan is saved")


def load_newer(state: ChatState) -> None:
    """Give the draft up for the plan as it is now."""
    begin(state)


def put_over(draft: Draft, state: ChatState) -> None:
    """Save the draft over the version that came in between; that one stays in the history."""
    save(replace(draft, based_on=state.version))


def _place(draft: Draft, step_id: str) -> int:
    return next(place for place, step in enumerate(draft.steps) if step.id == step_id)
