"""A run as a picture of who works for whom: boxes in layers, or a tree of parts of parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from agents.teams.run import Delegation, Role, Run
from pages.parts import text, words
from pages.parts.teams import looks, order
from pages.parts.teams.looks import Look
from pages.parts.teams.naming import Names
from pages.parts.teams.order import Problem

Form = Literal["layers", "tree"]
TASK: Final = "task"
RESULT: Final = "result"
LONGEST: Final = 90
"""Signs of a task that a box shows."""
DOING: Final[Mapping[Role, str]] = MappingProxyType(
    {
        "assess": "judging how hard it is",
        "decompose": "splitting it",
        "work": "solving it",
        "synthesise": "putting it together",
    }
)


@dataclass(frozen=True, slots=True)
class Node:
    """One box, or one line of the tree.

    Attributes:
        title: What is done.
        who: Who does it, where the title does not say so.
        note: How it stands, or how long it took.
        about: What the task is; for a pointer that rests on it, and in the tree for all to see.
        depth: In the tree, from 0.
    """

    id: str
    title: str
    who: str
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


def topology(run: Run, names: Names, now: float) -> Topology:
    """The picture of a run at a moment, seconds since the epoch."""
    if run.kind == "recursive":
        return Topology("tree", tuple((_leaf(one),) for one in order.problems(run)), ())
    layers = tuple(tuple(_box(names, one, now) for one in layer) for layer in order.layers(run))
    return Topology("layers", layers, _edges(run))


def _edges(run: Run) -> tuple[tuple[str, str], ...]:
    """What flows where; what begins comes from the task, what is handed out goes to the result."""
    comes_from = order.sources(run)
    edges = [(source, one) for one, before in comes_from.items() for source in before or (TASK,)]
    return (*edges, *((one.id, RESULT) for one in _handed_out(run, edges)))


def _handed_out(run: Run, edges: Sequence[tuple[str, str]]) -> Sequence[Delegation]:
    """What the result is made of; before there is one, what nobody else needs."""
    found = [one for one in run.delegations if one.result and one.result in run.result]
    if found:
        return found
    used = {source for source, _ in edges}
    return [one for one in run.delegations if one.id not in used and one.status != "skipped"]


def _box(names: Names, one: Delegation, now: float) -> Node:
    who = names.agent(one.agent) if names.kind == "workflow" and one.agent else ""
    about = text.preview(one.task, LONGEST)
    return Node(one.id, names.title(one), who, _note(one, now), about, looks.look(one))


def _note(one: Delegation, now: float) -> str:
    if one.status == "running" and one.began is not None:
        return f"at work, {words.duration(max(0.0, now - one.began))}"
    if one.status == "done" and one.seconds is not None:
        return f"{words.duration(one.seconds)} · {looks.LEGEND[looks.look(one)]}"
    return "" if one.status == "waiting" else looks.STATUSES[one.status].lower()


def _leaf(problem: Problem) -> Node:
    title = f"{problem.number} {text.preview(problem.task, LONGEST)}".strip()
    look = "running" if problem.busy else looks.look(problem.last)
    note = _course(problem)
    return Node(problem.phases[0].id, title, "", note, problem.task, look, problem.depth)


def _course(problem: Problem) -> str:
    """How far a problem is, or how it was solved."""
    last = problem.last
    parts = f"{problem.parts} parts" if problem.parts else ""
    if last.status == "running":
        return " · ".join(filter(None, (parts, f"{DOING[last.role]} …")))
    if problem.busy:
        return f"waits for its {parts}"
    if last.status != "done":
        return " · ".join(filter(None, (parts, looks.STATUSES[last.status].lower())))
    began = problem.phases[0].began
    took = words.duration(last.ended - began) if last.ended and began else ""
    source = "" if looks.look(last) == "model" else looks.LEGEND[looks.look(last)]
    return " · ".join(filter(None, (parts or "solved", took, source)))
