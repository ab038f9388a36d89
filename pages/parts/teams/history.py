"""Past runs: opened, begun once more, resumed or deleted."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from typing import Final

import streamlit as st

from agents.errors import RepriseError
from agents.teams.run import Kind, Run
from pages.parts import notices, session, text, words
from pages.parts.planning import changes
from pages.parts.teams import current, looks

AT_ONCE: Final = 20
AGAIN, RESUME, DELETE = "Run again", "Resume", "Delete"
_SHOWN: Final = "_runs-shown"
_ASKED: Final = "_run-asked"
_ALL: Final = "All"


def draw() -> None:
    """Draw the tab, the newest run first."""
    limit = int(st.session_state.get(_SHOWN, AT_ONCE))
    try:
        runs = current.teams().recent(session.owner(), limit + 1)
    except RepriseError as error:
        notices.problem(error)
        return
    if not runs:
        notices.nothing(
            "no-runs",
            "No team has worked for you yet.",
            "Every run is kept here with all that was said in it, to be opened, begun once more "
            "or deleted.",
        )
        return
    with st.container(key="runs", gap=None):
        for run in _filtered(runs[:limit]):
            _row(run)
    if len(runs) > limit:
        st.button("Show more", key="more-runs", icon=":material/expand_more:", type="tertiary",
                  on_click=_more, args=(limit,))  # fmt: skip


def _filtered(runs: Sequence[Run]) -> Sequence[Run]:
    kinds = [kind for kind in looks.KINDS if any(run.kind == kind for run in runs)]
    if len(kinds) < 2:
        return runs
    options: list[Kind | str] = [_ALL, *kinds]
    chosen = st.segmented_control(
        "Kind", options, default=_ALL, required=True, key="runs-kind",
        format_func=lambda one: looks.KINDS.get(one, one), label_visibility="collapsed",
        persist_state="session",
    )  # fmt: skip
    return [run for run in runs if chosen in (_ALL, run.kind)]


def _row(run: Run) -> None:
    here = "current" if run.id == current.run_id() else "other"
    with st.container(
        horizontal=True, wrap=False, vertical_alignment="center", gap="xsmall",
        key=f"run-{here}-{run.id}",
    ):  # fmt: skip
        with st.container(gap=None, key=f"run-text-{run.id}"):
            st.button(
                text.label(text.preview(run.task, 110)),
                key=f"open-run-{run.id}",
                type="tertiary",
                on_click=current.enter,
                args=(run.id,),
            )
            st.markdown(_about(run))
        menu(run, key=f"menu-run-{run.id}")


def _about(run: Run) -> str:
    took = words.duration(looks.elapsed(run)) if looks.is_over(run) and run.began else ""
    facts = notices.strip(
        [
            looks.KINDS[run.kind],
            text.label(current.title(run.kind, run.definition)),
            words.ago(run.created, time.time()),
            took,
        ]
    )
    colour, icon = looks.COLOURS[run.status], looks.ICONS[run.status]
    return f":small[:{colour}[{icon} {looks.STATUSES[run.status]}]&ensp;:gray[{facts}]]"


def _more(limit: int) -> None:
    st.session_state[_SHOWN] = limit + AT_ONCE


def menu(run: Run, *, key: str) -> None:
    """What can be done with a run, in a menu."""
    options = [AGAIN, *([RESUME] if looks.can_be_resumed(run) else []), DELETE]
    st.menu_button(
        "",
        options,
        key=key,
        type="tertiary",
        icon=":material/more_horiz:",
        help="More",
        on_click=_chosen,
        args=(run, key),
    )


def _chosen(run: Run, key: str) -> None:
    match st.session_state[key]:
        case "Run again":
            current.again(run)
        case "Resume":
            current.resume(run.id)
        case _:
            st.session_state[_ASKED] = run


def ask() -> None:
    """Open the dialog that was asked for, if one was."""
    run: Run | None = st.session_state.pop(_ASKED, None)
    if run is not None:
        _delete(run)


@st.dialog("Delete this run?")
def _delete(run: Run) -> None:
    st.text(text.preview(run.task, 300))
    st.caption("What its agents said is deleted with it. Answers in the cache stay there.")
    if st.button("Delete", type="primary", icon=":material/delete:", key="run-delete-confirmed"):
        delete = partial(current.teams().delete, run.id, session.owner())
        if changes.attempt(delete, "Deleted") and run.id == current.run_id():
            current.leave()
        st.rerun()
