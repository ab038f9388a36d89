"""What a reply says that nobody asked for: only what tells by itself which question it answers."""

from __future__ import annotations

import pytest

from agents.dialogue.answering import place_in, volunteered
from agents.dialogue.plan import Step


def step(question: str) -> Step:
    return Step("Title", question, "", "", "")


@pytest.mark.parametrize(
    "question, reply",
    [
        ("How much would you like to spend?", "My sister and I, about 600 euros."),
        ("What is your budget?", "At most $400"),
        ("When do you want to go, and for how long?", "Lisbon, in the second week of May."),
        ("Since when does it happen?", "It stops, since Monday morning."),
        ("Where would you like to go?", "Plan a weekend in Lisbon"),
        ("In which country do you live?", "I live in Scotland."),
        ("How many people are coming?", "600 euros for two adults"),
        ("How many are you?", "My sister and I"),
        ("How many are you?", "There are two of us."),
        ("How much would you like to spend?", "Our budget is about 1500."),
        ("Where would you like to go?", "By train from Madrid to Porto"),
        ("Where did you buy it?", "From MediaMarkt in Freiburg"),
        ("Who is coming along?", "In May, with two friends"),
        ("On how many days a week can you train?", "In the park, three days a week"),
        ("Wie viel darf es kosten?", "In Freiburg, höchstens 1.500 Euro"),
        ("Wann soll es stattfinden?", "Vierzig Gäste am 14. Juni"),
        ("Wie viele Menschen kommen?", "Der Geburtstag meiner Mutter, etwa vierzig Gäste"),
        ("When and where did you buy it?", "In March last year, at MediaMarkt in Freiburg"),
    ],
)
def test_a_value_of_the_kind_that_is_asked_for_tells(question, reply):
    assert volunteered(step(question), reply)


@pytest.mark.parametrize(
    "question, reply",
    [
        ("Who should see that your will is carried out?", "Write a checklist for my will"),
        ("Who should receive what?", "My husband and two daughters"),
        ("On how many days a week can you train?", "Five kilometres by the end of June"),
        ("How much may it cost?", "No, fifty guests"),
        ("How many people are coming?", "It costs 40 euros and takes 3 hours"),
        ("What is wrong with it, and since when?", "I bought it in March"),
        ("What helps you to keep going when it gets hard?", "by the end of June"),
        ("What kind of place would you like to stay in?", "A day at the beach"),
        ("Where would you like to go?", "We like the beach and nice food."),
        ("Where would you like to go?", "We will fly from Madrid."),
        ("Wohin möchtest du reisen?", "Mit dem Zug ab München"),
        ("How much would you like to spend?", "A few days on a small budget"),
        ("When and where did you buy it?", "It has not worked since last Tuesday"),
        ("What would you love to see there?", "Lisbon in May for 600 euros"),
    ],
)
def test_what_belongs_to_another_question_does_not(question, reply):
    assert not volunteered(step(question), reply)


def test_of_a_goal_only_the_place_is_taken_where_a_place_is_asked_for():
    assert place_in(step("Where would you like to go?"), "Plan a weekend in Lisbon") == "Lisbon"
    assert place_in(step("When and where did you buy it?"), "In May, in Lisbon") == ""
    assert place_in(step("Where would you like to go?"), "somewhere warm") == ""
    assert place_in(step("Where would you like to go?"), "From Madrid to Porto") == "Porto"
