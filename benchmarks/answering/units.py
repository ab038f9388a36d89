"""Rows as arrays: each reply, and each of its parts, against its step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.dialogue.answering.clauses import parts
from agents.dialogue.answering.features import (
    Asked,
    Said,
    asked,
    of_pair,
    of_reply,
    said,
    topic_of,
)
from agents.dialogue.answering.network import inputs
from agents.dialogue.plan import Step
from benchmarks.answering.rows import Row

Array = NDArray[np.float32]
Embed = Callable[[Sequence[str]], NDArray[np.float32]]
BATCH: Final = 64


class Vectors:
    """Texts' vectors, each made once, and kept in a file where one is named.

    Args:
        file: Where they are kept between runs (NPZ); None: nowhere.
    """

    def __init__(self, embed: Embed, file: Path | None) -> None:
        self._embed = embed
        self._file = file
        self._known: dict[str, Array] = {}
        if file is not None and file.exists():
            with np.load(file, allow_pickle=False) as stored:
                self._known = dict(zip(stored["texts"].tolist(), stored["vectors"], strict=True))

    def __call__(self, texts: Sequence[str]) -> Array:
        """Shape (n, d), each of length 1."""
        new = sorted({text for text in texts if text not in self._known}, key=len)
        for at in range(0, len(new), BATCH):
            batch = new[at : at + BATCH]
            self._known |= dict(zip(batch, self._embed(batch).astype(np.float16), strict=True))
        return np.stack([self._known[text] for text in texts]).astype(np.float32)

    def keep(self) -> None:
        """Write the file."""
        if self._file is not None:
            texts = np.array(list(self._known))
            np.savez(self._file, texts=texts, vectors=np.stack(list(self._known.values())))


@dataclass(frozen=True)
class Units:
    """A unit is one text, a reply or a part of it, against one step.

    Attributes:
        row: The number of each unit's row, shape (units,).
        is_part: Whether the unit is a part of the reply, shape (units,).
        measured: Shape (units, features).
        questions, topics, replies: Unit vectors, shape (units, d).
    """

    row: NDArray[np.int64]
    is_part: NDArray[np.bool_]
    measured: Array
    questions: Array
    topics: Array
    replies: Array

    def inputs(self, projection: Array) -> Array:
        """What the network sees, shape (units, n)."""
        of = (vectors @ projection for vectors in (self.questions, self.topics, self.replies))
        return inputs(self.measured, *of)


def units(rows: Sequence[Row], vectors: Vectors, *, in_parts: bool) -> Units:
    """The rows' units, in their order; with `in_parts` each reply is followed by its parts."""
    texts = [(row.reply, *(parts(row.reply) if in_parts else ())) for row in rows]
    flat = [(at, text, bool(n)) for at, of in enumerate(texts) for n, text in enumerate(of)]
    questions = vectors([row.step.description for row in rows])
    topics = vectors([topic_of(row.step) for row in rows])
    replies = vectors([text for _, text, _ in flat])
    steps: dict[Step, Asked] = {}
    for at, row in enumerate(rows):
        if row.step not in steps:
            steps[row.step] = asked(row.step, questions[at], topics[at])
    read: dict[str, Said] = {}
    for (_, text, _), vector in zip(flat, replies, strict=True):
        if text not in read:
            read[text] = said(text, vector)
    alike = {text: of_reply(one) for text, one in read.items()}
    measured = [[*of_pair(steps[rows[at].step], read[text]), *alike[text]] for at, text, _ in flat]
    index = np.array([at for at, _, _ in flat])
    return Units(
        index,
        np.array([part for _, _, part in flat]),
        np.array(measured, dtype=np.float32),
        questions[index],
        topics[index],
        replies,
    )
