"""What is different from one plan to another, and how a plan made anew goes on from the old."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Final

from agents.dialogue.plan import Plan, Step, numbered

if TYPE_CHECKING:
    from agents.dialogue.classify import Embed

SAME_QUESTION: Final = 0.85
"""Cosine from which two questions are one step, however it is called."""


@dataclass(frozen=True, slots=True)
class PlanDifference:
    """What became of the steps of a plan, in the order of the newer plan.

    Attributes:
        kept: In both, and unchanged; `changed`: in both, with other texts, as they are now.
        added: Only in the newer; `removed`: only in the older, in its order.
        moved: In both, unchanged or not, but not where the others of both would have them.
    """

    kept: tuple[Step, ...] = ()
    added: tuple[Step, ...] = ()
    removed: tuple[Step, ...] = ()
    changed: tuple[Step, ...] = ()
    moved: tuple[Step, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether both plans have the same steps in the same order."""
        return not (self.added or self.removed or self.changed or self.moved)


def difference(before: Plan, after: Plan) -> PlanDifference:
    """What is different in `after`; a step is the same where it has the same id."""
    old = {step.id: step for step in before.steps}
    new = {step.id for step in after.steps}
    both = [step for step in after.steps if step.id in old]
    in_order = _longest_in_order([before.index(step.id) or 0 for step in both])
    return PlanDifference(
        kept=tuple(step for step in both if step == old[step.id]),
        added=tuple(step for step in after.steps if step.id not in old),
        removed=tuple(step for step in before.steps if step.id not in new),
        changed=tuple(step for step in both if step != old[step.id]),
        moved=tuple(step for n, step in enumerate(both) if n not in in_order),
    )


def continued(before: Plan, after: Plan, embed: Embed | None = None) -> Plan:
    """The new plan, whose steps have the ids of the old ones that ask for the same.

    Steps ask for the same when they have one title, or when their questions are alike
    (`SAME_QUESTION`). No other step gets an id of the old plan: it would inherit its answer.

    Args:
        embed: None: titles alone tell.
    """
    after = replace(after, steps=numbered(after.steps))
    stays = _same_title(before.steps, after.steps)
    if embed is not None:
        stays |= _same_question(
            [step for step in before.steps if step.id not in stays.values()],
            [step for step in after.steps if step.id not in stays],
            embed,
        )
    return _renamed(after, stays, {step.id for step in before.steps})


def set_apart(plan: Plan, used: Collection[str]) -> Plan:
    """The plan, whose steps have ids that are not among those that other steps had."""
    return _renamed(replace(plan, steps=numbered(plan.steps, used)), {}, used)


def _same_title(before: Sequence[Step], after: Sequence[Step]) -> dict[str, str]:
    """Ids of the new steps with those of the old ones of the same title."""
    old = {step.title.casefold(): step.id for step in reversed(before)}
    found: dict[str, str] = {}
    for step in after:
        same = old.get(step.title.casefold())
        if same is not None and same not in found.values():
            found[step.id] = same
    return found


def _same_question(before: Sequence[Step], after: Sequence[Step], embed: Embed) -> dict[str, str]:
    """Ids of the new steps with those of the old ones whose questions are alike, best first."""
    if not before or not after:
        return {}
    old, new = (embed([step.description for step in steps]) for steps in (before, after))
    alike = new @ old.T
    found: dict[str, str] = {}
    for place in alike.argsort(axis=None)[::-1]:
        row, column = divmod(int(place), len(before))
        mine, theirs = after[row].id, before[column].id
        near = alike[row, column] >= SAME_QUESTION
        if near and mine not in found and theirs not in found.values():
            found[mine] = theirs
    return found


def _renamed(plan: Plan, wanted: Mapping[str, str], used: Collection[str]) -> Plan:
    """The plan with the ids that are wanted, and fresh ones for others that were used."""
    taken = {*used, *(step.id for step in plan.steps)}
    fresh = (name for name in map("s{}".format, count(1)) if name not in taken)
    names = {
        step.id: wanted.get(step.id) or (next(fresh) if step.id in used else step.id)
        for step in plan.steps
    }
    steps = (
        replace(step, id=names[step.id], needs=tuple(names[need] for need in step.needs))
        for step in plan.steps
    )
    return replace(plan, steps=tuple(steps))


def _longest_in_order(places: Sequence[int]) -> set[int]:
    """Indices of a longest rising subsequence: those that did not move."""
    best: list[list[int]] = []
    for here, place in enumerate(places):
        before = [run for run in best if places[run[-1]] < place]
        best.append([*_longest(before), here])
    return set(_longest(best))


def _longest(runs: Sequence[list[int]]) -> list[int]:
    return max(runs, key=len) if runs else []
