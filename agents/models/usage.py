"""What agents used within the last day, in a file: a restart gives no budget back.

One line is appended for each use, `[1764000000.0, "chat", "tokens", 412]`: seconds since the epoch,
agent, unit and amount, and nothing of what was said. Lines go to the operating system at once, so a
killed process loses none; one that was cut by a crash of the machine is left out.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Final, get_args

from agents.models.condition import Unit

logger = logging.getLogger(__name__)

USAGE_FILE: Final = "usage.jsonl"
KEPT_SECONDS: Final = 86_400.0
LARGEST: Final = 1_000_000
"""Bytes from which what is old is removed."""


@dataclass(frozen=True, slots=True)
class Use:
    """What one agent used at one time; below 0 where it was taken back.

    Attributes:
        at: Seconds since the epoch.
    """

    at: float
    agent: str
    unit: Unit
    amount: float


class UsageFile:
    """The file, which need not be there. A disk that cannot be written is logged, and no more.

    Two processes may append to it at the same time; each counts what the other used before it
    started.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._largest = LARGEST

    def recent(self, now: float) -> tuple[Use, ...]:
        """What was used within a day before now, oldest first; what is older is removed."""
        try:
            lines = self._path.read_text("utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return ()
        except OSError as error:
            logger.warning("what was used before cannot be read: %s", error)
            return ()
        kept = tuple(use for use in _uses(lines) if now - KEPT_SECONDS <= use.at <= now)
        if len(kept) < len(lines):
            self._replace("".join(map(_line, kept)))
        return kept

    def append(self, *uses: Use) -> None:
        """Add what was used just now, one at least."""
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write("".join(map(_line, uses)))
                size = file.tell()
        except OSError as error:
            logger.warning("what was used cannot be kept: %s", error)
            return
        if size > self._largest:
            self.recent(uses[-1].at)

    def _replace(self, text: str) -> None:
        new = self._path.with_suffix(".new")
        try:
            new.write_text(text, "utf-8")
            new.replace(self._path)
        except OSError as error:
            logger.warning("what was used long ago cannot be removed: %s", error)
        # A day that needs more room is not written anew at every call.
        self._largest = max(LARGEST, 2 * len(text))


def _line(use: Use) -> str:
    return f"{json.dumps(astuple(use))}\n"


def _uses(lines: list[str]) -> Iterator[Use]:
    """What the lines say, without those that say nothing."""
    for line in lines:
        try:
            at, agent, unit, amount = json.loads(line)
            if unit in get_args(Unit):
                yield Use(float(at), str(agent), unit, float(amount))
        except (ValueError, TypeError, RecursionError):
            logger.info("a line of %s is no use", USAGE_FILE)
