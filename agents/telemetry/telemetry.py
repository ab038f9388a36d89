"""Telemetry: all that a Runtime tells of itself, behind one object."""

from __future__ import annotations

from agents.telemetry.values import Alert, CallStatistics, Minute, PartHealth, TurnTrace


class Telemetry:
    """What is known of the work of one Runtime. Its methods may be called from any thread."""

    def traces(self) -> tuple[TurnTrace, ...]:
        """The last turns and runs that ended, newest first."""
        return ()

    def calls(self) -> tuple[CallStatistics, ...]:
        """How the calls of models went, by agent and endpoint, those with most calls first."""
        return ()

    def series(self, minutes: int = 60) -> tuple[Minute, ...]:
        """The last minutes, oldest first, those included in which nothing happened."""
        return ()[:minutes]

    def alerts(self) -> tuple[Alert, ...]:
        """What an operator ought to look at now, the worst first."""
        return ()

    def health(self) -> tuple[PartHealth, ...]:
        """How each part is at this moment."""
        return ()
