"""What took how long within one piece of work: a row each, on the time that they share.

Drawn as HTML, whose colours and widths `static/style.css` has; every text in it is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from types import MappingProxyType
from typing import Final

import streamlit as st

from agents.telemetry.values import Kind
from pages.parts import words

KINDS: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        "model": "model",
        "cache": "cache",
        "storage": "storage",
        "tool": "tool",
        "other": "the rest",
    }
)
"""What a bar's colour says, in words for the legend."""
MOST_ROWS: Final = 150
SHORT: Final = 0.00995
"""Seconds up to which tenths of milliseconds are told."""
DEEPEST: Final = 6
"""Rows further down are drawn as far in as this, so that a telephone has room for their names."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One row.

    Attributes:
        began: Seconds since the beginning of the whole; may be below 0 where clocks differ.
        seconds: How long it took; None while it is under way.
        depth: Of the outermost 0.
        details: What else is known of it, by name; shown when the row is opened.
    """

    name: str
    began: float
    seconds: float | None
    kind: Kind = "other"
    depth: int = 0
    failed: bool = False
    details: Mapping[str, str] = field(default_factory=dict)


def draw(bars: Sequence[Bar], *, total: float, alt: str) -> None:
    """Draw the rows in the order given.

    Args:
        total: Seconds of the whole so far; bars that reach further lengthen it.
        alt: What the picture shows, for those who cannot see it.
    """
    shown = bars[:MOST_ROWS]
    if not shown:
        return
    st.html(picture(shown, total=total, alt=alt))
    if len(bars) > len(shown):
        st.caption(f"and {words.counted(len(bars) - len(shown), 'row')} more")


def picture(bars: Sequence[Bar], *, total: float, alt: str) -> str:
    """The rows as HTML."""
    end = max(total, *(bar.began + (bar.seconds or 0.0) for bar in bars), 1e-6)
    rows = "".join(_row(bar, end, total) for bar in bars)
    return (
        f'<div class="waterfall" role="group" aria-label="{escape(alt)}">'
        f"{_legend(bars)}{_axis(end)}{rows}</div>"
    )


def strip(bars: Sequence[Bar], *, total: float, longest: float) -> str:
    """All rows as one bar, as HTML: as long as the whole's share of the longest.

    What a row lies within is drawn before it, so that the inner ones are seen. Failures are not:
    there is no room to tell them apart.
    """
    end = max(longest, total, 1e-6)
    coloured = (replace(bar, failed=False) for bar in bars if bar.kind != "other")
    pieces = [Bar("", 0.0, total), *coloured]
    drawn = "".join(_piece(bar, end, total) for bar in pieces)
    return f'<span class="waterfall track" aria-hidden="true">{drawn}</span>'


def _legend(bars: Sequence[Bar]) -> str:
    there = {bar.kind for bar in bars}
    named = "".join(
        f'<span><i class="{kind}"></i>{name}</span>'
        for kind, name in KINDS.items()
        if kind in there
    )
    return f'<div class="legend">{named}</div>'


def _axis(end: float) -> str:
    marks = "".join(f"<b>{words.duration(end * part)}</b>" for part in (0.0, 0.5, 1.0))
    return (
        f'<div class="axis" aria-hidden="true"><span></span><span>{marks}</span><span></span></div>'
    )


def _row(bar: Bar, end: float, now: float) -> str:
    head = f"{_name(bar)}{_track(bar, end, now)}{_took(bar)}"
    if not bar.details:
        return f'<div class="row"><div class="head">{head}</div></div>'
    details = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in bar.details.items()
    )
    return (
        f'<details class="row"><summary class="head">{head}</summary><dl>{details}</dl></details>'
    )


def _name(bar: Bar) -> str:
    inset = 0.7 * min(max(bar.depth, 0), DEEPEST)
    failed = ' <em class="failed">failed</em>' if bar.failed else ""
    name = f"{escape(bar.name)}{failed}"
    return f'<span class="name" style="padding-left:{inset:.1f}rem">{name}</span>'


def _track(bar: Bar, end: float, now: float) -> str:
    return f'<span class="track">{_piece(bar, end, now)}</span>'


def _piece(bar: Bar, end: float, now: float) -> str:
    """The bar on the time of the whole, where it was for as long as it took."""
    begins = min(max(bar.began, 0.0), end)
    ends = now if bar.seconds is None else bar.began + bar.seconds
    width = min(max(0.0, ends - begins), end - begins) / end
    looks = [bar.kind, "failed" if bar.failed else "", "live" if bar.seconds is None else ""]
    return (
        f'<i class="{" ".join(filter(None, looks))}" '
        f'style="left:{100 * begins / end:.2f}%;width:{100 * width:.2f}%"></i>'
    )


def _took(bar: Bar) -> str:
    return f'<span class="took">{"…" if bar.seconds is None else precise(bar.seconds)}</span>'


def precise(seconds: float) -> str:
    """As `words.duration`, with tenths where a millisecond is much: ``0.3 ms``."""
    return f"{1000 * seconds:.1f} ms" if 0 < seconds < SHORT else words.duration(seconds)
