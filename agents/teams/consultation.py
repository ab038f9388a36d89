"""The team that a conversation asks: a nested run, as the dialogue sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final

from agents.dialogue.messages import MemberStatus, TeamMember, TeamWork
from agents.dialogue.weighing import weighing
from agents.errors import TeamError
from agents.teams.live import LiveRun
from agents.teams.run import Delegation

if TYPE_CHECKING:
    from agents.teams.teams import Teams


OF_ONES_OWN: Final = "decision"
"""The team for what somebody has to decide about their own life, of which a product's technology,
market and users say little."""


class AskedTeam:
    """Puts tasks of conversations to a team with a director.

    Args:
        teams: Gives what starts runs; called in a thread, as it may open a file.
    """

    def __init__(self, teams: Callable[[], Teams]) -> None:
        self._teams = teams

    async def consult(
        self, task: str, *, owner: str, context: str, conversation: str
    ) -> RunConsultation:
        """Begin to work on a task; see `agents.dialogue.teaming.Team`."""

        def start() -> RunConsultation:
            teams = self._teams()
            titles = {member.name: member.title for member in teams.members()}
            live = teams.start(
                "nested",
                task,
                owner,
                definition=_definition(task),
                context=context,
                conversation=conversation,
            )
            return RunConsultation(live, titles)

        starting = asyncio.ensure_future(asyncio.to_thread(start))
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            starting.add_done_callback(_stop)
            raise


class RunConsultation:
    """A run while it goes on; see `agents.dialogue.teaming.Consultation`.

    Args:
        titles: What the agents are called, by their names.
    """

    def __init__(self, live: LiveRun, titles: Mapping[str, str]) -> None:
        self._live = live
        self._titles = titles

    @property
    def work(self) -> TeamWork:
        """Who works on it at this moment."""
        run = self._live.view
        by_agent: dict[str, list[Delegation]] = {}
        for one in run.delegations:
            given = by_agent.setdefault(one.agent, [])
            # Where a director fails to choose, all are asked: nothing is lost by that.
            if one.role != "decompose" or one.status != "failed":
                given.append(one)
        members = (
            TeamMember(self._titles.get(agent, agent), _status(given))
            for agent, given in by_agent.items()
        )
        return TeamWork(run.id, run.task, tuple(members), run.tokens)

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self._live.ended

    def stop(self) -> None:
        """Stop the work; what is done is kept."""
        self._live.stop()

    def result(self) -> str:
        """What the team says.

        Raises:
            TeamError: It failed, or was stopped.
        """
        run = self._live.view
        if run.failure is not None:
            raise TeamError(run.failure.message, remedy=run.failure.remedy)
        if run.status != "done":
            raise TeamError(
                "The team was stopped before its end.",
                remedy="Ask it again, or take its run up again on the Teams page.",
            )
        return run.result


def _status(given: Iterable[Delegation]) -> MemberStatus:
    """How far an agent is with all that it was given."""
    states = {one.status for one in given}
    if "running" in states:
        return "working"
    if not states or "waiting" in states:
        return "waiting"
    return "done" if "done" in states else "failed"


def _definition(task: str) -> str:
    """Name of the team that suits a task; "": the default."""
    return OF_ONES_OWN if "life" in weighing(task).grounds else ""


def _stop(starting: asyncio.Future[RunConsultation]) -> None:
    """Stop a run that was not wanted any more when it had begun."""
    if not starting.cancelled() and starting.exception() is None:
        starting.result().stop()
