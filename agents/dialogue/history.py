"""What a model is shown of the conversation so far."""

from __future__ import annotations

from typing import Final

from agents.dialogue.messages import Reply, UserMessage
from agents.dialogue.state import ChatState

MOST_CHARACTERS: Final = 12_000
"""About 3,500 tokens: with an answer and the prompts they fit a context of 8,192."""
BLOCK: Final = 6


def exchanges(state: ChatState) -> list[tuple[str, str]]:
    """What was said and answered before the reply that is being written, oldest first.

    A message is given as it was put to the model, so that a prompt's beginning stays the same
    to the letter. A message without any answer (a failure, say) is left out, and so is one that
    told what the user wants forgotten.

    Of a reply with an answer only that is given, without the plan's line after it: a small model
    would write such lines of its own. The note of the next message says what had been asked.
    """
    said = {m.id: m for m in state.messages if isinstance(m, UserMessage)}
    return [
        (reply.sent or said[reply.to].text, reply.answer.strip() or reply.guidance)
        for reply in _replies(state)
    ]


def spoken(state: ChatState) -> list[tuple[str, str]]:
    """The same as it was read on the page: without the notes to the model."""
    said = {m.id: m.text for m in state.messages if isinstance(m, UserMessage)}
    return [(said[reply.to], reply.text) for reply in _replies(state)]


def window(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The newest exchanges that fit into `MOST_CHARACTERS`.

    The oldest are dropped six at a time: dropping one at each turn would change the prompt's
    beginning each time, and a model would have to read all of it again.
    """
    start = 0
    while start < len(pairs) and _length(pairs[start:]) > MOST_CHARACTERS:
        start += BLOCK
    return pairs[start:] or pairs[-1:]


def _replies(state: ChatState) -> list[Reply]:
    replies = (m for m in state.messages if isinstance(m, Reply) and m.status != "writing")
    return [reply for reply in replies if reply.text and reply.to not in state.forgotten]


def _length(pairs: list[tuple[str, str]]) -> int:
    return sum(len(said) + len(answered) for said, answered in pairs)
