"""Labels that nobody has to give: audits of answers served, and questions asked again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Protocol

from cache.embedder import Embedder
from cache.key import normalise

AUDITED_SHARE = 0.05
"""Usual share of would-be hits that are answered afresh, in idle time, and compared."""

SAME_ANSWER = 0.80
"""Least cosine of two answers that say the same."""

ASKED_AGAIN = 0.75
"""Least cosine of a question and the same person's next, for the next to be the same anew."""

ASKED_AGAIN_SECONDS = 120.0
"""How soon after an answer a question counts as asked again."""

_HASHED_VALUES = 2.0**64
_NUMERAL = re.compile(r"\d+(?:[.,:/-]\d+)*")


class Auditor(Protocol):
    """Chooses lookups to answer afresh, and compares what was served with the fresh answer."""

    def sampled(self, lookup_id: str) -> bool:
        """Whether to audit a lookup; always the same for one id."""

    def compare(self, cached: str, fresh: str) -> bool:
        """Whether the cached answer says what the fresh one does."""


class Sampling:
    """Takes a share of all lookups, the same ones whoever asks and whenever.

    :param share: 0..1.
    :param seed: another seed takes others.
    """

    def __init__(self, share: float = AUDITED_SHARE, *, seed: int = 0) -> None:
        self._share = share
        self._seed = seed

    def __call__(self, lookup_id: str) -> bool:
        drawn = hashlib.sha256(f"{self._seed} {lookup_id}".encode()).digest()
        return int.from_bytes(drawn[:8], "big") / _HASHED_VALUES < self._share


class AnswerAuditor:
    """Compares answers by meaning and by their numbers.

    Two answers to one question differ in wording, so only numbers are held against them beside
    the meaning: where both name some, one must name all that the other does. It errs on the
    strict side: a right answer told as wrong raises the threshold, never lowers it.

    :param embedder: makes the answers' vectors.
    :param sampling: chooses lookups by id.
    :param similarity: least cosine of answers that say the same, 0..1.
    """

    def __init__(
        self,
        embedder: Embedder,
        sampling: Callable[[str], bool],
        *,
        similarity: float = SAME_ANSWER,
    ) -> None:
        self._embedder = embedder
        self._sampling = sampling
        self._similarity = similarity

    def sampled(self, lookup_id: str) -> bool:
        return self._sampling(lookup_id)

    def compare(self, cached: str, fresh: str) -> bool:
        """As :meth:`Auditor.compare`.

        :raises EmbedderError: if there are no vectors to compare.
        """
        if normalise(cached) == normalise(fresh):
            return True
        if _numbers_disagree(cached, fresh):
            return False
        return _similarity(self._embedder, cached, fresh) >= self._similarity


class ReAsking:
    """Whether a question says that the answer just served was of no use.

    Who was answered, and asks nearly the same again at once, was not answered.

    :param embedder: makes the questions' vectors.
    :param similarity: least cosine of the two, 0..1.
    :param seconds: longest time between them.
    """

    def __init__(
        self,
        embedder: Embedder,
        *,
        similarity: float = ASKED_AGAIN,
        seconds: float = ASKED_AGAIN_SECONDS,
    ) -> None:
        self._embedder = embedder
        self._least = similarity
        self._seconds = seconds

    def reasked(self, previous_question: str, next_question: str, seconds: float) -> bool:
        """Whether one asker's next question is the previous one anew.

        :param seconds: from the answer to the next question.
        """
        if not 0.0 <= seconds <= self._seconds:
            return False
        if normalise(previous_question) == normalise(next_question):
            return True
        return _similarity(self._embedder, previous_question, next_question) >= self._least


def _numbers_disagree(cached: str, fresh: str) -> bool:
    ours, theirs = (frozenset(_NUMERAL.findall(text)) for text in (cached, fresh))
    return bool(ours and theirs) and not (ours <= theirs or theirs <= ours)


def _similarity(embedder: Embedder, one: str, other: str) -> float:
    first, second = embedder.embed([one, other])
    return float(first @ second)
