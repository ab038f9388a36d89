"""How well numbers tell pairs apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def auc(scores: NDArray[np.floating], same: NDArray[np.bool_]) -> float:
    """The chance that a pair of one question scores above a pair of two; ties count half."""
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    positive = int(same.sum())
    negative = len(same) - positive
    return float((ranks[same].sum() - positive * (positive + 1) / 2) / (positive * negative))


def shares(served: NDArray[np.bool_], same: NDArray[np.bool_]) -> tuple[float, float]:
    """Hits and wrong answers: of the pairs that should be served, and of those that should not,
    the share that is."""
    return float(served[same].mean()), float(served[~same].mean())
