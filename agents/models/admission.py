"""Who may call the model now: the urgent first, users in turn, nobody beyond the budgets.

```python
async with admission.admitted(caller()) as waited:
    response = await client(...)
    admission.spent(caller(), tokens=252, dollars=0.0004)
```
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final, Protocol

from agents.calling import Caller, Priority
from agents.errors import BudgetError, OverloadedError
from agents.models.budgets import Budgets, Charge
from agents.models.condition import BudgetCondition, QueueCondition
from agents.models.fair_queue import FairQueue
from agents.models.limits import LIMITS_FILE, read_limits
from agents.models.usage import USAGE_FILE, UsageFile
from agents.settings import Settings

PATIENCE: Final[Mapping[Priority, float]] = {
    Priority.CHAT: 3.0,
    Priority.TEAM: 90.0,
    Priority.AUDIT: 0.0,
}
"""Longest wait for a budget, in seconds. A team can wait until the minute is over; somebody who
chats wants to know; and a check that nobody waits for is made some other time."""


class Admission(Protocol):
    """Lets calls through to the model, each when it is its turn."""

    def admitted(self, caller: Caller, /) -> AbstractAsyncContextManager[float]:
        """Hold a place for one call, streaming included; yields the seconds that it waited.

        Raises:
            OverloadedError: Too many calls wait already.
            BudgetError: What the caller may use is used up.
        """

    def spent(self, caller: Caller, /, *, tokens: int, dollars: float) -> None:
        """Count what a call has used: tokens read and written, and what they cost."""

    @property
    def queue(self) -> QueueCondition:
        """How full the queue is."""

    @property
    def budgets(self) -> tuple[BudgetCondition, ...]:
        """Each budget, and what is used of it."""


class Gate(Admission):
    """Budgets first, then the queue.

    Args:
        sleep: Waits so many seconds for a budget.
    """

    def __init__(
        self,
        queue: FairQueue,
        budgets: Budgets,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._queue = queue
        self._budgets = budgets
        self._sleep = sleep

    @classmethod
    def open(cls, settings: Settings) -> Gate:
        """The gate that the settings and `limits.yml` in their home want; it knows what was used.

        Raises:
            ContentError: The file cannot be used.
        """
        limits = read_limits(settings.home / LIMITS_FILE, priced=settings.priced)
        parallel = 1 if settings.provider == "embedded" else settings.parallel
        budgets = Budgets(limits.budgets, file=UsageFile(settings.home / USAGE_FILE))
        budgets.resume()
        queue = FairQueue(parallel, limits.waiting)
        return cls(queue, budgets)

    @asynccontextmanager
    async def admitted(self, caller: Caller, /) -> AsyncIterator[float]:
        """See `Admission`."""
        charge, paused = await self._charge(caller)
        began = time.monotonic()
        try:
            await self._queue.enter(caller)
        except (OverloadedError, asyncio.CancelledError):
            self._budgets.take_back(charge)
            raise
        try:
            yield paused + time.monotonic() - began
        finally:
            self._queue.leave(caller)

    def spent(self, caller: Caller, /, *, tokens: int, dollars: float) -> None:
        """See `Admission`."""
        self._budgets.spent(caller, tokens=tokens, dollars=dollars)

    @property
    def queue(self) -> QueueCondition:
        """See `Admission`."""
        return self._queue.condition

    @property
    def budgets(self) -> tuple[BudgetCondition, ...]:
        """See `Admission`."""
        return self._budgets.conditions

    async def _charge(self, caller: Caller) -> tuple[Charge, float]:
        """Count the call, as soon as the budgets allow it; returns the seconds that it waited.

        Raises:
            BudgetError: They do not before patience ends.
        """
        waited = 0.0
        while True:
            try:
                return self._budgets.charge(caller), waited
            except BudgetError as error:
                if waited + error.free_in > PATIENCE[caller.priority]:
                    raise
                await self._sleep(error.free_in)
                waited += error.free_in
