"""Health: for the people who run Reprise. One module a part, in `pages/parts/health/`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import streamlit as st

from pages.parts import notices, session
from pages.parts.health import agents, endpoints, history, overview, queueing, summary, turns

REFRESH_SECONDS: Final = 3.0


def draw() -> None:
    """Draw the page; of the tabs, only the one that is open."""
    st.title("Health", anchor=False)
    _summary()
    tabs = st.tabs(list(TABS), key="health-tab", bind="query-params")
    for tab, draw_tab in zip(tabs, TABS.values(), strict=True):
        if tab.open:
            with tab:
                draw_tab()


@st.fragment(run_every=REFRESH_SECONDS)
def _summary() -> None:
    telemetry = session.runtime().telemetry
    summary.draw(telemetry.health(), telemetry.alerts())


@st.fragment(run_every=REFRESH_SECONDS)
def _overview() -> None:
    telemetry = session.runtime().telemetry
    overview.alerts(telemetry.alerts())
    overview.parts(telemetry.health())
    history.draw(telemetry.series(history.MINUTES), priced=_is_priced())


@st.fragment(run_every=REFRESH_SECONDS)
def _model() -> None:
    condition = session.runtime().condition()
    if condition is None:
        notices.nothing(
            "no-condition",
            "The model is not there yet.",
            "As soon as it is, this shows its endpoints, what waits for them and what is used.",
        )
    else:
        endpoints.draw(condition.endpoints)
        queueing.draw(condition.queue, condition.budgets)
    agents.draw(session.runtime().telemetry.calls(), priced=_is_priced())


def _is_priced() -> bool:
    return session.runtime().settings.priced


TABS: Final[Mapping[str, Callable[[], None]]] = MappingProxyType(
    {"Overview": _overview, "Model": _model, "Turns": turns.draw}
)

draw()
