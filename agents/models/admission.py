"""Who may call the model now: the urgent first, users in turn, nobody beyond the budgets.

```python
async with admission.admitted(caller()) as waited:
    response = await client(...)
    dollars = admission.spent(caller(), input_tokens=12, output_tokens=240)
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
MILLION: Final = 1_000_000


class Admission(Protocol):
    """Lets calls through to the model, each when it is its turn."""

    def admitted(self, caller: Caller, /) -> AbstractAsyncContextManager[float]:
        """Hold a place for one call, streaming included; yields the seconds that it waited.

        Raises:
            OverloadedError: Too many calls wait already.
            BudgetError: What the caller may use is used up.
        """

    def spent(self, caller: Caller, /, *, input_tokens: int, output_tokens: int) -> float:
        """Count what a call has used, as the provider counted it; returns what it cost, dollars."""

    @property
    def queue(self) -> QueueCondition:
        """How full the queue is."""

    @property
    def budgets(self) -> tuple[BudgetCondition, ...]:
        """Each budget, and what is used of it."""


class Gate(Admission):
    """Budgets first, then the queue.

    Args:
        token_price: Dollars for a million tokens; 0: not known.
        sleep: Waits so many seconds for a budget.
    """

    def __init__(
        self,
        queue: FairQueue,
        budgets: Budgets,
        *,
        token_price: float = 0.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._queue = queue
        self._budgets = budgets
        self._token_price = token_price
        self._sleep = sleep

    @classmethod
    def open(cls, settings: Settings) -> Gate:
        """The gate that the settings and `limits.yml` in their home want; it knows what was used.

        Raises:
            ContentError: The file cannot be used.
        """
        limits = read_limits(settings.home / LIMITS_FILE, priced=settings.token_price > 0)
        parallel = 1 if settings.provider == "embedded" else settings.parallel
        budgets = Budgets(limits.budgets, file=UsageFile(settings.home / USAGE_FILE))
        budgets.resume()
        queue = FairQueue(parallel, limits.waiting)
        return cls(queue, budgets, token_price=settings.token_price)

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

    def spent(self, caller: Caller, /, *, input_tokens: int, output_tokens: int) -> float:
        """See `Admission`."""
        tokens = input_tokens + output_tokens
        dollars = tokens * self._token_price / MILLION
        self._budgets.spent(caller, tokens=tokens, dollars=dollars)
        return dollars

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
