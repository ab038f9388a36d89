"""From `make run` to a page that can be used, when everything is installed already.

Each start is a process of its own, at the same address as the last one, and a real Chromium opens
the page: as with every second start, the browser and the set-up have what the first one left.
*answers* is when the server says it is healthy, *page* when its first page is drawn (navigation and
all), *input* when the chat can be typed into; *memory* is the app's resident memory once it no
longer grows. With the local model, its loading goes on beside the page, and the memory includes
the model.

    python -m benchmarks.cold_start [--json] [--starts 3]
"""

from __future__ import annotations

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from agents.settings import Settings
from benchmarks.report import Row, parser, report
from tests.support import chromium

ROOT = Path(__file__).parents[1]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
NAVIGATION = "[data-testid=stSidebarNavLink]"
INPUT = "[data-testid=stChatInputTextArea]"
PATIENCE_SECONDS = 120.0
SETTLED_SECONDS = 5.0
MODELS = {
    "local": {"REPRISE_PROVIDER": "embedded"},
    # Never called: the page does not ask the model anything.
    "elsewhere": {"REPRISE_PROVIDER": "ollama"},
}


def main() -> None:
    options = parser(__doc__ or "")
    options.add_argument("--starts", type=int, default=3)
    chosen = options.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=FLAGS)
        port = free_port()
        rows = [measure(browser.new_page(), port, model, chosen.starts) for model in MODELS]
        browser.close()
    report("cold_start", rows, as_json=chosen.json)


def measure(page: Page, port: int, model: str, starts: int) -> Row:
    """Medians over some starts; one more before them fills what the first start of all fills."""
    with empty_home(MODELS[model]) as environment:
        runs = [start(page, port, environment) for _ in range(starts + 1)][1:]
    figures = [statistics.median(values) for values in zip(*runs, strict=True)]
    names = ("answers_s", "page_s", "input_s", "memory_mb")
    return {"model": model, **dict(zip(names, figures, strict=True))}


@contextmanager
def empty_home(variables: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The environment of an app that has its model files and nothing else."""
    models = Settings.from_env().home / "models"
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "models").symlink_to(models)
        yield {**os.environ, **variables, "REPRISE_HOME": folder}


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def start(page: Page, port: int, environment: Mapping[str, str]) -> tuple[float, ...]:
    """Seconds to the first healthy answer, to the page, to its input; megabytes in the end."""
    begun = time.perf_counter()
    server = subprocess.Popen(
        ["make", "--no-print-directory", "run", f"PORT={port}", f"PYTHON={sys.executable}"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_until_healthy(f"http://localhost:{port}/_stcore/health")
        answered = time.perf_counter() - begun
        page.goto(f"http://localhost:{port}", wait_until="commit")
        page.locator(NAVIGATION).first.wait_for(timeout=PATIENCE_SECONDS * 1000)
        drawn = time.perf_counter() - begun
        page.locator(INPUT).wait_for(timeout=PATIENCE_SECONDS * 1000)
        typed = time.perf_counter() - begun
        return answered, drawn, typed, settled_megabytes(server.pid)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()


def wait_until_healthy(url: str) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=1):  # noqa: S310 - our own address
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.02)
    raise TimeoutError(f"{url} did not answer within {PATIENCE_SECONDS:g} seconds")


def settled_megabytes(group: int) -> float:
    """Resident memory of a process group, once it stays the same for a while."""
    last, since = 0.0, time.monotonic()
    while time.monotonic() - since < SETTLED_SECONDS:
        time.sleep(0.5)
        now = resident_megabytes(group)
        if abs(now - last) > 1:
            last, since = now, time.monotonic()
    return last


def resident_megabytes(group: int) -> float:
    """The largest process of the group; Linux only."""
    pids = subprocess.run(["pgrep", "-g", str(group)], capture_output=True, text=True, check=True)
    sizes = [_resident(Path("/proc", pid, "status")) for pid in pids.stdout.split()]
    return max(sizes) / 1024


def _resident(status: Path) -> int:
    lines = status.read_text(encoding="utf-8").splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)


if __name__ == "__main__":
    main()
