"""What another conversation would be served: the real cache over all turns of all conversations."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.standalone.rows import Row
from cache import Embedder, Scope, SemanticCache

OWNER: Final = "one"


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


def served_from_another(
    rows: Sequence[Row], shared: Sequence[bool], embedder: Embedder, threshold: float
) -> list[Row]:
    """The contextual turns that an answer of another conversation was served to.

    :param shared: which turns are judged standalone; these look up and store in the shared scope,
        the others in their conversation's.
    """
    wrong: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        cache = SemanticCache.open(Path(folder), embedder)
        for row, alone in zip(rows, shared, strict=True):
            scope = _scope(row, alone=alone)
            found = cache.lookup(row.text, scope, threshold=threshold)
            if found.hit and found.entry is not None:
                if found.entry.answer != row.conversation and not row.standalone:
                    wrong.append(row)
            else:
                cache.store(
                    row.text,
                    row.conversation,
                    scope,
                    seconds=1.0,
                    tokens=1,
                    model="none",
                    ttl=None,
                )
        cache.close()
    return wrong


def _scope(row: Row, *, alone: bool) -> Scope:
    if alone:
        return Scope.shared_by_all(prompt="p", model="m")
    return Scope.of_conversation(
        owner=OWNER, conversation=row.conversation, prompt="p", model="m", context="all"
    )
