"""The summary: what the conversation has gathered, to be read, copied and taken along."""

from __future__ import annotations

import streamlit as st

from agents.dialogue import summary
from agents.dialogue.language import language_of
from agents.dialogue.state import ChatState
from agents.errors import RepriseError
from pages.parts import clipboard, notices, text
from pages.parts.planning import head

NAME = "reprise-summary"


def draw(state: ChatState) -> None:
    """Draw the tab."""
    found = summary.of(state)
    try:
        written = found.markdown(language_of(state.goal))
    except RepriseError as error:
        notices.problem(error)
        return
    with st.container(horizontal=True, vertical_alignment="center", key="summary-tools"):
        st.download_button("Markdown", written, f"{NAME}.md", "text/markdown",
                           key="summary-markdown", icon=":material/download:",
                           on_click="ignore")  # fmt: skip
        st.download_button("JSON", found.json(), f"{NAME}.json", "application/json",
                           key="summary-json", icon=":material/download:",
                           on_click="ignore")  # fmt: skip
        clipboard.button(written, key="summary-copy")
    with st.container(border=True, key="summary"):
        st.markdown(text.markdown(written), anchors=False)


def card(state: ChatState) -> None:
    """That the plan is at its end, above its steps."""
    if not state.finished:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center",
                      horizontal_alignment="distribute", key="finished"):  # fmt: skip
        st.markdown(
            ":primary[:material/task_alt:] **Every step is behind you.** "
            ":gray[What you told me is put together in the summary.]",
            width="content",
        )
        st.button("See the summary", key="see-summary", icon=":material/summarize:",
                  on_click=head.turn_to, args=("Summary",))  # fmt: skip
