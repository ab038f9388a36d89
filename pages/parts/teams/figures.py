"""What a run took: time, calls of the model, answers from the cache, tokens or money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import streamlit as st

from agents.teams.run import Run
from pages.parts import session, words
from pages.parts.explorer.savings import money
from pages.parts.teams import looks

_SIDE_BY_SIDE: Final = 1.15
"""From this on, work for each second of the run, it is worth saying that it was done together."""

_LONG_WAIT: Final = 1.0
"""Seconds from which on a wait is told."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a run took so far.

    Attributes:
        seconds: From its beginning to its end, or to now.
        waited: Seconds of these before the first agent began: for the model, or for its turn.
        worked: Seconds of all delegations together; more than `seconds` where some ran at once.
        calls: How often the model was asked, each attempt counted.
        cached: Results that the cache gave.
        same: Results that another delegation of the run had already.
        results: Results there are.
        tokens: Of all results.
    """

    seconds: float
    waited: float
    worked: float
    calls: int
    cached: int
    same: int
    results: int
    tokens: int


def figures(run: Run, now: float) -> Figures:
    """The figures of a run at a moment, seconds since the epoch."""
    done = [one for one in run.delegations if one.status == "done"]
    asked = [one for one in run.delegations if one.source not in ("cache", "same")]
    ends = {one.id: now if one.ended is None else one.ended for one in run.delegations}
    if looks.is_over(run):
        ends = {one: min(end, looks.last_seen(run)) for one, end in ends.items()}
    return Figures(
        seconds=looks.elapsed(run, now),
        waited=max(0.0, looks.first_seen(run) - (run.began or run.created)),
        worked=sum(max(0.0, ends[one.id] - one.began) for one in run.delegations if one.began),
        calls=sum(one.attempts for one in asked),
        cached=sum(one.source == "cache" for one in done),
        same=sum(one.source == "same" for one in done),
        results=len(done),
        tokens=run.tokens,
    )


def draw(run: Run, now: float) -> None:
    """Draw them."""
    shown = figures(run, now)
    price = session.runtime().settings.token_price
    with st.grid(4, min_column_width=140, gap="small", key="team-figures"):
        _metric("Wall time", words.duration(shown.seconds), _together(shown))
        _metric("Model calls", f"{shown.calls:,}", _progress(run))
        _metric("From the cache", f"{shown.cached:,}", _reused(shown))
        if price:
            tokens = words.counted(shown.tokens, "token")
            _metric("Cost", money(shown.tokens, price), tokens)
        else:
            _metric("Tokens", f"{shown.tokens:,}", f"in {words.counted(shown.results, 'result')}")


def _metric(label: str, value: str, told: str) -> None:
    st.metric(label, value, told, delta_color="off", delta_arrow="off", border=True)


def _together(shown: Figures) -> str:
    if shown.waited >= _LONG_WAIT:
        return f"{words.duration(shown.waited)} of it waiting"
    if shown.seconds > 0 and shown.worked / shown.seconds >= _SIDE_BY_SIDE:
        return f"for {words.duration(shown.worked)} of work"
    return "from start to end"


def _progress(run: Run) -> str:
    ended = sum(one.ended is not None or one.status == "skipped" for one in run.delegations)
    return f"{ended} of {words.counted(len(run.delegations), 'part')} done"


def _reused(shown: Figures) -> str:
    if shown.same:
        return f"{shown.same} more the same as another"
    return f"of {words.counted(shown.results, 'result')}"
