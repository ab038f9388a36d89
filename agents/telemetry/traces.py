"""Traces by OpenTelemetry: the last ones kept for the app's own view, all of them exported.

AG2's own TelemetryMiddleware is not used: it sits above the cache, where a hit would count as a
call of the model, it knows nothing of the queue, the attempts and the endpoint behind it, and it
writes the messages of errors into spans, which may quote the user.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from opentelemetry.context import Context
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.trace import StatusCode, Tracer, get_current_span

from agents import signals
from agents.calling import CallRecord, caller
from agents.telemetry.providers import provider_of
from agents.telemetry.values import Kind, SpanRecord, TurnTrace, Value

KEPT: Final = 200
"""How many traces are kept for the app's own view."""
UNENDED: Final = 1_000
"""How many traces may have spans that ended while their root did not."""
MOST_SPANS: Final = 500
"""Of one trace; a run of a large team has some hundred."""
EXPORT_SECONDS: Final = 3.0
"""Longest wait for the collector, per try and when the Runtime is closed."""
TRACES_PATH: Final = "/v1/traces"
NANO: Final = 1_000_000_000
QUEUED_FROM: Final = 0.001
"""Seconds in the queue from which a span of its own tells of them."""

Listener = Callable[[ReadableSpan], None]


class Traces:
    """A tracer, and the last traces that it made. Made by `open`."""

    def __init__(self, provider: TracerProvider, kept: KeptTraces) -> None:
        self._provider = provider
        self._kept = kept
        self.tracer: Tracer = provider.get_tracer("reprise")

    @classmethod
    def open(cls, listener: Listener, endpoint: str = "") -> Traces:
        """Make them; where they are exported, a thread does so until `close`.

        Args:
            listener: Is told of every span that has ended; must return at once, raise nothing.
            endpoint: Address of a collector that takes OTLP over HTTP; "": nothing is exported.
        """
        provider = TracerProvider(
            resource=Resource.create({SERVICE_NAME: "reprise"}), shutdown_on_exit=False
        )
        kept = KeptTraces(listener)
        provider.add_span_processor(kept)
        if endpoint:
            provider.add_span_processor(_exporting(endpoint))
        return cls(provider, kept)

    def newest(self) -> tuple[TurnTrace, ...]:
        """The traces of turns and runs that have ended, newest first."""
        return self._kept.newest()

    def call_ended(self, record: CallRecord) -> None:
        """Say in the span around, which is the call's, what came of it, and how long it waited."""
        call = get_current_span()
        call.set_attributes(_attributes(record))
        if record.outcome not in ("ok", "cancelled"):
            call.set_status(StatusCode.ERROR)
        if record.waited >= QUEUED_FROM:
            end = time.time_ns() - int(record.seconds * NANO)
            begin = end - int(record.waited * NANO)
            self.tracer.start_span(signals.QUEUE, start_time=begin).end(end)

    def flush(self) -> None:
        """Export what waits."""
        self._provider.force_flush(int(EXPORT_SECONDS * 1000))

    def close(self) -> None:
        """Export what waits, as far as the collector takes it soon, and end the thread."""
        self._provider.shutdown()


class KeptTraces(SpanProcessor):
    """Keeps the spans of turns and runs, and tells a listener of every span.

    Spans are told apart by trace as they end; a trace is kept when its root has ended, if that
    has a correlation id. What belongs to none (an audit, a lookup of a page) is exported only.
    """

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._lock = threading.Lock()
        self._unended: OrderedDict[int, list[ReadableSpan]] = OrderedDict()
        self._ended: deque[tuple[ReadableSpan, list[ReadableSpan]]] = deque(maxlen=KEPT)

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:  # noqa: ARG002
        """Give a root the correlation id of who calls, so that whose trace it is can be found."""
        known = caller().correlation_id
        if span.parent is None and known and signals.CORRELATION not in (span.attributes or {}):
            span.set_attribute(signals.CORRELATION, known)

    def on_end(self, span: ReadableSpan) -> None:
        """Keep a span with the others of its trace."""
        if span.context is None:
            return
        trace = span.context.trace_id
        with self._lock:
            if span.parent is not None:
                self._add(trace, span)
            elif signals.CORRELATION in (span.attributes or {}):
                self._ended.append((span, self._unended.pop(trace, [])))
            else:
                self._unended.pop(trace, None)
        self._listener(span)

    def _add(self, trace: int, span: ReadableSpan) -> None:
        if (span.attributes or {}).get(signals.DATABASE_DOES) == signals.DRAFT:
            return  # one a second would hide the others
        spans = self._unended.setdefault(trace, [])
        if len(spans) < MOST_SPANS:
            spans.append(span)
        if len(self._unended) > UNENDED:
            self._unended.popitem(last=False)

    def newest(self) -> tuple[TurnTrace, ...]:
        """As `Traces.newest`."""
        with self._lock:
            ended = list(self._ended)
        return tuple(_trace(root, others) for root, others in reversed(ended))


def _trace(root: ReadableSpan, others: Sequence[ReadableSpan]) -> TurnTrace:
    first = _record(root)
    rest = sorted((_record(span) for span in others), key=lambda span: span.began)
    known = first.attributes
    return TurnTrace(
        id=str(known.get(signals.CORRELATION, "")),
        name=root.name,
        began=first.began,
        seconds=first.seconds,
        outcome=str(known.get(signals.OUTCOME, "failed" if first.failed else "complete")),
        spans=(first, *rest),
    )


def _record(span: ReadableSpan) -> SpanRecord:
    begin, end = span.start_time or 0, span.end_time or 0
    attributes = {
        name: value
        for name, value in (span.attributes or {}).items()
        if isinstance(value, (str, int, float, bool))
    }
    return SpanRecord(
        id=format(span.context.span_id, "016x") if span.context else "",
        parent=format(span.parent.span_id, "016x") if span.parent else "",
        name=span.name,
        began=begin / NANO,
        seconds=(end - begin) / NANO,
        kind=_kind(span.name, attributes),
        attributes=MappingProxyType(attributes),
        failed=span.status.status_code is StatusCode.ERROR,
    )


def _kind(name: str, attributes: Mapping[str, object]) -> Kind:
    """What a span's time was spent on."""
    match attributes.get(signals.OPERATION):
        case "chat":
            return "model"
        case "execute_tool":
            return "tool"
    if name in (signals.QUEUE, signals.ATTEMPT):
        return "model"
    if signals.DATABASE in attributes:
        return "storage"
    return "cache" if name.startswith(signals.STAGE) else "other"


def _attributes(record: CallRecord) -> dict[str, Value]:
    """A call's attributes, by OpenTelemetry's conventions for generative models."""
    known: dict[str, Value] = {
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
    if record.outcome not in ("ok", "cancelled"):
        known[signals.ERROR_TYPE] = record.outcome
    if record.outcome == "cancelled":
        known[signals.CANCELLED] = True
    return known


def _exporting(endpoint: str) -> SpanProcessor:
    # Here and not above: it brings its HTTP library and protobuf, which most never need.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    return BatchSpanProcessor(
        OTLPSpanExporter(endpoint=_traces_address(endpoint), timeout=EXPORT_SECONDS)
    )


def _traces_address(endpoint: str) -> str:
    """The collector's address for traces, from its base address or from the whole."""
    address = endpoint.rstrip("/")
    return address if urlsplit(address).path.endswith(TRACES_PATH) else address + TRACES_PATH
