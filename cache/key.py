"""What makes two questions the same, and who may share an answer."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass, field

from cache.errors import ScopeError

_TRAILING = " .?。"
_NORMALISING_ROUNDS = 4
_SURROGATE = re.compile("[\ud800-\udfff]")


def readable(text: str) -> str:
    """The text as it can be stored: lone surrogates, which UTF-8 cannot hold, become U+FFFD."""
    return _SURROGATE.sub("\ufffd", text)


def normalise(text: str) -> str:
    """The exact tier's key: what stays of a text when writing habits are taken off.

    NFKC (UAX #15), case folding, runs of white space as one space, and no trailing ``. ! ? …``.
    Idempotent. A text of nothing but punctuation keeps it. An exclamation mark after a digit
    stays: 5! is another number than 5.
    """
    folded = text
    for _ in range(_NORMALISING_ROUNDS):
        again = _fold(folded)
        if again == folded:
            break
        folded = again
    return folded


def key_of(question: str) -> str:
    """SHA-256 (hex) of the normalised question: of one length, however long the question is."""
    return hashlib.sha256(readable(normalise(question)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Scope:
    """A hard partition of the cache: an entry is never seen from another scope.

    :ivar owner: whose conversation it is; blank in the shared scope.
    :ivar conversation: which conversation; blank in the shared scope.
    :ivar prompt: fingerprint of the persona and system prompt the answer was given under.
    :ivar model: fingerprint of the model and its parameters.
    :ivar purpose: what the text is for: ``answer``, ``plan``, ...
    :ivar context: fingerprint of what the answer leans on (history, step, facts); blank if nothing.
    :ivar language: which language is answered in; blank where the question alone decides.
    :ivar knowledge: which state of the knowledge base the answer was given from; blank without one.
    :ivar plan: which plan the answer depends on; blank if none.
    :ivar step: which of its steps; blank if none.
    :ivar id: SHA-256 (hex, 64 characters) of the fields as a JSON list, which no two scopes share.
    """

    owner: str
    conversation: str
    prompt: str
    model: str
    purpose: str = "answer"
    context: str = ""
    language: str = ""
    knowledge: str = ""
    plan: str = ""
    step: str = ""
    id: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """:raises ScopeError: with an owner and no conversation, or the other way round."""
        if bool(self.owner) != bool(self.conversation):
            raise ScopeError(self.owner, self.conversation)
        object.__setattr__(self, "id", self._fingerprint())

    @classmethod
    def shared_by_all(
        cls,
        *,
        prompt: str,
        model: str,
        purpose: str = "answer",
        language: str = "",
        knowledge: str = "",
    ) -> Scope:
        """The scope of standalone questions, answered without any context."""
        return cls(
            owner="",
            conversation="",
            prompt=prompt,
            model=model,
            purpose=purpose,
            language=language,
            knowledge=knowledge,
        )

    @classmethod
    def of_conversation(
        cls,
        *,
        owner: str,
        conversation: str,
        prompt: str,
        model: str,
        context: str = "",
        purpose: str = "answer",
        language: str = "",
        knowledge: str = "",
        plan: str = "",
        step: str = "",
    ) -> Scope:
        """The scope of one conversation.

        :raises ScopeError: where owner or conversation is blank.
        """
        if not owner or not conversation:
            raise ScopeError(owner, conversation)
        return cls(
            owner,
            conversation,
            prompt,
            model,
            purpose,
            context,
            language,
            knowledge,
            plan,
            step,
        )

    @property
    def shared(self) -> bool:
        """Whether everybody may be served from here."""
        return not self.owner

    def _fingerprint(self) -> str:
        first = (
            self.owner,
            self.conversation,
            self.prompt,
            self.model,
            self.purpose,
            self.context,
        )
        later = (self.language, self.knowledge, self.plan, self.step)
        # Lists of six and of ten are never equal, and six were all that schema version 1 had.
        fields = first + later if any(later) else first
        return hashlib.sha256(json.dumps(fields).encode()).hexdigest()


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    collapsed = " ".join(folded.split())
    return _without_trailing_punctuation(collapsed) or collapsed


def _without_trailing_punctuation(text: str) -> str:
    while True:
        shorter = text.rstrip(_TRAILING)
        if shorter.endswith("!") and not shorter[-2:-1].isdigit():
            shorter = shorter[:-1]
        if shorter == text:
            return text
        text = shorter
