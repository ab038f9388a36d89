"""What went wrong, what is not ready yet, and what is not there."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from agents.dialogue.messages import Failure
from agents.errors import RepriseError
from agents.status import PartStatus
from cache import CacheError
from pages.parts import session, text, words

ICON = ":material/error:"


def problem(error: RepriseError | CacheError | Failure) -> None:
    """What happened, and what to do about it."""
    if isinstance(error, CacheError):
        box(str(error), "")
    else:
        box(error.message, error.remedy)


def refused(error: RepriseError) -> None:
    """Why a message was not taken: no fault, so less loud than one."""
    st.warning(_sentences(error.message, error.remedy), icon=":material/info:")


def box(message: str, remedy: str) -> None:
    """A red box with two sentences, both shown to the letter."""
    st.error(_sentences(message, remedy), icon=ICON)


def _sentences(message: str, remedy: str) -> str:
    bold = f"**{text.label(message)}**"
    return f"{bold}  \n{text.label(remedy)}" if remedy else bold


def nothing(key: str, title: str, sentence: str) -> None:
    """A card in the place of a list that is empty; both texts may hold Markdown."""
    with st.container(border=True, key=key, gap="xsmall"):
        st.markdown(f"**{title}**")
        st.markdown(f":gray[{sentence}]")


def loading() -> None:
    """A card while the model is not there yet; gone by itself when it is."""
    status = session.runtime().status()
    if status.conversations.failure is not None:
        problem(status.conversations.failure)
    if status.model.state == "failed":
        _failed(status.model)
    elif status.model.state != "ready":
        _watch_model()
    if status.cache.state == "failed":
        _without_cache(status.cache)


@st.fragment(run_every=1.0)
def _watch_model() -> None:
    status = session.runtime().status().model
    if status.state in ("ready", "failed"):
        st.rerun()
    with st.container(border=True, key="model-card"):
        st.markdown(f"**:shimmer[{_doing(status)}]**")
        if status.total:
            st.progress(min(1.0, status.done / status.total), text=_amount(status))
        st.caption("You can already write: your message waits for the model.")


def _doing(status: PartStatus) -> str:
    if status.state == "fetching":
        return "Fetching the model, once for all"
    return "Starting the model"


def _amount(status: PartStatus) -> str:
    return f"{words.megabytes(status.done)} of {words.megabytes(status.total)}"


def _failed(status: PartStatus) -> None:
    failure = status.failure
    if failure is not None:
        problem(failure)


def _without_cache(status: PartStatus) -> None:
    detail = status.failure.message if status.failure else ""
    st.warning(
        f"**Reprise runs without its cache.**  \n{text.label(detail)}",
        icon=":material/database_off:",
    )


def strip(parts: Sequence[str]) -> str:
    """Short facts side by side, those that are there."""
    return " · ".join(part for part in parts if part)
