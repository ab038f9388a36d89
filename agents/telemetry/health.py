"""How each part is, as traffic lights with a sentence each."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from agents.errors import RepriseError
from agents.models.condition import ModelCondition
from agents.status import PartStatus
from agents.telemetry.values import Level, PartHealth
from agents.telemetry.watched import Watched
from cache import CacheError

LATE_SECONDS: Final = 0.5
STUCK_SECONDS: Final = 5.0
"""From when a late event loop is felt, and from when nothing else works."""
GIB: Final = 1 << 30
SCARCE_BYTES: Final = GIB
NO_BYTES: Final = 100 << 20
"""Free room on the disk from which it is scarce, and from which writing may fail any moment."""
FULL_SHARE: Final = 0.8
"""Share of a queue or a budget from which an operator ought to know."""


def health(watched: Watched, lag: float | None) -> tuple[PartHealth, ...]:
    """How each part is now.

    Args:
        lag: The event loop's longest delay of the last minute, seconds; None: not measured.
    """
    status, condition = watched.status(), watched.condition()
    return (
        event_loop(lag),
        _conversations(watched),
        _cache(watched, status.cache),
        _model(status.model, condition),
        *((_queue(condition), _breakers(condition), _budgets(condition)) if condition else ()),
        disk(watched.settings.home),
    )


def event_loop(lag: float | None) -> PartHealth:
    """Whether replies and streams go on without delay."""
    if lag is None:
        return PartHealth("event loop", "warning", "The event loop is not measured.")
    level = _level(lag, LATE_SECONDS, STUCK_SECONDS)
    return PartHealth(
        "event loop", level, f"At most {1000 * lag:,.0f} ms late within the last minute."
    )


def disk(folder: Path) -> PartHealth:
    """Whether there is room where conversations, cache and models lie."""
    try:
        free = free_bytes(folder)
    except OSError as error:
        return PartHealth("disk", "down", f"Its free room cannot be told: {error.strerror}.")
    level = _level(-free, -SCARCE_BYTES, -NO_BYTES)
    return PartHealth("disk", level, f"{free / GIB:,.1f} GiB are free.")


def free_bytes(folder: Path) -> int:
    """Room on the folder's disk, or on that of the nearest folder above which there is.

    Raises:
        OSError: It cannot be told.
    """
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    return shutil.disk_usage(there).free


def _conversations(watched: Watched) -> PartHealth:
    try:
        watched.probe()
    except RepriseError as error:
        return PartHealth("conversations", "down", str(error))
    return PartHealth("conversations", "ok", "They can be read.")


def _cache(watched: Watched, status: PartStatus) -> PartHealth:
    if watched.cache is None:
        return _loading("cache", status, failed="warning")
    try:
        stats = watched.cache.stats()
    except CacheError as error:
        return PartHealth("cache", "warning", f"It cannot be read: {type(error).__name__}.")
    if stats.paused:
        return PartHealth("cache", "warning", f"It serves and does not store. {stats.paused}")
    rate = "" if stats.hit_rate is None else f", {stats.hit_rate:.0%} of the lookups were hits"
    return PartHealth("cache", "ok", f"{stats.entries:,} answers are stored{rate}.")


def _model(status: PartStatus, condition: ModelCondition | None) -> PartHealth:
    if status.state != "ready" or condition is None:
        return _loading("model", status, failed="down")
    if not condition.answering:
        return PartHealth("model", "down", "No way to the model is in service.")
    if all(one.fallback for one in condition.endpoints if one.breaker != "open"):
        return PartHealth("model", "warning", "Only the fallback answers.")
    return PartHealth("model", "ok", "It answers.")


def _loading(name: str, status: PartStatus, *, failed: Level) -> PartHealth:
    if status.failure is not None:
        return PartHealth(name, failed, status.failure.message)
    if status.state == "ready":
        return PartHealth(name, "ok", "It is loaded.")
    return PartHealth(name, "warning", f"It is not loaded yet: {status.detail or status.state}.")


def _queue(condition: ModelCondition) -> PartHealth:
    queue = condition.queue
    waiting = sum(count for _, count in queue.waiting)
    level = _level(waiting / queue.capacity if queue.capacity else 0.0, FULL_SHARE, 1.0)
    return PartHealth(
        "queue",
        level,
        f"{queue.running} of {queue.limit} calls run, {waiting} of {queue.capacity} wait.",
    )


def _breakers(condition: ModelCondition) -> PartHealth:
    out = [one.name for one in condition.endpoints if one.breaker == "open"]
    if not out:
        return PartHealth("breakers", "ok", "All endpoints are in service.")
    level: Level = "warning" if condition.answering else "down"
    return PartHealth("breakers", level, f"Not in service: {', '.join(out)}.")


def _budgets(condition: ModelCondition) -> PartHealth:
    nearly = [
        f"{one.agent}, {one.unit} a {one.window}"
        for one in condition.budgets
        if one.used >= FULL_SHARE * one.limit
    ]
    if nearly:
        return PartHealth("budgets", "warning", f"Nearly used up: {'; '.join(nearly)}.")
    known = "Enough is left of all." if condition.budgets else "None are set."
    return PartHealth("budgets", "ok", known)


def _level(value: float, warning: float, down: float) -> Level:
    """The level of a value that is the worse the higher it is."""
    if value >= down:
        return "down"
    return "warning" if value >= warning else "ok"
