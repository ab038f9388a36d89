"""Makes plans for goals: from the library where the model is weak, else from the model.

What the model botches is asked for once more, then a template takes its place, as it does where the
model cannot answer for a while; a plan that cannot be had even so is no reason not to talk.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

import pydantic_core
from ag2 import Agent
from ag2.config import ModelConfig
from ag2.context import ConversationContext
from ag2.events import BaseEvent, ModelMessageChunk
from pydantic import ValidationError

from agents.calling import calling
from agents.dialogue import prompts
from agents.dialogue.classify import Embed
from agents.dialogue.difference import continued
from agents.dialogue.language import language_of
from agents.dialogue.library import Library
from agents.dialogue.plan import MOST_STEPS, Plan, PlanSource, Step, numbered
from agents.dialogue.plan_drafts import LONGEST_TEXT, FullPlanDraft, PlanDraft, same
from agents.dialogue.template_file import Template
from agents.errors import ModelError, PlanError
from agents.models.cached import CacheLookedUp, CacheRequest
from agents.models.stream import DirectStream

logger = logging.getLogger(__name__)

TRIES: Final = 2
MOST_EXAMPLES: Final = 4
DRAFTED_WELL: Final = frozenset({"en"})
"""Languages in which the small model's drafts are worth more than the general template."""


class Planner:
    """Makes plans.

    Args:
        model: Answers with JSON that fits a schema.
        library: Templates; None where there are none.
        embed: Tells which template fits a goal; None: their cues do.
        prefers_templates: Whether a template that fits beats what the model would write, and the
            model is asked for no more than questions: it is a small one.
    """

    def __init__(
        self,
        model: ModelConfig,
        library: Library | None = None,
        embed: Embed | None = None,
        *,
        prefers_templates: bool = False,
    ) -> None:
        self._agent = Agent("planner", prompts.PLANNER, config=model)
        self._library = library
        self._embed = embed
        self._prefers_templates = prefers_templates

    async def draft(
        self,
        goal: str,
        request: CacheRequest | None,
        on_steps: Callable[[tuple[Step, ...]], None],
        on_event: Callable[[BaseEvent], None],
    ) -> Plan | None:
        """A plan for the goal; None where there is neither a draft nor a template.

        A plan that the model botches is asked for once more, then the template that fits best
        takes its place, or the general one, as it does where the model cannot be reached. What the
        user or the operator has to mend (a key, a budget) is raised.

        Args:
            request: Where the cache may look and store; None: nowhere.
            on_steps: Called with the steps that are written so far, more each time.
            on_event: Called with every event of the drafting, the cache's among them.
        """
        return await self._draft(goal, {}, request, on_steps, on_event)

    async def revise(
        self,
        goal: str,
        plan: Plan,
        facts: Mapping[str, str],
        on_steps: Callable[[tuple[Step, ...]], None] = lambda _: None,
        on_event: Callable[[BaseEvent], None] = lambda _: None,
    ) -> Plan | None:
        """The plan made anew for another goal; the steps that stay have the ids they had.

        It is drafted as in `draft`, past the cache: None where that gives none.

        Args:
            facts: What is known, by name: by a step's title, where it is a step's answer.
            on_steps, on_event: As in `draft`.
        """
        draft = await self._draft(goal, facts, None, on_steps, on_event)
        if draft is None:
            return None
        return await asyncio.to_thread(continued, plan, draft, self._embed)

    def origin(self, plan: Plan) -> Template | None:
        """The template that a plan was made from; None where it was made from none."""
        return self._library.origin(plan) if self._library is not None else None

    async def _draft(
        self,
        goal: str,
        facts: Mapping[str, str],
        request: CacheRequest | None,
        on_steps: Callable[[tuple[Step, ...]], None],
        on_event: Callable[[BaseEvent], None],
    ) -> Plan | None:
        fitting = await self._fitting(goal)
        ready = fitting or self._instead_of_a_draft(goal)
        plan = ready.plan(goal) if ready is not None and self._prefers_templates else None
        if plan is None:
            instead = fitting or self._general
            asked = self._asked(goal, facts, request, _Watching(on_steps, on_event), instead)
            plan = await asked or (None if instead is None else instead.plan(goal))
        if plan is not None:
            on_steps(plan.steps)
        return plan

    async def _asked(
        self,
        goal: str,
        facts: Mapping[str, str],
        request: CacheRequest | None,
        watching: _Watching,
        instead: Template | None,
    ) -> Plan | None:
        """The model's plan; None where it wrote none, or cannot while there is one instead."""
        for _ in range(TRIES):
            try:
                return await self._ask(goal, facts, request, _Watch(*watching))
            except (ValidationError, PlanError) as error:
                logger.info("the model wrote no plan: %s", type(error).__name__)
            except ModelError as error:
                if instead is None or not error.transient:
                    raise
                logger.warning("the model cannot write a plan: %s", error.kind)
                return None
        return None

    @property
    def _general(self) -> Template | None:
        """The template for goals that no other fits."""
        return None if self._library is None else self._library.general

    def _instead_of_a_draft(self, goal: str) -> Template | None:
        """The general template, where a small model's draft in the goal's language is poor."""
        return None if language_of(goal) in DRAFTED_WELL else self._general

    async def _fitting(self, goal: str) -> Template | None:
        if self._library is None:
            return None
        return await asyncio.to_thread(self._library.match, goal, self._embed)

    async def _ask(
        self, goal: str, facts: Mapping[str, str], request: CacheRequest | None, stream: _Watch
    ) -> Plan:
        """The model's plan.

        Raises:
            ValidationError, PlanError: It is none.
        """
        schema = PlanDraft if self._prefers_templates else FullPlanDraft
        with calling(agent="planner"):
            reply = await self._agent.ask(
                prompts.goal(goal, facts, in_full=schema is FullPlanDraft),
                stream=stream,
                dependencies={} if request is None else {CacheRequest: request},
                response_schema=schema,
            )
        draft = schema.model_validate_json(reply.body or "")
        steps = _distinct(numbered([_step(s.model_dump()) for s in draft.steps]))
        return Plan(goal, steps, stream.source)


