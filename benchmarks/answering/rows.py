"""The labelled replies: what was asked, what was said, and whether that gives it.

Sources and licences are in CARD.md.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from agents.dialogue.plan import Step

HERE: Final = Path(__file__).parent
GOALS: Final = HERE / "goals.txt"
STANCES: Final = HERE / "stances.txt"
EVERYDAY: Final = HERE / "everyday.csv"

OTHER_STEPS: Final = 4
OTHER_GOALS: Final = 3
NOT_ANSWERED: Final = 24
INDIFFERENT: Final = 6
TOGETHER: Final = 16
"""Messages a goal that answer several of its steps at once."""


@dataclass(frozen=True, slots=True)
class Row:
    """One reply to one step.

    Attributes:
        met: Whether the reply gives what the step asks.
        group: Rows of one group are in one fold.
        source: "sgd", "steps", "bank" (fitted on, too) or "everyday" (only measured).
        kind: What sort of reply it is, for the tables.
        german: Whether it is in German.
    """

    step: Step
    reply: str
    met: bool
    group: str
    source: str
    kind: str = ""
    german: bool = False


@dataclass(frozen=True, slots=True)
class _Asked:
    goal: str
    sort: str
    step: Step
    answers: tuple[str, ...]


def of_slot(slot: str, question: str) -> Step:
    """A slot and its question as a step of a plan."""
    return Step(slot, question, "", "", "")


def read_steps(path: Path) -> list[Row]:
    """``assistant_question, user_reply, asked_slot, fills_slot``; a group is a question."""
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Row(
                of_slot(line["asked_slot"], line["assistant_question"]),
                line["user_reply"],
                line["fills_slot"] == "1",
                line["assistant_question"],
                "steps",
                line["asked_slot"],
            )
            for line in csv.DictReader(file)
        ]


def read_everyday(path: Path = EVERYDAY) -> list[Row]:
    """Our own set, of other goals than those that are fitted on."""
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Row(
                Step(line["title"], line["question"], line["expected"], line["criteria"], ""),
                line["reply"],
                line["met"] == "1",
                line["goal"],
                "everyday",
                line["kind"],
                line["language"] == "de",
            )
            for line in csv.DictReader(file)
        ]


def bank(seed: int) -> list[Row]:
    """Rows made of the goals, their steps' answers and what answers nothing."""
    chance = random.Random(seed)  # noqa: S311
    asked = list(_read_goals(GOALS.read_text(encoding="utf-8")))
    stances = _read_stances(STANCES.read_text(encoding="utf-8"))
    rows = [row for one in asked for row in _of_step(one, asked, stances, chance)]
    goals = sorted({one.goal for one in asked})
    for goal in goals:
        rows += _together([one for one in asked if one.goal == goal], chance)
    return rows


def _read_goals(text: str) -> Iterator[_Asked]:
    goal = ""
    lines = text.splitlines()
    for at, line in enumerate(lines):
        if line.startswith("#"):
            goal = line[1:].strip()
        elif "|" in line:
            title, question, expected = (part.strip() for part in line.split("|"))
            name, sort = title.rstrip("]").split(" [")
            answers = tuple(part.strip() for part in lines[at + 1].split(" / "))
            yield _Asked(goal, sort, Step(name, question, expected, "", ""), answers)


def _read_stances(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith("#"):
            found[line[1:].strip()] = current = []
        elif line:
            current.append(line)
    return found


def _of_step(
    one: _Asked, asked: Sequence[_Asked], stances: dict[str, list[str]], chance: random.Random
) -> Iterator[Row]:
    unlike = [o for o in asked if o.sort != one.sort]
    near = [a for o in unlike if o.goal == one.goal for a in o.answers]
    far = [a for o in unlike if o.goal != one.goal and o.sort != "yesno" for a in o.answers]
    nothing = stances["ignorant"] + stances["digression"]
    for answer in one.answers:
        yield _row(one, answer, "answer", chance, met=True)
        for other in chance.sample(near, min(OTHER_STEPS, len(near))):
            yield _row(one, other, "other step", chance, met=False)
        for other in chance.sample(far, OTHER_GOALS):
            yield _row(one, other, "other goal", chance, met=False)
    for said in chance.sample(nothing, NOT_ANSWERED):
        # "ok" and the like do answer whether something is wanted.
        if one.sort != "yesno" or len(said.split()) > 2:
            yield _row(one, said, "nothing", chance, met=False)
    for said in chance.sample(stances["indifferent"], INDIFFERENT):
        yield _row(one, said, "indifferent", chance, met=True)


def _row(one: _Asked, reply: str, kind: str, chance: random.Random, *, met: bool) -> Row:
    return Row(_varied(one.step, chance), _spelt(reply, chance), met, one.goal, "bank", kind)


def _varied(step: Step, chance: random.Random) -> Step:
    """The step as other planners would write it: without an expectation, or with criteria."""
    draw = chance.random()
    if draw < 0.25:
        return replace(step, expected_response="")
    if draw < 0.6:
        return replace(step, success_criteria=f"{step.expected_response} is named")
    return step


def _spelt(reply: str, chance: random.Random) -> str:
    """The reply as hasty or careful people write it."""
    draw = chance.random()
    if draw < 0.2:
        return reply.lower()
    if draw < 0.5:
        return f"{reply[0].upper()}{reply[1:]}{'' if reply[-1] in '.?!' else '.'}"
    return reply


def _together(asked: Sequence[_Asked], chance: random.Random) -> Iterator[Row]:
    """Messages that answer several steps, judged against all steps of the goal."""
    for _ in range(TOGETHER):
        told = chance.sample(asked, chance.randint(2, min(4, len(asked))))
        between = chance.choice((", ", ", ", ". ", "; ", " and ", "\n"))
        reply = _spelt(between.join(chance.choice(one.answers) for one in told), chance)
        sorts = {one.sort for one in told}
        for one in asked:
            if one in told:
                yield _row(one, reply, "several", chance, met=True)
            elif one.sort not in sorts:
                yield _row(one, reply, "several others", chance, met=False)
