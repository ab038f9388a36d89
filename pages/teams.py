"""Teams: a task for several agents at once, and how they come by its result."""

from __future__ import annotations

import streamlit as st


def draw() -> None:
    """Draw the page."""
    st.title("Teams", anchor=False)
    st.markdown(
        ":gray[A task that is too much for one answer is split among several agents here: "
        "specialists side by side, parts of parts, or the steps of a workflow.]"
    )


draw()
