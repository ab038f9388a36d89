"""The sidebar of every page: chats, where the conversation stands, and the cache."""

from __future__ import annotations

import streamlit as st

from agents.dialogue.state import ChatState
from agents.dialogue.store import Summary
from agents.errors import RepriseError
from pages.parts import addresses, cache_card, session, text, words

SHOWN = 5


def draw() -> None:
    """Draw it."""
    with st.sidebar:
        _chats()
        opened = session.opened()
        if opened.state is not None and opened.state.messages:
            _conversation(opened.state)
        cache_card.draw()


def _chats() -> None:
    new = st.button("New chat", icon=":material/edit_square:", width="stretch", key="new-chat")
    if new:
        session.leave()
        st.switch_page(addresses.CHAT_FILE)
    try:
        recent = session.runtime().recent(session.owner())
    except RepriseError:
        return  # told above the page
    with st.container(key="recent", gap=None):
        for summary in recent[:SHOWN]:
            _chat(summary)
        if len(recent) > SHOWN:
            with st.expander("Older chats", key="older", type="compact"):
                for summary in recent[SHOWN:]:
                    _chat(summary)


def _chat(summary: Summary) -> None:
    current = summary.id == session.conversation()
    state = "current" if current else "other"
    with st.container(
        key=f"chat-{state}-{summary.id}",
        horizontal=True,
        wrap=False,
        vertical_alignment="center",
        gap=None,
    ):
        title = text.label(summary.title)
        if st.button(title, key=f"open-{summary.id}", type="tertiary", width="stretch"):
            session.enter(summary.id)
            st.switch_page(addresses.CHAT_FILE, query_params={session.PARAMETER: summary.id})
        st.menu_button(
            "",
            ["Delete"],
            key=f"menu-{summary.id}",
            type="tertiary",
            icon=":material/more_horiz:",
            help="More",
            on_click=_delete,
            args=(summary.id,),
        )


def _delete(conversation: str) -> None:
    try:
        session.runtime().delete(conversation, session.owner())
    except RepriseError as error:
        st.toast(text.label(str(error)), icon=":material/error:")
        return
    if conversation == session.conversation():
        session.leave()


def _conversation(state: ChatState) -> None:
    with st.container(border=True, key="conversation-card"):
        st.markdown("**Conversation**")
        facts = {
            "State": words.STATES[state.state],
            "Topic": state.topic or "–",
            "Mood": words.MOODS[state.mood],
            "Step": _step(state),
        }
        with st.container(key="facts", gap=None):
            for name, fact in facts.items():
                st.markdown(f":gray[{name}]  \n{text.label(fact)}")


def _step(state: ChatState) -> str:
    if state.plan is None:
        return "No plan yet"
    if state.current is None:
        return "All steps done"
    return (
        f"{state.current + 1} of {len(state.plan.steps)}: {state.plan.steps[state.current].title}"
    )
