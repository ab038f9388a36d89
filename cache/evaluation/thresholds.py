"""Where an evaluation's threshold comes from: given, recommended, or learnt on the way."""

from __future__ import annotations

from typing import Protocol

from cache.audits import Sampling
from cache.calibration import Experience, Judged, recommend

_ONE_SCOPE = "stream"


class Threshold(Protocol):
    """Gives the threshold for the next lookup, and may learn from those before.

    :ivar value: in force now, 0..1.
    :ivar automatic: whether it was found, and so is raised where other answers stand close.
    :ivar audited: how many labels it took; ``None`` where it takes none.
    """

    @property
    def value(self) -> float: ...

    @property
    def automatic(self) -> bool: ...

    @property
    def audited(self) -> int | None: ...

    def wants(self, lookup: int, /) -> bool:
        """Whether a lookup, by its number, is to be audited if it is a would-be hit."""

    def learn(self, similarity: float, *, right: bool) -> None:
        """Takes a would-be hit's label."""


class Fixed:
    """The same threshold for every lookup.

    :param value: 0..1.
    :param automatic: see :class:`Threshold`.
    """

    audited = None

    def __init__(self, value: float, *, automatic: bool = False) -> None:
        self.value = value
        self.automatic = automatic

    def wants(self, _lookup: int, /) -> bool:
        return False

    def learn(self, similarity: float, *, right: bool) -> None:
        """Nothing changes it."""


class Audited:
    """Begins with what is known from elsewhere, and learns from a sampled share of would-be hits.

    As the product does: a would-be hit is one at the laxest threshold ever tried, with all gates;
    whether it was served at the threshold in force plays no part in what is sampled.

    :param experience: what is known from elsewhere.
    :param budget: tolerated share of wrong answers among those served.
    :param sampling: chooses lookups by their number.
    """

    automatic = True

    def __init__(self, experience: Experience, budget: float, sampling: Sampling) -> None:
        self._experience = experience
        self._budget = budget
        self._sampling = sampling
        self._judged: list[Judged] = []
        self.value = recommend((), budget, experience=experience).threshold

    @property
    def audited(self) -> int:
        return len(self._judged)

    def wants(self, lookup: int, /) -> bool:
        return self._sampling(str(lookup))

    def learn(self, similarity: float, *, right: bool) -> None:
        self._judged.append(Judged(_ONE_SCOPE, similarity, right, "audit", self.audited))
        found = recommend(self._judged, self._budget, experience=self._experience)
        self.value = found.threshold
