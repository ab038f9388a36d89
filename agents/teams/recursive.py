"""Recursive: a task is taken apart, its parts again, until they are simple; then the solutions are
put together from the bottom up.

Each problem is a node: assessed, and then either solved ("<node>.do") or taken apart
("<node>.split"), its parts solved at the same time ("<node>.1", ...) and put together
("<node>.all"). A part that may not be taken apart is solved without being assessed; the node is
then that one delegation.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel

from agents.dialogue.saying import paragraphs
from agents.errors import TeamFailedError
from agents.teams import jobs
from agents.teams.allowance import Allowance
from agents.teams.delegating import delegate
from agents.teams.member import Member, Message
from agents.teams.recording import Recorder
from agents.teams.roster import RecursiveTeam
from agents.teams.run import Delegation, Kind, Role, Run
from agents.teams.shelf import Shelf
from agents.teams.together import together
from agents.teams.ways import Work
from cache import normalise

if TYPE_CHECKING:
    from agents.teams.desk import Desk

RETRIES: Final = 1
"""Of an answer that is empty, broken off or unreadable."""
ROOT: Final = "1"
FEWEST_PARTS: Final = 2


class Recursive:
    """Runs that take a task apart."""

    kind: Kind = "recursive"
    default = "divide"

    def __init__(self, shelf: Shelf[RecursiveTeam]) -> None:
        self.shelf = shelf

    def work(self, run: Run) -> Work:
        """What does a run's work.

        Raises:
            DefinitionNotFoundError, ContentError: The team cannot be used.
        """
        team = self.shelf.used_by(run)

        async def work(recorder: Recorder, desk: Desk) -> str:
            return await _Descent(team, recorder, desk).result()

        return work

    def status(self) -> Mapping[str, object]:
        """Nothing beside what all kinds tell."""
        return {}


@dataclass(frozen=True, slots=True)
class _Node:
    """A problem.

    Attributes:
        id: "1", and of its parts "1.1", "1.2", ...
        lineage: The problems that it is a part of, as `normalise` writes them, and itself.
    """

    id: str
    task: str
    depth: int = 0
    parent: str = ""
    lineage: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[int, str]:
        """Equal for equal problems at the same depth."""
        return self.depth, self.lineage[-1]

    def part(self, number: int, task: str) -> _Node:
        lineage = (*self.lineage, normalise(task))
        return _Node(f"{self.id}.{number}", task, self.depth + 1, self.id, lineage)


class _Descent:
    """One run."""

    def __init__(self, team: RecursiveTeam, recorder: Recorder, desk: Desk) -> None:
        self._team = team
        self._recorder = recorder
        self._desk = desk
        self._allowance = Allowance(team.limits.calls, team.limits.minutes * 60)
        self._solving: dict[tuple[int, str], asyncio.Task[Delegation]] = {}
        self._lacking: dict[str, str] = {}

    async def result(self) -> str:
        """The solution of the run's task.

        Raises:
            TeamFailedError: There is none.
        """
        self._allowance.take()  # the call that solves a problem is taken before it is begun
        task = self._run.task
        solution = await self._solve(_Node(ROOT, task, lineage=(normalise(task),)))
        if solution.failure is not None:
            failure = solution.failure
            raise TeamFailedError(self._team.name, [failure.message], remedy=failure.remedy)
        note = jobs.missing(task, list(self._lacking.values()))
        return f"{solution.result}\n\n{note}" if note else solution.result

    async def _solve(self, node: _Node) -> Delegation:
        """The solution of a problem: the delegation that gave it, or failed to."""
        if node.depth == self._team.depth or not self._allowance.take():
            return await self._do(node, node.id, node.parent)
        simple = await self._is_simple(node)
        parts = [] if simple else await self._parts(node)
        solutions = await together([self._solve_once(part) for part in parts])
        solved = [one for one in solutions if one.status == "done"]
        if not solved:
            return await self._do(node, f"{node.id}.do", node.id)
        lacking = zip(parts, solutions, strict=True)
        self._lacking |= {part.id: part.task for part, one in lacking if one not in solved}
        return await self._join(node, solved)

    async def _solve_once(self, node: _Node) -> Delegation:
        """The solution of a problem, that of an equal one where one is being solved already.

        Of one at the same depth only: no problem then waits for one that waits for it.
        """
        known = self._solving.get(node.key)
        if known is None:
            self._solving[node.key] = asyncio.create_task(self._solve(node))
            return await self._solving[node.key]
        solution = await asyncio.shield(known)
        copy = replace(
            solution,
            id=node.id,
            parent=node.parent,
            role="work",
            needs=(solution.id,),
            began=time.time(),
            ended=time.time(),
            source="same",
            tokens=0,
            attempts=0,
        )
        await self._recorder.put(copy)
        return copy

    async def _is_simple(self, node: _Node) -> bool:
        """Whether a problem need not be taken apart; not where nobody can tell."""
        said = await self._delegated(
            Delegation(
                node.id,
                self._team.planner.name,
                node.task,
                parent=node.parent,
                role="assess",
                depth=node.depth,
            ),
            jobs.with_job(self._team.planner, jobs.ASSESS),
            self._message(node),
            schema=jobs.Assessment,
        )
        if said.status != "done":
            return False
        return jobs.Assessment.model_validate_json(said.result).complexity == "simple"

    async def _parts(self, node: _Node) -> list[_Node]:
        """What a problem is taken apart into; nothing where that is of no use or too much."""
        if not self._allowance.take():
            return []
        said = await self._delegated(
            self._within(node, "split", self._team.planner, "decompose"),
            jobs.with_job(self._team.planner, jobs.TAKE_APART),
            self._message(node),
            schema=jobs.Parts,
        )
        if said.status != "done":
            return []
        tasks = _usable(jobs.Parts.model_validate_json(said.result).parts, node.lineage)
        parts = [node.part(number, task) for number, task in enumerate(tasks, 1)]
        new = {part.lineage[-1] for part in parts if part.key not in self._solving}
        return parts if self._allowance.take(len(new)) else []

    async def _do(self, node: _Node, delegation_id: str, parent: str) -> Delegation:
        """A problem solved as it is."""
        return await self._delegated(
            Delegation(
                delegation_id, self._team.solver.name, node.task, parent=parent, depth=node.depth
            ),
            self._team.solver,
            self._message(node),
        )

    async def _join(self, node: _Node, solved: Sequence[Delegation]) -> Delegation:
        """The solution of a problem from those of its parts.

        It has the time of an answer even when the run's is over: else all would be lost.
        """
        found = {one.result: f"{one.task}\n{one.result}" for one in solved}
        delegation = self._within(node, "all", self._team.solver, "synthesise")
        needs = tuple(one.id for one in solved)
        return await delegate(
            self._recorder,
            self._desk,
            replace(delegation, needs=needs),
            jobs.with_job(self._team.solver, jobs.JOIN),
            Message(node.task, paragraphs(self._run.context, *found.values())),
            seconds=self._team.limits.seconds,
            retries=RETRIES,
        )

    async def _delegated(
        self,
        delegation: Delegation,
        member: Member,
        message: Message,
        schema: type[BaseModel] | None = None,
    ) -> Delegation:
        return await delegate(
            self._recorder,
            self._desk,
            delegation,
            member,
            message,
            schema=schema,
            seconds=min(self._team.limits.seconds, self._allowance.seconds_left),
            retries=RETRIES,
        )

    def _within(self, node: _Node, name: str, member: Member, role: Role) -> Delegation:
        """A delegation that belongs to a problem."""
        return Delegation(
            f"{node.id}.{name}",
            member.name,
            node.task,
            parent=node.id,
            role=role,
            depth=node.depth,
        )

    def _message(self, node: _Node) -> Message:
        """A problem as it is put to a member; of a part with the whole that it is of."""
        whole = f"The whole of which this is a part: {self._run.task}" if node.depth else ""
        return Message(node.task, paragraphs(self._run.context, whole))

    @property
    def _run(self) -> Run:
        return self._recorder.run


def _usable(written: Sequence[str], lineage: Sequence[str]) -> list[str]:
    """The parts that say something other than what they are parts of; none where fewer than two
    different ones do."""
    texts = (" ".join(text.split()) for text in written)
    tasks = [
        text
        for text in texts
        if 0 < len(text) <= jobs.LONGEST_PART and normalise(text) not in lineage
    ][: jobs.MOST_PARTS]
    return tasks if len({normalise(task) for task in tasks}) >= FEWEST_PARTS else []
