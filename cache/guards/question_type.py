"""Refuses where two questions want different things told: when and where, how much and how to."""

from __future__ import annotations

import functools
import re

from cache.guards.alignment import align
from cache.guards.polarity import negations
from cache.guards.reading import read


def question_type(asked: str, stored: str) -> str | None:
    """Refuses two kinds of question that no one answer serves."""
    sides = align(asked, stored)
    if not sides.both_english:
        return None
    one, other = kind(asked), kind(stored)
    if one == other or not (one and other) or frozenset({one, other}) in _COMPATIBLE:
        return None
    if {one, other} & _LOOSE and sides.overlap < _ALIKE:
        return None
    if {one, other} == {"why", "how to"} and (negations(asked) or negations(stored)):
        return None
    return f"different kinds of question ({one} / {other})"


_COMPATIBLE = frozenset(
    map(
        frozenset,
        [
            ("whether", "how to"),
            ("how to", "where"),
            ("how to", "who"),
            ("where", "who"),
            ("how long", "when"),
            ("how long", "how far"),
            ("how long", "how old"),
            ("when", "how old"),
            ("how long", "how much"),
            ("price", "how much"),
            ("price", "how many"),
            ("how many", "how much"),
            ("how many", "how long"),
            ("how many", "how often"),
            ("when", "how often"),
        ],
    )
)
"""Kinds whose answers mostly serve one another: "Can I pay by card?" is answered with how."""
_LOOSE = frozenset({"whether", "why", "how to"})
"""Kinds that other words often ask for, so that only near-equal questions tell them apart."""
_ALIKE = 0.8


@functools.lru_cache(maxsize=512)
def kind(text: str) -> str:
    """What the question wants told: "how much", "when", ...; "" where that is unclear."""
    plain = read(text).plain
    for name, pattern in _patterns():
        if pattern.search(plain):
            return name
    return ""


@functools.cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(pattern, re.VERBOSE)) for name, pattern in _KINDS)


_CLAUSE = r"(?:^|[,.;:!?–—]\s)"
_AUXILIARY = r"(?:is|are|was|were|do|does|did|will|would|can|could|should|may|must|has|have|had)"
_PERIODS = r"(?:seconds|minutes|hours|days|nights|weeks|months|years)"
_LENGTHS = r"(?:km|kilometres|kilometers|miles|metres|meters)"
_KINDS = (
    ("", r"\b(?:how|what|why)\sabout\b|\bwhat\sif\b|\bcomes?\sfrom\b|\bwho\s(?:vs|or|and)\b"),
    ("how long", _CLAUSE + rf"how\s(?:long|soon|quickly|fast|much\stime|many\s{_PERIODS})\b"),
    (
        "price",
        _CLAUSE
        + r"(?:how\smuch\s(?:(?:is|are)\b|.*\s(?:cost|costs|charge|pay)\b)"
        + r"|what\sis\sthe\s(?:price|cost)\b|what\sdoes\s.*\scost\b)",
    ),
    ("how much", _CLAUSE + r"how\smuch\b"),
    ("how far", _CLAUSE + rf"how\s(?:far|many\s{_LENGTHS})\b"),
    ("how many", _CLAUSE + r"how\smany\b"),
    ("how often", _CLAUSE + r"how\s(?:often|frequently|regularly)\b"),
    ("how old", _CLAUSE + r"how\sold\b"),
    ("why", _CLAUSE + r"(?:why|how\scome|for\swhat\sreason|what\sis\sthe\sreason)\b"),
    (
        "when",
        _CLAUSE
        + rf"(?:when\s{_AUXILIARY}"
        + r"|(?:at|by|from|until)?\s?(?:what|which)\s(?:time|date|day|year|month)"
        + r"|what\sis\sthe\s(?:deadline|date)|on\s(?:what|which)\s(?:day|date))\b",
    ),
    ("where", _CLAUSE + r"(?:where|(?:at|in)\s(?:what|which)\s(?:place|location))\b"),
    ("who", _CLAUSE + r"(?:who|whom)\b"),
    (
        "how to",
        _CLAUSE
        + r"(?:how\s(?:do|can|could|should|would|to|may|might)\b"
        + r"|what\s(?:is|are)\sthe\s(?:\w+\s)?(?:steps?|way|process|procedure)\b)",
    ),
    (
        "whether",
        r"^(?:can|could|may|is|are|was|were|do|does|did|will|would|should|has|have|had|must)\b",
    ),
)
