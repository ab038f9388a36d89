"""Deterministic guards: reasons why a close question must not be served the other's answer.

Vectors encode the topic; "2 bags" and "3 bags" lie closer together than most paraphrases. A guard
takes the question asked and the question stored, and says why the stored answer may not be given,
or ``None``. It speaks only where it is sure that the two ask for different things. Guards only
ever see semantic candidates: the exact tier needs none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cache.guards.direction import direction
from cache.guards.lengths import LONGEST_COMPARED_BYTES, lengths
from cache.guards.names import names
from cache.guards.opposites import opposites
from cache.guards.polarity import negation
from cache.guards.quantity import calendar, numbers
from cache.guards.question_type import question_type
from cache.guards.scope import scope
from cache.guards.substitution import substitution

Guard = Callable[[str, str], str | None]

DEFAULT_GUARDS: tuple[Guard, ...] = (
    lengths,
    numbers,
    calendar,
    negation,
    opposites,
    names,
    direction,
    scope,
    question_type,
    substitution,
)

__all__ = ["DEFAULT_GUARDS", "LONGEST_COMPARED_BYTES", "Guard", "refusal"]


def refusal(guards: Sequence[Guard], asked: str, stored: str) -> str | None:
    """The first guard's reason against serving, or ``None`` where all agree."""
    for guard in guards:
        reason = guard(asked, stored)
        if reason is not None:
            return reason
    return None
