"""Runs as files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import TypeAdapter

from agents.teams.run import Delegation, Run

FORMAT: Final = "reprise.run"
VERSION: Final = 1
_RUN: Final[TypeAdapter[Run]] = TypeAdapter(Run)


def as_json(run: Run) -> str:
    """All of a run but whose it is, as a JSON document."""
    fields: dict[str, Any] = _RUN.dump_python(run, mode="json", exclude={"owner"})
    document = {"format": FORMAT, "version": VERSION, "run": fields}
    return json.dumps(document, ensure_ascii=False, indent=2)


def as_markdown(run: Run) -> str:
    """What a person reads of a run: the task, the result, and who did what."""
    return "\n\n".join(_parts(run)) + "\n"


def _parts(run: Run) -> Iterator[str]:
    yield f"# {_line(run.task)}"
    began = datetime.fromtimestamp(run.created, UTC).strftime("%Y-%m-%d %H:%M UTC")
    took = "" if run.seconds is None else f", {run.seconds:.1f} s"
    yield f"{run.kind.capitalize()} run of {run.definition!r}, {began}: {run.status}{took}."
    if run.failure is not None:
        yield f"{run.failure.message} {run.failure.remedy}".strip()
    if run.result:
        yield f"## Result\n\n{run.result}"
    if run.context:
        yield f"## Context\n\n{_quoted(run.context)}"
    if run.delegations:
        yield "## Who did what"
    for one in run.delegations:
        yield from _delegation(one)


def _delegation(one: Delegation) -> Iterator[str]:
    yield f"### {one.id}: {one.agent} ({one.role})"
    facts: list[str] = [one.status]
    if one.source is not None:
        facts.append(f"from {'another one' if one.source == 'same' else f'the {one.source}'}")
    if one.seconds is not None:
        facts.append(f"{one.seconds:.1f} s")
    if one.tokens:
        facts.append(f"{one.tokens} tokens")
    yield f"{', '.join(facts).capitalize()}. Task: {_line(one.task)}"
    if one.failure is not None:
        yield f"{one.failure.message} {one.failure.remedy}".strip()
    if one.result:
        yield _quoted(one.result)


def _line(text: str) -> str:
    return " ".join(text.split())


def _quoted(text: str) -> str:
    """A text that cannot end what quotes it."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())
