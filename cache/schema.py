"""The tables, and the history of their versions."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
)

HISTORY = (
    "1: entries, their vectors, the log of lookups, running totals, feedback",
    "2: tags and epochs, pins, sizes and values of entries, labels of lookups, flights",
    "3: tokens saved by each lookup, the mark of the index files",
)
"""One line for each schema version, oldest first; the newest is what this package writes."""

SCHEMA_VERSION = len(HISTORY)

METADATA = MetaData()

entries = Table(
    "entries",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("scope_id", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("conversation", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("prompt", Text, nullable=False),
    Column("scope_model", Text, nullable=False),
    Column("context", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float),
    Column("hits", Integer, nullable=False, default=0),
    Column("last_hit_at", Float),
    Column("seconds", Float, nullable=False),
    Column("tokens", Integer, nullable=False),
    Column("quarantined", Boolean, nullable=False, default=False),
    Column("language", Text, nullable=False, server_default=""),
    Column("knowledge", Text, nullable=False, server_default=""),
    Column("plan", Text, nullable=False, server_default=""),
    Column("step", Text, nullable=False, server_default=""),
    Column("tags", Text, nullable=False, server_default="[]"),
    Column("epoch", Integer, nullable=False, server_default="0"),
    Column("pinned", Boolean, nullable=False, server_default="0"),
    Column("bytes", Integer, nullable=False, server_default="0"),
    Column("value", Float, nullable=False, server_default="0"),
    Column("threshold", Float),
    Column("verifier", Text),
    UniqueConstraint("scope_id", "key"),
    Index("entries_of_owner", "owner"),
    Index("entries_by_expiry", "expires_at"),
    Index("entries_by_value", "value"),
    Index("entries_by_owner_and_value", "owner", "value"),
    Index("entries_with_tags", "id", sqlite_where=literal_column("tags") != "[]"),
    sqlite_autoincrement=True,
)

vectors = Table(
    "vectors",
    METADATA,
    Column("entry_id", ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True),
    Column("embedder", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

lookups = Table(
    "lookups",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("time", Float, nullable=False),
    Column("asker", Text, nullable=False),
    Column("scope_id", Text, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("entry_id", Integer),
    Column("nearest_id", Integer),
    Column("nearest", Text),
    Column("similarity", Float),
    Column("servable", Float),
    Column("outcome", Text, nullable=False),
    Column("tier", Text),
    Column("reason", Text, nullable=False),
    Column("threshold", Float, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("seconds_saved", Float, nullable=False),
    Column("probability", Float),
    Column("verdict", Boolean),
    Column("tokens_saved", Integer, nullable=False, server_default="0"),
    Index("lookups_by_time", "time"),
    Index("lookups_by_entry", "entry_id"),
)

totals = Table(
    "totals",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("amount", Float, nullable=False),
)

feedback = Table(
    "feedback",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("time", Float, nullable=False),
    Column("entry_id", ForeignKey("entries.id", ondelete="CASCADE"), nullable=False),
    Column("good", Boolean, nullable=False),
)

labels = Table(
    "labels",
    METADATA,
    Column("lookup_id", Text, primary_key=True),
    Column("time", Float, nullable=False),
    Column("scope_id", Text, nullable=False),
    Column("similarity", Float, nullable=False),
    Column("probability", Float),
    Column("good", Boolean, nullable=False),
    Column("source", Text, nullable=False),
)
"""What is known of lookups' pairs. No text: it stays when the log and the entries are cleared."""

epochs = Table(
    "epochs",
    METADATA,
    Column("tag", Text, primary_key=True),
    Column("epoch", Integer, nullable=False),
)
"""When a tag was last bumped, in a count over all tags: what is older under that tag is void."""

flights = Table(
    "flights",
    METADATA,
    Column("scope_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("expires", Float, nullable=False),
)
"""The questions that are being answered now, and by whom."""

usage = Table(
    "usage",
    METADATA,
    Column("owner", Text, primary_key=True),
    Column("entries", Integer, nullable=False),
    Column("bytes", Integer, nullable=False),
)
"""What each owner's entries take, kept by triggers: summing up a million rows takes too long."""

marks = Table(
    "marks",
    METADATA,
    Column("mark", Text, nullable=False),
    Column("removals", Integer, nullable=False),
)
"""One row: the mark of index files that are right but for what was added since, blank as soon as an
entry is removed; and how many were ever removed. Kept by a trigger: see :mod:`cache.marks`."""

FIRST_MARK = "INSERT INTO marks (mark, removals) VALUES ('', 0)"

TRIGGERS = (
    """
    CREATE TRIGGER entry_added AFTER INSERT ON entries BEGIN
        INSERT INTO usage (owner, entries, bytes) VALUES (new.owner, 1, new.bytes)
        ON CONFLICT (owner) DO UPDATE SET entries = entries + 1, bytes = bytes + new.bytes;
    END
    """,
    """
    CREATE TRIGGER entry_removed AFTER DELETE ON entries BEGIN
        UPDATE usage SET entries = entries - 1, bytes = bytes - old.bytes WHERE owner = old.owner;
        UPDATE marks SET mark = '', removals = removals + 1;
    END
    """,
)
