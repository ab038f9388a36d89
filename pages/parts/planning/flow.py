"""The plan as a Mermaid flowchart: its steps in order, coloured by how far they are.

Titles are the user's or the model's. In Mermaid's text a quote, a directive or a number sign
would be structure, and entities are not resolved in the picture: such signs are drawn as their
look-alikes, or parted by an invisible joiner. The timeline beside it has them to the letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from agents.dialogue.plan import Plan, StepStatus
from agents.dialogue.state import ChatState, shortened
from pages.parts.text import JOINER

LONGEST_TITLE: Final = 48
_LOOK_ALIKES: Final = str.maketrans(
    {'"': "”", "`": "ˋ", "<": "‹", ">": "›", "*": "∗", "_": "ˍ", "\\": "∖", "#": "♯", "|": "ǀ"}
)
_STRUCTURE: Final = re.compile(r"(?<=[&%${}:;~=.)+-])(?=\S)|(?<=\d)(?=[.)])")

# Half-transparent colours, so that one picture fits the light theme and the dark one.
_CLASSES: Final[Mapping[StepStatus, str]] = MappingProxyType(
    {
        "done": "fill:#6366f1,stroke:#6366f1,color:#ffffff",
        "current": "fill:#6366f126,stroke:#6366f1,stroke-width:2.5px",
        "open": "fill:#8080801a,stroke:#80808080",
        "skipped": "fill:#80808010,stroke:#80808080,stroke-dasharray:4 3",
        "reopened": "fill:#e08a1e26,stroke:#e08a1e,stroke-width:2px",
    }
)


def chart(state: ChatState) -> str:
    """The flowchart of the state's plan; "" without a plan."""
    return "\n".join(_lines(state, state.plan)) if state.plan is not None else ""


def described(state: ChatState) -> str:
    """What the picture shows, for those who cannot see it."""
    plan = state.plan
    if plan is None:
        return ""
    done = sum(progress.behind for progress in state.progress)
    return f"The plan's {len(plan.steps)} steps from top to bottom, {done} of them done or skipped"


def literal(title: str) -> str:
    """A title for a quoted label: no sign in it is structure to Mermaid, or a break."""
    line = shortened(title, LONGEST_TITLE).translate(_LOOK_ALIKES)
    return _STRUCTURE.sub(JOINER, line)


def _lines(state: ChatState, plan: Plan) -> Iterator[str]:
    yield "flowchart TB"
    names = {step.id: f"n{number}" for number, step in enumerate(plan.steps, start=1)}
    nodes = zip(plan.steps, state.progress, strict=True)
    for number, (step, progress) in enumerate(nodes, start=1):
        title = f"{number} · {literal(step.title)}" + (" (optional)" if step.optional else "")
        yield f'  {names[step.id]}["{title}"]:::{progress.status}'
    order = list(names.values())
    for before, after in pairwise(order):
        yield f"  {before} --> {after}"
    for step in plan.steps:
        for needed in step.needs:
            yield f"  {names[needed]} -.-> {names[step.id]}"
    yield "  classDef default rx:8,ry:8"
    for name, look in _CLASSES.items():
        yield f"  classDef {name} {look}"
