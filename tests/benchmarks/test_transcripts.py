"""The people of the transcripts: they answer what they are asked, and keep to their habits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.transcripts.__main__ import GOALS
from benchmarks.transcripts.person import Conversation, Fact, Habit, Heard, Person, read
from cache import Embedder, load_embedder

WHEN = Heard("When would you like to go?")
MONEY = Heard("How much would you like to spend in all?")
SHOES = Heard("Which size of shoes do you wear?")
MARTA = Person(
    name="Marta",
    who="Goes away with her sister.",
    goal="Plan a weekend",
    facts=(
        Fact("dates", "when we want to go", "In May.", again="In the second week of May."),
        Fact("budget", "how much we would like to spend", "600 euros.", cues=("spend",)),
        Fact("people", "who is coming along", "My sister."),
    ),
    otherwise=("We are easy about that.", "No idea."),
)


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    return load_embedder(tmp_path_factory.mktemp("cache"))


def talking(person: Person, embedder: Embedder) -> Conversation:
    conversation = Conversation(person, embedder.embed)
    assert conversation.first().text == person.goal
    return conversation


def test_answers_with_what_fits_the_question(embedder):
    marta = talking(MARTA, embedder)

    assert marta.reply(MONEY).text == "600 euros."
    assert marta.reply(WHEN).text == "In May."


def test_tells_more_when_asked_the_same_again(embedder):
    marta = talking(MARTA, embedder)
    marta.reply(WHEN)

    assert marta.reply(WHEN).text == "In the second week of May."


def test_has_nothing_to_say_to_what_nobody_told_her_about(embedder):
    marta = talking(MARTA, embedder)

    assert [marta.reply(SHOES).text for _ in range(3)] == [
        "We are easy about that.", "No idea.", "No idea.",
    ]  # fmt: skip


def test_tells_two_things_at_once(embedder):
    habit = Habit("two_at_once", turn=2)
    marta = talking(replace(MARTA, habits=(habit,)), embedder)

    assert marta.reply(MONEY).text == "600 euros. In May."
    assert marta.reply(WHEN).text == "In the second week of May."


def test_corrects_only_what_she_has_told(embedder):
    habit = Habit("correct", turn=2, after="budget", text="Make it 800.")
    marta = talking(replace(MARTA, habits=(habit,)), embedder)

    said = [marta.reply(heard).because for heard in (WHEN, MONEY, WHEN, WHEN)]

    assert said == ["answer", "answer", "correct", "answer"]


def test_skips_only_what_may_be_skipped(embedder):
    marta = talking(replace(MARTA, habits=(Habit("skip", text="Skip it."),)), embedder)

    assert marta.reply(WHEN).text == "In May."
    assert marta.reply(replace(MONEY, optional=True)).text == "Skip it."
    assert marta.reply(replace(MONEY, optional=True)).text == "600 euros."


def test_declines_an_offer_and_says_goodbye_at_the_end(embedder):
    marta = talking(MARTA, embedder)

    assert marta.reply(replace(WHEN, offered=True)).because == "declines"
    assert marta.reply(Heard("", finished=True)).because == "farewell"


def test_a_change_of_mind_may_come_after_the_end(embedder):
    habit = Habit("correct", turn=12, after="budget", text="Make it 800.")
    marta = talking(replace(MARTA, habits=(habit,)), embedder)
    marta.reply(MONEY)

    assert marta.reply(Heard("", finished=True)).because == "correct"
    assert marta.reply(Heard("", finished=True)).because == "farewell"


@pytest.mark.parametrize("path", sorted(GOALS.glob("*.yml")), ids=lambda path: path.stem)
def test_every_person_can_be_read_and_their_habits_build_on_what_they_know(path: Path):
    person = read(path)
    names = {fact.name for fact in person.facts}

    assert len(names) == len(person.facts)
    assert {habit.after for habit in person.habits} <= names | {""}
