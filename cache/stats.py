"""What was looked up and what came of it: the log, the running totals, and what-if questions."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    Select,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.sql import ColumnElement

from cache.calibration import Source
from cache.database import Database
from cache.decision import Outcome, Tier
from cache.entries import KIB
from cache.errors import StoreError
from cache.eviction import AGE
from cache.evidence import unlabelled
from cache.schema import entries, labels, lookups, totals

LOG_KEPT = 10_000
"""How many of the newest lookups the log keeps; the running totals count all of them."""

FLUSH_SECONDS = 0.5
"""The longest time a lookup waits in memory before it is written to the log."""

_WAITING_AT_MOST = 20_000
_ROWID: ColumnElement[int] = literal_column("lookups.rowid", Integer)


@dataclass(frozen=True, slots=True)
class LookupRecord:
    """One line of the log.

    :ivar id: as in :class:`cache.semantic.Lookup`.
    :ivar time: seconds since the epoch.
    :ivar asker: who asked; blank if not told.
    :ivar shared: whether the scope was the shared one.
    :ivar entry_id: the entry that was served; ``None`` unless a hit.
    :ivar nearest: the closest question; ``None`` where there was none, or it has been deleted.
    :ivar similarity: of the closest question, -1..1; ``None`` where there was none.
    :ivar servable: of the closest one against which only the threshold may speak.
    :ivar outcome: see :class:`cache.decision.Decision`.
    :ivar threshold: the one in force, 0..1.
    :ivar seconds: what the lookup took.
    :ivar seconds_saved: what the model took for the answer served, less that; 0 unless a hit.
    :ivar probability: the verifier's, that one answer serves the question and ``nearest``, 0..1;
        ``None`` where it was not asked or gave none.
    :ivar verdict: whether the verifier would let it be served; ``None`` where it was not asked.
    :ivar tokens_saved: what the answer served had cost; 0 unless a hit.
    :ivar label: whether one answer does serve both; ``None`` as long as nobody has told.
    :ivar label_source: who has told.
    """

    id: str
    time: float
    asker: str
    scope_id: str
    shared: bool
    purpose: str
    question: str
    entry_id: int | None
    nearest_id: int | None
    nearest: str | None
    similarity: float | None
    servable: float | None
    outcome: Outcome
    tier: Tier | None
    reason: str
    threshold: float
    seconds: float
    seconds_saved: float
    probability: float | None = None
    verdict: bool | None = None
    tokens_saved: int = 0
    label: bool | None = None
    label_source: Source | None = None

    @property
    def hit(self) -> bool:
        return self.outcome == "hit"

    @property
    def decision(self) -> str:
        """``hit`` or ``miss``; :attr:`outcome` tells misses apart."""
        return "hit" if self.hit else "miss"

    def would_hit(self, threshold: float) -> bool:
        """Whether it would have been a hit at another threshold."""
        return self.tier == "exact" or (self.servable is not None and self.servable >= threshold)


@dataclass(frozen=True, slots=True)
class CacheStats:
    """Totals over the life of the database.

    :ivar exact_hits: hits by the normalised text.
    :ivar semantic_hits: hits by similarity.
    :ivar misses: lookups that were not served, for whatever reason.
    :ivar expired: of the misses, those with an answer whose time was over.
    :ivar refused: of the misses, those in which a guard spoke against a close question.
    :ivar entries: stored now, expired and quarantined ones included.
    :ivar seconds_saved: the model's time for what was served, less the lookups' own.
    :ivar tokens_saved: the model's tokens for what was served.
    :ivar bytes: size of all files on disk.
    :ivar paused: why nothing is stored at present, for people; ``None`` while storing works.
    """

    exact_hits: int
    semantic_hits: int
    misses: int
    expired: int
    refused: int
    entries: int
    seconds_saved: float
    tokens_saved: int
    bytes: int
    paused: str | None = None

    @property
    def hits(self) -> int:
        return self.exact_hits + self.semantic_hits

    @property
    def lookups(self) -> int:
        return self.hits + self.misses

    @property
    def hit_rate(self) -> float | None:
        """Hits over lookups, 0..1; ``None`` before the first lookup."""
        return self.hits / self.lookups if self.lookups else None


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The last lookups, judged at another threshold.

    :ivar lookups: how many were judged.
    :ivar hits: how many would have been hits.
    :ivar exact: of the hits, those that need no similarity.
    :ivar were: how many were hits at the threshold then in force.
    """

    threshold: float
    lookups: int
    hits: int
    exact: int
    were: int

    @property
    def hit_rate(self) -> float | None:
        return self.hits / self.lookups if self.lookups else None


_LOGGED = [field.name for field in fields(LookupRecord) if field.name in lookups.c]
_RECORDS = select(*(lookups.c[name] for name in _LOGGED), labels.c.good, labels.c.source).join_from(
    lookups, labels, labels.c.lookup_id == lookups.c.id, isouter=True
)


