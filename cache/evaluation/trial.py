"""A cache under test: opened in a temporary folder, asked, filled and timed."""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cache.calibration import GRID, GUARDED, VERIFIED, Experience
from cache.embedder import Embedder
from cache.entries import Entry
from cache.errors import PersonalDataError
from cache.evaluation.report import Report, Tally, percentile_ms
from cache.evaluation.thresholds import Threshold
from cache.guards import DEFAULT_GUARDS, Guard
from cache.key import Scope
from cache.results import Lookup
from cache.rivals import Rivals
from cache.semantic import SemanticCache
from cache.standalone import in_full, judge
from cache.verifier import Verifier

_OWNER: Final = "somebody"
_MODEL: Final = "labels"
_LAST_MESSAGES: Final = 8
"""What a message is judged beside, as in the chat."""

Shareable = Callable[[str, Sequence[str]], str | None]
"""A message as it may be shared, ``None`` where it may not: (message, what was said before it)."""


def stands_alone(message: str, before: Sequence[str]) -> str | None:
    """As the chat judges: it says all that it asks, once half names are said in full."""
    last = before[-_LAST_MESSAGES:]
    standalone = judge(message, first=not last, before=last).standalone
    return in_full(message, last) if standalone else None


@dataclass(frozen=True, slots=True)
class Gates:
    """All that decides beside the threshold.

    :ivar shareable: says which messages of a conversation may be shared.
    :ivar verifier: ``None``: guards alone.
    """

    embedder: Embedder
    shareable: Shareable = stands_alone
    guards: Sequence[Guard] = DEFAULT_GUARDS
    verifier: Verifier | None = None

    @property
    def experience(self) -> Experience:
        """What is known of such gates before the first label."""
        return GUARDED if self.verifier is None else VERIFIED


@dataclass(frozen=True, slots=True)
class Message:
    """A user's message in a conversation.

    :ivar before: what was said before it, oldest first.
    :ivar partition: keeps unrelated rows of a file apart.
    """

    text: str
    before: tuple[str, ...]
    conversation: str
    partition: str

    def asked(self, shareable: Shareable) -> tuple[str, Scope]:
        """As the chat asks it: shared where the message may be, else in the conversation's own."""
        alone = shareable(self.text, self.before)
        if alone is not None:
            return alone, shared(self.partition)
        return self.text, Scope.of_conversation(
            owner=_OWNER,
            conversation=self.conversation,
            prompt=self.partition,
            model=_MODEL,
            context=hashlib.sha256(json.dumps(self.before).encode()).hexdigest(),
        )


def shared(partition: str) -> Scope:
    """The shared scope of a part of a file."""
    return Scope.shared_by_all(prompt=partition, model=_MODEL)


class Trial:
    """A cache under test, and what its lookups took.

    :param cache: an empty one.
    :param threshold: gives the threshold of each lookup.
    :param rivals: raises the threshold where other answers stand close; ``None``: nothing does.
    """

    def __init__(
        self, cache: SemanticCache, threshold: Threshold, rivals: Rivals | None = None
    ) -> None:
        self._cache = cache
        self._threshold = threshold
        self._rivals = rivals
        self._seconds: list[float] = []

    def ask(self, asked: Callable[[], tuple[str, Scope]]) -> Lookup:
        """Looks a question up; it and its scope are chosen as part of that."""
        started = time.perf_counter()
        question, chosen = asked()
        least = min(1.0, self._threshold.value + self._penalty(question, chosen))
        lookup = self._cache.lookup(question, chosen, threshold=least)
        self._seconds.append(time.perf_counter() - started)
        return lookup

    def would_serve(self, question: str, scope: Scope) -> tuple[Entry, float] | None:
        """What some threshold would serve by meaning, and the highest; untimed, not logged."""
        served = self._cache.explain(question, scope, threshold=GRID[-1]).decision.served
        if served is None or served.tier == "exact":
            return None
        return served.entry, served.similarity - self._penalty(question, scope)

    def keep(self, question: str, answer: str, scope: Scope) -> None:
        """Stores an answer, as the chat does: not where personal data would be shared."""
        with suppress(PersonalDataError):
            self._cache.store(
                question, answer, scope, seconds=1.0, tokens=1, model=_MODEL, ttl=None
            )

    def learn(self, question: str, scope: Scope, right: Callable[[Entry], bool]) -> None:
        """Lets the threshold see a lookup that was just made.

        :param right: whether an entry's answer is right for the question.
        """
        if self._threshold.wants(len(self._seconds)):
            served = self.would_serve(question, scope)
            if served is not None:
                entry, highest = served
                self._threshold.learn(highest, right=right(entry))

    def _penalty(self, question: str, scope: Scope) -> float:
        return 0.0 if self._rivals is None else self._rivals.penalty(question, scope)

    def report(self, tally: Tally) -> Report:
        return Report(
            total=tally.total(),
            by_category=tally.by_category(),
            p50_ms=percentile_ms(self._seconds, 50),
            p99_ms=percentile_ms(self._seconds, 99),
            threshold=self._threshold.value,
            audited=self._threshold.audited,
        )


@contextmanager
def trial(gates: Gates, threshold: Threshold, *, stored: Sequence[str] = ()) -> Iterator[Trial]:
    """A trial over an empty cache, which is gone afterwards.

    :param stored: texts that will be stored first; embedded in batches.
    """
    embedder = _Prepared.of(gates.embedder, stored) if stored else gates.embedder
    with tempfile.TemporaryDirectory() as folder:
        cache = SemanticCache.open(
            Path(folder), embedder, guards=gates.guards, verifier=gates.verifier
        )
        rivals = Rivals(cache, gates.embedder) if threshold.automatic else None
        try:
            yield Trial(cache, threshold, rivals)
        finally:
            cache.close()


class _Prepared:
    """An embedder that gives out each vector it was given once, and then computes.

    A text that is stored and later looked up is thus embedded by the lookup, as it would be.

    :param vectors: by text, each of shape (d,).
    """

    def __init__(self, embedder: Embedder, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        self.name = embedder.name
        self.dimension = embedder.dimension
        self._embedder = embedder
        self._vectors = dict(vectors)

    @classmethod
    def of(cls, embedder: Embedder, texts: Sequence[str]) -> _Prepared:
        """Embeds texts in batches."""
        return cls(embedder, dict(zip(texts, embedder.embed(texts), strict=True)))

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if all(text in self._vectors for text in texts):
            return np.stack([self._vectors.pop(text) for text in texts])
        return self._embedder.embed(texts)
