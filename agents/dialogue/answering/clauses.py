"""A reply in parts: its sentences, its clauses, and the phrases around its values.

A message that answers several things at once ("To Lisbon, from 1 to 3 May, about 600 euros") has
one vector that resembles none of them; each of its parts has its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from agents.dialogue.answering.finding import Found, find
from agents.dialogue.answering.kinds import TYPED, Kind
from agents.dialogue.answering.wanted import by_question, by_title
from agents.dialogue.plan import Step

SHORT: Final = 40
"""Characters up to which a reply is kept whole."""
MOST_PARTS: Final = 10
"""Parts of a reply that are looked at."""
MOST_SENTENCES: Final = 6
"""Sentences of a reply that are looked at one by one; who says more tells a story."""
_SENTENCE_END: Final = re.compile(r"(?<!\d\.)(?<!\b[a-zA-HJ-Z]\.)(?<=[.!?])\s+|;\s+|\n+")
"""Not after a number or a single letter, which are read on: "12. Juni", "6 p.m. or later"."""
_BREAK: Final = re.compile(
    r"(?<!\d\.)(?<=[.!?])\s+|(?<!\d),\s+|(?<=\d),\s+(?!\d)|;\s*|\n+|\s+[-–]\s+"
    r"|\s(?:and|und|but|aber)\s(?=(?:i|i'm|i'd|we|we'd|it|there|my|our|ich|wir|es|mein|unser)\b)",
    re.IGNORECASE,
)
_LEADING: Final = re.compile(
    r"^(?:(?:and|und|but|aber|so|also|well|oh|ok(?:ay)?|then|dann)\b[\s,]*)+", re.IGNORECASE
)
_LED_BY: Final = re.compile(
    r"(?:\b(?:in|to|from|for|with|by|at|on|under|until|till|about|around|up to|near|between|before"
    r"|after|over|within|since|of|the|a|as|no more than|at most|next|early|late|nach|von|für|mit"
    r"|ab|bis|um|am|im|vom|zum|zur|zu|aus|bei|etwa|rund|höchstens|maximal|unter|den|dem|der|das)"
    r"\s+)+$",
    re.IGNORECASE,
)
_COUNTS: Final = frozenset({Kind.NUMBER})
_GOES_ON: Final = re.compile(
    r"[\s-]+(?!(?:in|to|from|for|with|by|at|on|and|or|until|please|nach|von|für|mit|ab|bis|um|am|und"
    r"|oder|bitte)\b)[\w'€$%-]+",
    re.IGNORECASE,
)


def sentences(reply: str) -> tuple[str, ...]:
    """The sentences of a reply without their full stops; none where it is one, or too many."""
    split = (part.strip().rstrip(".;") for part in _SENTENCE_END.split(reply))
    found = tuple(part for part in split if part.strip())
    return found if 1 < len(found) <= MOST_SENTENCES else ()


def without(reply: str, told: Collection[str]) -> str:
    """What is left of a reply without some of its `sentences`; "" where nothing is."""
    return ". ".join(sentence for sentence in sentences(reply) if sentence not in told)


def clauses(reply: str) -> tuple[str, ...]:
    """The clauses of a reply, in its order; none of them empty."""
    split = (_LEADING.sub("", part) for part in _BREAK.split(reply))
    stripped = (part.strip(" ,;!-–\t\n").rstrip(".") for part in split)
    return tuple(part for part in stripped if part.strip())


def parts(reply: str) -> tuple[str, ...]:
    """What of a reply may answer by itself: clauses, and in a clause of several values a phrase
    around each. Empty where the reply is all one; at most `MOST_PARTS`."""
    whole = clauses(reply)
    found = dict.fromkeys((*whole, *(phrase for clause in whole for phrase in _phrases(clause))))
    if len(whole) == 1:
        # With the reply itself it is looked at already.
        found.pop(whole[0])
    return tuple(found)[:MOST_PARTS]


def _phrases(clause: str) -> tuple[str, ...]:
    values = _apart(find(clause))
    if len(values) < 2:
        return ()
    return tuple(_phrase(clause, value) for value in values)


def _apart(found: tuple[Found, ...]) -> list[Found]:
    """The values without those that lie within another."""
    return [
        one
        for one in found
        if not any(
            other.start <= one.start and one.end <= other.end and other.text != one.text
            for other in found
        )
    ]


def _phrase(clause: str, value: Found) -> str:
    """The value with the prepositions before it and, after a number, the noun it counts."""
    led = _LED_BY.search(clause[: value.start])
    start = led.start() if led else value.start
    counted = _GOES_ON.match(clause, value.end) if value.kind in _COUNTS else None
    return clause[start : counted.end() if counted else value.end].strip()


def extract(step: Step, reply: str) -> str:
    """The clause that answers the step, by kinds of value alone; the whole reply where it is
    short or none stands out."""
    whole = reply.strip()
    split = clauses(whole)
    if len(whole) <= SHORT or len(split) < 2:
        return whole
    fits = [_fit(step, part) for part in split]
    best = max(fits)
    return split[fits.index(best)] if best > 0 else whole


def _fit(step: Step, clause: str) -> int:
    """How well a clause fits: kinds of the title count twice those of the question."""
    kinds = {value.kind for value in find(clause)}.intersection(TYPED)
    return 2 * len(kinds & by_title(step)) + len(kinds & by_question(step))
