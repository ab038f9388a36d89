"""The four evaluations, each over a cache of its own in a temporary folder."""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from cache.audits import Sampling
from cache.calibration import BUDGET, GUARDED, VERIFIED, Experience, recommend
from cache.decision import checked_threshold
from cache.embedder import Embedder
from cache.entries import Entry
from cache.evaluation.files import (
    ConversationPair,
    FollowUp,
    Query,
    QuestionPair,
    read_conversations,
    read_followups,
    read_pairs,
    read_stream,
)
from cache.evaluation.report import Report, Tally, percentile_ms
from cache.evaluation.thresholds import Audited, Fixed, Threshold
from cache.guards import DEFAULT_GUARDS, Guard
from cache.key import Scope
from cache.results import Lookup
from cache.semantic import SemanticCache
from cache.standalone import judge
from cache.verifier import Verifier

Kind = Literal["pairs", "conversations", "followups", "stream"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
AUTO: Final = "auto"

_OWNER = "somebody"
_MODEL = "labels"
_PROMPT = "evaluation"


@dataclass(frozen=True, slots=True)
class Gates:
    """All that decides beside the threshold.

    :ivar verifier: ``None``: guards alone.
    """

    embedder: Embedder
    guards: Sequence[Guard] = DEFAULT_GUARDS
    verifier: Verifier | None = None

    @property
    def experience(self) -> Experience:
        """What is known of such gates before the first label."""
        return GUARDED if self.verifier is None else VERIFIED


def evaluate(
    kind: Kind,
    path: Path,
    gates: Gates,
    threshold: float | Literal["auto"],
    *,
    budget: float = BUDGET,
) -> Report:
    """Reads a labelled file and runs its rows through a cache of their own.

    A time is that of one lookup as the product makes it: judging the message, embedding it,
    searching, guards and verifier. What is stored beforehand is embedded in batches, untimed.

    :param threshold: least cosine similarity, 0..1; or ``auto``: from ``budget``.
    :param budget: tolerated share of wrong answers among those served, for ``auto``.
    :raises LabelledFileError: for a file that is not of its kind, before anything runs.
    :raises ThresholdError: outside 0..1.
    """
    chosen = None if threshold == AUTO else checked_threshold(threshold)
    match kind:
        case "pairs":
            return _pairs(read_pairs(path), gates, _fixed(chosen, gates, budget))
        case "conversations":
            return _conversations(read_conversations(path), gates, _fixed(chosen, gates, budget))
        case "followups":
            return _followups(read_followups(path), gates, _fixed(chosen, gates, budget))
        case "stream":
            learning = Audited(gates.experience, budget, Sampling())
            return _stream(read_stream(path), gates, learning if chosen is None else Fixed(chosen))


def _fixed(chosen: float | None, gates: Gates, budget: float) -> Threshold:
    if chosen is None:
        chosen = recommend((), budget, experience=gates.experience).threshold
    return Fixed(chosen)


def _pairs(rows: Sequence[QuestionPair], gates: Gates, threshold: Threshold) -> Report:
    """The answer to a is stored, b is asked, each pair in a partition of its own."""
    tally = Tally()
    with _trial(gates, threshold, stored=[row.a for row in rows]) as trial:
        for at, row in enumerate(rows):
            trial.keep(row.a, row.category, _shared(f"pair {at}"))
        for at, row in enumerate(rows):
            hit = trial.ask(row.b, partial(_shared, f"pair {at}")).hit
            tally.add(row.category, served=hit, same=row.same)
        return trial.report(tally)


def _conversations(rows: Sequence[ConversationPair], gates: Gates, threshold: Threshold) -> Report:
    """The last message of a is answered, then that of b, in two conversations of one owner."""
    tally = Tally()
    with _trial(gates, threshold, stored=[row.a[-1].content for row in rows]) as trial:
        for at, row in enumerate(rows):
            earlier = _Said.last_of((said.content for said in row.a), f"{at} a", f"pair {at}")
            later = _Said.last_of((said.content for said in row.b), f"{at} b", f"pair {at}")
            trial.keep(earlier.message, row.category, earlier.scope())
            hit = trial.ask(later.message, later.scope).hit
            tally.add(row.category, served=hit, same=row.same)
        return trial.report(tally)


def _followups(rows: Sequence[FollowUp], gates: Gates, threshold: Threshold) -> Report:
    """One message after the other, each dialog a conversation of one owner.

    A hit is a standalone question that stays shareable. Wrong is a contextual one that is served
    what another dialog was answered.
    """
    tally = Tally()
    with _trial(gates, threshold) as trial:
        for row in rows:
            said = _Said(row.question, row.before, row.dialog, _PROMPT)
            lookup = trial.ask(row.question, said.scope)
            scope = said.scope()
            foreign = lookup.entry is not None and lookup.entry.answer != row.dialog
            served = scope.shared if row.standalone else foreign
            category = "standalone" if row.standalone else "contextual"
            tally.add(category, served=served, same=row.standalone)
            if not lookup.hit:
                trial.keep(row.question, row.dialog, scope)
        return trial.report(tally)


def _stream(rows: Sequence[Query], gates: Gates, threshold: Threshold) -> Report:
    """Each text is looked up; what is not served is stored, with its intent as the answer."""
    tally = Tally()
    scope = _shared(_PROMPT)
    with _trial(gates, threshold) as trial:
        for row in rows:
            lookup = trial.ask(row.text, partial(_shared, _PROMPT))
            wrong = lookup.entry is not None and lookup.entry.answer != row.intent
            tally.add_query(row.intent, served=lookup.hit, wrong=wrong)
            trial.learn(row.text, scope, _answers(row.intent))
            if not lookup.hit:
                trial.keep(row.text, row.intent, scope)
        return trial.report(tally)


def _answers(intent: str) -> Callable[[Entry], bool]:
    return lambda entry: entry.answer == intent


def _shared(prompt: str) -> Scope:
    return Scope.shared_by_all(prompt=prompt, model=_MODEL)


@dataclass(frozen=True, slots=True)
class _Said:
    """A message in a conversation.

    :ivar before: what was said before it, oldest first.
    :ivar partition: keeps unrelated rows of a file apart.
    """

    message: str
    before: tuple[str, ...]
    conversation: str
    partition: str

    @classmethod
    def last_of(cls, said: Iterable[str], conversation: str, partition: str) -> _Said:
        *before, message = said
        return cls(message, tuple(before), conversation, partition)

    def scope(self) -> Scope:
        """As the product chooses it: shared where the message stands alone, else its own."""
        if judge(self.message, first=not self.before, before=self.before).standalone:
            return _shared(self.partition)
        return Scope.of_conversation(
            owner=_OWNER,
            conversation=self.conversation,
            prompt=self.partition,
            model=_MODEL,
            context=hashlib.sha256(json.dumps(self.before).encode()).hexdigest(),
        )


class _Trial:
    """A cache under test, and what its lookups took.

    :param cache: an empty one.
    :param threshold: gives the threshold of each lookup.
    """

    def __init__(self, cache: SemanticCache, threshold: Threshold) -> None:
        self._cache = cache
        self._threshold = threshold
        self._seconds: list[float] = []

    def ask(self, question: str, scope: Callable[[], Scope]) -> Lookup:
        """Looks a question up, in the scope that is chosen as part of it."""
        started = time.perf_counter()
        lookup = self._cache.lookup(question, scope(), threshold=self._threshold.value)
        self._seconds.append(time.perf_counter() - started)
        return lookup

    def keep(self, question: str, answer: str, scope: Scope) -> None:
        self._cache.store(question, answer, scope, seconds=1.0, tokens=1, model=_MODEL, ttl=None)

    def learn(self, question: str, scope: Scope, right: Callable[[Entry], bool]) -> None:
        self._threshold.learn(self._cache, question, scope, right)

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
def _trial(gates: Gates, threshold: Threshold, *, stored: Sequence[str] = ()) -> Iterator[_Trial]:
    """:param stored: texts that will be stored first; embedded in batches."""
    embedder = _Prepared.of(gates.embedder, stored) if stored else gates.embedder
    with tempfile.TemporaryDirectory() as folder:
        cache = SemanticCache.open(Path(folder), embedder, guards=gates.guards)
        try:
            yield _Trial(cache, threshold)
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
