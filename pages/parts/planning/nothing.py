"""What the page shows where there is no plan: how to come by one."""

from __future__ import annotations

from functools import partial

import streamlit as st

from agents.dialogue.state import ChatState
from pages.parts import addresses, session, text
from pages.parts.planning import changes


def draw(state: ChatState) -> None:
    """Draw it."""
    if state.writing:
        return
    with st.container(border=True, key="no-plan"):
        st.markdown("**There is no plan yet.**" if not state.versions else "**You gave it up.**")
        st.markdown(
            ":gray[State a goal in the chat, such as “Plan a weekend in Lisbon”, and its steps "
            "appear here.]"
        )
        with st.container(horizontal=True, vertical_alignment="center", key="no-plan-ways"):
            st.page_link(addresses.CHAT_FILE, label="Go to the chat", icon=":material/forum:")
            if state.versions:
                _bring_back(state)


def _bring_back(state: ChatState) -> None:
    restore = partial(
        changes.editing().restore,
        state.id,
        session.owner(),
        state.version,
        based_on=state.version,
    )
    st.button(
        f"Bring back “{text.label(text.preview(state.versions[-1].plan.goal, 50))}”",
        key="bring-back",
        icon=":material/restore:",
        on_click=changes.attempted,
        args=(restore, "Here it is again"),
    )
