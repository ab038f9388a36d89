"""Small values for the dialogue's tests."""

from __future__ import annotations

from collections.abc import Iterable

from agents.dialogue.classify import classify
from agents.dialogue.events import (
    Event,
    GoalStated,
    Heard,
    Planned,
    ReplyBegan,
    ReplyEnded,
    Started,
)
from agents.dialogue.folding import fold
from agents.dialogue.machine import machine
from agents.dialogue.messages import MessageType, Reply, UserMessage
from agents.dialogue.mood import mood_of
from agents.dialogue.plan import Plan, Step, Verdict
from agents.dialogue.state import ChatState

MET = Verdict(met=True, reason="It is enough: an amount", by="model")
NOT_MET = Verdict(met=False, reason="Still open: an amount", by="model")


def step(title: str = "Budget", *, fallback: str = "clarify", optional: bool = False) -> Step:
    return Step(
        title=title,
        description=f"What is your {title.lower()}?",
        expected_response=f"a {title.lower()}",
        success_criteria=f"the {title.lower()} is named",
        fallback=fallback,
        optional=optional,
    )


def plan(*titles: str, goal: str = "Plan a trip to Lisbon") -> Plan:
    return Plan(goal, tuple(step(title) for title in titles or ("Budget", "Dates")))


def message(text: str, *, id: str = "m1", kind: MessageType | None = None) -> UserMessage:  # noqa: A002
    return UserMessage(id, text, 10.0, (kind or classify(text),), mood_of(text))


def said_and_answered(text: str, answer: str, number: int = 1, **reply: object) -> list[Event]:
    """One whole exchange; its message is m<number>, its reply r<number>."""
    heard = message(text, id=f"m{number}")
    begun = Reply(id=f"r{number}", to=heard.id, at=11.0)
    ended = Reply(
        id=begun.id, to=heard.id, at=11.0, answer=answer, **{"status": "complete", **reply}
    )
    return [Heard(10.0, heard), ReplyBegan(11.0, begun), ReplyEnded(12.0, ended)]


def lived(*events: Event, before: ChatState | None = None) -> ChatState:
    return fold(machine(), before or ChatState(id="c1", owner="ann"), events)


def in_a_plan(*titles: str) -> ChatState:
    """A conversation at the first step of a plan."""
    drafted = plan(*titles)
    return lived(
        Started(1.0),
        *said_and_answered(drafted.goal, "", guidance="Step 1"),
        GoalStated(2.0, drafted.goal),
        Planned(3.0, drafted),
    )


def a_conversation(pairs: Iterable[tuple[str, str]]) -> ChatState:
    events: list[Event] = [Started(1.0)]
    for number, (text, answer) in enumerate(pairs, 1):
        events += said_and_answered(text, answer, number)
    return lived(*events)
