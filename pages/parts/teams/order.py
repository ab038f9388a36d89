"""How the delegations of a run hang together: as a tree of parts, and as layers in time."""

from __future__ import annotations

from collections.abc import Mapping

from agents.teams.run import Delegation, Run


def in_order(run: Run) -> tuple[tuple[Delegation, int], ...]:
    """Each delegation with its depth; what is a part follows what it is a part of.

    One whose parent is not in the run is drawn as if it had none.
    """
    known = {one.id for one in run.delegations}
    children: dict[str, list[Delegation]] = {}
    for one in run.delegations:
        children.setdefault(one.parent if one.parent in known else "", []).append(one)
    found: list[tuple[Delegation, int]] = []
    waiting = [(one, 0) for one in reversed(children.get("", []))]
    while waiting:
        one, depth = waiting.pop()
        found.append((one, depth))
        waiting += [(part, depth + 1) for part in reversed(children.get(one.id, []))]
    return tuple(found)


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
