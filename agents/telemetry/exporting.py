"""Sending spans to a collector: OTLP over HTTP, by OpenTelemetry's own SDK.

Importing this module imports the SDK, its HTTP library and protobuf, which most never need.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from agents import signals
from agents.tracing import Span

TIMEOUT_SECONDS: Final = 3.0
"""Longest wait for the collector, per try and at the end."""
TRACES_PATH: Final = "/v1/traces"
SAMPLED: Final = TraceFlags(TraceFlags.SAMPLED)
SCOPE: Final = InstrumentationScope("reprise")


class OtlpExporter:
    """Sends spans in batches from a thread of its own. Made by `open`.

    What a collector cannot take in time is dropped, never kept back from a reply.
    """

    def __init__(self, processor: BatchSpanProcessor, resource: Resource) -> None:
        self._processor = processor
        self._resource = resource

    @classmethod
    def open(cls, endpoint: str) -> OtlpExporter:
        """Begin.

        Args:
            endpoint: The collector's address; headers and the like are in the environment, as
                OpenTelemetry names them (``OTEL_EXPORTER_OTLP_HEADERS``).
        """
        exporter = OTLPSpanExporter(endpoint=traces_address(endpoint), timeout=TIMEOUT_SECONDS)
        return cls(BatchSpanProcessor(exporter), Resource.create({SERVICE_NAME: "reprise"}))

    def send(self, span: Span, /) -> None:
        """Take a span that has ended, to be sent soon."""
        self._processor.on_end(as_opentelemetry(span, self._resource))

    def close(self) -> None:
        """Send what waits, as far as the collector takes it soon, and end the thread."""
        self._processor.shutdown()  # type: ignore[no-untyped-call]


def as_opentelemetry(span: Span, resource: Resource) -> ReadableSpan:
    """The span as OpenTelemetry has it."""
    calls = span.attributes.get(signals.OPERATION) == "chat"
    return ReadableSpan(
        name=span.name,
        context=_context(span, span.id),
        parent=None if span.parent is None else _context(span, span.parent),
        resource=resource,
        attributes=span.attributes,
        kind=SpanKind.CLIENT if calls else SpanKind.INTERNAL,
        status=Status(StatusCode.ERROR if span.failed else StatusCode.UNSET),
        start_time=span.began,
        end_time=span.began + span.lasted,
        instrumentation_scope=SCOPE,
    )


def traces_address(endpoint: str) -> str:
    """The collector's address for traces, from its base address or from the whole."""
    address = endpoint.rstrip("/")
    return address if urlsplit(address).path.endswith(TRACES_PATH) else address + TRACES_PATH


def _context(span: Span, span_id: int) -> SpanContext:
    return SpanContext(span.trace.id, span_id, is_remote=False, trace_flags=SAMPLED)
