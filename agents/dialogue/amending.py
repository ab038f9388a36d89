"""Corrections: a new answer put in place of an earlier one, and taken back again."""

from __future__ import annotations

import asyncio
import time

from agents.dialogue.answering import LocalJudge, extract
from agents.dialogue.correcting import Change, change_in
from agents.dialogue.events import Acted, Corrected, CorrectionCancelled, Reopened
from agents.dialogue.machine import State
from agents.dialogue.messages import ASKING
from agents.dialogue.plan import Plan, Step
from agents.dialogue.policy import TELLING, Action
from agents.dialogue.saying import (
    listed,
    next_question,
    paragraphs,
    phrase,
    sentences,
    way_back,
)
from agents.dialogue.state import ChatState
from agents.dialogue.turn import Turn
from agents.dialogue.voice import Voice, guided_at_the_end


class Amending:
    """Takes corrections of what was answered before.

    Args:
        local: Tells which earlier answer a correction means; None: words alone tell.
    """

    def __init__(self, voice: Voice, local: LocalJudge | None) -> None:
        self._voice = voice
        self._local = local

    async def correct(self, turn: Turn) -> Action | None:
        """Put a new answer in place of an earlier one, and ask again what builds on it.

        Returns:
            What to do instead, where the message corrects nothing that was said.
        """
        state = turn.state
        text = turn.message.part(*TELLING)
        change = await asyncio.to_thread(change_in, state, text, self._local)
        if change is None or state.plan is None:
            if state.step is not None:
                return Action.JUDGE
            self._ask_which(turn)
        elif not change.value:
            await self._ask_anew(turn, state.plan, change)
        else:
            await self._put_in_place(turn, state.plan, change)
        return None

    async def cancel(self, turn: Turn) -> None:
        """Restore what an answer was before it was corrected."""
        state = turn.state
        if state.corrected is None or state.plan is None:
            raise ValueError("there is no correction to cancel")
        title = state.plan.steps[state.corrected].title
        await self._voice.record(turn, CorrectionCancelled(time.time(), state.corrected))
        value = turn.state.variables.get(title, "").rstrip(".")
        restored = phrase(turn, "correction_cancelled", name=title, value=value)
        turn.guide(paragraphs(restored, way_back(turn)))
        self._voice.learn(turn, Acted(time.time(), State.ANSWERING))

    async def _ask_anew(self, turn: Turn, plan: Plan, change: Change) -> None:
        """Ask a step again whose answer is to be another, where it was not said which."""
        step, now = plan.steps[change.step], time.time()
        await self._voice.record(turn, Reopened(now, change.step))
        turn.guide(phrase(turn, "change_asked", title=step.title, question=step.description))
        self._voice.learn(turn, Acted(now, State.CLARIFYING))

    async def _put_in_place(self, turn: Turn, plan: Plan, change: Change) -> None:
        """Put the new answer in place of the old one, and reopen what builds on it."""
        step, before = plan.steps[change.step], turn.state.progress[change.step].said
        value, now = extract(step, change.value), time.time()
        touched = _done_dependents(turn.state, plan, step)
        reopened = (Reopened(now, index, because=step.id) for index in touched)
        corrected = Corrected(now, change.step, value, turn.message.id)
        await self._voice.record(turn, corrected, *reopened)
        old, new = before.rstrip("."), value.rstrip(".")
        changed = phrase(turn, "corrected", name=step.title, old=old, new=new)
        titles = listed(turn, [plan.steps[index].title for index in touched])
        again = phrase(turn, "corrected_reopens", titles=titles) if touched else ""
        await self._beside(turn, sentences(changed, again))

    async def _beside(self, turn: Turn, text: str) -> None:
        """Say something, answer what the message asks besides, and go on."""
        onwards = next_question(turn) if turn.state.finished else way_back(turn)
        guidance = paragraphs(text, onwards)
        if turn.message.does(*ASKING):
            with guided_at_the_end(turn, guidance):
                await self._voice.answer(turn)
        else:
            turn.guide(guidance)
        self._voice.learn(turn, Acted(time.time(), State.ANSWERING))

    def _ask_which(self, turn: Turn) -> None:
        titles = list(turn.state.variables)
        turn.guide(phrase(turn, "which_change", titles=listed(turn, titles)))
        self._voice.learn(turn, Acted(time.time(), State.CLARIFYING))


def _done_dependents(state: ChatState, plan: Plan, step: Step) -> list[int]:
    """Indices of the done steps that build on one, in the plan's order."""
    found = (plan.index(name) for name in plan.dependents(step.id))
    return [i for i in found if i is not None and state.progress[i].status == "done"]
