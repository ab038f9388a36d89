"""Deterministic guards: reasons why a close question must not be served the other's answer.

Vectors encode the topic; "2 bags" and "3 bags" lie closer together than most paraphrases. A guard
takes the question asked and the question stored, and says why the stored answer may not be given,
or ``None``. Guards only ever see semantic candidates: the exact tier needs none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

Guard = Callable[[str, str], str | None]

LONGEST_COMPARED_BYTES = 500
"""Longer questions (UTF-8 bytes) are compared exactly or not at all: the embedding model reads the
first 256 word pieces only, and two long texts with one beginning would be one vector."""


def _words_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


_NUMERAL = re.compile(r"\d+(?:[.,:/-]\d+)*")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")

_NUMBER_WORDS = {
    word: str(number)
    for number, words in {
        0: "zero",
        1: "first",
        0.5: "half",
        2: "two second twice double",
        3: "three third triple",
        4: "four fourth",
        5: "five fifth",
        6: "six sixth",
        7: "seven seventh",
        8: "eight eighth",
        9: "nine ninth",
        10: "ten tenth",
        11: "eleven",
        12: "twelve",
        13: "thirteen",
        14: "fourteen",
        15: "fifteen",
        16: "sixteen",
        17: "seventeen",
        18: "eighteen",
        19: "nineteen",
        20: "twenty",
        30: "thirty",
        40: "forty",
        50: "fifty",
        60: "sixty",
        70: "seventy",
        80: "eighty",
        90: "ninety",
        100: "hundred",
        1000: "thousand",
        1000000: "million",
    }.items()
    for word in words.split()
}
_DATE_WORDS = _words_of(
    """monday tuesday wednesday thursday friday saturday sunday weekday weekdays weekend weekends
    january february april june july august september october november december
    today tonight tomorrow yesterday daily weekly monthly quarterly yearly annual annually
    morning afternoon evening night noon midnight spring summer autumn winter
    christmas easter"""
)
_NEGATIONS = _words_of(
    """not no never without cannot neither nor none nothing nobody nowhere unable except
    dont doesnt didnt isnt arent wasnt werent cant couldnt wont wouldnt shouldnt hasnt havent hadnt
    aint avoid stop"""
)


def lengths(asked: str, stored: str) -> str | None:
    """Refuses where either question is too long for its vector to tell all of it."""
    longest = max(len(asked.encode()), len(stored.encode()))
    return "too long to be compared by meaning" if longest > LONGEST_COMPARED_BYTES else None


def numbers(asked: str, stored: str) -> str | None:
    """Refuses where numbers, versions or dates differ; "2" and "two" are equal."""
    ours, theirs = _numbers_in(asked), _numbers_in(stored)
    if ours == theirs:
        return None
    return f"numbers or dates differ ({_listed(ours - theirs)} / {_listed(theirs - ours)})"


def negation(asked: str, stored: str) -> str | None:
    """Refuses where one question is negated and the other is not."""
    return None if _negated(asked) == _negated(stored) else "only one of the two is negated"


DEFAULT_GUARDS: tuple[Guard, ...] = (lengths, numbers, negation)


def refusal(guards: Sequence[Guard], asked: str, stored: str) -> str | None:
    """The first guard's reason against serving, or ``None`` where all agree."""
    for guard in guards:
        reason = guard(asked, stored)
        if reason is not None:
            return reason
    return None


def _numbers_in(text: str) -> frozenset[str]:
    numerals = {_canonical(numeral) for numeral in _NUMERAL.findall(_THOUSANDS.sub("", text))}
    words = _words_in(text)
    named = {_NUMBER_WORDS[word] for word in words if word in _NUMBER_WORDS}
    return frozenset(numerals | named | (_DATE_WORDS & set(words)))


def _canonical(numeral: str) -> str:
    return numeral.lstrip("0") or "0"


def _negated(text: str) -> bool:
    return any(
        word in _NEGATIONS or word.endswith("n't") for word in _words_in(text.replace("’", "'"))
    )


def _words_in(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _listed(items: frozenset[str]) -> str:
    return ", ".join(sorted(items)) or "none"
