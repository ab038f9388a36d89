"""Teams: a task for several agents at once, and how they come by its result.

One module a part, in `pages/parts/teams/`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import streamlit as st

from agents.errors import RepriseError
from pages.parts import notices
from pages.parts.planning import changes
from pages.parts.teams import compose, current, editing, history, watching


def draw() -> None:
    """Draw the page; of the tabs, only the one that is open."""
    st.title("Teams", anchor=False)
    changes.tell()
    try:
        current.teams()
    except RepriseError as error:
        notices.problem(error)
        return
    current.follow()
    history.ask()
    editing.ask()
    tabs = st.tabs(list(TABS), key=current.TAB, bind="query-params")
    for tab, draw_tab in zip(tabs, TABS.values(), strict=True):
        if tab.open:
            with tab:
                draw_tab()


def _task() -> None:
    run = current.run_id()
    if run is None:
        compose.draw()
    else:
        watching.draw(run)


TABS: Final[Mapping[str, Callable[[], None]]] = MappingProxyType(
    {current.TASK: _task, current.PAST: history.draw, current.EDIT: editing.draw}
)

draw()
