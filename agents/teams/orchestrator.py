"""Orchestrator: has the agents of the registry work through workflows."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from agents.teams.execution import Execution
from agents.teams.recording import Recorder
from agents.teams.registry import AgentStatus, Registry
from agents.teams.run import Kind, Run
from agents.teams.shelf import Shelf
from agents.teams.workflow import Workflow
from agents.teams.workflow_file import check_agents, workflow_of

if TYPE_CHECKING:
    from agents.teams.desk import Desk
    from agents.teams.ways import Work

SHIPPED: Final = Path(__file__).with_name("workflows")
DEFAULT: Final = "answer-and-check"


class Orchestrator:
    """Workflows and those who work on them.

    Args:
        registry: Whom the steps are given to.
        own: Folder of the user's workflows; it need not exist.

    Attributes:
        kind: Of its runs.
        default: The workflow that is taken where none is chosen.
        shelf: The workflows.
    """

    kind: Kind = "workflow"
    default: str = DEFAULT

    def __init__(self, registry: Registry, own: Path) -> None:
        self.registry = registry
        self.shelf: Shelf[Workflow] = Shelf(
            self.kind, SHIPPED, own, lambda file: workflow_of(file, registry)
        )
        self._lock = threading.Lock()
        self._executions: Counter[str] = Counter()
        self._running: Counter[str] = Counter()

    def work(self, run: Run) -> Work:
        """What does a run's work; nothing has begun when this returns.

        Raises:
            DefinitionNotFoundError: There is no workflow of the run's name.
            ContentError: Its file cannot be used.
            WorkflowError: What was given does not fit it, or nobody can do one of its steps.
        """
        workflow = self.shelf.used_by(run)
        check_agents(workflow, self.registry)
        inputs = workflow.given(dict(run.inputs))
        return partial(self._work, workflow, inputs)

    def agents(self) -> tuple[AgentStatus, ...]:
        """How all are who can be asked: those of the registry, and each workflow's own."""
        own = {agent.name: agent for workflow in self.shelf.all() for agent in workflow.agents}
        everybody = {**own, **{member.name: member for member in self.registry.members()}}
        return tuple(self.registry.status(member) for member in everybody.values())

    def get_system_status(self) -> dict[str, object]:
        """How the agents and the workflows are, in plain values that JSON can hold."""
        agents = [asdict(one) | {"success_rate": one.success_rate} for one in self.agents()]
        return {"agents": agents, **self.status()}

    def status(self) -> Mapping[str, object]:
        """What there is and what was done since the process began, in plain values."""
        with self._lock:
            executions, running = Counter(self._executions), Counter(self._running)
        return {
            "executions": executions.total(),
            "running": running.total(),
            "workflows": [
                {
                    "name": one.name,
                    "title": one.title,
                    "steps": len(one.steps),
                    "executions": executions[one.name],
                    "running": running[one.name],
                }
                for one in self.shelf.all()
            ],
        }

    async def _work(
        self, workflow: Workflow, inputs: Mapping[str, str], recorder: Recorder, desk: Desk
    ) -> str:
        with self._lock:
            self._executions[workflow.name] += 1
            self._running[workflow.name] += 1
        try:
            return await Execution(workflow, inputs, self.registry, recorder, desk).result()
        finally:
            with self._lock:
                self._running[workflow.name] -= 1
