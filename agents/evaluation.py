"""How well messages are understood and steps are judged, on labelled files.

``python -m agents evaluate messages|steps FILE [--json]``

A message may do several things at once and is of one of fifteen types; a file of messages knows
four. The type that decides the reply is compared: whatever else asks (deepening, broadening, a
request such as "what do you know about me?") counts as `question_asked`, whatever else tells
(a wish, an answer, a correction, a yes) as `topic_introduced`; thanks and farewells, which no label
has, as `topic_introduced` too. A reply fills a step where the local judge holds it for likelier
than not; no chat model is asked.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, TypedDict

from agents.dialogue.answering import LocalJudge
from agents.dialogue.classify import Context, Embed, principal, understand
from agents.dialogue.messages import ASKING, MessageType
from agents.dialogue.plan import Step
from agents.errors import ContentError, RepriseError
from cache import CacheError, load_embedder


class Report(TypedDict):
    """Figures, 0..1; `by_label` holds precision, recall, f1 and n of each label."""

    n: int
    accuracy: float
    macro_f1: float
    by_label: dict[str, dict[str, float]]


Row = Mapping[str, str]

_SAME: Final = frozenset(
    {MessageType.GREETING, MessageType.COMPARISON_MADE, MessageType.QUESTION_ASKED}
)


def label(text: str, embed: Embed | None) -> str:
    """What a message is, in the words of a file of messages."""
    return label_of(understand(text, Context(), embed).types)


def label_of(types: Sequence[MessageType]) -> str:
    """What a message of these types is, in the words of a file of messages."""
    kind = principal(types)
    if kind in _SAME:
        return kind.value
    asked = kind in ASKING or kind is MessageType.REQUEST
    return (MessageType.QUESTION_ASKED if asked else MessageType.TOPIC_INTRODUCED).value


def messages(path: Path, embed: Embed | None) -> Report:
    """Figures for a CSV file with the columns `text` and `type`.

    Raises:
        ContentError: The file cannot be read, or is not such a file.
    """
    rows = read(path, ("text", "type"))
    return figures([row["type"] for row in rows], [label(row["text"], embed) for row in rows])


def steps(path: Path, embed: Embed) -> Report:
    """Figures for a CSV file with assistant_question, user_reply, asked_slot and fills_slot (0, 1).

    Raises:
        ContentError: The file cannot be read, or is not such a file.
    """
    rows = read(path, ("assistant_question", "user_reply", "asked_slot", "fills_slot"))
    judge = LocalJudge(embed)
    likely = [judge.probabilities((_step(row),), row["user_reply"])[0] for row in rows]
    return figures([row["fills_slot"] for row in rows], [str(int(p > _EVEN)) for p in likely])


_EVEN: Final = 0.5


def _step(row: Row) -> Step:
    title = row["asked_slot"].replace("_", " ")
    return Step(title, row["assistant_question"], "", "", "clarify")


def read(path: Path, columns: Sequence[str]) -> list[Row]:
    """The rows of a CSV file that has these columns.

    Raises:
        ContentError: It cannot be read, has no row, or lacks a column.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows: list[Row] = [*csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ContentError(path, "", f"cannot be read ({error})") from error
    if not rows:
        raise ContentError(path, "", "has no rows under its heading")
    for column in columns:
        if any(row.get(column) is None for row in rows):
            raise ContentError(path, column, "is missing in the heading or in a row")
    return rows


def figures(labels: Sequence[str], told: Sequence[str]) -> Report:
    """How often what was told is the label.

    Returns:
        `n`, `accuracy` and `macro_f1` (the mean over the labels), 0..1, and `by_label`: for each
        label `precision`, `recall`, `f1` and `n`, how many rows have it.
    """
    pairs = list(zip(labels, told, strict=True))
    by_label = {label: _of_one(label, pairs) for label in sorted(set(labels))}
    return {
        "n": len(pairs),
        "accuracy": sum(a == b for a, b in pairs) / len(pairs),
        "macro_f1": sum(row["f1"] for row in by_label.values()) / len(by_label),
        "by_label": by_label,
    }


def _of_one(label: str, pairs: Sequence[tuple[str, str]]) -> dict[str, float]:
    right = sum(a == b == label for a, b in pairs)
    has = sum(a == label for a, _ in pairs)
    said = sum(b == label for _, b in pairs)
    precision, recall = right / said if said else 0.0, right / has if has else 0.0
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return {"precision": precision, "recall": recall, "f1": f1, "n": has}


def run(what: Literal["messages", "steps"], path: Path, vectors: Path, *, as_json: bool) -> int:
    """Evaluate a file and print the figures; 2 where the file or the embedding model is not usable.

    Args:
        vectors: The folder in which the embedding model may lie prepared.
    """
    try:
        embed = load_embedder(vectors).embed
        report = messages(path, embed) if what == "messages" else steps(path, embed)
    except (RepriseError, CacheError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(json.dumps(report) + "\n" if as_json else table(report))
    return 0


def table(report: Report) -> str:
    """The figures as lines to read."""
    lines = [f"{'':<20}{'precision':>10}{'recall':>10}{'F1':>10}{'n':>8}"]
    by_label = report["by_label"]
    for label, row in by_label.items():
        lines.append(
            f"{label:<20}{row['precision']:>10.3f}{row['recall']:>10.3f}{row['f1']:>10.3f}{row['n']:>8}"
        )
    lines.append(
        f"macro-F1 {report['macro_f1']:.3f}, accuracy {report['accuracy']:.3f}, n {report['n']}"
    )
    return "\n".join(lines) + "\n"
