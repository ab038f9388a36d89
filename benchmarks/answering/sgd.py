"""Rows from the Schema-Guided Dialogue set (Rastogi et al., AAAI 2020; CC BY-SA 4.0), train part.

https://github.com/google-research-datasets/dstc8-schema-guided-dialogue. A positive is a user's
turn that fills a slot: one that the assistant just asked for, or one that it did not. A negative
is a turn that does not: of another dialogue, of the same service, or one that fills no slot.
Titles and expectations are the schema's names and descriptions and their paraphrases in SGD-X
(Lee et al., AAAI 2022; in the same repository).
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from agents.dialogue.plan import Step
from benchmarks.answering.rows import Row

Slot = tuple[str, str]
"""Service and name."""

MOST_PER_SLOT: Final = 450
MOST_VOLUNTEERED: Final = 80
LONGEST: Final = 200
PARAPHRASES: Final = range(1, 6)
NEGATIVES: Final = (("other", 0.55), ("service", 0.45), ("empty", 0.12))
TRIES: Final = 20
DESCRIBED: Final = 0.4


@dataclass(frozen=True, slots=True)
class _Turn:
    dialogue: str
    services: tuple[str, ...]
    question: str
    asked: tuple[Slot, ...]
    reply: str
    filled: frozenset[str]


@dataclass
class _Material:
    names: dict[Slot, list[tuple[str, str]]]
    turns: list[_Turn]
    questions: dict[Slot, list[str]] = field(default_factory=lambda: defaultdict(list))
    of_service: dict[str, list[_Turn]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for turn in self.turns:
            for slot in turn.asked:
                self.questions[slot].append(turn.question)
            for service in turn.services if turn.filled else ():
                self.of_service[service].append(turn)


def read_sgd(folder: Path, seed: int) -> list[Row]:
    """Rows of the train part.

    Args:
        folder: A checkout of the repository; dialogue files that are not there are left out.
    """
    chance = random.Random(seed)  # noqa: S311
    files = sorted((folder / "train").glob("dialogues_*.json"))
    turns = [turn for file in files for turn in _turns(json.loads(file.read_text()))]
    material = _Material(_names(folder), turns)
    rows = [*_asked(material, chance), *_volunteered(material, chance)]
    chance.shuffle(rows)
    return rows


def _names(folder: Path) -> dict[Slot, list[tuple[str, str]]]:
    """Each slot's name and description, first the original, then the paraphrases."""
    found: dict[Slot, list[tuple[str, str]]] = defaultdict(list)
    original = json.loads((folder / "train" / "schema.json").read_text())
    schemas = [original]
    for number in PARAPHRASES:
        path = folder / "sgd_x" / "data" / f"v{number}" / "train" / "schema.json"
        schemas.append(json.loads(path.read_text()))
    for schema in schemas:
        for service, named in zip(original, schema, strict=True):
            for slot, other in zip(service["slots"], named["slots"], strict=True):
                key = (service["service_name"], slot["name"])
                found[key].append((_words(other["name"]), other["description"]))
    return found


def _words(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").lower()


def _turns(dialogues: list[dict[str, Any]]) -> Iterator[_Turn]:
    for dialogue in dialogues:
        known: dict[Slot, list[str]] = {}
        turns = dialogue["turns"]
        for at, turn in enumerate(turns):
            if turn["speaker"] != "USER":
                continue
            state = {
                (frame["service"], slot): values
                for frame in turn["frames"]
                for slot, values in frame["state"]["slot_values"].items()
            }
            changed = {key[1] for key in state if key in known and known[key] != state[key]}
            known |= state
            yield _Turn(
                dialogue["dialogue_id"],
                tuple(frame["service"] for frame in turn["frames"]),
                turns[at - 1]["utterance"] if at else "",
                tuple(_acts(turns[at - 1], "REQUEST")) if at else (),
                turn["utterance"],
                frozenset(changed | {slot for _, slot in _acts(turn, "INFORM")}),
            )


def _acts(turn: dict[str, Any], act: str) -> Iterator[Slot]:
    for frame in turn["frames"]:
        for action in frame["actions"]:
            if action["act"] == act:
                yield frame["service"], action["slot"]


def _asked(material: _Material, chance: random.Random) -> Iterator[Row]:
    asked = [(slot, turn) for turn in material.turns for slot in turn.asked]
    counts = Counter(slot[1] for slot, _ in asked)
    filling = [turn for turn in material.turns if turn.filled]
    empty = [turn for turn in material.turns if not turn.filled and turn.question]
    for slot, turn in asked:
        if chance.random() >= MOST_PER_SLOT / counts[slot[1]]:
            continue
        if slot[1] in turn.filled:
            yield _row(material, slot, turn.question, turn, "asked", chance)
        pools = {"other": filling, "service": material.of_service[slot[0]], "empty": empty}
        for kind, share in NEGATIVES:
            other = _not_filling(pools[kind], slot[1], chance)
            if chance.random() < share and other is not None:
                yield _row(material, slot, turn.question, other, kind, chance)


def _not_filling(pool: list[_Turn], name: str, chance: random.Random) -> _Turn | None:
    drawn = (chance.choice(pool) for _ in range(TRIES if pool else 0))
    return next((t for t in drawn if name not in t.filled and len(t.reply) < LONGEST), None)


def _volunteered(material: _Material, chance: random.Random) -> Iterator[Row]:
    told = [
        ((service, name), turn)
        for turn in material.turns
        for service in turn.services
        for name in sorted(turn.filled)
        if (service, name) in material.questions and (service, name) not in turn.asked
    ]
    chance.shuffle(told)
    counts: Counter[Slot] = Counter()
    for slot, turn in told:
        counts[slot] += 1
        if counts[slot] <= MOST_VOLUNTEERED:
            question = chance.choice(material.questions[slot])
            yield _row(material, slot, question, turn, "volunteered", chance)


def _row(
    material: _Material, slot: Slot, question: str, turn: _Turn, kind: str, chance: random.Random
) -> Row:
    named = material.names[slot]
    title, description = named[0] if chance.random() < 0.5 else chance.choice(named)
    expected = description if chance.random() < DESCRIBED else ""
    step = Step(title, question, expected, "", "")
    return Row(step, turn.reply, slot[1] in turn.filled, turn.dialogue, "sgd", kind)
