"""The partitions of the cache that a conversation uses. An answer never leaves its own.

Every partition is of one system prompt, one model with its parameters, and one language, as far
as it is told apart.
"""

from __future__ import annotations

from typing import Final

from agents.dialogue import prompts
from agents.dialogue.fingerprint import fingerprint
from agents.dialogue.language import language_of
from agents.dialogue.messages import UserMessage
from agents.dialogue.state import ChatState
from cache import Scope

ANY_CONVERSATION: Final = "*"
"""A goal with personal data keeps its plan to its owner, in whichever conversation."""


def for_all(model: str, question: str) -> Scope:
    """Answers to questions that stand alone, given without any conversation: shared by all.

    Args:
        model: Fingerprint of the model and its parameters.
        question: What is asked.
    """
    return Scope.shared_by_all(
        prompt=prompts.fingerprint(prompts.CHAT), model=model, language=language(question)
    )


def in_context(model: str, state: ChatState, message: UserMessage, note: str) -> Scope:
    """Answers to a message in its context: only in this conversation, and in the same context.

    Args:
        model: Fingerprint of the model and its parameters.
        state: The conversation.
        message: The message that is answered.
        note: What the model is told beside the message.
    """
    return Scope.of_conversation(
        owner=state.owner,
        conversation=state.id,
        prompt=prompts.fingerprint(prompts.CHAT),
        model=model,
        language=language(message.text),
        plan=state.goal,
        step="" if state.current is None else str(state.current),
        context=fingerprint(state, message, note),
    )


def of_plans(model: str, owner: str, goal: str, *, shareable: bool) -> Scope:
    """Plans for a goal: anybody's where it may be shared, else the owner's."""
    prompt = prompts.fingerprint(prompts.PLANNER)
    if shareable:
        return Scope.shared_by_all(
            prompt=prompt, model=model, purpose="plan", language=language(goal)
        )
    return Scope.of_conversation(
        owner=owner,
        conversation=ANY_CONVERSATION,
        prompt=prompt,
        model=model,
        purpose="plan",
        language=language(goal),
    )


def language(text: str) -> str:
    """ISO 639-1 code of the language, "" where only the text itself tells it."""
    return "de" if language_of(text) == "de" else ""
