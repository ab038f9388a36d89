"""Traces: the last ones kept for the app's own view, all of them exported where that is wanted.

AG2's own TelemetryMiddleware is not used: it sits above the cache, where a hit would count as a
call of the model, it knows nothing of the queue, the attempts and the endpoint behind it, and it
writes the messages of errors into spans, which may quote the user.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Protocol

from agents import signals
from agents.calling import CallRecord, caller
from agents.telemetry.providers import provider_of
from agents.telemetry.values import Kind, SpanRecord, TurnTrace
from agents.tracing import NANO, Span, Tracer, Value, add_span, around

KEPT: Final = 200
"""How many traces are kept for the app's own view."""
QUEUED_FROM: Final = 0.001
"""Seconds in the queue from which a span of its own tells of them."""


class Exporter(Protocol):
    """Sends traces elsewhere."""

    def send(self, span: Span, /) -> None:
        """Take a span that has ended, to be sent soon."""


class Traces(Tracer):
    """Keeps the traces of turns and runs, and tells a listener of every span.

    A trace is kept when its root has ended, if that has a correlation id, or was begun for a caller
    who has one. What belongs to none (an audit, a lookup of a page) is only exported.

    Args:
        listener: Is told of every span that has ended; must return at once and raise nothing.
        exporter: None: nothing is exported.
    """

    def __init__(self, listener: Callable[[Span], None], exporter: Exporter | None = None) -> None:
        self._listener = listener
        self._exporter = exporter
        self._lock = threading.Lock()
        self._roots: deque[Span] = deque(maxlen=KEPT)

    def ended(self, span: Span, /) -> None:
        """Keep a span with the others of its trace."""
        if span.parent is None:
            self._keep(span)
        if self._exporter is not None:
            self._exporter.send(span)
        self._listener(span)

    def _keep(self, root: Span) -> None:
        correlation = root.attributes.get(signals.CORRELATION) or caller().correlation_id
        if correlation:
            root.set_attribute(signals.CORRELATION, correlation)
            with self._lock:
                self._roots.append(root)

    def newest(self) -> tuple[TurnTrace, ...]:
        """The traces of turns and runs that have ended, newest first."""
        with self._lock:
            roots = list(self._roots)
        return tuple(_trace(root) for root in reversed(roots))


def note_call(record: CallRecord) -> None:
    """Say in the span around, which is the call's, what came of it, and how long it waited."""
    span = around()
    if span is None:
        return
    span.set_attributes(_attributes(record))
    if record.outcome not in ("ok", "cancelled"):
        span.note_failure(record.outcome)
    if record.waited >= QUEUED_FROM:
        add_span(signals.QUEUE, time.time() - record.seconds - record.waited, record.waited)


def _trace(root: Span) -> TurnTrace:
    first = _record(root)
    rest = sorted((_record(span) for span in list(root.trace.spans)), key=lambda span: span.began)
    return TurnTrace(
        id=str(first.attributes[signals.CORRELATION]),
        name=root.name,
        began=first.began,
        seconds=first.seconds,
        outcome=str(first.attributes.get(signals.OUTCOME, "failed" if root.failed else "complete")),
        spans=(first, *rest),
    )


def _record(span: Span) -> SpanRecord:
    return SpanRecord(
        id=format(span.id, "016x"),
        parent="" if span.parent is None else format(span.parent, "016x"),
        name=span.name,
        began=span.began / NANO,
        seconds=span.seconds,
        kind=kind_of(span),
        attributes=MappingProxyType(dict(span.attributes)),
        failed=span.failed,
    )


def kind_of(span: Span) -> Kind:
    """What a span's time was spent on."""
    match span.attributes.get(signals.OPERATION):
        case "chat":
            return "model"
        case "execute_tool":
            return "tool"
    if span.name in (signals.QUEUE, signals.ATTEMPT):
        return "model"
    if signals.DATABASE in span.attributes:
        return "storage"
    return "cache" if span.name.startswith(signals.STAGE) else "other"


def _attributes(record: CallRecord) -> Mapping[str, Value]:
    """A call's attributes, by OpenTelemetry's conventions for generative models."""
    return {
        signals.OPERATION: "chat",
        signals.PROVIDER: provider_of(record.endpoint),
        signals.MODEL: record.model,
        signals.AGENT_NAME: record.caller.agent,
        signals.ENDPOINT: record.endpoint,
        signals.ATTEMPTS: record.attempts,
        signals.INPUT_TOKENS: record.input_tokens,
        signals.OUTPUT_TOKENS: record.output_tokens,
        signals.DOLLARS: record.dollars,
    }
