"""Answers that choose by place among what a question offers: "the first one", "the latter"."""

from __future__ import annotations

import re
from typing import Final

_OFFERS: Final = re.compile(r"\b(?:or|oder)\b", re.IGNORECASE)
_PLACE: Final = (
    r"1st|2nd|3rd|first|second|third|last|former|latter"
    r"|erste[rsnm]?|zweite[rsnm]?|dritte[rsnm]?|letzte[rsnm]?|erstere[rsnm]?|letztere[rsnm]?"
)
_WISH: Final = (
    r"(?:(?:i'?d |i would |i'?ll |ich )?(?:like|prefer|take|choose|go (?:for|with)|nehme|möchte) )?"
    r"(?:rather |lieber )?"
)
_PICKS: Final = re.compile(
    rf"{_WISH}(?:the |die |das |der |den )?(?:very )?(?:{_PLACE})"
    r"(?: (?:one|option|choice|möglichkeit|variante))?(?:,? (?:please|bitte|thanks|danke))?[.! ]*",
    re.IGNORECASE,
)


def picks(question: str, reply: str) -> bool:
    """Whether a reply does nothing but choose by its place one of what a question offers.

    Args:
        question: As the step asks it; it offers something where it has an "or".
    """
    return bool(_OFFERS.search(question)) and bool(_PICKS.fullmatch(reply.strip()))
