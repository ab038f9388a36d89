"""For all tests: no call leaves this machine, no setting of the user's is read or changed."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from agents.models import weights
from agents.settings import Settings
from tests.support import chromium

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

# How long an example takes says more about the machine than about the code. The gate tries the
# same examples each time; whoever works on the code tries new ones.
settings.register_profile("untimed", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("untimed")

USERS_VARIABLES = dict(os.environ)
KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY", "OLLAMA_API_KEY")
OWN_NAMES = {None, "", "localhost", socket.gethostname()}


class RemoteCallError(RuntimeError):
    """A test tried to reach another machine."""


def _stay_on_this_machine(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook: sees every look-up and connection Python makes, whichever library asks."""
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in {"socket.connect", "socket.sendto"} and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else host
    if name not in OWN_NAMES and not _is_loopback(str(name)):
        raise RemoteCallError(f"{event} of {name!r}: tests talk to this machine only")


def _is_loopback(name: str) -> bool:
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


sys.addaudithook(_stay_on_this_machine)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for all that Reprise keeps, and no settings but the defaults."""
    for name in list(os.environ):
        if name.startswith("REPRISE_") or name in KEYS:
            monkeypatch.delenv(name)
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("REPRISE_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def local_model_path() -> Path:
    """The real chat model, which `make test` fetches."""
    folder = Settings.read(USERS_VARIABLES).home / "models"
    (file,) = weights.table()
    path = weights.local_path(file, folder)
    if path is None:
        pytest.fail(
            f"{file.file} is not in {folder}: run `make test`, which fetches it", pytrace=False
        )
    return path


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The program that browser tests drive."""
    path = chromium.find()
    if path is None:
        pytest.fail("No Chromium was found: run `make test`, which installs one", pytrace=False)
    return path


def pytest_addoption(parser: pytest.Parser) -> None:
    """What is left out of a usual run because it takes minutes."""
    parser.addoption(
        "--all-local-flows",
        action="store_true",
        help="play every flow that is meant for the real local model, not two of them",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave browser tests out where no browser can be had; under CI they then fail instead."""
    if os.environ.get("CI") == "true" or not any(_drives_browser(item) for item in items):
        return
    if chromium.find() is None:
        config.hook.pytest_deselected(items=[item for item in items if _drives_browser(item)])
        items[:] = [item for item in items if not _drives_browser(item)]


def _drives_browser(item: pytest.Item) -> bool:
    return item.get_closest_marker("browser") is not None
