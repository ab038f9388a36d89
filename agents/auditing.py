"""Labels that nobody has to give: answers checked while nobody waits, and questions asked again."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from typing import Final

from agents.calling import Caller, Priority, calling
from agents.dialogue.messages import Reply, UserMessage
from agents.dialogue.state import ChatState
from agents.errors import RepriseError
from cache import CacheError, LookupRecord, SemanticCache
from cache.audits import Auditor, ReAsking

logger = logging.getLogger(__name__)

QUIET_SECONDS: Final = 60.0
"""How long nobody must have waited for a reply before an answer is checked."""
LOOK_SECONDS: Final = 0.25
"""How soon a check gives way to somebody who writes."""
LOOKED_AT: Final = 200
"""How many of the newest lookups without a label are looked through."""
ANSWER: Final = "answer"


class Auditing:
    """Answers a small share of what the cache served anew, compares, and labels the lookups.

    Only what everybody is served: an answer given in a context cannot be asked for again.

    Args:
        ask: The model's own answer to a question that stands alone, past the cache.
        busy: Whether anybody waits for a reply.
    """

    def __init__(
        self,
        cache: SemanticCache,
        auditor: Auditor,
        ask: Callable[[str], Awaitable[str]],
        busy: Callable[[], bool],
    ) -> None:
        self._cache = cache
        self._auditor = auditor
        self._ask = ask
        self._busy = busy
        self._tried: set[str] = set()

    async def run(self, quiet_seconds: float = QUIET_SECONDS) -> None:
        """Check one answer after the other, each after a quiet time, until cancelled."""
        while True:
            await self._quiet(quiet_seconds)
            with _called_by_itself():
                try:
                    await self.check_one()
                    await asyncio.to_thread(self._cache.second_opinions)
                except (CacheError, RepriseError) as error:
                    logger.warning("an answer could not be checked: %s", type(error).__name__)

    async def check_one(self) -> bool | None:
        """Check the newest sampled lookup that has no label.

        Returns:
            Whether what was, or would have been, served says what the model says now; None where
            there was nothing to check, or somebody wrote meanwhile.

        Raises:
            CacheError, RepriseError: The lookups cannot be read, or the model gave no answer.
        """
        record = await asyncio.to_thread(self._next)
        if record is None:
            return None
        cached = await asyncio.to_thread(self._stored, record.nearest)
        fresh = await self._fresh(record) if cached is not None else None
        if cached is None or fresh is None:
            return None
        self._tried.add(record.id)
        same = await asyncio.to_thread(self._auditor.compare, cached, fresh)
        await asyncio.to_thread(self._cache.label, record.id, good=same, source="audit")
        return same

    def _next(self) -> LookupRecord | None:
        for record in self._cache.unlabelled(limit=LOOKED_AT):
            asked_by_all = record.shared and record.purpose == ANSWER
            if asked_by_all and record.id not in self._tried and self._auditor.sampled(record.id):
                return record
        return None

    def _stored(self, question: str | None) -> str | None:
        """The answer that is stored for a question of everybody's."""
        if question is None:
            return None
        found = self._cache.entries(search=question, owner="")
        answers = [entry.answer for entry in found if entry.question == question]
        return answers[0] if answers else None

    async def _fresh(self, record: LookupRecord) -> str | None:
        """What the model says: said already if the lookup missed, else now, if nobody waits."""
        if not record.hit and (said := await asyncio.to_thread(self._stored, record.question)):
            return said
        asking = asyncio.ensure_future(self._ask(record.question))
        while not asking.done():
            if self._busy():
                asking.cancel()
                return None
            await asyncio.wait({asking}, timeout=LOOK_SECONDS)
        return asking.result()

    async def _quiet(self, seconds: float) -> None:
        """Wait until nobody has waited for a reply for so long."""
        waited = 0.0
        while waited < seconds:
            step = min(seconds, 5 * LOOK_SECONDS)
            await asyncio.sleep(step)
            waited = 0.0 if self._busy() else waited + step


def _called_by_itself() -> AbstractContextManager[Caller]:
    """Nobody waits for what is asked in here."""
    check = uuid.uuid4().hex
    return calling(user="", agent="audit", priority=Priority.AUDIT, correlation_id=check)


def asked_again(state: ChatState, message: UserMessage, reasking: ReAsking) -> str | None:
    """The lookup whose answer was of no use: who was given it asks the same again at once.

    Args:
        state: After the message.

    Raises:
        EmbedderError: The questions cannot be compared.
    """
    said = {m.id: m for m in state.messages if isinstance(m, UserMessage)}
    before = [
        reply for reply in _replies(state.messages) if reply.at < message.at and reply.to in said
    ]
    last = before[-1] if before else None
    if last is None or last.served is None or last.served.tier != "semantic":
        return None
    seconds = message.at - (last.at + last.seconds)
    again = reasking.reasked(said[last.to].text, message.text, max(0.0, seconds))
    return last.served.lookup if again else None


def _replies(messages: Sequence[object]) -> list[Reply]:
    return [message for message in messages if isinstance(message, Reply)]
