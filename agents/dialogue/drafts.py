"""Replies that are being written: one row each, which claims the conversation for it."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import replace
from typing import Any, Final

import sqlalchemy as sa

from agents.database import insert_new
from agents.dialogue.database import DRAFTS
from agents.dialogue.messages import Reply

STALE_SECONDS: Final = 60.0
"""A reply that nobody has kept for so long, many times over its checkpoints, is not written."""


def claimed(connection: sa.Connection, conversation: str, reply: Reply) -> bool:
    """Claim the conversation for a reply of this process; False where another one holds it."""
    row = {
        "reply": reply.id,
        "conversation": conversation,
        "answer": "",
        "host": socket.gethostname(),
        "process": os.getpid(),
        "at": time.time(),
    }
    return insert_new(connection, DRAFTS, row)


def held(connection: sa.Connection, conversation: str) -> bool:
    """Whether a reply to the conversation is being written, or was by a process that is gone."""
    query = sa.select(DRAFTS.c.reply).where(DRAFTS.c.conversation == conversation)
    return connection.execute(query).one_or_none() is not None


def abandoned(connection: sa.Connection, running: frozenset[str]) -> list[sa.Row[Any]]:
    """The drafts that no process writes any more.

    Args:
        running: Ids of the replies that this process is writing.
    """
    rows = connection.execute(sa.select(DRAFTS)).all()
    return [
        row for row in rows if row.reply not in running and is_gone(row.host, row.process, row.at)
    ]


def interrupted(begun: Reply, draft: sa.Row[Any]) -> Reply:
    """The reply with the part of it that its draft kept."""
    seconds = max(0.0, draft.at - begun.at)
    return replace(begun, answer=draft.answer, status="interrupted", seconds=seconds)


def is_gone(host: str, process: int, at: float) -> bool:
    """Whether who writes has ended; of this process only what is asked about as not running.

    Args:
        host: Name of the machine that it runs on.
        process: Its number there.
        at: When it last gave a sign, seconds since the epoch.
    """
    if time.time() - at > STALE_SECONDS:
        return True
    return host == socket.gethostname() and (process == os.getpid() or not _is_alive(process))


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
