"""What each kind of team is, and tasks to begin with for each team that comes with Reprise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from agents.teams.run import Kind

ABOUT: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        "nested": (
            "Specialists look at the task side by side, each from another side. A director "
            "makes one answer of what they find."
        ),
        "recursive": (
            "A hard task is split into parts, and these into parts of their own, until each is "
            "simple. Their results are put together from the bottom up."
        ),
        "workflow": (
            "Steps that somebody wrote down: each begins as soon as what it needs is there, and "
            "is tried again or left out as the workflow says."
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Example:
    """A task to begin with.

    Attributes:
        inputs: What goes with it where more is asked for, by name.
    """

    task: str
    inputs: tuple[tuple[str, str], ...] = ()


_NOTES: Final = (
    "Monday, Ana, Ben, Chloe. The web shop opens on 3 May. Ben asks the printer for prices by "
    "Friday. Nobody knows yet who takes the photos. Ana writes to all customers."
)
EXAMPLES: Final[Mapping[str, tuple[Example, ...]]] = MappingProxyType(
    {
        "product": (
            Example("Should a small bakery take orders online?"),
            Example("Should a museum have a mobile app or a better website?"),
        ),
        "decision": (
            Example("Should our team work four days a week?"),
            Example("Should I rent out my flat while I am abroad for a year?"),
        ),
        "divide": (
            Example("Plan a conference for 300 people"),
            Example("Move an office of 40 people to another town"),
        ),
        "answer-and-check": (
            Example("What has to be thought of before a first marathon?"),
            Example("How does a heat pump work, and when is it worth its price?"),
        ),
        "compare-two": (
            Example(
                "Where should our family live?",
                (("first", "a flat in the city"), ("second", "a house in the country")),
            ),
        ),
        "launch-plan": (
            Example("A library of things to borrow in our neighbourhood", (("weeks", "12"),)),
            Example("A podcast on local history"),
        ),
        "minutes": (Example(_NOTES),),
    }
)
