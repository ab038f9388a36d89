"""Health: how every part of this server is."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import streamlit as st

from agents.status import PartState
from pages.parts import session

STATES: Final[Mapping[PartState, str]] = MappingProxyType(
    {
        "waiting": ":gray[:material/schedule:] waits to be needed",
        "fetching": ":orange[:material/download:] is being fetched",
        "loading": ":orange[:material/pending:] is being loaded",
        "ready": ":green[:material/check_circle:] is ready",
        "failed": ":red[:material/error:] failed",
    }
)


def draw() -> None:
    """Draw the page."""
    st.title("Health", anchor=False)
    status = session.runtime().status()
    parts = {"Model": status.model, "Cache": status.cache, "Conversations": status.conversations}
    for name, part in parts.items():
        st.markdown(f"**{name}** {STATES[part.state]}")


draw()
