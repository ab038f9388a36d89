"""Fits the heads that tell greetings and comparisons by their vectors, and reports on messages.

    python -m benchmarks.understanding                  report only
    python -m benchmarks.understanding --write          and write understanding/heads.json

`cues` are the rules alone, `cross-validated` the whole with heads that never saw the fold,
`shipped` the whole as it ships (its heads saw these messages). Times are of one message after
its embedding.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.dialogue.classify import Context, Embed, understand, understand_with
from agents.dialogue.understanding.heads import HEADS, WEIGHTS_FILE, Heads
from agents.evaluation import figures, label, label_of
from agents.settings import Settings
from benchmarks.report import parser as reporting_parser
from benchmarks.report import report
from benchmarks.standalone.fitting import Array, folds
from benchmarks.understanding.rows import EXAMPLES, Row, fit, read, vectors_of
from cache import load_embedder

ROOT: Final = Path(__file__).parents[2]
MESSAGES: Final = ROOT.parent / "shared" / "data" / "message_types.csv"
FOLDS: Final = 10
SEED: Final = 7
DIGITS: Final = 3


def main() -> None:
    """Fit, report, and with ``--write`` write the weights."""
    parser = reporting_parser(__doc__ or "")
    parser.add_argument("--messages", type=Path, default=MESSAGES, help="CSV: text, type")
    parser.add_argument("--write", action="store_true", help="write the weights")
    arguments = parser.parse_args()
    embed = load_embedder(Settings.from_env().home / "cache").embed
    own, labelled = read(EXAMPLES, "kind"), read(arguments.messages, "type")
    vectors = vectors_of([*own, *labelled], embed)
    if arguments.write:
        write(fit([*own, *labelled], vectors[: len(own) + len(labelled)]))
    seen = Remembered([*own, *labelled], vectors, embed)
    rows = [
        scored("cues", labelled, [label(row.text, None) for row in labelled]),
        scored("cross-validated", labelled, held_out(own, labelled, vectors, seen)),
        scored("shipped", labelled, [label(row.text, seen) for row in labelled]),
    ]
    report("messages", rows, as_json=arguments.json)
    report("times", [timed(labelled, seen)], as_json=arguments.json)


class Remembered:
    """Gives the vectors of texts that were embedded before, and embeds the others."""

    def __init__(self, rows: Sequence[Row], vectors: Array, embed: Embed) -> None:
        self._known = dict(zip((row.text for row in rows), vectors, strict=True))
        self._embed = embed

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Shape (len(texts), dimension)."""
        for text in texts:
            if text not in self._known:
                self._known[text] = self._embed([text])[0]
        return np.array([self._known[text] for text in texts], dtype=np.float32)


def held_out(
    own: Sequence[Row], labelled: Sequence[Row], vectors: Array, embed: Embed
) -> list[str]:
    """What each labelled message is told to be by heads that did not see it or its like."""
    fold_of = folds([row.text.casefold() for row in labelled], FOLDS, SEED)
    told = [""] * len(labelled)
    for fold in range(FOLDS):
        kept = np.flatnonzero(fold_of != fold)
        rows = [*own, *(labelled[at] for at in kept)]
        found = fit(rows, np.vstack([vectors[: len(own)], vectors[len(own) + kept]]))
        for at in np.flatnonzero(fold_of == fold):
            types = understand_with(found, labelled[at].text, Context(), embed).types
            told[at] = label_of(types)
    return told


def scored(name: str, rows: Sequence[Row], told: Sequence[str]) -> Mapping[str, object]:
    """One line of the table."""
    found = figures([row.kind for row in rows], told)
    by_label = {label: round(row["f1"], 3) for label, row in found["by_label"].items()}
    return {"by": name, "macro_f1": found["macro_f1"], "accuracy": found["accuracy"], **by_label}


def timed(rows: Sequence[Row], embed: Embed) -> Mapping[str, object]:
    """Milliseconds that understanding a message takes, its mood included, after the embedding."""
    taken = []
    for text in [*(row.text for row in rows), *LONG]:
        understand(text, Context(in_plan=True), embed)
        start = time.perf_counter()
        understand(text, Context(in_plan=True), embed)
        taken.append((time.perf_counter() - start) * 1000)
    usual = sorted(taken[: len(rows)])
    return {
        "messages": len(usual),
        "median_ms": statistics.median(usual),
        "p99_ms": usual[int(0.99 * len(usual))],
        "10,000_characters_ms": max(taken[len(rows) :]),
    }


LONG: Final = (
    ("I would like to see the old town and the river. " * 220)[:10_000],
    ("word " * 2_000)[:10_000],
    "a" * 10_000,
    "?" * 10_000,
    "not " * 2_500,
    ", and " * 1_666,
    "i would like to " * 625,
)
"""Texts of 10,000 characters."""


def write(found: Heads) -> None:
    """Write the weights that ship."""
    table = {kind.value: np.round(found.weights[kind], DIGITS).tolist() for kind in HEADS}
    WEIGHTS_FILE.write_text(json.dumps(table) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
