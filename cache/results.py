"""What a lookup gives back, and what an explanation of one does."""

from __future__ import annotations

from dataclasses import dataclass

from cache.decision import Candidate, Decision, Outcome, Tier
from cache.entries import Entry
from cache.stages import Stage


@dataclass(frozen=True, slots=True)
class Lookup:
    """What came of asking the cache.

    :ivar id: names the lookup in the log.
    :ivar entry: the answer to serve; ``None``: ask the model.
    :ivar tier: which tier served; ``None`` unless a hit.
    :ivar similarity: of the closest question, -1..1; ``None`` where there was nothing to compare.
    :ivar nearest: the closest question.
    :ivar reason: a sentence that says why.
    :ivar seconds: what the lookup took.
    :ivar probability: the verifier's, that one answer serves both questions, 0..1; ``None`` where
        it was not asked or gave none.
    :ivar outcome: see :class:`cache.decision.Decision`.
    :ivar stages: what the time was spent on, in order.
    """

    id: str
    question: str
    entry: Entry | None
    tier: Tier | None
    similarity: float | None
    nearest: str | None
    reason: str
    seconds: float
    probability: float | None = None
    outcome: Outcome = "miss"
    stages: tuple[Stage, ...] = ()

    @property
    def hit(self) -> bool:
        return self.entry is not None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A lookup taken apart: the same decision, and all that it was made from.

    :ivar candidates: best first, those below the threshold included.
    :ivar reason: the sentence that :class:`Lookup` would carry.
    """

    question: str
    threshold: float
    decision: Decision
    candidates: tuple[Candidate, ...]

    @property
    def hit(self) -> bool:
        return self.decision.served is not None

    @property
    def entry(self) -> Entry | None:
        return None if self.decision.served is None else self.decision.served.entry

    @property
    def tier(self) -> Tier | None:
        return None if self.decision.served is None else self.decision.served.tier

    @property
    def reason(self) -> str:
        return self.decision.reason
