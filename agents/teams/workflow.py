"""A workflow, as a value: steps for agents, in an order that follows from what each needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Final

from agents.errors import WorkflowError
from agents.teams.conditions import Condition, Test, tests
from agents.teams.member import Member
from agents.teams.placeholders import TaskTemplate

TASK: Final = "task"
CONTEXT: Final = "context"
GIVEN: Final = (TASK, CONTEXT)
"""Names that every workflow knows: what the user wants, and what is known besides."""
TASK_TITLE: Final = "The request"
MOST_STEPS: Final = 40
DEFAULT_SECONDS: Final = 600.0
"""Steps that run at the same time wait for one another where one model in the process does them."""
MOST_INPUT: Final = 8_000
"""Characters of one input."""


@dataclass(frozen=True, slots=True)
class Input:
    """What the user gives besides the task.

    Attributes:
        about: What it is, for who fills it in.
        default: What holds where nothing is given; None: it has to be given.
    """

    name: str
    about: str = ""
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One task for one agent.

    Attributes:
        id: Its name, by which others use its result.
        agent: Name of the agent; "": any with the capability.
        capability: What the agent must be able to do; "": an agent is named.
        task: What the agent is told, with the names of inputs and of steps in braces.
        title: For people; "": the id.
        after: Steps it waits for beside those whose results it uses.
        when: It is skipped unless this holds; None: nothing is asked.
        seconds: Longest time for one attempt, over 0, with its wait for the model.
        retries: How often it is tried again after a failure, 0 and up.
        may_fail: Whether the workflow goes on without its result.
    """

    id: str
    task: TaskTemplate
    agent: str = ""
    capability: str = ""
    title: str = ""
    after: tuple[str, ...] = ()
    when: Condition | None = None
    seconds: float = DEFAULT_SECONDS
    retries: int = 0
    may_fail: bool = False

    @property
    def uses(self) -> tuple[str, ...]:
        """All names in its task, its condition and what it waits for, each once."""
        asked = (test.of for test in _tests(self))
        return tuple(dict.fromkeys((*self.task.names, *asked, *self.after)))


