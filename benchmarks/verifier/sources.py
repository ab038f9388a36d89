"""Reads what the pairs are made of: the groups of this folder, and data sets that others published.

README.md says where the data sets come from and under which licences.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GROUPS = Path(__file__).parent / "groups"
CLINC = Path("oos-eval/data/data_full.json")
BANKING = Path("task-specific-datasets/banking_data/train.csv")
NLUPP = Path("task-specific-datasets/nlupp/data")
HWU = Path(
    "NLU-Evaluation-Data/CrossValidation/autoGeneFromRealAnno/"
    "autoGene_2018_03_22-13_01_25_169/CrossValidation/KFold_1/trainset"
)
MOST_TEXTS = 40
"""Utterances read of one intent: many intents matter more than many utterances of one."""

HELD_OUT = 10
"""One group and one intent in ten is kept from training, for calibration and figures."""

_SLOT = re.compile(r"\[(?P<slot>\w+) : (?P<value>[^\]]+)\]")
_WITHOUT_SLOTS = frozenset([
    "accept_reservations", "account_blocked", "application_status", "apr", "are_you_a_bot",
    "balance", "bill_balance", "bill_due", "book_hotel", "cancel_reservation", "card_declined",
    "change_accent", "change_ai_name", "change_user_name", "change_volume",
    "confirm_reservation", "credit_limit", "credit_limit_change", "credit_score",
    "current_location", "damaged_card", "direct_deposit", "do_you_have_pets", "find_phone",
    "flip_coin", "freeze_account", "gas", "gas_type", "how_busy", "how_old_are_you",
    "improve_credit_score", "income", "insurance", "insurance_change", "interest_rate",
    "international_fees", "jump_start", "last_maintenance", "lost_luggage", "meaning_of_life",
    "min_payment", "mpg", "new_card", "next_holiday", "oil_change_how", "oil_change_when",
    "order_checks", "order_status", "payday", "pin_change", "pto_balance", "pto_request",
    "pto_request_status", "pto_used", "redeem_rewards", "replacement_card_duration",
    "report_fraud", "report_lost_card", "reset_settings", "rewards_balance", "rollover_401k",
    "routing", "schedule_maintenance", "share_location", "spending_history", "sync_device",
    "taxes", "tell_joke", "timezone", "tire_change", "tire_pressure", "todo_list",
    "transactions", "travel_notification", "uber", "user_name", "vaccines", "w2",
    "what_are_your_hobbies", "what_can_i_ask_you", "what_is_your_name", "where_are_you_from",
    "who_do_you_work_for", "who_made_you",
])  # fmt: skip
"""Intents of CLINC150 whose utterances name no thing that the answer depends on."""


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that one answer serves, and questions close to them that need another.

    :ivar held_out: whether it is kept from training.
    """

    same: tuple[str, ...]
    traps: tuple[str, ...]
    held_out: bool


@dataclass(frozen=True, slots=True)
class Intent:
    """Utterances of one intent.

    :ivar trusted: whether two of them may be taken for one question.
    """

    name: str
    texts: tuple[str, ...]
    trusted: bool
    held_out: bool


@dataclass(frozen=True, slots=True)
class Slotted:
    """An utterance in pieces: (text, slot); the slot is "" where nothing can be exchanged."""

    pieces: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """All of it.

    :ivar intents: by data set.
    :ivar values: of each slot, what was said for it.
    """

    groups: tuple[Group, ...]
    intents: Mapping[str, tuple[Intent, ...]]
    slotted: tuple[Slotted, ...]
    values: Mapping[str, tuple[str, ...]]


def read(folder: Path, excluded: frozenset[str], groups: Path = GROUPS) -> Sources:
    """Reads everything, without the texts that are excluded.

    :param folder: holds the data sets, each under its repository's name.
    :param excluded: normalised texts that must not be trained on; see :func:`normalised`.
    """
    slotted, values = _slotted(folder / HWU, excluded)
    intents = {
        "clinc": _clinc(folder / CLINC),
        "banking": _banking(folder / BANKING),
        "nlupp": _nlupp(folder / NLUPP),
    }
    return Sources(
        tuple(_groups(groups, excluded)),
        {name: _without(found, excluded) for name, found in intents.items()},
        slotted,
        values,
    )


