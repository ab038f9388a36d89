"""A run as a waterfall: who was at work from when to when, as shares of one axis of time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from agents.teams.run import Delegation, Run
from pages.parts import text, words
from pages.parts.teams import looks, order
from pages.parts.teams.looks import Look
from pages.parts.teams.naming import Names
from pages.parts.teams.order import Problem

STEPS: Final = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
"""Lengths of the axis, times a power of ten: it grows in steps, and bars do not tremble."""
MOST_TICKS: Final = 5
NARROWEST: Final = 0.004
"""The least share of the axis that a bar takes; nothing that happened is invisible."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One delegation.

    Attributes:
        id: Of the delegation.
        name: Who worked.
        about: On what, and with what outcome; for a pointer that rests on it.
        depth: How far it is moved to the right in the list of names.
        left: Where it begins, 0..1; None for what has not begun.
        width: 0..1.
        told: How long it took.
    """

    id: str
    name: str
    about: str
    depth: int
    look: Look
    left: float | None
    width: float
    told: str


@dataclass(frozen=True, slots=True)
class Waterfall:
    """All bars over one axis.

    Attributes:
        ticks: Places on the axis, 0..1, each with what is written there.
        looks: The looks that occur, for the legend.
    """

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    looks: tuple[Look, ...]


def waterfall(run: Run, names: Names, now: float) -> Waterfall:
    """The waterfall of a run at a moment.

    Args:
        now: Seconds since the epoch; what is at work reaches up to it.
    """
    end = looks.last_seen(run) if looks.is_over(run) else now
    length = axis(max(end, looks.last_seen(run)) - looks.first_seen(run))
    scale = _Scale(names, looks.first_seen(run), end, length)
    bars = tuple(_bar(one, problem, scale) for one, problem in order.in_order(run))
    seen = {bar.look for bar in bars}
    return Waterfall(bars, ticks(length), tuple(one for one in looks.LEGEND if one in seen))


def axis(seconds: float) -> float:
    """The length of an axis that so many seconds fit on."""
    if seconds <= 0.001:
        return 0.001
    power = 10.0 ** math.floor(math.log10(seconds))
    return next(step * power for step in STEPS if step * power >= seconds * 0.9999)


def ticks(length: float) -> tuple[tuple[float, str], ...]:
    """Round moments on the axis, as shares of its length, with their names."""
    power = 10.0 ** math.floor(math.log10(length))
    steps = (part * power for part in (0.2, 0.5, 1.0, 2.0, 5.0))
    step = next(one for one in steps if length / one <= MOST_TICKS)
    count = math.floor(length / step + 1e-6)
    return tuple((number * step / length, _moment(number * step)) for number in range(count + 1))


def _moment(seconds: float) -> str:
    if seconds == 0:
        return "0"
    return f"{seconds * 1000:.3g} ms" if seconds < 1 else f"{seconds:g} s"


@dataclass(frozen=True, slots=True)
class _Scale:
    """How moments become places.

    Attributes:
        origin: Where the axis begins, seconds since the epoch.
        end: Up to where what is at work reaches, seconds since the epoch.
        length: Of the axis, seconds.
    """

    names: Names
    origin: float
    end: float
    length: float


def _bar(one: Delegation, problem: Problem, scale: _Scale) -> Bar:
    name = f"{problem.number} {scale.names.title(one)}".strip()
    look, depth = looks.look(one), problem.depth
    if one.began is None:
        told = "" if look == "waiting" else looks.STATUSES[one.status].lower()
        return Bar(one.id, name, _about(one, name, told), depth, look, None, 0.0, told)
    ended = one.ended if one.ended is not None else max(scale.end, one.began)
    left = _share(one.began - scale.origin, scale.length)
    width = min(max(_share(ended - one.began, scale.length), NARROWEST), 1.0 - left)
    told = words.duration(ended - one.began)
    about = _about(one, name, told)
    return Bar(one.id, name, about, depth, look, left, width, told)


def _about(one: Delegation, name: str, told: str) -> str:
    outcome = looks.LEGEND[looks.look(one)]
    tries = f", {one.attempts} attempts" if one.attempts > 1 else ""
    heard = ", ".join(part for part in (outcome, told) if part and part != outcome) or outcome
    return f"{name}: {heard}{tries}\n{text.preview(one.task, 240)}"


def _share(seconds: float, length: float) -> float:
    return min(1.0, max(0.0, seconds / length))
