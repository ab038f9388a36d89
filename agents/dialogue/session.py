"""One reply, from the message to the last word. `ChatSession.reply` tells the story."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Final

from ag2 import Agent
from ag2.config import ModelConfig
from ag2.context import ConversationContext
from ag2.events import (
    BaseEvent,
    ModelMessage,
    ModelMessageChunk,
    ModelRequest,
    ModelResponse,
    TextInput,
)

from agents.dialogue import prompts
from agents.dialogue.classify import classify
from agents.dialogue.evaluator import Evaluator
from agents.dialogue.events import Acted, Event, GoalStated, Judged, Planned, StepEnded
from agents.dialogue.history import exchanges, window
from agents.dialogue.machine import State
from agents.dialogue.messages import MessageType, Mood, Served
from agents.dialogue.phrases import Phrases, phrases_for
from agents.dialogue.plan import Step, Verdict
from agents.dialogue.planner import Planner
from agents.dialogue.policy import Action, after_verdict, first_look
from agents.dialogue.scopes import Scopes
from agents.dialogue.state import ChatState
from agents.dialogue.store import ConversationStore
from agents.dialogue.turns import Turn
from agents.errors import ModelError
from agents.models.cached import (
    COMPLETE,
    CachedModel,
    CacheFailed,
    CacheLookedUp,
    CacheRequest,
    CacheStored,
)
from agents.models.stream import DirectStream
from cache import Lookup, SemanticCache
from cache.rivals import Rivals

LENGTH: Final = frozenset({"length", "max_tokens"})


class ChatSession:
    """Writes replies: one object serves every conversation, the state comes with each turn.

    Args:
        model: The model that answers, drafts plans and judges.
        cache: None where the cache could not be opened: then every reply is the model's.
        scopes: Which answers a message may be given from it.
        rivals: Raise the thresholds that evidence chose, where other answers stand close.
    """

    def __init__(
        self,
        store: ConversationStore,
        model: ModelConfig,
        cache: SemanticCache | None,
        scopes: Scopes,
        rivals: Rivals | None = None,
    ) -> None:
        cached = CachedModel(model, cache, rivals)
        self._store = store
        self._scopes = scopes
        self._chat = Agent("reprise", prompts.CHAT, config=cached)
        self._planner = Planner(cached)
        self._evaluator = Evaluator(model)
        self._deeds: Mapping[Action, Callable[[Turn], Awaitable[None]]] = {
            Action.GREET: self._greet,
            Action.CLOSE: self._close,
            Action.PLAN: self._plan,
            Action.ANSWER: self._answer,
            Action.ADVANCE: self._advance,
            Action.COMPLETE: self._complete,
            Action.CLARIFY: self._clarify,
            Action.REPHRASE: self._rephrase,
            Action.SAY_FALLBACK: self._say_fallback,
            Action.SKIP: self._skip,
        }

    async def reply(self, turn: Turn) -> None:
        """Write the reply to the turn's message.

        Raises:
            RepriseError: It could not be written to its end; what was written is in the turn.
        """
        action = first_look(turn.state, turn.message)
        if action is Action.JUDGE:
            action = await self._judge(turn)
        await self._deeds[action](turn)

    async def afresh(self, question: str) -> str:
        """The model's answer to a question that stands alone, past the cache.

        Raises:
            RepriseError: There is none, or not the whole of it.
        """
        text = prompts.shaped(question, classify(question), Mood.NEUTRAL)
        said = await self._chat.ask(text, stream=DirectStream())
        if said.response.finish_reason not in COMPLETE:
            raise ModelError("The answer broke off before its end.", remedy="", kind="cut")
        return said.response.content or ""

    async def _judge(self, turn: Turn) -> Action:
        index, step = _here(turn.state)
        turn.enter("judging")
        verdict = await self._evaluator.judge(step, turn.message.text)
        action = after_verdict(turn.state, turn.message, verdict)
        await self._record(turn, *_judged(index, turn.message.text, verdict, action))
        return action

    async def _greet(self, turn: Turn) -> None:
        words = _phrases(turn)
        turn.guide(_way_back(turn.state, words) or words.hello)
        turn.afterwards(Acted(time.time(), State.ANSWERING))

    async def _close(self, turn: Turn) -> None:
        turn.guide(_phrases(turn).goodbye)

    async def _plan(self, turn: Turn) -> None:
        turn.enter("planning")
        goal = turn.message.text
        plan = await self._planner.draft(
            goal, self._scopes.plan(turn), turn.show_steps, partial(_note_cache, turn)
        )
        words = _phrases(turn)
        turn.show_steps(plan.steps)
        if plan.source == "template":
            turn.note(notice=words.template_said)
        now = time.time()
        with _guided_at_the_end(turn, words.begin(plan)):
            await self._record(
                turn, GoalStated(now, goal), Planned(now, plan), Acted(now, State.ANSWERING)
            )

    async def _answer(self, turn: Turn) -> None:
        message = turn.message
        kind = message.types[0]
        with _guided_at_the_end(turn, _way_back(turn.state, _phrases(turn))):
            question = await self._scopes.standing_alone(turn)
            if question is None:
                await self._say_in_context(turn, prompts.shaped(message.text, kind, message.mood))
            else:
                text = prompts.shaped(question, kind, Mood.NEUTRAL)
                await self._say(turn, text, [], self._scopes.shared(turn, question))
        expert = kind in (MessageType.DEEPENING, MessageType.COMPARISON_MADE)
        did = State.EXPERT_ANALYSIS if expert else State.ANSWERING
        turn.afterwards(Acted(time.time(), did))

    async def _advance(self, turn: Turn) -> None:
        _, step = _here(turn.state, behind=1)
        with _guided_at_the_end(turn, _next_question(turn.state, _phrases(turn))):
            try:
                await self._say_in_context(turn, prompts.acknowledged(turn.message.text, step))
            except ModelError as error:
                turn.note(notice=str(error))

    async def _complete(self, turn: Turn) -> None:
        state = turn.state
        text = prompts.concluded(turn.message.text, state.goal, dict(state.variables))
        with _guided_at_the_end(turn, _phrases(turn).done):
            await self._say_in_context(turn, text)

    async def _clarify(self, turn: Turn) -> None:
        _, step = _here(turn.state)
        turn.guide(_phrases(turn).explain(step))

    async def _rephrase(self, turn: Turn) -> None:
        _, step = _here(turn.state)
        try:
            await self._say_in_context(turn, prompts.reworded(turn.message.text, step))
        except ModelError as error:
            turn.note(notice=str(error))
            turn.guide(_phrases(turn).explain(step))

    async def _say_fallback(self, turn: Turn) -> None:
        _, step = _here(turn.state)
        turn.guide(f"{step.fallback} {step.description}")

    async def _skip(self, turn: Turn) -> None:
        words = _phrases(turn)
        turn.guide(f"{words.skipped} {_next_question(turn.state, words)}")

    async def _say_in_context(self, turn: Turn, text: str) -> None:
        """Answer with the history; reused only within this conversation, in the same context."""
        turn.note(sent=text)
        note = text.removeprefix(turn.message.text)
        await self._say(turn, text, _history(turn.state), self._scopes.own(turn, note))

    async def _say(
        self, turn: Turn, text: str, history: list[BaseEvent], request: CacheRequest
    ) -> None:
        turn.enter("writing")
        stream = _Scribe(turn)
        await stream.history.replace(history)
        said = await self._chat.ask(text, stream=stream, dependencies={CacheRequest: request})
        response = said.response
        turn.note(model=response.model or "", tokens=int(response.usage.completion_tokens or 0))
        _require_whole(turn, response)

    async def _record(self, turn: Turn, *events: Event) -> None:
        turn.state = await asyncio.to_thread(self._store.append, turn.state, *events)


class _Scribe(DirectStream):
    """A stream that also writes what the model or the cache says into the turn."""

    __slots__ = ("_turn",)

    def __init__(self, turn: Turn) -> None:
        super().__init__()
        self._turn = turn

    async def send(self, event: BaseEvent, context: ConversationContext) -> None:
        """Write down what matters to the reply, then pass the event on."""
        if isinstance(event, ModelMessageChunk):
            self._turn.write(event.content)
        _note_cache(self._turn, event)
        await super().send(event, context)


def _note_cache(turn: Turn, event: BaseEvent) -> None:
    """Record what the cache did for a turn."""
    match event:
        case CacheLookedUp():
            turn.note(served=_served(event.lookup))
        case CacheStored():
            turn.note(served=replace(turn.reply.served or Served(), entry=event.entry))
        case CacheFailed():
            turn.note(notice=event.message)


def _served(lookup: Lookup) -> Served:
    entry = lookup.entry
    return Served(
        tier=lookup.tier if lookup.hit else None,
        similarity=lookup.similarity,
        entry=entry.id if entry else None,
        reason=lookup.reason,
        seconds_saved=entry.seconds if entry else 0.0,
        lookup=lookup.id,
    )


@contextmanager
def _guided_at_the_end(turn: Turn, guidance: str) -> Iterator[None]:
    """Add the plan's line after what is done here, also after a stop half-way."""
    try:
        yield
    except asyncio.CancelledError:
        turn.guide(guidance)
        raise
    turn.guide(guidance)


