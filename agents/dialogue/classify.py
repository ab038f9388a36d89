"""What the user's message does: its dialogue acts, in the order of the text.

Cues at word boundaries tell the acts; embeddings help where an act is a topic (a greeting, a
comparison), the previous turn where words alone cannot tell (an answer, a yes, a turn to
something else). No remote call.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.dialogue.messages import MessageType, Mood, Request
from agents.dialogue.mood import mood_of
from agents.dialogue.understanding import asking, changes, heads, social
from agents.dialogue.understanding.asking import asks, wants
from agents.dialogue.understanding.clauses import Spans, clauses
from agents.dialogue.understanding.context import Act, Context, words
from agents.dialogue.understanding.heads import Heads
from agents.dialogue.understanding.merging import merged
from agents.dialogue.understanding.reading import Clause, clause_of, masked, stretches
from agents.dialogue.understanding.requests import request_of
from agents.dialogue.understanding.social import is_greeting

__all__ = [
    "Context",
    "Embed",
    "Understanding",
    "asks",
    "classify",
    "is_greeting",
    "understand",
    "wants",
]

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to unit vectors, shape (len(texts), dimension)."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a message does.

    Attributes:
        types: Never empty, in the text's order, no two alike side by side but for two
            requests that want different things.
        parts: The part of the text that does each; () when there is one type.
    """

    types: tuple[MessageType, ...]
    parts: tuple[str, ...]
    mood: Mood
    request: Request | None


def understand(text: str, context: Context, embed: Embed | None) -> Understanding:
    """The dialogue acts of a message, its mood, and what it wants of the conversation.

    Args:
        embed: Of all-MiniLM-L6-v2; None where it is not there: then cues alone decide.
    """
    return understand_with(heads.shipped() if embed else None, text, context, embed)


def understand_with(
    by_vector: Heads | None, text: str, context: Context, embed: Embed | None
) -> Understanding:
    """As `understand`, with these heads."""
    found = _acts(text, context)
    if embed is not None and by_vector is not None:
        found = _by_topic(found, context, embed, by_vector)
    acts = merged(found, context)
    return Understanding(
        types=tuple(act.kind for act in acts),
        parts=tuple(act.text for act in acts) if len(acts) > 1 else (),
        mood=mood_of(text),
        request=next((act.request for act in acts if act.request is not None), None),
    )


def classify(text: str) -> MessageType:
    """What a message does that says the most of it, without its conversation.

    A question outweighs what is said around it, and anything outweighs politeness.
    """
    return principal(understand(text, Context(), None).types)


_POLITE: Final = (MessageType.GREETING, MessageType.THANKS)
_ASKED: Final = (
    MessageType.COMPARISON_MADE,
    MessageType.DEEPENING,
    MessageType.BROADENING,
    MessageType.QUESTION_ASKED,
)


def principal(types: Sequence[MessageType]) -> MessageType:
    """The type that decides what kind of reply a message gets: the most particular question."""
    asked = [kind for kind in _ASKED if kind in types]
    said = [kind for kind in types if kind not in _POLITE]
    return (asked or said or list(types))[0]


def _acts(text: str, context: Context) -> list[Act]:
    parts = [text[start:end] for start, end in stretches(text)]
    if len(parts) == 1:
        return _read(text, context)
    middle = Act(context.told, parts[1].strip())
    end = _read(parts[2], replace(context, offered=False)) if parts[2] else []
    return [*_read(parts[0], context), middle, *end]


def _read(text: str, context: Context) -> list[Act]:
    plain = masked(text)
    spans = _with_verdicts(plain, clauses(plain)) if context.offered else clauses(plain)
    read = (clause_of(text[start:end].strip(), plain[start:end]) for start, end in spans)
    return [_act(clause, context) for clause in read]


def _with_verdicts(plain: str, spans: Spans) -> Spans:
    """The clauses, the yes or no that the first begins with as one of its own."""
    start, end = spans[0]
    cut = social.answered_end(plain[start:end])
    return ((start, start + cut), (start + cut, end), *spans[1:]) if cut else spans


def _by_topic(acts: list[Act], context: Context, embed: Embed, by_vector: Heads) -> list[Act]:
    """The acts, those that no cue tells apart from a question or a topic told by their vector."""
    open_to = [at for at, act in enumerate(acts) if _may_be_other(act, context)][:_MOST_EMBEDDED]
    if not open_to:
        return acts
    vectors = embed([acts[at].text for at in open_to])
    told = list(acts)
    for at, vector in zip(open_to, vectors, strict=True):
        kind = by_vector.kind(vector)
        if kind is MessageType.GREETING:
            # Within a plan nearly every question is one; cues tell the greetings there.
            kind = None if context.in_plan else kind
        elif acts[at].kind is not MessageType.QUESTION_ASKED:
            kind = None
        if kind:
            told[at] = replace(acts[at], kind=kind)
    return told


_MOST_EMBEDDED: Final = 2
_LONGEST_EMBEDDED: Final = 40
_LONGEST_HELLO: Final = 4


_FEWEST_LETTERS: Final = 2


