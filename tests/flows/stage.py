"""Where a flow is played: the real conversation, store, cache and judgement, in one folder."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from typing import Final

from agents.dialogue.editing import Editing
from agents.dialogue.events import (
    Acted,
    Event,
    GoalStated,
    Heard,
    Judged,
    Planned,
    ReplyBegan,
    ReplyEnded,
    StepEnded,
    Understood,
)
from agents.dialogue.machine import State
from agents.dialogue.messages import MessageType, Reply, UserMessage
from agents.dialogue.phrases import phrases_for
from agents.dialogue.plan import Plan, Verdict
from agents.dialogue.state import ChatState
from agents.errors import RepriseError
from tests.agents.loops import WAIT_SECONDS
from tests.agents.room import Room
from tests.flows.page import act
from tests.flows.script import Given, Turn, plan_named
from tests.support.scripted_model import Request

DAY: Final = 86_400.0
PATIENCE: Final = float(WAIT_SECONDS)
NO_VERDICT: Final = Verdict(met=True, reason="It was said before.", by="rule")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a turn.

    Attributes:
        live: The state as the reply left it, before it was read back from the store; None where
            there was no reply.
        reply: None where the message was refused, or the page was used.
        asked: What the model was asked meanwhile.
        refused: Name of the error that refused it; "" where none did.
    """

    turn: Turn
    before: ChatState
    after: ChatState
    happened: tuple[Event, ...]
    events: tuple[Event, ...]
    live: ChatState | None = None
    reply: Reply | None = None
    asked: tuple[Request, ...] = ()
    refused: str = ""


class Stage:
    """One room, which can be closed and opened again, as an app can."""

    def __init__(
        self, open_room: Callable[[], AbstractContextManager[Room]], longest_wait: float
    ) -> None:
        self._open_room = open_room
        self._longest_wait = longest_wait
        self._opened = ExitStack()
        self._sent = 0
        self.room: Room | None = None

    def __enter__(self) -> Stage:
        self.room = self._opened.enter_context(self._open_room())
        return self

    def __exit__(self, *error: object) -> None:
        self._opened.close()

    def reopen(self) -> None:
        """Close the room and open it again."""
        self._opened.close()
        self.room = self._opened.enter_context(self._open_room())

    def put(self, given: Given, conversation: str = "here", owner: str = "ann") -> None:
        """Put a plan in place, as if it had come of an earlier talk."""
        store = self.room.store
        state = store.start(conversation, owner)
        store.append(state, *_earlier(given))

    def play(self, turn: Turn) -> Outcome:
        """Do what the user does, and tell what came of it."""
        if turn.reopened:
            self.reopen()
        store = self.room.store
        before = store.peek(turn.conversation, turn.owner)
        known = self._events(turn)
        asked = len(self.room.model.requests)
        live, reply, refused = self._act(turn)
        events = self._events(turn)
        return Outcome(
            turn, before, store.peek(turn.conversation, turn.owner), events[len(known) :], events,
            live, reply, tuple(self.room.model.requests[asked:]), refused,
        )  # fmt: skip

    def _act(self, turn: Turn) -> tuple[ChatState | None, Reply | None, str]:
        try:
            if turn.page is not None:
                act(Editing(self.room.store), turn.conversation, turn.owner, turn.page)
                return None, None, ""
            self._sent += 1
            written = self.room.send(
                turn.text,
                to=turn.conversation,
                owner=turn.owner,
                message_id=f"{turn.conversation}-{self._sent}",
            )
        except RepriseError as error:
            return None, None, type(error).__name__
        assert written.wait(self._longest_wait), f"no end came to {turn.text!r}: {written.view}"
        return written.state, written.reply, ""

    def _events(self, turn: Turn) -> tuple[Event, ...]:
        store = self.room.store
        if not store.peek(turn.conversation, turn.owner).started_at:
            return ()
        return store.events(turn.conversation, turn.owner)


def _earlier(given: Given) -> tuple[Event, ...]:
    """What had happened when the conversation begins: a goal, its plan, some answers."""
    plan = plan_named(given.plan).as_plan()
    at = time.time() - given.days_ago * DAY
    goal = UserMessage("given-goal", plan.goal, at)
    topic = (MessageType.TOPIC_INTRODUCED,)
    reply = Reply("given-plan", goal.id, at, guidance=_begun(plan))
    events: list[Event] = [
        Heard(at, goal),
        ReplyBegan(at, replace(reply, guidance="", status="writing")),
        Understood(at, goal.id, topic),
        GoalStated(at, plan.goal),
        Planned(at, plan),
        Acted(at, State.ANSWERING),
        ReplyEnded(at, replace(reply, status="complete")),
    ]
    for number, step in enumerate(plan.steps):
        if step.title in given.answered:
            events += _answered(number, plan, given.answered[step.title], at + number)
    return tuple(events)


def _begun(plan: Plan) -> str:
    """The plan at a glance, and its first question."""
    words = phrases_for(plan.goal)
    titles = words.pick("plan", titles=" → ".join(step.title for step in plan.steps))
    return f"{titles}\n\n{words.ask(1, len(plan.steps), plan.steps[0])}"


def _answered(number: int, plan: Plan, said: str, at: float) -> tuple[Event, ...]:
    message = UserMessage(f"given-{number}", said, at)
    reply = Reply(f"given-reply-{number}", message.id, at, answer="Noted.", status="complete")
    return (
        Heard(at, message),
        ReplyBegan(at, replace(reply, answer="", status="writing")),
        Understood(at, message.id, (MessageType.ANSWER,)),
        Judged(at, number, said, NO_VERDICT, message.id),
        StepEnded(at, number, "done"),
        Acted(at, State.ANSWERING),
        ReplyEnded(at, reply),
    )
