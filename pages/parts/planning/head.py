"""The head of the page: the goal, how far it is, and what can be done with the whole plan."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Final

import streamlit as st

from agents.dialogue.plan import PlanSource
from agents.dialogue.state import ChatState
from pages.parts import session, steps, words
from pages.parts.planning import changes, drafting

SOURCES: Final[dict[PlanSource, str]] = {
    "model": "Written by the model",
    "cache": "From the cache: this goal was planned before",
    "template": "From the library of plans",
    "user": "As you changed it",
}
TAB: Final = "plan-tab"
"""Key of the page's tabs, and their name in the address."""
_HANDED_OVER: Final[dict[str, str]] = {
    "notified": "a person was told",
    "exported": "handed over for a person to go on",
}
START_OVER: Final = "Start over"
GIVE_UP: Final = "Give the plan up"


def draw(state: ChatState) -> None:
    """Draw it, for a conversation that has a plan."""
    if state.plan is None:
        return
    with st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="top",
        key="plan-head",
    ):
        with st.container(key="goal", gap="xsmall"):
            st.text(state.plan.goal)
            st.caption(_origin(state))
        _buttons(state)
    with st.container(key="plan-progress", gap="xsmall"):
        steps.bar(state)
        st.caption(steps.behind(state))
    if not changes.can_be_made(state):
        st.caption("A reply is being written. The plan can be changed as soon as it has ended.")


def turn_to(tab: str) -> None:
    """Open a tab of the page; for a callback."""
    st.session_state[TAB] = tab


def _origin(state: ChatState) -> str:
    if state.plan is None:
        return ""
    parts = [SOURCES[state.plan.source]]
    if len(state.versions) > 1:
        parts.append(f"version {state.version}")
    if state.versions:
        parts.append(words.ago(state.versions[-1].at, time.time()))
    if state.approved:
        parts.append("you agreed to it")
    if state.handed_over:
        parts.append(_HANDED_OVER[state.handed_over])
    return " · ".join(parts)


def _buttons(state: ChatState) -> None:
    editing, owner = changes.editing(), session.owner()
    still = not changes.can_be_made(state)
    with st.container(horizontal=True, width="content", gap="xsmall", key="plan-buttons"):
        if not state.approved and not state.finished:
            st.button(
                "Approve",
                key="approve",
                type="primary",
                icon=":material/thumb_up:",
                disabled=still,
                help="Say that the plan is as you want it.",
                on_click=changes.attempted,
                args=(
                    partial(editing.approve, state.id, owner, based_on=state.version),
                    "Agreed: we follow this plan",
                ),
            )
        if drafting.current(state.id) is None:
            st.button(
                "Edit",
                key="edit-plan",
                icon=":material/edit:",
                disabled=still,
                on_click=drafting.begin,
                args=(state,),
            )
        st.menu_button(
            "",
            [START_OVER, GIVE_UP],
            key="plan-menu",
            icon=":material/more_horiz:",
            help="More",
            disabled=still,
            on_click=_chosen,
            args=(state,),
        )


def _chosen(state: ChatState) -> None:
    """Begin what was chosen in the menu; both are asked for once more, in a dialog."""
    st.session_state["_plan-asked"] = (state.id, st.session_state["plan-menu"])


def ask() -> None:
    """Open the dialog that was asked for, if one was."""
    conversation, asked = st.session_state.pop("_plan-asked", ("", ""))
    if asked == START_OVER:
        _start_over(conversation)
    elif asked == GIVE_UP:
        _give_up(conversation)


@st.dialog("Start over?")
def _start_over(conversation: str) -> None:
    st.markdown(
        "Every step is asked again, from the first. What you said so far is kept as former values."
    )
    restart = partial(changes.editing().restart, conversation, session.owner())
    _confirmed("Start over", ":material/restart_alt:", restart)


@st.dialog("Give the plan up?")
def _give_up(conversation: str) -> None:
    st.markdown(
        "The chat goes on without a plan. What you told me stays, and an older version of the "
        "plan can be brought back."
    )
    stop = partial(changes.editing().stop, conversation, session.owner())
    _confirmed("Give it up", ":material/flag:", stop)


def _confirmed(label: str, icon: str, change: Callable[[], object]) -> None:
    if st.button(label, type="primary", icon=icon, key="plan-confirmed"):
        changes.attempted(change)
        st.rerun()
