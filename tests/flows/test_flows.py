"""Conversations as scripts: each file of this folder is one, named for what the user does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.flows.runner import play
from tests.flows.script import Flow, all_flows, read_flow
from tests.flows.stage import Stage


@pytest.mark.parametrize("path", all_flows(), ids=lambda path: path.stem)
def test_the_conversation_goes_as_its_flow_says(path: Path, stage: Callable[[Flow], Stage]) -> None:
    flow = read_flow(path)

    play(flow, stage(flow))
