"""The semantic cache: answers that were given before, to the same question or to a close one."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cache import index_file
from cache.calibration import Judged, Source
from cache.candidates import Candidates, opinions_on
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
from cache.guards import DEFAULT_GUARDS, Guard
from cache.keeping import FOR_EVER, UNLIMITED, Lifetimes, Limits, Ttl
from cache.key import Scope, key_of, readable
from cache.personal import personal_data
from cache.results import Explanation, Lookup
from cache.stats import CacheStats, Journal, LookupRecord, WhatIf, new_lookup_id
from cache.transfer import TransferLine, read, written
from cache.vectors import Agreement, VectorSpace
from cache.verifier import Verifier

DATABASE_FILE = "cache.sqlite3"
BUSY_SECONDS = 2.0
"""How long an operation waits for another process to let go of the database."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the person who runs the cache has settled.

    :ivar guards: what may refuse a semantic candidate.
    :ivar verifier: what is asked about those that the guards let pass; ``None``: nothing.
    :ivar lifetimes: how long an answer is served if its caller does not tell.
    :ivar limits: how much is kept.
    """

    guards: tuple[Guard, ...]
    verifier: Verifier | None
    lifetimes: Lifetimes
    limits: Limits


class SemanticCache:
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
        """Embeds a question that is about to be looked up, so that the lookup need not.

        To be called from a thread of its own, as soon as the question is known. Harmless for a
        question that cannot be looked up.

        :raises EmbedderError: if the embedder fails; the lookup tries again.
        """
        if question.strip():
            self._space.embed(readable(question))

    def lookup(self, question: str, scope: Scope, *, threshold: float, asker: str = "") -> Lookup:
        """The answer to the same question or to one at least ``threshold`` similar.

        :param threshold: least cosine similarity, 0..1.
        :param asker: who asks, for the log; a conversation's owner unless told.
        :raises BlankQuestionError, ThresholdError: for input that is neither.
        :raises StoreError: if the database cannot be read.
        """
        started = time.perf_counter()
        threshold = checked_threshold(threshold)
        question = _checked_question(question)
        decision = self._decide(question, scope.id, threshold)
        seconds = time.perf_counter() - started
        lookup = _lookup_of(question, decision, seconds)
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

    def stats(self) -> CacheStats:
        """Totals since the database was made."""
        totals = self._journal.totals()
        return CacheStats(
            exact_hits=int(totals.get("exact", 0)),
            semantic_hits=int(totals.get("semantic", 0)),
            misses=int(totals.get("misses", 0)),
            expired=int(totals.get("expired", 0)),
            refused=int(totals.get("refused", 0)),
            entries=self._entries.count(),
            seconds_saved=totals.get("seconds_saved", 0.0),
            tokens_saved=int(totals.get("tokens_saved", 0)),
            bytes=self._database.bytes + index_file.bytes_on_disk(self._folder),
            paused=self._paused,
        )

    def lookups(self, *, limit: int = 50, owner: str | None = None) -> tuple[LookupRecord, ...]:
        """The newest lookups, newest first.

        :param owner: only what this owner asked; ``None``: everything, for who runs the cache.
        """
        return self._journal.newest(limit, owner)

    def what_if(self, threshold: float, *, last: int = 50, owner: str | None = None) -> WhatIf:
        """How many of the last lookups would have been hits at another threshold.

        Exact hits always; what a guard refused stays refused, and what had expired is expired.

        :param owner: as in :meth:`lookups`.
        :raises ThresholdError: outside 0..1.
        """
        return self._journal.what_if(checked_threshold(threshold), last, owner)

    def knows(self, question: str, scope: Scope) -> bool:
        """Whether the very same question is answered in a scope. Not logged.

        :raises StoreError: if the database cannot be read.
        """
        same = self._candidates.same(question, [scope.id], self._clock())
        return any(candidate.servable for candidate in same)

    def label(self, lookup_id: str, *, good: bool, source: Source) -> bool:
        """Says whether one answer serves the question of a lookup and its nearest.

        :returns: whether the lookup is known and has a pair to be judged: it was served by
            similarity, or would have been at a lower threshold.
        """
        self._journal.flush()
        return self._evidence.label(lookup_id, good=good, source=source)

    def judged_lookups(self) -> Sequence[Judged]:
        """All labels, oldest lookup first; clearing the log leaves them."""
        return self._evidence.judged()

    def unlabelled(self, *, limit: int = 50, owner: str | None = None) -> tuple[LookupRecord, ...]:
        """Lookups that can be labelled and were not, newest first.

        :param owner: as in :meth:`lookups`.
        """
        return self._journal.unlabelled(limit, owner)

    def second_opinions(self, *, limit: int = 32) -> int:
        """Asks the verifier about misses that only the threshold kept from being hits; how many.

        For idle time: then :meth:`what_if` knows what the verifier refuses at lower thresholds.

        :raises VerifierError: if the verifier fails.
        """
        if self._rules.verifier is None:
            return 0
        self._journal.flush()
        waiting = self._evidence.unverified(limit)
        opinions = opinions_on(self._rules.verifier, [(asked, near) for _, asked, near in waiting])
        ids = [lookup_id for lookup_id, _, _ in waiting]
        self._evidence.verified(list(zip(ids, opinions, strict=True)))
        return len(waiting)

    def entries(
        self,
        *,
        search: str = "",
        limit: int = 200,
        owner: str | None = None,
        tag: str | None = None,
        purpose: str | None = None,
    ) -> tuple[Entry, ...]:
        """Stored entries, newest first.

        :param search: only those with this text in question or answer, whatever its case.
        :param owner: shared entries and this owner's own; ``""``: shared ones only; ``None``: all,
            for who runs the cache.
        :param tag: only those with this tag.
        :param purpose: only those for this.
        """
        self._journal.flush()
        return self._curation.find(
            search=readable(search), limit=limit, owner=owner, tag=tag, purpose=purpose
        )

    def delete(self, *entry_ids: int, owner: str | None = None) -> int:
        """Removes entries; how many there were.

        :param owner: only those that this owner sees, as in :meth:`entries`.
        """
        self._journal.flush()
        return self._space.delete(self._curation.seen(entry_ids, owner))

    def pin(self, *entry_ids: int, pinned: bool = True, owner: str | None = None) -> None:
        """Keeps entries from being evicted for want of room, or lets them be again."""
        self._curation.set_pinned(self._curation.seen(entry_ids, owner), pinned=pinned)

    def quarantine(self, *entry_ids: int, owner: str | None = None) -> None:
        """Takes entries out of service at once, until they are released or stored anew."""
        seen = self._curation.seen(entry_ids, owner)
        self._curation.quarantine(seen)
        self._space.forget(seen)

    def release(self, *entry_ids: int, owner: str | None = None) -> tuple[Entry, ...]:
        """Puts quarantined entries into service again, each under a new id."""
        drafts = self._entries.quarantined(self._curation.seen(entry_ids, owner))
        return tuple(self._space.insert(draft) for draft in drafts)

    def bump(self, tag: str) -> int:
        """Drops a subject: what was asked for before now under this tag is never served again.

        That holds at once, in all processes, and for answers that are still being written.

        :returns: how many entries are removed.
        """
        self._journal.flush()
        self._curation.bump(readable(checked_tag(tag)))
        return self._space.delete(self._curation.void())

    def export(self, *, owner: str | None = None) -> Iterator[str]:
        """Entries in service as JSON lines, oldest first; see :mod:`cache.transfer`.

        :param owner: shared entries and this owner's own; ``None``: all.
        """
        self._journal.flush()
        return written(self._entries.exported(owner))

    def import_lines(self, lines: Iterable[str], *, owner: str | None = None) -> int:
        """Takes in what :meth:`export` wrote, in place of entries to the same questions.

        Where one line is refused or cannot be stored, nothing is taken in.

        :param owner: lines of another owner are refused; ``None``: anybody's are taken.
        :returns: how many entries there were.
        :raises TransferError: if a line is malformed, shares personal data or is another owner's.
        :raises StoreError: if the entries could not be kept.
        """
        drafts = [self._draft_of(line) for line in read(lines, owner=owner)]
        # Through a connection of its own: then this cache's index, like that of any other process,
        # learns from the database what was added.
        with self._noting_refusals():
            if self._database.read_only:
                raise StoreReadOnlyError(self._database.path, "it was opened for reading only")
            other = Database.open(self._database.path, busy_seconds=BUSY_SECONDS, read_only=False)
            try:
                entries = EntryStore(other)
                with other.write():
                    for draft in drafts:
                        entries.insert(draft)
            finally:
                other.close()
        return len(drafts)

    def verify(self) -> Agreement:
        """Compares the index with the database, entry by entry."""
        return self._space.agreement()

    @property
    def epoch(self) -> int:
        """How often any tag was bumped; see :meth:`store`."""
        return self._entries.last_epoch()

    def feedback(self, entry_id: int, *, good: bool) -> None:
        """Takes a thumb: a bad one takes the entry out of service at once.

        It labels the newest lookup that the entry was served to. An entry that is gone meanwhile
        is left alone.
        """
        self._curation.judge(entry_id, good=good, time=self._clock())
        if not good:
            self._space.forget([entry_id])
        self._journal.flush()
        self._evidence.label_served(entry_id, good=good, source="thumb")

    def clear_expired(self) -> int:
        """Removes entries that will not be served again for their age or a bumped tag; how many."""
        return self.delete(*self._curation.over(self._clock()))

    def clear(self, *, owner: str | None = None) -> int:
        """Removes entries and the log of lookups, not the totals and labels; how many entries.

        :param owner: only this owner's own, and what he asked; ``None``: all.
        """
        self._journal.flush()
        if owner is None:
            return self._space.clear()
        self._curation.forget_asker(owner)
        return self._space.delete(self._curation.of_owner(owner))

    def close(self) -> None:
        """Writes what waits, saves the index and lets go of the database."""
        self._journal.stop()
        self._writer.join()
        self._journal.flush()
        self._space.save()
        self._database.close()

    def _decide(self, question: str, scope_id: str, threshold: float) -> Decision:
        now = self._clock()
        same = self._candidates.same(question, [scope_id], now)
        if any(candidate.servable for candidate in same):
            return decide(same, threshold)
        close = self._candidates.close(question, [scope_id], now, CANDIDATES)
        found = _in_order(same, close)
        return decide(self._candidates.judged(question, found, threshold), threshold)

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

    def _draft_of(self, line: TransferLine) -> Draft:
        return Draft(
            key=key_of(line.question),
            question=line.question,
            answer=line.answer,
            scope=line.partition(),
            model=line.model,
            created_at=line.created_at,
            expires_at=line.expires_at,
            seconds=line.seconds,
            tokens=line.tokens,
            embedder=self._space.embedder.name,
            vector=self._space.embed(line.question),
            tags=tuple(sorted(set(line.tags))),
            pinned=line.pinned,
            hits=line.hits,
            last_hit_at=line.last_hit_at,
            threshold=line.threshold,
            verifier=line.verifier,
            limits=self._rules.limits,
        )

    @contextmanager
    def _noting_refusals(self) -> Iterator[None]:
        """So that :meth:`stats` can tell that storing is paused, and why."""
        try:
            yield
        except StoreError as error:
            self._refused = error
            raise
        self._refused = None

    @property
    def _paused(self) -> str | None:
        if self._database.read_only:
            return str(StoreReadOnlyError(self._database.path, "it was opened for reading only"))
        return None if self._refused is None else str(self._refused)

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
        )
        self._journal.add(record, tokens=0 if entry is None else entry.tokens)


def _make(folder: Path, path: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except PermissionError as error:
        raise StoreReadOnlyError(path, str(error)) from error
    except OSError as error:
        raise StoreError(path, str(error)) from error


def _lookup_of(question: str, decision: Decision, seconds: float) -> Lookup:
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
        seconds=seconds,
        probability=None if shown is None else shown.probability,
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
