"""A plan's steps, as a strip of dots and as a timeline."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import streamlit as st

from agents.dialogue.plan import Progress, Step, StepStatus
from agents.dialogue.state import ChatState
from pages.parts import text, words

_DOTS: Final[Mapping[StepStatus, str]] = MappingProxyType(
    {
        "done": ":primary[:material/check_circle:]",
        "current": ":primary[:material/radio_button_checked:]",
        "skipped": ":gray[:material/do_not_disturb_on:]",
        "open": ":gray[:material/radio_button_unchecked:]",
    }
)
_NAMES: Final[Mapping[StepStatus, str]] = MappingProxyType(
    {"done": "Done", "current": "Now", "skipped": "Skipped", "open": "To come"}
)


def strip(state: ChatState) -> None:
    """All steps as dots, and the name of the current one."""
    if state.plan is None:
        return
    dots = "".join(_DOTS[progress.status] for progress in state.progress)
    st.markdown(f"{dots}&ensp;{_where(state)}", width="content")


def finished_count(state: ChatState) -> int:
    """How many steps are behind us."""
    return sum(progress.status in ("done", "skipped") for progress in state.progress)


def timeline(state: ChatState) -> None:
    """Every step with what was expected, said and judged."""
    if state.plan is None:
        return
    steps = zip(state.plan.steps, state.progress, strict=True)
    with st.container(key="timeline", gap=None):
        for number, (step, progress) in enumerate(steps, start=1):
            with st.container(key=f"step-{progress.status}-{number}", gap="xsmall"):
                _step(number, step, progress)


def _where(state: ChatState) -> str:
    if state.plan is None or state.current is None:
        return ":gray[All steps done]"
    step = state.plan.steps[state.current]
    return f"**{state.current + 1}/{len(state.plan.steps)}** :gray[{text.label(step.title)}]"


def _step(number: int, step: Step, progress: Progress) -> None:
    st.markdown(
        f"{_DOTS[progress.status]} **{number}. {text.label(step.title)}**"
        f"&ensp;:small[:gray[{_NAMES[progress.status]}]]"
    )
    st.text(step.description)
    if progress.said:
        with st.container(key=f"step-said-{number}"):
            st.caption("You said")
            st.text(progress.said)
    if progress.verdict is not None:
        icon = ":material/check:" if progress.verdict.met else ":material/help:"
        judge = "the model" if progress.verdict.by == "model" else "a rule"
        st.caption(
            f"{icon} {text.label(progress.verdict.reason)} "
            f"· judged by {judge} · {words.counted(progress.attempts, 'attempt')}"
        )
    elif progress.status in ("current", "open"):
        st.caption(f"Hoped for: {text.label(step.expected_response)}")
