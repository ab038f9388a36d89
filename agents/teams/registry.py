"""Registry: who can be asked, what they can do, and how they did so far."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from agents.teams.member import Member
from agents.teams.run import Delegation, Run

AgentState = Literal["idle", "working", "failing"]
REMEMBERED: Final = 256
"""Delegations of an agent that its times are taken of."""
FAILING_AFTER: Final = 3
"""Failures one after the other from which an agent counts as failing."""


@dataclass(frozen=True, slots=True)
class AgentStatus:
    """How an agent is, and how it did since the process began.

    Attributes:
        status: "failing": the last three delegations failed.
        running: Delegations under way.
        calls: Delegations that ended as done or failed.
        failures: Those of them that failed.
        mean_seconds: Of those that were done; None: none was.
        p95_seconds: As `mean_seconds`; nine of ten and a half took no longer.
        tokens: That its results took.
    """

    name: str
    title: str
    capabilities: tuple[str, ...]
    status: AgentState = "idle"
    running: int = 0
    calls: int = 0
    failures: int = 0
    mean_seconds: float | None = None
    p95_seconds: float | None = None
    tokens: int = 0

    @property
    def success_rate(self) -> float | None:
        """Share of the calls that were done, 0..1; None before the first."""
        return (self.calls - self.failures) / self.calls if self.calls else None


class Registry:
    """Agents by name and by capability. Its methods may be called from any thread.

    Args:
        standing: Gives the agents that are there without being registered, as they are now.
    """

    def __init__(self, standing: Callable[[], Iterable[Member]] = tuple) -> None:
        self._standing = standing
        self._lock = threading.Lock()
        self._members: dict[str, Member] = {}
        self._records: dict[str, _Record] = {}

    def register(self, members: Iterable[Member]) -> None:
        """Add agents; one of a name that is known takes the known one's place."""
        with self._lock:
            self._members |= {member.name: member for member in members}

    def remove(self, name: str) -> None:
        """Ask an agent no more that was registered; what it did stays counted."""
        with self._lock:
            self._members.pop(name, None)

    def named(self, name: str) -> Member | None:
        """The agent of a name."""
        return next((member for member in self.members() if member.name == name), None)

    def able(self, capability: str) -> tuple[Member, ...]:
        """Who has a capability, in the order in which they came."""
        return tuple(member for member in self.members() if capability in member.capabilities)

    def members(self) -> tuple[Member, ...]:
        """All agents, in the order in which they came."""
        standing = {member.name: member for member in self._standing()}
        with self._lock:
            return tuple({**standing, **self._members}.values())

    def best(self, members: Iterable[Member]) -> Member | None:
        """Whom to ask: who is not failing, has least to do, and failed least often."""
        return min(members, key=lambda member: self._burden(member.name), default=None)

    def observe(self, run: Run, delegation: Delegation) -> None:
        """Count a delegation of a run, each time that it changes."""
        with self._lock:
            record = self._records.setdefault(delegation.agent, _Record())
            record.observe((run.id, delegation.id), delegation)

    def status(self, member: Member) -> AgentStatus:
        """How an agent is; of one that is not registered, what it did under its name."""
        with self._lock:
            record = self._records.get(member.name, _Record())
            return record.status(member)

    def statuses(self) -> tuple[AgentStatus, ...]:
        """How all agents are."""
        return tuple(self.status(member) for member in self.members())

    def _burden(self, name: str) -> tuple[bool, int, float]:
        with self._lock:
            record = self._records.get(name, _Record())
            share = record.failures / record.calls if record.calls else 0.0
            return record.is_failing, len(record.running), share


@dataclass(slots=True)
class _Record:
    """What an agent did."""

    running: set[tuple[str, str]] = field(default_factory=set)
    calls: int = 0
    failures: int = 0
    failed_in_a_row: int = 0
    tokens: int = 0
    seconds: deque[float] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    @property
    def is_failing(self) -> bool:
        return self.failed_in_a_row >= FAILING_AFTER

    def observe(self, key: tuple[str, str], delegation: Delegation) -> None:
        if delegation.status == "running":
            self.running.add(key)
            return
        if key not in self.running:
            return
        self.running.remove(key)
        if delegation.status == "failed":
            self.calls += 1
            self.failures += 1
            self.failed_in_a_row += 1
        elif delegation.status == "done":
            self.calls += 1
            self.failed_in_a_row = 0
            self.tokens += delegation.tokens
            self.seconds.append(delegation.seconds or 0.0)

    def status(self, member: Member) -> AgentStatus:
        state: AgentState = "working" if self.running else "idle"
        times = sorted(self.seconds)
        return AgentStatus(
            member.name,
            member.title,
            member.capabilities,
            "failing" if self.is_failing else state,
            len(self.running),
            self.calls,
            self.failures,
            sum(times) / len(times) if times else None,
            _percentile(times, 0.95) if times else None,
            self.tokens,
        )


def _percentile(ordered: list[float], share: float) -> float:
    """The smallest value that no less than a share of the values do not exceed (nearest rank)."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
