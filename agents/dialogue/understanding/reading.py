"""Makes a text readable for cues, and builds the patterns that cues are.

What is quoted, code or an address is not said by the user: its characters are replaced by
letters that no cue knows, one by one, so that places in the text stay what they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
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
    r"(?:like|love|want|wish|need|prefer|have|got) to|i(?:'ve| have) got to|i must|i'd|i would|"
    r"i wanna|i(?:'ll| will| am going to)|"
    r"we (?:can|could|should)|you (?:can|could|should)|is it (?:ok|okay|possible|fine) to|"
    r"do you mind if (?:we|i)|how about we|why don't we|what if we|"
    r"feel free to|"
    r"(?:k[öo]nnen wir|k[öo]nnten wir|kann ich|k[öo]nnte ich|darf ich|sollen wir|lass uns|lasst "
    r"uns|"
    r"ich m[öo]chte|ich will|ich muss|ich w[üu]rde|wir m[öo]chten|wir wollen|wir m[üu]ssen|"
    r"kannst du|k[öo]nntest du|k[öo]nnen sie)"
    r"(?: (?:bitte|gerne?|lieber|mal|noch ?mal|jetzt|einfach|doch))*) ",
    re.IGNORECASE,
)
_SPACE: Final = re.compile(r"\s")
_BEGINS: Final = re.compile(r"[.!?\n]\s+(?=\w)")
_WORDS: Final = re.compile(r"\w(?:.*\w)?", re.DOTALL)
_RUN: Final = re.compile(r"(\W)\1{2,}")


LONGEST_READ: Final = 800
"""Characters up to which all of a message is read; of more, as many at the beginning and at the end
as make half of it each. What pages of text want is said there."""


def stretches(text: str) -> tuple[tuple[int, int], ...]:
    """The beginning, the middle and the end of a long text; else all of it.

    The beginning is cut at white space, the end begins with a sentence; it is empty where none
    begins there. The middle is to be taken as told, whatever stands in it.
    """
    if len(text) <= LONGEST_READ:
        return ((0, len(text)),)
    half = LONGEST_READ // 2
    space = _SPACE.search(text, half, half + half // 2)
    first = space.start() if space else half
    sentence = _BEGINS.search(text, len(text) - half)
    last = sentence.end() if sentence else len(text)
    return (0, first), (first, last), (last, len(text))


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
    """Any of the alternatives as all that is said; to be matched with `Clause.bare`."""
    reason = r"(?:[\s,]+(?:because|since|as|weil|da|denn)\s.*)?"
    return re.compile(rf"(?:{'|'.join(alternatives)}){reason}\Z", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause in the forms that cues are looked for in.

    Attributes:
        text: As it was said.
        plain: Without what no cue may read, runs of spaces and signs cut short.
        trimmed: From its first word to its last.
        bare: Without the small words around it: "ok, skip it please" is "skip it".
        wanted: What it would have done: "could we please skip this?" is "skip this".
    """

    text: str
    plain: str
    trimmed: str
    bare: str
    wanted: str


def clause_of(text: str, plain: str) -> Clause:
    """The clause, made readable; `plain` is the text as `masked` gives it."""
    plain = shortened(plain)
    words = trimmed(plain)
    kept = _TRAIL.sub("", _after(_LEAD, words)) or words
    return Clause(text, plain, words, kept, _after(_DIRECTIVE, kept))


def shortened(plain: str) -> str:
    """The text with single spaces, and no sign more than twice in a row."""
    return _RUN.sub(r"\1\1", " ".join(plain.split()))


def trimmed(plain: str) -> str:
    """The text from its first word to its last; "" where it has none."""
    found = _WORDS.search(plain)
    return found[0] if found else ""


def _after(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.match(text)
    return text[found.end() :] if found and found.end() < len(text) else text
