"""What a person changes on this page: made in a callback, and told when it was refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from agents.dialogue.editing import Editing
from agents.dialogue.state import ChatState
from agents.dialogue.travel import Travel
from agents.errors import RepriseError
from pages.parts import notices, session, text

_REFUSED: Final = "_plan-refused"
_DONE: Final = "_plan-done"


def editing() -> Editing:
    """What changes plans and facts."""
    return session.runtime().editing


def travel() -> Travel:
    """What replays, branches, exports and imports conversations."""
    return session.runtime().travel


def attempt(change: Callable[[], object], done: str = "") -> bool:
    """Make a change; False where it was refused, which the page tells when it is drawn anew.

    Args:
        done: What to say in passing when it was made.
    """
    try:
        change()
    except RepriseError as error:
        st.session_state[_REFUSED] = error
        return False
    if done:
        say(done)
    return True


def say(done: str) -> None:
    """Have the page say in passing, once it is drawn anew, what was done."""
    st.session_state[_DONE] = done


def attempted(change: Callable[[], object], done: str = "") -> None:
    """As `attempt`, for a callback that has nothing else to do."""
    attempt(change, done)


def tell() -> None:
    """Tell, once, what was refused or done."""
    refused = st.session_state.pop(_REFUSED, None)
    if refused is not None:
        notices.refused(refused)
    done = st.session_state.pop(_DONE, None)
    if done:
        st.toast(text.label(done), icon=":material/check:")


def can_be_made(state: ChatState) -> bool:
    """Whether the plan may be changed now: a reply that is being written goes by it."""
    return not state.writing
