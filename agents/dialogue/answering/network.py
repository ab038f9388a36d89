"""The weights, and what they make of the numbers: one hidden layer, calibrated by a temperature.

The vectors of question, topic and reply are projected to fewer dimensions; the projections, their
products and the measured features are its input.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from io import BytesIO
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

WEIGHTS_FILE: Final = "weights.npz"
MOST_SURE: Final = 12.0
"""Log odds beyond which no probability goes."""


@dataclass(frozen=True, slots=True)
class Network:
    """A fitted network. f: measured features, d: dimension of the vectors, p: projected,
    h: hidden units, n = f + 5 p.

    Attributes:
        projection: Shape (d, p).
        centre: Means of the inputs, shape (n,).
        scale: What the centred inputs are divided by, shape (n,).
        hidden: Shape (n, h).
        hidden_bias: Shape (h,).
        out: Shape (h,).
        direct: Weights past the hidden layer, shape (n,).
        bias: Shape ().
        joining: What a reply's own log odds weigh, those of its best part, one, and whether the
            step says what it expects, in the calibrated log odds of a reply in parts; shape (4,).
        alone: The same without the best part, for a reply that is all one; shape (3,).
    """

    projection: Array
    centre: Array
    scale: Array
    hidden: Array
    hidden_bias: Array
    out: Array
    direct: Array
    bias: Array
    joining: Array
    alone: Array

    @classmethod
    def shipped(cls) -> Network:
        """The network that comes with the package; read once."""
        return _shipped()

    def log_odds(self, measured: Array, questions: Array, topics: Array, replies: Array) -> Array:
        """The log odds of each row, not calibrated yet.

        Args:
            measured: Shape (rows, f).
            questions: Projected vectors, shape (rows, p).
            topics: Projected vectors, shape (rows, p).
            replies: Projected vectors, shape (rows, p).

        Returns:
            Shape (rows,).
        """
        values = inputs(measured, questions, topics, replies) - self.centre
        values = values / self.scale
        hidden = np.maximum(values @ self.hidden + self.hidden_bias, 0)
        return np.asarray(hidden @ self.out + values @ self.direct + self.bias, dtype=np.float32)

    def probabilities(self, whole: Array, parts: Array, described: Array) -> Array:
        """The calibrated probability of each step, 0..1.

        Args:
            whole: Log odds of the reply for each step, shape (steps,).
            parts: Log odds of its parts, shape (parts, steps); no rows where it is all one.
            described: 1 where a step says what it expects, else 0, shape (steps,).

        Returns:
            Shape (steps,).
        """
        more = np.stack([np.ones_like(whole), described])
        if len(parts):
            sums = self.joining @ np.stack([whole, parts.max(axis=0), *more])
        else:
            sums = self.alone @ np.stack([whole, *more])
        likely = 1 / (1 + np.exp(-np.clip(sums, -MOST_SURE, MOST_SURE)))
        return np.asarray(likely, dtype=np.float32)


def inputs(measured: Array, questions: Array, topics: Array, replies: Array) -> Array:
    """The network's input, shape (rows, f + 5 p); arguments as `Network.log_odds`."""
    joined = [measured, questions, topics, replies, questions * replies, topics * replies]
    return np.concatenate(joined, axis=1, dtype=np.float32)


@cache
def _shipped() -> Network:
    packed = resources.files(__package__).joinpath(WEIGHTS_FILE).read_bytes()
    with np.load(BytesIO(packed), allow_pickle=False) as stored:
        return Network(*(stored[field.name].astype(np.float32) for field in fields(Network)))
