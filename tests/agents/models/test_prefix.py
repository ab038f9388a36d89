"""The local model reads only what is new: its own count of the tokens it evaluated."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from ag2.config import ModelConfig

from agents.dialogue import prompts
from agents.dialogue.handover import HandOver
from agents.dialogue.machine import machine
from agents.dialogue.scopes import Identity, Scopes
from agents.dialogue.session import ChatSession
from agents.dialogue.store import ConversationStore
from agents.dialogue.turns import Turns
from agents.models.admission import Gate
from agents.models.breaker import Breaker
from agents.models.embedded import EmbeddedModel
from agents.models.failures import explain_failure
from agents.models.pending import PendingModel
from agents.models.pool import Endpoint, Pool, Vitals
from agents.models.providers import HttpClient, http_client, model_config
from agents.models.resilient import ResilientModel
from agents.models.retrying import Patience
from agents.settings import Settings
from tests.agents.loops import running_loop

SETTINGS = Settings(max_tokens=48, temperature=0.0)
TURNS = (
    "My name is Ann and my garden is dry and sunny. What should I plant in my garden?",
    "And which of those smells best to you?",
    "Would that one survive my winters here?",
)
LONG_SECONDS = 600


@pytest.fixture
def local(local_model_path: Path) -> Iterator[EmbeddedModel]:
    model = EmbeddedModel(local_model_path)
    model.start()
    model.warm([[{"role": "system", "content": prompts.CHAT}]])
    yield model
    model.close()


def endpoint(local: EmbeddedModel, client: HttpClient) -> Endpoint:
    """The model that is started, as the Engine asks it."""
    config = model_config(SETTINGS, http_client=client, embedded=local)

    async def ready() -> ModelConfig:
        return config

    pending = PendingModel(
        config.provider, local.name, ready, lambda error: explain_failure(error, SETTINGS)
    )
    return Endpoint("embedded", "The local model", pending, Vitals(Breaker(), places=1))


@pytest.mark.local_model
def test_from_the_second_turn_on_only_what_is_new_is_evaluated(local, tmp_path):
    store = ConversationStore.open(tmp_path / "conversations.sqlite3", machine())
    counts = [local.metrics()]
    with running_loop() as loop:
        client = http_client(SETTINGS)
        model = ResilientModel(
            Pool([endpoint(local, client)]), Gate.open(SETTINGS), Patience(0, 600)
        )
        session = ChatSession(store, model, None, Scopes(Identity("local", ttl=None)), HandOver(""))
        turns = Turns(store, loop, session.reply, longest=8_000)
        for number, text in enumerate(TURNS):
            turn = turns.start("c1", "ann", text, threshold=1.0, message_id=f"m{number}")
            assert turn.wait(LONG_SECONDS)
            assert turn.reply.status == "complete", turn.reply
            counts.append(local.metrics())
        asyncio.run_coroutine_threadsafe(client.aclose(), loop).result()
    store.close()

    evaluated = [b.prompt_tokens - a.prompt_tokens for a, b in itertools.pairwise(counts)]
    known = [b.cached_tokens - a.cached_tokens for a, b in itertools.pairwise(counts)]
    # The message, its note and the template's marks; not the instructions, nor what was said.
    assert max(evaluated[1:]) <= 60, (evaluated, known)
    assert known[1] < known[2], (evaluated, known)
    assert known[2] > 2 * evaluated[2], (evaluated, known)
