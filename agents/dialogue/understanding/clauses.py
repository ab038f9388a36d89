"""Takes a message apart into the clauses that can each do something of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from agents.dialogue.understanding.asking import opens_question
from agents.dialogue.understanding.social import says_no, social_end, social_start

MOST_SENTENCES: Final = 16
"""Ends of sentences that are looked at; what comes after them is one clause."""

Spans = tuple[tuple[int, int], ...]
"""Beginnings and ends, in order."""

_SENTENCE_END: Final = re.compile(r"[.!?…]+[\"'”“»)\]*_]*(?=\s)|[\n;]+")
_NO_END: Final = re.compile(
    r"(?:(?<!\w)(?:mr|mrs|ms|dr|prof|st|vs|e\.g|i\.e|etc|approx|no|nr|ca|bzw|ggf|inkl|u\.a|usw|"
    r"z\.\s?b|d\.\s?h|p\.m|a\.m|\w)|(?<!\d)\d{1,2})\.$",
    re.IGNORECASE,
)
_TURNING: Final = re.compile(
    r"(?:\s*[,–—:]\s*|\s+-+\s+|\s+)(?:(?:and|but|also|oh|by the way|btw|und|aber|ach|"
    r"[üu]brigens)(?!\w)[\s,]*)*(?=\w)",
    re.IGNORECASE,
)
_DEPENDS: Final = re.compile(
    r"\W*+(?:if|when|once|since|as|because|before|after|while|for|in|at|on|with|about|regarding|"
    r"given|assuming|wenn|falls|da|weil|bevor|nachdem|sobald|f[üu]r|bei|mit)\b",
    re.IGNORECASE,
)
_ASKED_ABOUT: Final = re.compile(
    r"\b(?:know|wonder|see|tell|ask|understand|sure|idea|say|decide|explain|wei[sß]+|frage|"
    r"sag(?:en)?|verstehe)(?: me| you| mir| dir| us)?\s*,?\s*(?:\b(?:and|or|und|oder)\b\s*)?$",
    re.IGNORECASE,
)


def clauses(plain: str) -> Spans:
    """Where each clause begins and ends; together they are the whole text, in order.

    Sentences are clauses; greetings, thanks, farewells and a bare yes or no around something
    else are clauses of their own, and so is a question that follows a statement.

    Args:
        plain: The text as `reading.masked` gives it.
    """
    spans: list[tuple[int, int]] = []
    for start, end in _sentences(plain):
        spans.extend(_within(plain, start, end))
    return tuple(spans)


def _sentences(plain: str) -> Iterator[tuple[int, int]]:
    start, last = 0, _last_word(plain)
    for found in islice(_SENTENCE_END.finditer(plain), MOST_SENTENCES):
        end = found.end()
        dotted = found[0] == "." and _NO_END.search(plain, max(start, end - 8), end)
        if dotted or end > last or not _says(plain, start, end):
            continue
        yield start, end
        start = end
    yield start, len(plain)


def _last_word(plain: str) -> int:
    """Where the last thing begins that says something; -1 without one."""
    return next((at for at in range(len(plain) - 1, -1, -1) if _says(plain, at, at + 1)), -1)


def _within(plain: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    stop = start + len(plain[start:end].rstrip())
    if says_no(plain[start:stop]) or not _says(plain, start, stop):
        yield start, end
        return
    while (cut := social_start(plain[start:stop])) and _says(plain, start + cut, stop):
        yield start, start + cut
        start += cut
    cut = social_end(plain[start:stop])
    last = start + cut if cut and _says(plain, start, start + cut) else end
    turn = _question_after(plain[start : min(last, stop)])
    if turn:
        yield start, start + turn
    yield start + turn, last
    if last < end:
        yield last, end


def _question_after(clause: str) -> int:
    """Where a question begins that follows a statement; 0 for nowhere."""
    if opens_question(clause) or _DEPENDS.match(clause):
        return 0
    marked = clause.rstrip(" \t\n\"')*_").endswith("?")
    for found in _TURNING.finditer(clause):
        rest = clause[found.end() :]
        turning = found[0].strip()
        if not turning or not clause[: found.start()].strip():
            continue
        if _ASKED_ABOUT.search(clause, max(0, found.start() - 40), found.start()):
            continue
        if opens_question(rest, strictly=not marked):
            return found.start() + len(found[0]) - len(found[0].lstrip(" ,:–—-\t"))
    return 0


def _says(plain: str, start: int, end: int) -> bool:
    return any(letter.isalnum() or ord(letter) > _LAST_PUNCTUATION for letter in plain[start:end])


_LAST_PUNCTUATION: Final = 0x2190
"""From here on Unicode has symbols that say something by themselves, emoji among them."""
