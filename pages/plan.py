"""Plan: the steps to the goal, what was said for each, and how it was judged."""

from __future__ import annotations

import streamlit as st

from agents.dialogue.state import ChatState
from pages.parts import addresses, notices, session, steps, text, words

_SOURCES = {
    "model": "Written by the model",
    "cache": "From the cache: this goal was planned before",
    "template": "A general plan, as the model could not write one",
}


def draw() -> None:
    """Draw the page."""
    st.title("Plan", anchor=False)
    opened = session.opened()
    if opened.problem is not None:
        notices.problem(opened.problem)
    elif opened.turn is not None:
        _watch(opened.turn.conversation)
    if opened.state is not None and opened.state.plan is not None:
        _plan(opened.state)
    elif opened.problem is None and opened.turn is None:
        _nothing()


def _nothing() -> None:
    with st.container(border=True, key="no-plan"):
        st.markdown("**There is no plan yet.**")
        st.markdown(
            ":gray[State a goal in the chat, such as “Plan a weekend in Lisbon”, and its steps "
            "appear here.]"
        )
        st.page_link(addresses.CHAT_FILE, label="Go to the chat", icon=":material/forum:")


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


def _plan(state: ChatState) -> None:
    plan = state.plan
    if plan is None:
        return
    done = steps.finished_count(state)
    with st.container(key="goal", gap="xsmall"):
        st.text(plan.goal)
        st.caption(_SOURCES[plan.source])
    st.progress(
        done / len(plan.steps),
        text=f"{done} of {words.counted(len(plan.steps), 'step')} behind you",
    )
    steps.timeline(state)
    if state.preferences:
        _preferences(state)


def _preferences(state: ChatState) -> None:
    with st.container(border=True, key="preferences"):
        st.markdown("**What I know of your taste**")
        for name, value in state.preferences.items():
            st.markdown(f":gray[{text.label(name)}]&ensp;{text.label(value)}")


draw()
