"""Desk: where a member of a team is asked, through the cache and all that protects the model."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from ag2 import Agent
from ag2.config import ModelConfig
from ag2.context import ConversationContext
from ag2.events import BaseEvent, ModelResponse
from pydantic import BaseModel, ValidationError

from agents.dialogue import partitions, prompts
from agents.dialogue.scopes import PLAN_THRESHOLD, Identity
from agents.dialogue.turns import readable
from agents.errors import ModelError
from agents.models.cached import COMPLETE, CacheLookedUp, CacheRequest
from agents.models.repetition import REPETITION
from agents.models.stream import DirectStream
from agents.teams.member import Member, Message
from agents.teams.run import Source
from cache import Scope, judge

PURPOSE: Final = "team"
LENGTH: Final = frozenset({"length", "max_tokens"})


@dataclass(frozen=True, slots=True)
class Said:
    """What a member said.

    Attributes:
        value: The text as a value of the schema that was asked for; None without one.
        text: As it was written.
        source: The model or the cache.
        tokens: Tokens of the text as the provider counted them; 0 from the cache.
    """

    value: BaseModel | None
    text: str
    source: Source
    tokens: int


class Desk:
    """Asks members.

    Args:
        model: Answers; its replies pass through the cache.
        identity: What the model is, as far as its answers depend on it.
        threshold: Cosine similarity from which an answer to another task may serve, 0..1; it is
            raised to that of plans, as a team's tasks are long and their details count.
    """

    def __init__(self, model: ModelConfig, identity: Identity, *, threshold: float) -> None:
        self._model = model
        self._identity = identity
        self._threshold = max(threshold, PLAN_THRESHOLD)

    async def ask(
        self,
        member: Member,
        message: Message,
        *,
        owner: str,
        schema: type[BaseModel] | None = None,
    ) -> Said:
        """What a member says to a message.

        Args:
            owner: For whom.
            schema: What the answer has to be, in JSON; None: text.

        Raises:
            RepriseError: There is no answer, or it does not fit the schema.
        """
        stream = _Watch()
        agent = Agent(member.name, member.prompt, config=self._model)
        shape: dict[str, Any] = {} if schema is None else {"response_schema": schema}
        request = self._request(member, message, owner, schema)
        reply = await agent.ask(
            message.text, stream=stream, dependencies={CacheRequest: request}, **shape
        )
        text = _whole(member, reply.response)
        tokens = int(reply.response.usage.completion_tokens or 0)
        return Said(_value(member, text, schema), text, stream.source, tokens)

    def _request(
        self, member: Member, message: Message, owner: str, schema: type[BaseModel] | None
    ) -> CacheRequest:
        scope = _scope(self._identity.model, member, message, owner, schema)
        return CacheRequest(
            message.task, scope, self._threshold, asker=owner, ttl=self._identity.ttl
        )


class _Watch(DirectStream):
    """A stream that notes whether the cache answered."""

    __slots__ = ("source",)

    def __init__(self) -> None:
        super().__init__()
        self.source: Source = "model"

    async def send(self, event: BaseEvent, context: ConversationContext) -> None:
        """Note what the cache decided, then pass the event on."""
        if isinstance(event, CacheLookedUp):
            self.source = "cache" if event.lookup.hit else "model"
        await super().send(event, context)


def _scope(
    model: str, member: Member, message: Message, owner: str, schema: type[BaseModel] | None
) -> Scope:
    """Answers of this member, as it is: everybody's where the task says all and is not personal,
    else its owner's, in the same context."""
    form = "" if schema is None else json.dumps(schema.model_json_schema(), sort_keys=True)
    prompt = prompts.fingerprint(member.prompt + form)
    language = partitions.language(message.task)
    if not message.context and judge(message.task, first=True).standalone:
        return Scope.shared_by_all(prompt=prompt, model=model, purpose=PURPOSE, language=language)
    return Scope.of_conversation(
        owner=owner,
        conversation=partitions.ANY_CONVERSATION,
        prompt=prompt,
        model=model,
        context=prompts.fingerprint(message.context),
        purpose=PURPOSE,
        language=language,
    )


def _whole(member: Member, response: ModelResponse) -> str:
    """The text of an answer; one that reached the longest length ends with "…".

    One that went round in circles was ended before, and is taken as it is.

    Raises:
        ModelError: It is empty, or broke off otherwise.
    """
    text = readable(response.content or "")
    if not text:
        raise ModelError(f"{member.title} gave an empty answer.", remedy="Try again.", kind="empty")
    if response.finish_reason in LENGTH:
        return f"{text} …"
    if response.finish_reason not in COMPLETE | {REPETITION}:
        raise ModelError(
            f"The answer of {member.title} broke off before its end.",
            remedy="Try again.",
            kind="cut",
        )
    return text


def _value(member: Member, text: str, schema: type[BaseModel] | None) -> BaseModel | None:
    if schema is None:
        return None
    try:
        return schema.model_validate_json(text)
    except ValidationError as error:
        raise ModelError(
            f"The answer of {member.title} is not of the form that was asked for.",
            remedy="Try again, or use a larger model.",
            kind="unreadable",
        ) from error
