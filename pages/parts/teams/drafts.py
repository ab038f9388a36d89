"""Definitions while they are edited: what was typed and not saved outlives reloads and tabs.

Kept by this process, for each owner, kind and name; the longest unused go when there are too many.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

import streamlit as st

from agents.teams.run import Kind

MOST: Final = 500

Name = tuple[str, Kind, str]
"""Owner, kind, and name of the definition; the name of a new one is ""."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed.

    Attributes:
        based_on: The saved text that it was begun from.
        at: When it was typed, seconds since the epoch.
    """

    text: str
    based_on: str
    at: float


class Drafts:
    """Drafts of all owners. May be used by threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._drafts: OrderedDict[Name, Draft] = OrderedDict()

    def of(self, name: Name) -> Draft | None:
        """The draft of a name."""
        return self._drafts.get(name)

    def keep(self, name: Name, draft: Draft) -> None:
        """Keep a draft in the place of the one before."""
        with self._lock:
            self._drafts[name] = draft
            self._drafts.move_to_end(name)
            while len(self._drafts) > MOST:
                self._drafts.popitem(last=False)

    def discard(self, name: Name) -> None:
        """Let go of a draft."""
        with self._lock:
            self._drafts.pop(name, None)


@st.cache_resource(show_spinner=False)
def drafts() -> Drafts:
    """The drafts of this process."""
    return Drafts()
