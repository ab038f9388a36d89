"""Puts clauses together that do one thing between them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from agents.dialogue.messages import ASKING, MessageType, Mood
from agents.dialogue.mood import mood_of
from agents.dialogue.understanding import asking, social
from agents.dialogue.understanding.asking import wants
from agents.dialogue.understanding.context import Act, Context
from agents.dialogue.understanding.reading import clause_of, masked

_TOLD: Final = frozenset({MessageType.ANSWER, MessageType.TOPIC_INTRODUCED})
_LEAVING: Final = frozenset({MessageType.CLOSING, MessageType.THANKS})
_LONGEST_NAME: Final = 2
_LONGEST_PAIR: Final = 300
_LONGEST_OUTCRY: Final = 8
_COMPARABLE: Final = _TOLD | {MessageType.QUESTION_ASKED, MessageType.COMPARISON_MADE}
_EITHER: Final = re.compile(r"(?<!\w)(?:or|oder)(?!\w)", re.IGNORECASE)


def merged(acts: Sequence[Act], context: Context) -> list[Act]:
    """The acts, those as one that belong together."""
    found: list[Act] = []
    for act in acts:
        while found and (joined := _joined(found[-1], act, context)):
            found.pop()
            act = joined
        found.append(act)
    return found


def _joined(first: Act, second: Act, context: Context) -> Act | None:
    """Both as one act, where one continues the other; None where each stands for itself."""
    text = f"{first.text} {second.text}".strip()
    if first.kind is second.kind and first.request in (None, second.request):
        return Act(first.kind, text, second.request)
    if first.open and first.kind is MessageType.CORRECTION and second.kind in _TOLD:
        return Act(first.kind, text)
    if _compared_in_two(first, second) and asking.compares(text):
        return Act(MessageType.COMPARISON_MADE, text)
    kind = _phatic(first, second, context) or _verdict(first, second, context)
    kind = kind or (_in_plan(first, second) if context.in_plan else _without_plan(first, second))
    return Act(kind, text) if kind else None


def _phatic(first: Act, second: Act, context: Context) -> MessageType | None:
    """Thanks or a farewell that a yes or a word of praise leads in or follows."""
    if second.kind in _LEAVING and social.says_yes(first.text) and not context.waits_for_yes:
        return second.kind
    kinds = (first.kind, second.kind)
    praised = first if second.kind is MessageType.THANKS else second
    if MessageType.THANKS in kinds and praised.kind in _TOLD and social.praises(praised.text):
        return MessageType.THANKS
    leaving = MessageType.CLOSING in kinds and MessageType.THANKS not in kinds
    return MessageType.CLOSING if leaving and _also_leaves(first, second) else None


def _also_leaves(first: Act, second: Act) -> bool:
    other = first if second.kind is MessageType.CLOSING else second
    return other.kind in _TOLD and social.says_farewell(clause_of(other.text, masked(other.text)))


def _verdict(first: Act, second: Act, context: Context) -> MessageType | None:
    """A yes or a no to an offer, and the same again in more words: "No, keep it"."""
    if not context.offered:
        return None
    if first.kind is MessageType.CONFIRMATION and social.echoes_yes(second.text):
        return first.kind
    if first.kind is MessageType.REFUSAL and social.echoes_no(second.text):
        return first.kind
    return None


def _without_plan(first: Act, second: Act) -> MessageType | None:
    if _is_greeted(first, second):
        return MessageType.GREETING
    return second.kind if second.kind in ASKING and _is_background(first) else None


def _in_plan(first: Act, second: Act) -> MessageType | None:
    if first.kind is not MessageType.ANSWER:
        return None
    if second.kind is MessageType.CLOSING and _is_enough(second):
        return first.kind
    return second.kind if second.kind in ASKING and _cries_out(first.text) else None


def _cries_out(text: str) -> bool:
    """Whether it says how the user feels, and hardly anything else."""
    short = len(text.split()) <= _LONGEST_OUTCRY and not any(map(str.isdigit, text))
    return short and mood_of(text) in {Mood.FRUSTRATED, Mood.CONFUSED}


def _is_greeted(first: Act, second: Act) -> bool:
    """Whether one is but the name of whom the other greets: "hello, my friend"."""
    if {first.kind, second.kind} != {MessageType.GREETING, MessageType.TOPIC_INTRODUCED}:
        return False
    name = second if first.kind is MessageType.GREETING else first
    return len(name.text.split()) <= _LONGEST_NAME


def _compared_in_two(first: Act, second: Act) -> bool:
    """A question beside its alternatives: "Which is cheaper? Lisbon or Porto"."""
    if len(first.text) + len(second.text) > _LONGEST_PAIR:
        return False
    kinds = {first.kind, second.kind}
    if MessageType.COMPARISON_MADE in kinds:
        return kinds <= _COMPARABLE and bool(_EITHER.search(first.text))
    return MessageType.QUESTION_ASKED in kinds and kinds <= _COMPARABLE


def _is_background(act: Act) -> bool:
    """What is told before a question is part of it, unless it says what is wanted."""
    return act.kind is MessageType.TOPIC_INTRODUCED and not wants(act.text)


def _is_enough(act: Act) -> bool:
    return social.says_enough(clause_of(act.text, masked(act.text)))
