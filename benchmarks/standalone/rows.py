"""The labelled messages that the weights are fitted on.

- CANARD, development half (Elgohary, Peskov, Boyd-Graber, EMNLP 2019; CC BY-SA 4.0): turns of
  conversations about an article. It is not part of the product; its path is given.
- ``everyday.csv``, beside this file: what people ask an assistant in passing, in English and
  German, written for this purpose, one half standalone and one half follow-ups.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.standalone.fitting import Array
from cache.standalone.features import measured
from cache.standalone.reading import Reading
from cache.standalone.rules import reason_against

EVERYDAY: Final = Path(__file__).with_name("everyday.csv")
SHARE: Final = 200.0
"""What each source's standalone and contextual messages count for, all together: even odds."""


@dataclass(frozen=True, slots=True)
class Row:
    """One message.

    :ivar conversation: messages of one conversation stay in one fold.
    :ivar before: the messages before, oldest first.
    """

    source: str
    conversation: str
    text: str
    before: tuple[str, ...]
    standalone: bool

    @property
    def reading(self) -> Reading:
        """What is measured."""
        return Reading(self.text, self.before)


def read_followups(path: Path) -> list[Row]:
    """CANARD's turns, in the columns ``dialog, last_turns, question, is_standalone``."""
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Row(
                "followups",
                line["dialog"],
                line["question"],
                tuple(line["last_turns"].split(" | ")),
                line["is_standalone"] == "1",
            )
            for line in csv.DictReader(file)
        ]


def read_everyday(path: Path = EVERYDAY) -> list[Row]:
    """Our own messages; each is a conversation of its own."""
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Row("everyday", f"everyday-{number}", line["text"], (), line["standalone"] == "1")
            for number, line in enumerate(csv.DictReader(file))
        ]


def judged_by_words(rows: Sequence[Row]) -> Array:
    """1 for the rows that no rule decides: only these are fitted on."""
    return np.array([reason_against(row.reading) is None for row in rows])


def values(rows: Sequence[Row]) -> Array:
    """Shape (rows, features)."""
    return np.array([measured(row.reading, first=False) for row in rows], dtype=np.float64)


def labels(rows: Sequence[Row]) -> Array:
    """1 for a standalone message."""
    return np.array([row.standalone for row in rows], dtype=np.float64)


def row_weights(rows: Sequence[Row]) -> Array:
    """So that each source and each label count the same."""
    kinds = [(row.source, row.standalone) for row in rows]
    return np.array([SHARE / kinds.count(kind) for kind in kinds])
