"""The kinds of value that a step may ask for and a reply may give."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """A kind of value. What fits none of the others is TEXT."""

    MONEY = "money"
    DATE = "date"
    TIME = "time"
    DURATION = "duration"
    NUMBER = "number"
    PLACE = "place"
    NAME = "name"
    YES_NO = "yes_no"
    CHOICE = "choice"
    TEXT = "text"


TYPED: Final = (
    Kind.MONEY,
    Kind.DATE,
    Kind.TIME,
    Kind.DURATION,
    Kind.NUMBER,
    Kind.PLACE,
    Kind.NAME,
)
"""Those that are recognised in a reply by their form."""
