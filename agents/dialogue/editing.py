"""What the user changes on the Plan page: each change in one piece, made to the plan as it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from agents.dialogue import revising
from agents.dialogue.events import (
    Corrected,
    Event,
    Forgotten,
    Judged,
    Overruled,
    PlanApproved,
    PlanRevised,
    PlanStopped,
    Remembered,
    Reopened,
    Restarted,
    StepEnded,
)
from agents.dialogue.memory import Fact
from agents.dialogue.plan import Plan, PlanVersion, Step, Verdict
from agents.dialogue.state import ChatState
from agents.dialogue.store import ConversationStore
from agents.dialogue.turns import readable
from agents.errors import MessageError, MessageTooLongError, PlanChangedError, PlanError

LONGEST_NAME: Final = 80
LONGEST_VALUE: Final = 2_000
_ANSWERED_BEFORE: Final = Verdict(met=True, reason="You had answered it before.", by="rule")


@dataclass(frozen=True, slots=True)
class Editing:
    """Changes to a conversation's plan and facts by its owner.

    Every method returns the state after the change; where there is nothing to change, nothing
    is stored and the state is returned as it is.

    Raises:
        BusyError: A reply to the conversation is being written.
        ConversationNotFoundError: There is none of this id that belongs to the owner.
        StoreError: The change could not be stored.
    """

    store: ConversationStore

    def revise(
        self,
        conversation: str,
        owner: str,
        steps: Sequence[Step],
        *,
        based_on: int,
        goal: str | None = None,
    ) -> ChatState:
        """Give the plan these steps, in this order; steps that stay keep what was said for them.

        Args:
            steps: A step that stays has its id; one that is new has the id "", and needs no more
                than a title and a question. What a step needed of one that is gone is dropped.
            based_on: The version (`ChatState.version`) that the user saw.
            goal: The new one; None leaves it as it is.

        Raises:
            PlanChangedError: The plan was changed since; nothing was.
            PlanError: There is no plan, or this is not one.
        """

        def revised(state: ChatState) -> Sequence[Event]:
            before = _plan_of(state)
            _require_version(state, based_on)
            wanted = revising.revised(before, steps, state, readable(goal or ""))
            if wanted == before:
                return ()
            after = replace(wanted, source="user")
            return (PlanRevised(time.time(), after, revising.difference(before, after), "user"),)

        return self.store.change(conversation, owner, revised)

    def approve(self, conversation: str, owner: str, *, based_on: int) -> ChatState:
        """Agree to the plan.

        Args:
            based_on: The version that the user saw.

        Raises:
            PlanChangedError: The plan was changed since.
            PlanError: There is no plan.
        """

        def approved(state: ChatState) -> Sequence[Event]:
            _plan_of(state)
            _require_version(state, based_on)
            return () if state.approved else (PlanApproved(time.time()),)

        return self.store.change(conversation, owner, approved)

    def stop(self, conversation: str, owner: str) -> ChatState:
        """Give the plan up; what was gathered stays."""
        return self._where_planned(conversation, owner, lambda: PlanStopped(time.time()))

    def restart(self, conversation: str, owner: str) -> ChatState:
        """Begin the plan again from its first step."""
        return self._where_planned(conversation, owner, lambda: Restarted(time.time()))

    def _where_planned(
        self, conversation: str, owner: str, happens: Callable[[], Event]
    ) -> ChatState:
        return self.store.change(
            conversation, owner, lambda state: (happens(),) if state.plan else ()
        )

    def restore(self, conversation: str, owner: str, number: int, *, based_on: int) -> ChatState:
        """Go back to an older version of the plan; steps that were answered stay answered.

        Args:
            number: Of the version.
            based_on: The version that the user saw as the newest.

        Raises:
            PlanChangedError: The plan was changed since.
            PlanError: There is no version of this number.
        """

        def restored(state: ChatState) -> Sequence[Event]:
            _require_version(state, based_on)
            old = _version(state, number)
            if old.plan == state.plan:
                return ()
            now = time.time()
            because = f"You went back to version {number}."
            return (PlanRevised(now, old.plan, because, "user"), *_known(old.plan, state, now))

        return self.store.change(conversation, owner, restored)

    def overrule(self, conversation: str, owner: str, step_id: str, *, met: bool) -> ChatState:
        """Say that a step is done as it is, or that it is not.

        Raises:
            PlanChangedError: The step is not in the plan any more.
        """

        def overruled(state: ChatState) -> Sequence[Event]:
            index = _index(state, step_id)
            if met == (state.progress[index].status == "done"):
                return ()
            return (Overruled(time.time(), index, met),)

        return self.store.change(conversation, owner, overruled)

    def reopen(self, conversation: str, owner: str, step_id: str) -> ChatState:
        """Make a step the current one, to be asked (again).

        Raises:
            PlanChangedError: The step is not in the plan any more.
        """

        def reopened(state: ChatState) -> Sequence[Event]:
            index = _index(state, step_id)
            return () if index == state.current else (Reopened(time.time(), index),)

        return self.store.change(conversation, owner, reopened)

    def remember(self, conversation: str, owner: str, name: str, value: str) -> ChatState:
        """Note a fact, or change one; the value it had is kept as a former one.

        A fact that answers a step is corrected with the step: what was done and builds on it is
        to be asked again.

        Raises:
            MessageError: The name or the value is blank or too long.
        """
        name, value = _fact_text(name, LONGEST_NAME), _fact_text(value, LONGEST_VALUE)

        def remembered(state: ChatState) -> Sequence[Event]:
            known = state.facts.get(name)
            if known is not None and known.value == value:
                return ()
            index = _answered_step(state, name, known)
            if index is None:
                return (_noted(name, value, known),)
            return _corrected(state, index, value)

        return self.store.change(conversation, owner, remembered)

    def forget(self, conversation: str, owner: str, name: str) -> ChatState:
        """Forget a fact, and all that it was before."""

        def forgotten(state: ChatState) -> Sequence[Event]:
            return (Forgotten(time.time(), name),) if name in state.facts else ()

        return self.store.change(conversation, owner, forgotten)


# The plan


def _plan_of(state: ChatState) -> Plan:
    if state.plan is None:
        raise PlanError("There is no plan to change.", remedy="State a goal in the chat first.")
    return state.plan


def _require_version(state: ChatState, based_on: int) -> None:
    if state.version != based_on:
        raise PlanChangedError(state.id, based_on, state.version)


def _version(state: ChatState, number: int) -> PlanVersion:
    for version in state.versions:
        if version.number == number:
            return version
    raise PlanError(
        f"There is no version {number} of the plan.",
        remedy=f"Choose one from 1 to {state.version}." if state.versions else "",
    )


def _index(state: ChatState, step_id: str) -> int:
    index = state.plan.index(step_id) if state.plan else None
    if index is None:
        raise PlanChangedError(state.id, None, state.version)
    return index


def _known(plan: Plan, state: ChatState, at: float) -> tuple[Event, ...]:
    """What makes the steps done that come back to the plan and were answered already."""
    here = {step.id for step in state.plan.steps} if state.plan else set()
    answers = {fact.step: fact for fact in state.facts.values() if fact.about == "answer"}
    events: list[Event] = []
    for index, step in enumerate(plan.steps):
        if step.id not in here and (fact := answers.get(step.id)) is not None:
            events.append(Judged(at, index, fact.value, _ANSWERED_BEFORE, fact.message))
            events.append(StepEnded(at, index, "done"))
    return tuple(events)


# Facts


def _fact_text(text: str, longest: int) -> str:
    text = readable(text)
    if not text:
        raise MessageError(
            "A fact needs a name and a value.", remedy="Write both, or forget the fact instead."
        )
    if len(text) > longest:
        raise MessageTooLongError(len(text), longest)
    return text


def _answered_step(state: ChatState, name: str, known: Fact | None) -> int | None:
    """Index of the step that a fact answers; None where it answers none of the plan."""
    if state.plan is None:
        return None
    if known is not None:
        return state.plan.index(known.step) if known.about == "answer" else None
    titles = [step.title for step in state.plan.steps]
    return titles.index(name) if name in titles else None


def _noted(name: str, value: str, known: Fact | None) -> Remembered:
    about, step = (known.about, known.step) if known else ("note", "")
    return Remembered(time.time(), name, value, about, "page", step=step)


def _corrected(state: ChatState, index: int, value: str) -> tuple[Event, ...]:
    """A new answer to a step, and the steps that build on it."""
    plan, now = _plan_of(state), time.time()
    step = plan.steps[index]
    affected = [plan.index(name) for name in plan.dependents(step.id)]
    return (
        # First: the correction leaves a fact of the same value as it is, with who told it.
        Remembered(now, step.title, value, "answer", "page", step=step.id),
        Corrected(now, index, value),
        *(
            Reopened(now, other, because=step.id)
            for other in affected
            if other is not None and state.progress[other].status == "done"
        ),
    )
