"""What a conversation has gathered, to be read, copied and taken along."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

import yaml

from agents.dialogue.language import Language
from agents.dialogue.memory import Fact
from agents.dialogue.plan import Progress, Step
from agents.dialogue.state import ChatState

VERSION: Final = 1
_HEADINGS: Final = Path(__file__).parent / "texts" / "summary.yml"
_STRUCTURE: Final = re.compile(r"([\\`*_\[\]<>#|~$]|&(?=[#\w])|:(?=[A-Za-z:])|(?<=:):)")


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is known, and what it was before.

    Attributes:
        value: "" for a step that is done without an answer.
        former: Earlier values, oldest first.
        at: When it was told, seconds since the epoch; None where it is not known.
    """

    name: str
    value: str
    former: tuple[str, ...] = ()
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """A step without an answer that holds.

    Attributes:
        before: The answer that it had, where it is to be asked again; "" otherwise.
    """

    name: str
    question: str
    how: Literal["open", "skipped"]
    before: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a conversation has gathered.

    Attributes:
        goal: "" where none was stated.
        began_at, last_at: When it was begun and when something was last said, seconds since the
            epoch.
        done, total: Steps that are done, and steps of the plan; 0 without a plan.
        answers: In the order of the plan, then those whose step is gone.
        left: Steps that are open or were skipped, in the order of the plan.
        preferences, notes: As they were told.
    """

    goal: str
    began_at: float
    last_at: float
    done: int
    total: int
    answers: tuple[Gathered, ...]
    left: tuple[Left, ...]
    preferences: tuple[Gathered, ...]
    notes: tuple[Gathered, ...]

    def markdown(self, language: Language = "en") -> str:
        """The summary as Markdown; what people said in it is text and never structure.

        Raises:
            ContentError: The headings cannot be read.
        """
        return "\n".join(_lines(self, _headings(language))) + "\n"

    def json(self) -> str:
        """The summary as JSON: the fields of this class, times in ISO 8601 (UTC)."""
        return json.dumps(self.record(), ensure_ascii=False, indent=2)

    def record(self) -> Mapping[str, Any]:
        """The summary as plain values, as they stand in its JSON."""
        fields = asdict(self)
        for entry in (*fields["answers"], *fields["preferences"], *fields["notes"]):
            entry["at"] = None if entry["at"] is None else _iso(entry["at"])
        times = {"began_at": _iso(self.began_at), "last_at": _iso(self.last_at)}
        return {"format": "reprise-summary", "version": VERSION, **fields, **times}


def of(state: ChatState) -> Summary:
    """What a conversation has gathered so far. What was forgotten is not in it."""
    steps = state.plan.steps if state.plan else ()
    pairs = list(zip(steps, state.progress, strict=True))
    return Summary(
        goal=state.goal,
        began_at=state.started_at,
        last_at=max((message.at for message in state.messages), default=state.started_at),
        done=sum(progress.status == "done" for progress in state.progress),
        total=len(steps),
        answers=(*_answers(state, pairs), *_answers_without_step(state)),
        left=tuple(_left(state, pairs)),
        preferences=_told(state, "preference"),
        notes=_told(state, "note"),
    )


def escaped(text: str) -> str:
    """The text on one line of Markdown, where every sign of it is only itself.

    It is to stand after something else on its line: what is structure at a line's beginning
    alone ("-", "1.") stays as it is.
    """
    return _STRUCTURE.sub(r"\\\1", " ".join(text.split()))


# From the state


def _answers(state: ChatState, pairs: list[tuple[Step, Progress]]) -> Iterator[Gathered]:
    for step, progress in pairs:
        if progress.status == "done":
            fact = _answer_to(state, step)
            yield _gathered(step.title, fact) if fact else Gathered(step.title, "")


def _answers_without_step(state: ChatState) -> Iterator[Gathered]:
    steps = state.plan.steps if state.plan else ()
    placed = {fact.name for step in steps if (fact := _answer_to(state, step))}
    for fact in state.facts.values():
        if fact.about == "answer" and fact.name not in placed:
            yield _gathered(fact.name, fact)


def _left(state: ChatState, pairs: list[tuple[Step, Progress]]) -> Iterator[Left]:
    for step, progress in pairs:
        if progress.status != "done":
            fact = _answer_to(state, step)
            how: Literal["open", "skipped"] = "skipped" if progress.status == "skipped" else "open"
            yield Left(step.title, step.description, how, fact.value if fact else "")


def _answer_to(state: ChatState, step: Step) -> Fact | None:
    """The fact that answers a step: told in it, or in older conversations named after it."""
    answers = sorted(
        (fact for fact in state.facts.values() if fact.about == "answer"),
        key=lambda fact: fact.at,
        reverse=True,
    )
    told_in_it = (fact for fact in answers if fact.step and fact.step == step.id)
    named_after_it = (fact for fact in answers if not fact.step and fact.name == step.title)
    return next(told_in_it, None) or next(named_after_it, None)


def _told(state: ChatState, about: Literal["preference", "note"]) -> tuple[Gathered, ...]:
    facts = (fact for fact in state.facts.values() if fact.about == about)
    return tuple(_gathered(fact.name, fact) for fact in facts)


def _gathered(name: str, fact: Fact) -> Gathered:
    return Gathered(name, fact.value, tuple(former.value for former in fact.former), fact.at)


# As Markdown


def _headings(language: Language) -> Mapping[str, str]:
    headings: Mapping[str, str] = yaml.safe_load(_HEADINGS.read_text("utf-8"))[language]
    return headings


def _lines(summary: Summary, words: Mapping[str, str]) -> Iterator[str]:
    yield f"# {escaped(summary.goal) or words['untitled']}"
    yield ""
    day = datetime.fromtimestamp(summary.last_at, UTC).date().isoformat()
    steps = words["progress"].format(done=summary.done, total=summary.total)
    yield f"{day} · {steps}" if summary.total else day
    if not (summary.answers or summary.left or summary.preferences or summary.notes):
        yield from ("", words["nothing"])
    yield from _section(words["gathered"], (_entry(each, words) for each in summary.answers))
    yield from _section(words["left"], (_entry_left(each, words) for each in summary.left))
    yield from _section(words["preferences"], (_entry(each, words) for each in summary.preferences))
    yield from _section(words["notes"], (_entry(each, words) for each in summary.notes))


def _section(heading: str, entries: Iterator[str]) -> Iterator[str]:
    lines = list(entries)
    if lines:
        yield from ("", f"## {heading}", "", *lines)


def _entry(gathered: Gathered, words: Mapping[str, str]) -> str:
    line = f"- **{escaped(gathered.name)}:** {escaped(gathered.value) or words['done']}"
    if not gathered.former:
        return line
    values = "; ".join(escaped(value) for value in gathered.former)
    return f"{line} ({words['before'].format(values=values)})"


def _entry_left(left: Left, words: Mapping[str, str]) -> str:
    line = f"- **{escaped(left.name)}:** {escaped(left.question)}"
    notes = [words["skipped"]] if left.how == "skipped" else []
    if left.before:
        notes.append(words["before"].format(values=escaped(left.before)))
    return f"{line} ({'; '.join(notes)})" if notes else line


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
