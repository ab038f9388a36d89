"""What if: what another threshold would have done to the last lookups, and what it would risk."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

import streamlit as st

from agents.errors import RepriseError
from agents.evidence import Evidence
from cache import CacheError, LookupRecord, SemanticCache
from cache.calibration import Estimate
from cache.words import percent
from pages.parts import cache_card, charts, notices, session, text, words

MOST_ROWS: Final = 500
BIN: Final = 0.02
HITS, REFUSED, BELOW = "would hit", "refused", "too far"
FATES: Final = MappingProxyType({HITS: charts.GREEN, REFUSED: charts.ORANGE, BELOW: charts.GREY})
WIDTHS: Final = MappingProxyType(
    {"Asked": 150, "Was": 55, "Would be": 72, "Nearest": 175, "Why": 215, "When": 85}
)
"""Pixels. The first four columns fit a telephone, all together a small screen."""


def draw(cache: SemanticCache) -> None:
    """Draw the tab; it follows the slider."""
    cache_card.take_along(cache_card.LOOKUPS)
    _draw(cache)


@st.fragment(key=cache_card.LOOKUPS)
def _draw(cache: SemanticCache) -> None:
    threshold = session.threshold()
    try:
        records = cache.lookups(limit=MOST_ROWS, owner=session.owner())
        evidence = session.runtime().evidence()
    except (CacheError, RepriseError) as error:
        notices.problem(error)
        return
    if not records:
        notices.nothing(
            "no-lookups",
            "Nothing was looked up yet.",
            "Ask something in the chat; each question appears here.",
        )
        return
    _figures(records, threshold, evidence)
    with st.container(border=True, key="histogram"):
        _histogram(records, threshold)
    with st.grid(2, min_column_width=300, gap="small", key="curves"):
        with st.container(border=True, key="hit-curve"):
            _hits(records, threshold)
        with st.container(border=True, key="wrong-curve"):
            _wrong(evidence, threshold)
    st.caption(
        "Orange: the threshold in force. The band holds the true share, each of its edges with "
        f"95 % certainty; the grey line is the budget of {percent(evidence.budget)}."
    )
    _table(records, threshold)


def _figures(records: Sequence[LookupRecord], threshold: float, evidence: Evidence) -> None:
    would = sum(record.would_hit(threshold) for record in records)
    were = sum(record.hit for record in records)
    estimate = evidence.at(threshold)
    with st.container(key="what-if-figures", gap="xsmall"):
        st.markdown(
            f"{words.counted(were, 'hit')} in {words.counted(len(records), 'lookup')}; "
            f"at **{threshold:.2f}** it would be **{would}**"
            f"{_of_which_wrong(estimate)} :gray[{_hint()}]"
        )
        st.caption(text.label(evidence.recommended.reason))


def _hint() -> str:
    if session.is_automatic():
        return "The threshold is chosen for you, as the switch in the sidebar says."
    return "Move the slider in the sidebar to see what changes."


def _of_which_wrong(estimate: Estimate) -> str:
    if estimate.evidence <= 0:
        return ". How many of them wrong, nobody knows yet: judge some under “Labels”."
    return (
        f", about **{_unbroken(estimate.wrong)}** of them wrong "
        f"(from {_unbroken(estimate.lower)} to {_unbroken(estimate.upper)})."
    )


def _unbroken(share: float) -> str:
    """In one line, on a telephone too."""
    return percent(share).replace(" ", "\N{NO-BREAK SPACE}")


def _fate(record: LookupRecord, threshold: float) -> str:
    if record.would_hit(threshold):
        return HITS
    close = record.similarity is not None and record.similarity >= threshold
    return REFUSED if close else BELOW


def _bin(similarity: float) -> float:
    return round(min(max(similarity, 0.0), 1.0 - BIN / 2) // BIN * BIN, 2)


def _histogram(records: Sequence[LookupRecord], threshold: float) -> None:
    st.markdown("**How close past questions came to a stored one**")
    rows = _bars(records, threshold)
    bars: charts.Spec = {
        "mark": {"type": "bar", "cornerRadius": 2},
        "encoding": {
            "x": charts.quantity(
                "from",
                scale={"domain": [0, 1]},
                axis={"title": "similarity", "format": ".1f", "tickCount": 10},
            ),
            "x2": {"field": "to"},
            "y": charts.quantity("below", axis={"tickMinStep": 1, "title": None}),
            "y2": {"field": "above"},
            "color": {
                "field": "fate",
                "type": "nominal",
                "scale": {"domain": list(FATES), "range": list(FATES.values())},
                "legend": {"orient": "top", "title": None, "offset": 4},
            },
            "tooltip": [
                charts.quantity("from", title="similarity from", format=".2f"),
                {"field": "fate", "type": "nominal"},
                charts.quantity("questions"),
            ],
        },
    }
    charts.chart(
        rows,
        [bars, charts.mark_at(threshold)],
        key="histogram-chart",
        alt="How many of the last questions came how close to a stored one",
    )


def _bars(records: Sequence[LookupRecord], threshold: float) -> list[charts.Row]:
    """Blocks of a histogram, stacked: one for each band of similarity and fate."""
    counts = Counter(
        (_bin(record.similarity), _fate(record, threshold))
        for record in records
        if record.similarity is not None
    )
    rows: list[charts.Row] = []
    heights: Counter[float] = Counter()
    for low, fate in sorted(counts, key=lambda block: (block[0], list(FATES).index(block[1]))):
        count, below = counts[low, fate], heights[low]
        heights[low] += count
        rows.append(
            {
                "from": low + BIN * 0.06,
                "to": low + BIN * 0.94,
                "below": below,
                "above": below + count,
                "fate": fate,
                "questions": count,
            }
        )
    return rows


def _hits(records: Sequence[LookupRecord], threshold: float) -> None:
    st.markdown("**Hits, of the last lookups**")
    lowest = cache_card.lowest()
    rows: list[charts.Row] = [
        {
            "threshold": step / 100,
            "hits": sum(record.would_hit(step / 100) for record in records) / len(records),
        }
        for step in range(round(lowest * 100), 101)
    ]
    y = charts.shares("hits")
    line: charts.Spec = {
        "mark": {"type": "line", "interpolate": "step-before", "color": charts.INDIGO,
                 "strokeWidth": 2.5, "clip": True},
        "encoding": {"x": charts.thresholds(lowest), "y": y},
    }  # fmt: skip
    charts.chart(
        rows,
        [line, charts.mark_at(threshold), charts.point_at(threshold, "hits", y)],
        key="hit-curve-chart",
        alt="Share of the last lookups that would have been hits, at every threshold",
    )


def _wrong(evidence: Evidence, threshold: float) -> None:
    st.markdown("**Wrong among them, estimated**")
    rows: list[charts.Row] = [
        {
            "threshold": each.threshold,
            "wrong": each.wrong,
            "lower": each.lower,
            "upper": each.upper,
        }
        for each in evidence.estimates
        if each.evidence > 0
    ]
    y = charts.shares("wrong", _ceiling(evidence))
    x = charts.thresholds(cache_card.lowest())
    band: charts.Spec = {
        "mark": {"type": "area", "color": charts.INDIGO, "opacity": 0.18, "clip": True},
        "encoding": {"x": x, "y": {**y, "field": "lower"}, "y2": {"field": "upper"}},
    }
    line: charts.Spec = {
        "mark": {"type": "line", "color": charts.INDIGO, "strokeWidth": 2.5, "clip": True},
        "encoding": {"x": x, "y": y},
    }
    budget: charts.Spec = {
        "mark": {"type": "rule", "color": charts.GREY, "strokeWidth": 1.5},
        "encoding": {"y": {"datum": evidence.budget, "type": "quantitative"}},
    }
    charts.chart(
        rows,
        [band, line, budget, charts.mark_at(threshold), charts.point_at(threshold, "wrong", y)],
        key="wrong-curve-chart",
        alt="Estimated share of wrong answers among those served, at every threshold",
    )


def _ceiling(evidence: Evidence) -> float:
    """The top of the axis: where the curve ends, in steps, so that it seldom changes."""
    worst = max((each.wrong for each in evidence.estimates if each.evidence > 0), default=0.0)
    needed = max(2.5 * evidence.budget, 1.5 * worst)
    return next((step for step in (0.05, 0.1, 0.2, 0.4, 0.8) if step >= needed), 0.99)


def _table(records: Sequence[LookupRecord], threshold: float) -> None:
    only = st.toggle("Only what would change", key="lookups-changed")
    shown = [record for record in records if not only or record.hit != record.would_hit(threshold)]
    if not shown:
        notices.nothing(
            "no-change",
            f"At {threshold:.2f} nothing would change.",
            "Every one of these questions would be decided as it was.",
        )
        return
    now = time.time()
    st.dataframe(
        {
            "Asked": [text.preview(record.question) for record in shown],
            "Similarity": [_shown(record.similarity) for record in shown],
            "Was": [record.outcome for record in shown],
            "Would be": ["hit" if record.would_hit(threshold) else "miss" for record in shown],
            "Nearest": [text.preview(record.nearest or "–") for record in shown],
            "Why": [record.reason for record in shown],
            "When": [words.ago(record.time, now) for record in shown],
        },
        key="lookup-table",
        hide_index=True,
        alt="The last lookups",
        column_config={
            "Similarity": st.column_config.ProgressColumn(
                min_value=0.0, max_value=1.0, format="%.2f", width=80
            ),
            **{name: st.column_config.TextColumn(width=width) for name, width in WIDTHS.items()},
        },
    )


def _shown(similarity: float | None) -> float | None:
    return None if similarity is None else max(0.0, float(words.similarity(similarity)))