def _judged(index: int, said: str, verdict: Verdict, action: Action) -> tuple[Event, ...]:
    """All that a verdict changes, to be stored in one piece."""
    now = time.time()
    judged = Judged(now, index, said, verdict)
    match action:
        case Action.ADVANCE:
            return judged, StepEnded(now, index, "done"), Acted(now, State.ANSWERING)
        case Action.COMPLETE:
            return judged, StepEnded(now, index, "done"), Acted(now, State.SOLUTION_PROVIDED)
        case Action.SKIP:
            return judged, StepEnded(now, index, "skipped"), Acted(now, State.ANSWERING)
        case _:
            return judged, Acted(now, State.CLARIFYING)


def _here(state: ChatState, *, behind: int = 0) -> tuple[int, Step]:
    """The current step and its index, or the one `behind` it."""
    if state.plan is None or state.current is None:
        raise ValueError("there is no current step")
    index = state.current - behind
    return index, state.plan.steps[index]


def _phrases(turn: Turn) -> Phrases:
    return phrases_for(turn.state.goal or turn.message.text)


def _way_back(state: ChatState, words: Phrases) -> str:
    if state.step is None or state.current is None:
        return ""
    return words.resume(state.current + 1, state.step)


def _next_question(state: ChatState, words: Phrases) -> str:
    """The question of the step that has become the current one; after the last, the end."""
    if state.plan is None or state.current is None:
        return words.done
    return words.ask(state.current + 1, len(state.plan.steps), state.plan.steps[state.current])


def _history(state: ChatState) -> list[BaseEvent]:
    """What was said before, as AG2's events, exactly as the model saw it."""
    events: list[BaseEvent] = []
    for said, answered in window(exchanges(state)):
        events.append(ModelRequest([TextInput(said)]))
        events.append(ModelResponse(ModelMessage(answered)))
    return events


def _require_whole(turn: Turn, response: ModelResponse) -> None:
    """Refuse an answer that is empty or was cut off.

    Raises:
        ModelError: It is.
    """
    if response.finish_reason in LENGTH:
        turn.note(notice="The answer reached the longest length that is set (REPRISE_MAX_TOKENS).")
        return
    if not (response.content or "").strip():
        raise ModelError("The model gave an empty answer.", remedy="Try again.", kind="empty")
    if response.finish_reason not in COMPLETE:
        raise ModelError(
            "The answer broke off before its end.",
            remedy="What came is kept; try again for the whole.",
            kind="cut",
        )
