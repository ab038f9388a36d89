"""How the user sounds, from a small lexicon.

Confusion is hard to tell from words (the best F1 measured was 0.28), so a mood only ever
chooses the wording of a reply.
"""

from __future__ import annotations

import re
from typing import Final

from agents.dialogue.messages import Mood


def _any_of(*phrases: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(phrases)})(?!\w)", re.IGNORECASE)


_CUES: Final[tuple[tuple[Mood, re.Pattern[str]], ...]] = (
    (
        Mood.FRUSTRATED,
        _any_of(
            r"useless", r"annoying", r"annoyed", r"frustrat\w+", r"not help(?:ing|ful)", r"fed up",
            r"you (?:already|keep) ask\w*", r"i (?:just|already) (?:told|said)", r"ridiculous",
            r"waste of (?:my )?time", r"nervt?", r"nutzlos", r"reicht mir",
        ),
    ),
    (
        Mood.CONFUSED,
        _any_of(
            r"confus\w+", r"(?:do not|don't|didn't|can't) (?:understand|follow|get it)",
            r"not sure what you", r"what do you mean", r"what does that mean", r"makes? no sense",
            r"unclear", r"i'm lost", r"huh", r"verstehe (?:ich )?(?:das )?nicht", r"verwirrt",
            r"was meinst du",
        ),
    ),
    (
        Mood.SATISFIED,
        _any_of(
            r"thanks", r"thank you", r"perfect", r"great", r"awesome", r"brilliant", r"love it",
            r"exactly what i", r"danke", r"super", r"perfekt",
        ),
    ),
)  # fmt: skip


def mood_of(text: str) -> Mood:
    """The mood of one message; frustration outranks confusion, which outranks satisfaction."""
    for mood, cues in _CUES:
        if cues.search(text):
            return mood
    return Mood.NEUTRAL
