"""Telemetry: all that a Runtime tells of itself, behind one object."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

from agents import signals
from agents.calling import CallRecord
from agents.errors import RepriseError
from agents.status import PartState
from agents.telemetry import logs
from agents.telemetry.alerts import WINDOW_SECONDS, Alerting, Figures, WrongAnswers
from agents.telemetry.health import health
from agents.telemetry.history import History, TurnFigures
from agents.telemetry.lag import Lag
from agents.telemetry.notifying import Notifier
from agents.telemetry.traces import Traces, note_call
from agents.telemetry.values import Alert, CallStatistics, Minute, PartHealth, TurnTrace
from agents.telemetry.watched import Watched
from agents.tracing import Span, Tracer
from cache import CacheError

if TYPE_CHECKING:
    from agents.telemetry.metrics import Metrics

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 15.0
"""How often the rules of the alerts are looked at."""
ESTIMATE_SECONDS: Final = 60.0
"""How long an estimate of wrong answers is good enough: it reads the log of lookups."""
DEAD_SECONDS: Final = 60.0
"""How late the event loop is before it counts as stuck."""
LOADING: Final[frozenset[PartState]] = frozenset({"waiting", "fetching", "loading"})


class Telemetry:
    """What is known of the work of one Runtime. Its methods may be called from any thread.

    Args:
        watched: The Runtime. Its settings say where logs, traces and alerts go.
    """

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self._opening = threading.Lock()
        self._metrics: Metrics | None = None
        self._traces: Traces | None = None
        self._until_closed = ExitStack()
        self._history = History()
        self._lag = Lag()
        self._alerting = Alerting()
        self._wrong: WrongAnswers | None = None
        self._wrong_until = 0.0
        self._notifier = Notifier(watched.settings.alert_webhook)

    def start(self) -> None:
        """Write the log as the settings want it, until `close`."""
        self._until_closed.enter_context(logs.writing(self._watched.settings.log))

    def open(self) -> None:
        """Import the libraries and make what counts, before the first turn needs it.

        Takes some tenths of a second once, and may be called again.
        """
        self._counting()
        self._tracing()

    def close(self) -> None:
        """Export what waits, and let go of everything."""
        with self._opening:
            self._until_closed.close()

    @property
    def tracer(self) -> Tracer:
        """What takes the spans of this Runtime."""
        return self._tracing()

    def call_ended(self, record: CallRecord) -> None:
        """Take note of a call of a model; a `CallObserver`."""
        self._history.call_ended(record)
        self._counting().call_ended(record)
        note_call(record)
        logger.info("model call ended", extra={"fields": _of_call(record)})

    def exposition(self, accept: str = "") -> tuple[bytes, str]:
        """All metrics as text, and its content type.

        Args:
            accept: The header of who asks: OpenMetrics is given to who can read it.
        """
        return self._counting().exposition(accept)

    def traces(self) -> tuple[TurnTrace, ...]:
        """The last turns and runs that ended, newest first."""
        return self._traces.newest() if self._traces else ()

    def calls(self) -> tuple[CallStatistics, ...]:
        """How the calls of models went, by agent and endpoint, those with most calls first."""
        return self._history.calls()

    def series(self, minutes: int = 60) -> tuple[Minute, ...]:
        """The last minutes, oldest first, those included in which nothing happened."""
        return self._history.series(minutes)

    def alerts(self) -> tuple[Alert, ...]:
        """What an operator ought to look at now, the worst first."""
        return self._alerting.active

    def health(self) -> tuple[PartHealth, ...]:
        """How each part is at this moment."""
        return health(self._watched, self._lag.worst)

    @property
    def alive(self) -> bool:
        """Whether the event loop runs; where it is stuck, only a new start helps."""
        return self._lag.overdue < DEAD_SECONDS

    def is_ready(self, parts: Sequence[PartHealth]) -> bool:
        """Whether messages can be answered without waiting for a part to be loaded.

        Args:
            parts: What `health` gave.
        """
        status = self._watched.status()
        loading = any(part.state in LOADING for part in (status.model, status.cache))
        return not loading and all(part.level != "down" for part in parts)

    async def watch(self) -> None:
        """Measure the event loop and look at the rules of the alerts until cancelled."""
        measuring = asyncio.create_task(self._lag.measure())
        try:
            while True:
                await asyncio.sleep(LOOK_SECONDS)
                await self.look()
        finally:
            measuring.cancel()
            await asyncio.wait({measuring})

    async def look(self) -> None:
        """Look at the rules of the alerts once, and tell of what has changed."""
        figures = await asyncio.to_thread(self._figures)
        now = time.time()
        await self._notifier.tell(self._alerting.evaluate(figures, now), now)

    def _figures(self) -> Figures:
        return Figures(
            self.health(),
            self._history.turns_since(time.time() - WINDOW_SECONDS),
            self._watched.condition(),
            self._wrong_answers(),
        )

    def _wrong_answers(self) -> WrongAnswers | None:
        if time.monotonic() >= self._wrong_until:
            self._wrong = self._estimated()
            self._wrong_until = time.monotonic() + ESTIMATE_SECONDS
        return self._wrong

    def _estimated(self) -> WrongAnswers | None:
        with contextlib.suppress(RepriseError, CacheError):
            evidence = self._watched.evidence()
            settings = self._watched.settings
            chosen = evidence.recommended.threshold
            threshold = chosen if settings.auto_threshold else settings.threshold
            known = evidence.at(threshold)
            return WrongAnswers(threshold, known.labels, known.wrong, evidence.budget)
        return None

    def _counting(self) -> Metrics:
        if self._metrics is None:
            with self._opening:
                if self._metrics is None:
                    self._metrics = self._made_metrics()
        return self._metrics

    def _tracing(self) -> Traces:
        if self._traces is None:
            with self._opening:
                if self._traces is None:
                    self._traces = self._made_traces()
        return self._traces

    def _made_metrics(self) -> Metrics:
        # Here and not above: they take longer to import than pages are to wait.
        from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector
        from prometheus_client.process_collector import ProcessCollector

        from agents.telemetry.gauges import Gauges
        from agents.telemetry.metrics import Metrics

        registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=registry)
        metrics = Metrics(registry)
        metrics.watch(Gauges(self._watched, lambda: self._lag.worst, self.health, self.alerts))
        return metrics

    def _made_traces(self) -> Traces:
        endpoint = self._watched.settings.otlp_endpoint
        if not endpoint:
            return Traces(self._span_ended)
        from agents.telemetry.exporting import OtlpExporter  # as above

        exporter = OtlpExporter.open(endpoint)
        self._until_closed.callback(exporter.close)
        return Traces(self._span_ended, exporter)

    def _span_ended(self, span: Span) -> None:
        self._counting().span_ended(span)
        if span.name == signals.TURN:
            turn = _turn_of(span)
            self._history.turn_ended(turn)
            logger.info("turn ended", extra={"fields": _of_turn(span, turn)})


def _turn_of(span: Span) -> TurnFigures:
    known = span.attributes
    first = known.get(signals.FIRST_WORD)
    return TurnFigures(
        at=time.time(),
        outcome=str(known.get(signals.OUTCOME, "")),
        source=str(known.get(signals.SOURCE, "")),
        seconds=float(known.get(signals.SECONDS, span.seconds)),
        first_token=None if first is None else float(first),
    )


def _of_turn(span: Span, turn: TurnFigures) -> dict[str, object]:
    return {
        "correlation_id": span.attributes.get(signals.CORRELATION, ""),
        "outcome": turn.outcome,
        "source": turn.source,
        "seconds": round(turn.seconds, 4),
        "first_token": turn.first_token and round(turn.first_token, 4),
        "error": span.attributes.get(signals.ERROR_TYPE, ""),
    }


def _of_call(record: CallRecord) -> dict[str, object]:
    return {
        "agent": record.caller.agent,
        "endpoint": record.endpoint,
        "model": record.model,
        "outcome": record.outcome,
        "waited": round(record.waited, 4),
        "seconds": round(record.seconds, 4),
        "attempts": record.attempts,
        "input_tokens": record.input_tokens,
        "output_tokens": record.output_tokens,
    }
