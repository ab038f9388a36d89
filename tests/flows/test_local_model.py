"""A handful of flows with the real local model: smoke, as every word of it is its own.

Two are played by default; ``pytest --all-local-flows tests/flows`` plays all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final

import pytest
from ag2.config import ModelConfig

from agents.models.embedded import EmbeddedModel
from agents.models.providers import model_config
from agents.settings import Settings
from cache import Embedder
from tests.flows.conftest import room_for
from tests.flows.runner import play
from tests.flows.script import FOLDER, Flow, all_flows, read_flow
from tests.flows.stage import Stage

LOCAL: Final = all_flows(FOLDER / "local_model")
BY_DEFAULT: Final = [path for path in LOCAL if path.stem.startswith("user_answers_")]
LONGEST_WAIT: Final = 300.0
SETTINGS: Final = Settings(provider="embedded", temperature=0.0, max_tokens=48)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Play the flows that were asked for."""
    chosen = LOCAL if metafunc.config.getoption("all_local_flows") else BY_DEFAULT
    metafunc.parametrize("path", chosen, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def local_model(local_model_path: Path) -> Iterator[EmbeddedModel]:
    model = EmbeddedModel(local_model_path)
    model.start()
    yield model
    model.close()


@pytest.fixture
def stage(
    tmp_path: Path, embedder: Embedder, local_model: EmbeddedModel
) -> Iterator[Callable[[Flow], Stage]]:
    """Sets the stage for a flow whose model is the local one."""

    def local(scripted: ModelConfig) -> ModelConfig:
        return model_config(SETTINGS, http_client=scripted.http_client, embedded=local_model)

    with ExitStack() as stages:
        yield lambda flow: stages.enter_context(
            Stage(partial(room_for, flow, tmp_path, embedder, wrapped=local), LONGEST_WAIT)
        )


@pytest.mark.local_model
def test_the_conversation_goes_as_its_flow_says(path: Path, stage: Callable[[Flow], Stage]) -> None:
    flow = read_flow(path)

    play(flow, stage(flow))
