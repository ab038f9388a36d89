"""A plan's steps in little room: as a strip of dots, as a bar, and counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import streamlit as st

from agents.dialogue.plan import Progress, StepStatus
from agents.dialogue.state import ChatState
from pages.parts import text, words

DOTS: Final[Mapping[StepStatus, str]] = MappingProxyType(
    {
        "done": ":primary[:material/check_circle:]",
        "current": ":primary[:material/radio_button_checked:]",
        "skipped": ":gray[:material/do_not_disturb_on:]",
        "open": ":gray[:material/radio_button_unchecked:]",
        "reopened": ":orange[:material/replay:]",
    }
)
NAMES: Final[Mapping[StepStatus, str]] = MappingProxyType(
    {
        "done": "Done",
        "current": "Now",
        "skipped": "Skipped",
        "open": "To come",
        "reopened": "To be asked again",
    }
)


def strip(state: ChatState) -> None:
    """All steps as dots, and the name of the current one."""
    if state.plan is None:
        return
    dots = "".join(DOTS[progress.status] for progress in state.progress)
    st.markdown(f"{dots}&ensp;{_where(state)}", width="content")


def bar(state: ChatState) -> None:
    """All steps as one bar, a piece each; it holds nothing that anybody wrote."""
    pieces = "".join(f'<i class="{progress.status}"></i>' for progress in state.progress)
    label = behind(state)
    st.html(f'<div class="plan-bar" role="img" aria-label="{label}">{pieces}</div>')


def behind(state: ChatState) -> str:
    """How many steps are done or skipped; the optional ones counted apart."""
    if state.plan is None:
        return ""
    pairs = list(zip(state.plan.steps, state.progress, strict=True))
    required = [progress for step, progress in pairs if not step.optional]
    optional = [progress for step, progress in pairs if step.optional]
    if not required:
        return f"{_count(optional)} of {words.counted(len(optional), 'optional step')} behind you"
    told = f"{_count(required)} of {words.counted(len(required), 'step')} behind you"
    return f"{told}, {_count(optional)} of {len(optional)} optional" if optional else told


def _count(progress: Sequence[Progress]) -> int:
    return sum(one.behind for one in progress)


def _where(state: ChatState) -> str:
    if state.plan is None or state.current is None:
        return ":gray[All steps done]"
    step = state.plan.steps[state.current]
    return f"**{state.current + 1}/{len(state.plan.steps)}** :gray[{text.label(step.title)}]"
