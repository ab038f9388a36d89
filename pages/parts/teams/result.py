"""What a run came to: its result to read, copy and take along; what went wrong, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from agents.teams.run import Delegation, Run
from pages.parts import clipboard, notices, session, text, words
from pages.parts.teams import current, looks
from pages.parts.teams.naming import Names

NAMED: Final = 4
"""How many of the parts that failed are named."""


def draw(run: Run, names: Names) -> None:
    """Draw the outcome of a run that is over."""
    if run.failure is not None:
        notices.problem(run.failure)
    _failures(run, names)
    if run.result:
        _result(run)
    elif run.failure is None:
        _without(run)


def progress(run: Run, names: Names) -> None:
    """Say, in the place of the result, what is being done for it."""
    with st.container(border=True, key="team-progress", gap="xsmall"):
        st.markdown(f":shimmer[{doing(run, names)} …]")
        if run.delegations:
            ended = sum(one.ended is not None for one in run.delegations)
            st.progress(ended / len(run.delegations))


def doing(run: Run, names: Names) -> str:
    """Who is at work, in a few words."""
    busy = [one for one in run.delegations if one.status == "running"]
    if not busy:
        return _before_work(run)
    busily = list(dict.fromkeys(text.label(names.title(one)) for one in busy))
    if len(busily) > NAMED:
        return f"{words.counted(len(busy), 'agent')} at work"
    verb = "is" if len(busy) == 1 else "are"
    return f"{_listed(busily)} {verb} at work"


def _before_work(run: Run) -> str:
    status = session.runtime().status()
    if status.model.state in ("waiting", "fetching", "loading"):
        return "Waiting for the model; your task is kept"
    return "Waiting for its turn" if run.status == "waiting" else "Getting ready"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _failures(run: Run, names: Names) -> None:
    """Which parts are missing from the result, and why; without a result, its failure says it."""
    failed = [one for one in run.delegations if one.status == "failed"]
    if not failed or not run.result:
        return
    lines = [f"- {_why(names, one)}" for one in failed[:NAMED]]
    if len(failed) > NAMED:
        lines.append(f"- and {words.counted(len(failed) - NAMED, 'more', 'more')}")
    missing = f"{len(failed)} of {words.counted(len(run.delegations), 'part')} failed"
    told = f"**{missing}; the result does without.**"
    st.warning("\n".join([told, "", *lines]), icon=":material/info:")


def _why(names: Names, one: Delegation) -> str:
    failure = one.failure
    why = text.label(f"{failure.message} {failure.remedy}".strip()) if failure else "no reason told"
    return f"**{text.label(names.title(one))}**: {why}"


def _result(run: Run) -> None:
    with st.container(border=True, key="team-result", gap="small"):
        with st.container(
            horizontal=True,
            horizontal_alignment="distribute",
            vertical_alignment="center",
            key="team-result-head",
        ):
            st.markdown("**Result**", width="content")
            _take_along(run)
        with st.container(key="team-result-text"):
            st.markdown(text.markdown(run.result))


def _take_along(run: Run) -> None:
    with st.container(
        horizontal=True,
        width="content",
        vertical_alignment="center",
        gap="xsmall",
        key="team-result-tools",
    ):
        clipboard.button(run.result, key="copy-result")
        st.download_button(
            "Markdown",
            lambda: current.teams().export(run, "markdown"),
            f"{file_name(run)}.md",
            "text/markdown",
            key="download-markdown",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            help="The result, and who did what.",
        )
        st.download_button(
            "JSON",
            lambda: current.teams().export(run),
            f"{file_name(run)}.json",
            "application/json",
            key="download-json",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            help="The whole run: every task, result and time.",
        )


def file_name(run: Run) -> str:
    """A name for files of a run; nothing of the user's text is in it."""
    return f"reprise-{run.kind}-{run.id[:8]}"


def _without(run: Run) -> None:
    told = {
        "stopped": (
            "**You stopped it before it had a result.** What was found until then is below: "
            "resume it, and only the rest is worked on."
        ),
        "interrupted": (
            "**The server ended before the run did.** What is done is kept: resume it, and only "
            "the rest is worked on."
        ),
    }.get(run.status, "**There is no result.** What was found is below.")
    st.info(told, icon=looks.ICONS[run.status])
