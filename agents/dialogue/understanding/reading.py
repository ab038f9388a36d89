"""Makes a text readable for cues, and builds the patterns that cues are.

What is quoted, code or an address is not said by the user: its characters are replaced by
letters that no cue knows, one by one, so that places in the text stay what they are.
"""

from __future__ import annotations

import re
from typing import Final

_TYPOGRAPHY: Final = str.maketrans({"’": "'", "ʼ": "'", "`": "'", "\u00a0": " ", "\u202f": " "})
_CODE: Final = re.compile(r"```.*?(?:```|$)|`[^`\n]{1,300}`", re.DOTALL)
_QUOTED: Final = re.compile(
    r"(?<!\w)(?:\"[^\"\n]{1,300}\"|“[^”\n]{1,300}”|„[^“”\n]{1,300}[“”]|«[^»\n]{1,300}»)(?!\w)"
)
_ADDRESS: Final = re.compile(r"\b(?:https?://|www\.)\S+")
_STANDS_FOR: Final = "x"

_LEAD: Final = re.compile(
    r"(?:(?:ok(?:ay)?|well|so|oh|ah|um+|uh|hm+|right|alright|then|now|just|please|sorry|hey|and|"
    r"but|also|wait|hold on|hang on|look|you know what|yes|yeah|no|nope|maybe|actually|perhaps|"
    r"i think|i guess|bitte|gut|na|naja|na gut|also|[äa]h|[äa]hm|dann|jetzt|und|aber|moment|warte|"
    r"halt|ach|ja|nein|n[öo]|eigentlich|vielleicht|komm|entschuldigung|sorry)"
    r"(?!\w)[\s,.:;!…–—-]*)+",
    re.IGNORECASE,
)
_TRAIL: Final = re.compile(
    r"(?:[\s,.:;!…–—-]+(?:please|for now|right now|now|then|thanks|thank you|ok(?:ay)?|"
    r"i think|i guess|if (?:you don't mind|possible|i may|that's ok(?:ay)?)|actually|alright|"
    r"bitte|erst ?mal|mal|jetzt|dann|danke|einfach|lieber|wieder|eigentlich))+$",
    re.IGNORECASE,
)
_DIRECTIVE: Final = re.compile(
    r"(?:(?:can|could|shall|should|may|might|would|will) (?:we|i|you|u)(?: please| just| maybe)*|"
    r"let's(?: just)?|let us|lets|let me(?: just)?|i(?:'d| would)? (?:just )?"
    r"(?:like|love|want|wish|need|prefer) to|i'd|i would|i wanna|i(?:'ll| will| am going to)|"
    r"we (?:can|could|should)|you (?:can|could|should)|is it (?:ok|okay|possible|fine) to|"
    r"do you mind if (?:we|i)|how about we|why don't we|what if we|"
    r"feel free to) ",
    re.IGNORECASE,
)
_EDGES: Final = re.compile(r"^[\s\W]+|[\s\W]+$")


def masked(text: str) -> str:
    """The text with what is quoted, code or an address made unreadable; of the same length.

    A text that is one quotation as a whole is read as what it quotes.
    """
    plain = text
    if _CODE.fullmatch(plain.strip()) is None:
        plain = _CODE.sub(_hidden, plain)
    plain = plain.translate(_TYPOGRAPHY)
    if _QUOTED.fullmatch(plain.strip()) is None:
        plain = _QUOTED.sub(_hidden, plain)
    return _ADDRESS.sub(_hidden, plain)


def _hidden(found: re.Match[str]) -> str:
    return _STANDS_FOR * len(found[0])


def cue(*alternatives: str) -> re.Pattern[str]:
    """Any of the alternatives, from a word's beginning to a word's end."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(alternatives)})(?!\w)", re.IGNORECASE)


def opening(*alternatives: str, after: str = "", end: str = "") -> re.Pattern[str]:
    """Any of the alternatives at the beginning."""
    return re.compile(rf"^{after}(?:{'|'.join(alternatives)})(?!\w){end}", re.IGNORECASE)


def whole(*alternatives: str) -> re.Pattern[str]:
    """Any of the alternatives as all that is said; to be matched with what `bare` gives."""
    reason = r"(?:[\s,]+(?:because|since|as|weil|da|denn)\s.*)?"
    return re.compile(rf"(?:{'|'.join(alternatives)}){reason}\Z", re.IGNORECASE | re.DOTALL)


def trimmed(clause: str) -> str:
    """The clause from its first word to its last, white space made single spaces."""
    return " ".join(_EDGES.sub("", clause).split())


def bare(clause: str) -> str:
    """The clause without the small words around what it says: "ok, skip it please" is "skip it".

    A clause of nothing but such words is kept.
    """
    said = trimmed(clause)
    kept = _TRAIL.sub("", _after(_LEAD, said))
    return kept or said


def wanted(clause: str) -> str:
    """What a clause would have done: "could we please skip this?" is "skip this"."""
    return _after(_DIRECTIVE, bare(clause))


def _after(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.match(text)
    return text[found.end() :] if found and found.end() < len(text) else text
