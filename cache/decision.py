"""How a lookup is decided: a pure function of the candidates, the threshold and the guards."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from cache.entries import Entry
from cache.errors import ThresholdError

Tier = Literal["exact", "semantic"]
Outcome = Literal["hit", "miss", "expired", "refused"]
Judge = Literal["guard", "verifier"]

CANDIDATES = 8
"""How many semantic candidates a lookup looks at."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stored entry that might be served.

    :ivar similarity: cosine to the question asked; 1 in the exact tier.
    :ivar expired: whether its time was over at the lookup.
    :ivar refusal: a guard's or the verifier's reason against it; ``None`` where they agree.
    :ivar refused_by: whose reason it is.
    :ivar verified: the verifier's verdict; ``None`` where it was not asked, or failed.
    :ivar probability: that one answer serves both questions, 0..1, calibrated; ``None`` where the
        verifier was not asked or gave none.
    """

    entry: Entry
    tier: Tier
    similarity: float
    expired: bool
    refusal: str | None = None
    refused_by: Judge | None = None
    verified: bool | None = None
    probability: float | None = None

    @property
    def servable(self) -> bool:
        """Whether only the threshold may still speak against it."""
        return not self.expired and self.refusal is None

    def verdict(self, threshold: float) -> str:
        """In a few words: what would become of it at a threshold."""
        if self.expired:
            return "expired"
        if self.tier == "exact":
            return "the same question"
        if self.similarity < threshold:
            return f"below the threshold of {threshold:.2f}"
        return f"refused: {self.refusal}" if self.refusal else "close enough"


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, and why.

    :ivar outcome: ``hit``; or a miss: ``expired`` where an answer's time was over, ``refused``
        where a guard or the verifier spoke against one, ``miss`` otherwise.
    :ivar best: the most similar candidate; ``None`` where there was nothing to compare.
    :ivar served: the candidate to serve; ``None`` unless a hit.
    :ivar servable: similarity of the best candidate against which only the threshold may speak.
    :ivar reason: a sentence for people.
    """

    outcome: Outcome
    best: Candidate | None
    served: Candidate | None
    servable: float | None
    reason: str


def checked_threshold(threshold: float) -> float:
    """The threshold itself.

    :raises ThresholdError: outside 0..1, or not a number.
    """
    if not 0.0 <= threshold <= 1.0:
        raise ThresholdError(threshold)
    return float(threshold)


def decide(candidates: Iterable[Candidate], threshold: float) -> Decision:
    """Serves the first candidate that is in time, close enough and refused by nobody.

    :param candidates: best first, an exact one before all semantic ones; none is taken beyond the
        first that could be served, so that judging them may be left until it is needed.
    :param threshold: least similarity, 0..1.
    """
    best: Candidate | None = None
    servable: Candidate | None = None
    for candidate in candidates:
        best = best or candidate
        if candidate.servable:
            servable = candidate
            break
    similarity = None if servable is None else servable.similarity
    if servable is not None and servable.similarity >= threshold:
        return Decision("hit", best, servable, similarity, _why_served(servable, threshold))
    outcome, reason = _why_missed(best, threshold)
    return Decision(outcome, best, None, similarity, reason)


def _why_served(served: Candidate, threshold: float) -> str:
    if served.tier == "exact":
        return "The same question was answered before."
    return (
        f"A question {shown(served.similarity)} similar was answered before; "
        f"the threshold is {threshold:.2f}."
    )


def _why_missed(best: Candidate | None, threshold: float) -> tuple[Outcome, str]:
    if best is None:
        return "miss", "Nothing to compare with has been answered yet."
    if best.similarity < threshold:
        return "miss", (
            f"The closest question is {shown(best.similarity)} similar, "
            f"below the threshold of {threshold:.2f}."
        )
    if best.expired:
        return "expired", "The question was answered before, but that answer has expired."
    return "refused", (
        f"The closest question is {shown(best.similarity)} similar, "
        f"but {'the verifier' if best.refused_by == 'verifier' else 'a guard'} refused it: "
        f"{best.refusal}."
    )


def shown(similarity: float) -> str:
    """Two decimals, rounded down: 0.8499 is not shown as the 0.85 that it missed."""
    return f"{math.floor(similarity * 100) / 100:.2f}"
