"""How a message stands to what was said: whether it goes on, and whom it calls by half a name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cache.standalone.features import elliptic, opens
from cache.standalone.judgement import THRESHOLD, judge
from cache.standalone.reading import Reading, names_in

LEAST_CONTENT = 2
"""Words of a subject from which a question asks for the same thing whenever it is asked."""


def understood_alone(message: str, before: Sequence[str] = ()) -> bool:
    """Whether a message can be understood without the conversation, personal or not."""
    return judge(message, first=False, before=before).probability >= THRESHOLD


def goes_on(message: str) -> bool:
    """Whether saying it again wants something new: *tell me more*, *why?*, *yes, please*, *next*.

    In doubt it does.
    """
    said = Reading(message)
    adds = not said.lexicon.adding.isdisjoint(said.words)
    return adds or bool(opens(said) or elliptic(said)) or len(set(said.content)) < LEAST_CONTENT


def in_full(message: str, before: Sequence[str] = ()) -> str | None:
    """The message with each name of one word in the fuller form in which it was said before.

    "Where was Salonga born?" after "Lea Salonga" is "Where was Lea Salonga born?": whoever asks
    like this has said before who is meant.

    :returns: the message itself where there is no such name; ``None`` where two fuller forms fit.
    """
    fuller = {name.parts: name.text for text in before for name in names_in(text) if name.full}
    for name in Reading(message).names:
        if name.full:
            continue
        called = [text for parts, text in fuller.items() if name.parts[-1] in _ends(parts)]
        if len(called) > 1:
            return None
        if called:
            message = _exchanged(message, name.text, called[0])
    return message


def _exchanged(message: str, name: str, fuller: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", lambda _: fuller, message)


def _ends(parts: Sequence[str]) -> tuple[str, str]:
    return parts[0], parts[-1]
