"""What each part of the training pairs is worth: ``python -m benchmarks.verifier.ablate``.

Trains the model once with everything and once without each part, from the same seed and for the
same number of steps, so that what is missing is not mistaken for less training. The runs are
shorter than the one that makes the shipped model: they are to be compared with one another only.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

from benchmarks.report import report
from benchmarks.verifier import calibrate, sources
from benchmarks.verifier.__main__ import HELD_OUT_PAIRS, SEED
from benchmarks.verifier.grammar import Grammar
from benchmarks.verifier.measures import auc
from benchmarks.verifier.model import PairModel, tokenizer, untrained
from benchmarks.verifier.pairs import SHARES, Drawer, Pair
from benchmarks.verifier.train import Plan, logits, train
from benchmarks.verifier.vectors import Remembered
from cache.embedder import SentenceTransformerEmbedder

PARTS: Mapping[str, frozenset[str]] = {
    "everything": frozenset(),
    "without groups": frozenset({"groups", "strangers", "edits"}),
    "without grammar": frozenset({"actions", "facts"}),
    "without data sets": frozenset({"banking", "clinc", "nlupp", "slots"}),
}
"""Kinds of pairs that are left out; the others take their share."""

SHORT = Plan(rising=60, steady=300, falling=140)


class _Part:
    """A drawer that leaves kinds of pairs out, of which `train` draws as of any other."""

    def __init__(self, drawer: Drawer, without: frozenset[str]) -> None:
        self._drawer = drawer
        self._shares = {kind: share for kind, share in SHARES.items() if kind not in without}

    def draw(self, count: int, seed: int) -> list[Pair]:
        return self._drawer.draw(count, seed, self._shares)


def main(arguments: Sequence[str] | None = None) -> None:
    """Trains each variant and prints its figures on pairs that none was trained on."""
    options = _parser().parse_args(arguments)
    torch.set_num_threads(options.threads)
    read = sources.read(options.sources, sources.excluded_texts(options.exclude))
    grammar = Grammar.read()
    embed = Remembered(SentenceTransformerEmbedder.load(), options.work / "vectors.npz")
    drawer = Drawer(read, grammar, embed, held_out=False)
    held_out = Drawer(read, grammar, embed, held_out=True).draw(
        HELD_OUT_PAIRS, SEED + 1, calibrate.SHARES
    )
    labelled = _labelled(options.pairs) if options.pairs else []
    rows = []
    for name, without in PARTS.items():
        print(name, flush=True)
        model = train(
            untrained(), tokenizer(), _Part(drawer, without), held_out, SHORT,
            options.work / name.replace(" ", "-"), SEED,
        )  # fmt: skip
        rows.append({"trained": name, **_figures(model, held_out, labelled)})
    report("ablation", rows, as_json=options.json)


def _figures(
    model: PairModel, held_out: Sequence[Pair], labelled: Sequence[Pair]
) -> dict[str, float]:
    found = {"held_out": _auc(model, held_out)}
    for name, kinds in list(PARTS.items())[1:]:
        of_part = [pair for pair in held_out if pair.kind in kinds]
        found[name.removeprefix("without ")] = _auc(model, of_part)
    if labelled:
        found["pairs_file"] = _auc(model, labelled)
    return found


def _auc(model: PairModel, pairs: Sequence[Pair]) -> float:
    found = logits(model, tokenizer(), [(pair.a, pair.b) for pair in pairs])
    return round(auc(found, np.array([pair.same for pair in pairs])), 3)


def _labelled(path: Path) -> list[Pair]:
    """Pairs of a file as :mod:`benchmarks.verifier.reading` takes it."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Pair(row["question_a"], row["question_b"], row["same_answer"] == "1", 1.0, "labelled")
            for row in csv.DictReader(file)
        ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.verifier.ablate", description=__doc__
    )
    parser.add_argument("--sources", type=Path, required=True, help="the data sets; see README.md")
    parser.add_argument("--exclude", type=Path, nargs="*", default=(), help="CSV and JSONL files")
    parser.add_argument("--pairs", type=Path, help="labelled pairs to read figures from, too")
    parser.add_argument("--work", type=Path, default=Path(".verifier/ablation"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    return parser


if __name__ == "__main__":
    main()
