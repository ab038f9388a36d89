"""What is said beside a plan: greetings, thanks, where we are, what is known, and forgetting it."""

from __future__ import annotations

import re
import time
from dataclasses import replace

from agents.dialogue.events import Acted, Forgotten, HandedOver, Offered
from agents.dialogue.goals import is_insult
from agents.dialogue.handover import HandOver
from agents.dialogue.machine import State
from agents.dialogue.memory import Fact
from agents.dialogue.messages import MessageType
from agents.dialogue.saying import (
    listed,
    overview,
    paragraphs,
    phrase,
    said,
    way_back,
    words,
)
from agents.dialogue.state import ChatState
from agents.dialogue.teaming import Teaming
from agents.dialogue.travel import away
from agents.dialogue.turn import Turn
from agents.dialogue.voice import Voice, guided_at_the_end
from agents.errors import HandOverError

SHORTEST_NAME = 4
"""Shorter words of a fact's name do not tell which fact is meant."""


class Asides:
    """Says what needs no model, and answers what was asked in between."""

    def __init__(self, voice: Voice, hand_over: HandOver, teaming: Teaming) -> None:
        self._voice = voice
        self._hand_over = hand_over
        self._teaming = teaming

    async def answer(self, turn: Turn) -> None:
        """Answer what was asked, and lead back to the step; offer the team where it is worth it."""
        with guided_at_the_end(turn, way_back(turn)):
            await self._voice.answer(turn)
        expert = turn.message.does(MessageType.DEEPENING, MessageType.COMPARISON_MADE)
        did = State.EXPERT_ANALYSIS if expert else State.ANSWERING
        self._voice.learn(turn, Acted(time.time(), did))
        self._teaming.offer(turn)

    async def greet(self, turn: Turn) -> None:
        """Return a greeting; in a plan, with the way back to its step."""
        state, step = turn.state, turn.state.step
        if step is None or state.current is None or state.plan is None:
            turn.guide(phrase(turn, "hello"))
        elif _was_away(state):
            place = {"number": state.current + 1, "total": len(state.plan.steps)}
            welcome = phrase(turn, "welcome_back", title=step.title, **place)
            turn.guide(paragraphs(welcome, way_back(turn)))
        else:
            number, question = state.current + 1, step.description
            turn.guide(phrase(turn, "hello_again", number=number, question=question))
        self._voice.learn(turn, Acted(time.time(), State.ANSWERING))

    async def refuse_goal(self, turn: Turn) -> None:
        """Say that nothing can be made of the message, and ask for a goal."""
        turn.guide(phrase(turn, "not_planned" if is_insult(turn.message.text) else "refused_goal"))
        self._voice.learn(turn, Acted(time.time(), State.CLARIFYING))

    async def thank(self, turn: Turn) -> None:
        """Answer thanks."""
        turn.guide(paragraphs(phrase(turn, "thanks"), way_back(turn)))

    async def close(self, turn: Turn) -> None:
        """Say goodbye."""
        turn.guide(phrase(turn, "goodbye"))

    async def where(self, turn: Turn) -> None:
        """Tell where in the plan the conversation is."""
        turn.guide(paragraphs(overview(turn), way_back(turn)))
        self._voice.learn(turn, Acted(time.time(), State.ANSWERING))

    async def recall(self, turn: Turn) -> None:
        """Tell what is known of the user."""
        facts = {fact.name: fact.value for fact in turn.state.facts.values()}
        turn.guide(paragraphs(words(turn).known(facts, said(turn)), way_back(turn)))
        self._voice.learn(turn, Acted(time.time(), State.ANSWERING))

    async def forget(self, turn: Turn) -> None:
        """Forget the fact that is named, the last that was told, or all of them."""
        known = list(turn.state.facts)
        meant = _meant(turn.state, turn.message.text)
        now = time.time()
        if not known:
            turn.guide(paragraphs(phrase(turn, "nothing_to_forget"), way_back(turn)))
        elif not meant:
            turn.guide(phrase(turn, "forget_what", names=listed(turn, known)))
        else:
            names = [fact.name for fact in meant]
            await self._voice.record(turn, *(Forgotten(now, name) for name in names))
            told = phrase(turn, "forgotten", name=listed(turn, names))
            turn.guide(paragraphs(told, way_back(turn)))
        self._voice.learn(turn, Acted(time.time(), State.ANSWERING))

    async def nothing_to_cancel(self, turn: Turn) -> None:
        """Say that there is nothing to take back."""
        turn.guide(phrase(turn, "nothing_to_cancel"))
        self._voice.learn(turn, Acted(time.time(), State.ANSWERING))

    async def offer_hand_over(self, turn: Turn) -> None:
        """Ask whether a person is to take over."""
        turn.guide(phrase(turn, "hand_over_offer"))
        now = time.time()
        self._voice.learn(turn, Acted(now, State.CLARIFYING), Offered(now, "hand_over"))

    async def hand_over(self, turn: Turn) -> None:
        """Tell a person, where there is an address for that; the export is there in any case."""
        try:
            notified = await self._hand_over.notify(turn.state)
            kind = phrase(turn, "handed_over" if notified else "handed_over_export")
        except HandOverError as error:
            notified, kind = False, phrase(turn, "hand_over_failed")
            turn.note(notice=str(error))
        now = time.time()
        await self._voice.record(turn, HandedOver(now, notified), Acted(now, State.ANSWERING))
        turn.guide(paragraphs(kind, way_back(turn)))


def _was_away(state: ChatState) -> bool:
    """Whether the last message but the one that is answered is more than a day old."""
    *before, message, _ = state.messages
    return away(replace(state, messages=tuple(before)), message.at) is not None


def _meant(state: ChatState, text: str) -> list[Fact]:
    """The fact that a wish to forget names, else all or the last; [] where it is not clear."""
    facts = list(state.facts.values())
    called = [fact for fact in facts if _calls(text, fact)]
    if called:
        return called if len(called) == 1 else []
    if re.search(r"\b(?:everything|all|alles|alle)\b", text, re.IGNORECASE):
        return facts
    points = re.search(r"\b(?:that|it|this|das|es|dies)\b", text, re.IGNORECASE)
    return [max(facts, key=lambda fact: fact.at)] if points and facts else []


def _calls(text: str, fact: Fact) -> bool:
    tokens = re.findall(r"\w+", f"{fact.name} {fact.value}".casefold())
    telling = [word.rstrip("s") for word in tokens if len(word) >= SHORTEST_NAME]
    return any(re.search(rf"(?<!\w){re.escape(w)}", text.casefold()) for w in telling)
