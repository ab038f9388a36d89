"""The semantic cache: answers that were given before, to the same question or to a close one."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cache.candidates import Candidates
from cache.curated import Curated
from cache.curation import Curation, checked_tag
from cache.database import Database
from cache.decision import (
    CANDIDATES,
    Candidate,
    Decision,
    checked_threshold,
    decide,
)
from cache.embedder import Embedder
from cache.entries import Draft, Entry, EntryStore
from cache.errors import (
    AmountError,
    BlankQuestionError,
    EmptyAnswerError,
    PersonalDataError,
    StoreError,
    StoreReadOnlyError,
)
from cache.evidence import Evidence
from cache.flights import Flights
from cache.guards import DEFAULT_GUARDS, Guard, refusal
from cache.keeping import FOR_EVER, UNLIMITED, Lifetimes, Limits, Ttl
from cache.key import Scope, key_of, readable
from cache.observed import Rules
from cache.personal import personal_data
from cache.results import Explanation, Lookup
from cache.stages import Stopwatch
from cache.stats import Journal, LookupRecord, new_lookup_id
from cache.vectors import VectorSpace
from cache.verifier import Verifier

DATABASE_FILE = "cache.sqlite3"
GUARDED_FROM = 0.5
"""The lowest threshold anybody asks about afterwards; guards cost more than the search."""

FEW_TEXTS = 16
"""How many texts are worth remembering one by one: a message and the parts of it."""

BUSY_SECONDS = 2.0
"""How long an operation waits for another process to let go of the database."""


class SemanticCache(Curated):
    """Answers by question, in hard partitions. Made by :meth:`open`; safe to call from threads.

    :param folder: where its files lie.
    :param database: the truth.
    :param space: the vectors of the database's entries.
    :param clock: seconds since the epoch.
    :param rules: what may be served and how long what is stored is kept.

    :ivar flights: leases on questions that are being answered now.
    """

    def __init__(
        self,
        folder: Path,
        database: Database,
        space: VectorSpace,
        clock: Callable[[], float],
        rules: Rules,
    ) -> None:
        self._folder = folder
        self._database = database
        self._space = space
        self._clock = clock
        self._rules = rules
        self._entries = EntryStore(database)
        self._curation = Curation(database)
        self._evidence = Evidence(database)
        self._candidates = Candidates(self._entries, space, rules.guards, rules.verifier)
        self._journal = Journal(database)
        self._writer = threading.Thread(target=self._journal.run, name="cache-journal", daemon=True)
        self._refused: StoreError | None = None
        self.flights = Flights(database, clock)

    @classmethod
    def open(
        cls,
        folder: Path,
        embedder: Embedder,
        *,
        clock: Callable[[], float] = time.time,
        guards: Sequence[Guard] = DEFAULT_GUARDS,
        verifier: Verifier | None = None,
        lifetimes: Lifetimes = FOR_EVER,
        limits: Limits = UNLIMITED,
        busy_seconds: float = BUSY_SECONDS,
        read_only: bool = False,
    ) -> SemanticCache:
        """Opens the cache in a folder, which is made if need be.

        Entries of another embedding model are embedded anew. Where the files cannot be written,
        what they hold is served, and nothing is stored or logged.

        :param verifier: asked about close questions that the guards let pass; ``None``: nothing.
        :raises StoreError: if the database cannot be opened; see :mod:`cache.errors`.
        """
        path = folder / DATABASE_FILE
        if not read_only:
            _make(folder, path)
        database = Database.open(path, busy_seconds=busy_seconds, read_only=read_only)
        try:
            space = VectorSpace.load(folder, database, embedder)
        except BaseException:
            database.close()
            raise
        rules = Rules(tuple(guards), verifier, lifetimes, limits)
        cache = cls(folder, database, space, clock, rules)
        cache._writer.start()
        return cache

    def prepare(self, question: str) -> None:
        """Does ahead what a lookup of this question will need: its vector, and its reading.

        To be called from a thread of its own, as soon as the question is known. Harmless for a
        question that cannot be looked up.

        :raises EmbedderError: if the embedder fails; the lookup tries again.
        """
        if question.strip():
            question = readable(question)
            self._space.embed(question)
            refusal(self._rules.guards, question, question)  # guards remember what they read

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The texts' unit vectors, shape ``(len(texts), d)``.

        Of a few texts they are remembered for a while; many are made together, which is faster.

        :raises EmbedderError: if the embedder fails.
        """
        read = [readable(text) for text in texts]
        if len(read) <= FEW_TEXTS:
            return np.stack([self._space.embed(text) for text in read])
        vectors = self._space.embed_all(read)
        return np.stack([vectors[text] for text in read])

    def lookup(self, question: str, scope: Scope, *, threshold: float, asker: str = "") -> Lookup:
        """The answer to the same question or to one at least ``threshold`` similar.

        :param threshold: least cosine similarity, 0..1.
        :param asker: who asks, for the log; a conversation's owner unless told.
        :raises BlankQuestionError, ThresholdError: for input that is neither.
        :raises StoreError: if the database cannot be read.
        """
        watch = Stopwatch()
        threshold = checked_threshold(threshold)
        question = _checked_question(question)
        decision = self._decide(question, scope.id, threshold, watch)
        lookup = _lookup_of(question, decision, watch)
        self._log(lookup, decision, scope, threshold, asker)
        return lookup

    def store(
        self,
        question: str,
        answer: str,
        scope: Scope,
        *,
        seconds: float,
        tokens: int,
        model: str,
        ttl: Ttl = "default",
        tags: Iterable[str] = (),
        epoch: int | None = None,
        threshold: float | None = None,
    ) -> Entry:
        """Keeps an answer, in place of an older one to the same question in the same scope.

        :param seconds: what the model took for it.
        :param tokens: what it cost.
        :param model: which model gave it.
        :param ttl: how long it may be served; ``None``: for ever.
        :param tags: the subjects to drop it with; see :meth:`bump`.
        :param epoch: :attr:`epoch` before the model was asked, so that a bump meanwhile voids the
            answer; ``None``: it is as good as new.
        :param threshold: the one in force, for the record.
        :raises BlankQuestionError, EmptyAnswerError, AmountError, TagError, ThresholdError: for
            input that is none.
        :raises PersonalDataError: for personal data in a shared scope.
        :raises StoreError: if it could not be kept; then nothing is changed.
        """
        question = _checked_question(question)
        if not answer.strip():
            raise EmptyAnswerError(question)
        if scope.shared:
            _refuse_personal(question, answer)
        now = self._clock()
        draft = Draft(
            key=key_of(question),
            question=question,
            answer=readable(answer),
            scope=scope,
            model=model,
            created_at=now,
            expires_at=self._rules.lifetimes.end(now, scope, ttl),
            seconds=_checked_amount("seconds", seconds),
            tokens=int(_checked_amount("tokens", tokens)),
            embedder=self._space.embedder.name,
            vector=self._space.embed(question),
            tags=tuple(sorted({readable(checked_tag(tag)) for tag in tags})),
            epoch=epoch,
            threshold=None if threshold is None else checked_threshold(threshold),
            verifier=None if self._rules.verifier is None else self._rules.verifier.name,
            limits=self._rules.limits,
        )
        with self._noting_refusals():
            return self._space.insert(draft)

    def explain(self, question: str, scope: Scope, *, threshold: float, k: int = 5) -> Explanation:
        """What :meth:`lookup` would decide, and from what. Not logged.

        :param k: how many semantic candidates to show, best first.
        :raises: as :meth:`lookup`.
        """
        return self._explain(question, [scope.id], threshold, k)

    def explain_shared(self, question: str, *, threshold: float, k: int = 5) -> Explanation:
        """As :meth:`explain`, against all shared entries at once, whatever prompt and model.

        For the command line, which knows neither; a lookup never mixes partitions like this.
        """
        return self._explain(question, self._entries.shared_scopes(), threshold, k)

    def knows(self, question: str, scope: Scope) -> bool:
        """Whether the very same question is answered in a scope. Not logged.

        :raises StoreError: if the database cannot be read.
        """
        same = self._candidates.same(question, [scope.id], self._clock())
        return any(candidate.servable for candidate in same)

    def close(self) -> None:
        """Writes what waits, saves the index and lets go of the database."""
        self._journal.stop()
        self._writer.join()
        self._journal.flush()
        self._space.save()
        self._database.close()

    def _decide(self, question: str, scope_id: str, threshold: float, watch: Stopwatch) -> Decision:
        now = self._clock()
        with watch.during("exact"):
            same = self._candidates.same(question, [scope_id], now)
        if any(candidate.servable for candidate in same):
            return decide(same, threshold)
        with watch.during("embed"):
            self._space.embed(question)  # the search finds it remembered
        close = self._candidates.close(question, [scope_id], now, CANDIDATES)
        found = _in_order(same, watch.each("search", close))
        judged = self._candidates.judged(
            question, found, threshold, guarded_from=min(threshold, GUARDED_FROM), watch=watch
        )
        return decide(judged, threshold)

    def _explain(
        self, question: str, scope_ids: Sequence[str], threshold: float, k: int
    ) -> Explanation:
        threshold = checked_threshold(threshold)
        question = _checked_question(question)
        now = self._clock()
        same = self._candidates.same(question, scope_ids, now)
        close = self._candidates.close(question, scope_ids, now, max(k, CANDIDATES))
        judged = tuple(self._candidates.judged(question, _in_order(same, close), threshold))
        decision = decide(judged[: len(same) + CANDIDATES], threshold)
        return Explanation(question, threshold, decision, judged[:k])

    def _log(
        self, lookup: Lookup, decision: Decision, scope: Scope, threshold: float, asker: str
    ) -> None:
        shown, entry = decision.served or decision.best, lookup.entry
        record = LookupRecord(
            id=lookup.id,
            time=self._clock(),
            asker=readable(scope.owner or asker),
            scope_id=scope.id,
            shared=scope.shared,
            purpose=scope.purpose,
            question=lookup.question,
            entry_id=None if entry is None else entry.id,
            nearest_id=None if shown is None else shown.entry.id,
            nearest=lookup.nearest,
            similarity=lookup.similarity,
            servable=decision.servable,
            outcome=decision.outcome,
            tier=lookup.tier,
            reason=lookup.reason,
            threshold=threshold,
            seconds=lookup.seconds,
            seconds_saved=0.0 if entry is None else max(0.0, entry.seconds - lookup.seconds),
            probability=lookup.probability,
            verdict=None if shown is None else shown.verified,
            tokens_saved=0 if entry is None else entry.tokens,
        )
        self._journal.add(record)


