"""How a message stands to what was said: whether it goes on, and whom it calls by half a name."""

from __future__ import annotations

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


def called_by_half(message: str, before: Sequence[str]) -> str:
    """A name of one word that was said before in a fuller form, "" where there is none.

    "Where was Salonga born?" after "Lea Salonga": whoever asks like this has said before who is
    meant.
    """
    fuller = [name.parts for text in before for name in names_in(text) if name.full]
    ends = {part for parts in fuller for part in (parts[0], parts[-1])}
    for name in Reading(message).names:
        if not name.full and name.parts[-1] in ends:
            return name.text
    return ""
