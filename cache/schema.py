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
)

HISTORY = ("1: entries, their vectors, the log of lookups, running totals, feedback",)
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
    UniqueConstraint("scope_id", "key"),
    Index("entries_of_owner", "owner"),
    Index("entries_by_expiry", "expires_at"),
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
    Index("lookups_by_time", "time"),
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
