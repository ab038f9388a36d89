"""Turns: what each of the last ones did with its time, and the one that a user reports."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from agents.telemetry.values import TurnTrace
from pages.parts import notices, session, text, words
from pages.parts.health import reading, waterfall
from pages.parts.health.lights import Light

SOUGHT: Final = "turn"
"""Key of the search, and its name in the address."""
ORDER: Final = "turn-order"
NEWEST, SLOWEST, FAILED = "Newest", "Slowest", "Failed"
ORDERS: Final = (NEWEST, SLOWEST, FAILED)
MOST_SHOWN: Final = 30
MOST_FOUND: Final = 4
REFRESH_SECONDS: Final = 3.0
OUTCOMES: Final[Mapping[str, Light]] = MappingProxyType(
    {
        "complete": Light("Complete", "green", ":material/check_circle:"),
        "done": Light("Done", "green", ":material/check_circle:"),
        "stopped": Light("Stopped", "orange", ":material/stop_circle:"),
        "failed": Light("Failed", "red", ":material/error:"),
    }
)


@st.fragment(run_every=REFRESH_SECONDS)
def draw() -> None:
    """Draw the tab, again and again."""
    traces = session.runtime().telemetry.traces()
    if not traces:
        notices.nothing(
            "no-turns",
            "No turn was made since this server started.",
            "Say something in the chat, and it appears here with what it did and for how long.",
        )
        return
    typed = _search()
    if typed:
        _found(traces, typed)
    _list(traces)


def _search() -> str:
    """Draw what turns are chosen with; the reference that was typed."""
    with st.container(horizontal=True, vertical_alignment="center", key="turn-search"):
        typed = st.text_input(
            "Reference",
            key=SOUGHT,
            placeholder="Find a turn by its reference, such as 3f2a91bc",
            label_visibility="collapsed",
            icon=":material/search:",
            type="search",
            bind="query-params",
            max_chars=80,
        )
        st.segmented_control(
            "Which turns",
            ORDERS,
            default=NEWEST,
            required=True,
            key=ORDER,
            label_visibility="collapsed",
        )
    return (typed or "").strip()


def choose(reference: str) -> None:
    """Show the turn of this reference; a callback."""
    st.session_state[SOUGHT] = reference


def _found(traces: Sequence[TurnTrace], typed: str) -> None:
    matching = reading.found(traces, typed)
    if matching:
        for trace in matching[:MOST_FOUND]:
            _one(trace)
    elif not reading.wanted(typed):
        notices.nothing(
            "not-found",
            f"“{text.label(text.preview(typed, 40))}” is no reference.",
            "A reference has eight digits and letters from a to f. The chat shows it under a "
            "reply that failed.",
        )
    else:
        notices.nothing(
            "not-found",
            f"No turn with the reference {text.label(reading.wanted(typed))} is kept.",
            f"Kept are the last {words.counted(len(traces), 'turn')} since this server started. "
            "The log names the reference in every record of a turn.",
        )


def _one(trace: TurnTrace) -> None:
    light = _outcome(trace)
    with st.container(border=True, key=f"opened-{reading.key(trace)}", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{text.label(reading.reference(trace))}**", width="content")
            st.badge(light.word, icon=light.icon, color=light.color)
            st.caption(text.label(_when(trace)), width="content")
        waterfall.draw(
            reading.bars(trace),
            total=trace.seconds,
            alt=f"What the turn {reading.reference(trace)} did with its {reading.took(trace)}",
        )
        st.caption(f"Open a row for what is known of it. The whole id is {text.label(trace.id)}.")


def _when(trace: TurnTrace) -> str:
    began = f"{datetime.fromtimestamp(trace.began, _zone()):%-d %b, %H:%M:%S}"
    about = reading.about(trace) if _is_complete(trace) else ""
    return notices.strip([about, f"took {reading.took(trace)}", began])


def _zone() -> ZoneInfo | None:
    """The browser's time zone; None, the server's, where that one is not known."""
    try:
        return ZoneInfo(st.context.timezone or "")
    except (ZoneInfoNotFoundError, ValueError):
        return None


def _outcome(trace: TurnTrace) -> Light:
    return OUTCOMES.get(trace.outcome, Light(trace.outcome, "orange", ":material/help:"))


def _list(traces: Sequence[TurnTrace]) -> None:
    shown = _ordered(traces)[:MOST_SHOWN]
    if not shown:
        notices.nothing("no-turn-failed", "None of them failed.", "All other turns are kept, too.")
        return
    longest = max(trace.seconds for trace in shown)
    sought = str(st.session_state.get(SOUGHT) or "")
    with st.container(key="turns", gap=None):
        for trace in shown:
            chosen = "chosen" if trace in reading.found([trace], sought) else "other"
            with st.container(
                horizontal=True,
                vertical_alignment="center",
                gap="small",
                key=f"turn-{chosen}-{reading.key(trace)}",
            ):
                st.button(
                    f"{_outcome(trace).sign} {reading.reference(trace)}",
                    key=f"choose-{reading.key(trace)}",
                    type="tertiary",
                    on_click=choose,
                    args=(reading.reference(trace),),
                )
                st.html(_line(trace, longest))


def _ordered(traces: Sequence[TurnTrace]) -> Sequence[TurnTrace]:
    order = st.session_state.get(ORDER, NEWEST)
    if order == SLOWEST:
        return sorted(traces, key=lambda trace: trace.seconds, reverse=True)
    return [trace for trace in traces if trace.outcome == "failed" or order != FAILED]


def _in_short(trace: TurnTrace) -> str:
    """Where the reply came from, or what became of it where it is not complete."""
    return reading.about(trace) if _is_complete(trace) else _outcome(trace).word.lower()


def _is_complete(trace: TurnTrace) -> bool:
    return trace.outcome in ("complete", "done")


def _line(trace: TurnTrace, longest: float) -> str:
    """What a turn did, in one line; its bar is as long as its share of the longest."""
    bars = reading.bars(trace)
    return (
        f'<div class="turn-line"><span>{escape(_in_short(trace))}</span>'
        f"{waterfall.strip(bars, total=trace.seconds, longest=longest)}"
        f"<span>{reading.took(trace)}</span>"
        f"<span>{words.ago(trace.began, time.time())}</span></div>"
    )
