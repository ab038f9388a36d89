"""A place where workflows run: all of the teams but the page and the model, which is scripted."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ag2.config import ModelConfig

from agents.dialogue.scopes import Identity
from agents.models.cached import CachedModel
from agents.models.failures import explain_failure
from agents.models.pending import PendingModel
from agents.models.providers import http_client, model_config
from agents.settings import Settings
from agents.teams.desk import Desk
from agents.teams.live import LiveRun
from agents.teams.member import Member
from agents.teams.orchestrator import Orchestrator
from agents.teams.registry import Registry
from agents.teams.run import Delegation, Run
from agents.teams.store import RunStore
from agents.teams.teams import Teams
from cache import SemanticCache
from tests.agents.loops import WAIT_SECONDS, running_loop
from tests.support.scripted_model import Rule, ScriptedModel

OWNER = "ann"
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
        return finished(self.begin(workflow, task, **given))

    def resume(self, run: Run) -> Run:
        return finished(self.teams.resume(run.id, OWNER))


def finished(live: LiveRun) -> Run:
    """The run after its end."""
    assert live.wait(WAIT_SECONDS), f"no end came: {live.view}"
    return live.view


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
    settings = Settings(provider="openai", model="scripted", base_url=base_url)
    client = http_client(settings)
    config = model_config(settings, http_client=client, embedded=None)
    registry = Registry()
    registry.register(AGENTS)
    orchestrator = Orchestrator(registry, folder / "workflows")

    async def ready() -> ModelConfig:
        return config

    model = PendingModel(
        config.provider, "scripted", ready, lambda error: explain_failure(error, settings)
    )
    desk = Desk(CachedModel(model, cache), Identity("scripted", ttl=None), threshold=0.9)

    async def at_desk() -> Desk:
        return desk

    with running_loop() as loop:
        teams = Teams(
            RunStore.open(folder / "teams.sqlite3"),
            lambda work: asyncio.run_coroutine_threadsafe(work, loop),
            at_desk,
            [orchestrator],
            longest=4_000,
            watchers=[registry.observe],
        )
        teams.recover()
        try:
            yield teams, orchestrator
        finally:
            asyncio.run_coroutine_threadsafe(teams.close(), loop).result(WAIT_SECONDS)
            asyncio.run_coroutine_threadsafe(client.aclose(), loop).result(WAIT_SECONDS)
