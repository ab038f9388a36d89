"""What the user lets us know in passing: preferences, kept with the conversation."""

from __future__ import annotations

import re
from typing import Final

_PATTERNS: Final = (
    ("dislikes", r"\bi (?:do not|don't|really don't) (?:like|want) ([^.!?;\n]+)"),
    ("dislikes", r"\bi (?:hate|dislike|avoid) ([^.!?;\n]+)"),
    ("prefers", r"\bi(?:'d| would) (?:rather|prefer) (?:have |to )?([^.!?;\n]+)"),
    ("prefers", r"\bi prefer ([^.!?;\n]+)"),
    ("likes", r"\bi (?:really )?(?:like|love|enjoy) ([^.!?;\n]+)"),
)
_STATEMENTS: Final = tuple((kind, re.compile(cue, re.IGNORECASE)) for kind, cue in _PATTERNS)
_LONGEST: Final = 120


def preferences_in(text: str) -> dict[str, str]:
    """The preferences that a message states: {"prefers" | "likes" | "dislikes": what}.

    Values are at most 120 characters; of several statements of one kind the first counts.
    """
    found: dict[str, str] = {}
    for kind, pattern in _STATEMENTS:
        if match := pattern.search(text):
            found.setdefault(kind, match.group(1).strip()[:_LONGEST])
    return found
