"""What is looked at in a step and a reply: named numbers, 0, 1 or small.

A step is read once (`Asked`), a reply is read once (`Said`); only what joins the two is measured
for every pair.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.dialogue.answering.finding import Found, find
from agents.dialogue.answering.kinds import TYPED, Kind
from agents.dialogue.answering.stance import Stance, stance_of
from agents.dialogue.answering.wanted import about, by_question, by_title, title_of
from agents.dialogue.plan import Step

Vector = NDArray[np.float32]

_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_STEM: Final = 5
_STANCES: Final = tuple(field.name for field in fields(Stance))
_GERMAN: Final = re.compile(
    r"\b(?:ich|und|nicht|der|die|das|ein|eine|für|mit|wir|mir|ist|von|nach|auf|zu|im|am|wie|was"
    r"|welche[rsn]?|du|sie|bitte|ja|nein|ab|bis|etwa)\b|[äöüß]",
    re.IGNORECASE,
)


def topic_of(step: Step) -> str:
    """Title and expectation, as they are embedded."""
    return ": ".join(part for part in (title_of(step), step.expected_response) if part)


def described(step: Step) -> bool:
    """Whether a step says what it expects, beside its question."""
    return bool(step.expected_response or step.success_criteria)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a step asks for.

    Attributes:
        by_title: The kinds wanted by title, expectation and criteria.
        by_question: The kinds that the question asks for; it may ask for more than one thing.
        title_stems: Beginnings of the words of title and expectation.
        question_stems: Beginnings of the question's words.
        question: The question's vector, shape (d,).
        topic: The vector of title and expectation, shape (d,).
    """

    by_title: frozenset[Kind]
    by_question: frozenset[Kind]
    title_stems: frozenset[str]
    question_stems: frozenset[str]
    question: Vector
    topic: Vector


@dataclass(frozen=True, slots=True)
class Said:
    """What a reply says.

    Attributes:
        vector: Shape (d,).
    """

    text: str
    found: tuple[Found, ...]
    stance: Stance
    stems: frozenset[str]
    vector: Vector


def asked(step: Step, question: Vector, topic: Vector) -> Asked:
    """Read a step, whose texts' vectors are given."""
    return Asked(
        by_title(step),
        by_question(step),
        _stems(about(step)),
        _stems(step.description),
        question,
        topic,
    )


def said(reply: str, vector: Vector) -> Said:
    """Read a reply, whose vector is given."""
    return Said(reply, find(reply), stance_of(reply), _stems(reply), vector)


def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:_STEM].lower() for word in _WORD.findall(text))


def of_reply(reply: Said) -> list[float]:
    """What does not depend on the step."""
    kinds = {value.kind for value in reply.found}
    words = len(reply.text.split())
    return [
        *(float(kind in kinds) for kind in TYPED),
        *(float(getattr(reply.stance, name)) for name in _STANCES),
        math.log1p(words),
        float(words <= 2),
        math.log1p(len(reply.found)),
        float(not reply.found),
        float(reply.text.count("?") > 0),
        float(len(_GERMAN.findall(reply.text)) > 1),
    ]


def of_pair(step: Asked, reply: Said) -> list[float]:
    """What step and reply have to do with each other."""
    kinds = {value.kind for value in reply.found}
    either = step.by_title | step.by_question
    typed = [kind for kind in TYPED if kind in either]
    met = [kind for kind in typed if kind in kinds]
    yes_no = reply.stance.affirms or reply.stance.denies
    return [
        *(float(kind in step.by_title) for kind in Kind),
        *(float(kind in step.by_question) for kind in Kind),
        *(float(kind in step.by_title and kind in kinds) for kind in TYPED),
        *(float(kind in step.by_title and kind not in kinds) for kind in TYPED),
        *(float(kind in step.by_question and kind in kinds) for kind in TYPED),
        *(float(kind in kinds and kind not in either) for kind in TYPED),
        float(Kind.YES_NO in step.by_question and yes_no),
        float(Kind.YES_NO in step.by_title and yes_no),
        len(met) / max(1, len(typed)),
        float(bool(typed) and not met),
        float(bool(step.by_title & set(TYPED)) and not step.by_title & kinds),
        float(len(step.by_question)),
        math.log1p(len(step.title_stems & reply.stems)),
        math.log1p(len(step.question_stems & reply.stems)),
        math.log1p(len((step.question_stems - step.title_stems) & reply.stems)),
        float(step.question @ reply.vector),
        float(step.topic @ reply.vector),
        float(step.question @ step.topic),
    ]


def names() -> tuple[str, ...]:
    """The names of the measured numbers, those of the pair first."""
    return (
        *(f"title_wants_{kind}" for kind in Kind),
        *(f"question_wants_{kind}" for kind in Kind),
        *(f"title_gets_{kind}" for kind in TYPED),
        *(f"title_misses_{kind}" for kind in TYPED),
        *(f"question_gets_{kind}" for kind in TYPED),
        *(f"unasked_{kind}" for kind in TYPED),
        "yes_or_no_to_question",
        "yes_or_no_to_title",
        "share_of_kinds_met",
        "no_kind_met",
        "no_kind_of_title_met",
        "kinds_in_question",
        "words_of_title",
        "words_of_question",
        "words_of_question_only",
        "cosine_question",
        "cosine_topic",
        "cosine_question_topic",
        *(f"gives_{kind}" for kind in TYPED),
        *_STANCES,
        "length",
        "very_short",
        "values",
        "no_value",
        "question_mark",
        "german",
    )
