"""What the user's message does: its dialogue acts, in the order of the text.

Cues at word boundaries tell the acts; embeddings help where an act is a topic (a greeting, a
comparison), the previous turn where words alone cannot tell (an answer, a yes, a turn to
something else). No remote call.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.dialogue.messages import ASKING, MessageType, Mood, Request
from agents.dialogue.mood import mood_of
from agents.dialogue.understanding import asking, changes, heads, social
from agents.dialogue.understanding.asking import asks, wants
from agents.dialogue.understanding.clauses import Spans, clauses
from agents.dialogue.understanding.heads import Heads
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


def _nothing() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Context:
    """What a message was said into.

    Attributes:
        question: What the assistant last asked, "" for nothing.
        offered: Whether it offered something and waits for a yes or a no.
        in_plan: Whether a step is open.
        expected: What kind of reply the step hopes for.
        topic: What the conversation was about before.
        facts: What is known, by name.
        just_corrected: Whether the last thing was a correction, that a "never mind" takes back.
    """

    question: str = ""
    offered: bool = False
    in_plan: bool = False
    expected: str = ""
    topic: str = ""
    facts: Mapping[str, str] = field(default_factory=_nothing)
    just_corrected: bool = False


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


@dataclass(frozen=True, slots=True)
class _Act:
    """What one clause does; `open` where it has no meaning without what follows."""

    kind: MessageType
    text: str
    request: Request | None = None
    open: bool = False


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
    acts = _merged(found, context)
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


def _acts(text: str, context: Context) -> list[_Act]:
    parts = [text[start:end] for start, end in stretches(text)]
    if len(parts) == 1:
        return _read(text, context)
    middle = _Act(_telling(context), parts[1].strip())
    end = _read(parts[2], replace(context, offered=False)) if parts[2] else []
    return [*_read(parts[0], context), middle, *end]


def _read(text: str, context: Context) -> list[_Act]:
    plain = masked(text)
    spans = _with_verdicts(plain, clauses(plain)) if context.offered else clauses(plain)
    read = (clause_of(text[start:end].strip(), plain[start:end]) for start, end in spans)
    return [_act(clause, context) for clause in read]


def _telling(context: Context) -> MessageType:
    return MessageType.ANSWER if context.in_plan else MessageType.TOPIC_INTRODUCED


def _with_verdicts(plain: str, spans: Spans) -> Spans:
    """The clauses, the yes or no that the first begins with as one of its own."""
    start, end = spans[0]
    cut = social.answered_end(plain[start:end])
    return ((start, start + cut), (start + cut, end), *spans[1:]) if cut else spans


def _by_topic(acts: list[_Act], context: Context, embed: Embed, by_vector: Heads) -> list[_Act]:
    """The acts, those that no cue tells apart from a question or a topic told by their vector."""
    open_to = [at for at, act in enumerate(acts) if _may_be_other(act, context)][:_MOST_EMBEDDED]
    if not open_to:
        return acts
    vectors = embed([acts[at].text for at in open_to])
    told = list(acts)
    for at, vector in zip(open_to, vectors, strict=True):
        kind = by_vector.kind(vector)
        if kind is MessageType.GREETING or (kind and acts[at].kind is MessageType.QUESTION_ASKED):
            told[at] = replace(acts[at], kind=kind)
    return told


_MOST_EMBEDDED: Final = 2
_LONGEST_EMBEDDED: Final = 40
_LONGEST_HELLO: Final = 4


def _may_be_other(act: _Act, context: Context) -> bool:
    words = len(act.text.split())
    if act.kind is MessageType.QUESTION_ASKED:
        return words <= _LONGEST_EMBEDDED and not asking.unclear(act.text)
    return (
        not context.in_plan
        and act.kind is MessageType.TOPIC_INTRODUCED
        and (words <= _LONGEST_HELLO)
    )


def _act(clause: Clause, context: Context) -> _Act:
    """What one clause does, the most particular first."""
    request = request_of(clause, in_plan=context.in_plan)
    if request and not (request is Request.FORGET and _undoes(clause, context)):
        return _Act(MessageType.REQUEST, clause.text, request)
    if _has_past(context) and (changed := _changes(clause, context)):
        return _Act(changed, clause.text, open=changes.retracts(clause))
    return _Act(_social(clause, context) or _content(clause.plain, context), clause.text)


def _undoes(clause: Clause, context: Context) -> bool:
    return context.just_corrected and changes.cancels(clause, just_corrected=True)


def _has_past(context: Context) -> bool:
    return context.in_plan or context.offered or context.just_corrected or bool(context.facts)


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
    if changes.skips(clause):
        return MessageType.SKIP
    return MessageType.CORRECTION if changes.corrects(clause, context.facts) else None


_YES_OR_NO: Final = re.compile(
    r"\W*+(?:(?:and|so|ok(?:ay)?|then|well|great|thanks|und|also|gut)\W+)*(?:is|are|am|was|were|do|does|did|can|"
    r"could|would|should|shall|will|has|have|had|may|might|isn't|aren't|don't|doesn't|any(?:thing|one)?|ready|"
    r"ist|sind|bist|hast|haben|habt|hat|kann|kannst|k[öo]nnen|willst|wollen|m[öo]chtest|m[öo]chten|soll|"
    r"sollen|darf|magst|brauchst|brauchen|gibt|noch|wird|w[üu]rdest|stimmt|passt|gef[äa]llt)\b",
    re.IGNORECASE,
)
_CHOICE: Final = re.compile(r"(?<!\w)(?:or|oder)(?! (?:not|nicht|no|nein)\b)(?!\w)", re.IGNORECASE)
_SENTENCES: Final = re.compile(r"[^.!?\n]+[.!?\n]*")
_FOR_MORE: Final = re.compile(
    r"(?<!\w)(?:else|anything|more|other|add|list|done|finish(?:ed)?|complete[d]?|ready|all|noch|weitere\w*|"
    r"sonst|fertig|alles)(?!\w)",
    re.IGNORECASE,
)
_WHEN: Final = re.compile(r"(?<!\w)(?:when|how long|until|wann|wie lange|bis)(?!\w)", re.IGNORECASE)


def _waits_for_yes(context: Context) -> bool:
    """Whether a yes or a no would say something: to an offer, or to a question that takes one."""
    if context.offered:
        return True
    asked = [found[0] for found in _SENTENCES.finditer(context.question) if "?" in found[0]]
    return bool(asked) and bool(_YES_OR_NO.match(asked[-1])) and not _CHOICE.search(asked[-1])


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
    if not yes and not no:
        return None
    if context.in_plan and not _waits_for_yes(context):
        return MessageType.ANSWER
    return MessageType.CONFIRMATION if yes else MessageType.REFUSAL


def _closes(clause: Clause, context: Context) -> bool:
    if social.says_farewell(clause):
        return not (context.in_plan and _WHEN.search(context.question))
    return social.says_enough(clause) and not (
        context.in_plan and _FOR_MORE.search(context.question)
    )


def _content(plain: str, context: Context) -> MessageType:
    told = _telling(context)
    if asking.unclear(plain):
        return MessageType.QUESTION_ASKED
    if asking.proposes(plain) or (context.in_plan and _is_tentative(plain, context)):
        return told
    asked = asks(plain)
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


_WORD: Final = re.compile(r"[^\W\d_]{4,}")


def _is_tentative(plain: str, context: Context) -> bool:
    """An answer with a question mark ("Berlin?"), which does not repeat a word of the question."""
    if not asking.marked(plain) or len(plain.split()) > _SHORT or asking.opens_question(plain):
        return False
    if asking.turns_to(plain) or asking.broadens(plain) or asking.compares(plain):
        return False
    return not (_words(plain) & _words(f"{context.question} {context.expected}"))


def _turns(plain: str, context: Context) -> bool:
    """A question without a verb about something that the topic does not name."""
    turned = asking.turns_to(plain) if context.topic and asks(plain) else ""
    return bool(turned) and not (_words(turned) & _words(f"{context.topic} {context.question}"))


def _words(text: str) -> set[str]:
    return {found[0].casefold() for found in _WORD.finditer(text)}


_ABSORBED: Final = frozenset({MessageType.ANSWER, MessageType.TOPIC_INTRODUCED})
_LEAVING: Final = frozenset({MessageType.CLOSING, MessageType.THANKS})


def _merged(acts: Sequence[_Act], context: Context) -> list[_Act]:
    merged: list[_Act] = []
    for act in acts:
        while merged and (joined := _joined(merged[-1], act, context)):
            merged.pop()
            act = joined
        merged.append(act)
    return merged


def _joined(first: _Act, second: _Act, context: Context) -> _Act | None:
    """Both as one act, where one continues the other; None where each stands for itself."""
    text = f"{first.text} {second.text}".strip()
    if not context.in_plan and _is_greeted(first, second):
        return _Act(MessageType.GREETING, text)
    if second.kind in _LEAVING and social.says_yes(first.text) and not _waits_for_yes(context):
        return _Act(second.kind, text)
    if first.open and first.kind is MessageType.CORRECTION and second.kind in _ABSORBED:
        return _Act(first.kind, text)
    if _compared_in_two(first, second) and asking.compares(text):
        return _Act(MessageType.COMPARISON_MADE, text)
    if first.kind is second.kind and first.request in (None, second.request):
        return _Act(first.kind, text, second.request)
    if not context.in_plan and second.kind in ASKING and _is_background(first):
        return _Act(second.kind, text)
    if context.in_plan and first.kind is MessageType.ANSWER and _ends_answer(second):
        return _Act(first.kind, text)
    return None


def _is_greeted(first: _Act, second: _Act) -> bool:
    """Whether one is but the name of whom the other greets: "hello, my friend"."""
    if {first.kind, second.kind} != {MessageType.GREETING, MessageType.TOPIC_INTRODUCED}:
        return False
    name = second if first.kind is MessageType.GREETING else first
    return len(name.text.split()) <= _LONGEST_NAME


_LONGEST_NAME: Final = 2


def _compared_in_two(first: _Act, second: _Act) -> bool:
    """A question beside its alternatives: "Which is cheaper? Lisbon or Porto"."""
    if len(first.text) + len(second.text) > _LONGEST_PAIR:
        return False
    kinds = {first.kind, second.kind}
    return MessageType.QUESTION_ASKED in kinds and kinds <= _COMPARABLE


_LONGEST_PAIR: Final = 300
_COMPARABLE: Final = frozenset(
    {MessageType.QUESTION_ASKED, MessageType.ANSWER, MessageType.TOPIC_INTRODUCED}
)


def _is_background(act: _Act) -> bool:
    """What is told before a question is part of it, unless it says what is wanted."""
    return act.kind is MessageType.TOPIC_INTRODUCED and not wants(act.text)


def _ends_answer(act: _Act) -> bool:
    return act.kind is MessageType.CLOSING and social.says_enough(
        clause_of(act.text, masked(act.text))
    )
