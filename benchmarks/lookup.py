"""Lookups and durable inserts of the semantic cache, without the embedding.

Entries are random unit vectors in one scope, which is the dearest case: nothing is spread over
partitions. A *miss* compares with everything and reads the best candidates back; a *hit* does the
same and is served; *exact* needs no vector. Times include reading back, guards and logging; the
question was prepared (`SemanticCache.prepare`), as in the chat: its vector is there.

    python -m benchmarks.lookup [--json] [--sizes 1000 10000 100000]
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import Row, parser, report
from cache import Scope, SemanticCache

DIMENSION = 384
SAMPLES = 500
THRESHOLD = 0.9
SCOPE = Scope.shared_by_all(prompt="benchmark", model="none")


class Drawn:
    """An embedder that looks vectors up instead of computing them.

    A text is "<row> <noise>": the vector drawn for that row, turned away from it a little.
    """

    name = "drawn"
    dimension = DIMENSION

    def __init__(self, vectors: NDArray[np.float32], noise: NDArray[np.float32]) -> None:
        self._vectors = vectors
        self._noise = noise
        self._drawn: dict[str, NDArray[np.float32]] = {}

    def draw(self, texts: Sequence[str]) -> None:
        """Computes vectors ahead of time, so that none is computed while lookups are timed."""
        self._drawn.update((text, self._vector(*text.split()[:2])) for text in texts)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        drawn = [self._drawn.get(text) for text in texts]
        known = [
            self._vector(*text.split()[:2]) if vector is None else vector
            for text, vector in zip(texts, drawn, strict=True)
        ]
        return np.stack(known)

    def _vector(self, row: str, near: str) -> NDArray[np.float32]:
        at = _number(row)
        vector = self._vectors[at]
        return _unit(vector + 0.25 * self._noise[at % len(self._noise)]) if near == "b" else vector


def main() -> None:
    options = parser(__doc__ or "")
    options.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    chosen = options.parse_args()
    rows = [row for size in chosen.sizes for row in measure(size)]
    report("lookup", rows, as_json=chosen.json)


def measure(size: int) -> list[Row]:
    """One row for each operation on a cache of that many entries."""
    rng = np.random.default_rng(7)
    vectors = _unit(rng.standard_normal((size + 2 * SAMPLES, DIMENSION), dtype=np.float32))
    noise = _unit(rng.standard_normal((SAMPLES, DIMENSION), dtype=np.float32))
    with tempfile.TemporaryDirectory() as folder:
        drawn = Drawn(vectors, noise)
        cache = SemanticCache.open(Path(folder), drawn)
        _fill(cache, size)
        rows = _measured(cache, drawn, size)
        cache.close()
    return rows


def _measured(cache: SemanticCache, drawn: Drawn, size: int) -> list[Row]:
    step = max(1, size // SAMPLES)
    asked = [_word(at * step % size) for at in range(SAMPLES)]
    unknown = [_word(size + at) for at in range(SAMPLES)]
    new = [_word(size + SAMPLES + at) for at in range(SAMPLES)]
    drawn.draw([f"{word} b" for word in asked] + [f"{word} a" for word in (*unknown, *new)])
    return [
        _row(size, "exact", [_prepared(cache, f"{word} a", "exact") for word in asked]),
        _row(size, "hit", [_prepared(cache, f"{word} b", "semantic") for word in asked]),
        _row(size, "miss", [_prepared(cache, f"{word} a", None) for word in unknown]),
        _row(size, "insert", [_timed(_store, cache, word) for word in new]),
    ]


def _fill(cache: SemanticCache, size: int) -> None:
    for at in range(size):
        _store(cache, _word(at))


def _store(cache: SemanticCache, word: str) -> None:
    cache.store(f"{word} a", "An answer.", SCOPE, seconds=1.0, tokens=10, model="none", ttl=None)


def _prepared(cache: SemanticCache, question: str, tier: str | None) -> float:
    """Seconds of a lookup whose vector is there already, as it is in the chat."""
    cache.prepare(question)
    return _timed(_look, cache, question, tier)


def _look(cache: SemanticCache, question: str, tier: str | None) -> None:
    found = cache.lookup(question, SCOPE, threshold=THRESHOLD)
    if found.tier != tier:
        raise AssertionError(f"{question!r}: tier {found.tier}, expected {tier}")


def _timed(operation: Callable[..., None], *arguments: object) -> float:
    started = time.perf_counter()
    operation(*arguments)
    return time.perf_counter() - started


def _row(size: int, operation: str, seconds: Sequence[float]) -> Row:
    p50, p99 = (float(np.percentile(seconds, share)) * 1000 for share in (50, 99))
    return {"entries": size, "operation": operation, "p50_ms": p50, "p99_ms": p99}


def _word(number: int) -> str:
    """A number in letters, so that the guard against differing numbers has none to see."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def _number(word: str) -> int:
    return int("".join(str(ord(letter) - ord("a")) for letter in word))


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


if __name__ == "__main__":
    main()
