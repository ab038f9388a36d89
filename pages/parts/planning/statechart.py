"""The state machine as a picture: every state in its place, the path taken, the state it is in.

Drawn by us and not by Mermaid: its layout moves the states with every new edge, and nobody could
follow them. The picture holds the machine's own names only, nothing that a user or model wrote.
Lengths are in the units of its view box.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from agents.dialogue.machine import Machine, State
from agents.dialogue.state import ChatState
from pages.parts import words

WIDTH: Final = 568
HEIGHT: Final = 470
_HALF_WIDTH: Final = 82
_HALF_HEIGHT: Final = 15
_HEAD: Final = 7.0
_ASIDE: Final = 4.0
"""How far from the middle of a box's side lines leave it, and, on the other side, enter it."""


class Point(NamedTuple):
    """A place in the picture."""

    x: float
    y: float


class Curve(NamedTuple):
    """A cubic Bézier curve."""

    begin: Point
    first: Point
    second: Point
    tip: Point


_LEFT, _MIDDLE, _RIGHT = 114.0, 284.0, 454.0
PLACES: Final[Mapping[State, Point]] = MappingProxyType(
    {
        State.IDLE: Point(_MIDDLE, 24),
        State.GREETING: Point(_LEFT, 90),
        State.QUESTION_ASKED: Point(_LEFT, 150),
        State.TOPIC_INTRODUCED: Point(_LEFT, 210),
        State.COMPARISON_MADE: Point(_LEFT, 270),
        State.DEEPENING: Point(_LEFT, 330),
        State.BROADENING: Point(_LEFT, 390),
        State.ANSWERING: Point(_RIGHT, 130),
        State.EXPERT_ANALYSIS: Point(_RIGHT, 205),
        State.CLARIFYING: Point(_RIGHT, 280),
        State.SOLUTION_PROVIDED: Point(_RIGHT, 355),
        State.CLOSING: Point(_MIDDLE, 446),
    }
)
NAMES: Final[Mapping[State, str]] = MappingProxyType(
    {
        State.IDLE: "Idle",
        State.GREETING: "Greeting",
        State.QUESTION_ASKED: "Question asked",
        State.TOPIC_INTRODUCED: "Topic introduced",
        State.COMPARISON_MADE: "Comparison made",
        State.DEEPENING: "Deepening",
        State.BROADENING: "Broadening",
        State.ANSWERING: "Answering",
        State.EXPERT_ANALYSIS: "Expert analysis",
        State.CLARIFYING: "Clarifying",
        State.SOLUTION_PROVIDED: "Solution provided",
        State.CLOSING: "Closing",
    }
)


def picture(state: ChatState, machine: Machine) -> str:
    """An SVG of the machine as this conversation went through it."""
    taken = Counter((move.source, move.target) for move in state.transitions)
    title = (
        f"State diagram: now {NAMES[state.state]}, after "
        f"{words.counted(len(state.transitions), 'move')}"
    )
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}" class="states">',
        *_possible(state, machine, taken),
        *_path(state, taken),
        *_boxes(state),
        "</svg>",
    ]
    return "".join(parts)


def _possible(
    state: ChatState, machine: Machine, taken: Mapping[tuple[State, State], int]
) -> Iterator[str]:
    """The moves that may come next."""
    for target in sorted(machine.moves[state.state]):
        if (state.state, target) not in taken:
            yield _arrow(state.state, target, "possible")


def _path(state: ChatState, taken: Mapping[tuple[State, State], int]) -> Iterator[str]:
    last = state.transitions[-1] if state.transitions else None
    for (source, target), count in taken.items():
        is_last = last is not None and (source, target) == (last.source, last.target)
        yield _arrow(source, target, "last" if is_last else "taken", count)


def _boxes(state: ChatState) -> Iterator[str]:
    visited = {State.IDLE, *(move.target for move in state.transitions)}
    for name, place in PLACES.items():
        look = "now" if name == state.state else "visited" if name in visited else "unvisited"
        yield (
            f'<g class="state {look}"><rect x="{place.x - _HALF_WIDTH}" '
            f'y="{place.y - _HALF_HEIGHT}" width="{2 * _HALF_WIDTH}" height="{2 * _HALF_HEIGHT}" '
            f'rx="{_HALF_HEIGHT}"/><text x="{place.x}" y="{place.y + 4.5}">{NAMES[name]}</text></g>'
        )


def _arrow(source: State, target: State, look: str, count: int = 1) -> str:
    begin, first, second, tip = curve = _curve(PLACES[source], PLACES[target])
    label = ""
    if count > 1:
        middle = _middle(curve)
        label = f'<text x="{middle.x:.0f}" y="{middle.y + 4:.0f}">{count}×</text>'
    return (
        f'<g class="move {look}"><path d="M{_at(begin)}C{_at(first)} {_at(second)} {_at(tip)}"/>'
        f"{_head(second, tip)}{label}</g>"
    )


def _curve(start: Point, end: Point) -> Curve:
    """The way from one box to another; a move and its return are two lines."""
    if start == end:
        return _loop(start)
    begin, tip = _port(start, end, leaving=True), _port(end, start, leaving=False)
    if start.x == end.x != _MIDDLE:
        out = start.x + _inwards(start) * (_HALF_WIDTH + 16 + 0.22 * abs(end.y - start.y))
        return Curve(begin, Point(out, begin.y), Point(out, tip.y), tip)
    if _MIDDLE not in (start.x, end.x):
        return Curve(begin, Point(_MIDDLE, begin.y), Point(_MIDDLE, tip.y), tip)
    corner = Point(begin.x, tip.y) if start.x == _MIDDLE else Point(tip.x, begin.y)
    return Curve(begin, corner, corner, tip)


def _loop(box: Point) -> Curve:
    """The way from a box to itself, at its side away from the middle."""
    outwards = 1 if box.x == _MIDDLE else -_inwards(box)
    side = box.x + outwards * _HALF_WIDTH
    out = side + outwards * 26
    return Curve(
        Point(side, box.y - _ASIDE),
        Point(out, box.y - 4 * _ASIDE),
        Point(out, box.y + 4 * _ASIDE),
        Point(side, box.y + _ASIDE),
    )


def _port(box: Point, other: Point, *, leaving: bool) -> Point:
    """Where a line leaves or enters a box: at the side towards the middle, or below and above."""
    aside = -_ASIDE if leaving else _ASIDE
    if box.x == _MIDDLE:
        down = 1 if other.y > box.y else -1
        return Point(box.x + aside, box.y + down * _HALF_HEIGHT)
    return Point(box.x + _inwards(box) * _HALF_WIDTH, box.y + aside)


def _inwards(box: Point) -> int:
    return 1 if box.x < _MIDDLE else -1


def _middle(curve: Curve) -> Point:
    begin, first, second, tip = curve
    return Point(
        (begin.x + 3 * first.x + 3 * second.x + tip.x) / 8,
        (begin.y + 3 * first.y + 3 * second.y + tip.y) / 8,
    )


def _head(control: Point, tip: Point) -> str:
    """The arrow's head: a triangle in the direction in which the curve ends."""
    angle = math.atan2(tip.y - control.y, tip.x - control.x)
    corners = [tip]
    for side in (0.42, -0.42):
        back = angle + math.pi + side
        corners.append(Point(tip.x + _HEAD * math.cos(back), tip.y + _HEAD * math.sin(back)))
    points = " ".join(f"{corner.x:.1f},{corner.y:.1f}" for corner in corners)
    return f'<polygon points="{points}"/>'


def _at(point: Point) -> str:
    return f"{point.x:.0f} {point.y:.0f}"
