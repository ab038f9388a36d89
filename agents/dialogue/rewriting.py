"""Rewrites a message that leans on its conversation into a question that stands alone.

Only where the configured model is strong enough to write it, and then with checks: in doubt there
is no rewrite, and the message is answered in its context.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence
from typing import Final, Protocol

from ag2 import Agent, MemoryStream
from ag2.config import ModelConfig

from agents.calling import calling
from agents.dialogue import prompts
from agents.errors import ModelError
from cache import judge
from cache.standalone.reading import Reading, stem

logger = logging.getLogger(__name__)

SECONDS: Final = 5.0
"""Longest wait for a rewrite; the answer has to wait for it."""
LONGEST: Final = 300
"""Characters of a rewrite; a longer one has taken in more than was asked."""
LAST_EXCHANGES: Final = 4
LONGEST_TURN: Final = 800

_NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*")
_CAPITAL = re.compile(r"[^\W\d_][\w'-]*")
_NEGATION = re.compile(r"\b(?:not|no|never|without|nicht|nie|kein\w*|ohne)\b|n't\b", re.IGNORECASE)
_LEAST_KEPT: Final = 0.5
_STEM: Final = 4

Exchange = tuple[str, str]
"""What the user said, and what the assistant answered."""


class Rewriter(Protocol):
    """Makes questions that stand alone."""

    async def rewrite(self, message: str, before: Sequence[Exchange]) -> str | None:
        """A question that asks the same and stands alone; None where there is none to be had.

        Args:
            before: The exchanges before, oldest first.
        """


class ModelRewriter:
    """Lets the chat model write it: one call, within a time limit.

    Args:
        model: One that is strong enough; a small one makes things up.
        seconds: Longest wait, from 0.
    """

    def __init__(self, model: ModelConfig, *, seconds: float = SECONDS) -> None:
        self._agent = Agent("rewriter", prompts.REWRITER, config=model)
        self._seconds = seconds

    async def rewrite(self, message: str, before: Sequence[Exchange]) -> str | None:
        """See `Rewriter`. A failure, a timeout and a doubt are all None."""
        if not before:
            return None
        shown = [(said[:LONGEST_TURN], answer[:LONGEST_TURN]) for said, answer in before]
        text = prompts.to_rewrite(message, shown[-LAST_EXCHANGES:])
        try:
            with calling(agent="rewriter"):
                async with asyncio.timeout(self._seconds):
                    reply = await self._agent.ask(text, stream=MemoryStream())
        except (ModelError, TimeoutError) as error:
            logger.info("no rewrite: %s", type(error).__name__)
            return None
        written = " ".join((reply.response.content or "").split()).strip('"')
        against = doubt(written, message, [part for pair in before for part in pair])
        if against:
            logger.info("the rewrite is not used: it %s", against)
            return None
        return written


def doubt(rewrite: str, message: str, before: Sequence[str]) -> str:
    """Why a rewrite is not to be trusted, "" where nothing speaks against it.

    Args:
        rewrite: What the model wrote.
        message: What the user said.
        before: All that was said before, by either side.
    """
    if not rewrite or len(rewrite) > LONGEST:
        return "is empty or too long"
    judgement = judge(rewrite, first=False)
    if not judgement.standalone:
        return f"does not stand alone: it {judgement.reason}"
    if not _marks(message) <= _marks(rewrite):
        return "leaves out a number or a name"
    if not _marks(rewrite) <= _words(" ".join((message, *before))):
        return "brings in a number or a name that nobody said"
    if bool(_NEGATION.search(rewrite)) != bool(_NEGATION.search(message)):
        return "turns yes into no"
    return "" if _keeps(rewrite, message) else "asks for something else"


def _marks(text: str) -> frozenset[str]:
    """Its numbers, and its words with a capital but the first, in lower case."""
    numbers = set(_NUMBER.findall(text))
    names = {part for name in Reading(text).names for part in name.parts}
    inside = {
        stem(found.group().lower())
        for found in _CAPITAL.finditer(text)
        if found.start() > 0 and found.group()[0].isupper() and found.group() != "I"
    }
    return frozenset(numbers | names | inside)


def _words(text: str) -> frozenset[str]:
    """Its words and numbers, in lower case."""
    words = {stem(found.group().lower()) for found in _CAPITAL.finditer(text)}
    return _marks(text) | words


def _keeps(rewrite: str, message: str) -> bool:
    """Whether most of what the message says of a subject is still there, inflected or not."""
    wanted = {word[:_STEM] for word in Reading(message).content}
    kept = {word[:_STEM] for word in Reading(rewrite).words}
    return not wanted or len(wanted & kept) / len(wanted) >= _LEAST_KEPT
