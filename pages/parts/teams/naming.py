"""What people call the agents and the steps of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from agents.teams.run import Delegation, Kind, Role

ROLES: Final[Mapping[Role, str]] = MappingProxyType(
    {"assess": "assessment", "decompose": "choice", "work": "", "synthesise": "synthesis"}
)
"""What an agent does for another than to work on the task."""
PHASES: Final[Mapping[Role, str]] = MappingProxyType(
    {"assess": "Assessment", "decompose": "Split", "work": "Solution", "synthesise": "Synthesis"}
)
"""Of a problem that may be split; who does it is always the same."""


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
        """What a delegation is called: ``Technical expert``, ``Director · synthesis``.

        A workflow's is called as its step, such as ``The draft``, a recursive run's as its phase.
        """
        match self.kind:
            case "workflow":
                return self.steps.get(delegation.id) or plain(delegation.id)
            case "recursive":
                return PHASES[delegation.role]
            case "nested":
                who, does = self.agent(delegation.agent), ROLES[delegation.role]
                return f"{who} · {does}" if does else who


def plain(name: str) -> str:
    """A name as people write it: ``user-experience`` is ``User experience``."""
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]
