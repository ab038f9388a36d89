"""What Prometheus is given."""

from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from agents import signals
from agents.calling import Caller, CallRecord, Priority
from agents.telemetry.metrics import MOST_NAMES, Metrics
from agents.telemetry.traces import Traces
from agents.tracing import add_span, span, tracing


@pytest.fixture
def metrics():
    return Metrics(CollectorRegistry())


@pytest.fixture
def working(metrics):
    """A block whose spans are counted."""
    with tracing(Traces(metrics.span_ended)):
        yield


def value(metrics, name, **labels):
    """The value of one sample; None where there is none."""
    text = metrics.exposition()[0].decode()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == name and labels.items() <= sample.labels.items():
                return sample.value
    return None


def ended(outcome="complete", source="exact", **known):
    known = {signals.OUTCOME: outcome, signals.SOURCE: source, signals.SECONDS: 2.0} | known
    with span(signals.TURN, **known):
        pass


def record(agent="chat", endpoint="openai", outcome="ok", **how):
    known = {"waited": 0.5, "seconds": 2.0, "attempts": 2, "input_tokens": 100, "dollars": 0.25}
    caller = Caller(agent=agent, priority=how.pop("priority", Priority.CHAT))
    return CallRecord(caller, "gpt", endpoint, outcome, **(known | how))


@pytest.mark.usefixtures("working")
def test_turns_are_counted_by_outcome_and_by_who_answered(metrics):
    ended()
    ended(**{signals.FIRST_WORD: 0.5})
    ended("failed", "none")

    assert value(metrics, "reprise_turns_total", outcome="complete", source="exact") == 2
    assert value(metrics, "reprise_turns_total", outcome="failed", source="none") == 1
    assert value(metrics, "reprise_turn_duration_seconds_sum", outcome="complete") == 4
    assert value(metrics, "reprise_turn_first_token_seconds_count", source="exact") == 1
    assert value(metrics, "reprise_turn_first_token_seconds_sum", source="exact") == 0.5


@pytest.mark.usefixtures("working")
def test_steps_are_counted_by_what_became_of_them(metrics):
    ended(**{f"{signals.STEPS}done": 2, f"{signals.STEPS}skipped": 1})
    ended(**{f"{signals.STEPS}done": 1})

    assert value(metrics, "reprise_plan_steps_total", outcome="done") == 3
    assert value(metrics, "reprise_plan_steps_total", outcome="skipped") == 1


@pytest.mark.usefixtures("working")
def test_lookups_are_counted_by_decision_and_tier_and_their_stages_timed(metrics):
    with span(signals.LOOKUP, **{signals.DECISION: "hit", signals.TIER: "semantic"}):
        add_span(f"{signals.STAGE} verifier", 0.0, 0.25)
    with span(signals.LOOKUP, **{signals.DECISION: "miss", signals.TIER: ""}):
        pass
    with pytest.raises(OSError), span(signals.LOOKUP):  # noqa: PT011 - any will do
        raise OSError

    assert value(metrics, "reprise_cache_lookups_total", decision="hit", tier="semantic") == 1
    assert value(metrics, "reprise_cache_lookups_total", decision="miss") == 1
    assert value(metrics, "reprise_cache_lookups_total", decision="failed") == 1
    assert value(metrics, "reprise_cache_lookup_duration_seconds_count", decision="hit") == 1
    assert value(metrics, "reprise_cache_stage_duration_seconds_sum", stage="verifier") == 0.25


@pytest.mark.usefixtures("working")
def test_writes_and_runs_of_teams_are_timed(metrics):
    with span(signals.WRITING, **{signals.DATABASE: "sqlite"}):
        pass
    with span(signals.TEAM_RUN, **{signals.TEAM_KIND: "nested", signals.OUTCOME: "done"}):
        pass

    with span(signals.DELEGATION, **{signals.AGENT_NAME: "critic", signals.OUTCOME: "done"}):
        pass

    assert value(metrics, "reprise_team_delegations_total", agent="critic", outcome="done") == 1
    assert value(metrics, "reprise_database_write_seconds_count", error_type="") == 1
    assert value(metrics, "reprise_team_runs_total", kind="nested", outcome="done") == 1
    assert value(metrics, "reprise_team_run_duration_seconds_count", kind="nested") == 1


def test_calls_are_counted_by_agent_endpoint_and_outcome(metrics):
    metrics.call_ended(record())
    metrics.call_ended(record(outcome="timeout", output_tokens=7))
    metrics.call_ended(record("planner", outcome="busy", endpoint="", attempts=0, waited=9.0))

    of_chat = {"agent": "chat", "endpoint": "openai"}
    assert value(metrics, "reprise_model_calls_total", **of_chat, outcome="ok") == 1
    assert value(metrics, "reprise_model_calls_total", **of_chat, outcome="timeout") == 1
    assert value(metrics, "reprise_model_calls_total", agent="planner", outcome="busy") == 1
    assert value(metrics, "reprise_model_attempts_total", **of_chat) == 4
    assert value(metrics, "reprise_model_cost_dollars_total", **of_chat) == 0.5
    assert value(metrics, "reprise_model_queue_wait_seconds_sum", priority="chat") == 10


def test_time_and_tokens_have_opentelemetrys_names(metrics):
    metrics.call_ended(record("judge", endpoint="gemini at h:1"))
    metrics.call_ended(record("judge", endpoint="gemini at h:1", outcome="server"))

    labels = {
        "gen_ai_operation_name": "chat",
        "gen_ai_provider_name": "gcp.gemini",
        "gen_ai_request_model": "gpt",
        "gen_ai_agent_name": "judge",
    }
    seconds, tokens = "gen_ai_client_operation_duration_seconds", "gen_ai_client_token_usage"
    assert value(metrics, f"{seconds}_sum", **labels, error_type="") == 2
    assert value(metrics, f"{seconds}_count", **labels, error_type="server") == 1
    assert value(metrics, f"{tokens}_sum", **labels, gen_ai_token_type="input") == 200
    assert value(metrics, f"{tokens}_sum", **labels, gen_ai_token_type="output") is None


def test_a_call_that_reached_no_endpoint_has_no_time(metrics):
    metrics.call_ended(record(attempts=0, outcome="busy", endpoint=""))

    assert value(metrics, "gen_ai_client_operation_duration_seconds_count") is None


@pytest.mark.parametrize("name", ['x"} 1\nfake_metric 2', "a" * 81, "who says \u201cHello\u201d?"])
def test_what_does_not_look_like_a_name_makes_no_label(metrics, name):
    metrics.call_ended(record(agent=name))

    assert value(metrics, "reprise_model_calls_total", agent="other") == 1
    assert "fake_metric" not in metrics.exposition()[0].decode()


def test_many_agents_do_not_make_as_many_series(metrics):
    for number in range(2 * MOST_NAMES):
        metrics.call_ended(record(agent=f"agent-{number}"))

    agents = {
        sample.labels["agent"]
        for family in text_string_to_metric_families(metrics.exposition()[0].decode())
        for sample in family.samples
        if sample.name == "reprise_model_calls_total"
    }
    assert len(agents) <= MOST_NAMES
    assert "other" in agents


def test_who_can_read_openmetrics_is_given_it(metrics):
    plain, plain_type = metrics.exposition()
    text, text_type = metrics.exposition("application/openmetrics-text;version=1.0.0")

    assert plain_type.startswith("text/plain")
    assert text_type.startswith("application/openmetrics-text")
    assert text.endswith(b"# EOF\n")
    assert not plain.endswith(b"# EOF\n")
