"""Time travel: the conversation event by event, a branch from any point, and files of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

import streamlit as st

from agents.dialogue.messages import Reply, UserMessage
from agents.dialogue.state import ChatState
from agents.dialogue.travel import Moment
from agents.errors import RepriseError
from pages.parts import addresses, notices, session, steps, text, words
from pages.parts.planning import changes, statechart

FILE: Final = "reprise-conversation.json"


def draw(state: ChatState) -> None:
    """Draw the tab."""
    if not state.messages:
        st.markdown(":gray[Nothing was said yet.]")
        _files(state)
        return
    _replay(state.id)
    _files(state)


@st.fragment
def _replay(conversation: str) -> None:
    """One moment of the conversation; going through them draws nothing else anew."""
    try:
        moments = changes.travel().moments(conversation, session.owner())
        number = _chosen(conversation, len(moments))
        then = changes.travel().state_at(conversation, session.owner(), number - 1)
    except RepriseError as error:
        notices.problem(error)
        return
    with st.container(border=True, key="moment", gap="small"):
        _happened(moments[number - 1], number, len(moments))
        _as_it_was(then)
    _branch(then)


def _chosen(conversation: str, count: int) -> int:
    """The moment that is looked at, from 1: a slider, and a step to either side of it."""
    key = f"moment-{conversation}"
    now = min(int(st.session_state.get(key, count)), count)
    with st.container(horizontal=True, vertical_alignment="bottom", wrap=False, gap="small",
                      key="replay"):  # fmt: skip
        st.button("One back", icon=":material/chevron_left:", key="moment-back", type="tertiary",
                  disabled=now == 1, on_click=_go, args=(key, now - 1))  # fmt: skip
        if count > 1:
            st.slider("Moment", 1, count, count, key=key, format="%d")
        st.button("One on", icon=":material/chevron_right:", key="moment-on", type="tertiary",
                  disabled=now == count, on_click=_go, args=(key, now + 1))  # fmt: skip
    return now


def _go(key: str, number: int) -> None:
    st.session_state[key] = number


def _happened(moment: Moment, number: int, count: int) -> None:
    st.markdown(f"**{text.label(moment.words)}**")
    step = f"step {moment.step}: {text.label(moment.title)}" if moment.step else "no step"
    st.caption(
        f"{number} of {count} · {words.ago(moment.at, time.time())} · "
        f"{statechart.NAMES[moment.state].lower()} · {step}"
    )


def _as_it_was(then: ChatState) -> None:
    if then.plan is not None:
        steps.bar(then)
    with st.grid(2, min_column_width=260, gap="medium", key="as-it-was"):
        with st.container(gap="xsmall", key="then-said"):
            st.caption("Last said")
            _last_said(then)
        with st.container(gap="xsmall", key="then-known"):
            st.caption("Known by then")
            if not then.facts:
                st.markdown(":gray[Nothing yet]")
            for fact in then.facts.values():
                st.markdown(f":gray[{text.label(fact.name)}]&ensp;{text.label(fact.value)}")


def _last_said(then: ChatState) -> None:
    if not then.messages:
        st.markdown(":gray[Nothing yet]")
    for message in then.messages[-2:]:
        if isinstance(message, UserMessage):
            st.markdown(f":material/person: {text.label(text.preview(message.text))}")
        elif message.text:
            st.markdown(f":primary[:material/chat:] {text.label(text.preview(message.text))}")


def _branch(then: ChatState) -> None:
    """A new chat that goes on from this moment."""
    said: Sequence[UserMessage | Reply] = then.messages
    last = next((m for m in reversed(said) if isinstance(m, UserMessage)), None)
    pressed = st.button(
        "Go on from here in a new chat",
        icon=":material/call_split:",
        key="branch",
        disabled=last is None,
        help="A copy up to the last message that was said by then, with the reply to it. This "
        "conversation stays as it is.",
    )
    if not pressed or last is None:
        return
    try:
        copy = changes.travel().branch(then.id, session.owner(), last.id)
    except RepriseError as error:
        notices.refused(error)
        return
    session.enter(copy)
    st.switch_page(addresses.CHAT_FILE, query_params={session.PARAMETER: copy})


def _files(state: ChatState) -> None:
    st.markdown("**Take it along**")
    with st.container(horizontal=True, vertical_alignment="center", key="conversation-files"):
        travel, owner = changes.travel(), session.owner()
        st.download_button(
            "Export",
            lambda: travel.export(state.id, owner),
            FILE,
            "application/json",
            key="export-conversation",
            icon=":material/download:",
            disabled=not state.messages,
            on_click="ignore",
            help="The whole conversation as a file, for you or for a person who takes over.",
        )
        import_button()


def import_button() -> None:
    """A button that asks for a file and makes its conversation this page's."""
    if st.button("Import", key="import-conversation", icon=":material/upload:",
                 help="A conversation that was exported, here or elsewhere."):  # fmt: skip
        _bring_in(session.fresh_key("conversation-file"))


@st.dialog("Import a conversation")
def _bring_in(key: str) -> None:
    file = st.file_uploader("A file that was exported from Reprise", type=["json"], key=key)
    st.caption("It becomes a chat of its own. One bad event, and nothing is taken in.")
    pressed = st.button("Import", type="primary", icon=":material/upload:", key="import-confirmed",
                        disabled=file is None)  # fmt: skip
    if file is None or not pressed:
        return
    try:
        taken_in = changes.travel().take_in(file.getvalue(), session.owner())
    except RepriseError as error:
        notices.problem(error)
        return
    session.enter(taken_in)
    changes.say("Imported: this is the conversation of the file")
    st.rerun()
