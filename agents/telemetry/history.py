"""The last turns and calls, as figures: what the Health page and the alerts are made from.

Kept in memory: they begin anew with the process. What is to be kept longer, Prometheus keeps.
"""

from __future__ import annotations

import math
import statistics
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, TypeVar

from agents.calling import CallRecord
from agents.telemetry.values import CallStatistics, Minute

T = TypeVar("T")

REMEMBERED: Final = 5_000
"""How many turns, and how many calls, are remembered."""
MINUTE: Final = 60.0
FROM_CACHE: Final = frozenset({"exact", "semantic", "degraded"})


@dataclass(frozen=True, slots=True)
class TurnFigures:
    """One turn that has ended.

    Attributes:
        at: When, seconds since the epoch.
        outcome: "complete", "stopped" or "failed".
        source: Who answered; see `agents.signals.SOURCE`.
        seconds: From the message's arrival to the reply's last word.
        first_token: From the message's arrival to the first word; None when none came.
    """

    at: float
    outcome: str
    source: str
    seconds: float
    first_token: float | None

    @property
    def failed(self) -> bool:
        """Whether an error ended it."""
        return self.outcome == "failed"


@dataclass(frozen=True, slots=True)
class _Call:
    at: float
    record: CallRecord


class History:
    """What happened lately. Its methods may be called from any thread.

    Args:
        clock: Seconds since the epoch.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._turns: deque[TurnFigures] = deque(maxlen=REMEMBERED)
        self._calls: deque[_Call] = deque(maxlen=REMEMBERED)

    def turn_ended(self, turn: TurnFigures) -> None:
        """Remember a turn."""
        with self._lock:
            self._turns.append(turn)

    def call_ended(self, record: CallRecord) -> None:
        """Remember a call."""
        with self._lock:
            self._calls.append(_Call(self._clock(), record))

    def turns_since(self, at: float) -> tuple[TurnFigures, ...]:
        """The turns that ended at this time or later, oldest first."""
        with self._lock:
            return tuple(turn for turn in self._turns if turn.at >= at)

    def calls(self) -> tuple[CallStatistics, ...]:
        """How the calls went, by agent, endpoint and model, those with most calls first."""
        with self._lock:
            records = [call.record for call in self._calls]
        grouped = groupby(sorted(records, key=_whose), _whose)
        made = [_statistics(*whose, list(some)) for whose, some in grouped]
        return tuple(sorted(made, key=lambda one: -one.calls))

    def series(self, minutes: int) -> tuple[Minute, ...]:
        """The last minutes, oldest first, the one that is running included."""
        last = math.floor(self._clock() / MINUTE) * MINUTE
        first = last - MINUTE * (minutes - 1)
        with self._lock:
            turns = [turn for turn in self._turns if turn.at >= first]
            calls = [call for call in self._calls if call.at >= first]
        turns_in = _by_minute((turn.at, turn) for turn in turns)
        calls_in = _by_minute((call.at, call.record) for call in calls)
        begins = (first + MINUTE * number for number in range(minutes))
        return tuple(_minute(at, turns_in.get(at, ()), calls_in.get(at, ())) for at in begins)


def percentile(values: Iterable[float], share: float) -> float | None:
    """The value that a share (above 0, to 1) of them do not exceed; None of none.

    The nearest rank: always one of the values.
    """
    ordered = sorted(values)
    if not ordered:
        return None
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _by_minute(timed: Iterable[tuple[float, T]]) -> Mapping[float, Sequence[T]]:
    found: defaultdict[float, list[T]] = defaultdict(list)
    for at, value in timed:
        found[math.floor(at / MINUTE) * MINUTE].append(value)
    return found


def _whose(record: CallRecord) -> tuple[str, str, str]:
    return record.caller.agent, record.endpoint, record.model


def _statistics(
    agent: str, endpoint: str, model: str, records: Sequence[CallRecord]
) -> CallStatistics:
    answered = [record.seconds for record in records if record.outcome == "ok"]
    failed = sum(record.outcome not in ("ok", "cancelled") for record in records)
    return CallStatistics(
        agent=agent,
        endpoint=endpoint,
        model=model,
        calls=len(records),
        failed=failed,
        seconds=statistics.fmean(answered) if answered else None,
        p95=percentile(answered, 0.95),
        waited=statistics.fmean(record.waited for record in records),
        input_tokens=sum(record.input_tokens for record in records),
        output_tokens=sum(record.output_tokens for record in records),
        dollars=math.fsum(record.dollars for record in records),
    )


def _minute(at: float, turns: Sequence[TurnFigures], calls: Sequence[CallRecord]) -> Minute:
    seconds = [turn.seconds for turn in turns if not turn.failed]
    firsts = [turn.first_token for turn in turns if turn.first_token is not None]
    return Minute(
        at=at,
        turns=len(turns),
        failed=sum(turn.failed for turn in turns),
        cached=sum(turn.source in FROM_CACHE for turn in turns),
        p50=percentile(seconds, 0.5),
        p95=percentile(seconds, 0.95),
        first_token=percentile(firsts, 0.5),
        calls=len(calls),
        tokens=sum(call.input_tokens + call.output_tokens for call in calls),
        dollars=math.fsum(call.dollars for call in calls),
    )
