"""What the person who runs the cache does to entries: find, pin, take out of service, drop."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Select, bindparam, delete, func, insert, not_, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.sql import ColumnElement

from cache.database import Database, unpacked
from cache.entries import COLUMNS, GIVEN_IDS, VALID, Entry, entry_of
from cache.errors import TagError
from cache.schema import entries, epochs, feedback, lookups


class Curation:
    """Changes entries that are stored. The index is its caller's.

    :param database: where they lie.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(
        self, *, search: str, limit: int, owner: str | None, tag: str | None, purpose: str | None
    ) -> tuple[Entry, ...]:
        """Newest first; the rest as :meth:`cache.semantic.SemanticCache.entries`."""
        statement = select(*COLUMNS).order_by(entries.c.id.desc()).limit(limit)
        if search:
            found_in = (entries.c.question, entries.c.answer)
            statement = statement.where(
                or_(*(field.icontains(search, autoescape=True) for field in found_in))
            )
        if tag is not None:
            tagged = func.json_each(entries.c.tags).table_valued("value")
            statement = statement.where(
                select(1).select_from(tagged).where(tagged.c.value == tag).exists()
            )
        if purpose is not None:
            statement = statement.where(entries.c.purpose == purpose)
        statement = _seen_by(statement, owner)
        return tuple(entry_of(row) for row in self._database.select(statement))

    def seen(self, ids: Sequence[int], owner: str | None) -> list[int]:
        """Those of the ids that exist and that an owner may see."""
        statement = _seen_by(select(entries.c.id).where(entries.c.id.in_(GIVEN_IDS)), owner)
        return unpacked(self._database.select(statement, {"ids": json.dumps(list(ids))}))

    def of_owner(self, owner: str) -> list[int]:
        """The ids of an owner's own entries."""
        return unpacked(self._database.select(select(entries.c.id).where(entries.c.owner == owner)))

    def over(self, now: float) -> list[int]:
        """The ids of entries that will not be served again: expired, or under a bumped tag."""
        ended = or_(entries.c.expires_at <= now, _void())
        return unpacked(self._database.select(select(entries.c.id).where(ended)))

    def void(self) -> list[int]:
        """The ids of entries older than the last bump of one of their tags."""
        return unpacked(self._database.select(select(entries.c.id).where(_void())))

    def set_pinned(self, ids: Sequence[int], *, pinned: bool) -> None:
        self._set(ids, pinned=pinned)

    def set_tags(self, ids: Sequence[int], tags: Sequence[str]) -> None:
        """Replaces the tags of entries that no bump has voided yet."""
        last = select(func.coalesce(func.max(epochs.c.epoch), 0)).scalar_subquery()
        statement = (
            update(entries)
            .where(entries.c.id.in_(GIVEN_IDS), VALID)
            .values(tags=json.dumps(tags), epoch=last)
        )
        with self._database.write() as connection:
            connection.execute(statement, {"ids": json.dumps(list(ids))})

    def quarantine(self, ids: Sequence[int]) -> None:
        self._set(ids, quarantined=True)

    def judge(self, entry_id: int, *, good: bool, time: float) -> None:
        """Records a thumb; a bad one takes the entry out of service. Nothing if it is gone."""
        with self._database.write() as connection:
            if connection.execute(select(entries.c.id).where(entries.c.id == entry_id)).first():
                label = {"time": time, "entry_id": entry_id, "good": good}
                connection.execute(insert(feedback), label)
                if not good:
                    this = entries.c.id == entry_id
                    connection.execute(update(entries).where(this).values(quarantined=True))

    def bump(self, tag: str) -> None:
        """Voids what was asked for before now under a tag, at once and for all processes."""
        last = select(func.coalesce(func.max(epochs.c.epoch), 0)).scalar_subquery()
        statement = upsert(epochs).values(tag=tag, epoch=last + 1)
        statement = statement.on_conflict_do_update(
            index_elements=[epochs.c.tag], set_={"epoch": statement.excluded.epoch}
        )
        with self._database.write() as connection:
            connection.execute(statement)

    def forget_asker(self, asker: str) -> None:
        """Removes what somebody asked from the log of lookups."""
        with self._database.write() as connection:
            connection.execute(delete(lookups).where(lookups.c.asker == bindparam("asker")),
                               {"asker": asker})  # fmt: skip

    def _set(self, ids: Sequence[int], **values: object) -> None:
        statement = update(entries).where(entries.c.id.in_(GIVEN_IDS)).values(**values)
        with self._database.write() as connection:
            connection.execute(statement, {"ids": json.dumps(list(ids))})


def checked_tag(tag: str) -> str:
    """The tag itself.

    :raises TagError: if it is blank.
    """
    if not tag.strip():
        raise TagError(tag)
    return tag


def _void() -> ColumnElement[bool]:
    return not_(VALID)


def _seen_by(statement: Select[tuple[int]], owner: str | None) -> Select[tuple[int]]:
    return statement if owner is None else statement.where(entries.c.owner.in_({"", owner}))
