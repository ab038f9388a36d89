"""What an answer in context leans on, as one fingerprint.

Within a conversation an answer is reused only where the message and this fingerprint agree. It
covers the goal, the step with its attempts, the facts that were gathered, what the user prefers,
the assistant's pending offer or question, how the model is told to answer, and turns:

- a question that can be understood alone (though it is personal, say) leans on what the *user*
  told; questions in between that stand alone, and their answers, change nothing;
- any other message leans on every turn, as nothing tells how far back it points.

Greetings and farewells count for nothing. Asking the same question again does not change what it
leans on, unless saying it again wants something new ("tell me more", "why?", "yes, please").
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from agents.dialogue.messages import ASKING, MessageType, Reply, UserMessage
from agents.dialogue.state import ChatState
from cache import judge, normalise
from cache.standalone import goes_on, understood_alone

_PHATIC: Final = frozenset({MessageType.GREETING, MessageType.CLOSING})
_SENTENCE: Final = re.compile(r"(?<=[.!?…])\s+|\n+")
_OFFER: Final = re.compile(
    r"\?\W*$|\b(?:would you like|shall i|should i|do you want|want me to|let me know|if you like|"
    r"if you want|just (?:say|ask|tell)|möchtest du|soll ich|willst du|sag bescheid|wenn du)\b",
    re.IGNORECASE,
)
_LAST_SENTENCES: Final = 2


@dataclass(frozen=True, slots=True)
class _Exchange:
    message: UserMessage
    reply: Reply


def fingerprint(state: ChatState, message: UserMessage, note: str = "") -> str:
    """SHA-256 (hex) of all that an answer to the message leans on, apart from the message itself.

    Args:
        state: The conversation; the message and the reply that is being written may be in it.
        note: What the model is told beside the message.
    """
    earlier = tuple(_exchanges(state, message))
    basis = {
        "goal": state.goal,
        "step": _step(state),
        "facts": sorted(state.variables.items()),
        "preferences": sorted(state.preferences.items()),
        "pending": pending(earlier[-1].reply.answer) if earlier else "",
        "note": note,
        "turns": _told(earlier, message) if _alone(message) else _turns(earlier, message),
    }
    written = json.dumps(basis, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(written.encode("utf-8", "backslashreplace")).hexdigest()


def pending(answer: str) -> str:
    """The offer or question with which an answer ends; "" where it ends with neither."""
    sentences = [sentence for sentence in _SENTENCE.split(answer.strip()) if sentence.strip()]
    return " ".join(s for s in sentences[-_LAST_SENTENCES:] if _OFFER.search(s))


def _step(state: ChatState) -> list[object]:
    if state.current is None or state.step is None:
        return [state.finished]
    return [state.current, state.step.title, state.step.description, _attempts(state)]


def _attempts(state: ChatState) -> int:
    return state.progress[state.current].attempts if state.current is not None else 0


def _exchanges(state: ChatState, message: UserMessage) -> Iterator[_Exchange]:
    """What was said and answered before, without greetings, farewells and failures."""
    said = {m.id: m for m in state.messages if isinstance(m, UserMessage)}
    for reply in state.messages:
        if not isinstance(reply, Reply) or reply.to == message.id or reply.to not in said:
            continue
        heard = said[reply.to]
        phatic = bool(heard.types) and heard.types[0] in _PHATIC and not reply.answer.strip()
        if reply.status != "writing" and reply.text and not phatic:
            yield _Exchange(heard, reply)


def _turns(earlier: Sequence[_Exchange], message: UserMessage) -> list[list[str]]:
    return [
        [_key(each.message), each.reply.text]
        for each in earlier
        if goes_on(message.text) or _key(each.message) != _key(message)
    ]


def _told(earlier: Sequence[_Exchange], message: UserMessage) -> list[str]:
    """What the user told of themselves or of what is meant: all but questions that anybody asks."""
    return [
        _key(each.message)
        for each in earlier
        if not _anybodys(each.message) and _key(each.message) != _key(message)
    ]


def _alone(message: UserMessage) -> bool:
    """Whether it asks, and can be understood by whoever hears nothing else."""
    return _asks(message) and understood_alone(message.text)


def _anybodys(message: UserMessage) -> bool:
    """Whether it asks for nothing that tells of the one who asks."""
    return _asks(message) and judge(message.text, first=False).standalone


def _asks(message: UserMessage) -> bool:
    return not ASKING.isdisjoint(message.types) and not goes_on(message.text)


def _key(message: UserMessage) -> str:
    return normalise(message.text)
