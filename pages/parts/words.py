"""Numbers, times and states in words for people."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from agents.dialogue.machine import State
from agents.dialogue.messages import MessageType, Mood
from agents.dialogue.plan import Judge, Verdict
from agents.dialogue.turn import Stage

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
        "consulting": "The team is at work",
        "ended": "Done",
    }
)
JUDGES: Final[Mapping[Judge, str]] = MappingProxyType(
    {
        "rule": "a rule",
        "local": "the local judge",
        "model": "the model",
        "user": "you",
    }
)
CAUSES: Final[Mapping[str, str]] = MappingProxyType(
    {
        MessageType.GREETING: "you said hello",
        MessageType.QUESTION_ASKED: "you asked something",
        MessageType.TOPIC_INTRODUCED: "you brought up a topic",
        MessageType.DEEPENING: "you wanted to know more",
        MessageType.BROADENING: "you looked wider",
        MessageType.COMPARISON_MADE: "you compared",
        MessageType.ANSWER: "you answered",
        MessageType.CORRECTION: "you corrected yourself",
        MessageType.CANCEL: "you took something back",
        MessageType.SKIP: "you skipped a step",
        MessageType.CONFIRMATION: "you agreed",
        MessageType.REFUSAL: "you declined",
        MessageType.THANKS: "you said thanks",
        MessageType.REQUEST: "you asked about the plan",
        MessageType.CLOSING: "you said goodbye",
        State.ANSWERING: "I answered",
        State.EXPERT_ANALYSIS: "I analysed it",
        State.CLARIFYING: "I asked you for more",
        State.SOLUTION_PROVIDED: "I had a solution",
    }
)
"""Why the machine moved, by the `because` of a transition: what the user or the agent did."""
_SURE, _FAIRLY_SURE, _RATHER = 0.95, 0.8, 0.6
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


def rough(seconds: float) -> str:
    """How long a person took for something: ``a moment``, ``40 s``, ``3 min``, ``2 d``."""
    return _largest(seconds) if round(seconds) >= 1 else "a moment"


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


def judged_by(verdict: Verdict) -> str:
    """Who judged, and how sure the local judgement was: ``the local judge, fairly sure``."""
    judge = JUDGES[verdict.by]
    if verdict.probability is None:
        return judge
    if verdict.by == "local":
        return f"{judge}, {sureness(verdict.probability)}"
    return f"{judge}; the local judge was {sureness(verdict.probability)}"


def sureness(probability: float) -> str:
    """How sure a judgement is, whichever way it went, from its probability, 0..1."""
    certainty = max(probability, 1 - probability)
    if certainty >= _SURE:
        return "sure"
    if certainty >= _FAIRLY_SURE:
        return "fairly sure"
    return "rather unsure" if certainty >= _RATHER else "undecided"


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
