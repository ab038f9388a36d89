"""Thresholds from evidence: what share of the answers served would be wrong, and how sure that is.

A *label* says of one lookup that would be served at some threshold whether its answer is right.
Labels come from thumbs, from re-asking, from audits and from labelled files. At a threshold t,
all labels of at least that similarity count: n of them, w wrong. The share of wrong answers
served is w / n; its one-sided bounds are those of Clopper and Pearson (1934, "The use of
confidence or fiducial limits illustrated in the case of the binomial", Biometrika 26), which
hold at any n. Thumbs come only from what was served, so that labels lie higher than the traffic
does; where the traffic is told, labels are weighted to it by bands of similarity, and count for
as many as they are worth then ("effective sample size": Korn and Graubard 1998, "Confidence
intervals for proportions with small expected number of positive counts estimated from survey
data", Survey Methodology 24).

*Experience* from elsewhere counts as labels too, as many as it is given weight (a power prior:
Ibrahim and Chen 2000, "Power prior distributions for regression models", Statistical Science
15): what this package was measured with while there are few labels of one's own, and what other
scopes show for a scope that has few. How much the other scopes count is itself estimated, from
how much scopes differ (moments of the beta-binomial: Kleinman 1973, "Proportions with extraneous
variance", JASA 68).

The recommended threshold is the lowest that can be reached from above without passing one whose
upper bound is over the budget. Thresholds are tried in that fixed order and the first failure
ends it, so that trying many costs no certainty ("fixed sequence testing": Angelopoulos, Bates,
Candès, Jordan and Lei 2021, "Learn then Test", arXiv:2110.01052). Where it begins depends on how
many labels there are, never on what they say. Taken for granted: a higher threshold is no worse,
so those above the beginning need no test of their own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal

import numpy as np

from cache.errors import AmountError
from cache.intervals import ROUNDING, Counted, likeness, share_bounds
from cache.words import percent

Source = Literal["thumb", "reask", "audit", "file", "manual"]

BUDGET = 0.02
"""Usual error budget: of a hundred answers served, two may be wrong."""

CERTAINTY = 0.95
"""How sure each bound is, one-sided."""

GRID = tuple(round(1.0 - step / 100, 2) for step in range(51))
"""The thresholds that are tried: 1 down to 0.5."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A lookup with its label.

    :ivar scope_id: the partition that was asked.
    :ivar similarity: of the candidate that was or would have been served, -1..1.
    :ivar good: whether its answer is right.
    :ivar source: who says so.
    :ivar time: of the lookup, seconds since the epoch.
    """

    scope_id: str
    similarity: float
    good: bool
    source: Source
    time: float


@dataclass(frozen=True, slots=True)
class Experience:
    """What was seen elsewhere, by threshold.

    :ivar shares: (threshold, share of wrong answers among those served, 0..1), strictest first.
    :ivar weight: how many labels it counts for.
    """

    shares: tuple[tuple[float, float], ...]
    weight: float

    def at(self, threshold: float) -> tuple[float, float]:
        """(labels, of them wrong) that it counts for at a threshold; not whole numbers.

        Between two thresholds it takes the laxer's share; below the last it knows nothing.
        """
        for seen, share in self.shares:
            if seen <= threshold + ROUNDING:
                return self.weight, self.weight * share
        return 0.0, 0.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is known of one threshold.

    :ivar labels: how many labels of one's own lie at or above it.
    :ivar evidence: how many fairly sampled labels all that is known counts for.
    :ivar wrong: estimated share of wrong answers among those served, 0..1.
    :ivar lower: with :data:`CERTAINTY`, it is no less than this.
    :ivar upper: with :data:`CERTAINTY`, it is no more than this.
    """

    threshold: float
    labels: int
    evidence: float
    wrong: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A threshold, what may be expected of it, and why it was taken.

    :ivar threshold: 0..1; 1 serves the same question only.
    :ivar wrong: see :class:`Estimate`; so are ``upper``, ``lower`` and ``labels``.
    :ivar reason: a sentence for people.
    """

    threshold: float
    wrong: float
    upper: float
    lower: float
    labels: int
    reason: str


GUARDED = Experience(
    shares=(
        (0.90, 0.0025),
        (0.85, 0.0047),
        (0.80, 0.0055),
        (0.78, 0.0070),
        (0.76, 0.0101),
        (0.74, 0.0104),
        (0.72, 0.0105),
        (0.70, 0.0138),
        (0.68, 0.0159),
        (0.66, 0.0179),
        (0.64, 0.0210),
        (0.60, 0.0273),
    ),
    weight=1000.0,
)
"""Guards, and thresholds raised as in :mod:`cache.rivals`: 4,000 assistants' queries, half of
CLINC150, of which 400 to 1,600 were served (``python -m cache evaluate stream``)."""

VERIFIED = Experience(
    shares=(
        *(seen for seen in GUARDED.shares if seen[0] >= 0.72),
        (0.70, 0.0100),
        (0.68, 0.0111),
        (0.66, 0.0122),
        (0.64, 0.0118),
        (0.60, 0.0175),
    ),
    weight=1250.0,
)
"""With the verifier that comes with this package too: the same queries, of which 1,201 were served
at 0.70 and 1,353 at 0.64; elsewhere as without it, for it only refuses."""


def recommend(
    judged: Iterable[Judged],
    budget: float = BUDGET,
    *,
    traffic: Sequence[float] = (),
    experience: Experience | None = GUARDED,
    scope_id: str | None = None,
) -> Recommendation:
    """The lowest threshold at which wrong answers stay within a budget.

    The bound of one recommendation holds with :data:`CERTAINTY` as far as the experience fits the
    traffic. Labels alone (``experience=None``) need no such trust, but 149 of them for 2 %. No
    threshold is recommended at which nobody has looked.

    :param judged: labels of all scopes.
    :param budget: tolerated share of wrong answers among those served, above 0 and below 1.
    :param traffic: similarities of the lookups that were or would be served at some threshold;
        none: the labels are a fair sample of them.
    :param experience: what counts beside the labels.
    :param scope_id: recommend for this scope; ``None``: for all together.
    :raises AmountError: for another budget.
    """
    needed = labels_needed(budget)
    estimates = curve(judged, traffic=traffic, experience=experience, scope_id=scope_id)
    begin = next((at for at, each in enumerate(estimates) if each.evidence >= needed), None)
    if begin is None:
        reason = (
            f"Only the same question is served: {estimates[-1].labels} labels cannot show that "
            f"{percent(budget)} of the answers or fewer would be wrong; {needed} may."
        )
        return _recommended(estimates[0], reason)
    within = list(takewhile(lambda each: each.upper <= budget, estimates[begin:]))
    seen = [each for each in within if each.evidence > 0]
    if seen:
        return _recommended(seen[-1], _why(seen[-1], budget))
    reason = (
        f"Only the same question is served: even at {estimates[begin].threshold:.2f} up to "
        f"{percent(estimates[begin].upper)} of the answers may be wrong, and {percent(budget)} are "
        "tolerated."
    )
    return _recommended(estimates[0], reason)


def curve(
    judged: Iterable[Judged],
    *,
    thresholds: Sequence[float] = GRID,
    traffic: Sequence[float] = (),
    experience: Experience | None = GUARDED,
    scope_id: str | None = None,
) -> tuple[Estimate, ...]:
    """What is known of each threshold, in the order given; parameters as of :func:`recommend`.

    Each interval holds for its threshold alone, not for all of them at once. Where nobody has
    looked there is no evidence, and the bounds are 0 and 1.
    """
    labels = tuple(judged)
    own = [each for each in labels if scope_id is None or each.scope_id == scope_id]
    others = [each for each in labels if scope_id is not None and each.scope_id != scope_id]
    if others:
        experience = _pooled(others, labels, traffic, experience)
    return _estimates(_counted(own, traffic), thresholds, experience)


def labels_needed(budget: float) -> int:
    """How many labels, none of them wrong, show that no more than ``budget`` are wrong.

    :raises AmountError: for a budget that is not above 0 and below 1.
    """
    if not 0.0 < budget < 1.0:
        raise AmountError("budget", budget)
    return math.ceil(math.log(1.0 - CERTAINTY) / math.log1p(-budget))


def _counted(judged: Iterable[Judged], traffic: Sequence[float]) -> Counted:
    return Counted.of(((each.similarity, not each.good) for each in judged), traffic)


def _estimates(
    own: Counted, thresholds: Sequence[float], experience: Experience | None
) -> tuple[Estimate, ...]:
    counted = np.array([own.at(each) for each in thresholds], dtype=np.float64).reshape(-1, 3)
    borrow = Experience((), 0.0) if experience is None else experience
    borrowed = np.array([borrow.at(each) for each in thresholds], np.float64).reshape(-1, 2)
    evidence, wrong = (counted[:, 1:] + borrowed).T
    lower, upper = share_bounds(evidence, wrong, CERTAINTY)
    known = evidence > 0
    middle = np.where(known, wrong / np.where(known, evidence, 1.0), (lower + upper) / 2)
    columns = (counted[:, 0], evidence, middle, lower, upper)
    return tuple(
        Estimate(threshold, int(labels), *values)
        for threshold, labels, *values in zip(
            thresholds, *(column.tolist() for column in columns), strict=True
        )
    )


def _pooled(
    others: Sequence[Judged],
    labels: Sequence[Judged],
    traffic: Sequence[float],
    experience: Experience | None,
) -> Experience:
    """The other scopes' labels as experience, the given one among them."""
    estimates = _estimates(_counted(others, traffic), GRID, experience)
    known = [each for each in estimates if each.evidence > 0]
    shares = tuple((each.threshold, each.wrong) for each in known)
    most = max((each.evidence for each in known), default=0.0)
    scopes: dict[str, list[bool]] = {}
    for each in labels:
        scopes.setdefault(each.scope_id, []).append(not each.good)
    return Experience(shares, min(most, likeness(list(scopes.values()))))


def _recommended(estimate: Estimate, reason: str) -> Recommendation:
    return Recommendation(
        threshold=estimate.threshold,
        wrong=estimate.wrong,
        upper=estimate.upper,
        lower=estimate.lower,
        labels=estimate.labels,
        reason=reason,
    )


def _why(estimate: Estimate, budget: float) -> str:
    counted = f"{estimate.labels} labels" if estimate.labels != 1 else "1 label"
    borrowed = " and earlier measurements" if estimate.evidence > estimate.labels else ""
    return (
        f"At {estimate.threshold:.2f}, {counted}{borrowed} put the wrong answers at "
        f"{percent(estimate.wrong)} of those served, at most {percent(estimate.upper)}; "
        f"{percent(budget)} are tolerated."
    )
