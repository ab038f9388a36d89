"""Allowance: the calls and the time that a run may still use."""

from __future__ import annotations

import time


class Allowance:
    """What is left for a run. Used by the event loop's thread only.

    Args:
        calls: Calls of agents, 1 and up; a try that is repeated is not counted again.
        seconds: From now, over 0.
    """

    def __init__(self, calls: int, seconds: float) -> None:
        self._calls = calls
        self._until = time.monotonic() + seconds

    @property
    def seconds_left(self) -> float:
        """0 when the time is over."""
        return max(0.0, self._until - time.monotonic())

    def take(self, calls: int = 1) -> bool:
        """Take so many calls, or none where fewer are left or the time is over."""
        if calls > self._calls or not self.seconds_left:
            return False
        self._calls -= calls
        return True
