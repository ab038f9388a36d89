"""Overview: what needs a look, how each part is, and the last hour."""

from __future__ import annotations

import time
from collections.abc import Sequence

import streamlit as st

from agents.telemetry.values import Alert, PartHealth
from pages.parts import notices, text, words
from pages.parts.health.lights import ALERTS, LIGHTS


def alerts(now_on: Sequence[Alert]) -> None:
    """Draw what an operator ought to look at, with what to do."""
    for number, alert in enumerate(now_on):
        light = ALERTS[alert.level]
        with st.container(border=True, key=f"alert-{alert.level}-{number}", gap="xsmall"):
            since = f"for {words.rough(time.time() - alert.since)}"
            about = text.label(notices.strip([light.word, alert.rule, since]))
            st.markdown(
                f"{light.sign} **{text.label(alert.sentence)}**&ensp;:small[:gray[{about}]]"
            )
            st.markdown(text.label(alert.remedy))


def parts(known: Sequence[PartHealth]) -> None:
    """Draw a card for each part."""
    st.markdown("**Parts**")
    with st.grid(4, min_column_width=150, gap="small", key="parts"):
        for number, part in enumerate(known):
            light = LIGHTS[part.level]
            with st.container(border=True, key=f"part-{part.level}-{number}", gap="xsmall"):
                st.markdown(f"{light.sign} **{text.label(_capital(part.name))}**")
                st.caption(f"{light.named} {text.label(part.sentence)}")


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
