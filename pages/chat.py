"""Chat: a conversation, and a place to go on with it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial

import streamlit as st

from agents.dialogue.messages import Reply, UserMessage
from agents.dialogue.saying import wish_for_team
from agents.dialogue.state import ChatState
from agents.errors import RepriseError
from pages.parts import addresses, notices, reply, session, steps

DRAFT = "message"
STARTERS = {
    ":material/luggage: Plan a weekend in Lisbon": "Plan a weekend in Lisbon",
    ":material/code: Choose a programming language": (
        "Choose a programming language for web development"
    ),
    ":material/work: Prepare for a job interview": "Prepare for a job interview",
    ":material/laptop: Pick a laptop": "Pick a laptop",
}


def draw() -> None:
    """Draw the page."""
    opened = session.opened()
    if opened.problem is not None:
        notices.problem(opened.problem)
    elif opened.state is not None and opened.state.messages:
        _messages(opened.state)
    else:
        _welcome()
    with st.bottom:
        _refusal()
        _strip(opened)
    st.chat_input("Say what you want to reach, or ask anything", key=DRAFT, on_submit=_submit)


def _welcome() -> None:
    with st.container(key="welcome", horizontal_alignment="center"):
        st.title("What shall we work out?", anchor=False, text_alignment="center")
        st.markdown(
            ":gray[Tell me a goal. I draft a plan of a few steps and lead you through it; "
            "questions on the way are welcome.]",
            text_alignment="center",
        )
        with st.grid(2, min_column_width=230, gap="small", key="starters"):
            for number, (label, goal) in enumerate(STARTERS.items()):
                st.button(
                    label, key=f"starter-{number}", width="stretch", on_click=_say, args=(goal,)
                )


def _messages(state: ChatState) -> None:
    heard: dict[str, str] = {}
    for message in state.messages:
        if isinstance(message, UserMessage):
            heard[message.id] = message.text
            reply.said(message)
        elif message.status == "writing":
            _watch(state.id)
        else:
            reply.finished(
                message,
                again=_again(message, state, heard),
                ask_team=_ask_team(message, state),
            )


def _again(message: Reply, state: ChatState, heard: dict[str, str]) -> Callable[[], None] | None:
    """Only the last reply offers to try again; an older one is answered by what came after."""
    if message is not state.messages[-1] or message.to not in heard:
        return None
    return partial(_say, heard[message.to])


def _ask_team(message: Reply, state: ChatState) -> Callable[[], None] | None:
    """Takes up the offer of the last reply, where it offers the team."""
    if message is not state.messages[-1] or state.offer != "ask_team":
        return None
    return partial(_say, wish_for_team(state))


@st.fragment(run_every=0.2)
def _watch(conversation: str) -> None:
    """Draw the reply that is being written as far as it is; it only reads."""
    turn = session.turn(conversation)
    if turn is not None and not turn.view.ended:
        reply.live(turn.view)
    elif session.is_written_elsewhere(conversation):
        reply.elsewhere()
    else:
        st.rerun()


def _refusal() -> None:
    """Why the last message was not taken; its text is in the input again."""
    refused = st.session_state.pop("_refused", None)
    if refused is not None:
        notices.refused(refused)


def _strip(opened: session.Opened) -> None:
    state, turn = opened.state, opened.turn
    if state is None or (state.plan is None and turn is None):
        return
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        key="strip",
    ):
        steps.strip(state)
        if turn is not None:
            st.button(
                "Stop",
                key="stop",
                icon=":material/stop_circle:",
                type="primary",
                on_click=turn.stop,
            )
        elif state.plan is not None:
            st.page_link(addresses.PLAN_FILE, label="Plan", icon=":material/checklist:")


def _submit() -> None:
    text = st.session_state[DRAFT]
    if text is not None:
        _say(text)


def _say(text: str) -> None:
    """Send a message; where it is refused, it is put into the input."""
    if not _send(text):
        st.session_state[DRAFT] = text


def _send(text: str) -> bool:
    """Send a message; False, with the reason on the page, where it was refused."""
    conversation = session.conversation() or uuid.uuid4().hex
    try:
        session.runtime().send(
            conversation,
            session.owner(),
            text,
            threshold=session.threshold(),
            automatic=session.is_automatic(),
            message_id=uuid.uuid4().hex,
        )
    except RepriseError as error:
        st.session_state["_refused"] = error
        return False
    session.enter(conversation)
    return True


draw()
