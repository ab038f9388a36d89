"""A room to talk in: all of a conversation but the page and the model, which is scripted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache as once
from pathlib import Path

from ag2.config import ModelConfig

from agents.dialogue.handover import HandOver
from agents.dialogue.library import Library
from agents.dialogue.machine import machine
from agents.dialogue.messages import Reply
from agents.dialogue.rewriting import ModelRewriter
from agents.dialogue.scopes import Identity, Scopes
from agents.dialogue.session import ChatSession
from agents.dialogue.state import ChatState
from agents.dialogue.store import ConversationStore
from agents.dialogue.turn import Turn
from agents.dialogue.turns import Turns
from agents.models.cached import CachedModel
from agents.models.failures import explain_failure
from agents.models.pending import PendingModel
from agents.models.providers import http_client, model_config
from agents.settings import Settings
from agents.teams.consultation import AskedTeam
from agents.teams.desk import Desk
from agents.teams.nested import Nested
from agents.teams.roster import Roster
from agents.teams.store import RunStore
from agents.teams.teams import Teams
from cache import SemanticCache
from tests.agents.loops import WAIT_SECONDS, running_loop
from tests.support.scripted_model import Reply as Says
from tests.support.scripted_model import Rule, ScriptedModel

BUDGET, DATES = "What is your budget?", "When do you want to go?"
GOAL = "Plan a trip to Lisbon"


def step_json(title: str, question: str, fallback: str = "clarify") -> dict[str, str]:
    return {
        "title": title,
        "description": question,
        "expected_response": f"a {title.lower()}",
        "success_criteria": f"the {title.lower()} is named",
        "fallback": fallback,
    }


PLAN_JSON = {"steps": [step_json("Budget", BUDGET), step_json("Dates", DATES, "For example: May.")]}
PLANS = Rule(schema="Plan", reply=Says.json(PLAN_JSON))
NO_PLAN = Rule(schema="Plan", reply=Says("{}"))
JUDGES = [
    Rule(when=lambda r: r.schema is not None and _said(r.last) in {"purple", "green", "red"},
         reply=Says('{"data": false}')),
    Rule(when=lambda r: r.schema is not None and "Enough when:" in r.last,
         reply=Says('{"data": true}')),
]  # fmt: skip
SCRIPT = [PLANS, *JUDGES]


def _said(judgement: str) -> str:
    return judgement.rpartition("Reply: ")[2]


class Room:
    """Conversations with a scripted model. Made by `open_room`."""

    def __init__(
        self, model: ScriptedModel, store: ConversationStore, turns: Turns, teams: Teams
    ) -> None:
        self.model = model
        self.store = store
        self.turns = turns
        self.teams = teams
        self._sent = 0

    def send(
        self,
        text: str,
        *,
        to: str = "c1",
        owner: str = "ann",
        threshold: float = 0.9,
        message_id: str | None = None,
    ) -> Turn:
        self._sent += 1
        return self.turns.start(
            to,
            owner,
            text,
            threshold=threshold,
            message_id=message_id or f"{to}-message-{self._sent}",
        )

    def say(self, text: str, **how: object) -> Reply:
        """Send a message and wait for the whole reply."""
        turn = self.send(text, **how)
        assert turn.wait(WAIT_SECONDS), f"no end came to {text!r}: {turn.view}"
        return turn.reply

    def state(self, conversation: str = "c1", owner: str = "ann") -> ChatState:
        """What is on disk."""
        return self.store.load(conversation, owner)

    @property
    def answers_asked(self) -> int:
        """How often the model was asked for an answer (not for a plan or a verdict)."""
        return sum(request.schema is None for request in self.model.requests)


@once
def templates() -> Library:
    """The library, read once for all rooms."""
    return Library.open()


def _teams(folder: Path, loop: asyncio.AbstractEventLoop, desk: Desk) -> Teams:
    """Teams with a director, as they come with Reprise."""
    store = RunStore.open(folder / "teams.sqlite3")
    store.recover()
    roster = Roster.at(folder / "teams")

    async def there() -> Desk:
        return desk

    return Teams(
        store,
        lambda work: asyncio.run_coroutine_threadsafe(work, loop),
        there,
        (Nested(roster.nested, choosing=False),),
        longest=Settings().max_message,
        members=roster.members,
    )


@contextmanager
def open_room(
    folder: Path,
    script: list[Rule],
    cache: SemanticCache | None,
    *,
    wrapped: Callable[[ModelConfig], ModelConfig] = lambda model: model,
    strong: bool = False,
    templated: bool = True,
    small_model: bool = False,
) -> Iterator[Room]:
    """A room whose store is in `folder`; a `strong` model also rewrites follow-ups."""
    store = ConversationStore.open(folder / "conversations.sqlite3", machine())
    with ScriptedModel(script) as model, running_loop() as loop:
        settings = Settings(provider="openai", model="scripted", base_url=model.base_url)
        client = http_client(settings)
        config = model_config(settings, http_client=client, embedded=None)

        async def ready() -> ModelConfig:
            return wrapped(config)

        pending = PendingModel(
            config.provider, "scripted", ready, lambda error: explain_failure(error, settings)
        )
        known_as = Identity("scripted", ttl=None)
        teams = _teams(folder, loop, Desk(CachedModel(pending, cache), known_as, threshold=0.9))
        scopes = Scopes(known_as, ModelRewriter(pending) if strong else None)
        session = ChatSession(
            store,
            pending,
            cache,
            scopes,
            HandOver(""),
            library=templates() if templated else None,
            small_model=small_model,
            team=AskedTeam(lambda: teams),
        )
        turns = Turns(store, loop, session.reply, longest=settings.max_message)
        try:
            yield Room(model, store, turns, teams)
        finally:
            model.release()
            for closing in (turns.close(), teams.close()):
                asyncio.run_coroutine_threadsafe(closing, loop).result(WAIT_SECONDS)
            asyncio.run_coroutine_threadsafe(client.aclose(), loop).result(WAIT_SECONDS)
            store.close()
