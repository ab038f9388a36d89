"""Makes the pair verifier: ``python -m benchmarks.verifier --sources FOLDER``.

Generates the pairs, trains, exports, calibrates, and prints the figures. See README.md.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

# Two threads that wait for each other must not burn the time that others need.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.verifier import calibrate, export, sources
from benchmarks.verifier.grammar import Grammar
from benchmarks.verifier.model import averaged, tokenizer, untrained
from benchmarks.verifier.pairs import Drawer, Pair
from benchmarks.verifier.train import WEIGHTS, Plan, train
from benchmarks.verifier.vectors import Remembered
from cache.embedder import SentenceTransformerEmbedder, sha256_of
from cache.pair_model import Calibration, OnnxPairs
from cache.verifier import DEFAULT_MODEL

SEED = 20
RUNS = 2
"""Trainings whose weights are averaged, each with a seed of its own."""
HELD_OUT_PAIRS = 800
CALIBRATION_PAIRS = 3000


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the recipe."""
    options = _parser().parse_args(arguments)
    torch.set_num_threads(options.threads)
    excluded = sources.excluded_texts(options.exclude)
    read = sources.read(options.sources, excluded, options.groups)
    print(f"{len(read.groups)} groups, {len(excluded)} texts excluded", flush=True)
    embed = Remembered(SentenceTransformerEmbedder.load(), options.work / "vectors.npz")
    grammar = Grammar.read()
    held_out = Drawer(read, grammar, embed, held_out=True)
    weights = options.weights or _trained(options, read, grammar, embed, held_out)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    export.export(averaged(weights), tokenizer(), options.out)
    _calibrate(options.out, held_out.draw(CALIBRATION_PAIRS, SEED + 2, calibrate.SHARES))


def _trained(
    options: argparse.Namespace,
    read: sources.Sources,
    grammar: Grammar,
    embed: Remembered,
    held_out: Drawer,
) -> list[Path]:
    """Trains as often as wanted; the files of weights."""
    plan = Plan() if options.steps is None else replace(Plan(), steady=options.steps)
    drawer = Drawer(read, grammar, embed, held_out=False)
    print(f"training, {len(drawer.groups)} groups", flush=True)
    looked_at = held_out.draw(HELD_OUT_PAIRS, SEED + 1, calibrate.SHARES)
    folders = [options.work / f"run-{number}" for number in range(1, RUNS + 1)]
    for run, folder in enumerate(folders):
        torch.manual_seed(SEED)  # all begin from the same head, else their mean means less
        model = untrained()
        train(model, tokenizer(), drawer, looked_at, plan, folder, SEED + 10 * run)
    return [folder / WEIGHTS for folder in folders]


def _calibrate(path: Path, pairs: Sequence[Pair]) -> None:
    """Writes the calibration file beside the model, fitted on what the exported file gives."""
    beside = path.with_suffix(".json")
    logits = _logits(path, pairs)
    pairs = [pair for pair, read in zip(pairs, ~np.isnan(logits), strict=True) if read]
    logits = logits[~np.isnan(logits)]
    passed = calibrate.guarded(pairs)
    fit = calibrate.fit(logits, pairs, passed)
    probability = 1 / (1 + np.exp(-(logits / fit.temperature + fit.bias)))
    known = {
        "temperature": fit.temperature,
        "bias": fit.bias,
        "threshold": fit.threshold,
        "sha256": sha256_of(path),
    }
    figures = calibrate.figures(probability, pairs, passed, fit.threshold)
    beside.write_text(json.dumps(known | {"held_out": figures}, indent=2) + "\n")
    print(beside.read_text())


def _logits(path: Path, pairs: Sequence[Pair]) -> NDArray[np.float32]:
    """What the exported file gives."""
    run = OnnxPairs.load(path, Calibration())
    return run([(min(pair.a, pair.b), max(pair.a, pair.b)) for pair in pairs])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.verifier", description=__doc__)
    parser.add_argument("--sources", type=Path, required=True, help="the data sets; see README.md")
    parser.add_argument("--groups", type=Path, default=sources.GROUPS, help="folder of groups")
    parser.add_argument("--exclude", type=Path, nargs="*", default=(), help="CSV and JSONL files")
    parser.add_argument("--work", type=Path, default=Path(".verifier"), help="checkpoints")
    parser.add_argument("--out", type=Path, default=DEFAULT_MODEL)
    parser.add_argument("--steps", type=int, help="steady steps, in place of the plan's")
    parser.add_argument(
        "--weights", type=Path, nargs="+", help="export and calibrate their mean; no training"
    )
    parser.add_argument("--threads", type=int, default=2)
    return parser


if __name__ == "__main__":
    main()
