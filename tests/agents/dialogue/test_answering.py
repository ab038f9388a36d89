"""Judging replies without a chat model: values, stances, parts, and probabilities."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from agents.dialogue.answering import (
    Embed,
    Kind,
    LocalJudge,
    by_question,
    by_title,
    extract,
    find,
    parts,
    picks,
    reason_for,
    sentences,
    stance_of,
    without,
)
from agents.dialogue.answering.features import topic_of
from agents.dialogue.plan import Step

EVERYDAY = Path(__file__).parents[3] / "benchmarks" / "answering" / "everyday.csv"
ALL_AT_ONCE = (
    "To Lisbon, from Friday 1 May to Sunday 3 May, two adults, about 600 euros in all, by plane, "
    "in a small hotel in the centre; we love food and museums."
)

DESTINATION = Step("Destination", "Where would you like to go?", "a city", "a place is named", "")
DATES = Step("Dates", "When would you like to travel?", "two dates", "the dates are named", "")
TRAVELLERS = Step("Travellers", "How many people are coming?", "a number", "a number is named", "")
BUDGET = Step("Budget", "How much would you like to spend?", "an amount", "it is named", "")
PETS = Step("Pets", "Do you have any pets?", "yes or no", "it is clear", "")
STEPS = (DESTINATION, DATES, TRAVELLERS, BUDGET, PETS)


@pytest.fixture(scope="module")
def judge(embedder) -> LocalJudge:
    return LocalJudge(embedder.embed)


def kinds_in(text: str) -> dict[Kind, list[str]]:
    found: dict[Kind, list[str]] = {}
    for value in find(text):
        found.setdefault(value.kind, []).append(value.text)
    return found


# Values


@pytest.mark.parametrize(
    "text, amount",
    [
        ("about 600 euros in all", "600 euros"),
        ("€1,200.50, not more", "€1,200.50"),
        ("höchstens 500 €", "500 €"),
        ("five hundred bucks", "five hundred bucks"),
        ("two grand", "two grand"),
        ("2k", "2k"),
    ],
)
def test_an_amount_of_money_is_found(text, amount):
    assert kinds_in(text)[Kind.MONEY] == [amount]


@pytest.mark.parametrize(
    "text, date",
    [
        ("on the 8th", "the 8th"),
        ("from Friday 1 May on", "Friday 1 May"),
        ("March 3rd", "March 3rd"),
        ("am 8. Mai", "am 8. Mai"),
        ("2026-05-01", "2026-05-01"),
        ("next Wednesday", "next Wednesday"),
        ("übermorgen", "übermorgen"),
        ("Ende Juni", "Ende Juni"),
        ("in two weeks", "in two weeks"),
        ("around Christmas, in winter", "in winter"),
    ],
)
def test_a_date_is_found(text, date):
    assert date in kinds_in(text)[Kind.DATE]


@pytest.mark.parametrize("text", ["I may be late", "we march on", "it sat there", "the sun is out"])
def test_a_word_that_only_looks_like_a_date_is_none(text):
    assert Kind.DATE not in kinds_in(text)


@pytest.mark.parametrize(
    "text, clock",
    [
        ("7:45 pm", "7:45 pm"),
        ("half past nine", "half past nine"),
        ("um 18 Uhr", "18 Uhr"),
        ("halb sieben", "halb sieben"),
        ("mornings", "mornings"),
        ("at 6 o'clock", "6 o'clock"),
    ],
)
def test_a_time_is_found(text, clock):
    assert clock in kinds_in(text)[Kind.TIME]


@pytest.mark.parametrize(
    "text, kind, value",
    [
        ("three nights", Kind.DURATION, "three nights"),
        ("half an hour", Kind.DURATION, "half an hour"),
        ("eine Woche", Kind.DURATION, "eine Woche"),
        ("2 bedrooms", Kind.NUMBER, "2"),
        ("zu zweit", Kind.NUMBER, "zu zweit"),
        ("just me", Kind.NUMBER, "just me"),
        ("from Sacramento, CA", Kind.PLACE, "Sacramento, CA"),
        ("nach Porto", Kind.PLACE, "Porto"),
        ("in Long Beach", Kind.PLACE, "Long Beach"),
        ("It is a Canon Pixma", Kind.NAME, "Canon Pixma"),
    ],
)
def test_other_values_are_found(text, kind, value):
    assert value in kinds_in(text)[kind]


def test_the_digits_of_a_date_a_time_or_an_amount_are_no_number():
    assert Kind.NUMBER not in kinds_in("on 3 May at 7:45 for 600 euros")


@given(st.text(max_size=300))
def test_every_value_stands_in_the_reply_where_it_says(text):
    for value in find(text):
        assert text.replace("’", "'")[value.start : value.end] == value.text


# What is asked for


@pytest.mark.parametrize(
    "title, question, kind",
    [
        ("Budget", "What can it cost?", Kind.MONEY),
        ("check_in_date", "When?", Kind.DATE),
        ("number_of_seats", "How many?", Kind.NUMBER),
        ("Reiseziel", "Wohin soll es gehen?", Kind.PLACE),
        ("Uhrzeit", "Um wie viel Uhr?", Kind.TIME),
        ("Duration", "How long?", Kind.DURATION),
        ("Company", "Who invited you?", Kind.NAME),
    ],
)
def test_the_kind_a_step_asks_for_is_read_from_its_title(title, question, kind):
    assert kind in by_title(Step(title, question, "", "", ""))


def test_a_question_may_ask_for_more_than_its_step():
    step = Step("Seats", "How many seats, and at what time?", "", "", "")

    assert {Kind.NUMBER, Kind.TIME} <= by_question(step)
    assert Kind.TIME not in by_title(step)


# Stances


@pytest.mark.parametrize(
    "text",
    ["I don't care", "any is fine", "you choose", "no preference", "mir egal", "such du aus"],
)
def test_who_does_not_mind_is_understood(text):
    assert stance_of(text).indifferent


@pytest.mark.parametrize(
    "text",
    ["no idea", "I don't know yet", "what do you mean?", "not sure", "keine Ahnung",
     "das weiß ich noch nicht"],
)  # fmt: skip
def test_who_does_not_know_is_understood(text):
    assert stance_of(text).ignorant


@pytest.mark.parametrize("text", ["Why do you ask?", "How long does it take?", "Was heißt das?"])
def test_who_asks_back_is_understood(text):
    assert stance_of(text).only_asks


@pytest.mark.parametrize("text", ["March 3rd?", "Berlin. And what does it cost?", "900 euros"])
def test_an_answer_beside_a_question_is_not_only_a_question(text):
    assert not stance_of(text).only_asks


# Parts


ACCOUNT = "Would you like a current account or a savings account?"


@pytest.mark.parametrize(
    "reply",
    ["the first one", "First, please", "I'd take the latter", "die zweite", "lieber das letzte!"],
)
def test_what_is_offered_may_be_chosen_by_its_place(reply):
    assert picks(ACCOUNT, reply)


@pytest.mark.parametrize(
    "question, reply",
    [
        ("When would you like to go?", "the first"),
        (ACCOUNT, "the first of May"),
        (ACCOUNT, "the first one costs too much"),
        (ACCOUNT, "second thoughts"),
        (ACCOUNT, ""),
    ],
)
def test_a_place_alone_chooses_and_only_where_something_is_offered(question, reply):
    assert not picks(question, reply)


def test_a_message_that_answers_several_things_falls_into_its_parts():
    found = parts("To Lisbon, from 1 to 3 May, two adults; about 600 euros")

    assert {"To Lisbon", "from 1 to 3 May", "two adults", "about 600 euros"} <= set(found)


def test_a_clause_of_several_values_is_looked_at_value_by_value():
    found = parts("Plan a weekend in Lisbon for two with 600 euros")

    assert {"a weekend", "in Lisbon", "for two", "with 600 euros"} <= set(found)


@pytest.mark.parametrize("text", ["on the 8th", "900 euros.", "", "  ", "am 8. Mai"])
def test_what_is_all_one_has_no_parts(text):
    assert parts(text) == ()


@example("0\n\x85")
@given(st.text(max_size=400))
def test_there_are_few_parts_and_none_is_empty(text):
    found = parts(text)

    assert len(found) <= 10
    assert all(part.strip() for part in found)


def test_the_clause_that_answers_a_step_is_taken_out_of_a_long_message():
    assert extract(BUDGET, ALL_AT_ONCE) == "about 600 euros in all"


def test_a_short_reply_is_kept_whole():
    assert extract(BUDGET, " 600, or 700 if need be ") == "600, or 700 if need be"


def test_where_no_clause_answers_the_reply_is_kept_whole():
    reply = "The weather was awful, and my bus was late, so that I got wet through."

    assert extract(BUDGET, reply) == reply


# Sentences


def test_a_reply_has_sentences_where_it_has_several():
    assert sentences("At 6 p.m. on the 12. Juni") == ()
    assert sentences("Only one.") == ()
    assert sentences("My sister and I. By train.") == ("My sister and I", "By train")
    assert sentences("It stops. Since Monday!\nWe tried that; it did not help.") == (
        "It stops",
        "Since Monday!",
        "We tried that",
        "it did not help",
    )


def test_a_story_is_not_taken_apart():
    assert sentences("So it was. " * 7) == ()


@given(st.text(max_size=400))
def test_without_all_its_sentences_nothing_is_left_of_a_reply(text):
    assert without(text, sentences(text)) == ""


def test_without_what_was_for_others_the_rest_is_left():
    reply = "It takes the paper and stops. Since Monday morning. It beeps."

    assert without(reply, {"Since Monday morning"}) == "It takes the paper and stops. It beeps"


# Reasons


def test_a_reason_names_what_was_found():
    assert reason_for(DATES, "on the 8th", met=True) == "A date was found: 'the 8th'."
    assert reason_for(BUDGET, "you choose", met=True) == "Anything will do, by the reply."


@pytest.mark.parametrize(
    "reply, reason",
    [
        ("purple", "No amount was found."),
        ("no idea", "The reply says that it is not known, or not understood."),
        ("I'd rather not say", "The reply declines to answer."),
    ],
)
def test_a_reason_names_what_is_missing(reply, reason):
    assert (
        reason_for(
            Step("Budget", "How much?", "an amount", "an amount is named", ""), reply, met=False
        )
        == reason
    )


# Probabilities


@pytest.mark.parametrize(
    "step, reply",
    [
        (BUDGET, "900 euros"),
        (BUDGET, "I don't mind"),
        (DESTINATION, "lisbon"),
        (DATES, "on the 8th"),
        (TRAVELLERS, "just me"),
        (PETS, "no"),
        (DESTINATION, ALL_AT_ONCE),
        (BUDGET, ALL_AT_ONCE),
        (DATES, ALL_AT_ONCE),
        (TRAVELLERS, ALL_AT_ONCE),
    ],
)
def test_what_answers_a_step_is_likely(judge, step, reply):
    (likely,) = judge.probabilities([step], reply)

    assert likely > 0.5


@pytest.mark.parametrize(
    "step, reply",
    [
        (BUDGET, "no idea"),
        (BUDGET, "in September"),
        (DATES, "my cat is asleep on the keyboard"),
        (TRAVELLERS, "museums"),
        (PETS, "900 euros"),
        (DESTINATION, "900 euros"),
    ],
)
def test_what_does_not_answer_it_is_unlikely(judge, step, reply):
    (likely,) = judge.probabilities([step], reply)

    assert likely < 0.5


def test_no_step_has_no_probability(judge):
    assert judge.probabilities([], "900 euros") == ()


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reply=st.text(max_size=40), order=st.permutations(range(len(STEPS))))
def test_any_text_is_judged_alike_in_whatever_order_the_steps_come(judge, reply, order):
    likely = judge.probabilities(STEPS, reply)
    shuffled = judge.probabilities([STEPS[at] for at in order], reply)

    assert all(0 <= p <= 1 for p in likely)
    assert shuffled == pytest.approx([likely[at] for at in order], abs=1e-5)


def test_more_steps_than_are_remembered_are_judged_all_the_same(judge):
    steps = [Step(f"Budget {n}", "How much?", "", "", "") for n in range(300)]

    assert len(judge.probabilities(steps, "900 euros")) == 300


def test_a_reply_of_any_length_is_judged(judge):
    assert len(judge.probabilities(STEPS, "word " * 20_000)) == len(STEPS)


def test_replies_to_goals_that_were_never_fitted_on_are_judged_well(embedder):
    with EVERYDAY.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    judge = LocalJudge(_at_once(embedder.embed, rows))
    right = [
        (judge.probabilities([_step(row)], row["reply"])[0] >= 0.5) == (row["met"] == "1")
        for row in rows
    ]

    assert len(rows) >= 200
    assert sum(row["language"] == "de" for row in rows) >= len(rows) / 5
    assert sum(right) / len(right) >= 0.85


def _at_once(embed: Embed, rows: list[dict[str, str]]) -> Embed:
    """Vectors of all that the rows say, made in a few large batches."""
    steps = {_step(row) for row in rows}
    replies = {text for row in rows for text in (row["reply"], *parts(row["reply"]))}
    texts = sorted(replies | {t for s in steps for t in (s.description, topic_of(s))}, key=len)
    batches = [texts[at : at + 64] for at in range(0, len(texts), 64)]
    known = {t: v for batch in batches for t, v in zip(batch, embed(batch), strict=True)}
    return lambda asked: np.stack([known[text] for text in asked])


def _step(row: dict[str, str]) -> Step:
    return Step(row["title"], row["question"], row["expected"], row["criteria"], "")
