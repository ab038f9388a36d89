"""Savings: seconds, tokens and money that answers from the cache did not cost."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final, Literal

import streamlit as st

from cache import CacheError, LookupRecord, SemanticCache
from pages.parts import charts, notices, session, words

LOGGED: Final = 10_000
Measure = Literal["Time", "Tokens", "Money"]
Period = Literal["Hour", "Day"]
SPANS: Final[Mapping[Period, int]] = MappingProxyType({"Hour": 24, "Day": 14})
"""How many hours or days the chart shows."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What hits saved in one span of time.

    Attributes:
        start: When it began, seconds since the epoch.
    """

    start: float
    hits: int = 0
    seconds: float = 0.0
    tokens: int = 0

    def with_hit(self, seconds: float, tokens: int) -> Saved:
        """The same span with one more hit."""
        return Saved(self.start, self.hits + 1, self.seconds + seconds, self.tokens + tokens)


@st.fragment
def draw(cache: SemanticCache) -> None:
    """Draw the tab."""
    try:
        stats = cache.stats()
        records = cache.lookups(limit=LOGGED)
    except CacheError as error:
        notices.problem(error)
        return
    price = session.runtime().settings.token_price
    with st.grid(4, min_column_width=150, gap="small", key="savings-figures"):
        st.metric("Time saved", words.duration(stats.seconds_saved))
        st.metric("Tokens saved", f"{stats.tokens_saved:,}")
        if price:
            st.metric("Money saved", money(stats.tokens_saved, price))
        st.metric("Hit rate", words.percent(stats.hit_rate))
    hits = [record for record in records if record.hit]
    if not hits:
        notices.nothing(
            "no-savings",
            "Nothing was saved yet.",
            "The first answer from the cache is counted here, with the time the model took for it.",
        )
        return
    _over_time(hits, price)


def _over_time(hits: Sequence[LookupRecord], price: float) -> None:
    measures: list[Measure] = ["Time", "Tokens", "Money"] if price else ["Time", "Tokens"]
    with st.container(border=True, key="savings"):
        with st.container(horizontal=True, vertical_alignment="center", key="savings-choice"):
            measure = st.segmented_control(
                "What", measures, default="Time", required=True, key="savings-measure",
                label_visibility="collapsed",
            )  # fmt: skip
            periods: list[Period] = ["Hour", "Day"]
            period = st.segmented_control(
                "In each", periods, default="Day", required=True, key="savings-period",
                label_visibility="collapsed",
            )  # fmt: skip
        _bars(saved_by(hits, period, time.time()), measure, period, price)
    st.caption(
        "The figures above count everybody’s lookups since the beginning, the chart those that are "
        f"still in the log: the last {LOGGED:,}."
    )


def saved_by(hits: Sequence[LookupRecord], period: Period, now: float) -> tuple[Saved, ...]:
    """What was saved in each of the last hours or days, oldest first; days as this server's."""
    spans = {start: Saved(start) for start in _starts(period, now)}
    for record in hits:
        start = _start(datetime.fromtimestamp(record.time, UTC), period)
        if start in spans:
            spans[start] = spans[start].with_hit(record.seconds_saved, record.tokens_saved)
    return tuple(spans.values())


def _starts(period: Period, now: float) -> Iterator[float]:
    """When the last hours or days began, oldest first."""
    step = timedelta(hours=1) if period == "Hour" else timedelta(days=1)
    moment = datetime.fromtimestamp(now, UTC)
    for back in reversed(range(SPANS[period])):
        yield _start(moment - back * step, period)


def _start(moment: datetime, period: Period) -> float:
    hour = moment.astimezone().replace(minute=0, second=0, microsecond=0)
    return (hour if period == "Hour" else hour.replace(hour=0)).timestamp()


def _bars(spans: Sequence[Saved], measure: Measure, period: Period, price: float) -> None:
    unit, amounts = _amounts(spans, measure, price)
    form = "%H:00" if period == "Hour" else "%-d %b"
    rows: list[charts.Row] = [
        {"start": span.start * 1000, "amount": amount, "hits": span.hits}
        for span, amount in zip(spans, amounts, strict=True)
    ]
    bars: charts.Spec = {
        "mark": {"type": "bar", "color": charts.GREEN, "cornerRadiusEnd": 3},
        "transform": [{"calculate": f"timeFormat(datum.start, '%-d %b, {form}')"
                       if period == "Hour" else f"timeFormat(datum.start, '{form}')",
                       "as": "when"}],
        "encoding": {
            "x": {
                "field": "start",
                "type": "ordinal",
                "axis": {
                    "title": None,
                    "labelAngle": 0,
                    "labelOverlap": True,
                    "labelExpr": f"timeFormat(datum.value, '{form}')",
                },
            },
            "y": charts.quantity("amount", axis={"title": unit, "tickCount": 4}),
            "tooltip": [
                {"field": "when", "type": "nominal"},
                charts.quantity("amount", title=unit, format=",.4~f"),
                charts.quantity("hits"),
            ],
        },
    }  # fmt: skip
    charts.chart(rows, [bars], key="savings-chart", alt=f"{measure} saved, by {period.lower()}")


def _amounts(spans: Sequence[Saved], measure: Measure, price: float) -> tuple[str, list[float]]:
    if measure == "Tokens":
        return "tokens", [float(span.tokens) for span in spans]
    if measure == "Money":
        return "dollars", [span.tokens * price / 1e6 for span in spans]
    seconds = [span.seconds for span in spans]
    return ("minutes", [s / 60 for s in seconds]) if max(seconds) > 300 else ("seconds", seconds)


def money(tokens: int, price: float) -> str:
    """What tokens cost at a price for a million: ``$12.30``, ``$0.0042``."""
    dollars = tokens * price / 1e6
    return f"${dollars:.4f}" if 0 < dollars < 1 else f"${dollars:,.2f}"
