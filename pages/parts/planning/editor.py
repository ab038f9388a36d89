"""Editing the plan in the place of its timeline, all of it saved or discarded at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from agents.dialogue.plan import Step
from agents.dialogue.state import ChatState
from pages.parts import notices, session, text, words
from pages.parts.planning import changes, drafting
from pages.parts.planning.drafting import Draft


@st.fragment
def draw(state: ChatState) -> None:
    """Draw the tab's draft, with what is wrong with it; typing and moving draw nothing else anew.

    Once the draft is saved or discarded, the page is drawn anew.
    """
    draft = drafting.current(state.id)
    if draft is None:
        st.rerun()
    draft = drafting.gathered(draft)
    drafting.keep(draft)
    _problems(state, draft)
    _steps(draft)
    _bar(state, draft)


def _problems(state: ChatState, draft: Draft) -> None:
    if draft.outdated:
        _outdated(session.opened().state or state, draft)
    elif draft.problem is not None:
        notices.problem(draft.problem)
    elif draft.wrong:
        notices.box(
            f"{words.counted(len(draft.wrong), 'thing')} cannot stay so.",
            "See the marked fields; nothing was saved, and nothing is lost.",
        )


def _outdated(state: ChatState, draft: Draft) -> None:
    with st.container(border=True, key="outdated"):
        st.markdown(
            ":material/sync_problem: **The plan was changed elsewhere while you were editing.**"
        )
        st.markdown(
            f":gray[You began with version {draft.based_on}; it is version {state.version} now. "
            "What you typed is still below.]"
        )
        if state.versions and state.versions[-1].because:
            st.caption(text.label(state.versions[-1].because))
        with st.container(horizontal=True, key="outdated-choice"):
            st.button(
                "Load the newer plan",
                icon=":material/download:",
                key="load-newer",
                help="What you typed here is discarded.",
                on_click=drafting.load_newer,
                args=(state,),
            )
            st.button(
                "Save mine over it",
                icon=":material/save:",
                key="put-over",
                help="The other version stays among the versions.",
                on_click=drafting.put_over,
                args=(draft, state),
            )


def _bar(state: ChatState, draft: Draft) -> None:
    """Save and discard, always in sight."""
    with st.container(horizontal=True, vertical_alignment="center", key="edit-bar"):
        st.button(
            "Save",
            key="save-plan",
            type="primary",
            icon=":material/check:",
            disabled=not changes.can_be_made(state) or draft.outdated,
            on_click=_save,
            args=(state.id,),
        )
        st.button("Discard", key="discard-plan", on_click=drafting.discard)
        st.caption("Steps that stay keep what you said for them.", width="content")


def _save(conversation: str) -> None:
    draft = drafting.current(conversation)
    if draft is not None:
        drafting.save(draft)


def _steps(draft: Draft) -> None:
    st.text_input("Goal", draft.goal, key=draft.goal_key, max_chars=300)
    with st.container(key="all-edited", gap="small"):
        for number, step in enumerate(draft.steps, start=1):
            with st.container(border=True, key=f"edit-{step.id}", gap="xsmall"):
                _step(draft, number, step)
    if not draft.steps:
        st.caption("No step is left. A plan needs one at least; to have none, give the plan up.")
    st.button(
        "Add a step",
        key="add-step",
        icon=":material/add:",
        type="tertiary",
        disabled=drafting.is_full(draft),
        on_click=_change,
        args=(draft.conversation, drafting.with_another),
    )


def _step(draft: Draft, number: int, step: Step) -> None:
    with st.container(
        horizontal=True, vertical_alignment="bottom", gap="xsmall", key=f"edit-head-{step.id}"
    ):
        st.text_input(
            f"Title of step {number}",
            step.title,
            key=draft.key(step.id, "title"),
            max_chars=80,
            placeholder="Two to four words",
        )
        st.toggle("Optional", step.optional, key=draft.key(step.id, "optional"),
                  help="The goal can be reached without it; it may be skipped.")  # fmt: skip
        _order(draft, number, step)
    _wrong(draft, step, "title")
    with st.grid(2, min_column_width=240, gap="small", key=f"edit-texts-{step.id}"):
        st.text_area("Question", step.description, key=draft.key(step.id, "description"),
                     height=68, placeholder="What I ask you")  # fmt: skip
        st.text_area("Expected reply", step.expected_response, height=68,
                     key=draft.key(step.id, "expected_response"),
                     placeholder="What kind of reply")  # fmt: skip
    _wrong(draft, step, "description")
    _details(draft, step)
    _wrong(draft, step, "needs")


def _details(draft: Draft, step: Step) -> None:
    with (
        st.expander("Details", type="compact", key=f"edit-details-{step.id}"),
        st.grid(2, min_column_width=240, gap="small", key=f"edit-more-{step.id}"),
    ):
        _builds_on(draft, step)
        st.multiselect(
            "Examples",
            step.examples,
            step.examples,
            key=draft.key(step.id, "examples"),
            accept_new_options=True,
            placeholder="Type one, press Enter",
            help="Offered to somebody who does not know what to say.",
        )
        st.text_area(
            "Good enough when",
            step.success_criteria,
            key=draft.key(step.id, "success_criteria"),
            height="content",
            placeholder="The question is answered",
        )


def _builds_on(draft: Draft, step: Step) -> None:
    names = {
        one.id: f"{number}. {text.preview(one.title, 40) or 'Without a title'}"
        for number, one in enumerate(draft.steps, start=1)
    }
    st.multiselect(
        "Builds on",
        [one.id for one in draft.steps if one.id != step.id],
        step.needs,
        format_func=lambda one: names.get(one, one),
        key=draft.key(step.id, "needs"),
        placeholder="No other step",
        help="When one of these gets a new answer, this step is asked again.",
    )


def _order(draft: Draft, number: int, step: Step) -> None:
    """Move and remove, each a button: they work from a keyboard, too."""
    with st.container(horizontal=True, width="content", gap=None, wrap=False,
                      key=f"order-{step.id}"):  # fmt: skip
        st.button(f"Move step {number} up", icon=":material/arrow_upward:", type="tertiary",
                  key=f"up-{step.id}", disabled=number == 1, on_click=_change,
                  args=(draft.conversation, drafting.moved, step.id, -1))  # fmt: skip
        st.button(f"Move step {number} down", icon=":material/arrow_downward:", type="tertiary",
                  key=f"down-{step.id}", disabled=number == len(draft.steps), on_click=_change,
                  args=(draft.conversation, drafting.moved, step.id, 1))  # fmt: skip
        st.button(f"Remove step {number}", icon=":material/delete:", type="tertiary",
                  key=f"remove-{step.id}", on_click=_change,
                  args=(draft.conversation, drafting.without, step.id))  # fmt: skip


def _wrong(draft: Draft, step: Step, name: str) -> None:
    told = draft.wrong.get((step.id, name))
    if told:
        st.markdown(f":small[:red[:material/error: {text.label(told)}]]")


def _change(conversation: str, change: Callable[..., Draft], *given: object) -> None:
    """Change the draft as it is typed by now."""
    draft = drafting.current(conversation)
    if draft is not None:
        drafting.keep(replace(change(drafting.gathered(draft), *given), problem=draft.problem))
