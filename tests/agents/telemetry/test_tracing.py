"""Spans: a tree that holds what was decided, and nothing that anybody said."""

from __future__ import annotations

import asyncio
import time

import pytest

from agents import signals
from agents.calling import Caller, CallRecord, calling
from agents.errors import ModelError
from agents.telemetry.traces import KEPT, Traces, note_call
from agents.tracing import MOST_SPANS, add_span, around, note_failure, span, tracing

TURN = "3f2a91bc"


@pytest.fixture
def ended():
    """Every span that has ended, as a listener is told."""
    return []


@pytest.fixture
def traces(ended):
    return Traces(ended.append)


def turn(correlation=TURN, **known):
    return span(signals.TURN, **{signals.CORRELATION: correlation} | known)


def test_spans_within_a_turn_are_its_tree(traces):
    with tracing(traces), turn(**{signals.OUTCOME: "complete"}):
        with span("act", **{signals.ACTION: "answer"}), span(signals.LOOKUP) as looking:
            looking.set_attributes({signals.DECISION: "hit"})
            add_span("cache exact", time.time(), 0.25)
        with span(signals.WRITING, **{signals.DATABASE: "sqlite"}):
            pass

    (trace,) = traces.newest()
    root, act, lookup, exact, _ = trace.spans

    assert (trace.id, trace.name, trace.outcome) == (TURN, "chat turn", "complete")
    assert [s.parent for s in trace.spans] == ["", root.id, act.id, lookup.id, root.id]
    assert [s.kind for s in trace.spans] == ["other", "other", "cache", "cache", "storage"]
    assert lookup.attributes == {signals.DECISION: "hit"}
    assert exact.seconds == 0.25
    assert root.seconds >= act.seconds >= lookup.seconds > 0
    assert len({s.id for s in trace.spans}) == 5
    assert all(len(s.id) == 16 for s in trace.spans)


async def test_what_tasks_and_threads_of_a_turn_do_is_part_of_it(traces):
    def work():
        with span("in a thread"):
            pass

    async def other():
        with span("in a task"):
            await asyncio.to_thread(work)

    with tracing(traces), turn():
        await asyncio.gather(other(), other())

    (trace,) = traces.newest()
    root, *others = trace.spans
    tasks = {s.id for s in others if s.name == "in a task"}
    assert len(others) == 4
    assert {s.parent for s in others if s.name == "in a thread"} == tasks
    assert {s.parent for s in others if s.name == "in a task"} == {root.id}


def test_an_error_is_noted_by_its_class_and_not_by_what_it_says(traces):
    with tracing(traces), turn(), pytest.raises(ValueError, match="my secret"), span("act"):
        raise ValueError("my secret")

    root, act = traces.newest()[0].spans
    assert act.failed
    assert not root.failed
    assert dict(act.attributes) == {signals.ERROR_TYPE: "ValueError"}


def test_an_error_that_was_dealt_with_is_noted_on_the_span_around(traces):
    with tracing(traces), turn():
        note_failure(ModelError("no", kind="timeout"))

    (trace,) = traces.newest()
    assert trace.outcome == "failed"
    assert trace.spans[0].attributes[signals.ERROR_TYPE] == "timeout"


def test_a_stop_is_no_failure(traces):
    with tracing(traces), turn(), pytest.raises(asyncio.CancelledError), span("act"):
        raise asyncio.CancelledError

    act = traces.newest()[0].spans[1]
    assert not act.failed
    assert act.attributes[signals.CANCELLED] is True


def test_without_a_tracer_nothing_is_kept_and_nothing_breaks(traces, ended):
    with span("act") as alone:
        alone.set_attribute("reprise.action", "answer")
        note_failure(ValueError("unheard"))
        add_span("cache exact", 0.0, 1.0)
        assert around() is None
    with tracing(traces), turn(), tracing(None), span("hidden"):
        pass

    assert [s.name for s in ended] == ["chat turn"]
    assert len(traces.newest()[0].spans) == 1


def test_two_tracers_do_not_mix(traces):
    others = Traces(lambda _: None)
    with tracing(traces), turn("first"):
        pass
    with tracing(others), turn("second"):
        pass

    assert [trace.id for trace in traces.newest()] == ["first"]
    assert [trace.id for trace in others.newest()] == ["second"]


def test_a_root_takes_the_correlation_id_of_who_calls(traces):
    with tracing(traces), calling(correlation_id="run-7"), span("team run"):
        pass

    assert traces.newest()[0].id == "run-7"


def test_what_belongs_to_no_turn_is_told_and_not_kept(traces, ended):
    with tracing(traces), span("chat scripted"):
        pass

    assert [s.name for s in ended] == ["chat scripted"]
    assert traces.newest() == ()


def test_the_last_traces_are_kept_newest_first(traces):
    for number in range(KEPT + 5):
        with tracing(traces), turn(str(number)):
            pass

    kept = traces.newest()
    assert len(kept) == KEPT
    assert (kept[0].id, kept[-1].id) == (str(KEPT + 4), "5")


def test_of_a_huge_trace_a_part_is_kept(traces):
    with tracing(traces), turn():
        for _ in range(MOST_SPANS + 50):
            with span("act"):
                pass

    assert len(traces.newest()[0].spans) == 1 + MOST_SPANS


def record(outcome="ok", waited=0.0, attempts=1):
    return CallRecord(
        Caller(agent="judge"), "gpt", "openai at h:1", outcome, waited, 0.5, attempts, 12, 3, 0.02
    )


def test_a_call_of_a_model_has_the_names_of_opentelemetry(traces):
    with tracing(traces), turn(), span("chat gpt"):
        note_call(record())

    call = traces.newest()[0].spans[1]
    assert call.kind == "model"
    assert dict(call.attributes) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt",
        "gen_ai.agent.name": "judge",
        "gen_ai.usage.input_tokens": 12,
        "gen_ai.usage.output_tokens": 3,
        "reprise.endpoint": "openai at h:1",
        "reprise.attempts": 1,
        "reprise.dollars": 0.02,
    }


def test_a_call_tells_how_long_it_waited_and_why_it_failed(traces):
    with tracing(traces), turn(), span("chat gpt"):
        note_call(record("timeout", waited=2.0))

    by_name = {each.name: each for each in traces.newest()[0].spans}
    queue, call = by_name["queue"], by_name["chat gpt"]
    assert (queue.name, queue.seconds, queue.kind) == ("queue", 2.0, "model")
    assert queue.parent == call.id
    assert call.failed
    assert call.attributes[signals.ERROR_TYPE] == "timeout"
