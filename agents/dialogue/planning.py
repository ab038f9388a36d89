"""A plan for a goal: drafted, made anew for another goal, shortened, stopped and begun again."""

from __future__ import annotations

import time
from functools import partial

from agents.dialogue.answering import extract
from agents.dialogue.difference import difference, set_apart
from agents.dialogue.events import (
    Acted,
    Corrected,
    Event,
    GoalStated,
    Offered,
    PlanApproved,
    Planned,
    PlanRevised,
    PlanStopped,
    Restarted,
)
from agents.dialogue.library import GENERAL
from agents.dialogue.machine import State
from agents.dialogue.messages import UserMessage
from agents.dialogue.phrases import Kind
from agents.dialogue.plan import Plan
from agents.dialogue.planner import Planner, shorter
from agents.dialogue.saying import (
    is_yes_or_no,
    language,
    listed,
    next_question,
    paragraphs,
    phrase,
    said,
    sentences,
    way_back,
    words,
)
from agents.dialogue.scopes import Scopes
from agents.dialogue.state import ChatState
from agents.dialogue.stepping import Stepping
from agents.dialogue.template_file import Template
from agents.dialogue.turn import Turn
from agents.dialogue.voice import Voice, guided_at_the_end, note_cache


class Planning:
    """Makes plans, and changes them."""

    def __init__(self, voice: Voice, planner: Planner, stepping: Stepping, scopes: Scopes) -> None:
        self._voice = voice
        self._planner = planner
        self._stepping = stepping
        self._scopes = scopes

    async def plan(self, turn: Turn) -> None:
        """Draft a plan for the goal that the message states, and ask its first question."""
        goal = turn.message.text
        turn.enter("planning")
        plan = await self._planner.draft(
            goal, self._scopes.plan(turn), turn.show_steps, partial(note_cache, turn)
        )
        now = time.time()
        if plan is None:
            turn.guide(phrase(turn, "free_chat"))
            self._voice.learn(turn, Acted(now, State.ANSWERING))
            return
        origin = self._planner.origin(plan)
        plan = set_apart(plan, turn.state.step_ids)
        turn.show_steps(plan.steps)
        self._voice.learn(turn, GoalStated(now, goal), Planned(now, plan))
        self._voice.learn(turn, *await self._known(turn, plan, goal))
        shown = [Acted(now, State.ANSWERING), *_offered_plan(turn.state, now)]
        with guided_at_the_end(turn, _introduced(turn, plan, origin)):
            await self._voice.record(turn, *shown)

    async def replan(self, turn: Turn) -> None:
        """Make the plan anew for another goal; steps that fit it too keep their answers."""
        before = turn.state.plan
        if before is None or turn.state.finished:
            await self.plan(turn)
            return
        goal = turn.message.text
        turn.enter("planning")
        after = await self._planner.revise(
            goal, before, turn.state.answers, turn.show_steps, partial(note_cache, turn)
        )
        if after is None:
            turn.guide(paragraphs(phrase(turn, "plan_kept"), way_back(turn)))
            return
        now = time.time()
        because = phrase(turn, "new_goal")
        by_goal = _answered_by_goal(turn.state)
        self._voice.learn(turn, GoalStated(now, goal), PlanRevised(now, after, because, "model"))
        self._voice.learn(turn, *await self._told_otherwise(turn, by_goal, now))
        self._voice.learn(turn, *await self._known(turn, after, goal))
        changes = words(turn).changes(difference(before, after), said(turn))
        with guided_at_the_end(turn, paragraphs(because, changes, next_question(turn))):
            await self._voice.record(turn, Acted(now, State.ANSWERING))

    async def shorten(self, turn: Turn) -> None:
        """Leave out of the plan what it can do without."""
        plan, state = turn.state.plan, turn.state
        if plan is None:
            return
        pairs = zip(plan.steps, state.progress, strict=True)
        after = shorter(plan, {step.id for step, progress in pairs if progress.behind})
        gone = [step.title for step in plan.steps if after.index(step.id) is None]
        now = time.time()
        because = phrase(turn, "shortened", titles=listed(turn, gone)) if gone else ""
        if gone:
            await self._voice.record(turn, PlanRevised(now, after, because, "model"))
        turn.guide(paragraphs(because or phrase(turn, "plan_kept"), next_question(turn)))
        self._voice.learn(turn, Acted(now, State.ANSWERING))

    async def approve(self, turn: Turn) -> None:
        """Take a yes for the plan that was just shown."""
        now = time.time()
        await self._voice.record(turn, PlanApproved(now), Acted(now, State.ANSWERING))
        turn.guide(paragraphs(phrase(turn, "plan_approved"), next_question(turn)))

    async def offer_stop(self, turn: Turn) -> None:
        """Ask whether the plan is to be given up."""
        turn.guide(phrase(turn, "offer_stop_plan"))
        now = time.time()
        self._voice.learn(turn, Acted(now, State.CLARIFYING), Offered(now, "stop_plan"))

    async def stop(self, turn: Turn) -> None:
        """Give the plan up."""
        now = time.time()
        await self._voice.record(turn, PlanStopped(now), Acted(now, State.ANSWERING))
        turn.guide(phrase(turn, "plan_stopped"))

    async def offer_start_over(self, turn: Turn) -> None:
        """Ask whether the plan is to begin again."""
        if turn.state.plan is None:
            turn.guide(phrase(turn, "no_plan_yet"))
            return
        turn.guide(phrase(turn, "offer_start_over"))
        now = time.time()
        self._voice.learn(turn, Acted(now, State.CLARIFYING), Offered(now, "start_over"))

    async def start_over(self, turn: Turn) -> None:
        """Begin the plan again with its first step."""
        now = time.time()
        await self._voice.record(turn, Restarted(now), Acted(now, State.ANSWERING))
        turn.guide(paragraphs(phrase(turn, "started_over"), next_question(turn)))

    async def decline(self, turn: Turn) -> None:
        """Leave what was offered, and go on; a plan that is not liked can be changed."""
        kind: Kind = "plan_hint" if turn.offer == "approve_plan" else "offer_declined"
        turn.guide(paragraphs(phrase(turn, kind), way_back(turn)))
        self._voice.learn(turn, Acted(time.time(), State.ANSWERING))

    async def _told_otherwise(
        self, turn: Turn, steps: frozenset[str], now: float
    ) -> tuple[Event, ...]:
        """Corrections of what the goal before had answered, and this one answers otherwise."""
        plan, goal = turn.state.plan, turn.message.text
        asked = [step for step in plan.steps if step.id in steps] if plan else []
        found = await self._stepping.answered_by(asked, goal)
        told = {asked[n].id: answer.text for n, answer in found}
        places = [(i, step) for i, step in enumerate(plan.steps) if step.id in told] if plan else []
        return tuple(
            Corrected(now, i, extract(step, told[step.id]), turn.message.id) for i, step in places
        )

    async def _known(self, turn: Turn, plan: Plan, goal: str) -> tuple[Event, ...]:
        """Events by which the steps are done that the goal itself answers."""
        left = [index for index, progress in enumerate(turn.state.progress) if not progress.behind]
        found = await self._stepping.answered_by([plan.steps[index] for index in left], goal)
        answered = [(left[n], answer) for n, answer in found]
        return self._stepping.known(turn.state, answered, turn.message.id)


