"""Reads a verifier's figures from labelled pairs: ``python -m benchmarks.verifier.reading FILE``.

The file has the columns question_a, question_b, same_answer (1 or 0) and category. A pair is served
where its cosine reaches the floor, every guard lets it pass, and the verifier agrees. Nothing is
fitted here.
"""

from __future__ import annotations

import csv
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import parser, report
from benchmarks.verifier.measures import auc, shares
from cache.embedder import SentenceTransformerEmbedder
from cache.guards import DEFAULT_GUARDS, refusal
from cache.pair_model import PairVerifier
from cache.verifier import DEFAULT_MODEL

THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
BATCHES = (1, 4, 8)


@dataclass(frozen=True, slots=True)
class Judged:
    """Labelled pairs, with what each judge says of them; one value a pair."""

    pairs: Sequence[tuple[str, str]]
    same: NDArray[np.bool_]
    category: NDArray[np.str_]
    cosine: NDArray[np.float64]
    probability: NDArray[np.float64]
    guarded: NDArray[np.bool_]


def main() -> None:
    options = parser(__doc__ or "")
    options.add_argument("file", type=Path)
    options.add_argument("--model", type=Path, default=DEFAULT_MODEL)
    options.add_argument("--floor", type=float, default=0.6, help="least cosine that is served")
    chosen = options.parse_args()
    verifier = PairVerifier.of_onnx(chosen.model)
    judged = _read(chosen.file, verifier)
    in_force = verifier.calibration.threshold
    for name, rows in (
        ("ranking", _ranking(judged)),
        ("served", _served(judged, chosen.floor, sorted({*THRESHOLDS, in_force}))),
        (f"by category at {in_force}", _by_category(judged, chosen.floor, in_force)),
        ("milliseconds", [_timed(verifier, judged.pairs, size) for size in BATCHES]),
    ):
        report(name, rows, as_json=chosen.json)


def _read(path: Path, verifier: PairVerifier) -> Judged:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    pairs = [(row["question_a"], row["question_b"]) for row in rows]
    embedder = SentenceTransformerEmbedder.load()
    a, b = (embedder.embed([pair[side] for pair in pairs]) for side in (0, 1))
    opinions = verifier.verify(pairs)
    return Judged(
        pairs,
        np.array([row["same_answer"] == "1" for row in rows]),
        np.array([row["category"] for row in rows]),
        (a * b).sum(axis=1).astype(np.float64),
        np.array([opinion.probability or 0.0 for opinion in opinions]),
        np.array([refusal(DEFAULT_GUARDS, *pair) is None for pair in pairs]),
    )


def _ranking(judged: Judged) -> list[dict[str, object]]:
    scores = {"cosine": judged.cosine, "verifier": judged.probability}
    return [{"judge": name, "auc": auc(score, judged.same)} for name, score in scores.items()]


def _served(judged: Judged, floor: float, thresholds: Sequence[float]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for threshold in thresholds:
        alone = (judged.probability >= threshold) & (judged.cosine >= floor)
        hits, wrong = shares(alone, judged.same)
        guarded_hits, guarded_wrong = shares(alone & judged.guarded, judged.same)
        rows.append(
            {
                "threshold": threshold,
                "hits": hits,
                "wrong": wrong,
                "hits, guarded": guarded_hits,
                "wrong, guarded": guarded_wrong,
            }
        )
    only = judged.guarded & (judged.cosine >= floor)
    hits, wrong = shares(only, judged.same)
    rows.append(
        {
            "threshold": "no verifier",
            "hits": float((judged.cosine >= floor)[judged.same].mean()),
            "wrong": float((judged.cosine >= floor)[~judged.same].mean()),
            "hits, guarded": hits,
            "wrong, guarded": wrong,
        }
    )
    return rows


def _by_category(judged: Judged, floor: float, threshold: float) -> list[dict[str, object]]:
    alone = (judged.probability >= threshold) & (judged.cosine >= floor)
    return [
        {
            "category": str(name),
            "n": int((judged.category == name).sum()),
            "served": float(alone[judged.category == name].mean()),
            "served, guarded": float((alone & judged.guarded)[judged.category == name].mean()),
        }
        for name in np.unique(judged.category)
    ]


def _timed(
    verifier: PairVerifier, pairs: Sequence[tuple[str, str]], size: int
) -> dict[str, object]:
    verifier.warm()
    taken = [
        _milliseconds(verifier.verify, pairs[start : start + size])
        for start in range(0, len(pairs) - size + 1, size)
    ]
    return {
        "pairs": size,
        "p50": statistics.median(taken),
        "p95": statistics.quantiles(taken, n=20)[-1],
    }


def _milliseconds(
    verify: Callable[[Sequence[tuple[str, str]]], object], pairs: Sequence[tuple[str, str]]
) -> float:
    started = time.perf_counter()
    verify(pairs)
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    main()
