"""Which texts are goals that can be planned for."""

from __future__ import annotations

import re
from typing import Final

_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_INSULT: Final = re.compile(
    r"\b(?:you(?:'re| are|r)?|u|du|ihr|sie|dich|dir)\b.{0,20}?"
    r"\b(?:idiots?|morons?|stupid|dumb(?:ass)?|useless|suck|loser|bastard|bitch|asshole|trash|"
    r"garbage|idiot|dumm|bl[öo]d|d[äa]mlich|nutzlos|arschloch|wichser|penner|trottel|versager)\b"
    r"|\b(?:fuck (?:you|off)|shut up|screw you|piss off|go to hell|arschloch|wichser|"
    r"verpiss dich|fick dich|halt(?:'s| die) (?:maul|klappe|fresse)|leck mich)\b"
    r"|^\W*(?:(?:stupid|dumb|useless|fucking|dummer?|bl[öo]der?|verdammter?) )+\w+\W*$",
    re.IGNORECASE,
)
_MOST_WORDS_OF_AN_INSULT: Final = 10
"""Who is only rude says little; a longer text may have a goal in it, however it is put."""


def is_goal(text: str) -> bool:
    """Whether there is anything to plan for: a word of two letters at least, and no insult.

    Symbols, digits, emoji and single letters are nothing to plan for.
    """
    return bool(_WORD.search(text)) and not is_insult(text)


def is_insult(text: str) -> bool:
    """Whether the text does little else than insult."""
    return len(text.split()) <= _MOST_WORDS_OF_AN_INSULT and bool(_INSULT.search(text))
