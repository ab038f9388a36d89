"""Which kind of team: asked for a new task, and for editing."""

from __future__ import annotations

from typing import Final

import streamlit as st

from agents.teams.run import Kind
from pages.parts.teams import looks
from pages.parts.teams.examples import ABOUT

KEY: Final = "team-kind"
"""Key of the choice, and its name in the address."""


def kind() -> Kind:
    """Draw the choice, with what the chosen kind is."""
    kinds: list[Kind] = list(looks.KINDS)
    chosen = st.segmented_control(
        "Kind", kinds, default="nested", required=True, key=KEY,
        format_func=looks.KINDS.__getitem__, label_visibility="collapsed", bind="query-params",
    )  # fmt: skip
    st.caption(ABOUT[chosen])
    return chosen
