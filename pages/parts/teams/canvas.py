"""The pictures of a run in the browser: a component that draws values, and text only as text.

Streamlit takes drawings out of HTML, and a chart library lays out anew what only grew; so the
picture is drawn by `canvas.js`, which moves what moved.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from pages.parts import words
from pages.parts.teams import looks, topology
from pages.parts.teams.topology import Node, Topology
from pages.parts.teams.waterfall import Waterfall

HERE: Final = Path(__file__).parent


@st.cache_resource(show_spinner=False)
def _canvas() -> ComponentRenderer:
    return st.components.v2.component(
        "reprise.team",
        html="<section></section>",
        css=(HERE / "canvas.css").read_text(encoding="utf-8"),
        js=(HERE / "canvas.js").read_text(encoding="utf-8"),
    )


def waterfall(drawn: Waterfall, *, key: str) -> None:
    """Draw who was at work when."""
    data = {
        "form": "waterfall",
        "alt": f"Waterfall of {words.counted(len(drawn.bars), 'delegation')}",
        "bars": [asdict(bar) for bar in drawn.bars],
        "ticks": drawn.ticks,
        "legend": [(look, looks.LEGEND[look]) for look in drawn.looks],
    }
    _canvas()(data=data, key=key)


def topology_of(drawn: Topology, *, key: str) -> None:
    """Draw who works for whom."""
    rows = [[asdict(node) for node in row] for row in drawn.rows]
    if drawn.form == "layers":
        rows = [[_pill(topology.TASK, "Task")], *rows, [_pill(topology.RESULT, "Result")]]
    data = {"form": drawn.form, "alt": _described(drawn), "rows": rows, "edges": drawn.edges}
    _canvas()(data=data, key=key)


def _pill(name: str, title: str) -> dict[str, Any]:
    return {"id": name, "title": title, "pill": True}


def _described(drawn: Topology) -> str:
    nodes: list[Node] = [node for row in drawn.rows for node in row]
    shape = "tree" if drawn.form == "tree" else "picture"
    return f"The {shape} of {words.counted(len(nodes), 'delegation')}"
