"""A definition explained: the picture of what will happen, and who works in it."""

from __future__ import annotations

from typing import Final

import streamlit as st

from agents.teams.run import Kind
from pages.parts import text
from pages.parts.teams import canvas, current, topology
from pages.parts.teams.blueprint import Blueprint

LONGEST: Final = 180
"""Signs of what an agent is told that are shown."""


def draw(kind: Kind, drawn: Blueprint, *, key: str) -> None:
    """Draw it."""
    if drawn.run is not None:
        names = current.names_in(kind, drawn)
        canvas.topology_of(topology.topology(drawn.run, names, 0.0), key=key)
    for member in drawn.members:
        told = text.label(text.preview(member.prompt, LONGEST))
        st.markdown(f"**{text.label(member.title)}**&ensp;:small[:gray[{told}]]")
