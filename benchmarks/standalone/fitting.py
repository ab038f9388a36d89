"""Ridge logistic regression, and how well its probabilities hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

PENALTY: Final = 1.0
"""Ridge penalty on each weight; the bias has none."""
STEPS: Final = 50
CLOSE_ENOUGH: Final = 1e-9


def fitted(values: Array, labels: Array, row_weights: Array) -> Array:
    """Bias and weights, by Newton's method (iteratively reweighted least squares).

    :param values: shape (rows, features).
    :param labels: 0 or 1, shape (rows,).
    :param row_weights: how much each row counts, shape (rows,).
    :returns: shape (features + 1,), the bias first.
    """
    design = _with_bias(values)
    ridge = np.eye(design.shape[1]) * PENALTY
    ridge[0, 0] = CLOSE_ENOUGH
    found = np.zeros(design.shape[1])
    for _ in range(STEPS):
        likely = _sigmoid(design @ found)
        slope = design.T @ (row_weights * (likely - labels)) + ridge @ found
        curve = (design * (row_weights * likely * (1 - likely))[:, None]).T @ design + ridge
        step = np.linalg.solve(curve, slope)
        found -= step
        if np.abs(step).max() < CLOSE_ENOUGH:
            break
    return found


def probabilities(weights: Array, values: Array) -> Array:
    """Shape (rows,), each 0..1."""
    return _sigmoid(_with_bias(values) @ weights)


def folds(groups: Sequence[str], count: int, seed: int) -> NDArray[np.int64]:
    """The fold of each row; rows of one group are in one fold."""
    names = np.array(sorted(set(groups)))
    order = np.random.default_rng(seed).permutation(len(names))
    fold_of = {names[at]: rank % count for rank, at in enumerate(order)}
    return np.array([fold_of[group] for group in groups])


def area_under_curve(likely: Array, labels: Array) -> float:
    """How often a positive row is above a negative one; ties count half."""
    above = likely[labels == 1][:, None] - likely[labels == 0][None, :]
    return float(np.mean((above > 0) + 0.5 * (above == 0)))


def brier(likely: Array, labels: Array, row_weights: Array) -> float:
    """Mean squared distance of probability and label; 0.25 is knowing nothing."""
    return float(np.average((likely - labels) ** 2, weights=row_weights))


def _with_bias(values: Array) -> Array:
    return np.column_stack([np.ones(len(values)), values])


def _sigmoid(sums: Array) -> Array:
    return 1 / (1 + np.exp(-sums))
