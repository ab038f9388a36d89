"""Metrics of the moment: asked for whenever the metrics are read, and kept nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from agents.models.condition import BreakerState, ModelCondition
from agents.telemetry.health import free_bytes
from agents.telemetry.values import LEVELS, Alert, PartHealth
from agents.telemetry.watched import Watched
from cache import CacheError, SemanticCache

BREAKERS: Final[tuple[BreakerState, ...]] = ("closed", "half_open", "open")


class Gauges(Collector):
    """What is so now.

    Args:
        lag: The event loop's longest delay of the last minute, seconds; None: not measured.
    """

    def __init__(
        self,
        watched: Watched,
        lag: Callable[[], float | None],
        health: Callable[[], Sequence[PartHealth]],
        alerts: Callable[[], Sequence[Alert]],
    ) -> None:
        self._watched = watched
        self._lag = lag
        self._health = health
        self._alerts = alerts

    def describe(self) -> Iterator[Metric]:
        """Nothing: what is described here need not be asked for when it is registered."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """All of them."""
        yield _gauge("reprise_turns_in_progress", "Replies being written", self._watched.writing)
        yield from self._machine()
        yield self._parts()
        yield self._firing()
        if self._watched.cache is not None:
            yield from _cache(self._watched.cache)
        condition = self._watched.condition()
        if condition is not None:
            yield from _endpoints(condition)
            yield from _queue(condition)
            yield from _budgets(condition)

    def _machine(self) -> Iterator[Metric]:
        lag = self._lag()
        if lag is not None:
            yield _gauge(
                "reprise_event_loop_lag_seconds", "Longest delay of the event loop in a minute", lag
            )
        try:
            free = free_bytes(self._watched.settings.home)
        except OSError:
            return  # the part "disk" of the health tells of it
        yield _gauge("reprise_disk_free_bytes", "Room on the disk of REPRISE_HOME", free)

    def _parts(self) -> Metric:
        family = GaugeMetricFamily(
            "reprise_part_health", "How each part is: 0 well, 1 warning, 2 down", labels=["part"]
        )
        for part in self._health():
            family.add_metric([part.name], LEVELS.index(part.level))
        return family

    def _firing(self) -> Metric:
        family = GaugeMetricFamily(
            "reprise_alert_active", "Alerts that are active", labels=["rule", "level"]
        )
        for alert in self._alerts():
            family.add_metric([alert.rule, alert.level], 1)
        return family


def _gauge(name: str, documentation: str, value: float) -> Metric:
    return GaugeMetricFamily(name, documentation, value=value)


def _cache(cache: SemanticCache) -> Iterator[Metric]:
    try:
        stats = cache.stats()
    except CacheError:
        return  # the part "cache" of the health tells of it
    yield _gauge("reprise_cache_entries", "Answers that are stored", stats.entries)
    yield _gauge("reprise_cache_size_bytes", "The cache's files", stats.bytes)
    yield CounterMetricFamily(
        "reprise_cache_seconds_saved", "The model's time that hits have saved since the cache was "
        "made", value=stats.seconds_saved,
    )  # fmt: skip
    yield CounterMetricFamily(
        "reprise_cache_tokens_saved", "The model's tokens that hits have saved since the cache was "
        "made", value=stats.tokens_saved,
    )  # fmt: skip


def _endpoints(condition: ModelCondition) -> Iterator[Metric]:
    state = GaugeMetricFamily(
        "reprise_breaker_state", "1 for the state that an endpoint's breaker is in",
        labels=["endpoint", "state"],
    )  # fmt: skip
    busy = GaugeMetricFamily(
        "reprise_endpoint_in_flight", "Calls that it is answering", labels=["endpoint"]
    )
    asked = CounterMetricFamily(
        "reprise_endpoint_attempts", "How often it was asked", labels=["endpoint"]
    )
    failed = CounterMetricFamily(
        "reprise_endpoint_failures", "How often it failed", labels=["endpoint"]
    )
    for one in condition.endpoints:
        for possible in BREAKERS:
            state.add_metric([one.name, possible], one.breaker == possible)
        busy.add_metric([one.name], one.in_flight)
        asked.add_metric([one.name], one.calls)
        failed.add_metric([one.name], one.failures)
    yield from (state, busy, asked, failed)


def _queue(condition: ModelCondition) -> Iterator[Metric]:
    queue = condition.queue
    yield _gauge("reprise_model_queue_running", "Calls under way", queue.running)
    yield _gauge("reprise_model_queue_limit", "Most calls at once", queue.limit)
    yield _gauge("reprise_model_queue_capacity", "Most calls that may wait", queue.capacity)
    waiting = GaugeMetricFamily(
        "reprise_model_queue_waiting", "Calls that wait", labels=["priority"]
    )
    for priority, count in queue.waiting:
        waiting.add_metric([priority], count)
    yield waiting
    yield CounterMetricFamily(
        "reprise_model_queue_refused", "Calls refused for want of room", value=queue.refused
    )


def _budgets(condition: ModelCondition) -> Iterator[Metric]:
    labels = ["agent", "unit", "window"]
    used = GaugeMetricFamily("reprise_budget_used", "Used within the window", labels=labels)
    limit = GaugeMetricFamily("reprise_budget_limit", "Most that may be used", labels=labels)
    for one in condition.budgets:
        used.add_metric([one.agent, one.unit, one.window], one.used)
        limit.add_metric([one.agent, one.unit, one.window], one.limit)
    yield from (used, limit)
