"""How the ways to a model are, at one moment: for the pages, the metrics and the alerts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BreakerState = Literal["closed", "open", "half_open"]
Unit = Literal["calls", "tokens", "dollars"]
Window = Literal["minute", "day"]


@dataclass(frozen=True, slots=True)
class EndpointCondition:
    """One endpoint.

    Attributes:
        name: Provider and address, without a secret: "openai", "openai at 10.0.0.7:8000".
        model: The model's name there.
        fallback: Whether it is asked only when the others cannot.
        breaker: "open": it is not asked; "half_open": one call tries whether it is well again.
        retry_in: Seconds until an open breaker lets a call through; 0 unless open.
        in_flight: Calls it is answering now.
        calls: Attempts since the start.
        failures: Those of them that failed.
        last_failure: Kind of the last failure; "": none.
    """

    name: str
    model: str
    fallback: bool
    breaker: BreakerState
    retry_in: float
    in_flight: int
    calls: int
    failures: int
    last_failure: str = ""


@dataclass(frozen=True, slots=True)
class QueueCondition:
    """The calls that wait for an endpoint.

    Attributes:
        running: Calls under way.
        limit: Most calls at once.
        waiting: Calls that wait, by name of their priority: "chat", "team", "audit".
        capacity: Most calls that may wait; one more is refused.
        refused: Calls refused since the start.
    """

    running: int
    limit: int
    waiting: tuple[tuple[str, int], ...]
    capacity: int
    refused: int


@dataclass(frozen=True, slots=True)
class BudgetCondition:
    """One budget of one agent.

    Attributes:
        agent: Its name; "*": all together.
        used: In the window that ends now.
        limit: Most that may be used in the window.
    """

    agent: str
    unit: Unit
    window: Window
    used: float
    limit: float


@dataclass(frozen=True, slots=True)
class ModelCondition:
    """All ways to the model."""

    endpoints: tuple[EndpointCondition, ...]
    queue: QueueCondition
    budgets: tuple[BudgetCondition, ...] = ()

    @property
    def answering(self) -> bool:
        """Whether any endpoint may be asked now."""
        return any(endpoint.breaker != "open" for endpoint in self.endpoints)
