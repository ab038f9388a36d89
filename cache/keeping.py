"""How long answers are kept, and how many: what the person who runs the cache may set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Literal

from cache.errors import AmountError
from cache.key import Scope

Ttl = timedelta | None | Literal["default"]
"""How long an answer may be served; ``None``: for ever; ``"default"``: as :class:`Lifetimes`."""


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long an answer is served if its caller does not tell; ``None``: for ever.

    :ivar shared: in the scopes of everybody.
    :ivar conversation: in the scope of one conversation.
    :ivar purposes: by what the text is for; goes before the other two.
    """

    shared: timedelta | None = None
    conversation: timedelta | None = None
    purposes: Mapping[str, timedelta | None] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        """:raises AmountError: for a lifetime that is not positive."""
        for ttl in (self.shared, self.conversation, *self.purposes.values()):
            _check_ttl(ttl)

    def of(self, scope: Scope) -> timedelta | None:
        """The lifetime of an answer in a scope."""
        if scope.purpose in self.purposes:
            return self.purposes[scope.purpose]
        return self.shared if scope.shared else self.conversation

    def end(self, now: float, scope: Scope, ttl: Ttl) -> float | None:
        """When an answer's time is over, in seconds since the epoch; ``None``: never.

        :raises AmountError: for a ``ttl`` that is not positive.
        """
        lifetime = self.of(scope) if ttl == "default" else ttl
        _check_ttl(lifetime)
        return None if lifetime is None else now + lifetime.total_seconds()


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is kept; ``None``: no limit. What is worth least goes first, pinned entries never.

    :ivar entries: entries in all.
    :ivar bytes: bytes of questions, answers and vectors in all; files on disk are larger.
    :ivar owner_entries: entries of one owner; shared ones have no owner.
    :ivar owner_bytes: bytes of one owner's entries.
    """

    entries: int | None = None
    bytes: int | None = None
    owner_entries: int | None = None
    owner_bytes: int | None = None

    def __post_init__(self) -> None:
        """:raises AmountError: for a limit that leaves no room for anything."""
        for name in ("entries", "bytes", "owner_entries", "owner_bytes"):
            limit = getattr(self, name)
            if limit is not None and limit < 1:
                raise AmountError(name, limit)


def _check_ttl(ttl: timedelta | None) -> None:
    if ttl is not None and ttl <= timedelta(0):
        raise AmountError("ttl", ttl)


FOR_EVER = Lifetimes()
UNLIMITED = Limits()
