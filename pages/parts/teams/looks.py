"""How a run and its delegations are called, and by which colour they are known."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from agents.teams.run import ENDED, Delegation, Kind, Run, Status

Look = Literal["model", "cache", "same", "running", "waiting", "failed", "stopped", "skipped"]
"""Who gave a result, and where there is none, why."""

KINDS: Final[Mapping[Kind, str]] = MappingProxyType(
    {"nested": "Nested", "recursive": "Recursive", "workflow": "Workflow"}
)
STATUSES: Final[Mapping[Status, str]] = MappingProxyType(
    {
        "waiting": "Waiting",
        "running": "Working",
        "done": "Done",
        "failed": "Failed",
        "stopped": "Stopped",
        "skipped": "Skipped",
        "interrupted": "Interrupted",
    }
)
ICONS: Final[Mapping[Status, str]] = MappingProxyType(
    {
        "waiting": ":material/schedule:",
        "running": ":material/pending:",
        "done": ":material/check_circle:",
        "failed": ":material/error:",
        "stopped": ":material/stop_circle:",
        "skipped": ":material/redo:",
        "interrupted": ":material/pause_circle:",
    }
)
COLOURS: Final[Mapping[Status, str]] = MappingProxyType(
    {
        "waiting": "gray",
        "running": "primary",
        "done": "green",
        "failed": "red",
        "stopped": "gray",
        "skipped": "gray",
        "interrupted": "orange",
    }
)
LEGEND: Final[Mapping[Look, str]] = MappingProxyType(
    {
        "model": "model",
        "cache": "cache",
        "same": "same as another",
        "running": "at work",
        "waiting": "waiting",
        "failed": "failed",
        "stopped": "stopped",
        "skipped": "skipped",
    }
)


def look(delegation: Delegation) -> Look:
    """The look of a delegation."""
    match delegation.status:
        case "done":
            return delegation.source or "model"
        case "interrupted":
            return "stopped"
        case status:
            return status


def is_over(run: Run) -> bool:
    """Whether nothing more will come of a run by itself."""
    return run.status in ENDED or run.status == "interrupted"


def can_be_resumed(run: Run) -> bool:
    """Whether a run is over without being done."""
    return run.status in ("interrupted", "stopped", "failed")


def elapsed(run: Run, now: float | None = None) -> float:
    """Seconds that a run took, or takes already; 0 before it began."""
    if run.began is None:
        return 0.0
    if run.ended is not None:
        return max(0.0, run.ended - run.began)
    if is_over(run):
        return max(0.0, last_seen(run) - run.began)
    return max(0.0, (time.time() if now is None else now) - run.began)


def first_seen(run: Run) -> float:
    """When the first agent of a run began; before that, when the run did."""
    marks = [one.began for one in run.delegations if one.began is not None]
    return min(marks, default=run.began or run.created)


def last_seen(run: Run) -> float:
    """When something was last known to happen in a run, seconds since the epoch."""
    marks = [mark for one in run.delegations for mark in (one.began, one.ended) if mark is not None]
    return max([*marks, run.began or run.created])
