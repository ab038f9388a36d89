"""Metrics for Prometheus, in a registry of their own.

What takes time is counted when its span ends, a call of a model from its record, and what is so at
one moment (queue, breakers, entries) when it is asked for (`agents.telemetry.gauges`). Names and
labels follow Prometheus's rules, and OpenTelemetry's for generative models where it has one
(``gen_ai_client_...``). Labels are names of parts, agents and endpoints, never what a user wrote.

AG2's own MetricsMiddleware is not used: it sits above the cache, where a hit would count as a call
of the model, and it knows neither the endpoint nor the queue and the attempts behind a call.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from agents import signals
from agents.calling import CallRecord
from agents.telemetry.providers import provider_of
from agents.tracing import Span

SLOW: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 60, 120, 300)
FAST: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
"""Bounds of the buckets of what takes seconds, and of what takes milliseconds."""
GEN_AI_SECONDS: Final = tuple(0.01 * 2**power for power in range(15))
GEN_AI_TOKENS: Final = tuple(4**power for power in range(12))
"""OpenTelemetry's, with one more for small machines (164 s) and without those beyond any model.

Source: https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/
"""
MOST_NAMES: Final = 100
"""Of agents and endpoints; workflows bring agents of their own. Further ones are `OTHER`."""
OTHER: Final = "other"
_NAME: Final = re.compile(r"[\w .:/\[\]-]{0,80}")

Attributes = Mapping[str, Any]


class Metrics:
    """What is counted. Its methods may be called from any thread.

    Args:
        registry: Of its own, so that two Runtimes in a process do not mix.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        names = _Names()
        self._calls = _CallMetrics(registry, names)
        turns, cache = _TurnMetrics(registry), _CacheMetrics(registry)
        teams = _TeamMetrics(registry, names)
        self._stage_ended = cache.stage_ended
        self._counted: Mapping[str, Callable[[float, Attributes], None]] = {
            signals.TURN: turns.ended,
            signals.WRITING: turns.written,
            signals.LOOKUP: cache.looked_up,
            signals.TEAM_RUN: teams.run_ended,
            signals.DELEGATION: teams.delegation_ended,
        }

    def watch(self, collector: Collector) -> None:
        """Add what gives figures of the moment whenever the metrics are read."""
        self._registry.register(collector)

    def call_ended(self, record: CallRecord) -> None:
        """Count a call of a model."""
        self._calls.ended(record)

    def span_ended(self, span: Span) -> None:
        """Count what a span tells of."""
        counted = self._counted.get(span.name)
        if counted is not None:
            counted(span.seconds, span.attributes)
        elif span.name.startswith(signals.STAGE):
            self._stage_ended(span.name.removeprefix(signals.STAGE), span.seconds)

    def exposition(self, accept: str = "") -> tuple[bytes, str]:
        """All metrics as text, and its content type.

        Args:
            accept: The header of who asks: OpenMetrics is given to who can read it.
        """
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type


class _TurnMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        by = ["outcome", "source"]
        self._turns = Counter("reprise_turns", "Replies that ended", by, registry=registry)
        self._seconds = _seconds(
            "reprise_turn_duration", "From a message to its reply's last word", by, registry
        )
        self._first = _seconds(
            "reprise_turn_first_token", "From a message to its reply's first word", by[1:], registry
        )
        self._steps = Counter(
            "reprise_plan_steps", "Steps of plans, by what became of them", by[:1],
            registry=registry,
        )  # fmt: skip
        self._writes = _seconds(
            "reprise_database_write", "A write to the conversations, with the wait for its lock",
            ["error_type"], registry, FAST,
        )  # fmt: skip

    def ended(self, seconds: float, known: Attributes) -> None:
        outcome, source = known.get(signals.OUTCOME, ""), known.get(signals.SOURCE, "")
        self._turns.labels(outcome, source).inc()
        self._seconds.labels(outcome, source).observe(known.get(signals.SECONDS, seconds))
        if signals.FIRST_WORD in known:
            self._first.labels(source).observe(known[signals.FIRST_WORD])
        for name, count in known.items():
            if name.startswith(signals.STEPS):
                self._steps.labels(name.removeprefix(signals.STEPS)).inc(count)

    def written(self, seconds: float, known: Attributes) -> None:
        self._writes.labels(known.get(signals.ERROR_TYPE, "")).observe(seconds)


