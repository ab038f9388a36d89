"""What keeps a message from being shared, however well it can be understood alone.

Each rule gives a reason, or None where it has nothing against the message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from cache.personal import personal_data
from cache.standalone.features import elliptic, opens
from cache.standalone.reading import Reading
from cache.standalone.words import words_of

LONGEST_CHARACTERS: Final = 400
"""Longer messages tell of somebody's own affairs, or carry a document of theirs."""

Rule = Callable[[Reading], str | None]

_IDENTIFIER = re.compile(r"\d(?:[\s().-]*\d){6,}")
_US = re.compile(r"\b[Uu]s\b")
_ABOUT_ME = re.compile(
    r"(?<!do )\bi (?:am|was|live|work|had|like|love|hate|think|feel|got|just|don't|can't|didn't|"
    r"bought|prefer|wish|would|will|know|tried|lost)\b"
    r"|(?<!do )(?<!should )\bi (?:have|need|want)\b"
    r"|\b(?:call me|name is|named me|heiße|bin)\b"
)
_ME = re.compile(
    r"\bi (?:am|was|live|work|have|had|need|want|like|love|hate|think|feel|got|just|don't|can't|"
    r"didn't|bought|prefer|wish|would|will|know|tried|lost)\b(?! to \w+ \w+ \w+)"
    r"|\b(?:call me|name is|named me|heiße|bin)\b"
)
_ME = re.compile(r"\bme\b")
_REQUEST_TO_ME = re.compile(
    r"\b(?:tell|give|show|teach|help|explain to|remind|find|send|write|get|make|recommend|suggest)"
    r" me\b"
)
_YOU_SAID = re.compile(
    r"\b(?:did|what|as) you say\b"
    r"|\byou (?:said|mean|meant|mentioned|told|suggested|recommended|gave|wrote|just|were|did)\b"
    r"|\b(?:hast du|du hast|meinst du|sagtest)\b"
)
_THE_CONVERSATION = re.compile(
    r"\b(?:this|the|that|our) (?:article|conversation|chat|discussion|answer|reply|text above)\b"
    r"|\bwe (?:talking|discussing)\b|\b(?:we|we're|are we) talking about\b"
)
_REPLIES: Final = words_of("yes yeah yep no nope ok okay sure thanks thank ja nein danke")


def _too_short(said: Reading) -> str | None:
    least = 2 if said.words[:1] and said.words[0] in said.lexicon.requesting else 3
    return None if len(said.words) >= least else "too short to stand alone"


def _too_long(said: Reading) -> str | None:
    return "long enough to be personal" if len(said.text) > LONGEST_CHARACTERS else None


def _is_personal(said: Reading) -> str | None:
    kind = personal_data(said.text)
    return None if kind is None else f"holds {kind}"


def _identifies(said: Reading) -> str | None:
    """An order, an account, a call: whatever it is, it is somebody's."""
    return "holds a long number" if _IDENTIFIER.search(said.text) else None


def _speaks_of_the_speakers(said: Reading) -> str | None:
    for word in said.words:
        if word in said.lexicon.personal and not _asks_how_to(said, word):
            return f"speaks of the speakers ({word!r})"
    if _US.search(said.text):
        return "speaks of the speakers ('us')"
    if _ABOUT_ME.search(said.lower) or _ME.search(_REQUEST_TO_ME.sub("", said.lower)):
        return "speaks of the person who asks"
    return "leans on what the assistant said" if _YOU_SAID.search(said.lower) else None


def _asks_how_to(said: Reading, word: str) -> bool:
    """ "Wie entferne ich ..." asks for anybody, as "How do I ..." does."""
    return said.german and word in {"ich", "wir"} and said.words[0] in {"wie", "wo", "womit"}


def _speaks_of_the_conversation(said: Reading) -> str | None:
    found = _THE_CONVERSATION.search(said.lower)
    return "speaks of the conversation" if found else None


def _replies(said: Reading) -> str | None:
    first = said.words[0] if said.words else ""
    return f"answers what was said ({first!r})" if first in _REPLIES else None


def _goes_on_half(said: Reading) -> str | None:
    """ "And with breakfast?": the verb is in what was said before."""
    return "carries on without a verb of its own" if opens(said) and elliptic(said) else None


def _leans_on_the_moment(said: Reading) -> str | None:
    for word in said.words:
        if word in said.lexicon.moment:
            return f"its answer changes with the moment ({word!r})"
    return None


def _asks_nothing(said: Reading) -> str | None:
    words = [word for word in said.words[:2] if word not in {"please", "bitte"}]
    opens = bool(words) and words[0] in (
        said.lexicon.asking | said.lexicon.auxiliaries | said.lexicon.requesting
    )
    return None if said.text.endswith("?") or opens else "neither a question nor a request"


RULES: Final[Sequence[Rule]] = (
    _too_short,
    _too_long,
    _is_personal,
    _identifies,
    _speaks_of_the_speakers,
    _speaks_of_the_conversation,
    _replies,
    _goes_on_half,
    _leans_on_the_moment,
    _asks_nothing,
)


def reason_against(said: Reading) -> str | None:
    """The first reason against sharing, None where no rule has one."""
    reasons = (rule(said) for rule in RULES)
    return next((reason for reason in reasons if reason is not None), None)
