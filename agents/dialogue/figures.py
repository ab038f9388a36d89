"""What came of a turn, in figures and names: for metrics, traces and logs.

Nothing of what the user or the assistant said is in them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from agents import signals
from agents.dialogue.messages import Reply, UserMessage
from agents.dialogue.plan import StepStatus
from agents.dialogue.state import ChatState
from agents.tracing import Value

TOLD: Final[frozenset[StepStatus]] = frozenset({"done", "skipped", "reopened"})


def of_turn(
    before: ChatState, after: ChatState, message: UserMessage, reply: Reply
) -> Mapping[str, Value]:
    """The attributes of a turn's span, once it has ended.

    Args:
        before: The conversation when the message had come.
        after: The conversation with all that happened since.
    """
    known: dict[str, Value] = {
        signals.OUTCOME: reply.status,
        signals.SOURCE: source(reply),
        signals.SECONDS: reply.seconds,
        signals.OUTPUT_TOKENS: reply.tokens,
        signals.MESSAGE_TYPES: " ".join(message.types),
    }
    if reply.first_token is not None:
        known[signals.FIRST_WORD] = reply.first_token
    moved = Counter(_moved(before, after))
    return known | {f"{signals.STEPS}{status}": count for status, count in moved.items()}


def source(reply: Reply) -> str:
    """Who answered; see `agents.signals.SOURCE`."""
    served = reply.served
    if reply.team is not None:
        return "team"
    if served is not None and served.tier is not None:
        return "degraded" if served.degraded else served.tier
    return "model" if reply.model else "none"


def _moved(before: ChatState, after: ChatState) -> list[StepStatus]:
    """What became of each step that is not as it was."""
    was = _statuses(before)
    now = _statuses(after)
    return [status for id_, status in now.items() if status in TOLD and was.get(id_) != status]


def _statuses(state: ChatState) -> Mapping[str, StepStatus]:
    steps = state.plan.steps if state.plan else ()
    return {step.id: p.status for step, p in zip(steps, state.progress, strict=False)}
