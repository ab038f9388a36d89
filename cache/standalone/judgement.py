"""Whether a message can be understood without the conversation around it, and may be shared."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cache.standalone.features import FEATURES, measured
from cache.standalone.reading import Reading
from cache.standalone.rules import LONGEST_CHARACTERS, reason_against
from cache.standalone.weights import BIAS, WEIGHTS

THRESHOLD: Final = 0.6
"""Probability from which a message counts as standalone: above one half, as a wrong share costs
more than a call to the model."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a message may be shared, and why.

    :ivar standalone: it can be understood alone, and no rule keeps it from being shared.
    :ivar probability: that it can be understood alone, 0..1, calibrated for even odds. A rule (it
        is personal, say) does not change it.
    :ivar reason: a few words for people.
    """

    standalone: bool
    probability: float
    reason: str


def judge(message: str, *, first: bool, before: Sequence[str] = ()) -> Judgement:
    """Judges a message by its words. Well under a millisecond.

    :param message: as the user wrote it.
    :param first: nothing was said before in the conversation: then a name-less "the recipe" can
        lean on nothing, while pronouns and personal data still keep it from being shared.
    :param before: the last messages, oldest first; a name written small is known from there.
    """
    said = Reading(message[: LONGEST_CHARACTERS + 1], before)
    values = measured(said, first=first)
    shares = [weight * value for weight, value in zip(WEIGHTS, values, strict=True)]
    probability = 1 / (1 + math.exp(-(BIAS + math.fsum(shares))))
    against = reason_against(said)
    if against is not None:
        return Judgement(standalone=False, probability=probability, reason=against)
    standalone = probability >= THRESHOLD
    return Judgement(standalone, probability, _strongest(shares, standalone=standalone))


def _strongest(shares: Sequence[float], *, standalone: bool) -> str:
    """What the feature tells that speaks most for the judgement."""
    sign = 1 if standalone else -1
    strength, index = max((sign * share, index) for index, share in enumerate(shares))
    return FEATURES[index].says if strength > 0 else "says too little to be sure"
