"""How each event changes the state of a conversation: pure, and one rule an event.

The same events give the same state, whenever and wherever they are folded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import singledispatch

from agents.dialogue import memory
from agents.dialogue.events import (
    Acted,
    Branched,
    Corrected,
    CorrectionCancelled,
    Event,
    Forgotten,
    GoalStated,
    HandedOver,
    Heard,
    Judged,
    Offered,
    Overruled,
    PlanApproved,
    Planned,
    PlanRevised,
    PlanStopped,
    Rated,
    Remembered,
    Reopened,
    ReplyBegan,
    ReplyEnded,
    Restarted,
    Started,
    StepEnded,
    TeamAsked,
    Understood,
)
from agents.dialogue.machine import Machine
from agents.dialogue.memory import Fact
from agents.dialogue.messages import MessageType, TeamWork, UserMessage
from agents.dialogue.plan import Progress, Verdict, numbered
from agents.dialogue.state import ChatState, shortened
from agents.dialogue.state_changes import (
    moved,
    progress_by_id,
    settled,
    stepped_back,
    with_answer,
    with_progress,
    with_reply,
    with_titles,
    with_version,
)

_ABOUT_SOMETHING = frozenset(
    {
        MessageType.QUESTION_ASKED,
        MessageType.TOPIC_INTRODUCED,
        MessageType.COMPARISON_MADE,
    }
)


def fold(machine: Machine, state: ChatState, events: Iterable[Event]) -> ChatState:
    """The state after `events`."""
    for event in events:
        state = _after(event, state, machine)
    return state


@singledispatch
def _after(event: object, _state: ChatState, _machine: Machine) -> ChatState:
    raise TypeError(f"no rule for the event {type(event).__name__}")


@_after.register
def _(event: Started, state: ChatState, _machine: Machine) -> ChatState:
    return replace(state, started_at=event.at)


@_after.register
def _(_event: Branched, state: ChatState, _machine: Machine) -> ChatState:
    return state


# What is said


@_after.register
def _(event: Heard, state: ChatState, machine: Machine) -> ChatState:
    state = replace(state, messages=(*state.messages, event.message))
    return _understood(state, event.message, event.preferences, event.at, machine)


@_after.register
def _(event: Understood, state: ChatState, machine: Machine) -> ChatState:
    heard = next(
        (m for m in state.messages if isinstance(m, UserMessage) and m.id == event.message), None
    )
    if heard is None:
        return state
    message = replace(
        heard, types=event.types, parts=event.parts, mood=event.mood, request=event.request
    )
    messages = tuple(message if m is heard else m for m in state.messages)
    state = replace(state, messages=messages, offer=None, offer_about="")
    return _understood(state, message, event.preferences, event.at, machine)


def _understood(
    state: ChatState,
    message: UserMessage,
    preferences: Iterable[tuple[str, str]],
    at: float,
    machine: Machine,
) -> ChatState:
    for kind in message.types:
        heard = machine.hear(state.state, kind)
        path = (heard,) if machine.allows(state.state, heard) else ()
        state = moved(state, path, kind.value, at)
    about = state.step is None or MessageType.TOPIC_INTRODUCED not in message.types
    if about and message.does(*_ABOUT_SOMETHING):
        state = replace(state, topic=shortened(message.part(*_ABOUT_SOMETHING)))
    for name, value in preferences:
        fact = Fact(name, value, "preference", at=at, message=message.id)
        state = replace(state, facts=memory.remembered(state.facts, fact))
    return replace(state, mood=message.mood)


@_after.register
def _(event: ReplyBegan, state: ChatState, _machine: Machine) -> ChatState:
    return replace(state, messages=(*state.messages, event.reply))


@_after.register
def _(event: ReplyEnded, state: ChatState, _machine: Machine) -> ChatState:
    state = with_reply(state, event.reply.id, lambda _: event.reply)
    team = event.reply.team
    if event.reply.status != "interrupted" or team is None:
        return state
    # Nobody was left to offer it again, and a yes that is sent once more is to mean it.
    return replace(state, offer="ask_team", offer_about=team.task)


@_after.register
def _(event: Rated, state: ChatState, _machine: Machine) -> ChatState:
    return with_reply(state, event.reply, lambda reply: replace(reply, liked=event.liked))


@_after.register
def _(event: Acted, state: ChatState, machine: Machine) -> ChatState:
    return moved(state, machine.act(state.state, event.did), event.did.value, event.at)


@_after.register
def _(event: Offered, state: ChatState, _machine: Machine) -> ChatState:
    return replace(state, offer=event.what, offer_about=event.about)


@_after.register
def _(event: TeamAsked, state: ChatState, _machine: Machine) -> ChatState:
    work = TeamWork(event.run, event.task)
    return with_reply(state, event.reply, lambda reply: replace(reply, team=work))


@_after.register
def _(event: HandedOver, state: ChatState, _machine: Machine) -> ChatState:
    return replace(state, handed_over="notified" if event.notified else "exported")


# The plan


@_after.register
def _(event: GoalStated, state: ChatState, _machine: Machine) -> ChatState:
    return replace(state, goal=event.goal, topic=shortened(event.goal))


@_after.register
def _(event: Planned, state: ChatState, _machine: Machine) -> ChatState:
    plan = replace(event.plan, steps=numbered(event.plan.steps, state.step_ids))
    state = with_version(state, plan, "", "model", event.at)
    progress = tuple(Progress() for _ in plan.steps)
    state = replace(state, progress=progress, approved=False, corrected=None)
    return settled(state, event.at)


@_after.register
def _(event: PlanRevised, state: ChatState, _machine: Machine) -> ChatState:
    plan = replace(event.plan, steps=numbered(event.plan.steps, state.step_ids))
    before = progress_by_id(state)
    progress = tuple(before.get(step.id, Progress()) for step in plan.steps)
    state = with_version(state, plan, event.because, event.by, event.at)
    state = replace(state, progress=progress, approved=event.by == "user", corrected=None)
    return settled(with_titles(state, plan), event.at)


@_after.register
def _(_event: PlanApproved, state: ChatState, _machine: Machine) -> ChatState:
    return replace(state, approved=True)


@_after.register
def _(_event: PlanStopped, state: ChatState, _machine: Machine) -> ChatState:
    return replace(state, plan=None, progress=(), approved=False, corrected=None)


@_after.register
def _(event: Restarted, state: ChatState, _machine: Machine) -> ChatState:
    progress = tuple(Progress() for _ in state.progress)
    return settled(replace(state, progress=progress, corrected=None), event.at)


# Its steps


@_after.register
def _(event: Judged, state: ChatState, _machine: Machine) -> ChatState:
    def judged(progress: Progress) -> Progress:
        return replace(
            progress,
            attempts=progress.attempts + 1,
            said=event.said,
            verdict=event.verdict,
            message=event.message,
        )

    return replace(with_progress(state, event.step, judged), corrected=None)


@_after.register
def _(event: StepEnded, state: ChatState, _machine: Machine) -> ChatState:
    def ended(progress: Progress) -> Progress:
        return replace(progress, status=event.how, finished_at=event.at, reopened_by="")

    state = with_progress(state, event.step, ended)
    if event.how == "done":
        state = with_answer(state, event.step, event.at)
    return settled(state, event.at)


@_after.register
def _(event: Overruled, state: ChatState, _machine: Machine) -> ChatState:
    def overruled(progress: Progress) -> Progress:
        reason = "You said that it is enough." if event.met else "You said that it is not enough."
        return replace(
            progress,
            verdict=Verdict(event.met, reason, "user"),
            status="done" if event.met else "current",
            attempts=progress.attempts if event.met else 0,
            finished_at=event.at if event.met else None,
        )

    if not event.met:
        state = stepped_back(state)
    state = with_progress(state, event.step, overruled)
    if event.met:
        state = with_answer(state, event.step, event.at)
    return settled(state, event.at)


@_after.register
def _(event: Reopened, state: ChatState, _machine: Machine) -> ChatState:
    def reopened(progress: Progress) -> Progress:
        return replace(
            progress,
            # What the user goes back to is asked now; what builds on another waits for its turn.
            status="reopened" if event.because else "current",
            attempts=0,
            finished_at=None,
            reopened_by=event.because,
        )

    if not event.because:
        state = stepped_back(state)
    return settled(with_progress(state, event.step, reopened), event.at)


@_after.register
def _(event: Corrected, state: ChatState, _machine: Machine) -> ChatState:
    def corrected(progress: Progress) -> Progress:
        status = "done" if progress.status != "done" else progress.status
        finished = progress.finished_at or event.at
        return replace(
            progress,
            said=event.said,
            message=event.message,
            status=status,
            finished_at=finished,
        )

    state = with_answer(with_progress(state, event.step, corrected), event.step, event.at)
    return settled(replace(state, corrected=event.step), event.at)


@_after.register
def _(event: CorrectionCancelled, state: ChatState, _machine: Machine) -> ChatState:
    if state.plan is None:
        return state
    step = state.plan.steps[event.step]
    facts = memory.restored(state.facts, step.title)
    fact = facts.get(step.title)

    def as_before(progress: Progress) -> Progress:
        if fact is None:
            return progress
        return replace(progress, said=fact.value, message=fact.message)

    def done_again(progress: Progress) -> Progress:
        if progress.reopened_by != step.id:
            return progress
        return replace(progress, status="done", finished_at=event.at, reopened_by="")

    state = replace(state, facts=facts, corrected=None)
    state = with_progress(state, event.step, as_before)
    state = replace(state, progress=tuple(done_again(p) for p in state.progress))
    return settled(state, event.at)


# What is remembered


@_after.register
def _(event: Remembered, state: ChatState, _machine: Machine) -> ChatState:
    fact = Fact(
        event.name, event.value, event.about, event.source, event.at, event.message, event.step
    )
    return replace(state, facts=memory.remembered(state.facts, fact))


@_after.register
def _(event: Forgotten, state: ChatState, _machine: Machine) -> ChatState:
    fact = state.facts.get(event.name)
    if fact is None:
        return state

    def unsaid(progress: Progress) -> Progress:
        return replace(progress, said="", message="")

    told = {fact.message, *(former.message for former in fact.former)} - {""}
    state = replace(
        state,
        facts=memory.forgotten(state.facts, event.name),
        forgotten=state.forgotten | told,
        corrected=None,
    )
    index = state.plan.index(fact.step) if state.plan else None
    return state if index is None else with_progress(state, index, unsaid)
