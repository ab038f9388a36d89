"""The app's script as AppTest runs it, with a scripted model behind it."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.parts import session
from tests.browser.script import RULES
from tests.support.scripted_model import ScriptedModel

SHELL = Path(__file__).parents[2] / "pages" / "parts" / "shell.py"
PATIENCE = 120


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    """The scripted model; held streams wait for `release`."""
    with ScriptedModel(RULES) as model:
        yield model


@pytest.fixture
def app(
    home: Path, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., AppTest]]:
    """Makes sessions of the app, all on one Runtime whose model and cache are loaded."""
    for name, value in {
        "PROVIDER": "openai",
        "BASE_URL": model.base_url,
        "API_KEY": "any",
        "MODEL": "scripted",
    }.items():
        monkeypatch.setenv(f"REPRISE_{name}", value)
    # As app.py does, and for the same reason.
    monkeypatch.setattr(sys, "path", [*sys.path, str(SHELL.parent)])
    st.cache_resource.clear()

    def make(**parameters: str) -> AppTest:
        at = AppTest.from_file(str(SHELL), default_timeout=PATIENCE)
        for name, value in parameters.items():
            at.query_params[name] = value
        at.run()
        wait_for(lambda: session.runtime().cache is not None)
        return at.run()

    yield make
    model.release()
    st.cache_resource.clear()


def wait_for(reached: Callable[[], bool]) -> None:
    """Return when it is so; fail when it does not become so."""
    deadline = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < deadline, "it did not come to be"
        time.sleep(0.02)


def conversation_of(at: AppTest) -> str:
    """Id of the conversation in the address."""
    value = at.query_params[session.PARAMETER]
    return value[0] if isinstance(value, list) else value


def say(at: AppTest, text: str) -> AppTest:
    """Say something, wait for the end of the reply and draw the page anew."""
    at.chat_input[0].set_value(text).run()
    turn = session.runtime().turn(conversation_of(at), "local")
    if turn is not None:
        assert turn.wait(PATIENCE)
    return at.run()


def shown(markdown: str) -> str:
    """The text as it is read: without the backslashes that keep Markdown's signs."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown)
