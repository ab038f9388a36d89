"""Breaker: after failures in a row, an endpoint is left in peace for a while.

    closed ── FAILURES in a row ──▶ open ── its rest is over ──▶ half open
       ▲                              ▲                              │
       │                              └── the trial fails ───────────┤
       └───────────────────────────────── the trial succeeds ────────┘

Ours, since those that are published for asyncio (purgatory, circuitbreaker, aiobreaker) let every
call through while half open, and take a call that was cancelled for a success or a failure, where
it says nothing. See M. Nygard, Release It!, 2nd ed., 2018, "Circuit Breaker".
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from agents.models.condition import BreakerState

FAILURES: Final = 5
"""In a row. Where one call in ten fails, chance alone does this once in 100,000 calls."""
REST_SECONDS: Final = 15.0
LONGEST_REST_SECONDS: Final = 120.0


class Breaker:
    """For one event loop; `state` and `retry_in` may be read from any thread.

    Args:
        failures: How many in a row open it, 1 and up.
        rest: Seconds until a call may try again, above 0; twice as many after each failed trial.
        longest_rest: Most seconds that becomes.
        clock: Seconds from any beginning.
    """

    def __init__(
        self,
        *,
        failures: int = FAILURES,
        rest: float = REST_SECONDS,
        longest_rest: float = LONGEST_REST_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = failures
        self._first_rest = rest
        self._longest_rest = longest_rest
        self._clock = clock
        self._failed = 0
        self._rest = 0.0
        self._open_until: float | None = None
        self._trial: Permit | None = None
        self._era = 0

    @property
    def state(self) -> BreakerState:
        """What it is now."""
        if self._open_until is None:
            return "closed"
        return "open" if self._clock() < self._open_until else "half_open"

    @property
    def retry_in(self) -> float:
        """Seconds until a call may try again; 0 unless open."""
        until = self._open_until
        return 0.0 if until is None else max(0.0, until - self._clock())

    @property
    def lets_through(self) -> bool:
        """Whether a call may begin now."""
        state = self.state
        return state == "closed" or (state == "half_open" and self._trial is None)

    def enter(self) -> Permit:
        """Begin a call, which `lets_through` has allowed; while half open it is the only one."""
        permit = Permit(self, self._era)
        if self.state == "half_open":
            self._trial = permit
        return permit

    def end(self, permit: Permit, *, well: bool | None) -> None:
        """Take note of how a call ended; None: it does not tell.

        A call that began before the breaker changed its mind is no news of how things are now.
        """
        if self._trial is permit:
            self._trial = None
        if well is None or permit.era != self._era:
            return
        if well:
            self._failed, self._rest = 0, 0.0
            self._turn(open_until=None)
            return
        self._failed += 1
        if self._failed >= self._most or self._open_until is not None:
            self._rest = min(2 * self._rest or self._first_rest, self._longest_rest)
            self._turn(open_until=self._clock() + self._rest)

    def _turn(self, *, open_until: float | None) -> None:
        if open_until != self._open_until:
            self._open_until = open_until
            self._era += 1


class Permit:
    """One call through a breaker. Its first end counts."""

    def __init__(self, breaker: Breaker, era: int) -> None:
        self.era = era
        self._breaker: Breaker | None = breaker

    def end(self, *, well: bool | None) -> None:
        """The call has ended: well, badly, or without telling anything of the endpoint."""
        breaker, self._breaker = self._breaker, None
        if breaker is not None:
            breaker.end(self, well=well)
