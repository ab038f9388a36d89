"""Charts as Vega-Lite: colours that hold in the light theme and in the dark one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import streamlit as st

GREEN: Final = "#10a673"
GREY: Final = "#98a0b4"
ORANGE: Final = "#e08a1e"
INDIGO: Final = "#6366f1"
HEIGHT: Final = 200

Row = Mapping[str, float | str | bool | None]
Spec = dict[str, Any]


def chart(rows: Sequence[Row], layers: Sequence[Spec], *, key: str, alt: str) -> None:
    """Draw layers over the same rows, as wide as there is room."""
    spec: Spec = {
        "data": {"values": [dict(row) for row in rows]},
        "layer": list(layers),
        "height": HEIGHT,
        "padding": {"top": 4, "bottom": 0, "left": 0, "right": 4},
        "config": {
            "view": {"stroke": None},
            "axis": {"grid": True, "gridOpacity": 0.35, "titleFontWeight": "normal"},
        },
    }
    st.vega_lite_chart(spec, width="stretch", key=key, alt=alt)


def quantity(field: str, **more: object) -> Spec:
    """A channel of numbers."""
    return {"field": field, "type": "quantitative", **more}


def shares(field: str, highest: float = 1.0) -> Spec:
    """A channel of shares, in per cent, from 0 to the highest.

    Low shares are what matters of wrong answers, so that an axis that ends below 1 grows with
    the root.
    """
    marks = [0, 0.2, 0.4, 0.6, 0.8, 1] if highest == 1.0 else [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4]
    return quantity(
        field,
        scale={"domain": [0.0, highest], "type": "linear" if highest == 1.0 else "sqrt"},
        axis={
            "title": None,
            "values": [mark for mark in marks if mark <= highest],
            "labelExpr": "format(100 * datum.value, '~r') + ' %'",
        },
    )


def thresholds(lowest: float) -> Spec:
    """The channel of thresholds, up to 1."""
    return quantity(
        "threshold",
        scale={"domain": [lowest, 1.0], "nice": False},
        axis={"format": ".2f", "title": "threshold", "tickCount": 6},
    )


def mark_at(threshold: float) -> Spec:
    """A line at the threshold in force; black, Vega's own colour, is unseen in the dark."""
    return {
        "mark": {"type": "rule", "color": ORANGE, "strokeDash": [5, 4], "strokeWidth": 2},
        "encoding": {"x": {"datum": threshold, "type": "quantitative"}},
    }


def point_at(threshold: float, field: str, y: Spec) -> Spec:
    """A point where a curve meets the threshold in force, with what it says there."""
    return {
        "transform": [
            {"filter": f"abs(datum.threshold - {threshold}) < 0.001"},
            {"calculate": f"format(100 * datum.{field}, '.1~f') + ' %'", "as": "told"},
        ],
        "mark": {"type": "point", "filled": True, "size": 80, "color": ORANGE, "opacity": 1},
        "encoding": {
            "x": quantity("threshold"),
            "y": y,
            "tooltip": [
                quantity("threshold", format=".2f"),
                {"field": "told", "type": "nominal", "title": field},
            ],
        },
    }