class _CacheMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        by = ["decision", "tier"]
        self._lookups = Counter("reprise_cache_lookups", "Lookups", by, registry=registry)
        self._seconds = _seconds(
            "reprise_cache_lookup_duration", "A lookup", by[:1], registry, FAST
        )
        self._stages = _seconds(
            "reprise_cache_stage_duration", "A stage of a lookup", ["stage"], registry, FAST
        )

    def looked_up(self, seconds: float, known: Attributes) -> None:
        decision = known.get(signals.DECISION, "failed")
        self._lookups.labels(decision, known.get(signals.TIER, "")).inc()
        self._seconds.labels(decision).observe(seconds)

    def stage_ended(self, stage: str, seconds: float) -> None:
        self._stages.labels(stage.strip()).observe(seconds)


class _TeamMetrics:
    def __init__(self, registry: CollectorRegistry, names: _Names) -> None:
        self._names = names
        by = ["kind", "outcome"]
        self._runs = Counter("reprise_team_runs", "Runs of teams that ended", by, registry=registry)
        self._seconds = _seconds(
            "reprise_team_run_duration", "A run of a team", by[:1], registry, SLOW
        )
        self._delegations = Counter(
            "reprise_team_delegations", "Tasks that were given to agents", ["agent", "outcome"],
            registry=registry,
        )  # fmt: skip

    def delegation_ended(self, _: float, known: Attributes) -> None:
        agent = self._names.known(known.get(signals.AGENT_NAME, ""))
        self._delegations.labels(agent, known.get(signals.OUTCOME, "stopped")).inc()

    def run_ended(self, seconds: float, known: Attributes) -> None:
        kind = known.get(signals.TEAM_KIND, "")
        self._runs.labels(kind, known.get(signals.OUTCOME, "")).inc()
        self._seconds.labels(kind).observe(seconds)


class _CallMetrics:
    def __init__(self, registry: CollectorRegistry, names: _Names) -> None:
        self._known = names.known
        by = ["agent", "endpoint"]
        gen_ai = [
            signals.OPERATION, signals.PROVIDER, signals.MODEL, signals.AGENT_NAME,
        ]  # fmt: skip
        labels = [name.replace(".", "_") for name in gen_ai]
        self._calls = Counter(
            "reprise_model_calls", "Calls of models that ended", [*by, "outcome"], registry=registry
        )
        self._attempts = Counter(
            "reprise_model_attempts", "How often endpoints were asked", by, registry=registry
        )
        self._dollars = Counter(
            "reprise_model_cost_dollars", "What calls cost at the price that is set", by,
            registry=registry,
        )  # fmt: skip
        self._waited = _seconds(
            "reprise_model_queue_wait", "The wait for a place among the calls", ["priority"],
            registry,
        )  # fmt: skip
        self._seconds = _seconds(
            "gen_ai_client_operation_duration", "A call of a model", [*labels, "error_type"],
            registry, GEN_AI_SECONDS,
        )  # fmt: skip
        self._tokens = Histogram(
            "gen_ai_client_token_usage", "Tokens that a call took and gave",
            [*labels, "gen_ai_token_type"], buckets=GEN_AI_TOKENS, registry=registry,
        )  # fmt: skip

    def ended(self, record: CallRecord) -> None:
        agent, endpoint = self._known(record.caller.agent), self._known(record.endpoint)
        error = "" if record.outcome == "ok" else record.outcome
        gen_ai = ("chat", provider_of(endpoint), self._known(record.model), agent)
        self._calls.labels(agent, endpoint, record.outcome).inc()
        self._attempts.labels(agent, endpoint).inc(record.attempts)
        self._dollars.labels(agent, endpoint).inc(record.dollars)
        self._waited.labels(record.caller.priority.name.lower()).observe(record.waited)
        if record.attempts:
            self._seconds.labels(*gen_ai, error).observe(record.seconds)
        for kind, tokens in (("input", record.input_tokens), ("output", record.output_tokens)):
            if tokens:
                self._tokens.labels(*gen_ai, kind).observe(tokens)


class _Names:
    """Names of agents, endpoints and models: each makes series of its own, so there are few."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def known(self, name: str) -> str:
        """The name, if it looks like one and there are few yet."""
        if name not in self._seen:
            if len(self._seen) >= MOST_NAMES or not _NAME.fullmatch(name):
                return OTHER
            self._seen.add(name)
        return name


def _seconds(
    name: str,
    documentation: str,
    labels: list[str],
    registry: CollectorRegistry,
    buckets: tuple[float, ...] = SLOW,
) -> Histogram:
    return Histogram(
        name, documentation, labels, buckets=buckets, unit="seconds", registry=registry
    )