def _may_be_other(act: Act, context: Context) -> bool:
    length = len(act.text.split())
    if sum(map(str.isalpha, act.text)) < _FEWEST_LETTERS:
        return False
    if act.kind is MessageType.QUESTION_ASKED:
        return length <= _LONGEST_EMBEDDED and not asking.unclear(act.text)
    if social.praises(act.text):
        return False
    topic = not context.in_plan and act.kind is MessageType.TOPIC_INTRODUCED
    return topic and length <= _LONGEST_HELLO


def _act(clause: Clause, context: Context) -> Act:
    """What one clause does, the most particular first."""
    if context.offered and (verdict := _yes_or_no(clause.plain, context)):
        return Act(verdict, clause.text)
    request = request_of(clause, context)
    if request and not (request is Request.FORGET and _undoes(clause, context)):
        return Act(MessageType.REQUEST, clause.text, request)
    if changed := _changes(clause, context):
        return Act(changed, clause.text, open=changes.retracts(clause))
    return Act(_social(clause, context) or _content(clause.plain, context), clause.text)


def _undoes(clause: Clause, context: Context) -> bool:
    return context.just_corrected and changes.cancels(clause, just_corrected=True)


_ASKS_HOW: Final = re.compile(
    r"\W*+(?:(?:and|but|so|und|aber)\W+)?(?:what|how|why|who|where|when|which|was|wie|warum|wer|wo|"
    r"wann|is there|do i|does|did|should|muss|gibt)\b(?! (?:about|if we))",
    re.IGNORECASE,
)


def _changes(clause: Clause, context: Context) -> MessageType | None:
    if _ASKS_HOW.match(clause.plain):
        return None
    if changes.cancels(clause, just_corrected=context.just_corrected):
        return MessageType.CANCEL
    if not context.has_past:
        return None
    if changes.skips(clause):
        return MessageType.SKIP
    return MessageType.CORRECTION if changes.corrects(clause, context) else None


_FOR_MORE: Final = re.compile(
    r"(?<!\w)(?:else|anything|more|other|add|list|done|finish(?:ed)?|complete[d]?|ready|all|"
    r"noch|weitere\w*|"
    r"sonst|fertig|alles)(?!\w)",
    re.IGNORECASE,
)
_WHEN: Final = re.compile(r"(?<!\w)(?:when|how long|until|wann|wie lange|bis)(?!\w)", re.IGNORECASE)


def _social(clause: Clause, context: Context) -> MessageType | None:
    if (verdict := _yes_or_no(clause.plain, context)) is not None:
        return verdict
    if social.thanks(clause) or social.folds_hands(clause.plain):
        return MessageType.THANKS
    if _closes(clause, context):
        return MessageType.CLOSING
    return MessageType.GREETING if is_greeting(clause.plain) else None


def _yes_or_no(plain: str, context: Context) -> MessageType | None:
    if asking.marked(plain):
        return None
    yes, no = social.says_yes(plain), social.says_no(plain)
    if context.offered:
        yes, no = yes or social.takes_up(plain), no or social.turns_down(plain)
    if not yes and not no:
        return None
    if context.in_plan and not context.waits_for_yes and not social.approves(plain):
        return MessageType.ANSWER
    return MessageType.CONFIRMATION if yes else MessageType.REFUSAL


def _closes(clause: Clause, context: Context) -> bool:
    if social.says_farewell(clause):
        timed = context.in_plan and _WHEN.search(context.question)
        return not (timed and social.tells_time(clause.bare))
    return social.says_enough(clause) and not (
        context.in_plan and _FOR_MORE.search(context.question)
    )


def _content(plain: str, context: Context) -> MessageType:
    told = context.told
    if asking.unclear(plain):
        return MessageType.QUESTION_ASKED
    if asking.proposes(plain) or (context.in_plan and _is_tentative(plain, context)):
        return told
    asked = asks(plain) and not (context.in_plan and asking.is_subordinate(plain))
    if asking.deepens(plain) and (asked or not context.in_plan or _short(plain)):
        return MessageType.DEEPENING
    if asking.broadens(plain) or _turns(plain, context):
        return MessageType.BROADENING
    if asking.compares(plain) and (asked or not context.in_plan or _orders_comparison(plain)):
        return MessageType.COMPARISON_MADE
    return MessageType.QUESTION_ASKED if asked else told


_SHORT: Final = 6


def _short(plain: str) -> bool:
    return len(plain.split()) <= _SHORT


_ORDERS: Final = re.compile(r"\W*+(?:please |bitte )?(?:compare|vergleich\w*)\b", re.IGNORECASE)


def _orders_comparison(plain: str) -> bool:
    return bool(_ORDERS.match(plain))


def _is_tentative(plain: str, context: Context) -> bool:
    """An answer with a question mark ("Berlin?"), which does not repeat a word of the question."""
    if not asking.marked(plain) or len(plain.split()) > _SHORT or asking.opens_question(plain):
        return False
    if asking.turns_to(plain) or asking.broadens(plain) or asking.compares(plain):
        return False
    return not (words(plain) & words(f"{context.question} {context.expected}"))


def _turns(plain: str, context: Context) -> bool:
    """A question without a verb about something that the topic does not name."""
    turned = asking.turns_to(plain) if context.topic and asks(plain) else ""
    return bool(turned) and not (words(turned) & words(f"{context.topic} {context.question}"))
