"""What people call the agents and the steps of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from agents.teams.run import Delegation, Kind, Role

ROLES: Final[Mapping[Role, str]] = MappingProxyType(
    {"assess": "assessment", "decompose": "split", "work": "", "synthesise": "synthesis"}
)
CHOICE: Final = "choice"
"""What a director does who chooses whom to ask: the role of a nested run's `decompose`."""


@dataclass(frozen=True, slots=True)
class Names:
    """Titles for what a run has names for.

    Attributes:
        agents: Titles of agents, by name.
        steps: Titles of a workflow's steps, by id.
    """

    kind: Kind
    agents: Mapping[str, str]
    steps: Mapping[str, str]

    def agent(self, name: str) -> str:
        """An agent's title; of one that is not known, its name as people write it."""
        return self.agents.get(name) or plain(name)

    def title(self, delegation: Delegation) -> str:
        """What a delegation is called: ``Director · synthesis``, ``Technical expert``.

        A workflow's is called as its step: ``The draft``.
        """
        if self.kind == "workflow":
            return self.steps.get(delegation.id) or plain(delegation.id)
        does = ROLES[delegation.role]
        if self.kind == "nested" and delegation.role == "decompose":
            does = CHOICE
        who = self.agent(delegation.agent)
        return f"{who} · {does}" if does else who


def plain(name: str) -> str:
    """A name as people write it: ``user-experience`` is ``User experience``."""
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]
