"""What the entries around a close question say of it: rivals against, supporters for.

A question 0.80 similar to a stored one is mostly the same question. It mostly is not where an
entry with *another* answer is 0.78 similar: then the cache itself shows that small differences
matter here. It mostly is where a second entry with the *same* answer is close as well. So the
threshold is raised for a lookup by what the best candidate's lead over its nearest rival lacks,
and by half of what its nearest supporter lacks. (A nearest neighbour may be rejected where its
neighbours disagree: Hellman 1970, "The nearest neighbor classification rule with a reject option";
the lead tells more than the distance: Lowe 2004, "Distinctive image features from scale-invariant
keypoints".)

Only thresholds that are found automatically are raised: who sets one means it.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cache.decision import CANDIDATES, Candidate
from cache.embedder import Embedder
from cache.key import Scope, normalise
from cache.semantic import SemanticCache

LEAD = 0.2
"""From this lead in similarity on, a rival is none."""

SUPPORT = 0.75
"""A supporter of this similarity is all the support there can be."""

NO_SUPPORT = 0.5
"""Below this similarity a supporter is none."""

SUPPORT_WEIGHT = 0.5
"""What of the missing support is added to the threshold: 0.125 for a lone candidate."""

SAME_ANSWER = 0.9
"""Least cosine of two answers that say the same; in doubt they differ, which costs a hit."""

_COMPARED_CHARACTERS = 400
_REMEMBERED = 4096
_NOT_ASKED = 1.0


class Rivals:
    """Weighs the candidates of a lookup against one another.

    :param cache: where candidates come from.
    :param embedder: makes the answers' vectors; each answer's once.
    """

    def __init__(self, cache: SemanticCache, embedder: Embedder) -> None:
        self._cache = cache
        self._embedder = embedder
        self._vector = lru_cache(_REMEMBERED)(self._embed)

    def threshold(self, question: str, scope: Scope, base: float) -> float:
        """``base``, raised by the :meth:`penalty`; never above 1."""
        return min(1.0, base + self.penalty(question, scope))

    def penalty(self, question: str, scope: Scope) -> float:
        """By how much the entries around raise the threshold, 0..0.325.

        :raises: as :meth:`cache.semantic.SemanticCache.explain`.
        """
        # At a threshold of 1 the verifier is asked about nothing: guards alone judge here.
        explained = self._cache.explain(question, scope, threshold=_NOT_ASKED, k=CANDIDATES)
        servable = [each for each in explained.candidates if each.servable]
        if not servable or servable[0].tier == "exact":
            return 0.0
        best, *others = servable
        missing = self._missing_lead(best, others)
        return missing + SUPPORT_WEIGHT * self._missing_support(best, others)

    def _missing_lead(self, best: Candidate, others: list[Candidate]) -> float:
        for other in others:
            lead = best.similarity - other.similarity
            if lead >= LEAD:
                break
            if not self._agree(best, other):
                return LEAD - lead
        return 0.0

    def _missing_support(self, best: Candidate, others: list[Candidate]) -> float:
        for other in others:
            if other.similarity <= NO_SUPPORT:
                break
            if self._agree(best, other):
                return max(0.0, SUPPORT - other.similarity)
        return SUPPORT - NO_SUPPORT

    def _agree(self, one: Candidate, other: Candidate) -> bool:
        answers = one.entry.answer, other.entry.answer
        if normalise(answers[0]) == normalise(answers[1]):
            return True
        first, second = (self._vector(answer[:_COMPARED_CHARACTERS]) for answer in answers)
        return float(first @ second) >= SAME_ANSWER

    def _embed(self, answer: str) -> NDArray[np.float32]:
        (vector,) = self._embedder.embed([answer])
        return np.asarray(vector, dtype=np.float32)
