"""What the page shows where there is no plan: how to come by one."""

from __future__ import annotations

import uuid
from functools import partial

import streamlit as st

from agents.dialogue.language import Language, language_of
from agents.dialogue.library import Library
from agents.dialogue.state import ChatState
from agents.dialogue.template_file import Template
from pages.parts import addresses, session, text, words
from pages.parts.planning import changes, travelling


def draw(state: ChatState) -> None:
    """Draw it."""
    if state.writing:
        return
    with st.container(border=True, key="no-plan", gap="small"):
        st.markdown("**There is no plan yet.**" if not state.versions else "**You gave it up.**")
        st.markdown(
            ":gray[State a goal in the chat, such as “Plan a weekend in Lisbon”, and its steps "
            "appear here.]"
        )
        with st.container(horizontal=True, vertical_alignment="center", key="no-plan-ways"):
            st.page_link(addresses.CHAT_FILE, label="Go to the chat", icon=":material/forum:")
            if state.versions:
                _bring_back(state)
            if not state.messages:
                travelling.import_button()
    _templates()


def _bring_back(state: ChatState) -> None:
    restore = partial(
        changes.editing().restore,
        state.id,
        session.owner(),
        state.version,
        based_on=state.version,
    )
    st.button(
        f"Bring back “{text.label(text.preview(state.versions[-1].plan.goal, 50))}”",
        key="bring-back",
        icon=":material/restore:",
        on_click=changes.attempted,
        args=(restore, "Here it is again"),
    )


def _templates() -> None:
    """Plans that are there already, each begun with a goal that people have."""
    language: Language = "de" if (st.context.locale or "").startswith("de") else "en"
    ready = [(template, _goal(template, language)) for template in _library().templates]
    ready = [(template, goal) for template, goal in ready if goal]
    if not ready:
        return
    st.markdown("**Or begin with a plan from the library**")
    with st.grid(3, min_column_width=220, gap="small", key="library"):
        for template, goal in ready:
            steps = template.plan(goal).steps
            titles = " · ".join(text.label(step.title) for step in steps)
            with st.container(border=True, gap="xsmall", key=f"template-{template.id}"):
                st.button(
                    text.label(template.title(language)),
                    key=f"begin-{template.id}",
                    type="tertiary",
                    icon=":material/checklist:",
                    help=text.label(f"Begins with “{goal}”"),
                    on_click=_begin,
                    args=(goal,),
                )
                st.caption(f"{words.counted(len(steps), 'step')}: {titles}")


@st.cache_resource(show_spinner=False)
def _library() -> Library:
    return Library.open(session.runtime().settings.templates)


def _goal(template: Template, language: Language) -> str:
    """A goal that the template is for, in this language where there is one."""
    return next((goal for goal in template.goals if language_of(goal) == language), "")


def _begin(goal: str) -> None:
    """State the goal, as if it had been said in the chat."""
    conversation = session.conversation() or uuid.uuid4().hex
    send = partial(
        session.runtime().send,
        conversation,
        session.owner(),
        goal,
        threshold=session.threshold(),
        automatic=session.is_automatic(),
        message_id=uuid.uuid4().hex,
    )
    if changes.attempt(send):
        session.enter(conversation)
