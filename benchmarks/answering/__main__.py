"""Measures how replies are judged locally, and fits the weights of the judgement.

    python -m benchmarks.answering                         the shipped weights, measured
    python -m benchmarks.answering --sgd FOLDER            cross-validated, fitted anew
    python -m benchmarks.answering --sgd FOLDER --write    and written

FOLDER is a checkout of google-research-datasets/dstc8-schema-guided-dialogue. Cross-validated: each
question of the labelled steps, and each goal of our own bank, is judged by weights that were fitted
without it. The everyday set is never fitted on.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from agents.dialogue.answering import network as shipped
from agents.dialogue.answering.features import described
from agents.dialogue.answering.network import Network
from benchmarks.answering.fitting import Set, best_parts, fitted, logistic, projection, write
from benchmarks.answering.measuring import Judged, report_all, times
from benchmarks.answering.rows import Row, bank, read_everyday, read_steps
from benchmarks.answering.sgd import read_sgd
from benchmarks.answering.units import Array, Units, Vectors, units
from benchmarks.report import parser as reporting_parser
from cache import load_embedder

ROOT: Final = Path(__file__).parents[2]
STEPS: Final = ROOT.parent / "shared" / "data" / "step_answers.csv"
WEIGHTS_FILE: Final = Path(shipped.__file__).with_name(shipped.WEIGHTS_FILE)
SEED: Final = 7
FOLDS: Final = 5
COUNTS: Final = {"sgd": 1.0, "steps": 3.0, "bank": 3.0}
"""What a row of each source counts for in fitting, on average."""


def main() -> None:
    """Fit where a set is given, measure, report, and with ``--write`` write the weights."""
    arguments = _arguments()
    embedder = load_embedder(ROOT)
    vectors = Vectors(embedder.embed, arguments.vectors)
    own = [*read_steps(arguments.steps), *bank(SEED)]
    everyday = read_everyday()
    if arguments.sgd is None:
        network, judged = Network.shipped(), list[Judged]()
    else:
        network, judged = _fit(own, read_sgd(arguments.sgd, SEED), vectors)
    vectors.keep()
    if arguments.sgd is None:
        judged.append(_judged("steps (shipped, fitted on)", network, own, vectors, "steps"))
    judged.append(_judged("everyday (held out)", network, everyday, vectors, "everyday"))
    if arguments.write:
        write(network, WEIGHTS_FILE)
    report_all(judged, times(embedder.embed, network), as_json=arguments.json)


def _fit(own: list[Row], sgd: list[Row], vectors: Vectors) -> tuple[Network, list[Judged]]:
    """The network, and how rows of our own were judged by networks that did not see them."""
    learned, of_own = units(sgd, vectors, in_parts=False), units(own, vectors, in_parts=True)
    axes = projection(np.concatenate([learned.questions, learned.replies]))
    base, inputs = learned.inputs(axes), of_own.inputs(axes)
    base_met, met = _met(sgd), _met(own)
    whole = ~of_own.is_part
    counts = _counts(own)
    fold = _folds([row.group for row in own])

    def fit_without(number: int) -> Network:
        taken = whole & (fold[of_own.row] != number)
        rows = of_own.row[taken]
        return fitted(
            axes,
            Set(
                np.concatenate([base, inputs[taken]]),
                np.concatenate([base_met, met[rows]]),
                np.concatenate([np.full(len(base), COUNTS["sgd"], np.float32), counts[rows]]),
            ),
            SEED,
        )

    odds = np.zeros(len(inputs), dtype=np.float32)
    for number in range(FOLDS):
        held = fold[of_own.row] == number
        odds[held] = _log_odds(fit_without(number), of_own)[held]
    joining, alone = _calibrated(odds, of_own, own, counts)
    network = replace(fit_without(FOLDS), joining=joining, alone=alone)
    likely = _likely(network, odds, of_own, own)
    return network, [
        Judged.of(f"{name} (cross-validated)", own, likely, name) for name in ("steps", "bank")
    ]


def _calibrated(odds: Array, of: Units, rows: list[Row], counts: Array) -> tuple[Array, Array]:
    whole, best = odds[~of.is_part], best_parts(odds, of.row, of.is_part)
    several, met = ~np.isnan(best), _met(rows)
    values = np.stack([whole, best, np.ones_like(whole), _described(rows)], axis=1)
    joining = logistic(values[several], met[several], counts[several])
    alone = logistic(values[~several][:, [0, 2, 3]], met[~several], counts[~several])
    return joining, alone


def _likely(network: Network, odds: Array, of: Units, rows: list[Row]) -> Array:
    whole, best = odds[~of.is_part], best_parts(odds, of.row, of.is_part)
    told, nothing = _described(rows), np.empty((0, len(whole)), dtype=np.float32)
    alone = network.probabilities(whole, nothing, told)
    joined = network.probabilities(whole, np.nan_to_num(best)[None, :], told)
    return np.where(np.isnan(best), alone, joined)


def _described(rows: list[Row]) -> Array:
    return np.array([described(row.step) for row in rows], dtype=np.float32)


def _judged(name: str, network: Network, rows: list[Row], vectors: Vectors, source: str) -> Judged:
    of = units(rows, vectors, in_parts=True)
    return Judged.of(name, rows, _likely(network, _log_odds(network, of), of, rows), source)


def _log_odds(network: Network, of: Units) -> Array:
    vectors = (of.questions, of.topics, of.replies)
    return network.log_odds(of.measured, *(v @ network.projection for v in vectors))


def _counts(rows: list[Row]) -> Array:
    """What each row counts for: the same for the met and the not met of a source."""
    sorts = [(row.source, row.met) for row in rows]
    half = {sort: Counter(source for source, _ in sorts)[sort[0]] / 2 for sort in set(sorts)}
    of_sort = Counter(sorts)
    return np.array([COUNTS[s[0]] * half[s] / of_sort[s] for s in sorts], dtype=np.float32)


def _met(rows: list[Row]) -> Array:
    return np.array([row.met for row in rows], dtype=np.float32)


def _folds(groups: list[str]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    names = sorted(set(groups))
    order = np.random.default_rng(SEED).permutation(len(names))
    fold_of = {names[at]: rank % FOLDS for rank, at in enumerate(order)}
    return np.array([fold_of[group] for group in groups])


def _arguments() -> argparse.Namespace:
    parser = reporting_parser(__doc__ or "")
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--steps", type=Path, default=STEPS, help="labelled step answers (CSV)")
    parser.add_argument("--sgd", type=Path, help="checkout of the SGD set, to fit on")
    parser.add_argument("--vectors", type=Path, help="keep the texts' vectors here (NPZ)")
    parser.add_argument("--write", action="store_true", help="write the fitted weights")
    return parser.parse_args()


if __name__ == "__main__":
    main()
