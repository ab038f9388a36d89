"""A conversation as a script: what a flow file may say, and nothing else.

`tests/flows/README.md` explains the files to whoever writes or reads one. A key that is not
known here is refused, so that a typo cannot make a flow pass, and a turn that expects nothing is
refused, too.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from agents.dialogue.events import Offer
from agents.dialogue.machine import State
from agents.dialogue.messages import MessageType, Mood, Request
from agents.dialogue.phrases import Kind
from agents.dialogue.plan import Judge, Plan, Step, StepStatus

NONE = "none"
"""How a flow says that there is no step, offer or request."""

FOLDER = Path(__file__).parent


def _as_list(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _is_there(name: str) -> str:
    if not (FOLDER / "plans" / f"{name}.yml").is_file():
        raise ValueError(f"there is no plan {name!r} in tests/flows/plans")
    return name


PlanName = Annotated[str, AfterValidator(_is_there)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_as_list)]
"""One text or a list of them; /between slashes/ is a regular expression, case ignored."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class StepText(_Part):
    """A step of a plan, with titles in place of ids."""

    title: str
    question: str
    expected: str = ""
    enough: str = ""
    fallback: str = "clarify"
    optional: bool = False
    needs: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()

    def as_step(self, number: int, ids: dict[str, str]) -> Step:
        return Step(
            title=self.title,
            description=self.question,
            expected_response=self.expected or f"the {self.title.lower()}",
            success_criteria=self.enough or f"the {self.title.lower()} is named",
            fallback=self.fallback,
            id=f"s{number}",
            optional=self.optional,
            needs=tuple(ids[title] for title in self.needs),
            examples=self.examples,
        )


class PlanText(_Part):
    """A plan as the files in `plans/` have it."""

    goal: str
    steps: Annotated[tuple[StepText, ...], Field(min_length=1)]

    def as_plan(self) -> Plan:
        ids = {text.title: f"s{number}" for number, text in enumerate(self.steps, 1)}
        return Plan(self.goal, tuple(s.as_step(n, ids) for n, s in enumerate(self.steps, 1)))


class Given(_Part):
    """A plan that is in place when the conversation begins.

    Attributes:
        plan: Name of a file in `plans/`.
        answered: What was said for its steps already, by their titles.
        days_ago: When all that happened.
    """

    plan: PlanName
    answered: dict[str, str] = {}
    days_ago: float = 0.0

    @model_validator(mode="after")
    def _titles(self) -> Self:
        unknown = self.answered.keys() - {step.title for step in plan_named(self.plan).steps}
        if unknown:
            raise ValueError(f"answered, but no step of the plan: {', '.join(unknown)}")
        return self


class Says(_Part):
    """What the model does with messages in which `when` is found: says something, or fails."""

    when: str
    says: str = ""
    fails: bool = False


class ModelScript(_Part):
    """What the scripted model does; what is not said here it does sensibly.

    Attributes:
        plans: What it drafts, one after the other, and the last again and again: names of files
            in `plans/`, or "botched" (no plan at all) or "fails" (no answer).
        enough, not_enough: Replies (regular expressions) that it judges so; all others are
            enough.
        judging: Whether its verdicts can be had.
        answers: The first whose pattern is found in the message answers.
        team: Whether all members of a team answer, all but the business expert, or none.
    """

    plans: tuple[PlanName | Literal["botched", "fails"], ...] = ("trip",)
    enough: Texts = ()
    not_enough: Texts = ()
    judging: Literal["works", "botched", "fails"] = "works"
    answers: tuple[Says, ...] = ()
    team: Literal["works", "loses_one", "fails"] = "works"


class Repeated(_Part):
    """A text that is too long to be written out."""

    repeat: str
    times: int


class PageDeed(_Part):
    """What the user does on the Plan page: one of these."""

    approve: bool = False
    stop: bool = False
    restart: bool = False
    enough: str = ""
    not_enough: str = ""
    ask_again: str = ""
    remove: str = ""
    add: StepText | None = None
    first: str = ""
    note: dict[str, str] = {}
    forget: str = ""
    restore: int = 0

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError("one deed on the page at a time")
        return self


