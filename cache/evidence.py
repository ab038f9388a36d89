"""What is known of lookups beyond what was decided: labels, and the verifier's later verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.sql import ColumnElement

from cache.calibration import Judged, Source
from cache.database import Database
from cache.schema import labels, lookups
from cache.verifier import Opinion

# Labels are of the pair (question, nearest), so nearest must be what is or could be served.
_WOULD_HIT: ColumnElement[bool] = and_(
    lookups.c.tier.is_(None), lookups.c.servable == lookups.c.similarity
)
_JUDGEABLE = or_(lookups.c.tier == "semantic", _WOULD_HIT)
_JUDGED = select(
    labels.c.scope_id, labels.c.similarity, labels.c.good, labels.c.source, labels.c.time
).order_by(labels.c.time)


def unlabelled(lookup: Select[Any]) -> Select[Any]:
    """Narrows a selection of lookups to those whose pair can be judged and was not."""
    return lookup.where(_JUDGEABLE, lookups.c.nearest.is_not(None), labels.c.good.is_(None))


class Evidence:
    """Keeps labels. They hold no text, and outlive the log and the entries.

    :param database: where they lie.
    :ivar changes: how many labels this process has given.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.changes = 0

    def label(self, lookup_id: str, *, good: bool, source: Source) -> bool:
        """Says whether one answer serves both questions of a lookup; a later label replaces.

        :returns: whether there is such a lookup, and it has a pair to be judged: an exact hit has
            none, and neither has what nothing could be served to at any threshold.
        """
        told = select(
            lookups.c.id,
            lookups.c.time,
            lookups.c.scope_id,
            lookups.c.similarity,
            lookups.c.probability,
            bindparam("good", good),
            bindparam("source", source),
        ).where(lookups.c.id == lookup_id, _JUDGEABLE)
        columns = ["lookup_id", "time", "scope_id", "similarity", "probability", "good", "source"]
        statement = upsert(labels).from_select(columns, told)
        statement = statement.on_conflict_do_update(
            index_elements=[labels.c.lookup_id],
            set_={"good": statement.excluded.good, "source": statement.excluded.source},
        )
        with self._database.write() as connection:
            given = connection.execute(statement).rowcount > 0
        self.changes += given
        return given

    def label_served(self, entry_id: int, *, good: bool, source: Source) -> bool:
        """Labels the newest lookup that an entry was served to."""
        newest = (
            select(lookups.c.id)
            .where(lookups.c.entry_id == entry_id)
            .order_by(lookups.c.time.desc())
            .limit(1)
        )
        rows = self._database.select(newest)
        return bool(rows) and self.label(rows[0][0], good=good, source=source)

    def judged(self) -> Sequence[Judged]:
        """All labels, oldest lookup first."""
        return tuple(
            Judged(scope_id, similarity, good, source, time)
            for scope_id, similarity, good, source, time in self._database.select(_JUDGED)
        )

    def unverified(self, limit: int) -> Sequence[tuple[str, str, str]]:
        """(lookup id, question, nearest) of misses that only the threshold kept from being hits.

        The verifier is not asked below the threshold, so what it would say is not known of them.
        """
        waiting = (
            select(lookups.c.id, lookups.c.question, lookups.c.nearest)
            .where(_WOULD_HIT, lookups.c.verdict.is_(None), lookups.c.nearest.is_not(None))
            .order_by(lookups.c.time.desc())
            .limit(limit)
        )
        return [tuple(row) for row in self._database.select(waiting)]

    def verified(self, by_id: Sequence[tuple[str, Opinion]]) -> None:
        """Writes the verifier's opinions; what it refuses could be served at no threshold."""
        with self._database.write() as connection:
            for lookup_id, opinion in by_id:
                changes: dict[str, object] = {
                    "verdict": opinion.same,
                    "probability": opinion.probability,
                }
                if not opinion.same:
                    changes["servable"] = None
                connection.execute(
                    update(lookups).where(lookups.c.id == lookup_id).values(**changes)
                )
