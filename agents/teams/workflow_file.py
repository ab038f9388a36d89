"""One workflow in the YAML file that it is written in.

```yaml
name: product-launch      # lower-case letters, digits and hyphens
title: Plan a launch
about: From the idea to a page that people read.
task_title: The idea      # what the task is called; may be left out
inputs:                   # what the user gives besides the task; may be left out
  audience: {about: Who it is for., default: everybody}
agents:                   # who works in this workflow only; may be left out
  - {name: critic, title: Critic, prompt: You are ..., capabilities: [review]}
steps:
  - id: facts             # lower-case letters, digits and _
    title: What is known  # may be left out, as may all below except agent or capability, and task
    agent: critic         # or, instead, capability: review
    task: List what {audience} should know about {task}.
    after: []             # steps to wait for whose results are not used
    when: {of: facts, contains: [risk, danger]}   # else it is skipped
    seconds: 600          # for one attempt, with its wait for the model
    retries: 1
    may_fail: false       # whether the rest goes on without it
result: [facts]           # the first of these that was done; left out: all that no step uses
```

In tasks, `{task}` and `{context}` stand for what the user wants and what is known besides, other
names for inputs and for results of steps, `{{` and `}}` for braces. A step runs as soon as all
that it uses is there. Conditions look at one of these names (`of`) with one of `is`, `starts`,
`contains`, `above`, `below`, `status`, or join others: `all: [...]`, `any: [...]`, `not: {...}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Protocol

from pydantic import BeforeValidator, Field

from agents import yaml_file
from agents.errors import WorkflowError
from agents.teams.conditions import Condition, How, Joined, Joint, Test
from agents.teams.member import Member
from agents.teams.placeholders import TaskTemplate
from agents.teams.run import Status
from agents.teams.shapes import About, MemberShape, Name, Strict, Text, Title
from agents.teams.workflow import (
    DEFAULT_SECONDS,
    MOST_INPUT,
    MOST_STEPS,
    TASK_TITLE,
    Input,
    Step,
    Workflow,
)
from agents.yaml_file import Location, YamlFile

MOST_AGENTS: Final = 20
MOST_INPUTS: Final = 20
LONGEST_SECONDS: Final = 3_600.0
MOST_RETRIES: Final = 5
_HOWS: Final[Mapping[How, str]] = {
    "is": "is_",
    "starts": "starts",
    "contains": "contains",
    "above": "above",
    "below": "below",
    "status": "status",
}
_JOINTS: Final[Mapping[Joint, str]] = {"all": "all_", "any": "any_", "not": "not_"}


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


_Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
_Texts = Annotated[
    list[Title], BeforeValidator(_listed), Field(min_length=1, max_length=MOST_STEPS)
]


class _InputShape(Strict):
    about: About = ""
    default: Annotated[str, Field(max_length=MOST_INPUT)] | None = None


class _WhenShape(Strict):
    of: _Id | None = None
    is_: Annotated[_Texts | None, Field(alias="is")] = None
    starts: _Texts | None = None
    contains: _Texts | None = None
    above: float | None = None
    below: float | None = None
    status: Annotated[list[Status], BeforeValidator(_listed), Field(min_length=1)] | None = None
    all_: Annotated[list[_WhenShape] | None, Field(alias="all", min_length=1)] = None
    any_: Annotated[list[_WhenShape] | None, Field(alias="any", min_length=1)] = None
    not_: Annotated[_WhenShape | None, Field(alias="not")] = None


class _StepShape(Strict):
    id: _Id
    task: Text
    agent: Name | None = None
    capability: Name | None = None
    title: Title | None = None
    after: list[_Id] = Field(default_factory=list, max_length=MOST_STEPS)
    when: _WhenShape | None = None
    seconds: Annotated[float, Field(gt=0, le=LONGEST_SECONDS)] = DEFAULT_SECONDS
    retries: Annotated[int, Field(ge=0, le=MOST_RETRIES)] = 0
    may_fail: bool = False


class _Shape(Strict):
    name: Name
    title: Title
    about: About = ""
    task_title: Title = TASK_TITLE
    inputs: dict[_Id, _InputShape | None] = Field(default_factory=dict, max_length=MOST_INPUTS)
    agents: list[MemberShape] = Field(default_factory=list, max_length=MOST_AGENTS)
    steps: list[_StepShape] = Field(min_length=1, max_length=MOST_STEPS)
    result: Annotated[list[_Id], BeforeValidator(_listed)] = Field(
        default_factory=list, max_length=MOST_STEPS
    )


class Directory(Protocol):
    """Who can be asked."""

    def named(self, name: str, /) -> Member | None:
        """The agent of a name."""

    def able(self, capability: str, /) -> tuple[Member, ...]:
        """Who has a capability."""

    def members(self) -> tuple[Member, ...]:
        """All of them."""


def load(path: Path, directory: Directory | None = None) -> Workflow:
    """The workflow in a file; see `parse`."""
    return workflow_of(yaml_file.read(path), directory)


def parse(text: str, path: Path, directory: Directory | None = None) -> Workflow:
    """The workflow that a text describes; see `workflow_of`.

    Args:
        path: The file that it is of, or a name to call it by in errors.
    """
    return workflow_of(yaml_file.parse(text, path), directory)


def workflow_of(file: YamlFile, directory: Directory | None = None) -> Workflow:
    """The workflow that a file describes.

    Args:
        directory: Who there is beside the workflow's own agents; None: that is not checked.

    Raises:
        ContentError: It is none, or asks for somebody who is not there; the error names the file,
            the line, the step, and what to do.
    """
    shape = file.shaped(_Shape)
    steps = tuple(_step(file, ("steps", n), step) for n, step in enumerate(shape.steps))
    inputs = tuple(_input(name, one) for name, one in shape.inputs.items())
    agents = tuple(one.member() for one in shape.agents)
    try:
        workflow = Workflow(
            shape.name,
            shape.title,
            steps,
            shape.about,
            inputs,
            agents,
            tuple(shape.result),
            shape.task_title,
        )
        if directory is not None:
            check_agents(workflow, directory)
    except WorkflowError as error:
        raise file.error(error.location, error.problem, error.remedy) from error
    return workflow


def check_agents(workflow: Workflow, directory: Directory) -> None:
    """Refuse a workflow with a step that nobody can do.

    Raises:
        WorkflowError: There is one.
    """
    for number, step in enumerate(workflow.steps):
        if candidates(workflow, step, directory):
            continue
        known = {member.name: member for member in (*directory.members(), *workflow.agents)}
        if step.agent:
            field, wanted, names = "agent", step.agent, set(known)
        else:
            field, wanted = "capability", step.capability
            names = {one for member in known.values() for one in member.capabilities}
        raise WorkflowError(
            workflow.name,
            f"asks for the {field} {wanted!r}, which nobody has",
            remedy=f"Known are: {', '.join(sorted(names)) or 'none'}.",
            step=step.id,
            location=("steps", number, field),
        )


def candidates(workflow: Workflow, step: Step, directory: Directory) -> tuple[Member, ...]:
    """Who can do a step: of the workflow's own agents, or else of all others."""
    if step.agent:
        own = next((agent for agent in workflow.agents if agent.name == step.agent), None)
        found = own or directory.named(step.agent)
        return () if found is None else (found,)
    able = tuple(agent for agent in workflow.agents if step.capability in agent.capabilities)
    return able or directory.able(step.capability)


