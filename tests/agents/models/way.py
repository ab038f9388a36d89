"""The whole way to a model as the Engine builds it, over HTTP, with scripted models at its end."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from ag2 import Agent
from ag2.config import ModelConfig
from ag2.events import BaseEvent, ModelMessageChunk

from agents.calling import CallRecord
from agents.errors import ModelError
from agents.models.admission import Gate
from agents.models.attempts import FellBack
from agents.models.budgets import Budgets
from agents.models.condition import EndpointCondition
from agents.models.endpoints import Endpoints
from agents.models.fair_queue import FairQueue
from agents.models.resilient import ResilientModel
from agents.models.retrying import Patience
from agents.models.stream import DirectStream
from agents.settings import Settings

PRICE = 1_000_000.0
"""Dollars for a million tokens: one for each."""
FALLBACK_PRICE = 2_000_000.0


@dataclass
class Answer:
    """What the user saw of a call, and how it ended.

    Attributes:
        text: All pieces that were shown.
        outcome: "ok", or the kind of the error.
    """

    text: str = ""
    outcome: str = "ok"
    error: ModelError | None = None
    fell_back: list[FellBack] = field(default_factory=list)
    metadata: dict = field(default_factory=dict)


@dataclass
class Way:
    """A ResilientModel with its condition and the records of its calls at hand."""

    model: ResilientModel
    records: list[CallRecord]

    @property
    def endpoints(self) -> list[EndpointCondition]:
        return list(self.model.condition().endpoints)

    async def ask(
        self, text: str = "Hello", model: ModelConfig | None = None, answer: Answer | None = None
    ) -> Answer:
        """One call, as an agent makes it; `answer` shows what has come so far."""
        answer = answer or Answer()

        class Watched(DirectStream):
            async def send(self, event: BaseEvent, context) -> None:
                if isinstance(event, ModelMessageChunk):
                    answer.text += event.content
                if isinstance(event, FellBack):
                    answer.fell_back.append(event)
                await super().send(event, context)

        agent = Agent("asker", "Answer.", config=model or self.model)
        try:
            reply = await agent.ask(text, stream=Watched())
        except ModelError as error:
            answer.outcome, answer.error = error.kind, error
        else:
            answer.metadata = dict(reply.response.metadata)
        return answer


@asynccontextmanager
async def way_to(
    *addresses: str,
    fallback: str = "",
    retries: int = 2,
    deadline: float = 60.0,
    limit: int = 8,
    clock: Callable[[], float] = time.monotonic,
    **settings: object,
) -> AsyncIterator[Way]:
    """The way to one or several addresses; retries hardly wait."""
    main, *replicas = addresses
    wanted = Settings(
        provider="openai",
        model="scripted",
        base_url=main,
        replicas=tuple(replicas),
        fallback="openai:spare" if fallback else "",
        fallback_base_url=fallback,
        token_price=PRICE,
        fallback_token_price=FALLBACK_PRICE,
        **{"timeout": 30.0, "api_key": "any", "fallback_api_key": "any", **settings},
    )
    endpoints = Endpoints.of(wanted, (), clock)
    records: list[CallRecord] = []
    gate = Gate(FairQueue(limit, 100), Budgets(()))
    patience = Patience(retries, deadline, first_wait=0.001)
    try:
        yield Way(ResilientModel(endpoints.pool, gate, patience, records.append), records)
    finally:
        await endpoints.close()
