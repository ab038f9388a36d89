"""The tables of conversations.

Schema versions:
    1  conversations, events, drafts
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

SCHEMA_VERSION: Final = 1
TABLES: Final = sa.MetaData()
CONVERSATIONS: Final = sa.Table(
    "conversations",
    TABLES,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("owner", sa.String, nullable=False, index=True),
    sa.Column("title", sa.String, nullable=False, default=""),
    sa.Column("updated_at", sa.Float, nullable=False),
)
EVENTS: Final = sa.Table(
    "events",
    TABLES,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("conversation", sa.String, sa.ForeignKey("conversations.id"), nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("message", sa.String, unique=True),
    sa.Column("body", sa.String, nullable=False),
    sa.Index("events_of_conversation", "conversation", "id"),
)
DRAFTS: Final = sa.Table(
    "drafts",
    TABLES,
    sa.Column("reply", sa.String, primary_key=True),
    sa.Column("conversation", sa.String, nullable=False, unique=True),
    sa.Column("answer", sa.String, nullable=False, default=""),
    sa.Column("host", sa.String, nullable=False),
    sa.Column("process", sa.Integer, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
)
