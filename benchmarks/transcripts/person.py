"""A person with a goal: what they know, how they talk, and what they say next. Pure.

A person never sees the plan. They read the question that was put to them, and say of what they
know the thing that fits it best; their habits (a question in between, a change of mind, a moment
of confusion) come at their own time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import TypeAdapter

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to unit vectors, shape (n, dimension)."""

CUE_BONUS: Final = 0.3
SAID_ALREADY: Final = 0.25
"""What a fact loses that was told before: people rather tell what they have not told yet."""
FITS_FROM: Final = 0.35

Kind = Literal["aside", "correct", "confused", "two_at_once", "where", "useless", "skip", "say"]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that the person knows.

    Attributes:
        name: What the habits call it.
        about: What it is about, in words that a question might use.
        says: How they tell it.
        again: How they tell it when asked once more; "" for the same words.
        cues: Words and beginnings of words (with a star) that a question about it may have.
    """

    name: str
    about: str
    says: str
    again: str = ""
    cues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Habit:
    """Something that the person does once, beside answering.

    Attributes:
        kind: "two_at_once" answers, and tells something else that they know; "skip" waits for a
            question that may be skipped, then says `text`, as all others do.
        turn: From which message of theirs on, the goal being the first.
        after: What they must have told before, by the name of the fact; "" for nothing.
        text: What they say; nothing with "two_at_once".
    """

    kind: Kind
    turn: int = 0
    after: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Who talks.

    Attributes:
        name: For the transcript, as is `who`.
        goal: What they say first.
        otherwise: What they say where nothing that they know fits, one after another.
        declines: What they say to an offer that they did not ask for.
        farewell: What they say when the plan is complete.
    """

    name: str
    who: str
    goal: str
    facts: tuple[Fact, ...]
    otherwise: tuple[str, ...]
    habits: tuple[Habit, ...] = ()
    declines: str = "No, let us go on."
    farewell: str = "Thank you, that helps. Bye!"


@dataclass(frozen=True, slots=True)
class Heard:
    """What the assistant said last, as the person takes it in.

    Attributes:
        question: The question that is open; "" for none.
        optional: Whether it may be skipped.
        offered: Whether the assistant offered something that waits for a yes or a no.
        finished: Whether the assistant said that the plan is complete.
    """

    question: str
    optional: bool = False
    offered: bool = False
    finished: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says, and what of theirs it used up.

    Attributes:
        because: The habit it comes from, "answer" for an answer, "farewell" for the end.
    """

    text: str
    because: str


@dataclass(slots=True)
class Conversation:
    """A person in a conversation: what they have told, and which habits are still to come."""

    person: Person
    embed: Embed
    turns: int = 0
    told: dict[int, int] = field(default_factory=dict)
    helpless: int = 0
    left: list[Habit] = field(default_factory=list)
    _about: NDArray[np.float32] | None = None

    def first(self) -> Said:
        """The goal."""
        self.turns = 1
        self.left = list(self.person.habits)
        return Said(self.person.goal, "goal")

    def reply(self, heard: Heard) -> Said:
        """What the person says to what they heard."""
        self.turns += 1
        regrets = (habit for habit in self.left if habit.kind == "correct")
        if heard.finished and not any(self._ready(habit, heard) for habit in regrets):
            return Said(self.person.farewell, "farewell")
        if heard.offered:
            return Said(self.person.declines, "declines")
        habit = self._due(heard)
        if habit is None:
            return Said(self._answer(heard.question), "answer")
        self.left.remove(habit)
        if habit.kind == "two_at_once":
            first, second = self._answer(heard.question), self._something_else()
            return Said(f"{first} {second}".strip(), habit.kind)
        return Said(habit.text, habit.kind)

    def _due(self, heard: Heard) -> Habit | None:
        due = (habit for habit in self.left if heard.finished or self.turns >= habit.turn)
        return next((habit for habit in due if self._ready(habit, heard)), None)

    def _ready(self, habit: Habit, heard: Heard) -> bool:
        """Whether there is anything to skip, or to say something else about."""
        if habit.kind == "skip":
            return heard.optional
        return habit.after in ("", *(self.person.facts[index].name for index in self.told))

    def _answer(self, question: str) -> str:
        scores = self._scores(question)
        best = int(scores.argmax())
        if scores[best] < FITS_FROM:
            return self._no_idea()
        return self._tell(best)

    def _something_else(self) -> str:
        """The first thing that they know and have not told."""
        left = [i for i in range(len(self.person.facts)) if i not in self.told]
        return self._tell(left[0]) if left else ""

    def _tell(self, index: int) -> str:
        fact = self.person.facts[index]
        times = self.told.get(index, 0)
        self.told[index] = times + 1
        return fact.again if times and fact.again else fact.says

    def _no_idea(self) -> str:
        ways = self.person.otherwise
        self.helpless += 1
        return ways[min(self.helpless, len(ways)) - 1]

    def _scores(self, question: str) -> NDArray[np.float32]:
        if self._about is None:
            self._about = self.embed([fact.about for fact in self.person.facts])
        (asked,) = self.embed([question])
        cued = [CUE_BONUS * _has_cue(question, fact.cues) for fact in self.person.facts]
        told = [SAID_ALREADY * (i in self.told) for i in range(len(self.person.facts))]
        scores: NDArray[np.float32] = self._about @ asked + np.array(cued) - np.array(told)
        return scores


def read(path: Path) -> Person:
    """The person of a YAML file.

    Raises:
        ValueError: The file does not describe one.
    """
    return TypeAdapter(Person).validate_python(yaml.safe_load(path.read_text("utf-8")))


def _has_cue(question: str, cues: Sequence[str]) -> bool:
    return any(re.search(_pattern(cue), question, re.IGNORECASE) for cue in cues)


def _pattern(cue: str) -> str:
    begun = rf"(?<!\w){re.escape(cue.rstrip('*'))}"
    return begun if cue.endswith("*") else rf"{begun}(?!\w)"
