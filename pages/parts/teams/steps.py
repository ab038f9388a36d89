"""Every delegation of a run in words: what was asked, what came of it, and what went wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

import streamlit as st

from agents.teams.run import Delegation, Run
from pages.parts import clipboard, notices, text, words
from pages.parts.teams import looks, naming, order
from pages.parts.teams.looks import Look
from pages.parts.teams.naming import Names
from pages.parts.teams.order import Problem

_ICONS: Final[Mapping[Look, str]] = MappingProxyType(
    {
        "model": ":material/neurology:",
        "cache": ":material/bolt:",
        "same": ":material/content_copy:",
        "running": "spinner",
        "waiting": ":material/schedule:",
        "failed": ":material/error:",
        "stopped": ":material/stop_circle:",
        "skipped": ":material/redo:",
    }
)
_BADGES: Final[Mapping[Look, str]] = MappingProxyType(
    {
        "cache": ":green-badge[from the cache]",
        "same": ":blue-badge[same as another]",
        "failed": ":red-badge[failed]",
        "stopped": ":gray-badge[stopped]",
        "skipped": ":gray-badge[skipped]",
    }
)
_WHY: Final[Mapping[Look, str]] = MappingProxyType(
    {
        "skipped": "It was left out.",
        "waiting": "It begins as soon as what it needs is there.",
        "stopped": "It was stopped before it had a result.",
        "running": "At work …",
    }
)


def draw(run: Run, names: Names) -> None:
    """Draw a line for each, which opens."""
    with st.container(key="team-steps", gap=None):
        for one, problem in order.in_order(run):
            label, icon = _label(names, one, problem), _ICONS[looks.look(one)]
            with st.expander(label, key=f"work-{one.id}", icon=icon, type="step"):
                _inside(run, names, one)


def _label(names: Names, one: Delegation, problem: Problem) -> str:
    took = words.duration(one.seconds) if one.seconds is not None else ""
    tries = f"{one.attempts} attempts" if one.attempts > 1 else ""
    facts = notices.strip([_on(names, one, problem), took, tries])
    badge = _BADGES.get(looks.look(one), "")
    title = text.label(f"{problem.number} {names.title(one)}".strip())
    return f"**{title}**&ensp;:small[:gray[{facts}]]&ensp;{badge}"


def _on(names: Names, one: Delegation, problem: Problem) -> str:
    """Of a step who does it, of a part what it is."""
    if names.kind == "workflow":
        return text.label(names.agent(one.agent)) if one.agent else ""
    return text.label(text.preview(one.task, 70)) if problem.depth else ""


def _inside(run: Run, names: Names, one: Delegation) -> None:
    st.caption("Task" + _given(run, names, one))
    with st.container(key=f"asked-{one.id}"):
        st.text(one.task)
    if one.failure is not None:
        notices.problem(one.failure)
    if one.result:
        _result(one)
    elif one.failure is None:
        why = text.label(one.note) or _WHY.get(looks.look(one), "There is no result.")
        st.caption(why)


def _given(run: Run, names: Names, one: Delegation) -> str:
    """Whose results it was given."""
    given = [known for need in one.needs if (known := run.delegation(need)) is not None]
    whose = dict.fromkeys(text.label(names.title(known)) for known in given)
    return f" · given the results of {', '.join(whose)}" if whose else ""


def _result(one: Delegation) -> None:
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        key=f"work-tools-{one.id}",
    ):
        tokens = words.counted(one.tokens, "token") if one.tokens else ""
        st.caption(notices.strip(["Result", tokens]), width="content")
        clipboard.button(one.result, key=f"copy-work-{one.id}")
    with st.container(key=f"work-result-{one.id}"):
        told = listed(one.result)
        st.markdown(text.markdown(one.result) if told is None else told)


def listed(result: str) -> str | None:
    """A result that is JSON for the program, as a list for people; None of a text."""
    try:
        data = json.loads(result) if result.lstrip().startswith("{") else None
    except ValueError:
        return None
    return None if data is None else "\n".join(_lines(data))


def _lines(data: Mapping[str, object]) -> Iterator[str]:
    for name, value in data.items():
        if isinstance(value, list):
            yield from (f"- {_line(one)}" for one in value)
        else:
            yield f"- {text.label(naming.plain(name))}: {_line(value)}"


def _line(value: object) -> str:
    parts = value.values() if isinstance(value, dict) else (value,)
    return ": ".join(text.label(str(part)) for part in parts)
