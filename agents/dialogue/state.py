"""The state of a conversation, and how each event changes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import singledispatch
from types import MappingProxyType
from typing import Final

from agents.dialogue.events import (
    Acted,
    Event,
    GoalStated,
    Heard,
    Judged,
    Planned,
    Rated,
    ReplyBegan,
    ReplyEnded,
    Started,
    StepEnded,
)
from agents.dialogue.machine import Machine, State, Transition
from agents.dialogue.messages import Message, MessageType, Mood, Reply, UserMessage
from agents.dialogue.plan import Plan, Progress, Step

_ABOUT_SOMETHING = frozenset(
    {
        MessageType.QUESTION_ASKED,
        MessageType.TOPIC_INTRODUCED,
        MessageType.COMPARISON_MADE,
    }
)
_LONGEST_TOPIC: Final = 60


def _nothing() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ChatState:
    """All that is known of a conversation after some of its events.

    Attributes:
        state: Where the conversation is; `topic` is what it is about.
        progress: One for each step of the plan, () without a plan.
        preferences: What the user likes, prefers and dislikes.
        variables: What the user said for each step that is done, by the step's title.
        transitions: Every move of the machine, oldest first.
    """

    id: str
    owner: str
    started_at: float = 0.0
    goal: str = ""
    topic: str = ""
    mood: Mood = Mood.NEUTRAL
    state: State = State.IDLE
    messages: tuple[Message, ...] = ()
    plan: Plan | None = None
    progress: tuple[Progress, ...] = ()
    preferences: Mapping[str, str] = field(default_factory=_nothing)
    variables: Mapping[str, str] = field(default_factory=_nothing)
    transitions: tuple[Transition, ...] = ()

    @property
    def current(self) -> int | None:
        """Index of the step the conversation is at; None without a plan or after its end."""
        for index, progress in enumerate(self.progress):
            if progress.status == "current":
                return index
        return None

    @property
    def step(self) -> Step | None:
        """The step the conversation is at."""
        index = self.current
        return self.plan.steps[index] if self.plan and index is not None else None

    @property
    def finished(self) -> bool:
        """Whether there is a plan and every step of it is behind us."""
        return self.plan is not None and self.current is None

    @property
    def writing(self) -> bool:
        """Whether a reply is being written."""
        last = self.messages[-1] if self.messages else None
        return isinstance(last, Reply) and last.status == "writing"

    @property
    def title(self) -> str:
        """A short name: the goal, else the first message, else ""."""
        first = next((m.text for m in self.messages if isinstance(m, UserMessage)), "")
        return shortened(self.goal or first)

    def reply(self, reply_id: str) -> Reply | None:
        """The reply of this id."""
        for message in reversed(self.messages):
            if isinstance(message, Reply) and message.id == reply_id:
                return message
        return None

    def has_message(self, message_id: str) -> bool:
        """Whether the user's message of this id was heard."""
        return any(isinstance(m, UserMessage) and m.id == message_id for m in self.messages)


def shortened(text: str, longest: int = _LONGEST_TOPIC) -> str:
    """The text on one line, cut at a word with an ellipsis where it is longer than `longest`."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    cut = line[: longest - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut) + "…"


def fold(machine: Machine, state: ChatState, events: Iterable[Event]) -> ChatState:
    """The state after `events`, by pure functions: the same events give the same state."""
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
def _(event: Heard, state: ChatState, machine: Machine) -> ChatState:
    message = event.message
    for kind in message.types:
        heard = machine.hear(state.state, kind)
        path = (heard,) if machine.allows(state.state, heard) else ()
        state = _moved(state, path, kind.value, event.at)
    about = state.step is None or MessageType.TOPIC_INTRODUCED not in message.types
    if about and _ABOUT_SOMETHING.intersection(message.types):
        state = replace(state, topic=shortened(message.text))
    return replace(
        state,
        mood=message.mood,
        messages=(*state.messages, message),
        preferences=MappingProxyType({**state.preferences, **dict(event.preferences)}),
    )


@_after.register
def _(event: GoalStated, state: ChatState, _machine: Machine) -> ChatState:
    return replace(state, goal=event.goal, topic=shortened(event.goal))


@_after.register
def _(event: Planned, state: ChatState, _machine: Machine) -> ChatState:
    rest = len(event.plan.steps) - 1
    return replace(
        state, plan=event.plan, progress=(Progress(status="current"), *([Progress()] * rest))
    )


@_after.register
def _(event: Judged, state: ChatState, _machine: Machine) -> ChatState:
    def judged(progress: Progress) -> Progress:
        return replace(
            progress,
            attempts=progress.attempts + 1,
            said=event.said,
            verdict=event.verdict,
        )

    return _with_progress(state, event.step, judged)


@_after.register
def _(event: StepEnded, state: ChatState, _machine: Machine) -> ChatState:
    def ended(progress: Progress) -> Progress:
        return replace(progress, status=event.how, finished_at=event.at)

    def begun(progress: Progress) -> Progress:
        return replace(progress, status="current")

    state = _with_progress(state, event.step, ended)
    if state.plan and event.how == "done" and state.progress[event.step].said:
        title = state.plan.steps[event.step].title
        said = state.progress[event.step].said
        state = replace(state, variables=MappingProxyType({**state.variables, title: said}))
    upcoming = next((i for i, p in enumerate(state.progress) if p.status == "open"), None)
    return state if upcoming is None else _with_progress(state, upcoming, begun)


@_after.register
def _(event: Acted, state: ChatState, machine: Machine) -> ChatState:
    return _moved(state, machine.act(state.state, event.did), event.did.value, event.at)


@_after.register
def _(event: ReplyBegan, state: ChatState, _machine: Machine) -> ChatState:
    return replace(state, messages=(*state.messages, event.reply))


@_after.register
def _(event: ReplyEnded, state: ChatState, _machine: Machine) -> ChatState:
    return _with_reply(state, event.reply.id, lambda _: event.reply)


@_after.register
def _(event: Rated, state: ChatState, _machine: Machine) -> ChatState:
    return _with_reply(state, event.reply, lambda reply: replace(reply, liked=event.liked))


def _moved(state: ChatState, path: tuple[State, ...], because: str, at: float) -> ChatState:
    for target in path:
        move = Transition(state.state, target, because, at)
        state = replace(state, state=target, transitions=(*state.transitions, move))
    return state


def _with_progress(
    state: ChatState, index: int, change: Callable[[Progress], Progress]
) -> ChatState:
    progress = tuple(change(p) if i == index else p for i, p in enumerate(state.progress))
    return replace(state, progress=progress)


def _with_reply(state: ChatState, reply_id: str, change: Callable[[Reply], Reply]) -> ChatState:
    messages = tuple(
        change(m) if isinstance(m, Reply) and m.id == reply_id else m for m in state.messages
    )
    return replace(state, messages=messages)
