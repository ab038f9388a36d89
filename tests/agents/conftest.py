"""What the tests of the conversation share: real parts, and a room to talk in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from cache import Embedder, SemanticCache, load_embedder
from tests.agents.room import SCRIPT, Room, open_room
from tests.support.scripted_model import Rule


@pytest.fixture(scope="session")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    """The real embedding model."""
    return load_embedder(tmp_path_factory.mktemp("embedder"))


@pytest.fixture
def cache(embedder: Embedder, tmp_path: Path) -> Iterator[SemanticCache]:
    """An empty cache on real parts."""
    opened = SemanticCache.open(tmp_path / "cache", embedder, busy_seconds=0.1)
    yield opened
    opened.close()


@pytest.fixture
def enter(tmp_path: Path, cache: SemanticCache) -> Iterator[Callable[..., Room]]:
    """Opens the room with a script of the test's, as often as it likes."""
    with ExitStack() as rooms:

        def open_with(*rules: Rule, **how: object) -> Room:
            script = [*rules, *SCRIPT]
            return rooms.enter_context(open_room(tmp_path, script, how.pop("cache", cache), **how))

        yield open_with


@pytest.fixture
def room(enter: Callable[..., Room]) -> Room:
    """A room whose model plans, judges and repeats what it is asked."""
    return enter()
