"""Where an evaluation's threshold comes from: given, recommended, or learnt on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from cache.audits import Sampling
from cache.calibration import GRID, Experience, Judged, recommend
from cache.entries import Entry
from cache.key import Scope
from cache.semantic import SemanticCache


class Threshold(Protocol):
    """Gives the threshold for the next lookup, and may learn from those before.

    :ivar audited: how many labels it took; ``None`` where it takes none.
    """

    audited: int | None

    @property
    def value(self) -> float: ...

    def learn(
        self, cache: SemanticCache, question: str, scope: Scope, right: Callable[[Entry], bool]
    ) -> None:
        """Sees a lookup that was just made, before anything is stored for it.

        :param right: whether an entry's answer is right for the question. Whoever calls it pays
            for a fresh answer.
        """


class Fixed:
    """The same threshold for every lookup.

    :param value: 0..1.
    """

    audited: int | None = None

    def __init__(self, value: float) -> None:
        self.value = value

    def learn(
        self, cache: SemanticCache, question: str, scope: Scope, right: Callable[[Entry], bool]
    ) -> None:
        """Nothing changes it."""


class Audited:
    """Begins with what is known from elsewhere, and learns from a sampled share of would-be hits.

    As the product does: a would-be hit is one at the laxest threshold ever tried, with all gates;
    whether it was served at the threshold in force plays no part in what is sampled.

    :param experience: what is known from elsewhere.
    :param budget: tolerated share of wrong answers among those served.
    :param sampling: chooses lookups by their number.
    """

    def __init__(self, experience: Experience, budget: float, sampling: Sampling) -> None:
        self._experience = experience
        self._budget = budget
        self._sampling = sampling
        self._lookups = 0
        self._judged: list[Judged] = []
        self.audited: int | None = 0
        self.value = recommend((), budget, experience=experience).threshold

    def learn(
        self, cache: SemanticCache, question: str, scope: Scope, right: Callable[[Entry], bool]
    ) -> None:
        self._lookups += 1
        if not self._sampling(str(self._lookups)):
            return
        served = cache.explain(question, scope, threshold=GRID[-1]).decision.served
        if served is None or served.tier == "exact":
            return
        label = Judged(scope.id, served.similarity, right(served.entry), "audit", self._lookups)
        self._judged.append(label)
        self.audited = len(self._judged)
        found = recommend(self._judged, self._budget, experience=self._experience)
        self.value = found.threshold
