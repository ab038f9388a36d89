"""The run that this page is about: it is in the address, so that a link or a reload finds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

import streamlit as st

from agents.errors import RepriseError
from agents.teams.live import LiveRun
from agents.teams.run import Kind, Run
from agents.teams.teams import Teams
from pages.parts import session
from pages.parts.planning import changes
from pages.parts.teams import blueprint, naming
from pages.parts.teams.blueprint import Blueprint
from pages.parts.teams.naming import Names

PARAMETER: Final = "run"
TAB: Final = "team-tab"
"""Key of the page's tabs, and their name in the address."""
TASK, PAST, EDIT = "Task", "Past runs", "Edit"
_REMEMBERED: Final = "_run"


def teams() -> Teams:
    """What starts, keeps and resumes runs."""
    return session.runtime().teams


def run_id() -> str | None:
    """Id of the run in the address; None where a new one may be begun."""
    return st.query_params.get(PARAMETER, "")[: session.LONGEST_ID] or None


def follow() -> None:
    """Keep the run in the address when somebody comes back from another page."""
    if run_id() is None and _REMEMBERED in st.session_state:
        st.query_params[PARAMETER] = st.session_state[_REMEMBERED]
    elif run_id() is not None:
        st.session_state[_REMEMBERED] = run_id()


def enter(run: str) -> None:
    """Make a run this page's; for a callback."""
    st.session_state[_REMEMBERED] = run
    st.query_params[PARAMETER] = run
    st.session_state[TAB] = TASK


def leave() -> None:
    """Make room for a new task; for a callback."""
    st.session_state.pop(_REMEMBERED, None)
    st.query_params.pop(PARAMETER, None)


def title(kind: Kind, definition: str) -> str:
    """What people call a team or a workflow; its name, where it is not there any more."""
    known = {one.name: one.title for one in teams().definitions(kind)}
    return known.get(definition) or naming.plain(definition)


def names(run: Run) -> Names:
    """What people call the agents and the steps of a run, by the definition that it goes by."""
    saved = {one.name: one.text for one in teams().definitions(run.kind)}
    return names_in(run.kind, blueprint.of(run.kind, run.script or saved.get(run.definition, "")))


def names_in(kind: Kind, drawn: Blueprint | None) -> Names:
    """As `names`, for a definition."""
    members = (*teams().members(), *(drawn.members if drawn is not None else ()))
    steps = dict(drawn.titles) if drawn is not None else {}
    return Names(kind, {member.name: member.title for member in members}, steps)


@dataclass(frozen=True, slots=True)
class Opened:
    """The run of this page, or why it cannot be shown.

    Attributes:
        run: None where it cannot be shown.
        live: Set while this server works on it.
        problem: Set where the run is None.
    """

    run: Run | None = None
    live: LiveRun | None = None
    problem: RepriseError | None = None


def opened(run: str) -> Opened:
    """A run as it is now."""
    live = teams().live(run, session.owner())
    if live is not None:
        return Opened(live.view, live)
    try:
        return Opened(teams().open(run, session.owner()))
    except RepriseError as error:
        return Opened(problem=error)


def start(
    kind: Kind,
    task: str,
    *,
    definition: str,
    context: str = "",
    inputs: Mapping[str, str] | None = None,
) -> bool:
    """Begin a run and make it this page's; False, with the reason on the page, where refused."""
    begin = partial(
        teams().start,
        kind,
        task,
        session.owner(),
        definition=definition,
        context=context,
        inputs=inputs or {},
    )
    return _begun(begin)


def again(run: Run) -> None:
    """Begin the same once more, as a new run; for a callback."""
    start(
        run.kind,
        run.task,
        definition=run.definition,
        context=run.context,
        inputs=dict(run.inputs),
    )


def resume(run: str) -> None:
    """Let an interrupted run go on from what is done already; for a callback."""
    _begun(partial(teams().resume, run, session.owner()))


def _begun(begin: Callable[[], LiveRun]) -> bool:
    """Begin, and make what was begun this page's."""
    begun: list[LiveRun] = []
    if not changes.attempt(lambda: begun.append(begin())):
        return False
    enter(begun[0].view.id)
    return True
