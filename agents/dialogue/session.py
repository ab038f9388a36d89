"""One reply, from the message to the last word. `ChatSession.reply` tells the story."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from ag2.config import ModelConfig

from agents import signals
from agents.dialogue.amending import Amending
from agents.dialogue.answering import LocalJudge
from agents.dialogue.asides import Asides
from agents.dialogue.classify import Context, Embed, understand
from agents.dialogue.evaluator import LIKELY_MET_FROM, MET_FROM, Evaluator
from agents.dialogue.events import Offer, Understood
from agents.dialogue.handover import HandOver
from agents.dialogue.library import Library
from agents.dialogue.memory import preferences_in
from agents.dialogue.planner import Planner
from agents.dialogue.planning import Planning
from agents.dialogue.policy import Action, first_look
from agents.dialogue.scopes import Scopes
from agents.dialogue.state import ChatState
from agents.dialogue.stepping import Stepping
from agents.dialogue.store import ConversationStore
from agents.dialogue.teaming import Team, Teaming
from agents.dialogue.turn import Turn
from agents.dialogue.voice import Voice
from agents.models.cached import CachedModel
from agents.tracing import span
from cache import SemanticCache
from cache.rivals import Rivals

Deed = Callable[[Turn], Awaitable[None]]


class ChatSession:
    """Writes replies: one object serves every conversation, the state comes with each turn.

    Args:
        model: The model that answers, drafts plans and judges what is doubtful.
        cache: None where the cache could not be opened: then every reply is the model's, and
            messages are understood by their words alone.
        scopes: Which answers a message may be given from it.
        hand_over: Tells a person that a conversation needs one.
        rivals: Raise the thresholds that evidence chose, where other answers stand close.
        library: Templates of plans; None where there are none.
        small_model: Whether the model is a small one: then a template that fits a goal beats its
            own draft, its doubts do not outweigh a likely answer, and plain answers get a word
            of the assistant's own.
        team: Specialists who can be asked; None where there are none.
    """

    def __init__(
        self,
        store: ConversationStore,
        model: ModelConfig,
        cache: SemanticCache | None,
        scopes: Scopes,
        hand_over: HandOver,
        rivals: Rivals | None = None,
        library: Library | None = None,
        *,
        small_model: bool = False,
        team: Team | None = None,
    ) -> None:
        self._embed: Embed | None = None if cache is None else cache.embed
        self._library = library
        local = None if self._embed is None else LocalJudge(self._embed)
        cached = CachedModel(model, cache, rivals)
        self._voice = Voice(store, cached, scopes)
        met_from = LIKELY_MET_FROM if small_model else MET_FROM
        evaluator = Evaluator(model, local, met_from=met_from)
        self._stepping = Stepping(self._voice, evaluator, brief=small_model)
        self._amending = Amending(self._voice, local)
        planner = Planner(cached, library, self._embed, prefers_templates=small_model)
        self._planning = Planning(self._voice, planner, self._stepping, scopes)
        self._teaming = Teaming(self._voice, team)
        self._asides = Asides(self._voice, hand_over, self._teaming)
        self._deeds = self._all_deeds()
        self._offered: Mapping[Offer, Deed] = {
            "approve_plan": self._planning.approve,
            "stop_plan": self._planning.stop,
            "start_over": self._planning.start_over,
            "shorter_plan": self._planning.shorten,
            "hand_over": self._asides.hand_over,
            "leave_open": self._stepping.left_open,
            "ask_team": self._teaming.ask,
        }

    async def reply(self, turn: Turn) -> None:
        """Write the reply to the turn's message.

        Raises:
            RepriseError: It could not be written to its end; what was written is in the turn.
        """
        await self._understand(turn)
        action: Action | None = first_look(turn.state, turn.message, turn.offer)
        if action is Action.ACCEPT and turn.offer is not None:
            await self._do(turn, turn.offer, self._offered[turn.offer])
            return
        if action is Action.CORRECT:
            action = await self._amending.correct(turn)
        if action is Action.JUDGE:
            action = await self._stepping.judge(turn)
        if action is not None:
            await self._do(turn, action.value, self._deeds[action])

    def prepare(self) -> None:
        """Read ahead what the first plan would have to wait for; takes a second."""
        if self._library is not None and self._embed is not None:
            self._library.prepare(self._embed)

    async def afresh(self, question: str) -> str:
        """The model's answer to a question that stands alone, past the cache.

        Raises:
            RepriseError: There is none, or not the whole of it.
        """
        return await self._voice.afresh(question)

    async def _understand(self, turn: Turn) -> None:
        """Tell what the message does in the conversation."""
        text = turn.message.text
        context = _context(turn.state)
        with span(signals.UNDERSTAND) as current:
            found = await asyncio.to_thread(understand, text, context, self._embed)
            current.set_attribute(signals.MESSAGE_TYPES, " ".join(found.types))
        turn.message = replace(
            turn.message,
            types=found.types,
            parts=found.parts,
            mood=found.mood,
            request=found.request,
        )
        liked = tuple(preferences_in(text).items())
        self._voice.learn(
            turn,
            Understood(
                time.time(), turn.message.id, found.types, found.parts, found.mood,
                found.request, liked,
            ),
        )  # fmt: skip

    async def _do(self, turn: Turn, name: str, deed: Deed) -> None:
        with span(signals.ACT, **{signals.ACTION: name}):
            await deed(turn)

    def _all_deeds(self) -> Mapping[Action, Deed]:
        asides, planning, stepping = self._asides, self._planning, self._stepping
        return {
            Action.REFUSE_GOAL: asides.refuse_goal,
            Action.GREET: asides.greet,
            Action.THANK: asides.thank,
            Action.CLOSE: asides.close,
            Action.ANSWER: asides.answer,
            Action.WHERE: asides.where,
            Action.RECALL: asides.recall,
            Action.FORGET: asides.forget,
            Action.NOTHING_TO_CANCEL: asides.nothing_to_cancel,
            Action.OFFER_HAND_OVER: asides.offer_hand_over,
            Action.ASK_TEAM: self._teaming.ask,
            Action.PLAN: planning.plan,
            Action.REPLAN: planning.replan,
            Action.OFFER_STOP: planning.offer_stop,
            Action.OFFER_START_OVER: planning.offer_start_over,
            Action.DECLINE: planning.decline,
            Action.ADVANCE: stepping.advance,
            Action.NOTE: stepping.note,
            Action.TAKE_LATE: stepping.take_late,
            Action.COMPLETE: stepping.complete,
            Action.EXPLAIN: stepping.explain,
            Action.CLARIFY: stepping.clarify,
            Action.REPHRASE: stepping.rephrase,
            Action.SAY_FALLBACK: stepping.say_fallback,
            Action.SKIP: stepping.skip,
            Action.LEAVE_OPEN: stepping.leave_open,
            Action.OFFER_LEAVE_OPEN: stepping.offer_leave_open,
            Action.CANCEL_CORRECTION: self._amending.cancel,
            Action.BACK: stepping.back,
        }


def _context(state: ChatState) -> Context:
    """What a message is read against."""
    step = state.step
    return Context(
        question=step.description if step else "",
        offered=state.offer is not None,
        in_plan=step is not None,
        expected=step.expected_response if step else "",
        topic=state.topic,
        facts=state.variables,
        just_corrected=state.corrected is not None,
    )
