"""The app as a server of its own, a scripted model behind it, and a real Chromium before it.

All tests of this folder share one server; each has a browser profile of its own, and so an owner
of its own. The cache is shared between owners as in life: a test asks what no other test asks.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    Request,
    expect,
    sync_playwright,
)

from tests.browser.script import RULES
from tests.support.scripted_model import ScriptedModel

ROOT = Path(__file__).parents[2]
PATIENCE_MS = 60_000
START_SECONDS = 60
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
KEY = "the-right-key"


@dataclass
class Server:
    """One run of ``streamlit run app.py`` after the other, on one port and one home."""

    home: Path
    settings: Mapping[str, str]
    log: Path
    port: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Serve; returns when the server says that it is well."""
        self.port = self.port or _free_port()
        command = [sys.executable, "-m", "streamlit", "run", "app.py"]
        options = ["--server.port", str(self.port), "--server.headless", "true"]
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("REPRISE_", "STREAMLIT_"))}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, *options],
                cwd=ROOT,
                env={**kept, "REPRISE_HOME": str(self.home), **self.settings},
                stdout=log,
                stderr=log,
            )
        self._await_health()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the server; SIGKILL leaves it no time to tidy up."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(START_SECONDS)
            self._process = None

    def _await_health(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.url}/_stcore/health", timeout=5).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        pytest.fail(f"the server did not start:\n{self.log.read_text()}", pytrace=False)


@dataclass
class Chat:
    """The app as its user sees it."""

    page: Page
    url: str

    def open(self, path: str = "/") -> Chat:
        self.page.goto(self.url + path)
        return self

    def start(self) -> Chat:
        """An empty chat, once model and cache are there."""
        self.open()
        self.cache_figures.wait_for()
        return self

    def say(self, text: str) -> None:
        self.input.fill(text)
        self.input.press("Enter")

    def ask(self, text: str) -> Locator:
        """Say something and wait for the end of the reply, which is given."""
        count = self.endings.count()
        self.say(text)
        expect(self.endings).to_have_count(count + 1)
        return self.replies.last

    @property
    def input(self) -> Locator:
        return self.page.get_by_test_id("stChatInputTextArea")

    @property
    def messages(self) -> Locator:
        return self.page.get_by_test_id("stChatMessage")

    @property
    def said(self) -> Locator:
        return self.page.locator('[class*="st-key-said-"]')

    @property
    def replies(self) -> Locator:
        return self.messages.filter(has_not=self.page.locator('[class*="st-key-said-"]'))

    @property
    def live(self) -> Locator:
        return self.page.locator('[class*="st-key-live-"]')

    @property
    def endings(self) -> Locator:
        """The rows under replies that have ended."""
        return self.page.locator('[class*="st-key-about-"]')

    @property
    def stop(self) -> Locator:
        return self.page.locator(".st-key-stop button")

    @property
    def strip(self) -> Locator:
        return self.page.locator(".st-key-strip")

    @property
    def cache_card(self) -> Locator:
        return self.page.locator(".st-key-cache-card")

    @property
    def cache_figures(self) -> Locator:
        return self.page.locator(".st-key-cache-figures")

    @property
    def slider(self) -> Locator:
        return self.page.get_by_role("slider")

    def link(self, name: str) -> Locator:
        return self.page.get_by_test_id("stSidebarNavLink").filter(has_text=name)


@pytest.fixture(scope="package")
def model() -> Iterator[ScriptedModel]:
    """The scripted model; streams with `hold_after` wait for `release`."""
    with ScriptedModel(RULES, api_key=KEY) as model:
        yield model


@pytest.fixture(autouse=True)
def held(model: ScriptedModel) -> Iterator[None]:
    """Every test begins with streams that are held, and leaves none waiting."""
    model.hold()
    yield
    model.release()


@pytest.fixture(scope="package")
def scripted(model: ScriptedModel) -> dict[str, str]:
    """The settings under which the app talks to the scripted model."""
    return {
        "REPRISE_PROVIDER": "openai",
        "REPRISE_BASE_URL": model.base_url,
        "REPRISE_API_KEY": KEY,
        "REPRISE_MODEL": "scripted",
        "HF_HUB_OFFLINE": "1",
    }


@pytest.fixture(scope="package")
def server(scripted: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server that tests share."""
    folder = tmp_path_factory.mktemp("server")
    server = Server(folder / "home", scripted, folder / "log.txt")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def own_server(scripted: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Makes servers for one test, each with a home of its own."""
    made: list[Server] = []

    def make(name: str = "own", **settings: str) -> Server:
        home = tmp_path / name
        made.append(Server(home, {**scripted, **settings}, tmp_path / f"{name}.log"))
        made[-1].start()
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture(scope="package")
def chromium(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def profile(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser profiles, and fails the test if one fetched anything from elsewhere."""
    contexts: list[BrowserContext] = []
    elsewhere: list[str] = []

    def watch(request: Request) -> None:
        if not _is_ours(request.url):
            elsewhere.append(request.url)

    def make(*, watched: bool = True, **options: object) -> BrowserContext:
        context = chromium.new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        if watched:
            context.on("request", watch)
        contexts.append(context)
        return context

    expect.set_options(timeout=PATIENCE_MS)
    yield make
    for context in contexts:
        context.close()
    assert elsewhere == [], "the page fetched from elsewhere"


@pytest.fixture
def chat(profile: Callable[..., BrowserContext], server: Server) -> Chat:
    """The app in a fresh profile."""
    context = profile(viewport={"width": 1280, "height": 860})
    return Chat(context.new_page(), server.url)


def _is_ours(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "about:"))


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
