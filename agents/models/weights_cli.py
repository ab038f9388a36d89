"""The terminal's side of fetching model files: a bar where there is a terminal, else lines."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from typing import TextIO

from agents.errors import RepriseError
from agents.models.weights import Progress, fetch, megabytes, table
from agents.settings import Settings

LINE_SECONDS = 15.0
BAR_SECONDS = 0.1
BAR_WIDTH = 24
VERB = {
    "download": "Fetching",
    "wait": "Another process fetches",
    "verify": "Checking",
    "done": "Ready:",
}


class ProgressPrinter:
    """Writes progress to a stream: one line in place on a terminal, else a line now and then."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._bar = stream.isatty()
        self._shown_at = 0.0
        self._phase = ""
        self._started: tuple[float, int] = (0.0, 0)

    def __call__(self, progress: Progress) -> None:
        """Show it, if it is news."""
        now = time.monotonic()
        news = progress.phase != self._phase
        if news:
            self._phase, self._started = progress.phase, (now, progress.done)
        if not news and now - self._shown_at < (BAR_SECONDS if self._bar else LINE_SECONDS):
            return
        self._shown_at = now
        self._write(progress, _text(progress, self._rate(now, progress.done)))

    def _rate(self, now: float, done: int) -> float:
        """Bytes a second since the phase began; 0 while that is not yet known."""
        since, had = self._started
        return (done - had) / (now - since) if now - since > 1 else 0.0

    def _write(self, progress: Progress, text: str) -> None:
        if self._bar:
            text = f"\r\033[K{text[: shutil.get_terminal_size().columns - 1]}"
        ends_line = not self._bar or progress.phase == "done"
        self._stream.write(text + ("\n" if ends_line else ""))
        self._stream.flush()


def _text(progress: Progress, rate: float) -> str:
    if progress.phase == "done":
        return f"{VERB['done']} {progress.file}"
    share = progress.done / progress.total
    filled = int(share * BAR_WIDTH)
    parts = [
        f"{VERB[progress.phase]} {progress.file}",
        f"{'█' * filled}{'░' * (BAR_WIDTH - filled)} {share:4.0%}",
        f"{progress.done / 1e6:,.0f} of {megabytes(progress.total)}",
    ]
    if rate > 0 and progress.phase == "download":
        parts += [
            f"{megabytes(int(rate))}/s",
            f"{(progress.total - progress.done) / rate:.0f} s left",
        ]
    if progress.source:
        parts.append(f"from {progress.source}")
    return "  ".join(parts)


def main() -> int:
    """Fetch every file of the table; their paths go to standard output, one a line."""
    parser = argparse.ArgumentParser(
        prog="python -m agents.models.weights", description="Fetch the model files."
    )
    parser.add_argument(
        "--as-configured",
        action="store_true",
        help="nothing, if the settings name another provider or a model file of your own",
    )
    arguments = parser.parse_args()
    try:
        settings = Settings.from_env()
        if arguments.as_configured and (settings.provider != "embedded" or settings.model_path):
            return 0
        for file in table():
            path = fetch(file, settings.home / "models", ProgressPrinter(sys.stderr))
            sys.stdout.write(f"{path}\n")
    except RepriseError as error:
        sys.stderr.write(f"\n{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped; what came is kept, the next call goes on from there.\n")
        return 130
    return 0
