"""Labelled messages, and their vectors."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from agents.dialogue.classify import Embed
from agents.dialogue.messages import MessageType
from agents.dialogue.understanding.heads import HEADS, Heads
from benchmarks.standalone.fitting import Array, fitted

EXAMPLES: Final = Path(__file__).with_name("examples.csv")


@dataclass(frozen=True, slots=True)
class Row:
    """A message and what a person says it is."""

    text: str
    kind: str


def read(path: Path, column: str) -> list[Row]:
    """The rows of a file with the columns `text` and `column`."""
    with path.open(newline="", encoding="utf-8") as file:
        return [Row(line["text"], line[column]) for line in csv.DictReader(file)]


def fit(rows: Sequence[Row], vectors: Array) -> Heads:
    """Heads fitted to the rows, each against all others, both sides counting alike."""
    return Heads({kind: _head(rows, vectors, kind) for kind in HEADS})


def _head(rows: Sequence[Row], vectors: Array, kind: MessageType) -> Array:
    labels = np.array([row.kind == kind.value for row in rows], dtype=float)
    share = labels.mean()
    counts = np.where(labels == 1, 0.5 / share, 0.5 / (1 - share))
    return fitted(vectors, labels, counts)


def vectors_of(rows: Sequence[Row], embed: Embed) -> Array:
    """Shape (rows, dimension)."""
    return np.asarray(embed([row.text for row in rows]), dtype=float)
