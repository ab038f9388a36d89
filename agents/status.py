"""How far the parts of a Runtime are, for those who wait for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from agents.dialogue.messages import Failure

PartState = Literal["waiting", "fetching", "loading", "ready", "failed"]


@dataclass(frozen=True, slots=True)
class PartStatus:
    """How far one part of the Runtime is.

    Attributes:
        detail: What is being done, in a few words.
        done: Bytes that are there, while a file is fetched.
        total: Bytes of the whole file; 0 where nothing is fetched.
        failure: Set when the state is "failed".
    """

    state: PartState = "waiting"
    detail: str = ""
    done: int = 0
    total: int = 0
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class RuntimeStatus:
    """How far each part is."""

    model: PartStatus
    cache: PartStatus
    conversations: PartStatus
