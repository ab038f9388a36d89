"""Every version of the plan: who made it, when and why, and what it changed."""

from __future__ import annotations

import time
from functools import partial
from itertools import pairwise

import streamlit as st

from agents.dialogue.difference import PlanDifference, difference
from agents.dialogue.plan import Plan, PlanVersion
from agents.dialogue.state import ChatState
from pages.parts import session, text, words
from pages.parts.planning import changes


def draw(state: ChatState) -> None:
    """Draw the tab, the newest version first."""
    if not state.versions:
        st.markdown(":gray[No plan was made in this chat yet.]")
    before = {version.number: older.plan for older, version in pairwise(state.versions)}
    with st.container(key="versions", gap="small"):
        for version in reversed(state.versions):
            with st.container(border=True, key=f"version-{version.number}", gap="xsmall"):
                _version(state, version, before.get(version.number))


def _version(state: ChatState, version: PlanVersion, before: Plan | None) -> None:
    newest = version.number == state.version
    with st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
        key=f"version-head-{version.number}",
    ):
        st.markdown(
            f"**Version {version.number}**&ensp;:small[:gray[{_origin(version, newest=newest)}]]",
            width="content",
        )
        if not newest:
            _restore(state, version)
    if version.because:
        st.text(version.because)
    if before is not None:
        _changed(difference(before, version.plan))
    _steps(version)


def _changed(what: PlanDifference) -> None:
    """What the version changed, a line for each way to change a plan."""
    groups = {
        ":primary[:material/add:] Added": what.added,
        ":red[:material/remove:] Removed": what.removed,
        ":orange[:material/edit:] Changed": what.changed,
        ":material/swap_vert: Moved": what.moved,
    }
    lines = [
        f"{name}: {', '.join(text.label(step.title) for step in steps)}"
        for name, steps in groups.items()
        if steps
    ]
    if lines:
        st.markdown("  \n".join(f":small[{line}]" for line in lines))


def _origin(version: PlanVersion, *, newest: bool) -> str:
    by = "by you" if version.by == "user" else "by the assistant"
    now = " · the plan as it is" if newest else ""
    return f"{by} · {words.ago(version.at, time.time())}{now}"


def _steps(version: PlanVersion) -> None:
    titles = " · ".join(
        f"{number}\\. {text.label(step.title)}"
        for number, step in enumerate(version.plan.steps, start=1)
    )
    st.caption(titles)


def _restore(state: ChatState, version: PlanVersion) -> None:
    restore = partial(
        changes.editing().restore,
        state.id,
        session.owner(),
        version.number,
        based_on=state.version,
    )
    st.button(
        "Go back to it",
        icon=":material/restore:",
        type="tertiary",
        key=f"restore-{version.number}",
        disabled=not changes.can_be_made(state),
        help="Steps that were answered stay answered.",
        on_click=changes.attempted,
        args=(restore, f"Version {version.number} holds again"),
    )
