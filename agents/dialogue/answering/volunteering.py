"""What a reply says that nobody asked for yet: only values that tell by themselves what they are.

To a question that was asked, almost any words are an answer. To one that was not, only a value of
the very kind it asks for is: an amount with its currency, a date, a place by its name, a count of
what is counted. A name or a bare number belongs to whatever was asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from agents.dialogue.answering.finding import Found, find
from agents.dialogue.answering.kinds import Kind
from agents.dialogue.plan import Step

_ASKS: Final = {
    kind: re.compile(rf"^(?:\w+ )?(?:{begins})(?!\w)|\b(?:{has})\b", re.IGNORECASE)
    for kind, begins, has in (
        (
            Kind.MONEY,
            r"how much (?:\w+ ){0,5}(?:spend|cost|pay)|"
            r"wie ?viel (?:\w+ ){0,5}(?:ausgeben|kosten|zahlen)",
            r"budget|price|preis",
        ),
        (Kind.DATE, r"when|what day|which (?:day|month)|wann|welchem tag", r"dates?|datum"),
        (
            Kind.PLACE,
            r"(?:when and )?where|which (?:country|city|town|area|region)|(?:wann und )?wo|wohin|"
            r"welche[rsmn]? (?:land|stadt|gegend|region|ort)",
            r"destination|reiseziel",
        ),
        (
            Kind.NUMBER,
            r"how many|who (?:is|are|will be|else is) (?:coming|going|joining|travell?ing)|"
            r"wie ?viele|wer (?:kommt|f[äa]hrt|reist|geht)",
            r"number of people|anzahl der personen",
        ),
    )
}
"""How a question begins that asks for a kind of value, and which words in it do so, too."""
_COUNTED: Final = re.compile(r"(?:how many|wie ?viele) (\w+)", re.IGNORECASE)
_PEOPLE: Final = re.compile(
    r"people|persons?|guests?|adults?|children|kids|friends|colleagues|travell?ers|"
    r"\w*personen|leuten?|gästen?|menschen|erwachsenen?|kindern?|freunden?|kollegen",
    re.IGNORECASE,
)
_COMPANY: Final = re.compile(
    r"\b(?:my|meine?) \w+ (?:and|und) (?:i|me|ich)\b|"
    r"\b(?:the \w+|both|all|two|three|four|five|six|\d+) of us\b|"
    r"\bjust me\b|\bonly me\b|\bnur ich\b|\bzu (?:zweit|dritt|viert)\b",
    re.IGNORECASE,
)
_BUDGET: Final = re.compile(r"\bbudget\b", re.IGNORECASE)
_ABOUT_GOING: Final = re.compile(
    r"\b(?:go|going|travel|trip|destination|reisen?|fahren|fahrt|wohin|reiseziel)\b", re.IGNORECASE
)
_FROM: Final = re.compile(r"\b(?:from|leaving|aus|von|ab) (?:the |der |dem )?$", re.IGNORECASE)
_SHORTEST_STEM: Final = 4


def volunteered(step: Step, reply: str) -> bool:
    """Whether the reply has a value of every kind that the step's question first asks for.

    "When and where did you buy it?" wants a date and a place; of "What is wrong with it, and
    since when?" no value tells, as its first clause asks for none.
    """
    question = step.description.split(",")[0]
    wanted = [kind for kind, asks in _ASKS.items() if asks.search(question)]
    found = find(reply)
    return bool(wanted) and all(any(_telling(kind, question, reply, found)) for kind in wanted)


def place_in(step: Step, reply: str) -> str:
    """The place that a reply names, where that is all that the step's question asks for; else "".

    Of "Plan a weekend in Lisbon" the destination is Lisbon.
    """
    question = step.description.split(",")[0]
    if [kind for kind, asks in _ASKS.items() if asks.search(question)] != [Kind.PLACE]:
        return ""
    places = (value for value in find(reply) if value.kind is Kind.PLACE)
    return next((p.text for p in places if _tells(Kind.PLACE, question, reply, p)), "")


def _telling(kind: Kind, question: str, reply: str, found: tuple[Found, ...]) -> Iterator[bool]:
    for value in found:
        if value.kind is kind:
            yield _tells(kind, question, reply, value)
    if kind is Kind.NUMBER:
        yield _of_people(question) and bool(_COMPANY.search(reply))
    if kind is Kind.MONEY and _BUDGET.search(reply):
        # "Our budget is about 1500" names the currency of no country, and leaves no doubt.
        yield any(value.kind is Kind.NUMBER and value.text[:1].isdigit() for value in found)


def _tells(kind: Kind, question: str, reply: str, value: Found) -> bool:
    if kind is Kind.PLACE:
        sets_out = _ABOUT_GOING.search(question) and _FROM.search(reply[: value.start])
        return value.text[:1].isupper() and not sets_out
    return kind is not Kind.NUMBER or _counts(question, reply[value.end :])


def _counts(question: str, after: str) -> bool:
    """Whether the word after a number is what the question counts."""
    word = re.match(r"\s+(?:\w+\s+)?(\w+)", after)
    counted = re.match(r"\s+(\w+)", after)
    nouns = [match[1] for match in (word, counted) if match]
    if _of_people(question):
        return any(_PEOPLE.fullmatch(noun) for noun in nouns)
    asked = _COUNTED.search(question)
    return asked is not None and any(_same_stem(asked[1], noun) for noun in nouns)


def _of_people(question: str) -> bool:
    asked = _COUNTED.search(question)
    # "How many are you?", "Who is coming?": people, as well.
    return asked is None or bool(_PEOPLE.fullmatch(asked[1])) or asked[1] in ("are", "will", "seid")


def _same_stem(one: str, other: str) -> bool:
    return one.casefold()[:_SHORTEST_STEM] == other.casefold()[:_SHORTEST_STEM]
