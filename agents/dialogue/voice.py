"""How the assistant speaks into a turn: words of its own, and answers of the model or the cache."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
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

from agents import signals
from agents.dialogue import prompts
from agents.dialogue.classify import classify
from agents.dialogue.events import Event
from agents.dialogue.history import exchanges, window
from agents.dialogue.messages import ASKING, Mood, Served
from agents.dialogue.scopes import Scopes
from agents.dialogue.state import ChatState
from agents.dialogue.store import ConversationStore
from agents.dialogue.turn import Turn
from agents.errors import ModelError
from agents.models.attempts import FellBack
from agents.models.cached import COMPLETE, CacheFailed, CacheLookedUp, CacheRequest, CacheStored
from agents.models.repetition import REPETITION
from agents.models.stream import DirectStream
from agents.tracing import span
from cache import Lookup

LENGTH: Final = frozenset({"length", "max_tokens"})
PARAGRAPH: Final = "\n\n"


class Voice:
    """Speaks, and keeps what happened.

    Args:
        model: Answers; its replies pass through the cache.
        scopes: Which answers a message may be given from the cache.
    """

    def __init__(self, store: ConversationStore, model: ModelConfig, scopes: Scopes) -> None:
        self._store = store
        self._scopes = scopes
        self._chat = Agent("reprise", prompts.CHAT, config=model)

    async def record(self, turn: Turn, *events: Event) -> None:
        """Store what happened, and all that was learnt before it.

        Raises:
            StoreError: It could not be stored.
        """
        happened = (*turn.unsaved, *events)
        if happened:
            turn.saved(await asyncio.to_thread(self._store.append, turn.stored, *happened))

    def learn(self, turn: Turn, *events: Event) -> None:
        """Take note of what happened; it is stored with the next that is, or the reply's end."""
        turn.learnt(self._store.folded(turn.state, events), events)

    async def answer(self, turn: Turn) -> None:
        """Answer what the message asks: for everybody where it stands alone, else in context.

        Of a message that was judged as an answer to a step, the rest is the question.
        """
        message = turn.message
        kind = next((kind for kind in message.types if kind in ASKING), message.types[0])
        asked = message.text if turn.step is None else message.part(*ASKING)
        question = await self._scopes.standing_alone(turn, asked)
        if question is None:
            step = turn.state.step
            await self.say_in_context(turn, prompts.shaped(message.text, kind, message.mood, step))
        else:
            text = prompts.shaped(question, kind, Mood.NEUTRAL)
            await self._say(turn, text, [], self._scopes.shared(turn, question))

    async def say_in_context(self, turn: Turn, text: str) -> None:
        """Answer with the history; reused only within this conversation, in the same context."""
        turn.note(sent=text)
        note = text.removeprefix(turn.message.text)
        await self._say(turn, text, _history(turn.state), self._scopes.own(turn, note))

    async def say_alone(self, turn: Turn, text: str) -> None:
        """Answer without the history; reused only within this conversation."""
        await self._say(turn, text, [], self._scopes.own(turn, text))

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

    async def _say(
        self, turn: Turn, text: str, history: list[BaseEvent], request: CacheRequest
    ) -> None:
        turn.enter("writing")
        stream = _Scribe(turn)
        await stream.history.replace(history)
        with span(signals.AGENT, **{signals.OPERATION: "invoke_agent"}):
            said = await self._chat.ask(text, stream=stream, dependencies={CacheRequest: request})
        response = said.response
        turn.note(model=response.model or "", tokens=int(response.usage.completion_tokens or 0))
        _require_whole(turn, response)


@contextmanager
def guided_at_the_end(turn: Turn, guidance: str) -> Iterator[None]:
    """Add the plan's line after what is done here, also after a stop half-way."""
    try:
        yield
    except asyncio.CancelledError:
        turn.guide(guidance)
        raise
    turn.guide(guidance)


def note_cache(turn: Turn, event: BaseEvent) -> None:
    """Record what the cache did for a turn, or who answered in the model's place."""
    match event:
        case CacheLookedUp():
            turn.note(served=_served(event.lookup, degraded=event.degraded))
        case CacheStored():
            turn.note(served=replace(turn.reply.served or Served(), entry=event.entry))
        case CacheFailed():
            turn.note(notice=event.message)
        case FellBack():
            turn.note(notice=f"{event.instead_of} {event.model} answered instead.")


class _Scribe(DirectStream):
    """A stream that also writes what the model or the cache says into the turn."""

    __slots__ = ("_begun", "_turn")

    def __init__(self, turn: Turn) -> None:
        super().__init__()
        self._turn = turn
        self._begun = False

    async def send(self, event: BaseEvent, context: ConversationContext) -> None:
        """Write down what matters to the reply, then pass the event on."""
        if isinstance(event, ModelMessageChunk):
            if not self._begun and self._turn.reply.answer:
                self._turn.write(PARAGRAPH)  # what follows may be a list
            self._begun = True
            self._turn.write(event.content)
        note_cache(self._turn, event)
        await super().send(event, context)


def _served(lookup: Lookup, *, degraded: bool) -> Served:
    entry = lookup.entry
    return Served(
        tier=lookup.tier if lookup.hit else None,
        similarity=lookup.similarity,
        entry=entry.id if entry else None,
        reason=lookup.reason,
        seconds_saved=entry.seconds if entry else 0.0,
        lookup=lookup.id,
        degraded=degraded,
    )


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
    if response.finish_reason == REPETITION:
        turn.note(notice="The model began to repeat itself, so its answer was ended there.")
        return
    if not (response.content or "").strip():
        raise ModelError("The model gave an empty answer.", remedy="Try again.", kind="empty")
    if response.finish_reason not in COMPLETE:
        raise ModelError(
            "The answer broke off before its end.",
            remedy="What came is kept; try again for the whole.",
            kind="cut",
        )
