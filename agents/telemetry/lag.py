"""How late the event loop is: what blocks it makes every reply and every page's stream wait."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import Final

TICK_SECONDS: Final = 0.5
REMEMBERED: Final = 120
"""Ticks: a minute of them."""


class Lag:
    """Measures how late a short sleep on the loop ends. Read from any thread."""

    def __init__(self) -> None:
        self._late: deque[float] = deque(maxlen=REMEMBERED)
        self._due: float | None = None

    async def measure(self) -> None:
        """Measure until cancelled."""
        try:
            while True:
                self._due = time.monotonic() + TICK_SECONDS
                await asyncio.sleep(TICK_SECONDS)
                self._late.append(max(0.0, time.monotonic() - self._due))
        finally:
            self._due = None

    @property
    def overdue(self) -> float:
        """How late it is now, seconds; 0 where it is not measured."""
        due = self._due
        return 0.0 if due is None else max(0.0, time.monotonic() - due)

    @property
    def worst(self) -> float | None:
        """The longest delay of the last minute, the one that lasts included, seconds.

        None where it is not measured.
        """
        if self._due is None:
            return None
        return max(self.overdue, *self._late, 0.0)