def _offered_plan(state: ChatState, now: float) -> tuple[Event, ...]:
    """The plan, as an offer to say yes to; not where a yes would answer its first question."""
    if state.step is None or is_yes_or_no(state.step):
        return ()
    return (Offered(now, "approve_plan"),)


def _introduced(turn: Turn, plan: Plan, origin: Template | None) -> str:
    """The plan at a glance, what is known already, and the first question."""
    titles = " → ".join(step.title for step in plan.steps)
    done = [
        step.title
        for step, progress in zip(plan.steps, turn.state.progress, strict=True)
        if progress.status == "done"
    ]
    lead = sentences(phrase(turn, "plan", titles=titles), phrase(turn, "plan_hint"))
    known = phrase(turn, "already_known", titles=listed(turn, done)) if done else ""
    return paragraphs(_source(turn, origin), lead, known, next_question(turn))


def _source(turn: Turn, origin: Template | None) -> str:
    """What there is to say about where the plan comes from.

    Args:
        origin: The template it was made from; None for none.
    """
    if origin is None:
        return ""
    if origin.id == GENERAL:
        return phrase(turn, "template_said")
    return phrase(turn, "template_chosen", title=origin.title(language(turn)))


def _answered_by_goal(state: ChatState) -> frozenset[str]:
    """Ids of the steps that the goal itself had answered."""
    stated = {m.id for m in state.messages if isinstance(m, UserMessage) and m.text == state.goal}
    steps = state.plan.steps if state.plan else ()
    pairs = zip(steps, state.progress, strict=True)
    return frozenset(step.id for step, p in pairs if p.status == "done" and p.message in stated)
