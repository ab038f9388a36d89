"""Spans as a collector gets them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agents import signals
from agents.telemetry.exporting import OtlpExporter, traces_address
from agents.telemetry.traces import Traces
from agents.tracing import note_failure, span, tracing
from tests.support.serving import serving


class Collector:
    """A collector's address for traces."""

    def __init__(self):
        self.status = 200
        self.requests = []

    async def take(self, request: Request) -> Response:
        self.requests.append(ExportTraceServiceRequest.FromString(await request.body()))
        return Response(status_code=self.status)

    @property
    def resources(self):
        return [each for request in self.requests for each in request.resource_spans]

    @property
    def spans(self):
        return {
            one.name: one for each in self.resources for s in each.scope_spans for one in s.spans
        }


@pytest.fixture
def collector() -> Collector:
    return Collector()


@pytest.fixture
def address(collector: Collector) -> Iterator[str]:
    with serving(
        Starlette(routes=[Route("/v1/traces", collector.take, methods=["POST"])])
    ) as server:
        yield server


def a_turn(exporter):
    traces = Traces(lambda _: None, exporter)
    with tracing(traces), span(signals.TURN, **{signals.CORRELATION: "r1"}):
        with span("chat gpt", **{signals.OPERATION: "chat", signals.INPUT_TOKENS: 7}):
            note_failure(ValueError("quoted"))
        with span(signals.WRITING, **{signals.DATABASE: "sqlite"}):
            pass
    return traces.newest()[0]


def test_a_collector_gets_the_tree_with_its_times_and_attributes(collector, address):
    exporter = OtlpExporter.open(address)
    trace = a_turn(exporter)
    exporter.close()

    root, call, writing = (collector.spans[n] for n in ("chat turn", "chat gpt", signals.WRITING))
    assert [span.span_id.hex() for span in (root, call, writing)] == [s.id for s in trace.spans]
    assert root.parent_span_id == b""
    assert call.parent_span_id == writing.parent_span_id == root.span_id
    assert len({span.trace_id for span in (root, call, writing)}) == 1
    assert root.start_time_unix_nano <= call.start_time_unix_nano <= call.end_time_unix_nano
    assert (call.kind, root.kind) == (3, 1)  # a client's, and internal
    assert (call.status.code, root.status.code) == (2, 0)  # an error, and not told
    assert call.status.message == ""
    known = {pair.key: pair.value for pair in call.attributes}
    assert known[signals.INPUT_TOKENS].int_value == 7
    assert known[signals.ERROR_TYPE].string_value == "ValueError"
    service = {pair.key: pair.value for pair in collector.resources[0].resource.attributes}
    assert service["service.name"].string_value == "reprise"


def test_a_collector_that_refuses_holds_nothing_up(collector, address, caplog):
    collector.status = 400
    exporter = OtlpExporter.open(address)

    trace = a_turn(exporter)
    exporter.close()

    assert trace.id == "r1"
    assert collector.requests


@pytest.mark.parametrize(
    "endpoint, address",
    [
        ("http://h:4318", "http://h:4318/v1/traces"),
        ("http://h:4318/", "http://h:4318/v1/traces"),
        ("https://h/otlp", "https://h/otlp/v1/traces"),
        ("http://h:4318/v1/traces", "http://h:4318/v1/traces"),
    ],
)
def test_a_base_address_and_a_whole_one_are_the_same(endpoint, address):
    assert traces_address(endpoint) == address
