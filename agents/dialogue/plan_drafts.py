"""A plan as a model writes it, checked before it counts as one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Final, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, field_validator

from agents.dialogue.plan import MOST_STEPS, Step

FEWEST_STEPS: Final = 2
LONGEST_TEXT: Final = 300

_ADDRESSED: Final = re.compile(
    r"\b(?:you|your|yours|yourself|du|dir|dich|dein\w*|ihr|euch|euer|eure\w*|sie|ihnen|ihre\w*|"
    r"m[öo]chtest|hast|bist|willst|kannst|musst|magst|planst)\b",
    re.IGNORECASE,
)
_AS_THE_USER: Final = re.compile(r"\b(?:I|my|[Ii]ch|[Mm]ein\w*|[Mm]ir|[Mm]ich)\b")


class StepDraft(BaseModel):
    """A step as a small model writes it: the less it has to write, the better each text is."""

    # The lengths are checked here and not by the schema: as a grammar of llama.cpp a string of at
    # most 300 characters takes minutes.
    title: str
    description: str
    expected_response: str

    @field_validator("*")
    @classmethod
    def _short_text(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        value = " ".join(value.split())
        if not 1 <= len(value) <= LONGEST_TEXT:
            raise ValueError(f"has {len(value)} characters, not 1 to {LONGEST_TEXT}")
        return value


class FullStepDraft(StepDraft):
    """A step as a strong model writes it.

    Attributes:
        needs: Numbers of the earlier steps that it builds on, from 1.
    """

    success_criteria: str = ""
    fallback: str = "clarify"
    optional: bool = False
    needs: list[int] = Field(default=[])
    examples: list[str] = Field(default=[])


Written = TypeVar("Written", bound=StepDraft)


def _those_that_ask_the_user(steps: object) -> object:
    """Without the steps whose description speaks to nobody, or as the user would.

    Small models write some of those ("Where can I find a shelter?"), whatever they are told.
    """
    if not isinstance(steps, list):
        return steps
    return [step for step in steps if not isinstance(step, dict) or _asks_the_user(step)]


def _asks_the_user(step: Mapping[str, object]) -> bool:
    asked = str(step.get("description", ""))
    return bool(_ADDRESSED.search(asked)) and not _AS_THE_USER.search(asked)


def _ask_different_things(steps: list[Written]) -> list[Written]:
    kept: list[Written] = []
    for step in steps:
        if not any(same(step, earlier) for earlier in kept):
            kept.append(step)
    if len(kept) < FEWEST_STEPS:
        raise ValueError("the steps ask the same again and again")
    return steps


_Steps = Annotated[
    list[Written],
    Field(min_length=FEWEST_STEPS, max_length=MOST_STEPS),
    AfterValidator(_ask_different_things),
]


class PlanDraft(BaseModel):
    """A plan as a small model writes it; steps that are no question to the user are left out."""

    steps: Annotated[_Steps[StepDraft], BeforeValidator(_those_that_ask_the_user)]


class FullPlanDraft(BaseModel):
    """A plan as a strong model writes it."""

    steps: _Steps[FullStepDraft]


def same(one: Step | StepDraft, other: Step | StepDraft) -> bool:
    """Whether two steps have one title or one question."""
    return (
        one.title.casefold() == other.title.casefold()
        or one.description.casefold() == other.description.casefold()
    )
