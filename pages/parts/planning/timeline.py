"""Every step of the plan on a line: what was asked, said and judged, and what can be done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import streamlit as st

from agents.dialogue.memory import Fact
from agents.dialogue.plan import Plan, Progress, Step
from agents.dialogue.state import ChatState
from pages.parts import session, steps, text, words
from pages.parts.planning import changes


@dataclass(frozen=True, slots=True)
class _Row:
    """One step as it is drawn.

    Attributes:
        number: From 1.
        fact: What is known from it; None where nothing is.
        changeable: Whether it may be changed now.
    """

    number: int
    step: Step
    progress: Progress
    plan: Plan
    fact: Fact | None
    conversation: str
    changeable: bool


def draw(state: ChatState) -> None:
    """Draw every step of the plan."""
    with st.container(key="timeline", gap=None):
        for row in _rows(state):
            with st.container(key=f"step-{row.progress.status}-{row.number}", gap="xsmall"):
                _draw(row)


def _rows(state: ChatState) -> Iterator[_Row]:
    plan = state.plan
    if plan is None:
        return
    answers = {fact.step: fact for fact in state.facts.values() if fact.about == "answer"}
    for number, (step, progress) in enumerate(
        zip(plan.steps, state.progress, strict=True), start=1
    ):
        yield _Row(
            number,
            step,
            progress,
            plan,
            answers.get(step.id),
            state.id,
            changes.can_be_made(state),
        )


def _draw(row: _Row) -> None:
    with st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
        gap="small",
        key=f"title-{row.number}",
    ):
        _heading(row)
        if row.changeable and row.progress.behind:
            _again(row)
    with st.container(key=f"asked-{row.number}", gap="xsmall"):
        st.text(row.step.description)
    if row.progress.reopened_by:
        _why_reopened(row)
    if row.progress.said:
        _said(row)
    elif not row.progress.behind:
        _hoped_for(row.step)
    _verdict(row)


def _heading(row: _Row) -> None:
    optional = " · optional" if row.step.optional else ""
    st.markdown(
        f"{steps.DOTS[row.progress.status]} **{row.number}. {text.label(row.step.title)}**"
        f"&ensp;:small[:gray[{steps.NAMES[row.progress.status]}{optional}{_needs(row)}]]",
        width="content",
    )


def _again(row: _Row) -> None:
    """What takes a step back that is behind us."""
    editing, here = changes.editing(), (row.conversation, session.owner(), row.step.id)
    with st.container(horizontal=True, width="content", gap="small", key=f"back-{row.number}"):
        if row.progress.status == "done":
            st.button(
                "Not enough",
                icon=":material/thumb_down:",
                type="tertiary",
                key=f"not-enough-{row.number}",
                help="Overrule the verdict: the step is open again.",
                on_click=changes.attempted,
                args=(partial(editing.overrule, *here, met=False),),
            )
        st.button(
            "Ask again",
            icon=":material/replay:",
            type="tertiary",
            key=f"ask-again-{row.number}",
            help="Make this the step we are at.",
            on_click=changes.attempted,
            args=(partial(editing.reopen, *here),),
        )


def _needs(row: _Row) -> str:
    numbers = [row.plan.index(needed) for needed in row.step.needs]
    named = " and ".join(str(number + 1) for number in numbers if number is not None)
    return f" · builds on {named}" if named else ""


def _hoped_for(step: Step) -> None:
    hoped = f"Hoped for: {text.label(step.expected_response)}"
    examples = ", ".join(f"“{text.label(example)}”" for example in step.examples)
    st.caption(f"{hoped}, such as {examples}" if examples else hoped)


def _why_reopened(row: _Row) -> None:
    index = row.plan.index(row.progress.reopened_by)
    because = (
        f"“{text.label(row.plan.steps[index].title)}” has a new answer, and this builds on it."
        if index is not None
        else "What it builds on has a new answer."
    )
    st.markdown(f":small[:orange[:material/replay: {because}]]")


def _said(row: _Row) -> None:
    with st.container(key=f"step-said-{row.number}"):
        st.caption("You said")
        st.text(row.progress.said)
        former = [before.value for before in row.fact.former] if row.fact else []
        if former:
            told = ", ".join(f"~~{text.label(value)}~~" for value in reversed(former))
            st.caption(f"Before: {told}")


def _verdict(row: _Row) -> None:
    told = _judged(row.progress)
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"verdict-{row.number}"
    ):
        if told:
            st.caption(told, width="content")
        if row.changeable and row.progress.said and row.progress.status != "done":
            _enough(row)


def _enough(row: _Row) -> None:
    """What overrules the judgement that a reply does not do."""
    here = (row.conversation, session.owner(), row.step.id)
    st.button(
        "That is enough",
        icon=":material/check:",
        type="tertiary",
        key=f"enough-{row.number}",
        help="Overrule the verdict: the step is done with what you said.",
        on_click=changes.attempted,
        args=(partial(changes.editing().overrule, *here, met=True),),
    )


def _judged(progress: Progress) -> str:
    facts = []
    if progress.verdict is not None:
        icon = ":material/check:" if progress.verdict.met else ":orange[:material/help:]"
        facts.append(f"{icon} {text.label(progress.verdict.reason.rstrip('.'))}")
        facts.append(f"judged by {words.judged_by(progress.verdict)}")
    if progress.attempts:
        facts.append(words.counted(progress.attempts, "attempt"))
    if progress.finished_at is not None and progress.began_at is not None:
        facts.append(f"took {words.rough(progress.finished_at - progress.began_at)}")
    return " · ".join(facts)
