"""What another conversation would be served: the real cache over the turns that are shared.

The other turns look up and store in the scope of their conversation, which no other can reach.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.standalone.rows import Row
from cache import Embedder, Scope, SemanticCache

SCOPE: Final = Scope.shared_by_all(prompt="p", model="m")


class Remembering:
    """An embedder that embeds each text once, for one run after another."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner
        self._known: dict[str, NDArray[np.float32]] = {}

    @property
    def name(self) -> str:
        """The space of the vectors."""
        return self._inner.name

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        return self._inner.dimension

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """As the embedder within does."""
        for text in texts:
            if text not in self._known:
                self._known[text] = self._inner.embed([text])[0]
        return np.stack([self._known[text] for text in texts])


def served_from_another(shared: Sequence[Row], embedder: Embedder, threshold: float) -> list[Row]:
    """The contextual turns that an answer of another conversation was served to.

    :param shared: the turns that are judged standalone, in their order.
    """
    names = {row.conversation: f"number {n}" for n, row in enumerate(shared)}
    wrong: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        cache = SemanticCache.open(Path(folder), embedder)
        for row in shared:
            entry = cache.lookup(row.text, SCOPE, threshold=threshold).entry
            if entry is None:
                _store(cache, row.text, names[row.conversation])
            elif entry.answer != names[row.conversation] and not row.standalone:
                wrong.append(row)
        cache.close()
    return wrong


def _store(cache: SemanticCache, question: str, conversation: str) -> None:
    """Keep the conversation's name as the answer, to tell later whose it was."""
    cache.store(question, conversation, SCOPE, seconds=1.0, tokens=1, model="none", ttl=None)
