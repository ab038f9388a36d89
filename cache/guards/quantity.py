"""Refuses where numbers, units, dates, versions or identifiers differ; "2" and "two" are equal."""

from __future__ import annotations

from collections.abc import Iterable

from cache.guards.alignment import Alignment, align
from cache.guards.dates import WEEKDAYS, Dates, dates
from cache.guards.numerals import CLOCK, Quantity, quantities

_UNSURE_DAYS = frozenset({"today", "this week", "this month", "this year"})
"""What a question that names no day means anyway."""
_RELATED = 0.4
"""Overlap from which a number that only one question has makes it another one: a free rewording
may tell a number in words ("before the Revolution of 1789")."""
_TOUCHING = 0.3
"""Overlap from which "morning" and "evening", or two seasons, are alternatives."""
_ALIKE = 0.5
"""Overlap from which "tomorrow" alone makes another question; in a free rewording it may be told
otherwise, or be no part of what is asked."""
_COUNTED = 20
"""Up to here a number may be a word that is not known in another language."""


def numbers(asked: str, stored: str) -> str | None:
    """Refuses where numbers, units, times, versions or identifiers differ."""
    ours, theirs = quantities(asked), quantities(stored)
    our_rest, their_rest = _without(ours, theirs), _without(theirs, ours)
    our_rest, their_rest = _counted(our_rest, their_rest), _counted(their_rest, our_rest)
    if not (our_rest and their_rest) and not _sure(our_rest + their_rest, align(asked, stored)):
        return None
    return f"numbers differ ({_listed(our_rest)} / {_listed(their_rest)})"


def _without(ours: Iterable[Quantity], theirs: Iterable[Quantity]) -> list[Quantity]:
    return [one for one in ours if not any(one.agrees_with(other) for other in theirs)]


def _counted(ours: list[Quantity], theirs: list[Quantity]) -> list[Quantity]:
    """Without "a week", unless the other counts the same."""
    measured = {other.unit for other in theirs}
    return [one for one in ours if not one.text.startswith("a ") or one.unit in measured]


def _sure(lone: Iterable[Quantity], sides: Alignment) -> bool:
    """Whether numbers that only one question has make it another question."""
    return sides.overlap >= _RELATED and any(
        one.sure and (sides.both_english or _is_large(one)) for one in lone
    )


def _is_large(quantity: Quantity) -> bool:
    return all(not number.isdecimal() or int(number) > _COUNTED for number in quantity.bare)


def _listed(items: Iterable[Quantity]) -> str:
    return ", ".join(item.text for item in items) or "none"


def calendar(asked: str, stored: str) -> str | None:
    """Refuses where days, months, seasons or times of day differ."""
    slips = align(asked, stored).typos
    ours = dates(asked, slips)
    theirs = dates(stored, frozenset((other, one) for one, other in slips))
    clocks = _has_clock(asked) or _has_clock(stored)
    for one, other in _differences(
        ours, theirs, clocks=clocks, overlap=align(asked, stored).overlap
    ):
        if one or other:
            return f"dates differ ({_named(one)} / {_named(other)})"
    return None


def _differences(
    ours: Dates, theirs: Dates, *, clocks: bool, overlap: float
) -> list[tuple[frozenset[str], frozenset[str]]]:
    months = (ours.months - theirs.months, theirs.months - ours.months)
    days = (ours.days - theirs.days, theirs.days - ours.days)
    sure = {day for day in days[0] | days[1] if day in WEEKDAYS or overlap >= _ALIKE}
    found = [months] if all(months) or overlap >= _RELATED else []
    if all(days) or (sure - _UNSURE_DAYS and overlap >= _RELATED):
        found.append(days)
    vague = [(ours.seasons, theirs.seasons)] if len(ours.seasons | theirs.seasons) == 2 else []
    if not clocks:
        vague.append((ours.dayparts, theirs.dayparts))
    if overlap >= _TOUCHING:
        found += [(one, other) for one, other in vague if one and other and one.isdisjoint(other)]
    return found


def _has_clock(text: str) -> bool:
    return any(quantity.unit == CLOCK for quantity in quantities(text))


def _named(items: frozenset[str]) -> str:
    return ", ".join(sorted(items)) or "none"
