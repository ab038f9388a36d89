"""All kinds of run put together, over one home."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Final

from agents.settings import Settings
from agents.teams.nested import Nested
from agents.teams.orchestrator import Orchestrator
from agents.teams.recursive import Recursive
from agents.teams.registry import Registry
from agents.teams.roster import Roster
from agents.teams.store import RunStore
from agents.teams.teams import Teams

if TYPE_CHECKING:
    from agents.teams.desk import Desk

DATABASE_FILE: Final = "teams.sqlite3"


def open_teams(
    settings: Settings,
    submit: Callable[[Coroutine[Any, Any, None]], Future[None]],
    desk: Callable[[], Awaitable[Desk]],
) -> Teams:
    """Teams with the definitions and the runs in the settings' home.

    Args:
        submit, desk: As `Teams` takes them.

    Raises:
        StoreError: The runs cannot be opened.
    """
    store = RunStore.open(settings.home / DATABASE_FILE)
    store.recover()
    roster = Roster.at(settings.home / "teams")
    registry = Registry(roster.members)
    orchestrator = Orchestrator(registry, settings.home / "workflows")
    nested = Nested(roster.nested, choosing=settings.provider != "embedded")
    return Teams(
        store,
        submit,
        desk,
        (nested, Recursive(roster.recursive), orchestrator),
        longest=settings.max_message,
        watchers=(registry.observe,),
        members=roster.members,
        agents=lambda: orchestrator.get_system_status()["agents"],
    )
