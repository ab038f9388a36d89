"""What an evaluation found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, slots=True)
class Shares:
    """What was served of some rows.

    :ivar n: how many rows.
    :ivar hits: share of those to serve that were served, 0..1; ``None`` where none was to serve.
    :ivar wrong: share of the traps that were served, 0..1; ``None`` where there was no trap.
    """

    n: int
    hits: float | None
    wrong: float | None

    def told(self) -> dict[str, float]:
        """As JSON: what does not apply is left out."""
        known = {"n": self.n, "hits": self.hits, "wrong": self.wrong}
        return {name: value for name, value in known.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Report:
    """An evaluation's result.

    :ivar total: over all rows.
    :ivar by_category: the same by the file's own categories.
    :ivar p50_ms: median time of a lookup, embedding and judging included.
    :ivar p99_ms: 99 % were faster.
    :ivar audited: how many lookups were judged on the way, for a threshold that learns; ``None``
        where nothing was learnt.
    :ivar threshold: in force at the end, 0..1.
    """

    total: Shares
    by_category: Mapping[str, Shares]
    p50_ms: float
    p99_ms: float
    threshold: float
    audited: int | None = None

    def told(self) -> dict[str, object]:
        """As JSON. Hits and wrong are shares, 0 where no row could count."""
        told: dict[str, object] = {
            "n": self.total.n,
            "hits": self.total.hits or 0.0,
            "wrong": self.total.wrong or 0.0,
            "by_category": {name: shares.told() for name, shares in self.by_category.items()},
            "p50_ms": self.p50_ms,
            "p99_ms": self.p99_ms,
        }
        return told if self.audited is None else {**told, "audited": self.audited}


@dataclass(slots=True)
class Tally:
    """Counts rows by category while an evaluation runs."""

    _rows: Counter[str] = field(default_factory=Counter)
    _to_serve: Counter[str] = field(default_factory=Counter)
    _traps: Counter[str] = field(default_factory=Counter)
    _hits: Counter[str] = field(default_factory=Counter)
    _wrong: Counter[str] = field(default_factory=Counter)

    def add(self, category: str, *, served: bool, same: bool) -> None:
        """Counts a row that is either to be served (``same``) or a trap."""
        self._rows[category] += 1
        (self._to_serve if same else self._traps)[category] += 1
        if served:
            (self._hits if same else self._wrong)[category] += 1

    def add_query(self, category: str, *, served: bool, wrong: bool) -> None:
        """Counts a row of a stream, in which every row may be served, rightly or wrongly."""
        for counter in (self._rows, self._to_serve, self._traps):
            counter[category] += 1
        self._hits[category] += served
        self._wrong[category] += wrong

    def total(self) -> Shares:
        counters = (self._rows, self._hits, self._to_serve, self._wrong, self._traps)
        return _shares(*(counter.total() for counter in counters))

    def by_category(self) -> dict[str, Shares]:
        counters = (self._rows, self._hits, self._to_serve, self._wrong, self._traps)
        return {
            name: _shares(*(counter[name] for counter in counters)) for name in sorted(self._rows)
        }


def percentile_ms(seconds: Sequence[float], percent: float) -> float:
    """A percentile of times, in milliseconds; 0 where there are none."""
    return float(np.percentile(seconds, percent)) * 1000 if seconds else 0.0


def _shares(rows: int, hits: int, to_serve: int, wrong: int, traps: int) -> Shares:
    return Shares(rows, hits / to_serve if to_serve else None, wrong / traps if traps else None)
