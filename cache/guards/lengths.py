"""Refuses what is too long for its vector."""

from __future__ import annotations

LONGEST_COMPARED_BYTES = 500
"""Longer questions (UTF-8 bytes) are compared exactly or not at all: the embedding model reads the
first 256 word pieces only, and two long texts with one beginning would be one vector."""


def lengths(asked: str, stored: str) -> str | None:
    """Refuses where either question is too long for its vector to tell all of it."""
    longest = max(len(asked.encode(errors="replace")), len(stored.encode(errors="replace")))
    return "too long to be compared by meaning" if longest > LONGEST_COMPARED_BYTES else None
