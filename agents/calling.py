"""Who calls a model, for whom, and what came of it.

What stands behind a call (queue, budgets, metrics, logs) is told here, so that nothing between the
conversation and the model has to hand it on: the caller is a context variable, which a task and a
thread inherit from what began them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final, Protocol


class Priority(IntEnum):
    """Whose calls go first: the lower, the sooner."""

    CHAT = 0
    TEAM = 1
    AUDIT = 2


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls.

    Attributes:
        user: Owner of the conversation or run, for whom fair shares are kept; "": Reprise itself.
        agent: Name of the agent, for whom budgets are kept: "chat", "planner", "judge", a
            specialist's.
        priority: How soon.
        correlation_id: Of the turn or run, in every log record and trace of it; "": none.
    """

    user: str = ""
    agent: str = "chat"
    priority: Priority = Priority.CHAT
    correlation_id: str = ""


_NOBODY: Final = Caller()
_CALLER: Final[ContextVar[Caller]] = ContextVar("caller", default=_NOBODY)


def caller() -> Caller:
    """Who calls, here and now."""
    return _CALLER.get()


@contextmanager
def calling(
    *,
    user: str | None = None,
    agent: str | None = None,
    priority: Priority | None = None,
    correlation_id: str | None = None,
) -> Iterator[Caller]:
    """Call as somebody within this block; what is None stays as it is outside."""
    known = caller()
    now = replace(
        known,
        user=known.user if user is None else user,
        agent=known.agent if agent is None else agent,
        priority=known.priority if priority is None else priority,
        correlation_id=known.correlation_id if correlation_id is None else correlation_id,
    )
    token = _CALLER.set(now)
    try:
        yield now
    finally:
        _CALLER.reset(token)


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call of a model that has ended, whatever came of it.

    Attributes:
        endpoint: Name of the endpoint that was asked last; "": none was.
        outcome: "ok", "cancelled", or the kind of the `ModelError` that ended it.
        waited: Seconds in the queue.
        seconds: From the first attempt to the end, without the queue.
        attempts: How often an endpoint was asked, 0 and up.
        input_tokens: As the provider counted them; 0 where it did not.
        output_tokens: As the provider counted them; 0 where it did not.
        dollars: What they cost at the price that is set; 0 where none is.
    """

    caller: Caller
    model: str
    endpoint: str
    outcome: str
    waited: float
    seconds: float
    attempts: int
    input_tokens: int = 0
    output_tokens: int = 0
    dollars: float = 0.0


class CallObserver(Protocol):
    """Is told of every call that has ended; must return at once and raise nothing."""

    def __call__(self, record: CallRecord, /) -> None: ...
