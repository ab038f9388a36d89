"""Asking the team: offered after a weighty answer, asked for directly, and answered for it."""

from __future__ import annotations

import asyncio
import time
from typing import Final, Protocol

from agents.dialogue.events import Acted, Offered, TeamAsked
from agents.dialogue.history import spoken
from agents.dialogue.machine import State
from agents.dialogue.messages import ASKING, Request, TeamWork, UserMessage
from agents.dialogue.phrases import listed
from agents.dialogue.saying import is_yes_or_no, paragraphs, phrase, way_back
from agents.dialogue.state import ChatState, shortened
from agents.dialogue.turn import Turn
from agents.dialogue.understanding.team_wishes import task_in
from agents.dialogue.voice import Voice, guided_at_the_end
from agents.dialogue.weighing import weighing
from agents.errors import RepriseError

GLANCE_SECONDS: Final = 0.1
"""How often the page's view of a team at work is brought up to date."""
MOST_EXCHANGES: Final = 3
LONGEST_SAID: Final = 400
"""Characters of one message or reply that a team is told: a small model reads 10 words a second."""


class Consultation(Protocol):
    """A team at work."""

    @property
    def work(self) -> TeamWork:
        """Who works on it at this moment."""
        ...

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        ...

    def stop(self) -> None:
        """Stop the work; what is done is kept. Harmless after the end."""
        ...

    def result(self) -> str:
        """What the team says, once it has ended.

        Raises:
            RepriseError: It says nothing.
        """
        ...


class Team(Protocol):
    """Specialists who can be asked."""

    async def consult(
        self, task: str, *, owner: str, context: str, conversation: str
    ) -> Consultation:
        """Begin to work on a task.

        Args:
            context: What they should know besides; "" where the task says all.
            conversation: Id of the conversation that asks.

        Raises:
            RepriseError: Nothing has begun.
        """
        ...


class Teaming:
    """Offers the team, and asks it.

    Args:
        team: None where there is none: then it is never offered.
    """

    def __init__(self, voice: Voice, team: Team | None) -> None:
        self._voice = voice
        self._team = team

    def offer(self, turn: Turn) -> None:
        """Offer the team in a line after the answer, where the message deserves it.

        Nothing is offered where a yes would answer the current step.
        """
        task = turn.message.text
        if self._team is None or is_yes_or_no(turn.state.step):
            return
        if weighing(task).deserves_team:
            turn.guide(paragraphs(phrase(turn, "offer_team"), turn.reply.guidance))
            self._voice.learn(turn, Offered(time.time(), "ask_team", task))

    async def ask(self, turn: Turn) -> None:
        """Ask the team what the message wants it asked, and give its result as the reply.

        Raises:
            RepriseError: There is none; then the same is offered again.
        """
        task = _task(turn)
        if not task:
            turn.guide(paragraphs(phrase(turn, "team_what"), way_back(turn)))
            self._voice.learn(turn, Acted(time.time(), State.CLARIFYING))
        elif self._team is None:
            with guided_at_the_end(turn, way_back(turn)):
                await self._voice.answer(turn)
            self._voice.learn(turn, Acted(time.time(), State.ANSWERING))
        else:
            await self._ask(turn, self._team, task)

    async def _ask(self, turn: Turn, team: Team, task: str) -> None:
        turn.enter("consulting")
        try:
            with guided_at_the_end(turn, way_back(turn)):
                turn.write(await self._result(turn, team, task))
        except (RepriseError, asyncio.CancelledError):
            self._voice.learn(turn, Offered(time.time(), "ask_team", task))
            raise
        # A wish is a question, from which the table leads to an answer only.
        did = State.ANSWERING if turn.message.request else State.EXPERT_ANALYSIS
        self._voice.learn(turn, Acted(time.time(), did))

    async def _result(self, turn: Turn, team: Team, task: str) -> str:
        state = turn.state
        asked = await team.consult(
            task, owner=state.owner, context=context_of(state, task), conversation=state.id
        )
        try:
            run = asked.work.run
            await self._voice.record(turn, TeamAsked(time.time(), turn.reply.id, run, task))
            while not asked.ended:
                turn.note(team=asked.work)
                await asyncio.sleep(GLANCE_SECONDS)
        finally:
            asked.stop()
            turn.note(team=asked.work, tokens=asked.work.tokens)
        return asked.result()


def context_of(state: ChatState, task: str) -> str:
    """What a team should know of a conversation: its goal, what is known, what was said last.

    What was answered to the task itself is left out, so that a task that stands alone has no
    context, and its answers may serve others.

    Args:
        state: While the reply is written.
    """
    said = [pair for pair in spoken(state) if task not in pair[0]][-MOST_EXCHANGES:]
    told = [
        f"User: {shortened(message, LONGEST_SAID)}\nAssistant: {shortened(reply, LONGEST_SAID)}"
        for message, reply in said
    ]
    known = listed({**state.answers, **state.preferences})
    return paragraphs(
        f"The user's goal: {state.goal}" if state.goal else "",
        f"Known of the user:\n{known}" if known else "",
        "\n".join(("Said before:", *told)) if told else "",
    )


def _task(turn: Turn) -> str:
    """What the team is to be asked; "" where nothing was said that it could be."""
    message = turn.message
    if message.request is Request.ASK_TEAM and (told := task_in(message.text)):
        return told
    if turn.offer == "ask_team" and turn.offer_about:
        return turn.offer_about
    earlier = [m for m in turn.state.messages if isinstance(m, UserMessage) and m.id != message.id]
    if earlier and earlier[-1].does(*ASKING):
        return earlier[-1].text
    asked = [m.text for m in earlier if m.does(*ASKING)]
    return turn.state.goal or (asked[-1] if asked else "")
