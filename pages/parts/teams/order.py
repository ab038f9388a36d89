"""How the delegations of a run hang together: as problems and their parts, and as layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agents.teams.run import Delegation, Run


@dataclass(frozen=True, slots=True)
class Problem:
    """A task with all that was delegated for it as a whole: judged, split, solved, put together.

    Attributes:
        number: "" of the run's own task, "2" of its second part, "2.1" of the first part of that.
        depth: How often a task was split to come to it.
        phases: In the order in which they were begun; never empty.
        parts: How many parts it was split into.
        busy: Whether something is under way in it or in a part of it.
    """

    number: str
    depth: int
    phases: tuple[Delegation, ...]
    parts: int
    busy: bool

    @property
    def task(self) -> str:
        """What is to be solved."""
        return self.phases[0].task

    @property
    def last(self) -> Delegation:
        """The phase that its outcome is of."""
        return self.phases[-1]


def problems(run: Run) -> tuple[Problem, ...]:
    """The problems of a run, each followed by its parts.

    A delegation with the task of the one that it is a part of is a phase of the same problem.
    """
    children = _children(run)
    found: list[Problem] = []

    def add(first: Delegation, number: str, depth: int) -> bool:
        phases, parts = _within(first, children)
        place = len(found)
        prefix = f"{number}." if number else ""
        busy = [add(one, f"{prefix}{count}", depth + 1) for count, one in enumerate(parts, 1)]
        is_busy = any(busy) or any(one.status == "running" for one in phases)
        found.insert(place, Problem(number, depth, phases, len(parts), is_busy))
        return is_busy

    for root in children.get("", []):
        add(root, "", 0)
    return tuple(found)


def _within(
    first: Delegation, children: Mapping[str, list[Delegation]]
) -> tuple[tuple[Delegation, ...], list[Delegation]]:
    """The phases of the problem that a delegation begins, and the beginnings of its parts."""
    phases = [first]
    parts: list[Delegation] = []
    for phase in phases:  # grows as phases of phases are found
        for one in children.get(phase.id, []):
            (phases if one.task == first.task else parts).append(one)
    return tuple(phases), parts


def in_order(run: Run) -> tuple[tuple[Delegation, Problem], ...]:
    """Each delegation with its problem; what is a part follows what it is a part of."""
    of = {one.id: problem for problem in problems(run) for one in problem.phases}
    children = _children(run)

    def walk(parent: str) -> Iterator[Delegation]:
        for one in children.get(parent, []):
            yield one
            yield from walk(one.id)

    return tuple((one, of[one.id]) for one in walk(""))


def sources(run: Run) -> Mapping[str, tuple[str, ...]]:
    """Of each delegation the ids of those that it comes from.

    Those whose results it was given; without any, the one that it is a part of.
    """
    known = {one.id for one in run.delegations}
    found: dict[str, tuple[str, ...]] = {}
    for one in run.delegations:
        needs = tuple(need for need in one.needs if need in known and need != one.id)
        parent = (one.parent,) if one.parent in known else ()
        found[one.id] = needs or parent
    return found


def layers(run: Run) -> tuple[tuple[Delegation, ...], ...]:
    """The delegations in layers: each lies below all that it comes from."""
    comes_from = sources(run)
    level = dict.fromkeys(comes_from, 0)
    for _ in comes_from:  # the longest way has fewer moves than there are delegations
        deeper = {
            one: max((level[source] + 1 for source in before), default=0)
            for one, before in comes_from.items()
        }
        if deeper == level:
            break
        level = deeper
    rows: dict[int, list[Delegation]] = {}
    for one in run.delegations:
        rows.setdefault(level[one.id], []).append(one)
    return tuple(tuple(rows[number]) for number in sorted(rows))


def _children(run: Run) -> Mapping[str, list[Delegation]]:
    """What is a part of each; one whose parent is not in the run is drawn as if it had none."""
    known = {one.id for one in run.delegations}
    children: dict[str, list[Delegation]] = {}
    for one in run.delegations:
        parent = one.parent if one.parent in known and one.parent != one.id else ""
        children.setdefault(parent, []).append(one)
    return children
