"""The last hour in charts: how long replies took, where they came from, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import streamlit as st

from agents.telemetry.values import Minute
from pages.parts import charts, notices, words

MINUTES: Final = 60
"""How far back the charts go at most."""
SPANS: Final[Mapping[int, str]] = MappingProxyType(
    {15: "The last quarter of an hour", 30: "The last half hour", MINUTES: "The last hour"}
)
"""Minutes that the charts may show: the fewest in which all lies that happened."""
RED: Final = "#dc4c5c"
ORIGINS: Final[Mapping[str, str]] = MappingProxyType(
    {"cache": charts.GREEN, "model": charts.INDIGO, "failed": RED}
)
_AXIS: Final = {"title": None, "format": "%H:%M", "tickCount": 5, "grid": False}
_SCALE: Final = {"domainMin": 0, "nice": True}
_BEGIN: Final[charts.Spec] = {"field": "at", "type": "temporal", "axis": _AXIS}
_MIDDLE: Final[charts.Spec] = {"field": "middle", "type": "temporal", "axis": _AXIS}
_WHEN: Final[charts.Spec] = {
    "field": "at", "type": "temporal", "format": "%H:%M", "title": "minute from",
}  # fmt: skip

_Value = float | str | bool | None


def draw(series: Sequence[Minute], *, priced: bool) -> None:
    """Draw the charts.

    Args:
        priced: Whether a price is set, so that calls have a cost.
    """
    span = fitting(series)
    series = series[-span:]
    st.markdown(f"**{SPANS[span]}**")
    if not any(map(_busy, series)):
        notices.nothing(
            "no-history",
            "Nothing happened in the last hour.",
            "With the first reply, charts show here how long replies took, where they came from "
            "and what they cost.",
        )
        return
    with st.grid(3, min_column_width=230, gap="small", key="history"):
        with st.container(border=True, key="latency", gap="xsmall"):
            st.markdown("**How long replies took**")
            _latency(series)
            st.caption("The dot: half of them were faster. The end of the bar: 95 % were.")
        with st.container(border=True, key="origins", gap="xsmall"):
            st.markdown("**Where replies came from**")
            _origins(series)
            st.caption(counted(series))
        with st.container(border=True, key="costs", gap="xsmall"):
            st.markdown("**What they cost**" if priced else "**What they took of the model**")
            _costs(series, priced=priced)
            st.caption(spent(series, priced=priced))


def fitting(series: Sequence[Minute]) -> int:
    """The shortest of `SPANS` in which all lies that happened; the longest where nothing did."""
    first = next((place for place, minute in enumerate(series) if _busy(minute)), 0)
    return next((span for span in SPANS if len(series) - first <= span), MINUTES)


def _busy(minute: Minute) -> bool:
    return bool(minute.turns or minute.calls)


def _latency(series: Sequence[Minute]) -> None:
    rows = [_times(minute) | {"p50": minute.p50, "p95": minute.p95} for minute in series]
    if not any(minute.turns for minute in series):
        _nothing("No reply was written.")
        return
    tooltip = [_WHEN, _seconds("p50", "half within"), _seconds("p95", "95 % within")]
    y = charts.quantity("p50", axis={"title": "seconds", "tickCount": 4}, scale=_SCALE)
    whole_hour: charts.Spec = {"mark": {"type": "rule", "opacity": 0}, "encoding": {"x": _MIDDLE}}
    bar: charts.Spec = {
        "mark": {"type": "rule", "color": charts.INDIGO, "opacity": 0.45, "strokeWidth": 4,
                 "strokeCap": "round"},
        "encoding": {"x": _MIDDLE, "y": y, "y2": {"field": "p95"}, "tooltip": tooltip},
    }  # fmt: skip
    dot: charts.Spec = {
        "mark": {"type": "point", "filled": True, "size": 45, "color": charts.INDIGO,
                 "opacity": 1},
        "encoding": {"x": _MIDDLE, "y": y, "tooltip": tooltip},
    }  # fmt: skip
    charts.chart(
        rows,
        [whole_hour, bar, dot],
        key="latency-chart",
        alt="Median and 95th percentile of the seconds that replies took, by minute",
    )


def _origins(series: Sequence[Minute]) -> None:
    if not any(minute.turns for minute in series):
        _nothing("No reply was written.")
        return
    blocks: charts.Spec = {
        "mark": {"type": "bar"},
        "encoding": {
            "x": _BEGIN,
            "x2": {"field": "end"},
            "y": charts.quantity(
                "below", axis={"title": "replies", "tickMinStep": 1, "tickCount": 4}, scale=_SCALE
            ),
            "y2": {"field": "above"},
            "color": {
                "field": "origin",
                "type": "nominal",
                "scale": {"domain": list(ORIGINS), "range": list(ORIGINS.values())},
                "legend": {"orient": "top", "title": None, "offset": 4},
            },
            "tooltip": [_WHEN, {"field": "origin", "type": "nominal"}, charts.quantity("replies")],
        },
    }
    charts.chart(
        _blocks(series), [blocks], key="origins-chart", alt="Replies by minute and by origin"
    )


def _blocks(series: Sequence[Minute]) -> list[charts.Row]:
    """Blocks that stand on one another, one for each minute and origin."""
    rows: list[charts.Row] = []
    for minute in series:
        below = 0
        for origin, count in zip(ORIGINS, _by_origin(minute), strict=True):
            above = below + count
            block: dict[str, _Value] = {
                "origin": origin,
                "replies": count,
                "below": below,
                "above": above,
            }
            rows.append(_times(minute) | block)
            below = above
    return rows


def _by_origin(minute: Minute) -> tuple[int, int, int]:
    """Replies from the cache, from the model, and failed ones."""
    cached = min(minute.cached, minute.turns - minute.failed)
    return cached, minute.turns - minute.failed - cached, minute.failed


def _costs(series: Sequence[Minute], *, priced: bool) -> None:
    if not any(minute.calls for minute in series):
        _nothing("The model was not called.")
        return
    field = "dollars" if priced else "tokens"
    rows = [
        _times(minute) | {field: getattr(minute, field), "calls": minute.calls} for minute in series
    ]
    bars: charts.Spec = {
        "mark": {"type": "bar", "color": charts.INDIGO},
        "encoding": {
            "x": _BEGIN,
            "x2": {"field": "end"},
            "y": charts.quantity(field, axis={"title": field, "tickCount": 4}, scale=_SCALE),
            "y2": {"datum": 0},
            "tooltip": [_WHEN, charts.quantity(field, format=",.4~f"), charts.quantity("calls")],
        },
    }
    charts.chart(rows, [bars], key="costs-chart", alt=f"{field} of calls of models, by minute")


def _nothing(sentence: str) -> None:
    with st.container(height=charts.HEIGHT, border=False, vertical_alignment="center"):
        st.markdown(f":gray[{sentence}]")


def _times(minute: Minute) -> dict[str, _Value]:
    """When it was, in milliseconds: its bar leaves a little room to the next."""
    begin = minute.at * 1000
    return {"at": begin, "middle": begin + 26_000, "end": begin + 52_000}


def _seconds(field: str, title: str) -> charts.Spec:
    return charts.quantity(field, title=title, format=".2~f")


def counted(series: Sequence[Minute]) -> str:
    """How many replies there were, and how many of them failed."""
    turns = sum(minute.turns for minute in series)
    failed = sum(minute.failed for minute in series)
    cached = sum(minute.cached for minute in series)
    if not turns:
        return "None."
    return (
        f"{words.counted(turns, 'reply', 'replies')}, {cached:,} from the cache, {failed:,} failed."
    )


def spent(series: Sequence[Minute], *, priced: bool) -> str:
    """What calls of models took in all."""
    calls = sum(minute.calls for minute in series)
    tokens = sum(minute.tokens for minute in series)
    told = f"{words.counted(calls, 'call')}, {words.counted(tokens, 'token')}"
    if priced:
        return f"{told}, ${sum(minute.dollars for minute in series):,.4f}."
    return f"{told}. With a price for tokens set, this shows money."
