"""A run as a picture of who works for whom: boxes in layers, or a tree of parts of parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from agents.teams.run import Delegation, Run
from pages.parts import text, words
from pages.parts.teams import looks, order
from pages.parts.teams.looks import Look

Form = Literal["layers", "tree"]
TASK: Final = "task"
RESULT: Final = "result"
LONGEST: Final = 90
"""Signs of a task that a box shows."""


@dataclass(frozen=True, slots=True)
class Node:
    """One box, or one line of the tree.

    Attributes:
        title: Who works.
        note: How it stands, or how long it took.
        about: What the task is; for a pointer that rests on it, and in the tree for all to see.
        depth: In the tree, from 0.
    """

    id: str
    title: str
    note: str
    about: str
    look: Look
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Topology:
    """The picture.

    Attributes:
        rows: Boxes side by side, from the task down; of a tree one in each row.
        edges: Ids of boxes, from and to; none in a tree.
    """

    form: Form
    rows: tuple[tuple[Node, ...], ...]
    edges: tuple[tuple[str, str], ...]


def topology(run: Run, now: float) -> Topology:
    """The picture of a run at a moment, seconds since the epoch."""
    if run.kind == "recursive":
        rows = tuple((_node(one, depth, now),) for one, depth in order.in_order(run))
        return Topology("tree", rows, ())
    layers = tuple(tuple(_node(one, 0, now) for one in layer) for layer in order.layers(run))
    return Topology("layers", layers, _edges(run))


def _edges(run: Run) -> tuple[tuple[str, str], ...]:
    """What flows where; what begins comes from the task, what nobody needs goes to the result."""
    comes_from = order.sources(run)
    edges = [(source, one) for one, before in comes_from.items() for source in before or (TASK,)]
    used = {source for source, _ in edges}
    last = (one for one in run.delegations if one.id not in used and one.status != "skipped")
    return (*edges, *((one.id, RESULT) for one in last))


def _node(one: Delegation, depth: int, now: float) -> Node:
    return Node(
        one.id,
        looks.title(one),
        _note(one, now),
        text.preview(one.task, LONGEST),
        looks.look(one),
        depth,
    )


def _note(one: Delegation, now: float) -> str:
    if one.status == "running" and one.began is not None:
        return f"at work, {words.duration(max(0.0, now - one.began))}"
    if one.status == "done" and one.seconds is not None:
        return f"{words.duration(one.seconds)} · {looks.LEGEND[looks.look(one)]}"
    return looks.STATUSES[one.status].lower()
