"""What the guards know of English words beyond WordNet (``data/english.toml``)."""

from __future__ import annotations

import functools
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class English:
    """Words in lower case.

    :ivar function: words of grammar, without a topic of their own.
    :ivar foreign: words of grammar of other languages that are none in English.
    :ivar frame: words that frame a question ("what is the way to").
    :ivar contractions: a contraction and what it stands for.
    :ivar irregular: an irregular form and its base forms, separated by blanks.
    :ivar opposites: a word (or verb with particle) and its opposites, comma-separated.
    :ivar alternatives: a word and its places: in which set it is, and as which member.
    """

    function: frozenset[str]
    foreign: frozenset[str]
    frame: frozenset[str]
    general_verbs: frozenset[str]
    negations: frozenset[str]
    one_thing: dict[str, int]
    relatives: frozenset[str]
    depriving: frozenset[str]
    avoiding: frozenset[str]
    idle_negations: frozenset[str]
    negative_prefixes: tuple[str, ...]
    contractions: dict[str, str]
    irregular: dict[str, str]
    opposites: dict[str, str]
    alternatives: dict[str, dict[int, int]]


@functools.cache
def english() -> English:
    """Reads the file, once a process."""
    text = (files("cache.guards") / "data" / "english.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    return English(
        function=(function := frozenset(data["function"].split())),
        foreign=frozenset(data["foreign"].split()) - function,
        frame=frozenset(data["frame"].split()),
        general_verbs=frozenset(data["general_verbs"].split()),
        negations=frozenset(data["negations"].split()),
        depriving=frozenset(data["depriving"].split()),
        one_thing={
            name: number
            for number, line in enumerate(data["one_thing"].strip().splitlines())
            for name in line.split(",")
        },
        relatives=frozenset(data["relatives"].split()),
        avoiding=frozenset(data["avoiding"].split()),
        idle_negations=frozenset(data["idle_negations"].split()),
        negative_prefixes=tuple(data["negative_prefixes"]),
        contractions=data["contractions"],
        irregular=_irregular(data["irregular"].values()),
        opposites=_opposites(data["opposites"]["pairs"]),
        alternatives=_alternatives(data["alternatives"]["sets"]),
    )


def _irregular(groups: Iterable[str]) -> dict[str, str]:
    bases: dict[str, list[str]] = defaultdict(list)
    for group in groups:
        for paradigm in group.replace("\n", "|").split("|"):
            base, *forms = paradigm.split() or [""]
            for form in forms:
                bases[form].append(base)
    return {form: " ".join(found) for form, found in bases.items()}


def _opposites(pairs: str) -> dict[str, str]:
    found: dict[str, list[str]] = defaultdict(list)
    for pair in filter(None, map(str.strip, pairs.split(","))):
        one, _, other = pair.partition("/")
        found[one].append(other)
        found[other].append(one)
    return {word: ",".join(others) for word, others in found.items()}


def _alternatives(sets: str) -> dict[str, dict[int, int]]:
    places: dict[str, dict[int, int]] = defaultdict(dict)
    for number, line in enumerate(sets.strip().splitlines()):
        for member, words in enumerate(line.split("|")):
            for word in words.split(","):
                places[word][number] = member
    return dict(places)
