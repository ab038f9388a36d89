"""Runs of teams as they come to be, for pages that draw them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from agents.dialogue.messages import Failure
from agents.teams.run import Delegation, Run

BEGAN: Final = 1_750_000_000.0
TASK: Final = "Should a small bakery begin to sell online?"
BROKEN: Final = Failure(
    "The model did not answer within 30 s.", "Try again, or choose a faster one."
)


def delegation(
    name: str, agent: str, began: float | None, ended: float | None, **more: object
) -> Delegation:
    """A delegation that was at work from one second of its run to another, and is done."""
    known = Delegation(
        name,
        agent,
        f"{TASK} Look at it as the {agent.replace('_', ' ')}.",
        status="done",
        began=None if began is None else BEGAN + began,
        ended=None if ended is None else BEGAN + ended,
        result=f"What the **{agent}** found.",
        source="model",
        tokens=120,
        attempts=1,
    )
    return replace(known, **more)  # type: ignore[arg-type]


def nested() -> Run:
    """A director with three specialists, one of whom was served by the cache."""
    return Run(
        id="n1",
        owner="local",
        kind="nested",
        task=TASK,
        definition="product",
        created=BEGAN,
        status="done",
        began=BEGAN,
        ended=BEGAN + 5.2,
        delegations=(
            delegation("d1", "technical", 0.1, 3.1),
            delegation("d2", "business", 0.1, 0.12, source="cache", tokens=0),
            delegation("d3", "user_experience", 0.1, 2.4),
            delegation(
                "d4", "director", 3.1, 5.2, role="synthesise", needs=("d1", "d2", "d3"), tokens=310
            ),
        ),
        result="## Yes, but small\n\nBegin with **orders for pick-up**.\n\n- no delivery yet\n",
    )


def partial() -> Run:
    """As `nested`, but one specialist failed and the result does without."""
    failed = delegation(
        "d1", "technical", 0.1, 3.1, status="failed", failure=BROKEN, result="", source=None,
        tokens=0, attempts=3,
    )  # fmt: skip
    return replace(nested(), id="n2").with_delegation(failed)


def all_failed() -> Run:
    """Nobody answered."""
    failed = [
        replace(one, status="failed", failure=BROKEN, result="", source=None, tokens=0)
        for one in nested().delegations[:3]
    ]
    return replace(
        nested(), id="n3", status="failed", failure=BROKEN, result="", delegations=tuple(failed)
    )


def live() -> Run:
    """As `nested`, in the middle."""
    d1, d2, d3, d4 = nested().delegations
    return replace(
        nested(),
        id="n4",
        status="running",
        ended=None,
        result="",
        delegations=(
            replace(d1, status="running", ended=None, result="", source=None, tokens=0),
            d2,
            replace(d3, status="running", ended=None, result="", source=None, tokens=0),
            replace(d4, status="waiting", began=None, ended=None, result="", source=None, tokens=0),
        ),
    )


def workflow() -> Run:
    """Steps that need each other, one of which was skipped."""
    return Run(
        id="w1",
        owner="local",
        kind="workflow",
        task="Electric cargo bikes",
        definition="research",
        created=BEGAN,
        status="done",
        began=BEGAN,
        ended=BEGAN + 14.0,
        delegations=(
            delegation("outline", "planner", 0.0, 2.0),
            delegation("facts", "researcher", 2.0, 7.5, needs=("outline",), attempts=2),
            delegation("doubts", "critic", 2.0, 5.0, needs=("outline",), source="cache", tokens=0),
            delegation(
                "sources", "researcher", None, None, needs=("outline",), status="skipped",
                result="", source=None, tokens=0, attempts=0,
            ),
            delegation("draft", "writer", 7.5, 11.0, needs=("facts", "doubts")),
            delegation("final", "editor", 11.0, 14.0, needs=("draft", "facts")),
        ),
        result="A text about **bikes**.",
    )  # fmt: skip


def recursive(width: int = 3, depth: int = 2) -> Run:
    """A tree of problems, each judged, split, solved in parts and put together again."""
    task = "Plan a conference for 300 people"
    made = tuple(_problem("1", "", task, 0, 0.0, width=width, depth=depth))
    end = max(one.ended or 0.0 for one in made)
    return Run(
        id="r1",
        owner="local",
        kind="recursive",
        task=task,
        definition="divide",
        created=BEGAN,
        status="done",
        began=BEGAN,
        ended=end,
        delegations=made,
        result="# The plan\n\nBook the hall first.",
    )


PARTS: Final = ("Find a hall", "Invite the speakers", "Sell the tickets", "Feed everybody")


def _problem(
    name: str, parent: str, task: str, level: int, at: float, *, width: int, depth: int
) -> Iterator[Delegation]:
    """All that is delegated for one problem and for its parts."""
    if level == depth:
        source = "cache" if name.endswith("1") else "model"
        yield delegation(
            name, "solver", at, at + 1.1, parent=parent, depth=level, task=task, source=source
        )
        return
    of = {"task": task, "depth": level}
    yield delegation(name, "planner", at, at + 0.3, parent=parent, role="assess",
                     result='{"complexity": "complex"}', **of)  # fmt: skip
    yield delegation(f"{name}.split", "planner", at + 0.3, at + 0.8, parent=name,
                     role="decompose", **of)  # fmt: skip
    parts: list[Delegation] = []
    for number, part in enumerate(PARTS[:width], 1):
        inner = f"{part} for {task.lower()}"
        parts += _problem(
            f"{name}.{number}", name, inner, level + 1, at + 0.8, width=width, depth=depth
        )
    yield from parts
    end = max((one.ended or 0.0) - BEGAN for one in parts)
    needs = tuple(one.id for one in parts if one.parent == name)
    yield delegation(f"{name}.all", "solver", end, end + 0.8, parent=name, role="synthesise",
                     needs=needs, **of)  # fmt: skip


def single() -> Run:
    """One delegation and no more."""
    return replace(nested(), id="s1", delegations=nested().delegations[:1], ended=BEGAN + 3.1)
