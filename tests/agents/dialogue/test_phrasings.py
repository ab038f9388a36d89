"""How people word each act, in English and German, where it may be said.

`phrasings.csv` has where it is said (`SAID`), what it does (types joined by "+", and after a
slash what it wants of the conversation), and the text.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from agents.dialogue.classify import Context, understand

WHEN = "When do you want to go?"
FACTS = {"Budget": "800", "Dates": "in May"}
SAID = {
    "free": Context(),
    "free_with_topic": Context(topic="trains to Sintra"),
    "step": Context(question="Where would you like to go?", expected="a place", in_plan=True),
    "step_with_facts": Context(
        question=WHEN, expected="a date or a month", in_plan=True, facts=FACTS
    ),
    "yes_or_no_step": Context(
        question="Does it have to be light?", in_plan=True, facts={"Weight": "light"}
    ),
    "after_offer": Context(
        question="Where would you like to go?", in_plan=True, offered=True, facts=FACTS
    ),
    "after_correction": Context(question=WHEN, in_plan=True, facts=FACTS, just_corrected=True),
}
with Path(__file__).with_name("phrasings.csv").open(newline="", encoding="utf-8") as file:
    PHRASINGS = [(row["said"], row["does"], row["text"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize(("said", "does", "text"), PHRASINGS)
def test_an_act_is_understood_however_it_is_worded(said, does, text):
    found = understand(text, SAID[said], None)
    types = "+".join(found.types)
    assert (f"{types}/{found.request}" if found.request else types) == does


@pytest.mark.parametrize("piece", [",  no ", "please don't ", "na gut ", "danke dir ", "nee, nö "])
def test_a_page_of_the_same_word_is_understood(piece):
    assert understand((piece * 10_000)[:10_000], SAID["after_offer"], None).types
