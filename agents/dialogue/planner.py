"""Drafts a plan for a goal: from the cache or the model, else from a template."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

import pydantic_core
from ag2 import Agent
from ag2.config import ModelConfig
from ag2.context import ConversationContext
from ag2.events import BaseEvent, ModelMessageChunk
from pydantic import BaseModel, Field, ValidationError, field_validator

from agents.dialogue import prompts
from agents.dialogue.language import language_of
from agents.dialogue.plan import MOST_STEPS, Plan, PlanSource, Step
from agents.models.cached import CacheLookedUp, CacheRequest
from agents.models.stream import DirectStream

logger = logging.getLogger(__name__)

TRIES: Final = 2
LONGEST_TEXT: Final = 300


class StepDraft(BaseModel):
    """A step as the model writes it."""

    # The lengths are checked here and not by the schema: as a grammar of llama.cpp a string of at
    # most 300 characters takes minutes.
    title: str
    description: str
    expected_response: str
    success_criteria: str
    fallback: str

    @field_validator("*")
    @classmethod
    def _short_text(cls, value: str) -> str:
        value = " ".join(value.split())
        if not 1 <= len(value) <= LONGEST_TEXT:
            raise ValueError(f"has {len(value)} characters, not 1 to {LONGEST_TEXT}")
        return value


class PlanDraft(BaseModel):
    """A plan as the model writes it."""

    steps: Annotated[list[StepDraft], Field(min_length=2, max_length=MOST_STEPS)]


class Planner:
    """Drafts plans.

    Args:
        model: Answers with JSON that fits a schema.
    """

    def __init__(self, model: ModelConfig) -> None:
        self._agent = Agent("planner", prompts.PLANNER, config=model)

    async def draft(
        self,
        goal: str,
        request: CacheRequest | None,
        on_steps: Callable[[tuple[Step, ...]], None],
        on_event: Callable[[BaseEvent], None],
    ) -> Plan:
        """A plan for the goal.

        A plan that the model botches is asked for once more, then a template takes its place;
        an error of the model itself (no key, no connection) is raised, as another try would
        not help.

        Args:
            request: Where the cache may look and store; None: nowhere.
            on_steps: Called with the steps that are written so far, more each time.
            on_event: Called with every event of the drafting, the cache's among them.
        """
        for _ in range(TRIES):
            try:
                return await self._ask(goal, request, _Watch(on_steps, on_event))
            except ValidationError as error:
                logger.info("the plan did not fit its schema: %d errors", error.error_count())
        return template(goal)

    async def _ask(self, goal: str, request: CacheRequest | None, stream: _Watch) -> Plan:
        reply = await self._agent.ask(
            prompts.goal(goal),
            stream=stream,
            dependencies={} if request is None else {CacheRequest: request},
            response_schema=PlanDraft,
        )
        draft = PlanDraft.model_validate_json(reply.body or "")
        return Plan(goal, tuple(_step(s.model_dump()) for s in draft.steps), stream.source)


class _Watch(DirectStream):
    """A stream that also follows the draft while it is written."""

    __slots__ = ("_on_event", "_on_steps", "_shown", "_text", "source")

    def __init__(
        self,
        on_steps: Callable[[tuple[Step, ...]], None],
        on_event: Callable[[BaseEvent], None],
    ) -> None:
        super().__init__()
        self._on_steps = on_steps
        self._on_event = on_event
        self._text = ""
        self._shown: tuple[Step, ...] = ()
        self.source: PlanSource = "model"

    async def send(self, event: BaseEvent, context: ConversationContext) -> None:
        """Show the steps that an event brings, then pass it on."""
        match event:
            case ModelMessageChunk():
                self._follow(event.content)
            case CacheLookedUp():
                self.source = "cache" if event.lookup.hit else "model"
        self._on_event(event)
        await super().send(event, context)

    def _follow(self, piece: str) -> None:
        self._text += piece
        steps = steps_in(self._text)
        if steps != self._shown:
            self._shown = steps
            self._on_steps(steps)


def steps_in(partial_json: str) -> tuple[Step, ...]:
    """The steps whose title and question have been written, from the beginning of a draft."""
    try:
        draft = pydantic_core.from_json(partial_json, allow_partial=True)
    except ValueError:
        return ()
    steps = draft.get("steps") if isinstance(draft, dict) else None
    listed = steps if isinstance(steps, list) else []
    whole = [s for s in listed if isinstance(s, dict) and "expected_response" in s]
    return tuple(_step(s) for s in whole[:MOST_STEPS])


def _step(fields: Mapping[str, Any]) -> Step:
    return Step(
        title=str(fields.get("title", "")).strip(),
        description=str(fields.get("description", "")).strip(),
        expected_response=str(fields.get("expected_response", "")).strip(),
        success_criteria=str(fields.get("success_criteria", "")).strip(),
        fallback=str(fields.get("fallback", "")).strip(),
    )


def template(goal: str) -> Plan:
    """A plan that fits any goal."""
    texts = _TEMPLATE_DE if language_of(goal) == "de" else _TEMPLATE_EN
    return Plan(goal, tuple(Step(*fields) for fields in texts), "template")


_TEMPLATE_EN: Final = (
    (
        "The outcome",
        "What should be true in the end for this to be a success?",
        "the result the user hopes for",
        "a result is named",
        "For example: a booked trip, or a decision between two options.",
    ),
    (
        "Limits",
        "Which limits are there, such as time, money or people involved?",
        "a deadline, a budget or other limits, or that there are none",
        "at least one limit, or that there are none",
        "For example: by the end of May, or at most 500 euros.",
    ),
    (
        "Preferences",
        "What matters most to you in this?",
        "one or more preferences or priorities",
        "one priority, or that nothing matters more than the rest",
        "For example: that it is quick, or that it is cheap.",
    ),
)
_TEMPLATE_DE: Final = (
    (
        "Das Ergebnis",
        "Was soll am Ende erreicht sein, damit es ein Erfolg ist?",
        "das erhoffte Ergebnis",
        "ein Ergebnis ist genannt",
        "Zum Beispiel: eine gebuchte Reise oder eine Entscheidung zwischen zwei Möglichkeiten.",
    ),
    (
        "Grenzen",
        "Welche Grenzen gibt es, etwa Zeit, Geld oder beteiligte Menschen?",
        "eine Frist, ein Budget oder andere Grenzen, oder dass es keine gibt",
        "mindestens eine Grenze, oder dass es keine gibt",
        "Zum Beispiel: bis Ende Mai oder höchstens 500 Euro.",
    ),
    (
        "Vorlieben",
        "Was ist dir dabei am wichtigsten?",
        "eine oder mehrere Vorlieben",
        "eine Vorliebe, oder dass nichts wichtiger ist als das andere",
        "Zum Beispiel: dass es schnell geht oder dass es günstig ist.",
    ),
)