class Expected(_Part):
    """What is to be after a turn; what is not said may be anything."""

    types: Annotated[tuple[MessageType, ...], BeforeValidator(_as_list)] = ()
    request: Request | Literal["none"] = NONE
    mood: Mood = Mood.NEUTRAL
    state: State = State.IDLE
    topic: str = ""
    goal: str = ""
    step: str = ""
    steps: tuple[str, ...] = ()
    finished: bool = False
    version: int = 0
    because: Texts = ()
    approved: bool = False
    progress: dict[str, StepStatus] = {}
    attempts: dict[str, int] = {}
    judged_by: dict[str, Judge] = {}
    facts: dict[str, str] = {}
    formerly: dict[str, tuple[str, ...]] = {}
    preferences: dict[str, str] = {}
    offer: Offer | Literal["none"] = NONE
    handed_over: Literal["none", "notified", "exported"] = NONE
    tells: Annotated[tuple[Kind, ...], BeforeValidator(_as_list)] = ()
    never_tells: Annotated[tuple[Kind, ...], BeforeValidator(_as_list)] = ()
    says: Texts = ()
    never_says: Texts = ()
    language: Literal["en", "de"] = "en"
    reply_from: Literal["model", "cache", "plan", "team"] = "plan"
    worked: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    no_events: tuple[str, ...] = ()
    model_was_asked: tuple[Literal["plan", "verdict", "answer", "member"], ...] = ()
    model_was_told: Texts = ()
    model_was_not_told: Texts = ()
    status: Literal["complete", "failed", "stopped"] = "complete"
    refused: str = ""


class Turn(Expected):
    """Something that the user does, and what is to be after it.

    Attributes:
        user: What is said in the chat; page: what is done on the Plan page.
        conversation, owner: Where, and by whom; conversations are separate, the cache is shared.
        reopened: Whether the app was closed and opened again before.
    """

    user: str | Repeated | None = None
    page: PageDeed | None = None
    conversation: str = "here"
    owner: str = "ann"
    reopened: bool = False

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.user is None) == (self.page is None):
            raise ValueError("a turn has either `user` or `page`")
        if not self.expectations:
            raise ValueError(f"nothing is expected after {self.text!r}")
        return self

    @property
    def text(self) -> str:
        if isinstance(self.user, Repeated):
            return self.user.repeat * self.user.times
        return self.user or ""

    @property
    def expectations(self) -> frozenset[str]:
        """The names of what is expected."""
        return frozenset(self.model_fields_set & Expected.model_fields.keys())


class Flow(_Part):
    """One file.

    Attributes:
        name: What the user does; the file is named so.
        about: What is shown, in a sentence.
        cache: Whether there is one; without it messages are read by their words alone.
        templates_first: Whether a plan of the library beats one of the model's.
    """

    name: str
    about: str
    given: Given | None = None
    model: ModelScript = ModelScript()
    cache: bool = True
    templates_first: bool = False
    turns: Annotated[tuple[Turn, ...], Field(min_length=1)]


class FlowError(ValueError):
    """A file is no flow."""

    def __init__(self, file: str, problem: str) -> None:
        super().__init__(f"{file}: {problem}")


@cache
def plan_named(name: str) -> PlanText:
    """The plan in a file of `plans/`."""
    text = (FOLDER / "plans" / f"{name}.yml").read_text(encoding="utf-8")
    return PlanText.model_validate(_without_repeated_keys(text))


def read_flow(path: Path) -> Flow:
    """The flow in a file.

    Raises:
        FlowError: It is no YAML, has a key that is not known, or a turn expects nothing.
    """
    try:
        flow = Flow.model_validate(_without_repeated_keys(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValueError) as error:
        raise FlowError(path.name, str(error)) from error
    if re.sub(r"\W+", "_", flow.name) != path.stem:
        raise FlowError(path.name, f"its name is {flow.name!r}: name the file after it")
    return flow


def all_flows(folder: Path = FOLDER) -> list[Path]:
    """The files, in the order of their names."""
    return sorted(folder.glob("*.yml"))


class _Loader(yaml.BaseLoader):
    """A loader for which every value is a text ("no" is a word), and no key may come twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise yaml.YAMLError(f"line {node.start_mark.line + 1}: {twice} twice")
        return super().construct_mapping(node, deep)


def _without_repeated_keys(text: str) -> object:
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - makes texts only
