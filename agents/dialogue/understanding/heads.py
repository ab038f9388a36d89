"""Whether a clause greets or compares, from its embedding, where no cue tells.

Two ridge logistic regressions over the vectors of all-MiniLM-L6-v2, fitted by
``python -m benchmarks.understanding`` to examples written for it and to labelled messages
(CLINC150, CC BY 3.0; comparative-question-completion, CC BY 4.0; CANARD and SGD, CC BY-SA 4.0).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.dialogue.messages import MessageType

HEADS: Final = (MessageType.GREETING, MessageType.COMPARISON_MADE)
WEIGHTS_FILE: Final = Path(__file__).with_name("heads.json")
SURE: Final = 0.7
"""Probability from which a head is believed against the cues. A question that is taken for a
greeting gets no answer at all, so a rare greeting is rather missed."""


@dataclass(frozen=True, slots=True)
class Heads:
    """Bias and weights of each head, shape (dimension + 1,), the bias first."""

    weights: Mapping[MessageType, NDArray[np.float64]]

    def kind(self, vector: NDArray[np.float32]) -> MessageType | None:
        """What the clause is, of the kinds that have a head; None where none is sure.

        Args:
            vector: Shape (dimension,); of another length it is of another model, and tells nothing.
        """
        likely = {kind: _probability(found, vector) for kind, found in self.weights.items()}
        best = max(likely, key=lambda kind: likely[kind])
        return best if likely[best] >= SURE else None


def _probability(weights: NDArray[np.float64], vector: NDArray[np.float32]) -> float:
    if len(weights) != len(vector) + 1:
        return 0.0
    return float(1 / (1 + np.exp(-(weights[0] + vector @ weights[1:]))))


@cache
def shipped() -> Heads:
    """The heads that come with the package; read once."""
    table = json.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))
    return Heads(MappingProxyType({kind: np.array(table[kind], dtype=float) for kind in HEADS}))
