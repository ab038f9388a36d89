"""What each agent may use of the model within a minute and a day, and what it has used.

Both windows slide: at every moment, what was used in the 60 seconds or 24 hours before counts.
Calls are counted when they begin, tokens and dollars when a call has ended: calls that run side by
side when a budget ends may together use more than was left of it. What counts for a day's budget is
kept in a file, as a restart does not make it a new day.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from agents.calling import Caller, Priority
from agents.errors import BudgetError
from agents.models.condition import BudgetCondition, Unit, Window
from agents.models.usage import UsageFile, Use

ALL: Final = "*"
"""The agent of a budget for all of them together."""
SECONDS: Final[Mapping[Window, float]] = {"minute": 60.0, "day": 86_400.0}
SHARE: Final[Mapping[Priority, float]] = {
    Priority.CHAT: 1.0,
    Priority.TEAM: 0.8,
    Priority.AUDIT: 0.5,
}
"""How much of a budget for all together may be used up when a call of a priority still begins:
the rest is kept for what is more urgent."""
STEPS: Final = 240
"""Parts of a window that are counted apart: what was used leaves it late by one of them at most."""
_LEAST_SECONDS: Final = 0.001

Clock = Callable[[], float]
"""Seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that an agent may use in a window.

    Attributes:
        agent: Its name; `ALL`: all agents together.
        limit: Above 0.
    """

    agent: str
    unit: Unit
    window: Window
    limit: float

    def __str__(self) -> str:
        unit = self.unit.removesuffix("s") if self.limit == 1 else self.unit
        dollars = self.unit == "dollars"
        amount = f"${self.limit:,.2f}" if dollars else f"{self.limit:,.0f} {unit}"
        whose = "all agents together" if self.agent == ALL else f"the agent {self.agent!r}"
        return f"{amount} a {self.window} for {whose}"


@dataclass(frozen=True, slots=True)
class Charge:
    """One call that was counted, in case that it does not begin after all."""

    caller: Caller
    at: float


class Budgets:
    """Counts what agents use against their budgets. Its methods may be called from any thread.

    Args:
        clock: Tells the time.
        file: Keeps what is used of a day's budget; None: a restart begins anew.
    """

    def __init__(
        self,
        budgets: Iterable[Budget],
        clock: Clock = time.time,
        file: UsageFile | None = None,
    ) -> None:
        self._meters = tuple((budget, SlidingSum(SECONDS[budget.window])) for budget in budgets)
        self._clock = clock
        self._file = file
        self._lock = threading.Lock()

    def resume(self) -> None:
        """Count what was used within a day before, as the file has it."""
        if self._file is not None and self._meters:
            for use in self._file.recent(self._clock()):
                self._count(use)

    def charge(self, caller: Caller) -> Charge:
        """Count a call that is about to begin.

        Raises:
            BudgetError: A budget is used up; the call is not counted.
        """
        with self._lock:
            now = self._clock()
            meters = self._of(caller.agent)
            waits = [(self._free_in(*meter, caller, now), meter[0]) for meter in meters]
            longest, budget = max(waits, key=lambda wait: wait[0], default=(0.0, None))
            if longest > 0:
                raise BudgetError(str(budget), longest)
            self._add(Use(now, caller.agent, "calls", 1))
            return Charge(caller, now)

    def take_back(self, charge: Charge) -> None:
        """Do not count a call that did not begin."""
        with self._lock:
            self._add(Use(charge.at, charge.caller.agent, "calls", -1))

    def spent(self, caller: Caller, *, tokens: int, dollars: float) -> None:
        """Count what a call has used, from 0."""
        with self._lock:
            now = self._clock()
            self._add(
                Use(now, caller.agent, "tokens", tokens), Use(now, caller.agent, "dollars", dollars)
            )

    @property
    def conditions(self) -> tuple[BudgetCondition, ...]:
        """Each budget, and what is used of it now."""
        with self._lock:
            now = self._clock()
            return tuple(
                BudgetCondition(b.agent, b.unit, b.window, used.total(now), b.limit)
                for b, used in self._meters
            )

    def _of(self, agent: str) -> Iterable[tuple[Budget, SlidingSum]]:
        return (meter for meter in self._meters if meter[0].agent in {agent, ALL})

    def _add(self, *uses: Use) -> None:
        """Count uses, and keep those that a day's budget is for."""
        for use in uses:
            self._count(use)
        lasting = [use for use in uses if use.amount and self._is_for_a_day(use)]
        if self._file is not None and lasting:
            self._file.append(*lasting)

    def _count(self, use: Use) -> None:
        for budget, used in self._of(use.agent):
            if budget.unit == use.unit:
                used.add(use.amount, use.at)

    def _is_for_a_day(self, use: Use) -> bool:
        budgets = (budget for budget, _ in self._of(use.agent) if budget.unit == use.unit)
        return any(budget.window == "day" for budget in budgets)

    @staticmethod
    def _free_in(budget: Budget, used: SlidingSum, caller: Caller, now: float) -> float:
        share = SHARE[caller.priority] if budget.agent == ALL else 1.0
        return used.below_in(budget.limit * share, now)


class SlidingSum:
    """A sum over the window that ends now, in constant memory.

    Amounts of one step of the window are kept together and leave it when the last of them has to,
    so that the sum is never less than what was added in the window.

    Args:
        seconds: Length of the window.
    """

    def __init__(self, seconds: float) -> None:
        self._step = seconds / STEPS
        self._amounts: dict[int, float] = {}

    def add(self, amount: float, at: float) -> None:
        """Add an amount at a time; one below 0 only where something was added then."""
        step = self._step_of(at)
        if amount > 0 or step in self._amounts:
            self._amounts[step] = self._amounts.get(step, 0.0) + amount

    def total(self, now: float) -> float:
        """What was added in the window, 0 and up."""
        first = self._step_of(now) - STEPS
        self._amounts = {step: amount for step, amount in self._amounts.items() if step >= first}
        return sum(self._amounts.values())

    def below_in(self, limit: float, now: float) -> float:
        """Seconds until the sum is below a limit, where nothing is added; 0: it is."""
        wait, rest = 0.0, self.total(now)
        leaving = sorted(self._amounts)
        while rest >= limit and leaving:
            step = leaving.pop(0)
            wait = max(_LEAST_SECONDS, (step + STEPS + 1) * self._step - now)
            rest = sum(self._amounts[later] for later in leaving)
        return wait

    def _step_of(self, at: float) -> int:
        return math.floor(at / self._step)
