"""The steps of a plan: judged, passed, explained, skipped and asked again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from agents.dialogue import prompts
from agents.dialogue.answering import extract, place_in, without
from agents.dialogue.evaluator import Evaluator, Unasked
from agents.dialogue.events import (
    Acted,
    Event,
    Judged,
    Offer,
    Offered,
    Reopened,
    StepEnded,
)
from agents.dialogue.ladder import MOST_TRIES
from agents.dialogue.machine import State
from agents.dialogue.messages import ASKING
from agents.dialogue.phrases import Kind
from agents.dialogue.plan import Progress, Step, Verdict
from agents.dialogue.policy import TELLING, Action, after_verdict
from agents.dialogue.saying import (
    begin_gently,
    examples,
    explained,
    gathered,
    heard,
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
from agents.dialogue.state import ChatState
from agents.dialogue.turn import Turn
from agents.dialogue.voice import Voice, guided_at_the_end
from agents.errors import ModelError
from cache import normalise

PLAUSIBLE: Final = 0.3
"""Probability from which an answer that is said again word for word counts: who repeats it means
it, and has nothing else to say."""
STALLED: Final = 2
"""Steps left open in a row after which a shorter plan is offered."""
_UNANSWERED: Final = frozenset({"open", "reopened", "skipped"})


class Stepping:
    """Leads through the steps of a plan.

    Args:
        evaluator: Judges replies to the current step.
        brief: Whether the model is small: what the assistant can say in words of its own is not
            asked of the model, and the rest is asked for plainly.
    """

    def __init__(self, voice: Voice, evaluator: Evaluator, *, brief: bool) -> None:
        self._voice = voice
        self._evaluator = evaluator
        self._brief = brief

    async def judge(self, turn: Turn) -> Action:
        """Judge the message against the current step, and see what else it answers.

        Returns:
            What to do next.
        """
        state, message = turn.state, turn.message
        index, step = here(state)
        told = message.part(*TELLING)
        turn.step = step
        turn.enter("judging")
        verdict = await self._evaluator.judge(step, told, partial(self._listen, turn))
        verdict = _insisted(state.progress[index], told, verdict)
        others = await self._also_answered(state, told)
        action = after_verdict(state, message, verdict, noted=bool(others))
        now = time.time()
        events = self._other_steps(state, others, message.id, now)
        if action not in (Action.ANSWER, Action.NOTE):
            value = _own_part(step, told, others) if verdict.met and others else told
            judged = Judged(now, index, value, verdict, message.id)
            # The current step first: it is the one that was asked.
            events = (judged, *_ended(action, index, now), *events)
        await self._voice.record(turn, *events)
        return Action.COMPLETE if action is Action.ADVANCE and turn.state.finished else action

    def _listen(self, turn: Turn) -> None:
        """Say a word at once where the verdict takes a while."""
        if self._brief:
            turn.write(f"{heard(turn)} ")

    async def answered_by(self, steps: Sequence[Step], text: str) -> list[tuple[int, Unasked]]:
        """Which of the steps a text answers that was not asked for them, and how."""
        answers = await asyncio.to_thread(self._evaluator.unasked, steps, text)
        return [(i, answer) for i, answer in enumerate(answers) if answer is not None]

    def known(
        self, state: ChatState, answered: Sequence[tuple[int, Unasked]], message: str
    ) -> tuple[Event, ...]:
        """Events by which steps of the plan are done that a message answers."""
        return self._other_steps(state, answered, message, time.time())

    async def advance(self, turn: Turn) -> None:
        """Say something about the answer, or answer what was asked beside it; then go on."""
        noted = sentences(self._noted(turn), _noted_too(turn))
        with guided_at_the_end(turn, paragraphs(noted, next_question(turn))):
            await self._react(turn)
        self._voice.learn(turn, Acted(time.time(), State.ANSWERING))

    async def complete(self, turn: Turn) -> None:
        """Give the result of a plan whose last step is behind us, and what was gathered."""
        await self._conclude(turn)

    async def note(self, turn: Turn) -> None:
        """Take what answers other steps, and ask the current one again."""
        turn.guide(paragraphs(_noted_too(turn), way_back(turn)))
        self._voice.learn(turn, Acted(time.time(), State.ANSWERING))

    async def take_late(self, turn: Turn) -> None:
        """Take what answers a step that a complete plan left open; else answer the message."""
        told = turn.message.part(*TELLING)
        others = await self._also_answered(turn.state, told)
        if others:
            events = self._other_steps(turn.state, others, turn.message.id, time.time())
            await self._voice.record(turn, *events)
            turn.guide(paragraphs(_noted_too(turn), gathered(turn)))
        else:
            await self._voice.answer(turn)
        self._voice.learn(turn, Acted(time.time(), State.ANSWERING))

    async def explain(self, turn: Turn) -> None:
        """Explain what the step is about, with examples; nothing was tried in vain."""
        _, step = here(turn.state)
        turn.guide(begin_gently(turn, sentences(explained(turn, step), examples(turn, step))))
        self._voice.learn(turn, Acted(time.time(), State.CLARIFYING))

    async def clarify(self, turn: Turn) -> None:
        """Say what the step needs."""
        _, step = here(turn.state)
        turn.guide(begin_gently(turn, explained(turn, step)))
        self._voice.learn(turn, Acted(time.time(), State.CLARIFYING))

    async def rephrase(self, turn: Turn) -> None:
        """Ask the same in other words, with examples where the step has some."""
        _, step = here(turn.state)
        shown = examples(turn, step)
        own = begin_gently(turn, sentences(words(turn).ask_otherwise(step, said(turn)), shown))
        if self._brief:  # a small model answers the question in the user's place, or repeats it
            turn.guide(own)
        else:
            try:
                with guided_at_the_end(turn, shown):
                    asked = prompts.reworded(turn.message.text, step)
                    await self._voice.say_in_context(turn, asked)
            except ModelError as error:
                turn.note(notice=str(error))
                turn.guide(own)
        self._voice.learn(turn, Acted(time.time(), State.CLARIFYING))

    async def say_fallback(self, turn: Turn) -> None:
        """Say what the plan has for this case, and the question again."""
        _, step = here(turn.state)
        turn.guide(begin_gently(turn, f"{step.fallback} {step.description}"))
        self._voice.learn(turn, Acted(time.time(), State.CLARIFYING))

    async def skip(self, turn: Turn) -> None:
        """Go on without the step; what was judged is recorded already."""
        if turn.step is None:
            index, _ = here(turn.state)
            await self._voice.record(turn, StepEnded(time.time(), index, "skipped"))
        await self._go_on(turn, phrase(turn, "skipped"))

    async def leave_open(self, turn: Turn) -> None:
        """Leave a step open that nothing has helped with, and offer a person, or a shorter plan."""
        title = turn.step.title if turn.step else ""
        left = phrase(turn, "left_open", title=title)
        offered, kind = _help(turn.state)
        # A yes is to mean one thing.
        onwards = "" if is_yes_or_no(turn.state.step) else next_question(turn)
        turn.guide(paragraphs(sentences(left, phrase(turn, kind)), onwards))
        now = time.time()
        self._voice.learn(turn, Acted(now, State.CLARIFYING), Offered(now, offered))

    async def offer_leave_open(self, turn: Turn) -> None:
        """Say why a step is needed that the user wants to skip; once more, and it stays open."""
        _, step = here(turn.state)
        plan = turn.state.plan
        later = [other for other in plan.steps if step.id in other.needs] if plan else []
        needed = words(turn).keep_needed(step, later, said(turn))
        turn.guide(paragraphs(needed, way_back(turn)))
        now = time.time()
        self._voice.learn(turn, Acted(now, State.CLARIFYING), Offered(now, "leave_open"))

    async def left_open(self, turn: Turn) -> None:
        """Leave the current step open, as the user wants it."""
        index, step = here(turn.state)
        await self._voice.record(turn, StepEnded(time.time(), index, "skipped"))
        await self._go_on(turn, phrase(turn, "left_open", title=step.title))

    async def back(self, turn: Turn) -> None:
        """Ask the step again that was answered last."""
        state = turn.state
        ended = [i for i, p in enumerate(state.progress) if p.behind]
        if not ended or state.plan is None:
            kind: Kind = "no_plan_yet" if state.plan is None else "nothing_before"
            turn.guide(paragraphs(phrase(turn, kind), way_back(turn)))
            return
        last = max(ended, key=lambda i: (state.progress[i].finished_at or 0.0, i))
        await self._voice.record(turn, Reopened(time.time(), last))
        title = state.plan.steps[last].title
        turn.guide(paragraphs(phrase(turn, "went_back", title=title), next_question(turn)))
        self._voice.learn(turn, Acted(time.time(), State.ANSWERING))

    async def _go_on(self, turn: Turn, text: str) -> None:
        """Say something, and ask the next step; after the last, give the result."""
        if turn.state.finished:
            await self._conclude(turn, text)
            return
        turn.guide(paragraphs(text, next_question(turn)))
        self._voice.learn(turn, Acted(time.time(), State.ANSWERING))

    async def _conclude(self, turn: Turn, text: str = "") -> None:
        """Give the result, where anything was gathered to make it from, and what that is."""
        state = turn.state
        with guided_at_the_end(turn, paragraphs(text, gathered(turn))):
            if state.answers:
                await _if_possible(turn, self._result(turn))
        self._voice.learn(turn, Acted(time.time(), State.SOLUTION_PROVIDED))

    def _result(self, turn: Turn) -> Awaitable[None]:
        """The model's advice from all that was gathered."""
        state, known = turn.state, dict(turn.state.answers)
        if self._brief:
            asked = prompts.next_steps(state.goal, known, language(turn))
            return self._voice.say_alone(turn, asked)
        asked = prompts.concluded(turn.message.text, state.goal, known)
        return self._voice.say_in_context(turn, asked)

    def _noted(self, turn: Turn) -> str:
        """A word about the answer, where the model says none and nothing was said yet."""
        asks = turn.message.does(*ASKING)
        return phrase(turn, "noted") if self._brief and not asks and not turn.reply.answer else ""

    async def _react(self, turn: Turn) -> None:
        """Answer what was asked beside an answer, else say a word about the answer itself."""
        if turn.message.does(*ASKING):
            await self._voice.answer(turn)
            return
        if turn.step is None or self._brief:
            return
        asked = prompts.acknowledged(turn.message.text, turn.step)
        await _if_possible(turn, self._voice.say_in_context(turn, asked))

    async def _also_answered(self, state: ChatState, told: str) -> list[tuple[int, Unasked]]:
        """Other steps, open or left open, that the message answers, by their indices."""
        if state.plan is None:
            return []
        left = [i for i, p in enumerate(state.progress) if p.status in _UNANSWERED]
        found = await self.answered_by([state.plan.steps[i] for i in left], told)
        return [(left[n], answer) for n, answer in found]

    def _other_steps(
        self, state: ChatState, answered: Sequence[tuple[int, Unasked]], message: str, now: float
    ) -> tuple[Event, ...]:
        events: list[Event] = []
        for index, answer in answered:
            step = state.plan.steps[index] if state.plan else None
            text = answer.text
            value = (place_in(step, text) or extract(step, text)) if step else text
            events.append(Judged(now, index, value, answer.verdict, message))
            events.append(StepEnded(now, index, "done"))
        return tuple(events)


