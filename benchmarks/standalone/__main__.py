"""Fits the weights of `cache.standalone`, and tells how well they do on unseen conversations.

    python -m benchmarks.standalone                  report only
    python -m benchmarks.standalone --write          and write cache/standalone/weights.py

All figures are cross-validated: each conversation is judged by weights fitted on the others.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import parser as reporting_parser
from benchmarks.report import report
from benchmarks.standalone.fitting import (
    Array,
    area_under_curve,
    brier,
    fitted,
    folds,
    probabilities,
)
from benchmarks.standalone.rows import (
    Row,
    judged_by_words,
    labels,
    read_everyday,
    read_followups,
    row_weights,
    values,
)
from benchmarks.standalone.serving import Remembering, served_from_another
from cache import load_embedder
from cache.standalone import THRESHOLD
from cache.standalone.features import FEATURES

ROOT: Final = Path(__file__).parents[2]
FOLLOWUPS: Final = ROOT.parent / "shared" / "data" / "followups.csv"
WEIGHTS_FILE: Final = ROOT / "cache" / "standalone" / "weights.py"
FOLDS: Final = 10
SEED: Final = 7
SIMILARITIES: Final = (0.7, 0.8, 0.85, 0.9)
BINS: Final = 5
SOURCE: Final = "followups"


def main() -> None:
    """Fit, report, and with ``--write`` write the table."""
    arguments = _arguments()
    rows = [*read_followups(arguments.followups), *read_everyday()]
    open_to_words = judged_by_words(rows)
    if arguments.write:
        used = [row for row, taken in zip(rows, open_to_words, strict=True) if taken]
        write(fitted(values(used), labels(used), row_weights(used)))
    likely = cross_validated(rows, open_to_words)
    shared = (likely >= THRESHOLD) & open_to_words
    as_json = arguments.json
    report("standalone: judged", list(_judged(rows, likely, shared)), as_json=as_json)
    report("standalone: reliability", list(_reliability(rows, likely)), as_json=as_json)
    report("standalone: served", list(_served(rows, shared)), as_json=as_json)


def cross_validated(rows: Sequence[Row], used: NDArray[np.bool_]) -> Array:
    """The probability of each row by weights that did not see its conversation."""
    measured, truth, counts = values(rows), labels(rows), row_weights(rows)
    fold = folds([row.conversation for row in rows], FOLDS, SEED)
    likely = np.zeros(len(rows))
    for number in range(FOLDS):
        train = (fold != number) & used
        weights = fitted(measured[train], truth[train], counts[train])
        likely[fold == number] = probabilities(weights, measured[fold == number])
    return likely


def write(found: Array) -> None:
    """Write bias and weights as a module, one line a feature."""
    lines = [
        f"    {weight:.3f},  # {f.name}" for f, weight in zip(FEATURES, found[1:], strict=True)
    ]
    WEIGHTS_FILE.write_text(_TABLE.format(bias=f"{found[0]:.3f}", weights="\n".join(lines)))


_TABLE: Final = '''"""What each feature weighs: log odds of standing alone, for even odds before.

Written by ``python -m benchmarks.standalone --write``: a ridge logistic regression over turns of
CANARD (Elgohary, Peskov and Boyd-Graber, "Can You Unpack That?", EMNLP 2019) and everyday messages
written for it (benchmarks/standalone/everyday.csv). Change the features or the data, not this.
"""

from typing import Final

BIAS: Final = {bias}
WEIGHTS: Final = (
{weights}
)
"""In the order of `cache.standalone.features.FEATURES`."""
'''


def _judged(
    rows: Sequence[Row], likely: Array, shared: NDArray[np.bool_]
) -> Iterator[dict[str, object]]:
    truth, counts = labels(rows), row_weights(rows)
    for source in (SOURCE, "everyday"):
        of = np.array([row.source == source for row in rows])
        alone, leaning = of & (truth == 1), of & (truth == 0)
        yield {
            "source": source,
            "messages": int(of.sum()),
            "auc": area_under_curve(likely[of], truth[of]),
            "brier": brier(likely[of], truth[of], counts[of]),
            "standalone": int(alone.sum()),
            "shareable": float(shared[alone].mean()),
            "contextual": int(leaning.sum()),
            "called standalone": float(shared[leaning].mean()),
        }


def _reliability(rows: Sequence[Row], likely: Array) -> Iterator[dict[str, object]]:
    """Of the messages given a probability, how many stand alone; weighted to even odds."""
    truth, counts = labels(rows), row_weights(rows)
    bins = np.minimum((likely * BINS).astype(int), BINS - 1)
    for number in range(BINS):
        within = bins == number
        yield {
            "probability": f"{number / BINS:.1f}-{(number + 1) / BINS:.1f}",
            "messages": int(within.sum()),
            "mean": float(np.average(likely[within], weights=counts[within])),
            "standalone": float(np.average(truth[within], weights=counts[within])),
        }


def _served(rows: Sequence[Row], shared: NDArray[np.bool_]) -> Iterator[dict[str, object]]:
    """Over CANARD's turns as conversations of one owner, with guards and without a verifier."""
    turns = [(row, taken) for row, taken in zip(rows, shared, strict=True) if row.source == SOURCE]
    leaning = sum(not row.standalone for row, _ in turns)
    embedder = Remembering(load_embedder(ROOT))
    for similarity in SIMILARITIES:
        wrong = served_from_another([row for row, taken in turns if taken], embedder, similarity)
        yield {
            "threshold": similarity,
            "contextual turns": leaning,
            "served from another": len(wrong),
            "share": len(wrong) / leaning,
        }


def _arguments() -> argparse.Namespace:
    parser = reporting_parser(__doc__ or "")
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--followups", type=Path, default=FOLLOWUPS, help="CANARD's turns (CSV)")
    parser.add_argument("--write", action="store_true", help="write the fitted weights")
    return parser.parse_args()


if __name__ == "__main__":
    main()
