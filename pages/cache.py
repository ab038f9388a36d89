"""Cache: for the person who runs it. One module a tab, in `pages/parts/explorer/`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import streamlit as st

from cache import SemanticCache
from pages.parts import session
from pages.parts.explorer import entries, labels, savings, trial, whatif

TABS: Final[Mapping[str, Callable[[SemanticCache], None]]] = MappingProxyType(
    {
        "What if": whatif.draw,
        "Entries": entries.draw,
        "Try a question": trial.draw,
        "Labels": labels.draw,
        "Savings": savings.draw,
    }
)


def draw() -> None:
    """Draw the page; of the tabs, only the one that is open."""
    st.title("Cache", anchor=False)
    cache = session.runtime().cache
    if cache is None:
        _wait()
        return
    tabs = st.tabs(list(TABS), key="tab", bind="query-params")
    for tab, draw_tab in zip(tabs, TABS.values(), strict=True):
        if tab.open:
            with tab:
                draw_tab(cache)


@st.fragment(run_every=0.5)
def _wait() -> None:
    if session.runtime().cache is not None:
        st.rerun()
    if session.runtime().status().cache.state != "failed":
        st.markdown(":shimmer[Opening the cache …]")


draw()
