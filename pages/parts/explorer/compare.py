"""Cached beside fresh: one stored answer, and what the model says today."""

from __future__ import annotations

import time
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final

import streamlit as st

from agents.errors import RepriseError
from cache import CacheError, Entry, SemanticCache
from pages.parts import notices, session, text, words
from pages.parts.explorer import common

ANSWER: Final = "answer"
_COMPARED = "_compared"


@dataclass(frozen=True, slots=True)
class Compared:
    """An entry, and the answer that is being written to its question.

    Attributes:
        fresh: Fails with a RepriseError where the model did.
    """

    entry: Entry
    fresh: Future[str]


def can_be(entry: Entry) -> bool:
    """Whether its question stands alone; others lean on what was said in their conversation."""
    return entry.shared and entry.purpose == ANSWER


def begin(entry: Entry | None) -> None:
    """Ask the model; a callback. The answer is neither stored nor part of any chat."""
    if entry is None:
        return
    try:
        fresh = session.runtime().ask_afresh(entry.question)
    except (RepriseError, CacheError) as error:
        st.toast(text.label(str(error)), icon=":material/error:")
        return
    st.session_state[_COMPARED] = Compared(entry, fresh)


def draw(cache: SemanticCache) -> None:
    """Draw the dialog, where one was begun."""
    compared: Compared | None = st.session_state.get(_COMPARED)
    if compared is not None:
        _dialog(cache, compared)


def forget() -> None:
    """Stop asking, and close the dialog with the next run."""
    compared: Compared | None = st.session_state.pop(_COMPARED, None)
    if compared is not None:
        compared.fresh.cancel()


@st.dialog("Cached beside fresh", width="large", on_dismiss=forget)
def _dialog(cache: SemanticCache, compared: Compared) -> None:
    entry = compared.entry
    common.question(entry.question)
    with st.grid(2, min_column_width=260, gap="small", key="answers"):
        with st.container(border=True, key="cached-answer", gap="xsmall"):
            st.caption(f"Cached, {words.ago(entry.created_at, time.time())}")
            with st.container(key="cached-text"):
                common.answer(entry)
        with st.container(border=True, key="fresh-answer", gap="xsmall"):
            st.caption("Fresh")
            with st.container(key="fresh-text"):
                answered = _fresh(compared)
    _verdict(cache, entry, answered=answered)


def _fresh(compared: Compared) -> bool:
    if not compared.fresh.done():
        _await_fresh(compared)
        return False
    try:
        st.markdown(text.markdown(compared.fresh.result()))
    except (RepriseError, CacheError) as error:
        notices.problem(error)
        return False
    return True


@st.fragment(run_every=0.4)
def _await_fresh(compared: Compared) -> None:
    if compared.fresh.done():
        st.rerun()
    st.markdown(":shimmer[Asking the model …]")


def _verdict(cache: SemanticCache, entry: Entry, *, answered: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="comparison"):
        same = st.button("Same answer", icon=":material/check:", disabled=not answered,
                         key="compare-same")  # fmt: skip
        other = st.button("Different", icon=":material/block:", disabled=not answered,
                          key="compare-other")  # fmt: skip
        st.caption("“Different” takes the cached answer out of service.", width="content")
    if same:
        common.done("The cached answer stays")
    elif other:
        try:
            cache.feedback(entry.id, good=False)
        except CacheError as error:
            notices.problem(error)
            return
        common.done("The cached answer is out of service")
    if same or other:
        forget()
        st.rerun()
