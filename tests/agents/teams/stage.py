"""A stage for teams: all but the page and the model, which is scripted over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

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
from agents.teams.opening import open_teams
from agents.teams.recording import Recorder
from agents.teams.run import Delegation, Run
from agents.teams.teams import Teams
from cache import SemanticCache
from tests.agents.loops import WAIT_SECONDS, running_loop
from tests.support.scripted_model import Rule, ScriptedModel

T = TypeVar("T")

OWNER = "ann"
WRITER = Member("writer", "Writer", "You write.")


@dataclass(frozen=True)
class Stage:
    """Made by `open_stage`."""

    teams: Teams
    model: ScriptedModel

    def start(self, kind: str, task: str, *, owner: str = OWNER, **given: object) -> LiveRun:
        return self.teams.start(kind, task, owner, **given)

    def run(self, kind: str, task: str, **given: object) -> Run:
        """Start a run and wait for its end."""
        return ended(self.start(kind, task, **given))

    @property
    def asked(self) -> list[str]:
        """What the model was told, in order of arrival."""
        return [request.last for request in self.model.requests]


def ended(live: LiveRun) -> Run:
    assert live.wait(WAIT_SECONDS), f"no end came: {live.view}"
    return live.view


def by_id(run: Run) -> dict[str, Delegation]:
    return {one.id: one for one in run.delegations}


def of_role(run: Run, role: str) -> list[Delegation]:
    return [one for one in run.delegations if one.role == role]


def recorder() -> Recorder:
    """A recorder of an empty run, which keeps nothing elsewhere."""

    async def keep(_run: Run, _delegation: Delegation) -> None: ...

    return Recorder(Run("r1", OWNER, "nested", "Bake.", "product", created=0.0), keep)


@asynccontextmanager
async def open_desk(base_url: str, cache: SemanticCache | None = None) -> AsyncIterator[Desk]:
    """A desk whose members are the scripted model at an address."""
    settings = Settings(provider="openai", model="scripted", base_url=base_url, api_key="k")
    client = http_client(settings)
    config = model_config(settings, http_client=client, embedded=None)

    async def ready() -> ModelConfig:
        return config

    pending = PendingModel(
        config.provider, "scripted", ready, lambda error: explain_failure(error, settings)
    )
    try:
        yield Desk(CachedModel(pending, cache), Identity("scripted", ttl=None), threshold=0.9)
    finally:
        await client.aclose()


@contextmanager
def desk_on(
    loop: asyncio.AbstractEventLoop, base_url: str, cache: SemanticCache | None = None
) -> Iterator[Callable[[], Awaitable[Desk]]]:
    """Gives the desk to what runs on the loop."""
    opening = open_desk(base_url, cache)
    desk = on(loop, opening.__aenter__()).result(WAIT_SECONDS)

    async def at_desk() -> Desk:
        return desk

    try:
        yield at_desk
    finally:
        on(loop, opening.__aexit__(None, None, None)).result(WAIT_SECONDS)


def on(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T]) -> Future[T]:
    return asyncio.run_coroutine_threadsafe(work, loop)


@contextmanager
def open_stage(
    folder: Path,
    script: Sequence[Rule] = (),
    cache: SemanticCache | None = None,
    *,
    provider: str = "openai",
) -> Iterator[Stage]:
    """A stage whose files are in `folder`; with the provider "embedded" the model is a weak one."""
    settings = Settings(home=folder, provider=provider)
    with (
        ScriptedModel(script) as model,
        running_loop() as loop,
        desk_on(loop, model.base_url, cache) as desk,
    ):
        teams = open_teams(settings, partial(on, loop), desk)
        try:
            yield Stage(teams, model)
        finally:
            model.release()
            on(loop, teams.close()).result(WAIT_SECONDS)
