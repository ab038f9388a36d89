"""One task to one agent: asked, timed, tried again, and recorded whatever comes of it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel

from agents import signals
from agents.calling import Priority, calling
from agents.dialogue.messages import Failure
from agents.errors import ModelError, RepriseError
from agents.teams.member import Member, Message
from agents.teams.recording import Recorder
from agents.teams.run import Delegation
from agents.tracing import span

if TYPE_CHECKING:
    from agents.teams.desk import Desk, Said

HOPELESS: Final = frozenset({"key", "model", "address", "size", "budget"})
"""Kinds of a ModelError that another try does not change."""
FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 2.0
"""Seconds before another try; the pause doubles from the first to the longest. What is worth a
longer wait, the model's own retries have waited for."""


async def delegate(
    recorder: Recorder,
    desk: Desk,
    delegation: Delegation,
    member: Member,
    message: Message,
    *,
    schema: type[BaseModel] | None = None,
    seconds: float | None = None,
    retries: int = 0,
) -> Delegation:
    """Have a member do a task, and record it from its beginning to its end.

    A delegation that the run has as done already, of the same id, role and task, is not done again:
    so a run that was interrupted goes on where it was.

    Args:
        delegation: What is recorded; its times, status and outcome are set here. Where it began
            already, as one does whose parts came first, that is kept.
        schema: What the result has to be, in JSON; None: text.
        seconds: Longest time of one try; None: as long as the model may take.
        retries: How often a try that failed is repeated, where that can help.

    Returns:
        The delegation as it ended: "done", or "failed" with the reason.

    Raises:
        StoreError: It could not be recorded.
        asyncio.CancelledError: It was stopped, which is recorded before.
    """
    known = recorder.run.delegation(delegation.id)
    if known is not None and known.status == "done" and _same(known, delegation):
        return known
    attempt = _Attempt(recorder, desk, member, message, schema, seconds)
    begun = replace(delegation, status="running", began=delegation.began or time.time())
    role, depth = delegation.role, delegation.depth
    with (
        calling(agent=member.name, priority=Priority.TEAM),
        span(signals.DELEGATION, **{signals.AGENT_NAME: member.name}) as current,
    ):
        current.set_attributes({signals.TEAM_ROLE: role, signals.TEAM_DEPTH: depth})
        ended = await attempt.until_it_ends(begun, retries)
        current.set_attributes(
            {
                signals.OUTCOME: ended.status,
                signals.ATTEMPTS: ended.attempts,
                signals.SOURCE: ended.source or "none",
            }
        )
    await recorder.put(ended)
    return ended


class _Attempt:
    """What is tried."""

    def __init__(
        self,
        recorder: Recorder,
        desk: Desk,
        member: Member,
        message: Message,
        schema: type[BaseModel] | None,
        seconds: float | None,
    ) -> None:
        self._recorder = recorder
        self._desk = desk
        self._member = member
        self._message = message
        self._schema = schema
        self._seconds = seconds

    async def until_it_ends(self, begun: Delegation, retries: int) -> Delegation:
        current = begun
        try:
            while True:
                current = replace(current, attempts=current.attempts + 1)
                await self._recorder.put(current)
                said = await self._ask()
                if not isinstance(said, RepriseError):
                    return _done(current, said)
                if current.attempts > retries or _is_hopeless(said):
                    return _failed(current, said)
                await asyncio.sleep(_pause_after(current.attempts))
        except asyncio.CancelledError:
            await self._recorder.put(replace(current, status="stopped", ended=time.time()))
            raise

    async def _ask(self) -> Said | RepriseError:
        """What the member says, or why it does not."""
        if self._seconds is not None and self._seconds <= 0:
            return _no_time(self._member)
        owner = self._recorder.run.owner
        try:
            async with asyncio.timeout(self._seconds) as limit:
                return await self._desk.ask(
                    self._member, self._message, owner=owner, schema=self._schema
                )
        except TimeoutError:
            if not limit.expired():
                raise
            return ModelError(
                f"{self._member.title} gave no answer within {self._seconds:.3g} s.",
                remedy="Try again, or allow more time.",
                kind="timeout",
            )
        except RepriseError as error:
            return error


def _no_time(member: Member) -> ModelError:
    """That nobody was asked; its kind is one that another try does not change."""
    return ModelError(
        f"No time was left to ask {member.title}.",
        remedy="Resume the run, or allow its team more time.",
        kind="budget",
    )


def _same(one: Delegation, other: Delegation) -> bool:
    return (one.role, one.task) == (other.role, other.task)


def _is_hopeless(error: RepriseError) -> bool:
    return isinstance(error, ModelError) and error.kind in HOPELESS


def _pause_after(attempts: int) -> float:
    """Seconds to wait after so many attempts that failed, 1 and up."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (attempts - 1))


def _done(delegation: Delegation, said: Said) -> Delegation:
    return replace(
        delegation,
        status="done",
        ended=time.time(),
        result=said.text,
        source=said.source,
        tokens=said.tokens,
    )


def _failed(delegation: Delegation, error: RepriseError) -> Delegation:
    failure = Failure(error.message, error.remedy)
    return replace(delegation, status="failed", ended=time.time(), failure=failure)
