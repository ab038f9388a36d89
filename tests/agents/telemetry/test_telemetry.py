"""A Runtime and what it tells of itself, from the first message to its end."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest
from prometheus_client.parser import text_string_to_metric_families

from agents import signals
from tests.agents.room import GOAL
from tests.agents.teams import test_nested as team
from tests.agents.telemetry.conftest import PATIENCE, say, trace_of, wait_until

CAPITAL = "What is the capital of Portugal?"
LIBRARIES = ("opentelemetry", "prometheus_client")


def counted(runtime, name, **labels):
    text = runtime.telemetry.exposition()[0].decode()
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


def names(trace):
    return [span.name for span in trace.spans]


@pytest.fixture
def runtime(start):
    return start()


def test_a_turn_is_told_by_traces_metrics_calls_and_series(runtime):
    asked = say(runtime, CAPITAL)
    again = say(runtime, CAPITAL, to="c2")

    miss, hit = trace_of(runtime, asked.id), trace_of(runtime, again.id)
    assert miss.spans[0].attributes[signals.SOURCE] == "model"
    assert hit.spans[0].attributes[signals.SOURCE] == "exact"
    for wanted in ("understand", "act", "invoke_agent reprise", "cache lookup", "database write"):
        assert wanted in names(miss)
        assert wanted in names(hit)
    assert {"chat scripted", "model.attempt", "cache store"} <= set(names(miss))
    assert not {"chat scripted", "cache store"} & set(names(hit))
    assert {"cache exact", "cache embed", "cache search"} <= set(names(miss))
    assert counted(runtime, "reprise_turns_total", outcome="complete") == 2
    assert counted(runtime, "reprise_cache_lookups_total", decision="hit", tier="exact") == 1
    assert counted(runtime, "reprise_cache_lookups_total", decision="miss") == 1
    (chat,) = runtime.telemetry.calls()
    assert (chat.agent, chat.calls, chat.failed) == ("chat", 1, 0)
    assert chat.endpoint.startswith("openai")
    assert chat.output_tokens > 0
    assert chat.dollars > 0
    assert sum(minute.turns for minute in runtime.telemetry.series(5)) == 2
    assert sum(minute.cached for minute in runtime.telemetry.series(5)) == 1
    assert counted(runtime, "reprise_cache_entries") == 1
    assert counted(runtime, "reprise_breaker_state", state="closed") == 1


def test_the_spans_of_a_turn_lie_within_it_and_have_a_parent(runtime):
    trace = trace_of(runtime, say(runtime, CAPITAL).id)

    root, *others = trace.spans
    ids = {span.id for span in trace.spans}
    assert root.parent == ""
    assert all(span.parent in ids for span in others)
    assert all(span.began >= root.began - 0.01 for span in others)
    assert all(span.began + span.seconds <= root.began + root.seconds + 0.01 for span in others)


def test_steps_of_a_plan_are_counted_and_each_agent_is_told_apart(runtime):
    say(runtime, GOAL)
    say(runtime, "About 900 euros")

    assert counted(runtime, "reprise_plan_steps_total", outcome="done") == 1
    assert {one.agent for one in runtime.telemetry.calls()} >= {"planner", "chat"}


def test_a_failed_turn_says_which_error_it_was(runtime):
    reply = say(runtime, "Is it broken?")

    trace = trace_of(runtime, reply.id)
    assert reply.status == trace.outcome == "failed"
    assert trace.spans[0].failed
    assert trace.spans[0].attributes[signals.ERROR_TYPE]
    assert counted(runtime, "reprise_turns_total", outcome="failed") == 1
    (chat,) = runtime.telemetry.calls()
    assert (chat.failed, chat.success_rate) == (1, 0.0)


def test_a_run_of_a_team_is_a_trace_with_its_agents(runtime, model):
    model.rules[:0] = [*team.SAYING, team.chooses("technical", "business")]

    live = runtime.teams.start("nested", team.TASK, "ann")
    assert live.wait(PATIENCE), live.view
    wait_until(lambda: trace_of(runtime, live.id))

    trace = trace_of(runtime, live.id)
    given = [span for span in trace.spans if span.name == signals.DELEGATION]
    calls = [span for span in trace.spans if span.name == "chat scripted"]
    assert (trace.name, trace.outcome) == ("team run", "done")
    agents = {span.attributes[signals.AGENT_NAME] for span in given}
    assert agents >= {"technical", "business"}
    assert calls
    assert all(_ids_above(span, trace) & {one.id for one in given} for span in calls)
    assert counted(runtime, "reprise_team_runs_total", kind="nested", outcome="done") == 1
    assert counted(runtime, "reprise_team_delegations_total", agent="technical") == 1
    assert {one.agent for one in runtime.telemetry.calls()} >= {"technical", "business"}


def _ids_above(span, trace):
    """Ids of the spans that a span is a part of."""
    parents = {each.id: each.parent for each in trace.spans}
    found, parent = set(), span.parent
    while parent:
        found.add(parent)
        parent = parents[parent]
    return found


def test_it_is_ready_when_all_is_loaded(runtime):
    telemetry = runtime.telemetry
    assert not telemetry.is_ready(telemetry.health())

    say(runtime, CAPITAL)

    parts = telemetry.health()
    assert telemetry.is_ready(parts)
    assert {part.name for part in parts} >= {"event loop", "model", "queue", "breakers", "disk"}
    assert telemetry.alive


async def test_a_look_at_the_rules_finds_what_is_so(runtime):
    for number in range(6):
        say(runtime, f"Is {number} broken?", to=f"c{number}")

    await runtime.telemetry.look()

    assert "errors" in {alert.rule for alert in runtime.telemetry.alerts()}
    assert counted(runtime, "reprise_alert_active", rule="errors", level="critical") == 1


def test_before_anything_happened_nothing_is_told(runtime):
    telemetry = runtime.telemetry

    assert telemetry.traces() == ()
    assert telemetry.calls() == ()
    assert telemetry.alerts() == ()
    assert [minute.turns for minute in telemetry.series(3)] == [0, 0, 0]


def test_closing_leaves_no_thread_and_no_handler_behind(start):
    threads = {thread.name for thread in threading.enumerate()}
    runtime = start(otlp_endpoint="http://127.0.0.1:9", log="json")
    runtime.telemetry.open()

    runtime.close()

    left = {thread.name for thread in threading.enumerate()} - threads
    assert not {name for name in left if "reprise" in name or "Otel" in name}


def test_pages_need_not_wait_for_the_libraries():
    program = (
        "import sys, agents.runtime, agents.telemetry; "
        f"print([m for m in sys.modules if m.startswith({LIBRARIES!r})])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
