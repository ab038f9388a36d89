"""One run: its task, what can be done with it, and how it goes on or went."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import streamlit as st

from agents.teams.live import LiveRun
from agents.teams.run import Kind, Run
from pages.parts import addresses, notices, session, text, words
from pages.parts.teams import (
    canvas,
    current,
    figures,
    history,
    looks,
    naming,
    result,
    steps,
    topology,
    waterfall,
)
from pages.parts.teams.naming import Names

SHARES: Final = 2, 3
"""How the two pictures share the width; on a telephone one comes below the other."""
PICTURES: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        "nested": "**Who works for whom**",
        "recursive": "**Parts of parts**",
        "workflow": "**What needs what**",
    }
)
LONG_TASK: Final = 400
"""From how many characters on a task scrolls in a box of its own."""


def draw(run_id: str) -> None:
    """Draw the run."""
    opened = current.opened(run_id)
    if opened.run is None:
        _missing(opened)
        return
    _head(opened.run, opened.live)
    if looks.is_over(opened.run):
        _whole(opened.run)
    elif opened.live is not None:
        _watch(run_id)
        _watch_steps(run_id)
    else:
        _watch_from_afar(run_id)


def _missing(opened: current.Opened) -> None:
    if opened.problem is not None:
        notices.problem(opened.problem)
    _new_task()


def _whole(run: Run) -> None:
    now = looks.last_seen(run)
    figures.draw(run, now)
    names = current.names(run)
    result.draw(run, names)
    _pictures(run, names, now)
    if run.delegations:
        st.markdown("**Step by step**")
        steps.draw(run, names)


@st.fragment(run_every=0.3)
def _watch(run_id: str) -> None:
    """Draw how far the run is; it only reads. The page is drawn anew once it is over."""
    run = _still_going(run_id)
    now = time.time()
    figures.draw(run, now)
    names = current.names(run)
    result.progress(run, names)
    _pictures(run, names, now)


@st.fragment(run_every=1.5)
def _watch_steps(run_id: str) -> None:
    """The texts change less often than the times, and are much more to send."""
    run = _still_going(run_id)
    st.markdown("**Step by step**")
    steps.draw(run, current.names(run))


@st.fragment(run_every=1.0)
def _watch_from_afar(run_id: str) -> None:
    """As far as another server on the same database has got."""
    st.caption("Another server works on it; this is what it has stored.")
    run = _still_going(run_id)
    names = current.names(run)
    result.progress(run, names)
    _pictures(run, names, time.time())
    steps.draw(run, names)


def _still_going(run_id: str) -> Run:
    """The run; the page is drawn anew where there is nothing to wait for."""
    run = current.opened(run_id).run
    if run is None or looks.is_over(run):
        st.rerun()
    return run


def _pictures(run: Run, names: Names, now: float) -> None:
    if not run.delegations:
        return
    with st.container(key="team-pictures"):
        left, right = st.columns(SHARES, gap="small")
        with left, st.container(border=True, height="stretch", key="team-topology", gap="xsmall"):
            st.markdown(PICTURES[run.kind])
            canvas.topology_of(topology.topology(run, names, now), key="topology")
        with right, st.container(border=True, height="stretch", key="team-waterfall", gap="xsmall"):
            st.markdown("**Who worked when**" if looks.is_over(run) else "**Who works when**")
            canvas.waterfall(waterfall.waterfall(run, names, now), key="waterfall")


def _head(run: Run, live: LiveRun | None) -> None:
    with st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="top",
        key="team-head",
    ):
        with st.container(key="team-task", gap="xsmall"):
            with st.container(height=150 if len(run.task) > LONG_TASK else "content", border=False):
                st.text(run.task)
            _about(run)
        _buttons(run, live)


def _about(run: Run) -> None:
    facts = notices.strip(
        [
            looks.KINDS[run.kind],
            text.label(current.title(run.kind, run.definition)),
            words.ago(run.created, time.time()),
        ]
    )
    colour, icon = looks.COLOURS[run.status], looks.ICONS[run.status]
    badge = f":{colour}-badge[{icon} {looks.STATUSES[run.status]}]"
    st.markdown(f"{badge}&ensp;:small[:gray[{facts}]]")
    if run.conversation:
        st.page_link(
            addresses.CHAT_FILE,
            label="It was asked in a chat",
            icon=":material/forum:",
            query_params={session.PARAMETER: run.conversation},
        )
    if run.context or run.inputs:
        with st.expander("What else it was given", key="team-given", type="compact"):
            for name, value in (*run.inputs, ("Context", run.context)):
                if value:
                    st.caption(text.label(naming.plain(name)))
                    st.text(value)


def _buttons(run: Run, live: LiveRun | None) -> None:
    with st.container(horizontal=True, width="content", gap="xsmall", key="team-buttons"):
        if live is not None and not looks.is_over(run):
            st.button("Stop", key="stop-run", type="primary", icon=":material/stop_circle:",
                      on_click=live.stop)  # fmt: skip
        elif looks.can_be_resumed(run):
            st.button("Resume", key="resume-run", type="primary", icon=":material/play_arrow:",
                      help="What is done is not done again.",
                      on_click=current.resume, args=(run.id,))  # fmt: skip
        elif looks.is_over(run):
            st.button("Run again", key="run-again", icon=":material/refresh:",
                      help="The same task as a new run; what was answered may come from the cache.",
                      on_click=current.again, args=(run,))  # fmt: skip
        _new_task()
        history.menu(run, key="run-menu")


def _new_task() -> None:
    st.button("New task", key="new-task", icon=":material/add:", on_click=current.leave)
