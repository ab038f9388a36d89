"""Which answers a message may be given from the cache, and who may be given its own.

A question that stands alone is answered without the conversation and shared by all. Anything else
is answered in its context, and reused only within its conversation and the same context.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from agents.dialogue import partitions
from agents.dialogue.history import spoken
from agents.dialogue.messages import ASKING, Mood, UserMessage
from agents.dialogue.rewriting import Rewriter
from agents.dialogue.turn import Turn
from agents.models.cached import CacheRequest
from cache import Scope, judge
from cache.standalone import THRESHOLD, in_full

PLAN_THRESHOLD: Final = 0.95
"""A plan for Lisbon must not serve Porto: plans want more similarity than answers."""
LAST_MESSAGES: Final = 8
"""What a message is judged beside: enough to know the names that were mentioned."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a model is, as far as its answers depend on it.

    Attributes:
        model: Fingerprint of the model and its parameters.
    """

    model: str
    ttl: timedelta | None


class Scopes:
    """Chooses the question and the scope of each call.

    Args:
        rewriter: Makes follow-ups stand alone; None where no model is strong enough.
        degraded: Threshold that is good enough for answers when no model answers; 0: none is.
    """

    def __init__(
        self, identity: Identity, rewriter: Rewriter | None = None, *, degraded: float = 0.0
    ) -> None:
        self._identity = identity
        self._rewriter = rewriter
        self._degraded = degraded

    async def standing_alone(self, turn: Turn, asked: str) -> str | None:
        """The question that may be answered without the conversation, for everybody.

        Args:
            asked: The part of the turn's message that asks.

        Returns:
            The question itself, or a rewrite of it; None where it leans on the conversation, on
            the rest of its message, or on who asks.
        """
        message = turn.message
        if not message.does(*ASKING) or message.mood is Mood.CONFUSED:
            return None
        exchanges = spoken(turn.state)
        before = [*_last_messages(exchanges), *_beside(message, asked)]
        judgement = judge(asked, first=not before, before=before)
        full = in_full(asked, before) if judgement.standalone else None
        if full is not None:
            return full
        personal = not judgement.standalone and judgement.probability >= THRESHOLD
        if self._rewriter is None or personal or asked != message.text:
            return None
        return await self._rewriter.rewrite(asked, exchanges)

    def shared(self, turn: Turn, question: str) -> CacheRequest:
        """For a question that stands alone: any conversation's answer, for any conversation."""
        scope = partitions.for_all(self._identity.model, question)
        return self._answer(turn, question, scope)

    def own(self, turn: Turn, note: str) -> CacheRequest:
        """For a message in its context: this conversation's answers in the same context.

        Args:
            note: What the model is told beside the message.
        """
        scope = partitions.in_context(self._identity.model, turn.state, turn.message, note)
        return self._answer(turn, turn.message.text, scope)

    def plan(self, turn: Turn) -> CacheRequest:
        """For a goal: plans that anybody's goal of these words got, unless it is personal."""
        goal = turn.message.text
        shareable = judge(goal, first=True).standalone
        model, owner = self._identity.model, turn.state.owner
        scope = partitions.of_plans(model, owner, goal, shareable=shareable)
        return self._request(turn, goal, scope, max(turn.threshold, PLAN_THRESHOLD))

    def _answer(self, turn: Turn, question: str, scope: Scope) -> CacheRequest:
        request = self._request(turn, question, scope, turn.threshold)
        return replace(request, degraded=self._degraded)

    def _request(self, turn: Turn, question: str, scope: Scope, threshold: float) -> CacheRequest:
        owner, ttl = turn.state.owner, self._identity.ttl
        return CacheRequest(question, scope, threshold, owner, ttl, turn.automatic)


def _beside(message: UserMessage, asked: str) -> Sequence[str]:
    """The rest of a message of which a part asks."""
    return [part for part in message.parts if part not in asked]


def _last_messages(exchanges: Sequence[tuple[str, str]]) -> Sequence[str]:
    """The last messages of either side, oldest first."""
    parts = [part for exchange in exchanges for part in exchange]
    return parts[-LAST_MESSAGES:]
