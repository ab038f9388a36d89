"""The plan's flow and the conversation's states, as pictures."""

from __future__ import annotations

import time
from typing import Final

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from agents.dialogue.machine import machine
from agents.dialogue.state import ChatState
from pages.parts import words
from pages.parts.planning import flow, statechart

LAST: Final = 12
# Streamlit takes drawings out of HTML; a component may hold one, and paints it in the theme.
_CSS: Final = """
svg {
  width: 100%; max-width: 37rem; height: auto; display: block; margin: 0 auto;
  color: var(--st-text-color);
}
text {
  font: 500 13px var(--st-font, system-ui), sans-serif; text-anchor: middle; fill: currentColor;
}
path { fill: none; }
.state rect {
  fill: color-mix(in srgb, currentColor 4%, var(--st-background-color));
  stroke: color-mix(in srgb, currentColor 22%, transparent);
}
.unvisited text { opacity: .6; }
.visited rect {
  fill: color-mix(in srgb, var(--st-primary-color) 14%, var(--st-background-color));
  stroke: var(--st-primary-color);
}
.now rect { fill: #5b5ff0; stroke: #5b5ff0; }
.now text { fill: #fff; font-weight: 650; }
.move text {
  font-size: 11px; font-weight: 600; fill: var(--st-primary-color);
  paint-order: stroke; stroke: var(--st-background-color); stroke-width: 5px;
}
.taken path { stroke: var(--st-primary-color); stroke-width: 1.5; opacity: .7; }
.last path { stroke: var(--st-primary-color); stroke-width: 3; }
:is(.taken, .last) polygon { fill: var(--st-primary-color); }
.possible path { stroke: currentColor; stroke-width: 1; stroke-dasharray: 2 4; opacity: .3; }
.possible polygon { fill: currentColor; opacity: .3; }
"""
_JS: Final = """
export default function ({ data, parentElement }) {
  parentElement.querySelector("section").innerHTML = data.picture;
}
"""


@st.cache_resource(show_spinner=False)
def _canvas() -> ComponentRenderer:
    return st.components.v2.component(
        "reprise.states", html="<section></section>", css=_CSS, js=_JS
    )


def plan(state: ChatState) -> None:
    """The plan's flow."""
    st.mermaid_chart(flow.chart(state), alt=flow.described(state))


def states(state: ChatState) -> None:
    """The state machine with the path taken, and the path in words."""
    with st.grid(2, min_column_width=300, gap="medium", key="states"):
        with st.container(key="statechart", gap="xsmall"):
            _canvas()(data={"picture": statechart.picture(state, machine())}, key="statechart-svg")
            st.caption(
                "Filled: where we are. Coloured: where we were, the last move in bold. "
                "Dotted: what may come next."
            )
        with st.container(key="path", gap="xsmall"):
            _path(state)


def _path(state: ChatState) -> None:
    st.markdown("**The way here**")
    if not state.transitions:
        st.markdown(":gray[Nothing was said yet.]")
    now = time.time()
    for move in reversed(state.transitions[-LAST:]):
        cause = words.CAUSES.get(move.because, move.because)
        st.markdown(
            f"{statechart.NAMES[move.target]}&ensp;"
            f":small[:gray[{cause} · {words.ago(move.at, now)}]]"
        )
    earlier = len(state.transitions) - LAST
    if earlier > 0:
        st.caption(f"and {words.counted(earlier, 'move')} before")
