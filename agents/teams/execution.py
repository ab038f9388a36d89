"""One run of one workflow.

A step begins as soon as all that it uses has ended, beside whatever else is under way. Each is
recorded when it begins and when it ends, so that a run that was cut off goes on with the first
step that had not ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from agents.errors import WorkflowError
from agents.teams.conditions import Outcome, holds, sentence
from agents.teams.delegating import delegate
from agents.teams.member import Message
from agents.teams.recording import Recorder
from agents.teams.registry import Registry
from agents.teams.run import Delegation
from agents.teams.together import together
from agents.teams.workflow import CONTEXT, TASK, Step, Workflow
from agents.teams.workflow_file import candidates

if TYPE_CHECKING:
    from agents.teams.desk import Desk

LONGEST_INLINE: Final = 200
"""Characters of a result that is put into a task itself; what is longer or has lines is put before
it, under a heading. The cache compares tasks by meaning, which of a long text sees the beginning
only; what stands before the task it compares to the letter."""
CONTEXT_TITLE: Final = "What is known"
NOTHING: Final = "(not available)"
"""What an agent reads in the place of a result that there is not."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What a name in a task stands for.

    Attributes:
        title: What it is called where it stands before the task.
    """

    title: str
    text: str

    @property
    def is_short(self) -> bool:
        return len(self.text) <= LONGEST_INLINE and "\n" not in self.text

    @property
    def inline(self) -> str:
        """What stands in the task."""
        return self.text if self.is_short else f'"{self.title}" (above)'


class Execution:
    """One run of one workflow."""

    def __init__(
        self,
        workflow: Workflow,
        inputs: Mapping[str, str],
        registry: Registry,
        recorder: Recorder,
        desk: Desk,
    ) -> None:
        self._workflow = workflow
        self._registry = registry
        self._recorder = recorder
        self._desk = desk
        given = {TASK: recorder.run.task, CONTEXT: recorder.run.context, **inputs}
        self._outcomes = {name: Outcome(text) for name, text in given.items()}
        self._ended = {step.id: asyncio.Event() for step in workflow.steps}
        self._lost: set[str] = set()

    async def result(self) -> str:
        """Do all steps.

        Raises:
            WorkflowError: One failed that must not, or there is no result.
            StoreError: A step could not be recorded.
        """
        for step in self._workflow.steps:
            if not self._is_done(step):
                await self._recorder.put(self._delegation(step))
        await together([self._step(step) for step in self._workflow.order])
        failed = self._failed()
        if failed is not None:
            raise failed
        return self._result()

    def _is_done(self, step: Step) -> bool:
        """Whether an earlier try of the run did it."""
        known = self._recorder.run.delegation(step.id)
        return known is not None and known.status == "done"

    async def _step(self, step: Step) -> None:
        for needed in self._workflow.needs[step.id]:
            await self._ended[needed].wait()
        known = self._recorder.run.delegation(step.id) if self._is_done(step) else None
        delegation = known or await self._delegated(step)
        if delegation.status != "done" and self._is_lost(step, delegation):
            self._lost.add(step.id)
        self._outcomes[step.id] = Outcome(delegation.result, delegation.status)
        self._ended[step.id].set()

    async def _delegated(self, step: Step) -> Delegation:
        """A step as it ended."""
        waiting = self._delegation(step)
        reason = self._why_not(step)
        if reason:
            skipped = replace(waiting, status="skipped", note=reason)
            await self._recorder.put(skipped)
            return skipped
        member = self._registry.best(candidates(self._workflow, step, self._registry))
        if member is None:
            raise self._error(step, "can be done by nobody any more", "Add an agent for it.")
        message = self._message(step)
        return await delegate(
            self._recorder,
            self._desk,
            replace(waiting, agent=member.name, task=message.task),
            member,
            message,
            seconds=step.seconds,
            retries=step.retries,
        )

    def _delegation(self, step: Step) -> Delegation:
        """A step before it begins; who does it may still change."""
        able = candidates(self._workflow, step, self._registry)
        member = self._registry.best(able)
        return Delegation(
            step.id,
            "" if member is None else member.name,
            step.task.text,
            needs=self._workflow.needs[step.id],
        )

    def _why_not(self, step: Step) -> str:
        """Why a step is skipped; "" where it is not."""
        needs = self._workflow.needs[step.id]
        lost = [needed for needed in needs if needed in self._lost]
        if lost:
            return f"It needs {lost[0]}, which failed or could not be done."
        if step.when is not None and not holds(step.when, self._outcomes):
            return f"It is done only if {sentence(step.when)}."
        used = [name for name in step.task.names if name in self._ended]
        if used and all(self._outcomes[name].status != "done" for name in used):
            return f"Nothing that it uses is there: {', '.join(used)}."
        return ""

    def _is_lost(self, step: Step, delegation: Delegation) -> bool:
        """Whether the run cannot end well without this step, or because of what it lacks."""
        if delegation.status == "skipped":
            return any(needed in self._lost for needed in self._workflow.needs[step.id])
        return not step.may_fail

    def _message(self, step: Step) -> Message:
        """What an agent is told: its task, and before it what is too long to stand in it."""
        told = {name: self._told(name) for name in step.task.names}
        before = [f"## {one.title}\n{one.text}" for one in told.values() if not one.is_short]
        context = self._outcomes[CONTEXT].text
        if context and CONTEXT not in told:
            before.insert(0, context)
        task = step.task.filled({name: one.inline for name, one in told.items()})
        return Message(task, "\n\n".join(before))

    def _told(self, name: str) -> _Told:
        text = self._outcomes[name].text.strip()
        if name in self._ended:
            return _Told(self._workflow.step(name).title or name, text or NOTHING)
        titles = {TASK: self._workflow.task_title, CONTEXT: CONTEXT_TITLE}
        return _Told(titles.get(name, name.replace("_", " ").capitalize()), text)

    def _failed(self) -> WorkflowError | None:
        """Why the run failed; None where it did not."""
        for step in self._workflow.order:
            known = self._recorder.run.delegation(step.id)
            if known is None or known.failure is None or step.may_fail:
                continue
            problem = f"failed: {known.failure.message.rstrip('.')}"
            return self._error(step, problem, f"{known.failure.remedy} What is done stays.".strip())
        return None

    def _result(self) -> str:
        """The result of the first step that was done of those that give it; where none are said to,
        of all last ones, each under its title where there are several.

        Raises:
            WorkflowError: None of them was done.
        """
        named = [self._workflow.step(step_id) for step_id in self._workflow.result]
        done = [s for s in named or self._workflow.last if self._outcomes[s.id].status == "done"]
        if not done:
            missing = ", ".join(step.id for step in named or self._workflow.last)
            raise WorkflowError(
                self._workflow.name,
                f"ended without a result: {missing} was not done",
                remedy="Look at the conditions of its steps.",
            )
        if named or len(done) == 1:
            return self._outcomes[done[0].id].text
        return "\n\n".join(f"## {s.title or s.id}\n\n{self._outcomes[s.id].text}" for s in done)

    def _error(self, step: Step, problem: str, remedy: str) -> WorkflowError:
        return WorkflowError(self._workflow.name, problem, remedy=remedy, step=step.id)
