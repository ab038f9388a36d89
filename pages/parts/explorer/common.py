"""What several tabs draw: an answer in a line, a message when something is done."""

from __future__ import annotations

import json
from typing import Final

import streamlit as st

from cache import Entry
from pages.parts import session, text

LONGEST: Final = 1_000
_DONE = "_cache-done"


def question(asked: str) -> None:
    """A question to the letter; the beginning of a very long one."""
    st.text(asked if len(asked) <= LONGEST else asked[: LONGEST - 1] + "…")


def answer_line(entry: Entry) -> str:
    """The answer's beginning; of a plan, the titles of its steps."""
    if entry.purpose != "plan":
        return text.preview(entry.answer)
    try:
        titles = [str(step["title"]) for step in json.loads(entry.answer)["steps"]]
    except (ValueError, KeyError, TypeError):
        return text.preview(entry.answer)
    return "Plan: " + " · ".join(titles)


def answer(entry: Entry) -> None:
    """The whole answer, as the chat would show it."""
    if entry.purpose == "plan":
        st.text(answer_line(entry))
    else:
        st.markdown(text.markdown(entry.answer))


def audience(entry: Entry) -> str:
    """Who may be served it, seen from this page's conversation."""
    if entry.shared:
        return "everybody"
    return "this chat" if entry.conversation == session.conversation() else "another chat"


def done(message: str) -> None:
    """Tell, once the page is drawn anew, that something was done."""
    st.session_state[_DONE] = message


def tell_done() -> None:
    """Tell what was done, if something was."""
    message = st.session_state.pop(_DONE, None)
    if message:
        st.toast(text.label(message), icon=":material/check:")
