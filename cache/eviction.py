"""Makes room within the limits: what is worth least goes first.

The value of an entry is GreedyDual-Size-Frequency's (Cherkasova 1998, "Improving WWW proxies
performance with Greedy-Dual-Size-Frequency caching policy"): age + frequency * cost / size, with
the seconds that the model took as the cost and KiB as the size. The age is the value of the last
entry that was evicted, so that what was popular once does not stay for ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.sql import ColumnElement

from cache.database import Database, Prepared
from cache.errors import LimitError
from cache.keeping import Limits
from cache.schema import entries, totals, usage

AGE = "age"
"""The running total that holds the age."""

_AGE = Prepared(select(totals.c.amount).where(totals.c.name == AGE))
_upsert_age = upsert(totals)
_SET_AGE = Prepared(
    _upsert_age.on_conflict_do_update(
        index_elements=[totals.c.name],
        set_={"amount": func.max(totals.c.amount, _upsert_age.excluded.amount)},
    ),
    ["name", "amount"],
)
_USED = Prepared(
    select(func.coalesce(func.sum(usage.c.entries), 0), func.coalesce(func.sum(usage.c.bytes), 0))
)
_USED_BY_OWNER = Prepared(
    select(usage.c.entries, usage.c.bytes).where(usage.c.owner == bindparam("owner"))
)
_EVICTABLE = (entries.c.pinned.is_(False), entries.c.id != bindparam("kept"))
_OF_OWNER = entries.c.owner == bindparam("owner")
_EXPIRED = entries.c.expires_at <= bindparam("now")


def _first(*where: ColumnElement[bool], by: ColumnElement[float]) -> Prepared:
    found = select(entries.c.id, entries.c.value).where(*_EVICTABLE, *where).order_by(by)
    return Prepared(found.limit(1))


_FIRST_EXPIRED = _first(_EXPIRED, by=entries.c.expires_at)
_LEAST = _first(by=entries.c.value)
_FIRST_EXPIRED_OF_OWNER = _first(_EXPIRED, _OF_OWNER, by=entries.c.expires_at)
_LEAST_OF_OWNER = _first(_OF_OWNER, by=entries.c.value)
_DELETE = Prepared(delete(entries).where(entries.c.id == bindparam("id")))


@dataclass(frozen=True, slots=True)
class _Bound:
    """One pair of limits, and what is asked of the database to keep it."""

    name: str
    most_entries: int | None
    most_bytes: int | None
    used: Prepared
    victims: tuple[Prepared, Prepared]

    def kept_with(self, used_entries: int, used_bytes: int) -> bool:
        return (self.most_entries is None or used_entries <= self.most_entries) and (
            self.most_bytes is None or used_bytes <= self.most_bytes
        )

    def __str__(self) -> str:
        amounts = (
            (self.most_entries, "entries"),
            (self.most_bytes, "bytes"),
        )
        told = " or ".join(f"{most} {unit}" for most, unit in amounts if most is not None)
        return f"{self.name} limit of {told}"


def age(database: Database) -> float:
    """What a new entry's value starts from."""
    rows = database.rows(_AGE, {})
    return float(rows[0][0]) if rows else 0.0


def make_room(
    database: Database, limits: Limits, *, owner: str, kept: int, now: float
) -> list[int]:
    """Evicts until the limits hold, inside :meth:`cache.database.Database.write`.

    Expired entries go first, then those of the least value.

    :param owner: whose entry was added; blank if everybody's.
    :param kept: the entry that was added, which does not make room for itself.
    :param now: seconds since the epoch.
    :returns: the ids of those that had to go.
    :raises LimitError: if what may not go is too much already.
    """
    where = {"owner": owner, "kept": kept, "now": now}
    return [gone for bound in _bounds(limits, owner) for gone in _kept(database, bound, where)]


def _bounds(limits: Limits, owner: str) -> Iterator[_Bound]:
    if owner and (limits.owner_entries is not None or limits.owner_bytes is not None):
        victims = (_FIRST_EXPIRED_OF_OWNER, _LEAST_OF_OWNER)
        yield _Bound(
            "an owner's", limits.owner_entries, limits.owner_bytes, _USED_BY_OWNER, victims
        )
    if limits.entries is not None or limits.bytes is not None:
        victims = (_FIRST_EXPIRED, _LEAST)
        yield _Bound("the", limits.entries, limits.bytes, _USED, victims)


def _kept(database: Database, bound: _Bound, where: dict[str, object]) -> Iterator[int]:
    while not bound.kept_with(*database.rows(bound.used, where)[0]):
        victim = _victim(database, bound, where)
        if victim is None:
            raise LimitError(database.path, str(bound))
        yield victim


def _victim(database: Database, bound: _Bound, where: dict[str, object]) -> int | None:
    expired, least = (database.rows(statement, where) for statement in bound.victims)
    if not expired and not least:
        return None
    entry_id, value = (expired or least)[0]
    database.insert(_DELETE, {"id": entry_id})
    if not expired:
        database.insert(_SET_AGE, {"name": AGE, "amount": value})
    return int(entry_id)
