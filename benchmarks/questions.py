"""Questions made from patterns, and vectors in their likeness, for measuring at sizes that no
labelled set reaches.

Vectors drawn at random are no test of an index: in 384 dimensions all of them are equally far from
one another. Here a few thousand questions are embedded by the real model, and further vectors lie
around theirs in the directions in which real questions differ (the difference of two real vectors,
at random), so that stored vectors and what is asked have neighbours at a cosine of 0.75 to 0.95.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

_PATTERNS = (
    "How do I {act} {thing}{place}?",
    "How can I {act} {thing} {way}?",
    "What is the best way to {act} {thing}{place}?",
    "Why can't I {act} {thing}{place}?",
    "What does it cost to {act} {thing} {way}?",
    "How long does it take to {act} {thing}{place}?",
    "Is it safe to {act} {thing} {way}?",
    "Who may {act} {thing}{place}?",
    "When should I {act} {thing} {way}?",
    "Do I need a permit to {act} {thing}{place}?",
)
_ACTS = (
    "repair", "sell", "clean", "insure", "move", "replace", "paint", "store", "rent", "measure",
    "register", "cancel", "upgrade", "import", "return", "share", "protect", "order", "compare",
    "inspect",
)  # fmt: skip
_THINGS = (
    "a bicycle", "my passport", "a wooden floor", "an old laptop", "a swimming pool", "a bank card",
    "the heating", "a wedding dress", "solar panels", "a mobile phone", "a fruit tree", "a piano",
    "a family tent", "my driving licence", "a leather sofa", "a photo archive", "a greenhouse",
    "a coffee machine", "a motorbike", "my health record", "a stone wall", "a sailing boat",
    "an aquarium", "a web page", "a garden shed", "a fire alarm", "a violin", "a train ticket",
    "a spreadsheet", "a loan",
)  # fmt: skip
_PLACES = (
    "", " in Spain", " in Canada", " in Japan", " at home", " at work", " in a small flat",
    " near the sea", " in winter", " on a Sunday",
)  # fmt: skip
_WAYS = (
    "online", "without help", "for the first time", "on a small budget", "with a friend",
    "before a holiday", "after an accident", "by myself", "for my parents", "within a week",
)  # fmt: skip


def questions(count: int, seed: int = 7) -> list[str]:
    """That many different questions, in an order that depends on the seed alone.

    :param count: 60,000 at most.
    """
    made = list(_all())
    order = np.random.default_rng(seed).permutation(len(made))
    return [made[at] for at in order[:count]]


def _all() -> Iterator[str]:
    places_and_ways = list(zip(_PLACES, _WAYS, strict=True))
    for pattern, act, thing in itertools.product(_PATTERNS, _ACTS, _THINGS):
        for place, way in places_and_ways:
            yield pattern.format(act=act, thing=thing, place=place, way=way)


class Likeness:
    """Draws unit vectors that lie around given ones as real questions lie around one another.

    :param real: vectors of real questions, shape (m, d).
    """

    def __init__(self, real: Vectors) -> None:
        self._real = real

    def near(self, vectors: Vectors, cosines: Vectors, rng: np.random.Generator) -> Vectors:
        """For each vector, shape (n, d), one at the given cosine, shape (n,), from it."""
        count = len(self._real)
        picked = rng.integers(0, count, (2, len(vectors)))
        away = self._real[picked[0]] - self._real[(picked[0] + 1 + picked[1] % (count - 1)) % count]
        away -= np.sum(away * vectors, axis=1, keepdims=True) * vectors
        away /= np.linalg.norm(away, axis=1, keepdims=True)
        share = cosines[:, np.newaxis]
        moved: Vectors = share * vectors + np.sqrt(1 - share**2) * away
        return moved.astype(np.float32)

    def drawn(self, count: int, rng: np.random.Generator) -> Vectors:
        """That many vectors at cosines of 0.75 to 0.95 from real ones, shape (count, d)."""
        around = self._real[rng.integers(0, len(self._real), count)]
        return self.near(around, rng.uniform(0.75, 0.95, count).astype(np.float32), rng)