@dataclass(frozen=True)
class Workflow:
    """Steps, the agents who work on them, and what the user has to give.

    Attributes:
        name: Unique among the workflows.
        title: For people.
        about: What it is good for.
        task_title: What the user's task is called, to the user and where it is long to the agents.
        agents: Who works in this workflow only, beside those of the registry.
        result: Ids of the steps of which the first that was done gives the run's result; (): all
            that no other step uses give it together.

    Raises:
        WorkflowError: It has no steps or too many, two things of one name, a step that uses what
            is not there, waits for itself through others, names no agent or two, or asks for a
            status that a step cannot have; or no step uses the task.
    """

    name: str
    title: str
    steps: tuple[Step, ...]
    about: str = ""
    inputs: tuple[Input, ...] = ()
    agents: tuple[Member, ...] = ()
    result: tuple[str, ...] = ()
    task_title: str = TASK_TITLE

    def __post_init__(self) -> None:
        if not 1 <= len(self.steps) <= MOST_STEPS:
            raise self._error(
                ("steps",), f"has {len(self.steps)} steps", f"Write 1 to {MOST_STEPS}."
            )
        self._check_names()
        for number, step in enumerate(self.steps):
            self._check_step(("steps", number), step)
        self._check_order()
        self._check_use()

    @cached_property
    def needs(self) -> Mapping[str, tuple[str, ...]]:
        """Of each step the steps that it waits for, in the order of the file."""
        return {
            step.id: tuple(other.id for other in self.steps if other.id in step.uses)
            for step in self.steps
        }

    @cached_property
    def order(self) -> tuple[Step, ...]:
        """The steps, each after those that it waits for."""
        sorted_ids = TopologicalSorter(self.needs).static_order()
        return tuple(self.step(step_id) for step_id in sorted_ids)

    @property
    def last(self) -> tuple[Step, ...]:
        """The steps that no other uses."""
        used = {needed for needs in self.needs.values() for needed in needs}
        return tuple(step for step in self.steps if step.id not in used)

    def step(self, step_id: str) -> Step:
        """The step of an id.

        Raises:
            KeyError: There is none.
        """
        return {step.id: step for step in self.steps}[step_id]

    def given(self, inputs: Mapping[str, str]) -> dict[str, str]:
        """What was given for every input, or its default.

        Raises:
            WorkflowError: One is missing, too long, or not of this workflow.
        """
        known = {one.name: one for one in self.inputs}
        for name in inputs:
            if name not in known:
                remedy = f"Leave it out; the inputs are: {_listed(known)}."
                raise self._error(("inputs", name), f"has no input {name!r}", remedy)
        return {name: self._given(one, inputs.get(name, "")) for name, one in known.items()}

    def _given(self, wanted: Input, text: str) -> str:
        value = text if text.strip() else wanted.default
        if value is None:
            remedy = f"Give it: {wanted.about or wanted.name}"
            raise self._error(
                ("inputs", wanted.name), f"needs {wanted.name!r}, which was not given", remedy
            )
        if len(value) > MOST_INPUT:
            raise self._error(
                ("inputs", wanted.name),
                f"was given {len(value):,} characters as {wanted.name!r}",
                f"Give at most {MOST_INPUT:,}.",
            )
        return value

    def _check_names(self) -> None:
        """Refuse two inputs or steps of one name, and two agents of one."""
        inputs = [(("inputs", one.name), one.name) for one in self.inputs]
        steps = [(("steps", number, "id"), step.id) for number, step in enumerate(self.steps)]
        agents = [(("agents", n, "name"), agent.name) for n, agent in enumerate(self.agents)]
        for named in ([*inputs, *steps], agents):
            seen = set() if named is agents else set(GIVEN)
            for location, name in named:
                if name in seen:
                    raise self._error(
                        location, f"uses the name {name!r} twice", "Choose another for one of them."
                    )
                seen.add(name)

    def _check_step(self, location: Sequence[str | int], step: Step) -> None:
        if bool(step.agent) == bool(step.capability):
            problem = "names both an agent and a capability" if step.agent else "names no agent"
            remedy = "Write either 'agent' or 'capability'."
            raise self._error(location, problem, remedy, step=step.id)
        ids = {one.id for one in self.steps}
        names = {*GIVEN, *(one.name for one in self.inputs), *ids}
        asked = tuple(test.of for test in _tests(step))
        for field, used, known in (
            ("task", step.task.names, names),
            ("when", asked, names),
            ("after", step.after, ids),
        ):
            for name in (name for name in used if name not in known):
                problem = f"uses {name!r} in {field!r}, which is not there"
                remedy = f"Known are: {_listed(known)}."
                raise self._error((*location, field), problem, remedy, step=step.id)
        self._check_condition(location, step)

    def _check_condition(self, location: Sequence[str | int], step: Step) -> None:
        """Refuse to ask for the status of what is no step, or for a failure that ends the run."""
        ids = {one.id: one for one in self.steps}
        for test in _tests(step):
            if test.how != "status":
                continue
            if test.of not in ids:
                problem = f"asks for the status of {test.of!r}, which is no step"
                remedy = f"The steps are: {_listed(ids)}."
                raise self._error((*location, "when"), problem, remedy, step=step.id)
            if "failed" in test.values and not ids[test.of].may_fail:
                problem = f"asks whether {test.of!r} failed, after which nothing goes on"
                remedy = f"Add 'may_fail: true' to {test.of!r}."
                raise self._error((*location, "when"), problem, remedy, step=step.id)

    def _check_order(self) -> None:
        """Refuse steps that wait for one another in a circle."""
        try:
            TopologicalSorter(self.needs).prepare()
        except CycleError as error:
            circle: Sequence[str] = error.args[1][::-1]
            number = [step.id for step in self.steps].index(circle[0])
            problem = f"waits for itself: {' needs '.join(circle)}"
            remedy = "Take one of these results out of the task, the condition or 'after'."
            location = ("steps", number)
            raise self._error(location, problem, remedy, step=circle[0]) from error

    def _check_use(self) -> None:
        """Refuse a result of no step, and a workflow that does the same whatever it is told."""
        for name in (name for name in self.result if name not in self.needs):
            problem = f"takes its result from {name!r}, which is no step"
            raise self._error(("result",), problem, f"The steps are: {_listed(self.needs)}.")
        if not any(TASK in step.task.names for step in self.steps):
            remedy = "Write {task} into the task of a step: it stands for what the user wants."
            raise self._error(("steps",), "never uses the user's task", remedy)

    def _error(
        self, location: Sequence[str | int], problem: str, remedy: str, *, step: str = ""
    ) -> WorkflowError:
        return WorkflowError(self.name, problem, remedy=remedy, step=step, location=location)


def _tests(step: Step) -> tuple[Test, ...]:
    return () if step.when is None else tests(step.when)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
