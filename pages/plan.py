"""Plan: the steps to the goal, what was said for each, and how it was judged.

One module a part, in `pages/parts/planning/`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import streamlit as st

from agents.dialogue.state import ChatState
from pages.parts import notices, session, text, words
from pages.parts.planning import (
    changes,
    drafting,
    editor,
    facts,
    gathered,
    head,
    nothing,
    pictures,
    timeline,
    travelling,
    versions,
)

# How the steps and their picture share the width; on a telephone one comes below the other.
SHARES: Final = 3, 2


def draw() -> None:
    """Draw the page."""
    st.title("Plan", anchor=False)
    changes.tell()
    head.ask()
    opened = session.opened()
    if opened.problem is not None:
        notices.problem(opened.problem)
        return
    if opened.turn is not None:
        _watch(opened.turn.conversation)
    if opened.state is not None:
        _conversation(opened.state)


@st.fragment(run_every=0.5)
def _watch(conversation: str) -> None:
    """Say that a reply is being written, and draw the page anew when it has ended."""
    turn = session.turn(conversation)
    if turn is None or turn.view.ended:
        if not session.is_written_elsewhere(conversation):
            st.rerun()
        return
    view = turn.view
    st.markdown(f":shimmer[{words.STAGES[view.stage]} …]")
    for number, step in enumerate(view.steps, start=1):
        st.markdown(f":gray[{number}]&ensp;{text.label(step.title)}")


def _conversation(state: ChatState) -> None:
    planned = state.plan is not None or drafting.current(state.id) is not None
    if planned:
        head.draw(state)
    else:
        nothing.draw(state)
    if planned or state.messages:
        _tabs(TABS if planned else WITHOUT_PLAN, state)


def _tabs(shown: Mapping[str, Callable[[ChatState], None]], state: ChatState) -> None:
    """The tabs; only the one that is open is drawn."""
    chosen = st.session_state.get(head.TAB)
    if chosen is not None and chosen not in shown:
        st.session_state[head.TAB] = next(iter(shown))
    tabs = st.tabs(list(shown), key=head.TAB, bind="query-params")
    for tab, draw_tab in zip(tabs, shown.values(), strict=True):
        if tab.open:
            with tab:
                draw_tab(state)


def _steps(state: ChatState) -> None:
    if drafting.current(state.id) is not None:
        editor.draw(state)
        return
    gathered.card(state)
    with st.container(key="steps-and-flow"):
        left, right = st.columns(SHARES, gap="medium")
        with left:
            timeline.draw(state)
        with right:
            pictures.plan(state)


TABS: Final[Mapping[str, Callable[[ChatState], None]]] = MappingProxyType(
    {
        "Steps": _steps,
        "Facts": facts.draw,
        "States": pictures.states,
        "Versions": versions.draw,
        "Summary": gathered.draw,
        "Time travel": travelling.draw,
    }
)
# What there is to see of a talk that follows no plan (any more).
WITHOUT_PLAN: Final[Mapping[str, Callable[[ChatState], None]]] = MappingProxyType(
    {name: TABS[name] for name in ("Facts", "States", "Versions", "Time travel")}
)

draw()
