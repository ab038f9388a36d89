"""Labelled files, validated row by row before anything runs.

Four shapes, all UTF-8:

* pairs: CSV with ``question_a, question_b, same_answer, category``;
* conversations: JSON lines with ``a``, ``b`` (lists of ``{"role", "content"}``, a user's message
  last), ``same_answer`` (true or false) and ``subtype``;
* followups: CSV with ``dialog, last_turns, question, is_standalone``; what was said before is
  separated by `` | ``;
* stream: CSV with ``text, intent``.

Other columns are left aside. A label is ``1`` or ``0``.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cache.errors import LabelledFileError

SAID_BETWEEN = " | "
_ROLES = ("user", "assistant")
_LONGEST_FIELD = 1_000_000


@dataclass(frozen=True, slots=True)
class QuestionPair:
    """Two questions, and whether one answer serves both.

    :ivar category: what kind of pair it is; a trap's kind where ``same`` is false.
    """

    a: str
    b: str
    same: bool
    category: str


@dataclass(frozen=True, slots=True)
class Said:
    """One message.

    :ivar role: ``user`` or ``assistant``.
    """

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class ConversationPair:
    """Two conversations whose last messages may be served one answer, or may not."""

    a: tuple[Said, ...]
    b: tuple[Said, ...]
    same: bool
    category: str


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One message of a dialog.

    :ivar before: what was said before it, oldest first.
    :ivar standalone: whether it can be understood without that.
    """

    dialog: str
    before: tuple[str, ...]
    question: str
    standalone: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A question as it came in, and what it wants: equal intents share an answer."""

    text: str
    intent: str


@dataclass(frozen=True, slots=True)
class _Row:
    """A row and where it stands.

    :ivar fields: by column; text only in a CSV file, any JSON value in a JSONL file.
    """

    path: Path
    line: int
    fields: Mapping[str, Any]

    def error(self, detail: str) -> LabelledFileError:
        return LabelledFileError(self.path, self.line, detail)

    def field(self, name: str) -> Any:
        if name not in self.fields or self.fields[name] is None:
            raise self.error(f"the field {name!r} is missing.")
        return self.fields[name]

    def text(self, name: str) -> str:
        value = self.field(name)
        if not isinstance(value, str) or not value.strip():
            raise self.error(f"{name} is {value!r}; expected some text.")
        return value

    def label(self, name: str) -> bool:
        value = self.field(name)
        if value not in ("0", "1"):
            raise self.error(f"{name} is {value!r}; expected 1 or 0.")
        return bool(value == "1")


def read_pairs(path: Path) -> tuple[QuestionPair, ...]:
    """Pairs of questions.

    :raises LabelledFileError: naming file and line; so do all readers here.
    """
    columns = ("question_a", "question_b", "same_answer", "category")
    return tuple(
        QuestionPair(
            row.text("question_a"),
            row.text("question_b"),
            row.label("same_answer"),
            row.text("category"),
        )
        for row in _csv_rows(path, columns)
    )


def read_conversations(path: Path) -> tuple[ConversationPair, ...]:
    """Pairs of conversations."""
    return tuple(
        ConversationPair(_messages(row, "a"), _messages(row, "b"), _truth(row), row.text("subtype"))
        for row in _json_rows(path)
    )


def read_followups(path: Path) -> tuple[FollowUp, ...]:
    """Messages of dialogs, in the order in which they were said."""
    columns = ("dialog", "last_turns", "question", "is_standalone")
    return tuple(
        FollowUp(
            row.text("dialog"),
            _split(row.field("last_turns")),
            row.text("question"),
            row.label("is_standalone"),
        )
        for row in _csv_rows(path, columns)
    )


def read_stream(path: Path) -> tuple[Query, ...]:
    """Questions with their intents, in the order in which they came in."""
    return tuple(
        Query(row.text("text"), row.text("intent")) for row in _csv_rows(path, ("text", "intent"))
    )


def columns_of(path: Path) -> tuple[str, ...]:
    """The columns of a CSV file."""
    first = next(csv.reader(io.StringIO(_text(path), newline="")), [])
    return tuple(first)


def _csv_rows(path: Path, columns: Sequence[str]) -> Iterator[_Row]:
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.DictReader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        missing = [name for name in columns if name not in (reader.fieldnames or [])]
        if missing:
            raise LabelledFileError(path, 1, f"the columns {', '.join(missing)} are missing.")
        yield from _some(path, (_Row(path, reader.line_num, fields) for fields in reader))
    except csv.Error as error:
        raise LabelledFileError(path, reader.line_num, f"this is no CSV ({error}).") from error


def _json_rows(path: Path) -> Iterator[_Row]:
    lines = enumerate(_text(path).split("\n"), start=1)
    return _some(path, (_json_row(path, at, line) for at, line in lines if line.strip()))


def _json_row(path: Path, at: int, line: str) -> _Row:
    try:
        fields = json.loads(line)
    except ValueError as error:
        raise LabelledFileError(path, at, f"this is no JSON ({error}).") from error
    if not isinstance(fields, dict):
        raise LabelledFileError(path, at, "expected a JSON object.")
    return _Row(path, at, fields)


def _some(path: Path, rows: Iterator[_Row]) -> Iterator[_Row]:
    first = next(rows, None)
    if first is None:
        raise LabelledFileError(path, None, "there are no rows.")
    yield first
    yield from rows


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise LabelledFileError(path, None, f"cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise LabelledFileError(path, line, "this is not UTF-8.") from error


def _messages(row: _Row, name: str) -> tuple[Said, ...]:
    value = row.field(name)
    if not isinstance(value, list) or not value:
        raise row.error(f"{name} is no list of messages.")
    messages = tuple(_message(row, name, each) for each in value)
    if messages[-1].role != "user":
        raise row.error(f"{name} ends with a message of the assistant; expected the user's.")
    return messages


def _message(row: _Row, name: str, value: object) -> Said:
    match value:
        case {"role": str(role), "content": str(content)} if role in _ROLES and content.strip():
            return Said(role, content)
    raise row.error(
        f"{name} holds {str(value)[:80]!r}; expected a role (user or assistant) and its content."
    )


def _truth(row: _Row) -> bool:
    value = row.field("same_answer")
    if not isinstance(value, bool):
        raise row.error(f"same_answer is {value!r}; expected true or false.")
    return value


def _split(before: str) -> tuple[str, ...]:
    return tuple(said for said in before.split(SAID_BETWEEN) if said.strip())
