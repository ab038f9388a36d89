"""How well replies are judged: accuracy, calibration, what is decided locally, and time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.dialogue.answering import LocalJudge, find
from agents.dialogue.answering.network import Network
from agents.dialogue.evaluator import MET_FROM, NOT_MET_BELOW, VOLUNTEERED_FROM
from benchmarks.answering.rows import Row, bank
from benchmarks.answering.units import Array, Embed
from benchmarks.report import report

BINS: Final = 10
REPEATED: Final = 200
THRESHOLDS: Final = (0.8, 0.85, 0.9, 0.93, 0.95, 0.97)
LOW: Final = (0.05, 0.08, 0.1, 0.15, 0.2)


@dataclass(frozen=True)
class Judged:
    """Rows with their probabilities.

    Attributes:
        likely: Shape (rows,).
    """

    name: str
    rows: list[Row]
    likely: Array

    @classmethod
    def of(cls, name: str, rows: Sequence[Row], likely: Array, source: str) -> Judged:
        """The rows of one source."""
        kept = [at for at, row in enumerate(rows) if row.source == source]
        return cls(name, [rows[at] for at in kept], likely[kept])

    @property
    def met(self) -> NDArray[np.bool_]:
        """Shape (rows,)."""
        return np.array([row.met for row in self.rows], dtype=bool)


def report_all(judged: Sequence[Judged], timed: dict[str, object], *, as_json: bool) -> None:
    """Print the tables."""
    report("answering: judged", [_summary(one) for one in judged], as_json=as_json)
    report("answering: kinds", [k for one in judged for k in _kinds(one)], as_json=as_json)
    report("answering: reliability", [k for o in judged for k in _bins(o)], as_json=as_json)
    report("answering: met from", [k for o in judged for k in _above(o)], as_json=as_json)
    report("answering: not met below", [k for o in judged for k in _below(o)], as_json=as_json)
    report("answering: time", [timed], as_json=as_json)


def macro_f1(met: NDArray[np.bool_], judged: NDArray[np.bool_]) -> float:
    """The mean of the F1 of both labels."""
    scores = [
        2
        * ((met == label) & (judged == label)).sum()
        / max(1, (met == label).sum() + (judged == label).sum())
        for label in (True, False)
    ]
    return float(np.mean(scores))


def calibration_error(met: NDArray[np.bool_], likely: Array) -> float:
    """Expected calibration error over ten equal bins (Naeini et al., AAAI 2015)."""
    bins = np.minimum((likely * BINS).astype(int), BINS - 1)
    gaps = [
        (bins == number).sum() * abs(likely[bins == number].mean() - met[bins == number].mean())
        for number in range(BINS)
        if (bins == number).any()
    ]
    return float(sum(gaps) / len(likely))


def _summary(one: Judged) -> dict[str, object]:
    met, likely = one.met, one.likely
    decided = (likely >= MET_FROM) | (likely < NOT_MET_BELOW)
    return {
        "set": one.name,
        "n": len(met),
        "accuracy": float(((likely >= 0.5) == met).mean()),
        "macro_f1": macro_f1(met, likely >= 0.5),
        "brier": float(((likely - met) ** 2).mean()),
        "ece": calibration_error(met, likely),
        "decided locally": float(decided.mean()),
        "wrong of these": _share((likely >= MET_FROM) != met, decided),
        "certain precision": _share(met, likely >= VOLUNTEERED_FROM),
        "certain recall": _share(likely >= VOLUNTEERED_FROM, met),
    }


def _kinds(one: Judged) -> Iterator[dict[str, object]]:
    """Our own sets by the sort of reply, German apart."""
    if one.rows[0].source == "steps":
        return
    right = (one.likely >= 0.5) == one.met
    sorts = sorted({row.kind for row in one.rows})
    for sort in (*sorts, "German"):
        of = np.array([row.german if sort == "German" else row.kind == sort for row in one.rows])
        if of.any():
            yield {"set": one.name, "kind": sort, "n": int(of.sum()), "right": _share(right, of)}


def _bins(one: Judged) -> Iterator[dict[str, object]]:
    bins = np.minimum((one.likely * BINS).astype(int), BINS - 1)
    for number in range(BINS):
        of = bins == number
        if of.any():
            yield {
                "set": one.name,
                "probability": f"{number / BINS:.1f}-{(number + 1) / BINS:.1f}",
                "n": int(of.sum()),
                "mean": float(one.likely[of].mean()),
                "met": float(one.met[of].mean()),
            }


def _above(one: Judged) -> Iterator[dict[str, object]]:
    for bound in THRESHOLDS:
        of = one.likely >= bound
        yield {
            "set": one.name,
            "from": bound,
            "share": float(of.mean()),
            "wrong": _share(~one.met, of),
            "of the met": _share(of, one.met),
        }


def _below(one: Judged) -> Iterator[dict[str, object]]:
    for bound in LOW:
        of = one.likely < bound
        yield {
            "set": one.name,
            "below": bound,
            "share": float(of.mean()),
            "wrong": _share(one.met, of),
            "of the not met": _share(of, ~one.met),
        }


def _share(of: NDArray[np.bool_], among: NDArray[np.bool_]) -> float:
    return float(of[among].mean()) if among.any() else float("nan")


def times(embed: Embed, network: Network) -> dict[str, object]:
    """Milliseconds for eight steps and one long message: in all, and after the embedding."""
    known: dict[tuple[str, ...], Array] = {}

    def remembered(texts: Sequence[str]) -> Array:
        key = tuple(texts)
        if key not in known:
            known[key] = embed(texts)
        return known[key]

    steps = [row.step for row in {row.step: row for row in _timed_rows()}.values()][:8]
    fresh, warm = LocalJudge(embed, network), LocalJudge(remembered, network)
    for judge in (fresh, warm):
        judge.probabilities(steps, _TIMED)
    return {
        "steps": len(steps),
        "in all, ms": _median(lambda: fresh.probabilities(steps, _TIMED), REPEATED // 10),
        "after the embedding, ms": _median(lambda: warm.probabilities(steps, _TIMED), REPEATED),
        "short reply, ms": _median(lambda: warm.probabilities(steps, "on the 8th"), REPEATED),
    }


_TIMED: Final = (
    "To Lisbon, from Friday 1 May to Sunday 3 May, two adults, about 600 euros in all, by plane, "
    "in a small hotel in the centre; we love food and museums."
)


def _timed_rows() -> list[Row]:
    return bank(0)


def _median(call: Callable[[], object], times_called: int) -> float:
    spent = []
    for _ in range(times_called):
        find.cache_clear()
        began = time.perf_counter()
        call()
        spent.append(time.perf_counter() - began)
    return float(np.median(spent) * 1000)
