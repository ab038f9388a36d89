"""Labels for :mod:`cache.calibration` out of labelled files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from cache.calibration import GRID, Judged
from cache.errors import LabelledFileError
from cache.evaluation.files import (
    Query,
    QuestionPair,
    columns_of,
    read_pairs,
    read_stream,
)
from cache.evaluation.thresholds import Fixed
from cache.evaluation.trial import Gates, Trial, shared, trial

_STREAM = "stream"


def labels_of(path: Path, gates: Gates) -> tuple[Judged, ...]:
    """Each row that some threshold would serve, with its similarity and whether that is right.

    :param path: pairs, or a stream (then every text is stored, whatever it would be served).
    :raises LabelledFileError: for any other file.
    """
    columns = columns_of(path)
    laxest = Fixed(GRID[-1], automatic=True)
    if "question_a" in columns:
        pairs = read_pairs(path)
        with trial(
            gates, Fixed(GRID[-1], automatic=True), stored=[row.a for row in pairs]
        ) as under_test:
            return tuple(_of_pairs(pairs, under_test))
    if "intent" in columns:
        queries = read_stream(path)
        with trial(gates, laxest) as under_test:
            return tuple(_of_stream(queries, under_test))
    detail = "only pairs (question_a, ...) and streams (text, intent) tell of thresholds."
    raise LabelledFileError(path, 1, detail)


def _of_pairs(pairs: Sequence[QuestionPair], under_test: Trial) -> Iterator[Judged]:
    for at, pair in enumerate(pairs):
        scope = shared(f"pair {at}")
        under_test.keep(pair.a, pair.category, scope)
        served = under_test.would_serve(pair.b, scope)
        if served is not None:
            _, highest = served
            yield Judged("pairs", highest, pair.same, "file", at)


def _of_stream(queries: Sequence[Query], under_test: Trial) -> Iterator[Judged]:
    scope = shared(_STREAM)
    for at, query in enumerate(queries):
        served = under_test.would_serve(query.text, scope)
        if served is not None:
            entry, highest = served
            yield Judged(_STREAM, highest, entry.answer == query.intent, "file", at)
        under_test.keep(query.text, query.intent, scope)
