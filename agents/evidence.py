"""What thresholds cost: estimated wrong answers, from labels of what was served."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Final

from cache import SemanticCache
from cache.calibration import Estimate, Experience, Recommendation, curve, recommend

FRESH_SECONDS: Final = 5.0
"""How long an estimate is shown before it is made anew; making one reads the log of lookups."""
TRAFFIC: Final = 2_000
"""How many of the newest lookups tell what traffic is like."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of all thresholds at one moment.

    Attributes:
        estimates: One for each threshold, strictest first.
        recommended: The lowest threshold within the error budget.
        budget: Tolerated share of wrong answers among those served, 0..1.
    """

    estimates: tuple[Estimate, ...]
    recommended: Recommendation
    budget: float

    def at(self, threshold: float) -> Estimate:
        """What is known of a threshold, 0..1: of the next laxer one that was estimated."""
        laxer = (each for each in self.estimates if each.threshold <= threshold + 1e-9)
        return next(laxer, self.estimates[-1])


class Evidencing:
    """Estimates from the cache's labels, made anew after a label, or when a few seconds old.

    Args:
        budget: Tolerated share of wrong answers among those served, above 0 and below 1.
        experience: What is known of such a cache before it has labels of its own.
    """

    def __init__(self, cache: SemanticCache, budget: float, experience: Experience) -> None:
        self._cache = cache
        self._budget = budget
        self._experience = experience
        self._lock = threading.Lock()
        self._made: Evidence | None = None
        self._made_at = 0.0
        self._made_of = 0

    def now(self) -> Evidence:
        """What is known now; of lookups, and of labels of other processes, some seconds ago.

        Raises:
            StoreError: The labels cannot be read.
        """
        with self._lock:
            if self._made is None or self._is_old():
                labels = self._cache.labels_given
                self._made = self._make()
                self._made_at, self._made_of = time.monotonic(), labels
            return self._made

    def _is_old(self) -> bool:
        aged = time.monotonic() - self._made_at > FRESH_SECONDS
        return aged or self._made_of != self._cache.labels_given

    def _make(self) -> Evidence:
        judged = self._cache.judged_lookups()
        asked = self._cache.lookups(limit=TRAFFIC)
        traffic = [record.servable for record in asked if record.servable is not None]
        return Evidence(
            curve(judged, traffic=traffic, experience=self._experience),
            recommend(judged, self._budget, traffic=traffic, experience=self._experience),
            self._budget,
        )