class Journal:
    """Takes lookups at once and writes them soon, so that no lookup waits for the disk.

    Lookups wait in memory until the next :meth:`flush`: half a second at most while :meth:`run`
    runs. What is lost if the process is killed meanwhile is log lines and counts, never an entry.

    :param database: where the log lies.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[LookupRecord] = []
        self._lock = threading.Lock()
        self._something = threading.Event()
        self._stop = threading.Event()

    def add(self, record: LookupRecord) -> None:
        """Takes a lookup."""
        if self._database.read_only:
            return
        with self._lock:
            self._waiting.append(record)
            del self._waiting[:-_WAITING_AT_MOST]
        self._something.set()

    def run(self) -> None:
        """Flushes now and then until :meth:`stop`; the body of a thread."""
        while not self._stop.is_set():
            self._something.wait()
            self._stop.wait(FLUSH_SECONDS)
            self._something.clear()
            self.flush()

    def stop(self) -> None:
        self._stop.set()
        self._something.set()

    def flush(self) -> None:
        """Writes what waits. If the database refuses for now, it goes on waiting.

        Serving goes on where nothing can be written, so a refusal here is no error: the next
        entry that is stored meets the same refusal and tells of it.
        """
        with self._database.lock:
            with self._lock:
                taken, self._waiting = self._waiting, []
            if not taken:
                return
            try:
                with self._database.write(patient=False) as connection:
                    _write(connection, taken)
            except StoreError:
                with self._lock:
                    self._waiting = taken + self._waiting

    def newest(self, limit: int, owner: str | None) -> tuple[LookupRecord, ...]:
        """Newest first; ``owner`` sees what he asked himself, ``None`` sees everything."""
        return self._records(_RECORDS, limit, owner)

    def unlabelled(self, limit: int, owner: str | None) -> tuple[LookupRecord, ...]:
        """Lookups whose pair can be judged and was not, newest first."""
        return self._records(unlabelled(_RECORDS), limit, owner)

    def _records(
        self, statement: Select[Any], limit: int, owner: str | None
    ) -> tuple[LookupRecord, ...]:
        self.flush()
        if owner is not None:
            statement = statement.where(lookups.c.asker == owner)
        statement = statement.order_by(lookups.c.time.desc(), lookups.c.id.desc()).limit(limit)
        return tuple(LookupRecord(*row) for row in self._database.select(statement))

    def what_if(self, threshold: float, last: int, owner: str | None) -> WhatIf:
        records = self.newest(last, owner)
        return WhatIf(
            threshold=threshold,
            lookups=len(records),
            hits=sum(record.would_hit(threshold) for record in records),
            exact=sum(record.tier == "exact" for record in records),
            were=sum(record.hit for record in records),
        )

    def totals(self) -> dict[str, float]:
        """Running totals by name; a name that was never counted is absent."""
        self.flush()
        return dict(self._database.select(select(totals)))


def new_lookup_id() -> str:
    return uuid.uuid4().hex


def _write(connection: Connection, taken: Sequence[LookupRecord]) -> None:
    rows = [{name: getattr(record, name) for name in _LOGGED} for record in taken]
    connection.execute(insert(lookups), rows)
    _add_totals(connection, taken)
    _count_hits(connection, [record for record in taken if record.hit])
    _forget_oldest(connection)


def _add_totals(connection: Connection, taken: Sequence[LookupRecord]) -> None:
    sums: Counter[str] = Counter()
    seconds = 0.0
    for record in taken:
        sums[record.tier or "misses" if record.hit else "misses"] += 1
        if record.outcome in ("expired", "refused"):
            sums[record.outcome] += 1
        sums["tokens_saved"] += record.tokens_saved
        seconds += record.seconds_saved
    statement = upsert(totals)
    statement = statement.on_conflict_do_update(
        index_elements=[totals.c.name],
        set_={"amount": totals.c.amount + statement.excluded.amount},
    )
    amounts: dict[str, float] = {**sums, "seconds_saved": seconds}
    rows = [{"name": name, "amount": amount} for name, amount in amounts.items()]
    connection.execute(statement, rows)


def _count_hits(connection: Connection, hits: Sequence[LookupRecord]) -> None:
    if not hits:
        return
    counts = Counter(record.entry_id for record in hits)
    last = {record.entry_id: record.time for record in hits}
    hits_now = entries.c.hits + bindparam("more")
    age = select(func.max(totals.c.amount)).where(totals.c.name == AGE).scalar_subquery()
    worth = entries.c.seconds * (1 + hits_now) * KIB / func.max(1, entries.c.bytes)
    statement = (
        update(entries)
        .where(entries.c.id == bindparam("of_entry"))
        .values(hits=hits_now, last_hit_at=bindparam("at"), value=func.coalesce(age, 0) + worth)
    )
    rows = [{"of_entry": id_, "more": more, "at": last[id_]} for id_, more in counts.items()]
    connection.execute(statement, rows)


def _forget_oldest(connection: Connection) -> None:
    newest = connection.execute(select(func.max(_ROWID)).select_from(lookups)).scalar_one()
    connection.execute(delete(lookups).where(newest - LOG_KEPT >= _ROWID))
