"""Which messages deserve a team: weighty questions, and hardly ever an ordinary one.

`weighty.csv` has questions in English and German, half of them ordinary ones of like length.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from agents.dialogue.weighing import Weighing, weighing
from tests.flows.script import all_flows, read_flow

HERE = Path(__file__).parent
MOST_OFFERED = 0.02
FEWEST_FOUND = 0.8


def column(file: str, name: str, **where: str) -> list[str]:
    with (HERE / file).open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    return [row[name] for row in rows if all(row[key] == value for key, value in where.items())]


def share_that_deserves(texts: list[str]) -> float:
    return sum(weighing(text).deserves_team for text in texts) / len(texts)


def test_most_weighty_questions_are_known():
    assert share_that_deserves(column("weighty.csv", "text", deserves_team="1")) >= FEWEST_FOUND


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(column("weighty.csv", "text", deserves_team="0"), id="ordinary questions"),
        pytest.param(column("phrasings.csv", "text"), id="acts of every kind"),
        pytest.param(
            [
                turn.text
                for path in all_flows()
                if "team" not in path.stem
                for turn in read_flow(path).turns
                if turn.page is None
            ],
            id="flows",
        ),
    ],
)
def test_hardly_any_ordinary_message_is(texts):
    assert len(texts) > 50
    assert share_that_deserves(texts) <= MOST_OFFERED


def test_what_makes_a_question_weighty_is_named():
    found = weighing(
        "We are a small bakery. Should we open a second shop or deliver to offices, given the "
        "costs, the staff we have and what our customers want?"
    )

    assert found == Weighing(
        asks=True,
        grounds=(
            "judgement", "weight", "money", "market", "people",
            "list", "alternatives", "undertaking", "length", "situation",
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "Should we do it?",
        "",
        "??? " * 40,
        "We looked at the price, the quality and the design of the shop, and without a doubt the "
        "customers and the staff were very happy with all of it",
        'He wrote: "Should our company buy or lease, given costs, staff and customers?" in a mail '
        "to me",
    ],
)
def test_what_is_short_or_only_told_or_quoted_is_not(text):
    assert not weighing(text).deserves_team
