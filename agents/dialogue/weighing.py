"""Whether a question deserves a team: whether several views of it would be worth their time.

It does when it asks, and four grounds or more are found in it: that it asks for a judgement (a
decision, a strategy, a review, a comparison), once more where it does so in words that are hardly
used of small things, aspects to judge by, a list of them, alternatives, conditions that pull the
other way, an undertaking of several people, length, and a situation that is told before the
question. One or two of these are ordinary: "Should I take an umbrella or a
jacket?" asks for a decision between alternatives. Cues at word boundaries tell all of it, in
English and German, so that each verdict can be told in words; no model is asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from agents.dialogue.understanding.reading import masked, shortened
from agents.dialogue.weighing_cues import (
    ASPECTS,
    CONDITION,
    JUDGEMENT,
    LED_IN,
    OR,
    UNDERTAKING,
    WEIGHING,
)

FEWEST_WORDS: Final = 12
"""Words from which a question says enough of its situation to be looked at from several sides."""
MANY_WORDS: Final = 20
"""Words from which its length is a ground."""
ENOUGH: Final = 4
"""Grounds from which a question deserves a team."""
LONGEST_READ: Final = 2_000
"""Characters that are looked at; a page of text asks at its beginning."""
_MOST_ASPECTS: Final = 3
_SAYS: Final = 4
_SENTENCE: Final = re.compile(r"[.!?:;]+\s")
_BETWEEN: Final = re.compile(
    r"\s*,\s*(?:(?:and|or|und|oder)\s+)?|\s+(?:and|or|und|oder)\s+", re.IGNORECASE
)
_SERIES: Final = re.compile(
    r"(?:\w[\w'-]*(?: [\w'-]+){0,3}, ){1,6}\w[\w'-]*(?: [\w'-]+){0,3},? (?:and|or|und|oder) \w",
    re.IGNORECASE,
)
"""Three things or more in a row: "price, lead time and reliability"."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """What there is to weigh in a message.

    Attributes:
        asks: Whether it asks anything: a question, or for a judgement.
        grounds: What makes it weighty, a name each: "judgement", "weight" where it is asked for
            in weighty words, the families of its aspects, "list", "alternatives", "conditions",
            "undertaking", "length", "situation".
    """

    asks: bool = False
    grounds: tuple[str, ...] = ()

    @property
    def deserves_team(self) -> bool:
        """Whether several views of it are worth their time."""
        return self.asks and len(self.grounds) >= ENOUGH


def weighing(text: str) -> Weighing:
    """What there is to weigh in a message."""
    plain = shortened(masked(text[:LONGEST_READ]))
    length = len(plain.split())
    if length < FEWEST_WORDS:
        return Weighing()
    weighs = WEIGHING.search(plain) is not None
    judges = weighs or JUDGEMENT.search(plain) is not None
    aspects = [name for name, pattern in ASPECTS.items() if pattern.search(plain)]
    found = {
        "judgement": judges,
        "weight": weighs,
        **dict.fromkeys(aspects[:_MOST_ASPECTS], True),
        "list": _names_several(plain),
        "alternatives": OR.search(plain) is not None,
        "conditions": CONDITION.search(plain) is not None,
        "undertaking": UNDERTAKING.search(plain) is not None,
        "length": length >= MANY_WORDS,
        "situation": _tells_and_asks(plain),
    }
    return Weighing(judges or "?" in plain, tuple(name for name, there in found.items() if there))


def _names_several(plain: str) -> bool:
    """Whether it names several things to judge by, in a list that is led in or in a series."""
    led_in = LED_IN.search(plain)
    listed = _BETWEEN.split(led_in["list"]) if led_in else []
    return len([part for part in listed if part]) > 1 or _SERIES.search(plain) is not None


def _tells_and_asks(plain: str) -> bool:
    """Whether it is more than one sentence: what is the case, and what is to be judged."""
    return len([part for part in _SENTENCE.split(plain) if len(part.split()) >= _SAYS]) > 1
