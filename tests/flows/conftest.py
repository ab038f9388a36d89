"""What flows are played on: real parts, and a model that is scripted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest

from cache import Embedder, SemanticCache, load_embedder
from cache.__main__ import default_folder
from tests.agents.room import Room, open_room
from tests.conftest import USERS_VARIABLES
from tests.flows.model import rules
from tests.flows.script import Flow
from tests.flows.stage import PATIENCE, Stage


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The real embedding model: the file that set-up made of it, where there is one."""
    return load_embedder(default_folder(USERS_VARIABLES))


@pytest.fixture
def stage(tmp_path: Path, embedder: Embedder) -> Iterator[Callable[[Flow], Stage]]:
    """Sets the stage for a flow."""
    with ExitStack() as stages:

        def set_for(flow: Flow) -> Stage:
            opened = Stage(partial(room_for, flow, tmp_path, embedder), PATIENCE)
            return stages.enter_context(opened)

        yield set_for


@contextmanager
def room_for(flow: Flow, folder: Path, embedder: Embedder, **how: object) -> Iterator[Room]:
    """A room as the flow wants it."""
    with ExitStack() as parts:
        cache = None
        if flow.cache:
            cache = SemanticCache.open(folder / "cache", embedder, busy_seconds=0.1)
            parts.callback(cache.close)
        if flow.templates_first:
            how["small_model"] = True
        yield parts.enter_context(open_room(folder, rules(flow.model), cache, **how))