def _input(name: str, shape: _InputShape | None) -> Input:
    return Input(name) if shape is None else Input(name, shape.about, shape.default)


def _step(file: YamlFile, location: Location, shape: _StepShape) -> Step:
    try:
        task = TaskTemplate(shape.task.strip())
    except ValueError as error:
        remedy = "Write {{ and }} where braces are meant, and only names in single ones."
        raise file.error((*location, "task"), str(error), remedy) from error
    when = None if shape.when is None else _condition(file, (*location, "when"), shape.when)
    return Step(
        shape.id,
        task,
        shape.agent or "",
        shape.capability or "",
        shape.title or "",
        tuple(shape.after),
        when,
        shape.seconds,
        shape.retries,
        shape.may_fail,
    )


def _condition(file: YamlFile, location: Location, shape: _WhenShape) -> Condition:
    looks = [how for how, field in _HOWS.items() if getattr(shape, field) is not None]
    joints = [how for how, field in _JOINTS.items() if getattr(shape, field) is not None]
    if shape.of is not None and len(looks) == 1 and not joints:
        value = getattr(shape, _HOWS[looks[0]])
        return Test(shape.of, looks[0], tuple(map(str, _listed(value))))
    if shape.of is None and len(joints) == 1 and not looks:
        return _joined(file, location, joints[0], getattr(shape, _JOINTS[joints[0]]))
    problem = "is no condition"
    remedy = f"Write 'of' and one of {', '.join(_HOWS)}, or one of {', '.join(_JOINTS)}."
    raise file.error(location, problem, remedy)


def _joined(
    file: YamlFile, location: Location, how: Joint, shapes: _WhenShape | list[_WhenShape]
) -> Joined:
    if isinstance(shapes, _WhenShape):
        return Joined(how, (_condition(file, (*location, how), shapes),))
    parts = (_condition(file, (*location, how, n), part) for n, part in enumerate(shapes))
    return Joined(how, tuple(parts))
