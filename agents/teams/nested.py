"""Nested: a director asks specialists at the same time, and puts together what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from agents.dialogue.saying import paragraphs
from agents.errors import TeamFailedError
from agents.teams import jobs
from agents.teams.allowance import Allowance
from agents.teams.delegating import delegate
from agents.teams.member import Member, Message
from agents.teams.recording import Recorder
from agents.teams.roster import NestedTeam
from agents.teams.run import Delegation, Kind, Run
from agents.teams.shelf import Shelf
from agents.teams.together import together
from agents.teams.ways import Work

if TYPE_CHECKING:
    from agents.teams.desk import Desk

RETRIES: Final = 1
"""Of an answer that is empty, broken off or unreadable."""
ANSWER: Final = "answer"
"""Id of the delegation that puts the answers together."""


class Nested:
    """Runs of a director with specialists.

    Args:
        choosing: Whether the model is strong enough to choose whom to ask; else all are asked.
    """

    kind: Kind = "nested"
    default = "product"

    def __init__(self, shelf: Shelf[NestedTeam], *, choosing: bool) -> None:
        self.shelf = shelf
        self._choosing = choosing

    def work(self, run: Run) -> Work:
        """What does a run's work.

        Raises:
            DefinitionNotFoundError, ContentError: The team cannot be used.
        """
        team = self.shelf.used_by(run)
        choosing = self._choosing and team.asks == "chosen"

        async def work(recorder: Recorder, desk: Desk) -> str:
            return await _Meeting(team, recorder, desk).result(choosing=choosing)

        return work

    def status(self) -> Mapping[str, object]:
        """Whether directors choose whom they ask."""
        return {"directors_choose": self._choosing}


@dataclass(frozen=True, slots=True)
class _Question:
    """What a specialist is asked.

    Attributes:
        id: Of the delegation.
        needs: Id of the delegation in which the director chose; () where nobody did.
    """

    id: str
    member: Member
    task: str
    needs: tuple[str, ...] = ()


class _Meeting:
    """One run."""

    def __init__(self, team: NestedTeam, recorder: Recorder, desk: Desk) -> None:
        self._team = team
        self._recorder = recorder
        self._desk = desk
        self._allowance = Allowance(team.limits.calls, team.limits.minutes * 60)
        self._allowance.take()  # the answer's own, so that there is always one

    async def result(self, *, choosing: bool) -> str:
        """What the director makes of what the specialists say.

        Raises:
            TeamFailedError: Nobody said anything.
        """
        said: list[Delegation] = []
        for number in range(1, self._team.rounds + 1 if choosing else 2):
            questions = await self._questions(number, said) if choosing else self._everybody()
            if not questions:
                break
            said += await self._answers(questions)
        return await self._together(said)

    async def _questions(self, number: int, said: Sequence[Delegation]) -> list[_Question]:
        """Whom the director asks in a round; in the first, all where that choice is of no use."""
        chosen = await self._choice(number, said)
        if chosen or number > 1:
            return chosen
        return self._everybody()

    async def _choice(self, number: int, said: Sequence[Delegation]) -> list[_Question]:
        if not self._allowance.take():
            return []
        suffix = "" if number == 1 else f"-{number}"
        run = self._run
        choice = await self._delegated(
            Delegation(f"choose{suffix}", self._team.director.name, run.task, role="decompose"),
            jobs.with_job(self._team.director, f"{jobs.CHOOSE}\n\n{_experts(self._team)}"),
            Message(run.task, paragraphs(run.context, self._told(said))),
            seconds=self._seconds,
            schema=jobs.Asks,
        )
        if choice.status != "done":
            return []
        return self._chosen(jobs.Asks.model_validate_json(choice.result), choice.id, suffix)

    def _chosen(self, asks: jobs.Asks, choice: str, suffix: str) -> list[_Question]:
        """The questions to experts that there are, one to each."""
        members = {member.name: member for member in self._team.specialists}
        questions: dict[str, _Question] = {}
        for ask in asks.asks:
            member = members.get(ask.expert)
            if member is not None:
                task = _focused(self._run.task, ask.task)
                question = _Question(f"{member.name}{suffix}", member, task, (choice,))
                questions.setdefault(member.name, question)
        return list(questions.values())

    def _everybody(self) -> list[_Question]:
        return [_Question(one.name, one, self._run.task) for one in self._team.specialists]

    async def _answers(self, questions: Sequence[_Question]) -> list[Delegation]:
        """What the specialists say, all at the same time; what the allowance has no call for is
        not asked."""
        asked = [question for question in questions if self._allowance.take()]
        return await together([self._answer(question) for question in asked])

    async def _answer(self, question: _Question) -> Delegation:
        run, member = self._run, question.member
        return await self._delegated(
            Delegation(question.id, member.name, question.task, needs=question.needs),
            member,
            Message(question.task, run.context),
            seconds=self._seconds,
        )

    async def _together(self, said: Sequence[Delegation]) -> str:
        heard = [one for one in said if one.status == "done"]
        if not heard:
            raise _nobody(self._team, said)
        run = self._run
        answer = await self._delegated(
            Delegation(
                ANSWER,
                self._team.director.name,
                run.task,
                role="synthesise",
                needs=tuple(one.id for one in heard),
            ),
            jobs.with_job(self._team.director, jobs.PUT_TOGETHER),
            Message(run.task, paragraphs(run.context, self._told(heard))),
            # Also when the run's time is over: else all that was said would be lost.
            seconds=self._team.limits.seconds,
        )
        whole = answer.result if answer.status == "done" else self._told(heard)
        lacking = [self._lack(one) for one in (*said, answer) if one.status != "done"]
        return paragraphs(whole, jobs.missing(run.task, lacking))

    async def _delegated(
        self,
        delegation: Delegation,
        member: Member,
        message: Message,
        *,
        seconds: float,
        schema: type[jobs.Asks] | None = None,
    ) -> Delegation:
        return await delegate(
            self._recorder,
            self._desk,
            delegation,
            member,
            message,
            schema=schema,
            seconds=seconds,
            retries=RETRIES,
        )

    @property
    def _seconds(self) -> float:
        """Longest time for an answer now."""
        return min(self._team.limits.seconds, self._allowance.seconds_left)

    def _told(self, said: Sequence[Delegation]) -> str:
        """What was said, each under the title of who said it."""
        return "\n\n".join(f"{self._title(one)}:\n{one.result}" for one in said if one.result)

    def _lack(self, one: Delegation) -> str:
        """Whose answer a result lacks, and why."""
        title = self._title(one)
        why = "" if one.failure is None else one.failure.message
        return why.rstrip(".") if why.startswith(title) else f"{title} ({why.rstrip('.')})"

    def _title(self, one: Delegation) -> str:
        return next((m.title for m in self._team.members if m.name == one.agent), one.agent)

    @property
    def _run(self) -> Run:
        return self._recorder.run


def _experts(team: NestedTeam) -> str:
    """The experts as the director is told of them."""
    lines = (f"- {m.name}: {m.title} ({', '.join(m.capabilities)})" for m in team.specialists)
    return "Experts:\n" + "\n".join(lines)


def _focused(task: str, focus: str) -> str:
    """A task with what a specialist is to look at in it."""
    return f"{task}\n\nLook at this: {focus.strip()}" if focus.strip() else task


def _nobody(team: NestedTeam, said: Sequence[Delegation]) -> TeamFailedError:
    failures = [one.failure for one in said if one.failure is not None]
    reasons = [failure.message for failure in failures] or ["The time for it was over."]
    remedies = (failure.remedy for failure in failures if failure.remedy)
    return TeamFailedError(team.name, reasons, remedy=next(remedies, "Resume the run later."))
