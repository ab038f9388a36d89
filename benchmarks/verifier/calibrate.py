"""Fits temperature, bias and threshold on held-out pairs, and reads figures from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.verifier.measures import auc, shares
from benchmarks.verifier.pairs import Pair
from cache.guards import DEFAULT_GUARDS, refusal

SHARES = {
    "groups": 0.64, "strangers": 0.03, "actions": 0.05, "facts": 0.05, "banking": 0.07,
    "clinc": 0.05, "nlupp": 0.03, "slots": 0.04, "edits": 0.04,
}  # fmt: skip
"""The mixture of held-out pairs. The grammar's pairs (actions, facts) are drawn anew, not held out:
its parts were all seen."""

WRONG = 0.10
"""The threshold is the least at which guards and verifier together serve no more than this share
of the held-out traps. Nearly all of those were written to be as close to a question as can be: in
service fewer are."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What was fitted.

    :ivar temperature: divides the logit.
    :ivar bias: is added then.
    :ivar threshold: least probability that serves.
    """

    temperature: float
    bias: float
    threshold: float


def guarded(pairs: Sequence[Pair]) -> NDArray[np.bool_]:
    """Whether every guard lets a pair pass."""
    return np.array([refusal(DEFAULT_GUARDS, pair.a, pair.b) is None for pair in pairs])


def fit(logits: NDArray[np.float32], pairs: Sequence[Pair], passed: NDArray[np.bool_]) -> Fit:
    """Logistic regression of the label on the logit (Platt scaling, by Newton's method), then the
    threshold that the budget of wrong answers allows.

    :param passed: what :func:`guarded` says of the pairs; the others are never served.
    """
    same = np.array([pair.same for pair in pairs])
    slope, bias = 1.0, 0.0
    seen = np.stack([logits.astype(np.float64), np.ones(len(logits))], axis=1)
    for _ in range(50):
        probability = 1 / (1 + np.exp(-(seen @ [slope, bias])))
        spread = probability * (1 - probability) + 1e-9
        step = np.linalg.solve((seen.T * spread) @ seen, seen.T @ (same - probability))
        slope, bias = slope + step[0], bias + step[1]
    probability = 1 / (1 + np.exp(-(seen @ [slope, bias])))
    least = float(np.quantile(np.where(passed, probability, 0.0)[~same], 1 - WRONG))
    return Fit(1 / slope, bias, math.ceil(least * 1000) / 1000)


def figures(
    probability: NDArray[np.float64],
    pairs: Sequence[Pair],
    passed: NDArray[np.bool_],
    threshold: float,
) -> dict[str, dict[str, float]]:
    """Hits, wrong answers and AUC of each kind of pair, and of all."""
    kinds = {"all": list(range(len(pairs)))}
    for at, pair in enumerate(pairs):
        kinds.setdefault(pair.kind, []).append(at)
    found = {}
    for kind, rows in sorted(kinds.items()):
        same = np.array([pairs[row].same for row in rows])
        if same.all() or not same.any():
            continue
        served = probability[rows] >= threshold
        hits, wrong = shares(served, same)
        guarded_hits, guarded_wrong = shares(served & passed[rows], same)
        found[kind] = {
            "n": len(rows),
            "auc": round(auc(probability[rows], same), 4),
            "hits": round(hits, 4),
            "wrong": round(wrong, 4),
            "hits_guarded": round(guarded_hits, 4),
            "wrong_guarded": round(guarded_wrong, 4),
        }
    return found
