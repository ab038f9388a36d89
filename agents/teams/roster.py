"""Teams for nested and recursive runs, and the YAML files they are written in.

```yaml
name: product             # lower-case letters, digits and hyphens
title: Product team
about: Looks at a task from the technical, the business and the user's side.
director:                 # chooses whom to ask, and puts the answers together
  {name: director, title: Director, prompt: You are ...}
specialists:              # 2..8
  - {name: technical, title: Technical expert, capabilities: [software], prompt: You are ...}
asks: chosen              # chosen: whom the director chooses; all: always all. May be left out,
limits:                   # as may the limits
  rounds: 1               # how often the director may ask, 1..3
  calls: 12               # of all agents together, with one for each specialist and two more
  seconds: 120            # for one answer, 1..3600
  minutes: 10             # for the run, 0.1..120
```

```yaml
name: divide
title: Divide and conquer
about: Takes a large task apart, ...
planner: {name: planner, ...}     # says how complex a task is, and takes it apart
solver: {name: solver, ...}       # solves parts, and puts solutions together
limits: {depth: 2, calls: 30, seconds: 120, minutes: 20}     # depth 1..6
```
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from agents.teams.member import Member
from agents.teams.shapes import About, MemberShape, Name, Strict, Title
from agents.teams.shelf import Shelf
from agents.yaml_file import YamlFile

FOLDER: Final = Path(__file__).parent / "teams"
FEWEST_SPECIALISTS: Final = 2
MOST_SPECIALISTS: Final = 8
CALLS_BESIDE: Final = 2
"""Of the director: one to choose, one to put together."""
FEWEST_CALLS: Final = 4
"""Of a task that is taken apart: assess, take apart, and something to do."""

Asks = Literal["chosen", "all"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may use.

    Attributes:
        calls: Of all agents together.
        seconds: Longest time for one answer.
        minutes: Longest time for the run; what is asked by then is waited for no longer, and the
            result is made of what is there.
    """

    calls: int
    seconds: float
    minutes: float


@dataclass(frozen=True, slots=True)
class NestedTeam:
    """A director with specialists.

    Attributes:
        asks: Whether the director chooses whom to ask, or all are.
        rounds: How often the director may ask.
    """

    name: str
    title: str
    about: str
    director: Member
    specialists: tuple[Member, ...]
    asks: Asks
    rounds: int
    limits: Limits

    @property
    def members(self) -> tuple[Member, ...]:
        """All who work in it."""
        return (self.director, *self.specialists)


@dataclass(frozen=True, slots=True)
class RecursiveTeam:
    """Who takes tasks apart, and who solves the parts.

    Attributes:
        depth: How often a task may be taken apart, and its parts again.
    """

    name: str
    title: str
    about: str
    planner: Member
    solver: Member
    depth: int
    limits: Limits

    @property
    def members(self) -> tuple[Member, ...]:
        """All who work in it."""
        return (self.planner, self.solver)


class Roster:
    """The teams that there are, and who works in them.

    Attributes:
        nested: Teams with a director.
        recursive: Teams that take tasks apart.
    """

    def __init__(self, nested: Shelf[NestedTeam], recursive: Shelf[RecursiveTeam]) -> None:
        self.nested = nested
        self.recursive = recursive

    @classmethod
    def at(cls, own: Path) -> Roster:
        """The teams that come with Reprise, and those in the user's folder.

        Args:
            own: The user's folder; it need not exist.
        """
        return cls(
            Shelf("nested", FOLDER / "nested", own / "nested", nested_team),
            Shelf("recursive", FOLDER / "recursive", own / "recursive", recursive_team),
        )

    def members(self) -> tuple[Member, ...]:
        """All who work in a team that can be used; of those of one name the user's own."""
        nested = (member for team in self.nested.all() for member in team.members)
        recursive = (member for team in self.recursive.all() for member in team.members)
        return tuple({member.name: member for member in (*nested, *recursive)}.values())


class _NestedLimits(Strict):
    rounds: int = 1
    calls: int = 12
    seconds: float = 120.0
    minutes: float = 10.0


class _NestedShape(Strict):
    name: Name
    title: Title
    about: About = ""
    director: MemberShape
    specialists: list[MemberShape]
    asks: Asks = "chosen"
    limits: _NestedLimits = _NestedLimits()


class _RecursiveLimits(Strict):
    depth: int = 2
    calls: int = 30
    seconds: float = 120.0
    minutes: float = 20.0


class _RecursiveShape(Strict):
    name: Name
    title: Title
    about: About = ""
    planner: MemberShape
    solver: MemberShape
    limits: _RecursiveLimits = _RecursiveLimits()


_RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "rounds": (1, 3),
    "depth": (1, 6),
    "calls": (FEWEST_CALLS, 200),
    "seconds": (1, 3_600),
    "minutes": (0.1, 120),
}


def nested_team(file: YamlFile) -> NestedTeam:
    """The team with a director that a file describes.

    Raises:
        ContentError: It describes none.
    """
    shape = file.shaped(_NestedShape)
    limits = _limits(file, shape.limits)
    number = len(shape.specialists)
    if not FEWEST_SPECIALISTS <= number <= MOST_SPECIALISTS:
        remedy = f"Write {FEWEST_SPECIALISTS} to {MOST_SPECIALISTS}."
        raise file.error(("specialists",), f"has {number} of them", remedy)
    if limits.calls < number + CALLS_BESIDE:
        raise file.error(
            ("limits", "calls"),
            f"is {limits.calls}, too few for {number} specialists and the director",
            f"Write at least {number + CALLS_BESIDE}.",
        )
    _refuse_twice(file, [shape.director, *shape.specialists])
    return NestedTeam(
        shape.name,
        shape.title,
        shape.about,
        shape.director.member(),
        tuple(one.member() for one in shape.specialists),
        shape.asks,
        shape.limits.rounds,
        limits,
    )


def recursive_team(file: YamlFile) -> RecursiveTeam:
    """The team that takes tasks apart that a file describes.

    Raises:
        ContentError: It describes none.
    """
    shape = file.shaped(_RecursiveShape)
    limits = _limits(file, shape.limits)
    if shape.solver.name == shape.planner.name:
        raise file.error(("solver", "name"), f"is {shape.solver.name!r}, as of the planner", _NAMES)
    return RecursiveTeam(
        shape.name,
        shape.title,
        shape.about,
        shape.planner.member(),
        shape.solver.member(),
        shape.limits.depth,
        limits,
    )


_NAMES: Final = "Give each a name of its own."


def _limits(file: YamlFile, written: _NestedLimits | _RecursiveLimits) -> Limits:
    for name in type(written).model_fields:
        low, high = _RANGES[name]
        value = getattr(written, name)
        if not low <= value <= high:
            remedy = f"Write a number from {low:g} to {high:g}."
            raise file.error(("limits", name), f"is {value:g}", remedy)
    return Limits(written.calls, written.seconds, written.minutes)


def _refuse_twice(file: YamlFile, members: Sequence[MemberShape]) -> None:
    """Refuse a name that two have; the director is the first."""
    names: set[str] = set()
    for number, member in enumerate(members):
        if member.name in names:
            where = ("specialists", number - 1, "name")
            raise file.error(where, f"is {member.name!r}, as of another one", _NAMES)
        names.add(member.name)
