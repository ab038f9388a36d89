"""What telemetry tells of Reprise, as values: traces, figures of calls, alerts, and health.

They hold what was decided and counted, and never what a user wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

Value = str | int | float | bool
Level = Literal["ok", "warning", "down"]
LEVELS: Final[tuple[Level, ...]] = ("ok", "warning", "down")
"""From the best to the worst."""
Severity = Literal["warning", "critical"]
Kind = Literal["model", "cache", "storage", "tool", "other"]
"""What a span's time was spent on."""


@dataclass(frozen=True, slots=True)
class SpanRecord:
    """One piece of the work on a turn or a run.

    Attributes:
        id: 16 hexadecimal digits, unique in its trace.
        parent: Id of the span that it is a part of; "" of the trace's root.
        began: Seconds since the epoch.
        attributes: By their names in OpenTelemetry.
        failed: Whether an error ended it; a stop is none.
    """

    id: str
    parent: str
    name: str
    began: float
    seconds: float
    kind: Kind = "other"
    attributes: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    failed: bool = False


@dataclass(frozen=True, slots=True)
class TurnTrace:
    """The work on one turn or on one run of a team, from its beginning to its end.

    Attributes:
        id: Its correlation id: of a turn the id of its reply, of a run the run's.
        name: "chat turn", or what kind of run it was.
        began: Seconds since the epoch.
        outcome: "complete", "stopped", "failed"; of a run, its status.
        spans: The root first, the others in the order in which they began.
    """

    id: str
    name: str
    began: float
    seconds: float
    outcome: str
    spans: tuple[SpanRecord, ...]


@dataclass(frozen=True, slots=True)
class CallStatistics:
    """How the calls of one agent to one endpoint went, of those that are remembered.

    Attributes:
        endpoint: Its name; "" for calls that reached none: refused, or no endpoint in service.
        calls: How many ended, cancelled ones included.
        failed: How many ended with an error; a cancelled one is none.
        seconds: Mean time of those that were answered; None where none was.
        p95: Time within which 95 % of those that were answered were; None where none was.
        waited: Mean time in the queue, seconds.
        dollars: 0 where no price is set.
    """

    agent: str
    endpoint: str
    model: str
    calls: int
    failed: int
    seconds: float | None
    p95: float | None
    waited: float
    input_tokens: int
    output_tokens: int
    dollars: float

    @property
    def success_rate(self) -> float:
        """Share of calls that did not fail, 0..1."""
        return 1 - self.failed / self.calls if self.calls else 1.0


@dataclass(frozen=True, slots=True)
class Minute:
    """What happened within one minute.

    Attributes:
        at: When it began, seconds since the epoch, a multiple of 60.
        turns: Replies that ended in it.
        failed: Of them, those that an error ended.
        cached: Of them, those that the cache answered.
        p50: Median time of the replies, seconds; None without any.
        p95: Time within which 95 % of them were written, seconds; None without any.
        first_token: Median time to the first word, seconds; None without any.
        calls: Calls of models that ended in it.
        tokens: What they took and gave.
        dollars: What they cost; 0 where no price is set.
    """

    at: float
    turns: int
    failed: int
    cached: int
    p50: float | None
    p95: float | None
    first_token: float | None
    calls: int
    tokens: int
    dollars: float


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that an operator ought to look at, as long as it is so.

    Attributes:
        rule: Name of the rule that it comes from.
        since: When it came to be so, seconds since the epoch.
        sentence: What is so, with its figures.
        remedy: What to do about it.
    """

    rule: str
    level: Severity
    since: float
    sentence: str
    remedy: str


@dataclass(frozen=True, slots=True)
class PartHealth:
    """How one part is.

    Attributes:
        name: "event loop", "conversations", "cache", "model", "queue", "breakers", "disk".
        sentence: How it is, for people.
    """

    name: str
    level: Level
    sentence: str
