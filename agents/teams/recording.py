"""What holds a run while it goes on, and keeps every step of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from agents.teams.run import Delegation, Run

Keep = Callable[[Run, Delegation], Awaitable[None]]
"""Stores one delegation of a run that changed; the run has it already."""


class Recorder:
    """A run that grows. Written by the event loop's thread only, read by any.

    Attributes:
        run: As it is at this moment.
    """

    def __init__(self, run: Run, keep: Keep) -> None:
        self.run = run
        self._keep = keep

    async def put(self, delegation: Delegation) -> None:
        """Show a delegation in the run, in the place of the one of its id, and store it.

        Raises:
            StoreError: It could not be stored; it is shown all the same.
        """
        self.run = self.run.with_delegation(delegation)
        await self._keep(self.run, delegation)
