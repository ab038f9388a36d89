"""A new task: for which kind of team, for which team, and what it should know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from agents.errors import RepriseError
from agents.teams.run import Kind
from agents.teams.shelf import Definition
from agents.teams.teams import LONGEST_CONTEXT
from agents.teams.workflow import Input
from pages.parts import notices, session, text
from pages.parts.teams import blueprint, choosing, current, explaining, looks, naming
from pages.parts.teams.blueprint import Blueprint
from pages.parts.teams.examples import EXAMPLES, Example

WORDS: Final = "team-words"
CONTEXT: Final = "team-context"
_WANTED: Final = "_team-wanted"


def draw() -> None:
    """Draw the form."""
    _going_on()
    with st.container(key="team-form", gap="small"):
        kind = choosing.kind()
        definition = _definition(kind)
        if definition is not None:
            _form(kind, definition)


def _going_on() -> None:
    """Runs that go on while this page asks for another."""
    try:
        runs = current.teams().recent(session.owner())
    except RepriseError:
        return  # told among the past runs
    for run in (one for one in runs if not looks.is_over(one)):
        with st.container(
            border=True, horizontal=True, vertical_alignment="center",
            horizontal_alignment="distribute", key=f"going-on-{run.id}",
        ):  # fmt: skip
            task = text.label(text.preview(run.task, 80))
            st.markdown(f":primary[:material/pending:] A team is at work: **{task}**")
            st.button("Watch", key=f"watch-{run.id}", icon=":material/visibility:",
                      type="tertiary", on_click=current.enter, args=(run.id,))  # fmt: skip


def _definition(kind: Kind) -> Definition | None:
    """The team or workflow that is chosen; None, with the reason on the page, where none is."""
    known = {one.name: one for one in current.teams().definitions(kind)}
    usable = [name for name, one in known.items() if not one.problem]
    for one in known.values():
        if one.problem:
            st.warning(f"**{text.label(one.title)} cannot be used.**  \n{text.label(one.problem)}",
                       icon=":material/info:")  # fmt: skip
    if not usable:
        notices.box("There is nothing to choose from.", "Write one under “Edit”.")
        return None
    default = current.teams().default(kind)
    chosen = st.selectbox(
        "Workflow" if kind == "workflow" else "Team", usable,
        index=usable.index(default) if default in usable else 0,
        format_func=lambda name: known[name].title, key=f"team-chosen-{kind}",
        persist_state="session",
    )  # fmt: skip
    return known[chosen]


def _form(kind: Kind, definition: Definition) -> None:
    drawn = blueprint.of(kind, definition.text)
    if definition.about:
        st.caption(text.label(definition.about))
    _who(kind, drawn)
    st.text_area(
        "Task", key=WORDS, height=110, placeholder="What shall the team work out?",
        max_chars=session.runtime().settings.max_message, persist_state="session",
    )  # fmt: skip
    inputs = {one.name: f"input-{kind}-{definition.name}-{one.name}" for one in _asked(drawn)}
    _examples(EXAMPLES.get(definition.name, ()), inputs)
    _inputs(_asked(drawn), inputs)
    _context()
    if st.session_state.pop(_WANTED, False):
        st.warning("**Say first what the team is to do.**", icon=":material/info:")
    st.button(
        "Start", key="start-run", type="primary", icon=":material/play_arrow:",
        on_click=_start, args=(kind, definition.name, inputs),
    )  # fmt: skip


def _who(kind: Kind, drawn: Blueprint | None) -> None:
    if drawn is None:
        return
    with st.expander(text.label(drawn.summary), key="team-blueprint", type="compact"):
        explaining.draw(kind, drawn, key="blueprint")


def _asked(drawn: Blueprint | None) -> Sequence[Input]:
    """What is asked for besides the task."""
    return drawn.inputs if drawn is not None else ()


def _examples(examples: Sequence[Example], inputs: Mapping[str, str]) -> None:
    if not examples:
        return
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="team-examples"
    ):
        st.caption("For example", width="content")
        for number, example in enumerate(examples):
            st.button(
                text.label(text.preview(example.task, 60)),
                key=f"team-example-{number}",
                type="tertiary",
                on_click=_take,
                args=(example, inputs),
            )


def _take(example: Example, inputs: Mapping[str, str]) -> None:
    st.session_state[WORDS] = example.task
    for name, value in example.inputs:
        if name in inputs:
            st.session_state[inputs[name]] = value


def _inputs(asked: Sequence[Input], keys: Mapping[str, str]) -> None:
    """A field for each; what is given already as long as nothing else is typed stands in it."""
    if not asked:
        return
    with st.grid(2, min_column_width=240, gap="small", key="team-inputs"):
        for one in asked:
            st.text_input(
                text.label(naming.plain(one.name)),
                one.default or "",
                key=keys[one.name],
                placeholder=one.about,
                required=one.default is None,
                help=text.label(one.about) or None,
                persist_state="session",
            )


def _context() -> None:
    with st.expander("What else should it know?", key="team-more", type="compact"):
        st.text_area(
            "Context", key=CONTEXT, height=110, label_visibility="collapsed",
            max_chars=LONGEST_CONTEXT, persist_state="session",
            placeholder="Facts, wishes and limits that every agent is told. Answers that were "
            "given with a context are reused for you and with the same context only.",
        )  # fmt: skip


def _start(kind: Kind, definition: str, inputs: Mapping[str, str]) -> None:
    task = str(st.session_state.get(WORDS) or "")
    if not task.strip():
        st.session_state[_WANTED] = True
        return
    given = {name: str(st.session_state.get(key) or "") for name, key in inputs.items()}
    begun = current.start(
        kind,
        task,
        definition=definition,
        context=str(st.session_state.get(CONTEXT) or ""),
        inputs={name: value for name, value in given.items() if value.strip()},
    )
    if begun:
        for key in (WORDS, CONTEXT):
            st.session_state[key] = ""
