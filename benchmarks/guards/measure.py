"""The guards alone on labelled pairs: what they refuse by category, what is served, their time.

Columns of the file: question_a, question_b, same_answer, category (as in question_pairs.csv); or a
.jsonl file of groups, each with "same" and "traps" (as in benchmarks/verifier/groups), of which all
pairs are taken. ``--cosine`` leaves out pairs that lie further apart.

    python -m benchmarks.guards.measure FILE... [--cosine 0.6] [--json]
"""

from __future__ import annotations

import csv
import json
import timeit
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path

import numpy as np

from benchmarks.report import Row, parser, report
from cache.embedder import SentenceTransformerEmbedder
from cache.guards import DEFAULT_GUARDS, refusal

COSINES = (0.0, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
TIMED = 300
REPEATS = 5


@dataclass(frozen=True, slots=True)
class Pair:
    """``refused``: the name of the first guard that refuses, or ""."""

    asked: str
    stored: str
    same: bool
    category: str
    cosine: float
    refused: str


def read_pairs(file: Path) -> Iterator[tuple[str, str, bool, str]]:
    if file.suffix == ".jsonl":
        for line in file.read_text(encoding="utf-8").splitlines():
            group = json.loads(line)
            yield from ((a, b, True, "same") for a, b in combinations(group["same"], 2))
            yield from ((a, b, False, "trap") for a, b in product(group["same"], group["traps"]))
        return
    with file.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            same = row["same_answer"] == "1"
            yield row["question_a"], row["question_b"], same, row["category"]


def judge(files: Sequence[Path]) -> list[Pair]:
    rows = [row for file in files for row in read_pairs(file)]
    texts = sorted({text for asked, stored, _, _ in rows for text in (asked, stored)})
    vectors = dict(zip(texts, SentenceTransformerEmbedder.load().embed(texts), strict=True))
    return [
        Pair(
            asked,
            stored,
            same,
            category,
            float(vectors[asked] @ vectors[stored]),
            _first(asked, stored),
        )
        for asked, stored, same, category in rows
    ]


def _first(asked: str, stored: str) -> str:
    return next((_name(guard) for guard in DEFAULT_GUARDS if guard(asked, stored)), "")


def _name(guard: object) -> str:
    return str(getattr(guard, "__name__", guard))


def by_category(pairs: Sequence[Pair]) -> list[Row]:
    rows: list[Row] = []
    for same, category in sorted({(pair.same, pair.category) for pair in pairs}):
        some = [pair for pair in pairs if (pair.same, pair.category) == (same, category)]
        counts = {
            _name(guard): sum(p.refused == _name(guard) for p in some) for guard in DEFAULT_GUARDS
        }
        refused = sum(counts.values()) / len(some)
        rows.append(
            {"category": category, "same": same, "pairs": len(some), "refused": refused} | counts
        )
    return rows


def by_threshold(pairs: Sequence[Pair]) -> list[Row]:
    return [
        {"threshold": threshold}
        | {
            f"{name} {what}": _share(
                [p for p in pairs if p.same == same], threshold, guarded=guarded
            )
            for what, guarded in (("guarded", True), ("cosine", False))
            for name, same in (("hits", True), ("wrong", False))
        }
        for threshold in COSINES
    ]


def _share(pairs: Sequence[Pair], threshold: float, *, guarded: bool) -> float:
    served = sum(p.cosine >= threshold and not (guarded and p.refused) for p in pairs)
    return served / max(1, len(pairs))


def times(pairs: Sequence[Pair]) -> list[Row]:
    """All guards for one pair of questions that were not read before, each the best of several."""
    some = pairs[:: max(1, len(pairs) // TIMED)]
    taken = [_seconds(pair) * 1000 for pair in some]
    median, high = np.percentile(taken, [50, 99])
    return [{"pairs": len(some), "p50 ms": float(median), "p99 ms": float(high)}]


def _seconds(pair: Pair) -> float:
    """A blank more each time makes the texts new ones, to what remembers questions."""
    fresh = iter(range(1, REPEATS + 1))

    def run() -> None:
        blanks = " " * next(fresh)
        refusal(DEFAULT_GUARDS, pair.asked + blanks, pair.stored + blanks)

    return min(timeit.repeat(run, number=1, repeat=REPEATS))


def main() -> None:
    options = parser(__doc__.splitlines()[0])
    options.add_argument("files", type=Path, nargs="+")
    options.add_argument("--cosine", type=float, default=-1.0)
    arguments = options.parse_args()
    pairs = [pair for pair in judge(arguments.files) if pair.cosine >= arguments.cosine]
    report("guards by category", by_category(pairs), as_json=arguments.json)
    report("guards by threshold", by_threshold(pairs), as_json=arguments.json)
    report("guards' time", times(pairs), as_json=arguments.json)


if __name__ == "__main__":
    main()
