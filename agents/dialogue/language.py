"""Which of the assistant's languages a text is in."""

from __future__ import annotations

import re
from typing import Final, Literal

Language = Literal["en", "de"]

_GERMAN: Final = re.compile(
    r"\b(?:ich|und|der|die|das|dem|den|des|ein|eine|einen|einem|einer|kein|keine|nicht|ist|sind|"
    r"war|waren|hat|habe|haben|hast|wird|werden|würde|mir|mich|mein|meine|meinen|meiner|dir|dich|"
    r"du|dein|deine|er|sie|wir|uns|unser|unsere|für|mit|von|vom|zum|zur|bei|beim|nach|aus|auf|an|"
    r"am|im|um|über|unter|ohne|gegen|zu|wie|was|wer|wo|wann|warum|wieso|welche|welcher|welches|"
    r"wenn|weil|dass|ob|aber|oder|auch|noch|schon|nur|sehr|mehr|möchte|will|kann|kannst|können|"
    r"muss|soll|sollte|bitte|danke|hallo|guten|ja|nein|doch|gern|gerne|hilf|heute|morgen|"
    r"\w{3,}(?:ieren|ungen|ung|keit|heit|schaft|lich|ische?n?)|"
    r"planen|plane|lernen|finden|kaufen|suchen|machen|buchen|wählen|schreiben|bekommen|laufen)\b"
    r"|[äöüß]",
    re.IGNORECASE,
)
_ENGLISH: Final = re.compile(
    r"\b(?:i|and|the|a|an|not|is|are|was|were|has|have|had|be|me|my|your|our|us|they|he|she|for|"
    r"with|from|how|what|which|who|where|when|why|want|hello|to|on|at|by|we|please|thanks|thank|"
    r"can|could|would|should|help|plan|in|of|it|its|you|do|does|did|this|that|there|if|but|or|"
    r"about|some|any|all|no|yes|will|book|buy|find|choose|learn|make|pick|get|new)\b",
    re.IGNORECASE,
)


def language_of(text: str) -> Language:
    """The language of a text; English where it has no mark of either."""
    return spoken_language(text) or "en"


def spoken_language(text: str) -> Language | None:
    """The language of a text: the one whose marks prevail; None where neither's do.

    Marks are common words, endings and letters: "900" and "Lisbon" have none.
    """
    german, english = len(_GERMAN.findall(text)), len(_ENGLISH.findall(text))
    if german == english:
        return None
    return "de" if german > english else "en"
