"""The endpoints of a model, and which of them is asked next.

A sick one is left out while its breaker is open; of the others the one with the fewest calls under
way is asked, and of equals the one that was asked longest ago.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from ag2.config import ModelConfig

from agents.errors import ModelError, in_words
from agents.models.breaker import Breaker, Permit
from agents.models.condition import EndpointCondition
from agents.models.pending import PendingModel

logger = logging.getLogger(__name__)

LONGEST_PAUSE: Final = 600.0
"""Most seconds that an endpoint is believed when it asks to be left alone: quotas get raised."""
FALLBACK: Final = "fallback"
"""Marks, in a message's metadata, an answer of another model than the one that was wanted."""


class Vitals:
    """How one endpoint is doing; for one event loop.

    Args:
        places: Most calls that it is given at once, 1 and up.
        clock: Seconds from any beginning.
    """

    def __init__(
        self, breaker: Breaker, *, places: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.breaker = breaker
        self.places = asyncio.Semaphore(places)
        self.in_flight = 0
        self.calls = 0
        self.failures = 0
        self.last_failure: ModelError | None = None
        self.asked_at = -math.inf
        self._clock = clock
        self._busy_until = -math.inf

    @property
    def pause(self) -> float:
        """Seconds for which it asked to be left alone."""
        return max(0.0, self._busy_until - self._clock())

    @property
    def retry_in(self) -> float:
        """Seconds until it may be asked."""
        return max(self.pause, self.breaker.retry_in)

    @contextmanager
    def asked(self) -> Iterator[None]:
        """One call, around which this stands; the ModelError that leaves it counts.

        What else leaves it says nothing of the endpoint: a user's stop, an error of our own.
        """
        permit = self.breaker.enter()
        self.calls += 1
        self.in_flight += 1
        self.asked_at = self._clock()
        try:
            yield
            permit.end(well=True)
        except ModelError as error:
            self._failed(error, permit)
            raise
        finally:
            permit.end(well=None)
            self.in_flight -= 1

    def _failed(self, error: ModelError, permit: Permit) -> None:
        self.failures += 1
        # Without its traceback, which holds on to the whole call and all that was said in it.
        self.last_failure = ModelError(error.message, remedy=error.remedy, kind=error.kind)
        if error.kind == "busy" and error.retry_after:
            # It is well, and has said when it has time again.
            self._busy_until = self._clock() + min(error.retry_after, LONGEST_PAUSE)
        elif error.transient:
            permit.end(well=False)
        elif error.kind != "unknown":
            # It understood the request well enough to refuse it.
            permit.end(well=True)


@dataclass(frozen=True, slots=True, eq=False)
class Endpoint:
    """One way to a model.

    Attributes:
        name: Unique, without a secret: "openai", "openai at 10.0.0.7:8000".
        title: Its name as the start of a sentence.
        model: Asks it.
        vitals: Shared by all that ask it, whatever their parameters.
        fallback: Whether it is asked only when the others cannot answer.
        price: Dollars a token; 0: free, or not known.
    """

    name: str
    title: str
    model: PendingModel
    vitals: Vitals
    fallback: bool = False
    price: float = 0.0

    def unavailable(self) -> ModelError:
        """Why it is not asked now, and when it will be again."""
        last, seconds = self.vitals.last_failure, self.vitals.retry_in
        when = f"in {in_words(seconds)}" if seconds else "in a moment"
        return ModelError(
            last.message if last else f"{self.title} is not asked now.",
            remedy=f"It is tried again {when}; send your message then.",
            kind=last.kind if last else "busy",
            retry_after=seconds,
        )

    def late(self, seconds: float) -> ModelError:
        """Its answer was not whole within the time for a call, in seconds."""
        return ModelError(
            f"{self.title} had not finished its answer after {seconds:g} seconds.",
            remedy="Send your message again, or raise REPRISE_DEADLINE.",
            kind="timeout",
        )

    def condition(self) -> EndpointCondition:
        """How it is now."""
        vitals = self.vitals
        return EndpointCondition(
            name=self.name,
            model=self.model.model,
            fallback=self.fallback,
            breaker=vitals.breaker.state,
            retry_in=vitals.retry_in,
            in_flight=vitals.in_flight,
            calls=vitals.calls,
            failures=vitals.failures,
            last_failure=vitals.last_failure.kind if vitals.last_failure else "",
        )


class Pool:
    """Endpoints that answer alike, and those that stand in for them.

    Args:
        endpoints: At least one that is no fallback, in the order of preference.
    """

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        self.endpoints = tuple(endpoints)

    @property
    def mains(self) -> tuple[Endpoint, ...]:
        """Those that are asked first."""
        return tuple(endpoint for endpoint in self.endpoints if not endpoint.fallback)

    @property
    def fallbacks(self) -> tuple[Endpoint, ...]:
        """Those that are asked when the others cannot answer."""
        return tuple(endpoint for endpoint in self.endpoints if endpoint.fallback)

    def adapted(self, adapt: Callable[[ModelConfig], ModelConfig]) -> Pool:
        """The same endpoints, in the same health, asked with other parameters."""
        return Pool([replace(each, model=each.model.adapted(adapt)) for each in self.endpoints])

    def conditions(self) -> tuple[EndpointCondition, ...]:
        """How each endpoint is now."""
        return tuple(endpoint.condition() for endpoint in self.endpoints)


def choose(endpoints: Sequence[Endpoint], tried: Collection[Endpoint] = ()) -> Endpoint | None:
    """Whom to ask next; None where all are out of service.

    Args:
        tried: Those that this call asked already: they come after the others.
    """
    return min(
        (each for each in endpoints if each.vitals.breaker.lets_through),
        key=lambda each: (
            each.vitals.pause,
            each in tried,
            each.vitals.in_flight,
            each.vitals.asked_at,
        ),
        default=None,
    )


def soonest(endpoints: Sequence[Endpoint]) -> Endpoint:
    """The one of several that will be in service first."""
    return min(endpoints, key=lambda each: each.vitals.retry_in)
