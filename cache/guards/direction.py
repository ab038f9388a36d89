"""Refuses where two questions go opposite ways: "from A to B", "from B to A"."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cache.guards.english import english
from cache.guards.lexicon import lexicon
from cache.guards.reading import Word, read
from cache.guards.spelling import same


@dataclass(frozen=True, slots=True)
class Way:
    """Words that a question goes from, and to. ``told``: "from" says so, not the order alone."""

    sources: tuple[Word, ...]
    goals: tuple[Word, ...]
    told: bool


def direction(asked: str, stored: str) -> str | None:
    """Refuses where what the one comes from is what the other goes to, or two words changed
    places around a verb or "than"; "A and B" or "A vs B" have no direction."""
    ours, theirs = read(asked), read(stored)
    if not (ours.english and theirs.english) or _mutual(ours.words) or _mutual(theirs.words):
        return None
    turned = _turned(way(asked), way(stored)) or _exchanged(ours.words, theirs.words)
    return f"opposite directions ({turned})" if turned else None


def _mutual(words: Iterable[Word]) -> bool:
    return any(word.lower in _MUTUAL for word in words)


_MUTUAL = frozenset(
    {"difference", "differ", "different", "compare", "compared", "comparison", "distance", "far"}
    | {"versus", "vs", "between", "same", "equal", "equivalent", "identical", "similar", "apart"}
)


def _turned(ours: Way, theirs: Way) -> str | None:
    if _shared(ours.sources, theirs.sources) or _shared(ours.goals, theirs.goals):
        return None
    back, forth = _shared(ours.sources, theirs.goals), _shared(ours.goals, theirs.sources)
    if back and forth:
        return f"from {back} to {forth} / from {forth} to {back}"
    if not ((back and ours.told) or (forth and theirs.told)):
        return None
    return f"from {back} / to {back}" if back else f"to {forth} / from {forth}"


def _shared(ours: Iterable[Word], theirs: Sequence[Word]) -> str:
    """The first word of ours that is one of theirs."""
    return next((word.text for word in ours if any(same(word, other) for other in theirs)), "")


@functools.lru_cache(maxsize=512)
def way(text: str) -> Way:
    """Where the question goes from, and to."""
    words = read(text).words
    sources: list[Word] = []
    goals: list[Word] = []
    told = False
    for at, word in enumerate(words):
        if word.lower == "from":
            sources += _behind(words, at)
            told = told or bool(sources)
        elif word.lower in {"to", "into"} and _names_goal(words, at):
            goals += _behind(words, at)
            if not told:
                sources += _ahead(words, at)
    kinds = [word for word in sources if any(same(word, other) for other in goals)]
    return Way(_without(kinds, sources), _without(kinds, goals), told)


def _without(kinds: list[Word], words: list[Word]) -> tuple[Word, ...]:
    """What both have in common ("from port 80 to port 81") tells no direction."""
    return tuple(word for word in words if not any(same(word, kind) for kind in kinds))


def _names_goal(words: tuple[Word, ...], at: int) -> bool:
    """Whether no verb follows ("how to cancel")."""
    if at + 1 == len(words):
        return False
    following = words[at + 1]
    speech = lexicon().speech(following.lower)
    if following.capital or "v" not in speech:
        return True
    return speech != {"v"} and at > 0 and words[at - 1].content


def _behind(words: tuple[Word, ...], at: int) -> Iterator[Word]:
    for word in words[at + 1 :]:
        if word.content:
            yield word
        elif word.lower not in _DETERMINERS:
            return


def _ahead(words: tuple[Word, ...], at: int) -> Iterator[Word]:
    """The words before "to", without the verb: "convert Word to", "move my Word file to"."""
    for place in range(at - 1, 0, -1):
        word = words[place]
        if not word.content:
            if word.lower in {"over", "back"}:
                continue
            return
        if words[place - 1].lower in _BEFORE_VERB:
            return
        yield word


_BEFORE_VERB = frozenset({"i", "you", "we", "they", "to", "not", "do", "can"})
_DETERMINERS = frozenset({"a", "an", "the", "my", "our", "your", "their", "his", "her", "this"})


def _exchanged(ours: Sequence[Word], theirs: Sequence[Word]) -> str | None:
    """ "Is A better than B", "is B better than A"."""
    one = [word.lower for word in ours if not word.pause]
    other = [word.lower for word in theirs if not word.pause]
    if len(one) != len(other) or one == other or sorted(one) != sorted(other):
        return None
    start = next(at for at, word in enumerate(one) if word != other[at])
    end = next(at for at in range(len(one), 0, -1) if one[at - 1] != other[at - 1])
    return _blocks_exchanged(one[start:end], other[start:end])


def _blocks_exchanged(one: list[str], other: list[str]) -> str | None:
    for left in range(1, len(one)):
        if one[:left] != other[-left:]:
            continue
        for right in range(1, len(one) - left):
            between = one[left:-right]
            if one[-right:] == other[:right] and between == other[right:-left]:
                return _told_apart(one[:left], between, one[-right:])
    return None


def _told_apart(left: list[str], between: list[str], right: list[str]) -> str | None:
    if set(between) <= _LINKS or {"or", "and"} & set(between):
        return None
    if not (_is_thing(left) and _is_thing(right)):
        return None
    order = " ".join((*left, *between, *right))
    turned = " ".join((*right, *between, *left))
    return f"{order} / {turned}"


def _is_thing(block: list[str]) -> bool:
    return any(word not in english().function for word in block) and not _QUESTIONING & set(block)


_LINKS = frozenset({"with", "plus", "&", "as", "the", "a", "my"})
_QUESTIONING = frozenset(
    {"how", "what", "which", "who", "when", "where", "why", "is", "do", "does"}
)