def _make(folder: Path, path: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except PermissionError as error:
        raise StoreReadOnlyError(path, str(error)) from error
    except OSError as error:
        raise StoreError(path, str(error)) from error


def _lookup_of(question: str, decision: Decision, watch: Stopwatch) -> Lookup:
    served = decision.served
    shown = served or decision.best
    return Lookup(
        id=new_lookup_id(),
        question=question,
        entry=None if served is None else served.entry,
        tier=None if served is None else served.tier,
        similarity=None if shown is None else shown.similarity,
        nearest=None if shown is None else shown.entry.question,
        reason=decision.reason,
        seconds=watch.seconds,
        probability=None if shown is None else shown.probability,
        outcome=decision.outcome,
        stages=watch.stages,
    )


def _in_order(same: Sequence[Candidate], close: Iterable[Candidate]) -> Iterator[Candidate]:
    """Exact ones first, and no entry twice."""
    known = {candidate.entry.id for candidate in same}
    yield from same
    yield from (candidate for candidate in close if candidate.entry.id not in known)


def _checked_question(question: str) -> str:
    if not question.strip():
        raise BlankQuestionError
    return readable(question)


def _refuse_personal(question: str, answer: str) -> None:
    found = personal_data(question) or personal_data(answer)
    if found is not None:
        raise PersonalDataError(found)


def _checked_amount(field: str, value: float) -> float:
    if not 0 <= value < math.inf:
        raise AmountError(field, value)
    return value
