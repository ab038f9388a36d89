"""A run of a team, as a value: what was delegated to whom, and what came of it.

All three kinds of run are the same value, a tree of delegations, so that one page draws them, one
store keeps them and one file exports them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

from agents.dialogue.messages import Failure

Kind = Literal["nested", "recursive", "workflow"]
Status = Literal["waiting", "running", "done", "failed", "stopped", "skipped", "interrupted"]
"""Of a run and of a delegation. "skipped": its condition did not hold. "interrupted": the process
ended first; a run that is may be resumed."""
Role = Literal["assess", "decompose", "work", "synthesise"]
Source = Literal["model", "cache", "same"]
"""Who gave a result: the model, the cache, or another delegation of the run with the same task."""

ENDED: Final[frozenset[Status]] = frozenset({"done", "failed", "stopped", "skipped"})


@dataclass(frozen=True, slots=True)
class Delegation:
    """One task that was given to one agent.

    Attributes:
        id: Unique in its run; of a workflow's step, the step's id.
        parent: Id of the delegation that it is a part of; "": of none.
        agent: Name of the agent.
        role: What it is for.
        task: What the agent was told to do.
        depth: Of the root 0.
        needs: Ids of delegations whose results it was given.
        began: Seconds since the epoch; None: not yet.
        ended: As `began`.
        result: What the agent said; "" until the end, and after a failure.
        failure: Set when the status is "failed".
        note: Why it was skipped; "" otherwise.
        source: Who gave the result; None without one.
        tokens: Tokens of the result, as the provider counted them; 0 from the cache.
        attempts: How often it was tried.
    """

    id: str
    agent: str
    task: str
    parent: str = ""
    role: Role = "work"
    depth: int = 0
    needs: tuple[str, ...] = ()
    status: Status = "waiting"
    began: float | None = None
    ended: float | None = None
    result: str = ""
    failure: Failure | None = None
    note: str = ""
    source: Source | None = None
    tokens: int = 0
    attempts: int = 0

    @property
    def seconds(self) -> float | None:
        """How long it took; None before its end."""
        return None if self.began is None or self.ended is None else self.ended - self.began


@dataclass(frozen=True, slots=True)
class Run:
    """One task, and all that was delegated for it.

    Attributes:
        owner: Who started it; nobody else sees it.
        task: As the user wrote it.
        context: What the agents should know besides; "" for nothing.
        definition: Name of the team or workflow that works on it.
        script: The definition's text as it was when the run began, which a resumed run goes by;
            "": the one that ships under this name.
        inputs: What the user gave besides the task, by name.
        conversation: Id of the conversation that it was started from; "": from the page.
        created: Seconds since the epoch.
        delegations: In the order in which they were added.
        result: What is handed to the user; also after a failure of parts.
        failure: Set when the status is "failed".
    """

    id: str
    owner: str
    kind: Kind
    task: str
    definition: str
    created: float
    context: str = ""
    conversation: str = ""
    script: str = ""
    inputs: tuple[tuple[str, str], ...] = ()
    status: Status = "waiting"
    began: float | None = None
    ended: float | None = None
    delegations: tuple[Delegation, ...] = ()
    result: str = ""
    failure: Failure | None = None

    @property
    def seconds(self) -> float | None:
        """How long it took; None before its end."""
        return None if self.began is None or self.ended is None else self.ended - self.began

    @property
    def tokens(self) -> int:
        """Tokens of all results."""
        return sum(one.tokens for one in self.delegations)

    def delegation(self, delegation_id: str) -> Delegation | None:
        """The delegation of this id."""
        return next((one for one in self.delegations if one.id == delegation_id), None)

    def children(self, parent: str) -> tuple[Delegation, ...]:
        """What is a part of a delegation; of "", the roots."""
        return tuple(one for one in self.delegations if one.parent == parent)

    def with_delegation(self, delegation: Delegation) -> Run:
        """The run with a delegation added, or put in the place of the one of the same id."""
        if self.delegation(delegation.id) is None:
            return replace(self, delegations=(*self.delegations, delegation))
        return replace(self, delegations=tuple(_replaced(self.delegations, delegation)))


def _replaced(known: Iterable[Delegation], changed: Delegation) -> Iterable[Delegation]:
    return (changed if one.id == changed.id else one for one in known)
