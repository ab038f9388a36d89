"""Whether the index files are right for the database, told without reading all entries.

A start that asked the database for the ids of all entries would read one page for every few of a
million. So whoever saves the index files whole also leaves a random mark, in the files and in the
database, where a trigger blanks it when any entry is removed. Files whose mark is still there are
right but for the entries that were added since, and these have higher ids. A database that was put
back from a copy has another mark.
"""

from __future__ import annotations

import secrets

from sqlalchemy import select, update

from cache.database import Database, Prepared
from cache.schema import marks

_READ = Prepared(select(marks.c.mark, marks.c.removals))


class Marks:
    """Sets and reads the mark, and counts what this process removes.

    :param database: where the mark lies.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._removals = 0

    def read(self) -> str:
        """The mark now; blank if there is none. From here on, removals are counted."""
        ((mark, removals),) = self._database.rows(_READ, {})
        self._removals = removals
        return str(mark)

    def removed(self, count: int) -> None:
        """Counts entries that this process has removed, from the database and from its index."""
        self._removals += count

    def leave(self, mark: str) -> bool:
        """Leaves a mark, unless others have removed entries of which this process knows nothing.

        :raises StoreError: if it cannot be written.
        """
        statement = update(marks).where(marks.c.removals == self._removals).values(mark=mark)
        with self._database.write() as connection:
            return connection.execute(statement).rowcount == 1


def new_mark() -> str:
    """A mark that no other files have."""
    return secrets.token_hex(8)
