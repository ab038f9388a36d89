"""What a script run knows: the Runtime, whose browser it is, the conversation, the threshold."""

from __future__ import annotations

import contextlib
import uuid
from dataclasses import dataclass
from typing import Final

import streamlit as st

from agents.dialogue.state import ChatState
from agents.dialogue.turn import Turn
from agents.errors import RepriseError
from agents.runtime import Runtime
from agents.settings import Settings
from cache import CacheError
from pages.parts import browser

PARAMETER: Final = "conversation"
THRESHOLD: Final = "threshold"
AUTOMATIC: Final = "automatic"
LOWEST: Final = 0.50
LONGEST_ID: Final = 64


@st.cache_resource(show_spinner=False, on_release=Runtime.close)
def runtime() -> Runtime:
    """The one Runtime of this process, started.

    Raises:
        SettingsError: A setting cannot be used.
    """
    secrets = st.secrets if st.secrets.load_if_toml_exists() else {}
    started = Runtime(Settings.from_env(secrets))
    started.start()
    return started


def owner() -> str:
    """Whose browser this is.

    A browser that keeps no cookies gets an owner of its own for as long as its page is open.
    """
    if not st.context.headers.to_dict():
        return browser.LOCAL
    cookie = st.context.cookies.to_dict().get(browser.COOKIE)
    if cookie is None or not browser.is_valid(cookie):
        cookie = str(st.session_state.setdefault("_owner", uuid.uuid4().hex))
    return browser.owner_of(cookie)


def conversation() -> str | None:
    """Id of the conversation in the address; None for a chat in which nothing was said yet."""
    given = st.query_params.get(PARAMETER, "")
    return given[:LONGEST_ID] or None


def enter(conversation_id: str) -> None:
    """Make a conversation this page's: from now on it is in the address."""
    st.session_state["_conversation"] = conversation_id
    st.query_params[PARAMETER] = conversation_id


def leave() -> None:
    """Make the next message start a new conversation."""
    st.session_state.pop("_conversation", None)
    st.query_params.pop(PARAMETER, None)


def fresh_key(name: str) -> str:
    """A key for a widget in a dialog that is being opened.

    Streamlit keeps what a dialog held when it was closed without a run in between; under a key of
    its own each opening begins empty.
    """
    opened = int(st.session_state.get("_opened", 0)) + 1
    st.session_state["_opened"] = opened
    return f"{name}-{opened}"


def follow(page: str) -> None:
    """Keep the conversation in the address when another page is chosen."""
    moved = st.session_state.get("_page", page) != page
    st.session_state["_page"] = page
    if moved and conversation() is None and "_conversation" in st.session_state:
        st.query_params[PARAMETER] = st.session_state["_conversation"]
    elif conversation() is not None:
        st.session_state["_conversation"] = conversation()
    else:
        st.session_state.pop("_conversation", None)


def is_automatic() -> bool:
    """Whether the threshold is to be chosen by evidence."""
    return bool(st.session_state.get(AUTOMATIC, runtime().settings.auto_threshold))


def threshold() -> float:
    """The threshold in force, 0..1: what evidence recommends, or what the slider says."""
    if is_automatic():
        # Without evidence yet, the slider holds.
        with contextlib.suppress(RepriseError, CacheError):
            return runtime().evidence().recommended.threshold
    return float(st.session_state.get(THRESHOLD, runtime().settings.threshold))


@dataclass(frozen=True, slots=True)
class Opened:
    """The conversation of this page, or why it cannot be shown.

    Attributes:
        state: None where it cannot be shown.
        turn: The reply that is being written.
        problem: Set where the state is None.
    """

    state: ChatState | None = None
    turn: Turn | None = None
    problem: RepriseError | None = None


def opened() -> Opened:
    """The conversation of this page; an empty state for a new chat."""
    current = conversation()
    if current is None:
        return Opened(ChatState(id="", owner=owner()))
    try:
        state = runtime().open(current, owner())
    except RepriseError as error:
        return Opened(problem=error)
    return Opened(state, turn(current) if state.writing else None)


def turn(current: str) -> Turn | None:
    """The reply that this server is writing to a conversation."""
    return runtime().turn(current, owner())


def is_written_elsewhere(current: str) -> bool:
    """Whether another server on the same database is writing a reply to a conversation."""
    try:
        return runtime().open(current, owner()).writing
    except RepriseError:
        return False
