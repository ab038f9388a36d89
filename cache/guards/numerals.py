"""Numbers, times of day and identifiers in a question, each with what it may mean."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from cache.guards.number_words import number_like, number_words, spelt_out
from cache.guards.reading import Word, read
from cache.guards.units import CURRENCY_SIGNS, units

CLOCK, IDENTIFIER = "clock", "identifier"
_HALF_DAY = 12 * 60


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit.

    :ivar text: as it was written, for people.
    :ivar bare: the number alone, as it may be read: "1.000" is one or a thousand. A version keeps
        its dots ("3.10" is not "3.1").
    :ivar unit: what it measures ("length", "EUR", "clock"), "" where no unit is named.
    :ivar amounts: the number in the dimension's base unit; a clock's in minutes after midnight.
    :ivar sure: whether it asks something even where the other question has no number; "first",
        "one" and the like do not.
    """

    text: str
    bare: frozenset[str]
    unit: str = ""
    amounts: frozenset[str] = frozenset()
    sure: bool = True

    def agrees_with(self, other: Quantity) -> bool:
        """Whether both may mean the same; a number without unit agrees with one in any unit."""
        if self == other:
            return True
        if (
            not self.unit
            or not other.unit
            or (self.unit == IDENTIFIER) != (other.unit == IDENTIFIER)
        ):
            return not self.bare.isdisjoint(other.bare)
        one_dimension = not set(self.unit.split("|")).isdisjoint(other.unit.split("|"))
        return one_dimension and not self.amounts.isdisjoint(other.amounts)


_NUMERAL = re.compile(r"v?(\d+(?:[.,:/]\d+)*)(.*)", re.DOTALL)


_MORNING = frozenset({"am", "a.m", "morning", "früh", "morgens"})
_LATER = frozenset({"pm", "p.m", "afternoon", "evening", "night", "tonight"})


@functools.lru_cache(maxsize=256)
def quantities(text: str) -> tuple[Quantity, ...]:
    """All numbers of the question, in their order."""
    return tuple(_Scanner(read(text).words).scan())


