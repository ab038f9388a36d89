"""Conversations in mid-course, stored as if they had been held."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from agents.dialogue.copying import renewed
from agents.dialogue.events import (
    Acted,
    Corrected,
    Event,
    GoalStated,
    Heard,
    Judged,
    Planned,
    Remembered,
    Reopened,
    ReplyBegan,
    ReplyEnded,
    StepEnded,
    Understood,
)
from agents.dialogue.machine import State, machine
from agents.dialogue.messages import MessageType, Reply, UserMessage
from agents.dialogue.plan import Plan, Step, Verdict
from agents.dialogue.state import ChatState
from agents.dialogue.store import ConversationStore
from agents.runtime import DATABASE_FILE

GOAL: Final = "Plan a weekend in Lisbon"
STEPS: Final = (
    Step("Dates", "When would you like to go?", "A month", "Says when", "clarify", "s1"),
    Step("Company", "Who comes along?", "Names or a number", "Says who", "clarify", "s2"),
    Step(
        "Budget",
        "How much would you like to spend?",
        "An amount",
        "Names an amount",
        "clarify",
        "s3",
        needs=("s2",),
        examples=("About 600 euros",),
    ),
    Step("Stay", "Where would you like to sleep?", "A part", "Names it", "clarify", "s4", True),
)
BEGAN: Final = 1_750_000_000.0


def planned(*steps: Step, goal: str = GOAL) -> list[Event]:
    """A goal and a plan for it."""
    return [
        *exchange("m1", goal, MessageType.TOPIC_INTRODUCED, State.CLARIFYING),
        GoalStated(BEGAN + 3, goal),
        Planned(BEGAN + 4, Plan(goal, steps or STEPS)),
    ]


def exchange(name: str, text: str, kind: MessageType, did: State) -> list[Event]:
    """A message and a whole reply to it."""
    reply = Reply(f"reply-{name}", name, BEGAN)
    return [
        Heard(BEGAN, UserMessage(name, text, BEGAN)),
        Understood(BEGAN, name, (kind,)),
        ReplyBegan(BEGAN + 1, reply),
        Acted(BEGAN + 1, did),
        ReplyEnded(
            BEGAN + 2, Reply(f"reply-{name}", name, BEGAN, answer="Good.", status="complete")
        ),
    ]


def mid_course() -> list[Event]:
    """Two steps done, the second corrected, which reopened the third; a reply that did not do."""
    at = BEGAN + 60
    answered = exchange("m2", "In May", MessageType.ANSWER, State.ANSWERING)
    corrected = exchange("m3", "Three of us", MessageType.CORRECTION, State.CLARIFYING)
    return [
        *planned(),
        *answered,
        Judged(at, 0, "In May", Verdict(True, "It says when.", "local", 0.97), "m2"),
        StepEnded(at, 0, "done"),
        Judged(at, 1, "Two of us", Verdict(True, "It says who.", "rule"), "m2"),
        StepEnded(at + 30, 1, "done"),
        Judged(at, 2, "900 euros", Verdict(True, "It names an amount.", "model", 0.55), "m2"),
        StepEnded(at + 30, 2, "done"),
        Remembered(at, "likes", "seafood", "preference", "chat", "m2"),
        *corrected,
        Corrected(at + 40, 1, "Three of us", "m3"),
        Reopened(at + 40, 2, "s2"),
        Judged(at + 50, 3, "not sure", Verdict(False, "It names no part.", "local", 0.08), "m3"),
    ]


def stored(home: Path, events: Sequence[Event], *, owner: str = "local") -> str:
    """Store a conversation of these events, with message ids of its own; its id."""
    store = ConversationStore.open(home / DATABASE_FILE, machine())
    try:
        return store.add(owner, renewed(events)).id
    finally:
        store.close()


def state_of(home: Path, conversation: str, *, owner: str = "local") -> ChatState:
    """The conversation as it is stored."""
    store = ConversationStore.open(home / DATABASE_FILE, machine())
    try:
        return store.load(conversation, owner)
    finally:
        store.close()
