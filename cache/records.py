"""An entry: as it is served, as it is about to be stored, and its vector as it lies there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cache.keeping import UNLIMITED, Limits
from cache.key import Scope


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored answer. Its id never names another answer: storing anew gives a new id.

    :ivar shared: whether everybody may be served it; else only ``owner`` in ``conversation``.
    :ivar purpose: what the text is for: ``answer``, ``plan``, ...
    :ivar model: which model gave the answer.
    :ivar created_at: seconds since the epoch.
    :ivar expires_at: seconds since the epoch; ``None``: never.
    :ivar hits: how often it was served.
    :ivar last_hit_at: seconds since the epoch; ``None``: never.
    :ivar seconds: what the answer took when the model gave it.
    :ivar tokens: what it cost then.
    :ivar quarantined: taken out of service by a thumbs-down, or by hand.
    :ivar pinned: never evicted for want of room.
    :ivar tags: the subjects it is dropped with, sorted.
    :ivar epoch: how far the count of bumps was when the answer was asked for.
    :ivar bytes: size of question, answer and vector.
    :ivar threshold: the one in force when it was stored; ``None`` if it was not told.
    :ivar verifier: the verifier in force then; ``None``: none.
    """

    id: int
    question: str
    answer: str
    owner: str
    conversation: str
    purpose: str
    model: str
    created_at: float
    expires_at: float | None
    hits: int
    last_hit_at: float | None
    seconds: float
    tokens: int
    quarantined: bool = False
    pinned: bool = False
    tags: tuple[str, ...] = ()
    epoch: int = 0
    bytes: int = 0
    threshold: float | None = None
    verifier: str | None = None

    @property
    def shared(self) -> bool:
        return not self.owner

    def expired(self, now: float) -> bool:
        """Whether its time is over, at ``now`` seconds since the epoch."""
        return self.expires_at is not None and self.expires_at <= now


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry before it is stored: what the caller gives, and its vector of shape (d,)."""

    key: str
    question: str
    answer: str
    scope: Scope
    model: str
    created_at: float
    expires_at: float | None
    seconds: float
    tokens: int
    embedder: str
    vector: NDArray[np.float32]
    tags: tuple[str, ...] = ()
    epoch: int | None = None
    pinned: bool = False
    hits: int = 0
    last_hit_at: float | None = None
    threshold: float | None = None
    verifier: str | None = None
    limits: Limits = UNLIMITED

    @property
    def bytes(self) -> int:
        """Size of question, answer and vector."""
        return len(self.question.encode()) + len(self.answer.encode()) + self.vector.nbytes


@dataclass(frozen=True, slots=True)
class StoredVector:
    """A vector as it lies in the database, with what is needed to make it anew."""

    id: int
    scope_id: str
    question: str
    embedder: str
    data: bytes
