"""Agents: how often each called a model, how that went, and what it took."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

import streamlit as st

from agents.telemetry.values import CallStatistics
from pages.parts import notices, words

WIDTHS: Final = MappingProxyType(
    {"Agent": 105, "Calls": 55, "Success": 95, "Mean": 65, "95 %": 65, "Waited": 65, "Tokens": 75,
     "Cost": 70, "Endpoint": 190}
)  # fmt: skip
"""Pixels. The first columns fit a telephone, all together a small screen."""
NAMES: Final = MappingProxyType(
    {"pair_judge": "judge of pairs", "audit": "audits of the cache", "": "Reprise"}
)


def draw(calls: Sequence[CallStatistics], *, priced: bool) -> None:
    """Draw them as a table.

    Args:
        priced: Whether a price is set, so that calls have a cost.
    """
    st.markdown("**Agents**")
    if not calls:
        notices.nothing(
            "no-calls",
            "No agent called a model yet.",
            "Every call since this server started is counted here. Answers from the cache need "
            "none.",
        )
        return
    columns = _columns(calls)
    if not priced:
        del columns["Cost"]
    st.dataframe(
        columns,
        key="agents-table",
        hide_index=True,
        alt="Calls of models, by agent and endpoint",
        column_config={
            "Success": st.column_config.ProgressColumn(
                min_value=0.0, max_value=100.0, format="%.0f %%", width=WIDTHS["Success"],
                help="Share of the calls that did not fail",
            ),
            "Calls": st.column_config.NumberColumn(width=WIDTHS["Calls"]),
            "95 %": st.column_config.TextColumn(
                width=WIDTHS["95 %"], help="Within this time 95 % of the calls were answered"
            ),
            "Waited": st.column_config.TextColumn(
                width=WIDTHS["Waited"], help="Mean time in the queue"
            ),
            "Tokens": st.column_config.NumberColumn(width=WIDTHS["Tokens"], format="localized"),
            **{
                name: st.column_config.TextColumn(width=WIDTHS[name])
                for name in ("Agent", "Mean", "Cost", "Endpoint")
            },
        },
    )  # fmt: skip


def _columns(calls: Sequence[CallStatistics]) -> dict[str, list[object]]:
    return {
        "Agent": [NAMES.get(one.agent, one.agent) for one in calls],
        "Calls": [one.calls for one in calls],
        "Success": [100 * one.success_rate for one in calls],
        "Mean": [_time(one.seconds) for one in calls],
        "95 %": [_time(one.p95) for one in calls],
        "Waited": [_time(one.waited) for one in calls],
        "Tokens": [one.input_tokens + one.output_tokens for one in calls],
        "Cost": [f"${one.dollars:,.4f}" for one in calls],
        "Endpoint": [one.endpoint or "none was asked" for one in calls],
    }


def _time(seconds: float | None) -> str:
    return "–" if seconds is None else words.duration(seconds)