class _Watching(NamedTuple):
    """Who is told of a drafting; see `Planner.draft`."""

    on_steps: Callable[[tuple[Step, ...]], None]
    on_event: Callable[[BaseEvent], None]


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
    """A step from what a model wrote for it, whole or not; its needs are numbers still."""
    expected = _text(fields, "expected_response")
    needs, examples = fields.get("needs"), fields.get("examples")
    return Step(
        title=_text(fields, "title"),
        description=_text(fields, "description"),
        expected_response=expected,
        success_criteria=_text(fields, "success_criteria") or expected,
        fallback=_text(fields, "fallback") or "clarify",
        optional=fields.get("optional") is True,
        needs=tuple(f"s{n}" for n in needs) if isinstance(needs, list) else (),
        examples=_examples(examples) if isinstance(examples, list) else (),
    )


def _text(fields: Mapping[str, Any], name: str) -> str:
    return " ".join(str(fields.get(name, "")).split())


def _examples(written: list[Any]) -> tuple[str, ...]:
    texts = (" ".join(str(example).split()) for example in written)
    return tuple(dict.fromkeys(t for t in texts if 0 < len(t) <= LONGEST_TEXT))[:MOST_EXAMPLES]


def _distinct(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps without those that repeat an earlier one; each needs only steps before it."""
    kept: list[Step] = []
    for step in steps:
        if any(same(step, earlier) for earlier in kept):
            continue
        before = {earlier.id for earlier in kept}
        needs = tuple(dict.fromkeys(need for need in step.needs if need in before))
        kept.append(replace(step, needs=needs))
    return tuple(kept)


def shorter(plan: Plan, behind: Collection[str]) -> Plan:
    """The plan without the optional steps that are still to come; itself where none is left out,
    or none would stay.

    Args:
        behind: Ids of the steps that are behind us.
    """
    kept = [step for step in plan.steps if not step.optional or step.id in behind]
    ids = {step.id for step in kept}
    steps = (replace(s, needs=tuple(n for n in s.needs if n in ids)) for s in kept)
    return replace(plan, steps=tuple(steps)) if kept and len(kept) < len(plan.steps) else plan
