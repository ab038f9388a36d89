"""Changes of a conversation's state that several events have in common. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from agents.dialogue import memory
from agents.dialogue.machine import State, Transition
from agents.dialogue.memory import Fact
from agents.dialogue.messages import Reply
from agents.dialogue.plan import Plan, PlanVersion, Progress
from agents.dialogue.state import ChatState


def moved(state: ChatState, path: tuple[State, ...], because: str, at: float) -> ChatState:
    """The state after the machine's moves along a path."""
    for target in path:
        move = Transition(state.state, target, because, at)
        state = replace(state, state=target, transitions=(*state.transitions, move))
    return state


def with_version(state: ChatState, plan: Plan, because: str, by: str, at: float) -> ChatState:
    """The state that follows a plan as its newest version."""
    version = PlanVersion(state.version + 1, plan, because, "user" if by == "user" else "model", at)
    return replace(state, plan=plan, versions=(*state.versions, version))


def progress_by_id(state: ChatState) -> dict[str, Progress]:
    """How far each step of the plan is, by the step's id."""
    steps: Sequence[str] = [step.id for step in state.plan.steps] if state.plan else ()
    return dict(zip(steps, state.progress, strict=True))


def with_titles(state: ChatState, plan: Plan) -> ChatState:
    """The state in which an answer goes by the title that its step has now."""
    titles = {step.id: step.title for step in plan.steps}
    facts = state.facts
    for fact in state.facts.values():
        if fact.about == "answer" and fact.step in titles:
            facts = memory.renamed(facts, fact.name, titles[fact.step])
    return replace(state, facts=facts)


def with_answer(state: ChatState, index: int, at: float) -> ChatState:
    """The state that knows what was said for a step as a fact."""
    progress = state.progress[index]
    if state.plan is None or not progress.said:
        return state
    step = state.plan.steps[index]
    fact = Fact(step.title, progress.said, "answer", "chat", at, progress.message, step.id)
    return replace(state, facts=memory.remembered(state.facts, fact))


def stepped_back(state: ChatState) -> ChatState:
    """The state in which no step is the current one, so that another can become it."""
    progress = tuple(
        replace(p, status="open") if p.status == "current" else p for p in state.progress
    )
    return replace(state, progress=progress)


def settled(state: ChatState, at: float) -> ChatState:
    """The state in which exactly one step is the current one, where any is left.

    It stays the one that it is; where there is none, it is the first that is open.
    """
    if state.current is not None:
        return state
    left = (i for i, p in enumerate(state.progress) if p.status in ("open", "reopened"))
    upcoming = next(left, None)
    if upcoming is None:
        return state

    def begun(progress: Progress) -> Progress:
        return replace(progress, status="current", began_at=progress.began_at or at)

    return with_progress(state, upcoming, begun)


def with_progress(
    state: ChatState, index: int, change: Callable[[Progress], Progress]
) -> ChatState:
    """The state with the progress of one step changed."""
    progress = tuple(change(p) if i == index else p for i, p in enumerate(state.progress))
    return replace(state, progress=progress)


def with_reply(state: ChatState, reply_id: str, change: Callable[[Reply], Reply]) -> ChatState:
    """The state with one reply changed; as it is where there is none of this id."""
    messages = tuple(
        change(m) if isinstance(m, Reply) and m.id == reply_id else m for m in state.messages
    )
    return replace(state, messages=messages)
