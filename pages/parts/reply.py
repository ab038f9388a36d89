"""How a message and a reply are drawn, whether the reply is finished or still being written."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from agents.dialogue.messages import Reply, UserMessage
from agents.dialogue.turn import TurnView
from agents.errors import RepriseError
from cache import CacheError
from pages.parts import clipboard, notices, session, teamwork, text, words

_ENDINGS = {
    "stopped": "Stopped",
    "interrupted": "Interrupted when the server stopped",
}


def said(message: UserMessage) -> None:
    """What the user said, to the letter."""
    with st.chat_message("user"), st.container(key=f"said-{message.id}"):
        st.text(message.text)


def finished(
    reply: Reply, *, again: Callable[[], None] | None, ask_team: Callable[[], None] | None = None
) -> None:
    """A reply that has ended, with what there is to know and to do about it.

    Args:
        again: Sends the same message once more; None where that makes no sense.
        ask_team: Takes up the offer to ask the team; None where it is not offered.
    """
    with st.chat_message("assistant"):
        _words(reply)
        if reply.failure is not None:
            notices.problem(reply.failure)
            st.caption(f"Reference {reply.reference}")
        if reply.notice:
            st.caption(text.label(reply.notice))
        if reply.status in _ENDINGS or reply.status == "failed":
            _unfinished(reply, again)
        elif ask_team is not None:
            st.button(
                "Ask the team",
                key=f"ask-team-{reply.id}",
                icon=":material/groups:",
                on_click=ask_team,
            )
        teamwork.credit(reply)
        if reply.text:
            _about(reply)


def live(view: TurnView) -> None:
    """A reply that is being written."""
    with st.chat_message("assistant"):
        if view.reply.text:
            with st.container(key=f"live-{view.reply.id}"):
                _words(view.reply)
        else:
            _stage(view)


def elsewhere() -> None:
    """A reply that another server on the same database is writing."""
    with st.chat_message("assistant"):
        st.markdown(":shimmer[Another server is writing this reply …]")


def _words(reply: Reply) -> None:
    if reply.answer:
        st.markdown(text.markdown(reply.answer))
    if reply.guidance:
        with st.container(key=f"guidance-{reply.id}"):
            st.markdown(text.markdown(reply.guidance))


def _stage(view: TurnView) -> None:
    st.markdown(f":shimmer[{_doing(view)} …]")
    for number, step in enumerate(view.steps, start=1):
        st.markdown(f":gray[{number}]&ensp;{text.label(step.title)}")
    if view.reply.team is not None:
        teamwork.progress(view.reply.team)


def _doing(view: TurnView) -> str:
    status = session.runtime().status()
    if status.cache.state in ("waiting", "loading"):
        return "Opening the cache"
    if status.model.state in ("waiting", "fetching", "loading"):
        return "Waiting for the model; your message is kept"
    return words.STAGES[view.stage]


def _unfinished(reply: Reply, again: Callable[[], None] | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"ended-{reply.id}"):
        if reply.status in _ENDINGS:
            st.markdown(f":gray[:material/stop_circle: {_ENDINGS[reply.status]}]")
        if again is not None:
            st.button(
                "Try again",
                key=f"again-{reply.id}",
                icon=":material/refresh:",
                on_click=again,
            )


@st.fragment
def _about(reply: Reply) -> None:
    """Where the answer came from, and the thumbs; rating one reply disturbs no other."""
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        key=f"about-{reply.id}",
    ):
        with st.container(horizontal=True, vertical_alignment="center", key=f"facts-{reply.id}"):
            _source(reply)
            st.caption(notices.strip(_facts(reply)), width="content")
        with st.container(
            horizontal=True,
            wrap=False,
            width="content",
            vertical_alignment="center",
            gap=None,
            key=f"tools-{reply.id}",
        ):
            _thumbs(reply)
            clipboard.button(reply.text, key=f"copy-{reply.id}")


def _source(reply: Reply) -> None:
    """A badge where the answer is not the model's of this moment."""
    if reply.served is None or reply.served.tier is None:
        return
    if reply.served.degraded:
        st.badge(
            "From an earlier answer, model unavailable", icon=":material/history:", color="orange"
        )
    else:
        st.badge("From the cache", icon=":material/bolt:", color="green")


def _facts(reply: Reply) -> list[str]:
    served = reply.served
    if served is not None and served.tier is not None:
        close = "the same question" if served.tier == "exact" else ""
        if served.tier == "semantic" and served.similarity is not None:
            close = f"similarity {words.similarity(served.similarity)}"
        saved = f"saved {words.duration(served.seconds_saved)}" if served.seconds_saved else ""
        return [close, words.duration(reply.seconds), saved]
    facts = [words.duration(reply.seconds) if reply.seconds else ""]
    if reply.tokens:
        if reply.first_token is not None and reply.team is None:
            facts.append(f"first token {words.duration(reply.first_token)}")
        facts.append(words.counted(reply.tokens, "token"))
    if served is not None and served.similarity is not None:
        facts.append(f"nearest {words.similarity(served.similarity)}")
    return facts


def _thumbs(reply: Reply) -> None:
    if reply.status not in ("complete", "stopped"):
        return
    key = f"liked-{reply.id}"
    default = None if reply.liked is None else int(reply.liked)
    st.feedback("thumbs", key=key, default=default, on_change=_rate, args=(reply.id, key))


def _rate(reply_id: str, key: str) -> None:
    current = session.conversation()
    if current is None:
        return
    thumb = st.session_state[key]
    try:
        session.runtime().rate(
            current, session.owner(), reply_id, liked=None if thumb is None else bool(thumb)
        )
    except (RepriseError, CacheError) as error:
        st.toast(text.label(str(error)), icon=":material/error:")
