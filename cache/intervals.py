"""The statistics under :mod:`cache.calibration`: shares with exact bounds, weights, likeness."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BAND = 0.05
"""Width of the bands of similarity in which labels stand for the traffic."""

ROUNDING = 1e-9
"""By how much floats that are meant to be equal may differ."""


def share_bounds(labels: Floats, wrong: Floats, certainty: float) -> tuple[Floats, Floats]:
    """Clopper's and Pearson's (lower, upper) for ``wrong / labels``; arrays of shape (n,).

    Where there are no labels, 0 and 1. Counts need not be whole.

    :param certainty: of each bound by itself, 0..1.
    """
    from scipy.special import betaincinv

    good = labels - wrong
    some_wrong, some_good = wrong > 0, good > 0
    lower = betaincinv(np.where(some_wrong, wrong, 1.0), good + 1.0, 1.0 - certainty)
    upper = betaincinv(wrong + 1.0, np.where(some_good, good, 1.0), certainty)
    return np.where(some_wrong, lower, 0.0), np.where(some_good, upper, 1.0)


@dataclass(frozen=True, slots=True)
class Counted:
    """Labels in the order of their similarity, with running sums from the top.

    :ivar falling: similarities negated, so that they rise; shape (n,).
    :ivar weights: sum of the first labels' weights, shape (n + 1,); so are
    :ivar squares: of the weights squared, and
    :ivar wrong: of the weights of the wrong ones.
    :ivar reach: the lowest similarity down to which labels stand for the traffic.
    """

    falling: Floats
    weights: Floats
    squares: Floats
    wrong: Floats
    reach: float

    @classmethod
    def of(cls, labels: Iterable[tuple[float, bool]], traffic: Sequence[float]) -> Counted:
        """From (similarity, whether it is wrong) of each label."""
        ordered = sorted(labels, reverse=True)
        similarities = np.array([similarity for similarity, _ in ordered], dtype=np.float64)
        wrong = np.array([is_wrong for _, is_wrong in ordered], dtype=np.float64)
        weights, reach = _weighted(similarities, np.asarray(traffic, dtype=np.float64))
        return cls(
            falling=-similarities,
            weights=_summed(weights),
            squares=_summed(weights**2),
            wrong=_summed(weights * wrong),
            reach=reach,
        )

    def at(self, threshold: float) -> tuple[float, float, float]:
        """(labels, what they count for, of that wrong) of at least that similarity.

        Weighted labels count for as many fair ones as give the same variance: the square of the
        sum over the sum of the squares (Kish 1965, "Survey Sampling").
        """
        labels = int(np.searchsorted(self.falling, ROUNDING - threshold, side="right"))
        if threshold < self.reach - ROUNDING or not self.weights[labels]:
            return labels, 0.0, 0.0
        worth = float(self.weights[labels] ** 2 / self.squares[labels])
        return labels, worth, worth * float(self.wrong[labels] / self.weights[labels])


def likeness(scopes: Sequence[Sequence[bool]]) -> float:
    """How many labels the other scopes' share counts for in a scope: few where scopes differ.

    The prior weight of a beta-binomial by moments, at least 1; infinite where scopes differ no
    more than chance makes them.

    :param scopes: for each scope, which of its labels are wrong; none of them empty.
    """
    sizes = np.array([len(each) for each in scopes], dtype=np.float64)
    shares = np.array([np.mean(each) for each in scopes], dtype=np.float64)
    total = float(sizes.sum())
    mean = float(sizes @ shares) / total
    room = total - float(sizes @ sizes) / total - (len(sizes) - 1)
    if not 0.0 < mean < 1.0 or room <= 0.0:
        return math.inf
    spread = float(sizes @ (shares - mean) ** 2) / (mean * (1.0 - mean)) - (len(sizes) - 1)
    return max(1.0, room / spread - 1.0) if spread > 0.0 else math.inf


def _weighted(similarities: Floats, traffic: Floats) -> tuple[Floats, float]:
    """What each label stands for, shape (n,), and how far down labels do."""
    if not len(similarities):
        return similarities, math.inf
    lowest = math.floor(float(similarities.min()) * 100 + ROUNDING) / 100
    if not len(traffic):
        return np.ones_like(similarities), lowest
    bands, labels = np.unique(_band(similarities), return_counts=True)
    asked, lookups = np.unique(_band(traffic), return_counts=True)
    by_band = dict(zip(asked.tolist(), lookups.tolist(), strict=True))
    worth = np.array([by_band.get(band, 0) for band in bands.tolist()]) / labels
    unseen = [band for band in by_band if band < bands.max() and band not in bands]
    blind = (max(unseen) + 1) * BAND if unseen else 0.0
    return worth[np.searchsorted(bands, _band(similarities))], max(blind, lowest)


def _band(similarities: Floats) -> NDArray[np.int64]:
    return np.floor(similarities / BAND + ROUNDING).astype(np.int64)


def _summed(values: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(values)])
