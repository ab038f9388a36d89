"""What Reprise tells of itself: metrics, traces, logs, health and alerts.

Nothing here holds what a user wrote. Importing this package imports none of the libraries behind
it: `Telemetry` fetches them when they are needed, so that pages need not wait for them.
"""

from agents.telemetry.telemetry import Telemetry
from agents.telemetry.values import (
    LEVELS,
    Alert,
    CallStatistics,
    Kind,
    Level,
    Minute,
    PartHealth,
    Severity,
    SpanRecord,
    TurnTrace,
    Value,
)

__all__ = [
    "LEVELS",
    "Alert",
    "CallStatistics",
    "Kind",
    "Level",
    "Minute",
    "PartHealth",
    "Severity",
    "SpanRecord",
    "Telemetry",
    "TurnTrace",
    "Value",
]
