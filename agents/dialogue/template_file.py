"""One template of the library: a plan for a kind of goal, and the YAML file it is written in.

```yaml
id: warranty-claim
title: {en: A warranty claim, de: Ein Garantiefall}   # one language is enough
goals:                    # what people say who want this, six or more in each language
  en: [File a warranty claim, ...]
cues:                     # words; a goal has the cues when it has one of each list
  - [warranty, "reklam*", money * back]               # * within a word or between words
steps:                    # 2..8, as in `agents.dialogue.plan.Step`
  - id: product
    optional: false       # may be left out, as may needs, fallback and examples
    needs: []
    en: {title: ..., description: ..., expected_response: ..., success_criteria: ...,
         fallback: clarify, examples: [...]}
```
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from agents import yaml_file
from agents.dialogue.language import Language, language_of
from agents.dialogue.plan import MOST_STEPS, Plan, Step
from agents.errors import PlanError
from agents.yaml_file import YamlFile

FEWEST_GOALS: Final = 6
_MOST_WORDS_BETWEEN: Final = 4

_Title = Annotated[str, Field(min_length=1, max_length=60, pattern=r"\S")]
_Text = Annotated[str, Field(min_length=1, max_length=300, pattern=r"\S")]
_Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


@dataclass(frozen=True, slots=True)
class Template:
    """A plan for a kind of goal, in one or more languages.

    Attributes:
        goals: What people say who want this, in every language.
        cues: What a goal has to contain to have the cues: a match of each.
        steps: The steps in each language.
    """

    id: str
    titles: Mapping[Language, str]
    goals: tuple[str, ...]
    cues: tuple[re.Pattern[str], ...]
    steps: Mapping[Language, tuple[Step, ...]]

    def has_cues(self, goal: str) -> bool:
        """Whether the goal has words that are typical of this kind of goal."""
        return bool(self.cues) and all(cue.search(goal) for cue in self.cues)

    def title(self, language: Language) -> str:
        """What it is called in this language, or in the one it has."""
        return self.titles[self._spoken(language)]

    def plan(self, goal: str) -> Plan:
        """The plan for a goal, in the goal's language where the template has it."""
        return Plan(goal, self.steps[self._spoken(language_of(goal))], "template")

    def _spoken(self, language: Language) -> Language:
        return language if language in self.steps else next(iter(self.steps))


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _StepText(_Strict):
    title: _Title
    description: _Text
    expected_response: _Text
    success_criteria: _Text
    fallback: _Text = "clarify"
    examples: Annotated[tuple[_Title, ...], Field(max_length=5)] = ()


class _StepEntry(_Strict):
    id: _Id
    optional: bool = False
    needs: tuple[_Id, ...] = ()
    en: _StepText | None = None
    de: _StepText | None = None


class _File(_Strict):
    id: _Id
    title: Annotated[dict[Language, _Title], Field(min_length=1)]
    goals: dict[Language, Annotated[tuple[_Text, ...], Field(min_length=FEWEST_GOALS)]]
    cues: tuple[Annotated[tuple[_Title, ...], Field(min_length=1)], ...] = ()
    steps: Annotated[tuple[_StepEntry, ...], Field(min_length=2, max_length=MOST_STEPS)]


def load(path: Path) -> Template:
    """The template in a file.

    Raises:
        ContentError: It cannot be read or used; the error names the file and the place in it.
    """
    file = yaml_file.read(path)
    written = file.shaped(_File)
    if written.goals.keys() != written.title.keys():
        raise file.error(("goals",), "are in other languages than the title")
    return Template(
        written.id,
        MappingProxyType(written.title),
        tuple(goal for goals in written.goals.values() for goal in goals),
        tuple(_cue(words) for words in written.cues),
        MappingProxyType({lang: _steps(file, written.steps, lang) for lang in written.title}),
    )


def _steps(file: YamlFile, entries: Sequence[_StepEntry], language: Language) -> tuple[Step, ...]:
    """The steps in a language.

    Raises:
        ContentError: One is not there in it, or they make no plan.
    """
    steps = tuple(_step(file, n, entry, language) for n, entry in enumerate(entries))
    try:
        return Plan(file.path.stem, steps, "template").steps
    except PlanError as error:
        raise file.error(("steps",), error.message.rstrip(".")) from error


def _step(file: YamlFile, number: int, entry: _StepEntry, language: Language) -> Step:
    text = entry.en if language == "en" else entry.de
    if text is None:
        raise file.error(("steps", number), f"is not there in {language!r}")
    return Step(**text.model_dump(), id=entry.id, optional=entry.optional, needs=entry.needs)


def _cue(words: Sequence[str]) -> re.Pattern[str]:
    """One of the words, whole; * stands for any ending or beginning, alone for a few words."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(_word, words))})(?!\w)", re.IGNORECASE)


def _word(word: str) -> str:
    parts = [
        rf"(?:\S+\s+){{0,{_MOST_WORDS_BETWEEN}}}?"
        if part == "*"
        else re.escape(part).replace(r"\*", r"\w*") + r"\s+"
        for part in word.split()
    ]
    return "".join(parts).removesuffix(r"\s+")
