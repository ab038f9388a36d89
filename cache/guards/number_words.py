"""Numbers written as words."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class NumberWords:
    """Words in lower case, and their numbers; Roman numerals in capitals."""

    cardinals: dict[str, int]
    ordinals: dict[str, int]
    scales: dict[str, int]
    multiples: dict[str, Fraction]
    roman: dict[str, int]


@functools.cache
def number_words() -> NumberWords:
    tens = dict(zip(_TENS.split(), range(20, 100, 10), strict=True))
    german = {word: number for number, word in enumerate(_GERMAN.split(), 2)}
    return NumberWords(
        cardinals=german | {word: number for number, word in enumerate(_CARDINALS.split())} | tens,
        ordinals={word: number for number, word in enumerate(_ORDINALS.split(), 1)},
        scales={"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9},
        multiples={
            "once": Fraction(1),
            "twice": Fraction(2),
            "double": Fraction(2),
            "triple": Fraction(3),
            "dozen": Fraction(12),
            "pair": Fraction(2),
            "couple": Fraction(2),
            "trio": Fraction(3),
        },
        roman={numeral: number for number, numeral in enumerate(_ROMAN.split(), 1)},
    )


_CARDINALS = """zero one two three four five six seven eight nine ten eleven twelve thirteen
fourteen fifteen sixteen seventeen eighteen nineteen"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINALS = """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth
thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"""
_GERMAN = """zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn
sechzehn siebzehn achtzehn neunzehn zwanzig"""
_ROMAN = "I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI"


@functools.cache
def number_like() -> frozenset[str]:
    """Words that a number may begin with."""
    words = number_words()
    others = {"half", "quarter", "a", "an", "noon", "midday", "midnight"}
    return frozenset(
        words.cardinals.keys()
        | words.ordinals.keys()
        | words.scales.keys()
        | words.multiples.keys()
        | others
    )


def is_number(word: str) -> bool:
    """Whether the word in lower case is a number, or has a digit."""
    words = number_words()
    return word in words.cardinals or word in words.ordinals or any(map(str.isdecimal, word))


def spelt_out(words: Sequence[str]) -> tuple[int, int] | None:
    """The number that ``words`` begin with, and of how many words it is made."""
    cardinals, scales = number_words().cardinals, number_words().scales
    total = current = at = 0
    while at < len(words):
        word = words[at]
        if word in scales:
            current = (current or 1) * scales[word]
            if scales[word] >= 1000:
                total, current = total + current, 0
        elif word in cardinals and (joined := _joined(current, cardinals[word])) is not None:
            current = joined
        else:
            break
        at += 1
        if words[at : at + 1] == ["and"] and total + current > 99 and words[at + 1 : at + 2]:
            at += words[at + 1] in cardinals
    return (total + current, at) if at else None


def _joined(current: int, number: int) -> int | None:
    """ "twenty" and "five", "two hundred" and "five", "nineteen" and "eighty" (a year)."""
    if current % 100 == 0 or (current % 10 == 0 and current % 100 >= 20 and number < 10):
        return current + number
    return 100 * current + number if 10 <= current < 100 and number >= 10 else None
