"""One agent of a team, and what it is told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Member:
    """One agent of a team.

    Attributes:
        name: What it is called in definitions, records and budgets: lower-case letters, digits
            and hyphens.
        title: What a person calls it.
        prompt: Who it is and how it answers; static, so that a model with a prefix cache reads
            it once.
        capabilities: What it is good at, in the words that tasks are matched with.
    """

    name: str
    title: str
    prompt: str
    capabilities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """What an agent is told.

    Attributes:
        task: What it is to do; in the cache, what is looked up.
        context: What it should know for that, such as what others found out; "" where the task
            says all. An answer that was given in a context is reused by its owner and in the
            same context only.
    """

    task: str
    context: str = ""

    @property
    def text(self) -> str:
        """The message as the agent reads it: what may be the same for several comes first."""
        if not self.context:
            return self.task
        return f"Context:\n{self.context}\n\nTask: {self.task}"
