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
        temperature: What the sum is divided by, so that probabilities hold; shape ().
    """

    projection: Array
    centre: Array
    scale: Array
    hidden: Array
    hidden_bias: Array
    out: Array
    direct: Array
    bias: Array
    temperature: Array

    @classmethod
    def shipped(cls) -> Network:
        """The network that comes with the package; read once."""
        return _shipped()

    def probabilities(
        self, measured: Array, questions: Array, topics: Array, reply: Array
    ) -> Array:
        """The probability of each row.

        Args:
            measured: Shape (rows, f).
            questions: Unit vectors, shape (rows, d).
            topics: Unit vectors, shape (rows, d).
            reply: A unit vector, shape (d,) or (rows, d).

        Returns:
            Shape (rows,), each 0..1.
        """
        values = inputs(self.projection, measured, questions, topics, reply) - self.centre
        values = values / self.scale
        hidden = np.maximum(values @ self.hidden + self.hidden_bias, 0)
        sums = hidden @ self.out + values @ self.direct + self.bias
        likely = 1 / (1 + np.exp(-np.clip(sums / self.temperature, -30, 30)))
        return likely.astype(np.float32)


def inputs(
    projection: Array, measured: Array, questions: Array, topics: Array, reply: Array
) -> Array:
    """The network's input, shape (rows, f + 5 p); arguments as `Network.probabilities`."""
    question, topic = questions @ projection, topics @ projection
    answer = np.broadcast_to(reply @ projection, question.shape)
    joined = [measured, question, topic, answer, question * answer, topic * answer]
    return np.concatenate(joined, axis=1).astype(np.float32)


@cache
def _shipped() -> Network:
    packed = resources.files(__package__).joinpath(WEIGHTS_FILE).read_bytes()
    with np.load(BytesIO(packed), allow_pickle=False) as stored:
        return Network(*(stored[field.name].astype(np.float32) for field in fields(Network)))
