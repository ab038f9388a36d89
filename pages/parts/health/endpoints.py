"""Endpoints: where replies come from, whether each is asked now, and how it did."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import streamlit as st

from agents.models.condition import BreakerState, EndpointCondition
from pages.parts import notices, text, words
from pages.parts.health.lights import Light

STATES: Final[Mapping[BreakerState, Light]] = MappingProxyType(
    {
        "closed": Light("In service", "green", ":material/check_circle:"),
        "half_open": Light("On trial", "orange", ":material/hourglass_top:"),
        "open": Light("Not asked", "red", ":material/block:"),
    }
)
FAILURES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "key": "the key was refused",
        "model": "it does not have the model",
        "address": "it could not be reached",
        "busy": "it was too busy",
        "timeout": "it did not answer in time",
        "size": "the request was too long for it",
        "server": "it had an error of its own",
        "garbage": "its answer made no sense",
        "budget": "a budget was used up",
        "cut": "its answer broke off",
        "empty": "its answer was empty",
        "unknown": "for a reason unknown",
    }
)
"""The kinds of `agents.errors.ModelError`, as the end of a sentence about an endpoint."""


def draw(endpoints: Sequence[EndpointCondition]) -> None:
    """Draw a card for each."""
    st.markdown("**Endpoints**")
    with st.grid(3, min_column_width=260, gap="small", key="endpoints"):
        for number, endpoint in enumerate(endpoints):
            with st.container(border=True, gap="xsmall", key=f"endpoint-{number}"):
                _card(endpoint)
    st.caption(
        "One that keeps failing is not asked for a while (its breaker is open); then one call "
        "tries it (half open), and it is back in service once that succeeds (closed)."
    )


def _card(endpoint: EndpointCondition) -> None:
    light = STATES[endpoint.breaker]
    st.markdown(f"**{text.label(endpoint.name)}**")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(light.word, icon=light.icon, color=light.color)
        st.markdown(f":small[{text.label(breaker(endpoint))}]", width="content")
    used = "asked when the others cannot answer" if endpoint.fallback else ""
    st.caption(text.label(notices.strip([endpoint.model, used])))
    st.caption(text.label(record(endpoint)))


def breaker(endpoint: EndpointCondition) -> str:
    """What its breaker does at the moment."""
    if endpoint.breaker == "closed":
        return "breaker closed"
    if endpoint.breaker == "half_open":
        return "breaker half open, the next call tries it"
    wait = math.ceil(endpoint.retry_in)
    return f"breaker open, tried again {f'in {words.rough(wait)}' if wait > 0 else 'now'}"


def record(endpoint: EndpointCondition) -> str:
    """How it did since the start."""
    if not endpoint.calls:
        return "Not asked yet since the start"
    failed = f"{endpoint.failures:,} failed" if endpoint.failures else "none failed"
    facts = [words.counted(endpoint.calls, "attempt"), failed]
    if endpoint.in_flight:
        facts.append(f"answering {endpoint.in_flight:,} now")
    if endpoint.last_failure:
        why = FAILURES.get(endpoint.last_failure, endpoint.last_failure)
        facts.append(f"last failure: {why}")
    return notices.strip(facts)