def here(state: ChatState) -> tuple[int, Step]:
    """The current step and its index."""
    if state.plan is None or state.current is None:
        raise ValueError("there is no current step")
    return state.current, state.plan.steps[state.current]


def _own_part(step: Step, told: str, others: Sequence[tuple[int, Unasked]]) -> str:
    """What of a message is for the step that was asked, where it answers others as well."""
    found = extract(step, told)
    if found != told.strip():
        return found
    return without(told, {answer.text for _, answer in others}) or told


def _insisted(progress: Progress, told: str, verdict: Verdict) -> Verdict:
    """The verdict, or that the step is met by a plausible answer that is said once more."""
    again = bool(progress.said) and normalise(progress.said) == normalise(told)
    if verdict.met or not again or (verdict.probability or 0.0) < PLAUSIBLE:
        return verdict
    return replace(verdict, met=True, reason="You said it again, so it counts.", by="rule")


async def _if_possible(turn: Turn, saying: Awaitable[None]) -> None:
    """Have the model say something that the plan can go on without."""
    try:
        await saying
    except ModelError as error:
        turn.note(notice=str(error))


def _noted_too(turn: Turn) -> str:
    """That the message answered other steps as well; "" where it did not."""
    state = turn.state
    steps = state.plan.steps if state.plan else ()
    titles = [
        step.title
        for step, progress in zip(steps, state.progress, strict=True)
        if progress.message == turn.message.id
        and progress.status == "done"
        and (turn.step is None or step.id != turn.step.id)
    ]
    return phrase(turn, "noted_too", titles=listed(turn, titles)) if titles else ""


def _help(state: ChatState) -> tuple[Offer, Kind]:
    """What to offer when nothing has helped: a shorter plan after two such steps in a row."""
    tried = [p for p in state.progress if p.behind]
    given_up = [p.status == "skipped" and p.attempts >= MOST_TRIES for p in tried[-STALLED:]]
    if len(given_up) == STALLED and all(given_up) and not state.finished:
        return "shorter_plan", "offer_shorter_plan"
    return "hand_over", "hand_over_offer"


def _ended(action: Action, index: int, now: float) -> tuple[Event, ...]:
    match action:
        case Action.ADVANCE:
            return (StepEnded(now, index, "done"),)
        case Action.SKIP | Action.LEAVE_OPEN:
            return (StepEnded(now, index, "skipped"),)
        case _:
            return ()
