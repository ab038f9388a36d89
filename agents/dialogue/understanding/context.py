"""What a message is read against, and what one clause of it does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from agents.dialogue.messages import MessageType, Request


def _nothing() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Context:
    """What a message was said into.

    Attributes:
        question: What the assistant last asked, "" for nothing.
        offered: Whether it offered something and waits for a yes or a no.
        in_plan: Whether a step is open.
        expected: What kind of reply the step hopes for.
        topic: What the conversation was about before.
        facts: What is known, by name.
        just_corrected: Whether the last thing was a correction, that a "never mind" takes back.
    """

    question: str = ""
    offered: bool = False
    in_plan: bool = False
    expected: str = ""
    topic: str = ""
    facts: Mapping[str, str] = field(default_factory=_nothing)
    just_corrected: bool = False

    @property
    def told(self) -> MessageType:
        """What a statement is."""
        return MessageType.ANSWER if self.in_plan else MessageType.TOPIC_INTRODUCED

    @property
    def has_past(self) -> bool:
        """Whether there is something that can be changed or passed over."""
        return self.in_plan or self.offered or self.just_corrected or bool(self.facts)

    @property
    def waits_for_yes(self) -> bool:
        """Whether a yes or a no would say something: to an offer, or to a question that takes
        one."""
        return self.offered or self.asks_yes_or_no

    @property
    def asks_yes_or_no(self) -> bool:
        """Whether the question is one that a yes or a no answers."""
        asked = [found[0] for found in _SENTENCES.finditer(self.question) if "?" in found[0]]
        return bool(asked) and bool(_YES_OR_NO.match(asked[-1])) and not _CHOICE.search(asked[-1])

    def shares_words(self, text: str) -> bool:
        """Whether a longer word of the text was spoken of."""
        known = (*self.facts, *self.facts.values())
        spoken = " ".join((self.question, self.expected, self.topic, *known))
        return bool(words(text) & words(spoken))


@dataclass(frozen=True, slots=True)
class Act:
    """What one clause does; `open` where it has no meaning without what follows."""

    kind: MessageType
    text: str
    request: Request | None = None
    open: bool = False


def words(text: str) -> set[str]:
    """The words of at least four letters, in one case."""
    return {found[0].casefold() for found in _WORD.finditer(text)}


_WORD: Final = re.compile(r"[^\W\d_]{4,}")
_YES_OR_NO: Final = re.compile(
    r"\W*+(?:(?:and|so|ok(?:ay)?|then|well|great|thanks|und|also|gut)\W+)*(?:is|are|am|was|were|"
    r"do|does|did|can|"
    r"could|would|should|shall|will|has|have|had|may|might|isn't|aren't|don't|doesn't|"
    r"any(?:thing|one)?|ready|"
    r"ist|sind|bist|hast|haben|habt|hat|kann|kannst|k[öo]nnen|willst|wollen|m[öo]chtest|"
    r"m[öo]chten|soll|"
    r"sollen|darf|muss|magst|brauchst|brauchen|gibt|noch|wird|w[üu]rdest|stimmt|passt|"
    r"gef[äa]llt)\b",
    re.IGNORECASE,
)
_CHOICE: Final = re.compile(r"(?<!\w)(?:or|oder)(?! (?:not|nicht|no|nein)\b)(?!\w)", re.IGNORECASE)
_SENTENCES: Final = re.compile(r"[^.!?\n]+[.!?\n]*")
