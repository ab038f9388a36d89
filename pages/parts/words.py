"""Numbers, times and states in words for people."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from agents.dialogue.machine import State
from agents.dialogue.messages import Mood
from agents.dialogue.turns import Stage

STATES: Final[Mapping[State, str]] = MappingProxyType(
    {
        State.IDLE: "Waiting for you",
        State.GREETING: "Saying hello",
        State.QUESTION_ASKED: "You asked something",
        State.TOPIC_INTRODUCED: "New topic",
        State.DEEPENING: "Going deeper",
        State.BROADENING: "Looking wider",
        State.COMPARISON_MADE: "Comparing",
        State.ANSWERING: "Answered",
        State.EXPERT_ANALYSIS: "Analysed",
        State.CLARIFYING: "Needs a little more from you",
        State.SOLUTION_PROVIDED: "Solution found",
        State.CLOSING: "Saying goodbye",
    }
)
MOODS: Final[Mapping[Mood, str]] = MappingProxyType(
    {
        Mood.NEUTRAL: "Neutral",
        Mood.CONFUSED: "A little confused",
        Mood.FRUSTRATED: "Frustrated",
        Mood.SATISFIED: "Happy",
    }
)
STAGES: Final[Mapping[Stage, str]] = MappingProxyType(
    {
        "reading": "Reading",
        "planning": "Drafting the plan",
        "judging": "Checking your answer",
        "writing": "Looking in the cache, then writing",
        "ended": "Done",
    }
)
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def duration(seconds: float) -> str:
    """A span of time: ``8 ms``, ``4.8 s``, ``2 min 5 s``, ``3 h 20 min``."""
    if round(seconds, 3) < 1:
        return f"{max(1, round(seconds * 1000))} ms" if seconds > 0 else "0 s"
    if round(seconds, 1) < _MINUTE:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < _HOUR:
        return _two(whole, _MINUTE, "min", 1, "s")
    if whole < _DAY:
        return _two(whole, _HOUR, "h", _MINUTE, "min")
    return _two(whole, _DAY, "d", _HOUR, "h")


def brief(seconds: float) -> str:
    """A span of time where there is little room: ``8 ms``, ``4.8 s``, ``2 min``, ``3 h``."""
    return duration(seconds) if round(seconds, 1) < _MINUTE else _largest(round(seconds))


def ago(then: float, now: float) -> str:
    """How long ago: ``just now``, ``5 min ago``."""
    passed = max(0.0, now - then)
    return "just now" if passed < _MINUTE else f"{_largest(passed)} ago"


def left(until: float | None, now: float) -> str:
    """How long something stays: ``6 d``, ``expired``, ``for ever``."""
    if until is None:
        return "for ever"
    return "expired" if until <= now else f"{_largest(until - now)} left"


def similarity(value: float) -> str:
    """Two decimals, rounded down: 0.899 is not shown as the 0.90 that it missed."""
    return f"{math.floor(round(value * 100, 6)) / 100:.2f}"


def percent(share: float | None) -> str:
    """``33 %``; a dash where there is nothing to count."""
    return "–" if share is None else f"{round(share * 100)} %"


def megabytes(count: int) -> str:
    """``1,117 MB``"""
    return f"{count / 1e6:,.0f} MB"


def counted(count: int, one: str, many: str = "") -> str:
    """``1 entry``, ``2 entries``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _two(whole: int, large: int, large_name: str, small: int, small_name: str) -> str:
    first, rest = divmod(whole, large)
    second = rest // small
    return f"{first} {large_name} {second} {small_name}" if second else f"{first} {large_name}"


def _largest(seconds: float) -> str:
    for size, name in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {name}"
    return f"{int(seconds)} s"
