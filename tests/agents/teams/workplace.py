"""A place where workflows run: all of the teams but the page and the model, which is scripted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from agents.teams.live import LiveRun
from agents.teams.member import Member
from agents.teams.orchestrator import Orchestrator
from agents.teams.registry import Registry
from agents.teams.run import Delegation, Run
from agents.teams.store import RunStore
from agents.teams.teams import Teams
from cache import SemanticCache
from tests.agents.loops import WAIT_SECONDS, running_loop
from tests.agents.teams.stage import OWNER, desk_on, ended, on
from tests.support.scripted_model import Rule, ScriptedModel

AGENTS = (
    Member("finder", "Finder", "You find.", ("research",)),
    Member("seeker", "Seeker", "You seek.", ("research",)),
    Member("writer", "Writer", "You write.", ("writing",)),
)


@dataclass(frozen=True)
class Workplace:
    """Made by `open_workplace`."""

    teams: Teams
    orchestrator: Orchestrator
    model: ScriptedModel

    @property
    def registry(self) -> Registry:
        return self.orchestrator.registry

    def begin(self, workflow: str, task: str = "honey", **given: object) -> LiveRun:
        """Save a workflow and start it."""
        definition = self.teams.save("workflow", workflow)
        return self.teams.start("workflow", task, OWNER, definition=definition.name, **given)

    def do(self, workflow: str, task: str = "honey", **given: object) -> Run:
        """Save a workflow and wait for the end of a run."""
        return ended(self.begin(workflow, task, **given))

    def resume(self, run: Run) -> Run:
        return ended(self.teams.resume(run.id, OWNER))


def step(run: Run, step_id: str) -> Delegation:
    found = run.delegation(step_id)
    assert found is not None, f"no step {step_id} in {run}"
    return found


def statuses(run: Run) -> dict[str, str]:
    return {one.id: one.status for one in run.delegations}


@contextmanager
def open_workplace(
    folder: Path, script: Sequence[Rule], cache: SemanticCache | None = None
) -> Iterator[Workplace]:
    """A workplace whose files are in `folder`."""
    with ScriptedModel(script) as model, open_teams(folder, model.base_url, cache) as opened:
        try:
            yield Workplace(*opened, model)
        finally:
            model.release()


@contextmanager
def open_teams(
    folder: Path, base_url: str, cache: SemanticCache | None = None
) -> Iterator[tuple[Teams, Orchestrator]]:
    """Teams that ask the model at an address."""
    registry = Registry()
    registry.register(AGENTS)
    orchestrator = Orchestrator(registry, folder / "workflows")
    store = RunStore.open(folder / "teams.sqlite3")
    with running_loop() as loop, desk_on(loop, base_url, cache) as desk:
        teams = Teams(
            store,
            partial(on, loop),
            desk,
            [orchestrator],
            longest=4_000,
            watchers=[registry.observe],
        )
        teams.recover()
        try:
            yield teams, orchestrator
        finally:
            on(loop, teams.close()).result(WAIT_SECONDS)