class _Scanner:
    """Goes through a question's words once; each step takes one number, or one word."""

    def __init__(self, words: Sequence[Word]) -> None:
        self._words = words
        self._at = 0

    def scan(self) -> Iterator[Quantity]:
        while self._at < len(self._words):
            word = self._words[self._at]
            told = word.lower in number_like() or any(map(str.isdecimal, word.text))
            told = told or word.text in number_words().roman
            found = (self._numeral() or self._spelt_out() or self._single()) if told else None
            if found is None:
                self._at += 1
            else:
                yield found

    def _lower(self, ahead: int = 0) -> str:
        at = self._at + ahead
        return self._words[at].lower if 0 <= at < len(self._words) else ""

    def _numeral(self) -> Quantity | None:
        """Digits with what is written to them: "3.11", "10GB", "3rd", "3pm", "£50", "A113"."""
        word = self._lower()
        if not any(map(str.isdecimal, word)):
            return None
        digits = _NUMERAL.fullmatch(word)
        self._at += 1
        if digits is None:
            return _identifier(word)
        suffix = digits[2].strip(".")
        if suffix in _ORDINAL_ENDINGS:
            return Quantity(word, _readings(digits[1]))
        sign = self._lower(-2) if self._lower(-2) in CURRENCY_SIGNS else ""
        return self._measured(word, digits[1], suffix, sign)

    def _measured(self, word: str, digits: str, suffix: str, sign: str) -> Quantity:
        if not suffix:
            suffix = self._taken_unit()
        readings = _readings(digits)
        if suffix in _CLOCK_WORDS or ":" in digits:
            text = word if word.endswith(suffix) else f"{word} {suffix}"
            return self._clock(text, digits, suffix)
        if suffix in _SCALES:
            readings |= {_plain(Fraction(value) * _SCALES[suffix]) for value in _numbers(readings)}
            suffix = self._taken_unit()
        if sign or suffix in units():
            return _quantity(word, readings, sign or suffix)
        sure = word not in _UNSURE_NUMERALS
        return _identifier(word) if suffix else Quantity(word, readings, sure=sure)

    def _taken_unit(self) -> str:
        """The unit that follows, if one does; a hyphen is no obstacle ("6-week course")."""
        word = self._lower()
        if word == "per" and self._lower(1) == "cent":
            self._at += 2
            return "%"
        if word in units() or word in _CLOCK_WORDS or word in _SCALES:
            self._at += 1
            return word
        return ""

    def _clock(self, text: str, digits: str, suffix: str) -> Quantity:
        hours, _, minutes = digits.partition(":")
        if not (hours.isdecimal() and int(hours) <= 24 and (minutes or "0").isdecimal()):
            return Quantity(text, _readings(digits))
        at = 60 * int(hours) + int(minutes or 0)
        bare = frozenset({digits, digits.replace(":", "."), hours})
        return Quantity(text, bare, CLOCK, self._times(at, suffix))

    def _times(self, at: int, suffix: str) -> frozenset[str]:
        """Minutes after midnight; both halves of the day where nothing tells which is meant."""
        half = self._half(suffix)
        if at >= _HALF_DAY + 60 or (half is None and at >= _HALF_DAY):
            return frozenset({str(at)})
        hours = {at % _HALF_DAY, at % _HALF_DAY + _HALF_DAY}
        return frozenset(str(time) for time in hours if half is None or time // _HALF_DAY == half)

    def _half(self, suffix: str) -> int | None:
        """0 before noon, 1 after it, ``None`` where the question does not say."""
        around = {suffix} if suffix in _MORNING | _LATER else {word.lower for word in self._words}
        if around & _MORNING:
            return 0
        return 1 if around & _LATER else None

    def _spelt_out(self) -> Quantity | None:
        """ "twenty-five", "two thousand and six", "six thirty"."""
        found = spelt_out([word.lower for word in self._words[self._at :]])
        if found is None or (found == (1, 1) and not self._counts(self._at + 1)):
            return None
        number, length = found
        text = " ".join(word.lower for word in self._words[self._at : self._at + length])
        self._at += length
        return self._spelt_clock(text, number) or self._spelt_with_unit(text, number)

    def _spelt_clock(self, text: str, hour: int) -> Quantity | None:
        minutes = spelt_out([word.lower for word in self._words[self._at :]])
        if minutes is None or not (0 < hour <= 12 and 10 <= minutes[0] < 60):
            return None
        self._at += minutes[1]
        return self._clock(f"{text} {minutes[0]}", f"{hour}:{minutes[0]}", "")

    def _counts(self, at: int) -> bool:
        """Whether "one" stands before what it counts; else it is a pronoun."""
        return at < len(self._words) and self._words[at].telling

    def _spelt_with_unit(self, text: str, number: int) -> Quantity:
        sure, bare = number > _VAGUE, frozenset({str(number)})
        if self._lower() in _CLOCK_WORDS or self._before_daypart():
            self._at += 1
            return self._clock(text, str(number), self._lower(-1))
        unit = self._taken_unit()
        if unit in units():
            return _quantity(text, bare, unit, sure=sure)
        return Quantity(text, bare, sure=sure)

    def _before_daypart(self) -> bool:
        """ "seven in the morning"."""
        return self._lower() == "in" and self._lower(2) in _MORNING | _LATER

    def _single(self) -> Quantity | None:
        """Ordinals, "half", "twice", "noon", "a day", "XIV", "hundred" alone."""
        found = self._noon() or self._past() or self._quarter()
        found = found or self._single_time() or self._single_number()
        if found is not None:
            self._at += 1
        return found

    def _single_number(self) -> Quantity | None:
        word, words = self._words[self._at], number_words()
        number: int | Fraction | None = words.multiples.get(word.lower)
        if number is None and not self._second_of_time():
            number = words.ordinals.get(word.lower)
        if number is None and self._at and self._words[self._at - 1].capital:
            number = words.roman.get(word.text)
        if word.lower == "half":
            return self._half_of()
        return None if number is None else Quantity(word.text, frozenset({str(number)}), sure=False)

    def _half_of(self) -> Quantity:
        """ "half", "half an hour", "half a dozen"."""
        ahead = 2 if self._lower(1) in {"a", "an"} else 1
        following = self._lower(ahead)
        if following == "dozen":
            self._at += ahead
            return Quantity("half a dozen", frozenset({"6"}))
        if following in _COUNTED_TIMES:
            self._at += ahead
            return _quantity("half", frozenset({"1/2"}), following)
        return Quantity("half", frozenset({"1/2"}))

    def _noon(self) -> Quantity | None:
        minutes = {"noon": _HALF_DAY, "midday": _HALF_DAY, "midnight": 0}.get(self._lower())
        if minutes is None:
            return None
        return Quantity(self._lower(), frozenset({"12"}), CLOCK, frozenset({str(minutes)}))

    def _past(self) -> Quantity | None:
        """ "half past six", "a quarter to six", "half past 6"."""
        minutes = {"half": 30, "quarter": 15}.get(self._lower())
        hour = spelt_out([self._lower(2)])
        if self._lower(2).isdecimal():
            hour = (int(self._lower(2)), 1)
        if minutes is None or hour is None or self._lower(1) not in {"past", "to"}:
            return None
        at = 60 * hour[0] + (minutes if self._lower(1) == "past" else -minutes)
        text = f"{self._lower()} {self._lower(1)} {self._lower(2)}"
        self._at += 2
        return self._clock(text, f"{at // 60}:{at % 60:02}", "")

    def _quarter(self) -> Quantity | None:
        """ "a quarter of an hour"."""
        if self._lower() != "quarter" or self._lower(1) != "of" or self._lower(3) != "hour":
            return None
        self._at += 3
        return _quantity("a quarter", frozenset({"1/4"}), "hour")

    def _single_time(self) -> Quantity | None:
        if self._lower() not in {"a", "an"} or self._lower(1) not in _COUNTED_TIMES:
            return None
        if self._lower(1) == "second" and self._at + 2 < len(self._words):
            return None
        self._at += 1
        return _quantity(f"a {self._lower()}", frozenset({"1"}), self._lower(), sure=False)

    def _second_of_time(self) -> bool:
        return self._lower() == "second" and self._lower(-1) in {"per", "each", "every"}


_VAGUE = 10
"""Number words up to here also just describe ("the two of them"), so that they tell nothing where
the other question has no number."""
_ORDINAL_ENDINGS = frozenset({"st", "nd", "rd", "th"})
_UNSURE_NUMERALS = frozenset({"0", "1", "24/7"})
_CLOCK_WORDS = frozenset({"am", "pm", "o'clock", "uhr"})
_SCALES = {
    "k": 1000,
    "hundred": 100,
    "thousand": 1000,
    "million": 10**6,
    "mio": 10**6,
    "bn": 10**9,
    "billion": 10**9,
}
_COUNTED_TIMES = frozenset({"second", "minute", "hour", "day", "week", "month", "year"})


def _identifier(word: str) -> Quantity:
    runs = re.findall(r"\d+", word)
    bare = {word} | ({str(int(runs[0]))} if len(runs) == 1 else set())
    sure = sum(map(len, runs)) > 2
    return Quantity(word, frozenset(bare), IDENTIFIER, frozenset({word}), sure=sure)


def _quantity(text: str, bare: frozenset[str], unit: str, *, sure: bool = True) -> Quantity:
    dimension, size = units()[unit]
    sure = sure and bare != {"1"}
    amounts = frozenset(_plain(number * size) for number in _numbers(bare))
    written = text if unit in text or unit in CURRENCY_SIGNS else f"{text} {unit}"
    return Quantity(_signed(written, unit), bare, dimension, amounts, sure=sure)


def _signed(text: str, unit: str) -> str:
    return unit + text if unit in CURRENCY_SIGNS and unit not in text else text


def _readings(digits: str) -> frozenset[str]:
    """What a numeral may stand for: the comma and the dot group and divide, by country."""
    plain = digits.rstrip(".,:/")
    found = {re.sub(r"(?<![\d.])0+(?=\d)", "", plain)}
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", plain):
        found = {plain.replace(",", "")}
    elif re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", plain):
        found.add(plain.replace(".", "").replace(",", "."))
    elif re.fullmatch(r"\d+,\d+", plain):
        found = {plain.replace(",", ".")}
    return frozenset(found)


def _numbers(readings: frozenset[str]) -> Iterator[Fraction]:
    for reading in readings:
        if re.fullmatch(r"[0-9]+(?:\.[0-9]+|/[0-9]*[1-9][0-9]*)?", reading):
            yield Fraction(reading)


def _plain(number: Fraction) -> str:
    return str(number)
