"""Vectors of texts, kept in a file between runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cache.embedder import Embedder


class Remembered:
    """Embeds each text once, ever.

    :param path: an .npz file; made where there is none.
    """

    def __init__(self, embedder: Embedder, path: Path) -> None:
        self._embedder = embedder
        self._path = path
        self._known: dict[str, NDArray[np.float32]] | None = None

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Shape (len(texts), dimension)."""
        known = self._read() if self._known is None else self._known
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known |= dict(zip(new, self._embedder.embed(new), strict=True))
            self._write(known)
        self._known = known
        return np.stack([known[text] for text in texts])

    def _read(self) -> dict[str, NDArray[np.float32]]:
        if not self._path.exists():
            return {}
        with np.load(self._path) as stored:
            return dict(zip(stored["texts"].tolist(), stored["vectors"], strict=True))

    def _write(self, known: dict[str, NDArray[np.float32]]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(self._path, texts=np.array(list(known)), vectors=np.stack(list(known.values())))
