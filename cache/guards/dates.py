"""Days, months and times of day that a question names."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

from cache.guards.reading import Word, read

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = "january february march april may june july august september october november december"
_SEASONS = "spring summer autumn winter"


@dataclass(frozen=True, slots=True)
class _Calendar:
    """A word in lower case, and the day (0 Monday), month (1 January) or season it names."""

    weekdays: dict[str, int]
    months: dict[str, int]
    seasons: dict[str, int]
    dayparts: dict[str, str]


@functools.cache
def _calendar() -> _Calendar:
    weekdays = {day: number for number, day in enumerate(WEEKDAYS)}
    weekdays |= {f"{day}s": number for day, number in weekdays.items()}
    weekdays |= {"mon": 0, "tue": 1, "tues": 1, "thu": 3, "thurs": 3, "fri": 4}
    german = "montag dienstag mittwoch donnerstag freitag samstag sonntag"
    weekdays |= {day: number for number, day in enumerate(german.split())}
    months = {month: number for number, month in enumerate(_MONTHS.split(), 1)}
    months |= {"jan": 1, "feb": 2, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9}
    months |= {"oct": 10, "nov": 11, "dec": 12, "januar": 1, "februar": 2, "märz": 3, "mai": 5}
    months |= {"juni": 6, "juli": 7, "oktober": 10, "dezember": 12}
    seasons = {season: number for number, season in enumerate(_SEASONS.split())}
    dayparts = {"morning": "morning", "afternoon": "afternoon", "noon": "noon"}
    dayparts |= dict.fromkeys(("evening", "evenings", "night", "nights", "tonight"), "evening")
    dayparts |= {"mornings": "morning", "afternoons": "afternoon", "midnight": "midnight"}
    return _Calendar(weekdays, months, seasons, dayparts)


@dataclass(frozen=True, slots=True)
class Dates:
    """What a question names of the calendar.

    :ivar days: weekdays (``weekend`` and ``weekdays`` counted out), "tomorrow", "next week".
    :ivar months: months; ``seasons`` and ``dayparts`` likewise.
    """

    days: frozenset[str]
    months: frozenset[str]
    seasons: frozenset[str]
    dayparts: frozenset[str]


@functools.lru_cache(maxsize=256)
def dates(text: str, slips: frozenset[tuple[str, str]] = frozenset()) -> Dates:
    """What ``text`` names; ``slips``: misspelt words and what they stand for."""
    meant = dict(slips)
    words = read(text).words
    lower = [
        word.lower if is_date(word.lower) else meant.get(word.lower, word.lower) for word in words
    ]
    calendar = _calendar()
    return Dates(
        frozenset(_days(lower)),
        frozenset(_months(words, lower)),
        frozenset(word for word in lower if word in calendar.seasons),
        frozenset(calendar.dayparts[word] for word in lower if word in calendar.dayparts),
    )


def _days(words: list[str]) -> Iterator[str]:
    weekdays = _calendar().weekdays
    for at, word in enumerate(words):
        if word in weekdays:
            yield from _weekday_or_range(words, at, weekdays)
        elif word in {"weekend", "weekends"}:
            yield from ("saturday", "sunday")
        elif word in {"weekday", "weekdays"}:
            yield from WEEKDAYS[:5]
        elif word in _RELATIVE_DAYS:
            yield _RELATIVE_DAYS[word]
        elif word in _PERIODS and at and words[at - 1] in _STEPS:
            yield f"{_STEPS[words[at - 1]]} {word}"


def _weekday_or_range(words: list[str], at: int, weekdays: dict[str, int]) -> Iterator[str]:
    first = last = weekdays[words[at]]
    if at + 2 < len(words) and words[at + 1] in _UNTIL and words[at + 2] in weekdays:
        last = weekdays[words[at + 2]]
    for number in range(first, last + 1 if first <= last else last + 8):
        yield WEEKDAYS[number % 7]


_UNTIL = frozenset({"to", "till", "until", "through", "thru", "bis"})
_RELATIVE_DAYS = {
    "today": "today",
    "tonight": "today",
    "tomorrow": "tomorrow",
    "tmrw": "tomorrow",
    "yesterday": "yesterday",
    "heute": "today",
    "morgen": "tomorrow",
    "gestern": "yesterday",
}
_PERIODS = frozenset({"week", "month", "year", "quarter", "weekend"})
_STEPS = {"this": "this", "current": "this", "next": "next", "coming": "next", "last": "last"} | {
    "following": "next",
    "previous": "last",
    "past": "last",
}


def _months(words: tuple[Word, ...], lower: list[str]) -> Iterator[str]:
    months = _calendar().months
    for at, word in enumerate(lower):
        if word in months and (word not in _AMBIGUOUS or _is_month(words, at)):
            yield _MONTHS.split()[months[word] - 1]


_AMBIGUOUS = frozenset({"may", "march", "august", "mai"})
_BEFORE_MONTH = frozenset(
    {"in", "of", "by", "until", "till", "since", "from", "before", "after", "this", "next", "last"}
    | {"early", "late", "mid", "during", "through"}
)


def _is_month(words: tuple[Word, ...], at: int) -> bool:
    """ "may" and "march" are months behind a preposition, or beside a number."""
    before = words[at - 1].lower if at else ""
    after = words[at + 1].lower if at + 1 < len(words) else ""
    return before in _BEFORE_MONTH or before[:1].isdecimal() or after[:1].isdecimal()


def is_date(word: str) -> bool:
    """Whether the word in lower case names a day, month or season."""
    calendar = _calendar()
    return word in calendar.weekdays or word in calendar.months or word in calendar.seasons
