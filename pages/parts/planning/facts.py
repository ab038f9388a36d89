"""What is known of the user: each fact with who told it and when, and what it was before."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Final

import streamlit as st

from agents.dialogue.memory import Fact, FactKind, FactSource
from agents.dialogue.state import ChatState
from pages.parts import session, text, words
from pages.parts.planning import changes

GROUPS: Final[Mapping[FactKind, str]] = MappingProxyType(
    {
        "answer": "Answers to the steps",
        "preference": "What you like",
        "note": "What else you told me",
    }
)
_TOLD: Final[Mapping[FactSource, str]] = MappingProxyType(
    {
        "chat": "you said it in the chat",
        "goal": "you said it with the goal",
        "page": "you wrote it here",
    }
)
_EDITED: Final = "_fact-edited"
LONGEST_NAME: Final = 80
LONGEST_VALUE: Final = 2_000


def draw(state: ChatState) -> None:
    """Draw the tab."""
    if not state.facts:
        with st.container(border=True, key="no-facts", gap="xsmall"):
            st.markdown("**I know nothing of you yet.**")
            st.markdown(":gray[What you answer and what you say you like is noted here.]")
    for kind, title in GROUPS.items():
        known = [fact for fact in state.facts.values() if fact.about == kind]
        if known:
            _group(state, kind, title, known)
    _another(state)


def _group(state: ChatState, kind: FactKind, title: str, known: Sequence[Fact]) -> None:
    st.markdown(f"**{title}**")
    with st.container(border=True, key=f"facts-of-{kind}", gap=None):
        for number, fact in enumerate(known):
            name = f"{kind}-{number}"
            with st.container(key=f"fact-{name}", gap=None):
                if st.session_state.get(_EDITED) == (state.id, fact.name):
                    _edited(state, fact, name)
                else:
                    _fact(state, fact, name)


def _fact(state: ChatState, fact: Fact, name: str) -> None:
    still = not changes.can_be_made(state)
    with st.container(horizontal=True, vertical_alignment="top", wrap=False, gap="small",
                      key=f"fact-row-{name}"):  # fmt: skip
        with st.container(gap=None, key=f"fact-text-{name}"):
            st.caption(text.label(fact.name))
            st.text(fact.value)
            st.caption(_origin(state, fact))
        with st.container(horizontal=True, width="content", wrap=False, gap=None,
                          key=f"fact-tools-{name}"):  # fmt: skip
            st.button("Change", key=f"change-fact-{name}", icon=":material/edit:", type="tertiary",
                      disabled=still, on_click=_edit, args=(state.id, fact.name))  # fmt: skip
            forget = partial(changes.editing().forget, state.id, session.owner(), fact.name)
            st.button("Forget", key=f"forget-fact-{name}", icon=":material/delete:",
                      type="tertiary", disabled=still, on_click=changes.attempted,
                      args=(forget, "Forgotten, with all that it was before"))  # fmt: skip


def _origin(state: ChatState, fact: Fact) -> str:
    parts = [_TOLD[fact.source]]
    index = state.plan.index(fact.step) if state.plan is not None and fact.step else None
    if index is not None:
        parts.append(f"step {index + 1}")
    parts.append(words.ago(fact.at, time.time()))
    if fact.former:
        former = ", ".join(f"~~{text.label(one.value)}~~" for one in reversed(fact.former))
        parts.append(f"before: {former}")
    return " · ".join(parts)


def _edited(state: ChatState, fact: Fact, name: str) -> None:
    """The value's field in the value's place."""
    key = f"fact-value-{name}"
    with st.form(f"fact-form-{name}", border=False):
        st.text_area(text.label(fact.name), fact.value, key=key, height="content",
                     max_chars=LONGEST_VALUE)  # fmt: skip
        with st.container(horizontal=True, key=f"fact-choice-{name}"):
            st.form_submit_button("Save", type="primary", icon=":material/check:",
                                  key=f"save-fact-{name}", on_click=_save,
                                  args=(state.id, fact.name, key))  # fmt: skip
            st.form_submit_button("Cancel", key=f"cancel-fact-{name}", on_click=_leave)
    if fact.about == "answer":
        st.caption("Steps that build on this answer are asked again.")


def _another(state: ChatState) -> None:
    """A fact that nobody asked for."""
    with (
        st.expander("Tell me something else", icon=":material/add:", type="compact",
                    key="another-fact"),
        st.form("fact-form", border=False, clear_on_submit=True),
    ):  # fmt: skip
        with st.grid(2, min_column_width=200, gap="small", key="fact-fields"):
            st.text_input("What about", key="fact-name", max_chars=LONGEST_NAME,
                          placeholder="Allergies")  # fmt: skip
            st.text_input("What I should know", key="fact-value", max_chars=LONGEST_VALUE,
                          placeholder="No nuts")  # fmt: skip
        st.form_submit_button("Note it", icon=":material/check:", key="note-fact",
                              disabled=not changes.can_be_made(state), on_click=_note,
                              args=(state.id,))  # fmt: skip


def _edit(conversation: str, name: str) -> None:
    st.session_state[_EDITED] = (conversation, name)


def _leave() -> None:
    st.session_state.pop(_EDITED, None)


def _save(conversation: str, name: str, key: str) -> None:
    value = st.session_state[key] or ""
    if changes.attempt(
        partial(changes.editing().remember, conversation, session.owner(), name, value)
    ):
        _leave()


def _note(conversation: str) -> None:
    name, value = st.session_state["fact-name"] or "", st.session_state["fact-value"] or ""
    changes.attempt(partial(changes.editing().remember, conversation, session.owner(), name, value))