def excluded_texts(files: Iterable[Path]) -> frozenset[str]:
    """Every text in these CSV and JSONL files, normalised."""
    texts: set[str] = set()
    for path in files:
        with path.open(encoding="utf-8", newline="") as file:
            rows: Iterable[object] = (
                csv.DictReader(file) if path.suffix == ".csv" else map(json.loads, file)
            )
            texts.update(normalised(text) for row in rows for text in _texts_in(row))
    return frozenset(texts)


def normalised(text: str) -> str:
    """Lower case words and figures with single spaces, to compare texts by."""
    return " ".join(re.findall(r"\w+", text.lower()))


def held_out(key: str) -> bool:
    """Whether what bears this key is kept from training: the same in every run."""
    return hashlib.sha256(key.encode()).digest()[0] % HELD_OUT == 0


def _texts_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts_in(inner)
    elif isinstance(value, Sequence):
        for inner in value:
            yield from _texts_in(inner)


def _groups(folder: Path, excluded: frozenset[str]) -> Iterator[Group]:
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield from _groups_of(json.loads(line), excluded)


def _groups_of(row: Mapping[str, Any], excluded: frozenset[str]) -> Iterator[Group]:
    """The groups of a line: one with its traps, or of several meanings each beside the others.

    Those of a line are kept from training together, or not at all.
    """
    meanings = row.get("meanings", [row.get("same")])
    kept = held_out(meanings[0][0])
    for meaning in meanings:
        beside = [text for other in meanings if other is not meaning for text in other]
        same = _without_excluded(meaning, excluded)
        if len(same) >= 2:
            yield Group(same, _without_excluded(row.get("traps", beside), excluded), kept)


def _without_excluded(texts: Iterable[str], excluded: frozenset[str]) -> tuple[str, ...]:
    return tuple(text for text in dict.fromkeys(texts) if normalised(text) not in excluded)


def _clinc(path: Path) -> dict[str, list[str]]:
    data = json.loads(path.read_text(encoding="utf-8"))
    texts = defaultdict(list)
    for part in ("train", "val", "test"):
        for text, intent in data[part]:
            texts[f"clinc/{intent}"].append(text)
    return texts


def _banking(path: Path) -> dict[str, list[str]]:
    texts = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            texts[f"banking/{row['category']}"].append(row["text"].strip())
    return texts


def _nlupp(folder: Path) -> dict[str, list[str]]:
    """An intent is the whole set of an utterance's labels; slots take an utterance out."""
    texts = defaultdict(list)
    for path in sorted(folder.glob("*/fold*.json")):
        for row in json.loads(path.read_text(encoding="utf-8")):
            labels = row.get("intents", [])
            if labels and not row.get("slots"):
                texts[f"nlupp/{path.parent.name}/{'+'.join(sorted(labels))}"].append(row["text"])
    return texts


def _without(intents: Mapping[str, list[str]], excluded: frozenset[str]) -> tuple[Intent, ...]:
    found = []
    for name, texts in sorted(intents.items()):
        kept = _without_excluded(texts, excluded)
        if kept:
            kept = kept[:MOST_TEXTS]
            found.append(Intent(name, kept, _trusted(name), held_out(name)))
    return tuple(found)


def _trusted(name: str) -> bool:
    source, _, intent = name.partition("/")
    if source == "nlupp":
        return "+" in intent
    return source == "banking" or intent in _WITHOUT_SLOTS


def _slotted(
    folder: Path, excluded: frozenset[str]
) -> tuple[tuple[Slotted, ...], dict[str, tuple[str, ...]]]:
    found: dict[str, Slotted] = {}
    values: defaultdict[str, set[str]] = defaultdict(set)
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter=";"):
                text = row["answer_from_anno"].strip()
                slotted = _in_pieces(row["answer_annotation"].strip())
                if len(text) < 12 or normalised(text) in excluded:
                    continue
                found[text] = slotted
                for value, slot in slotted.pieces:
                    if slot:
                        values[slot].add(value)
    return tuple(found.values()), {slot: tuple(sorted(each)) for slot, each in values.items()}


def _in_pieces(annotated: str) -> Slotted:
    pieces, at = [], 0
    for match in _SLOT.finditer(annotated):
        pieces.append((annotated[at : match.start()], ""))
        pieces.append((match["value"].strip(), match["slot"]))
        at = match.end()
    pieces.append((annotated[at:], ""))
    return Slotted(tuple(pieces))
