"""Small real parts for the cache's tests."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta

import numpy as np

from cache import Entry, Scope, SemanticCache

SHARED = Scope.shared_by_all(prompt="persona 1", model="small")
DIMENSION = 64


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now

    def turn(self, time: timedelta) -> None:
        self.now += time.total_seconds()


class Words:
    """Embeds a text as the mean of its words' own directions: shared words make texts similar."""

    dimension = DIMENSION

    def __init__(self, name: str = "words") -> None:
        self.name = name
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str]):
        self.embedded += texts
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str):
        words = text.lower().rstrip("?!. ").split()
        total = np.sum([self._direction(word) for word in words], axis=0)
        return (total / np.linalg.norm(total)).astype(np.float32)

    def _direction(self, word: str):
        seed = hashlib.sha256(f"{self.name} {word}".encode("utf-8", "replace")).digest()
        return np.random.default_rng(int.from_bytes(seed[:8], "big")).standard_normal(DIMENSION)


def keep(
    cache: SemanticCache,
    question: str,
    answer: str = "An answer.",
    scope: Scope = SHARED,
    *,
    ttl: timedelta | None = None,
) -> Entry:
    """Stores with amounts that a test does not care about."""
    return cache.store(question, answer, scope, seconds=4.0, tokens=20, model="small", ttl=ttl)


def own(owner: str, conversation: str = "c", context: str = "") -> Scope:
    return Scope.of_conversation(
        owner=owner, conversation=conversation, prompt="persona 1", model="small", context=context
    )
