"""One model call for equal questions at the same time, whatever processes they are asked in.

Whoever asks the model takes a lease on the question in the database. Others wait until it is given
back, or until its time is over because its holder died.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from cache.database import Database, Prepared
from cache.key import Scope, key_of
from cache.schema import flights

_THIS = (flights.c.scope_id == bindparam("scope_id"), flights.c.key == bindparam("key"))
_upsert = upsert(flights)
_TAKE = _upsert.on_conflict_do_update(
    index_elements=[flights.c.scope_id, flights.c.key],
    set_={"holder": _upsert.excluded.holder, "expires": _upsert.excluded.expires},
    where=(flights.c.holder == _upsert.excluded.holder) | (flights.c.expires <= bindparam("now")),
)
_EXPIRED = delete(flights).where(flights.c.expires <= bindparam("now"))
_RELEASE = delete(flights).where(*_THIS, flights.c.holder == bindparam("by"))
_TAKEN = Prepared(select(flights.c.expires).where(*_THIS, flights.c.expires > bindparam("now")))


class Flights:
    """Leases on questions that are being answered.

    :param database: where they lie; processes on one database share them.
    :param clock: seconds since the epoch.
    """

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def take(self, question: str, scope: Scope, *, holder: str, seconds: float) -> bool:
        """Takes or renews the lease; whether the question is this holder's now.

        :param holder: names who answers; nobody else gives the lease back.
        :param seconds: how long it holds if it is neither renewed nor given back.
        :raises StoreError: if the database refuses.
        """
        now = self._clock()
        lease = {
            "scope_id": scope.id,
            "key": key_of(question),
            "holder": holder,
            "expires": now + seconds,
        }
        with self._database.write() as connection:
            connection.execute(_EXPIRED, {"now": now})
            return connection.execute(_TAKE, {**lease, "now": now}).rowcount > 0

    def give_back(self, question: str, scope: Scope, *, holder: str) -> None:
        """Ends the lease, if this holder has it.

        :raises StoreError: if the database refuses; the lease runs out then.
        """
        with self._database.write() as connection:
            connection.execute(
                _RELEASE, {"scope_id": scope.id, "key": key_of(question), "by": holder}
            )

    def taken(self, question: str, scope: Scope) -> bool:
        """Whether somebody is answering the question now.

        :raises StoreError: if the database cannot be read.
        """
        where = {"scope_id": scope.id, "key": key_of(question), "now": self._clock()}
        return bool(self._database.rows(_TAKEN, where))
