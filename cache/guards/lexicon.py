"""What words mean to one another, from WordNet 3.1: synonyms, kinds, opposites, names.

The files in ``data`` are derived by ``benchmarks/guards/build_lexicon.py``; numbers are base 36:

- ``words.tsv``: a word, a tab, its meanings by part of speech (``n1a.2b v3c``), frequent first;
- ``parents.txt``: line *i* holds the more general meanings of meaning *i*;
- ``opposites.tsv``: a word, a tab, its opposites, comma-separated;
- ``names.tsv``: a name in lower case, a tab, its kind (``p`` place, ``h`` human, ``g`` group,
  ``l`` language, ``n`` nation) and what it names: two names that share a number name one thing.

WordNet: Princeton University, https://wordnet.princeton.edu (licence beside the data).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib.resources import files

_SUFFIXES = (
    ("ies", ("y", "ie"), "nv"),
    ("ves", ("ve", "f", "fe"), "nv"),
    ("es", ("e", ""), "nv"),
    ("s", ("",), "nv"),
    ("ied", ("y",), "v"),
    ("ed", ("e", ""), "v"),
    ("ying", ("y", "ie"), "v"),
    ("ing", ("e", ""), "v"),
    ("iest", ("y",), "a"),
    ("ier", ("y",), "a"),
    ("est", ("e", ""), "a"),
    ("er", ("e", ""), "a"),
)
"""Endings, what stands in their place in the base form, and the parts of speech that take them.
After WordNet's morphy(7WN)."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Lookups by words in lower case; what is unknown is related to nothing."""

    words: dict[str, str]
    parents: list[str]
    opposed: dict[str, str]
    names: dict[str, str]
    irregular: dict[str, str]

    def lemmas(self, word: str) -> frozenset[str]:
        """The word itself, and the base forms that it may be an inflection of."""
        found = {word}
        if word in self.irregular:
            found.update(self.irregular[word].split())
        else:
            found.update(self._detached(word))
        return frozenset(found)

    def _detached(self, word: str) -> set[str]:
        if len(word) < 4 or word.endswith("ss"):
            return set()
        for suffix, endings, speech in _SUFFIXES:
            if word.endswith(suffix):
                found = {
                    base
                    for base in _bases(word[: -len(suffix)], endings)
                    if self.speech(base) & set(speech)
                }
                if found:
                    return found
        return set()

    def known(self, word: str) -> bool:
        return word in self.words or any(form in self.words for form in self.lemmas(word))

    def meanings(self, word: str, kinds: str = "nvar") -> frozenset[str]:
        """The word's frequent meanings in the parts of speech ``kinds``."""
        return frozenset(self.ranked(word, kinds))

    def ranked(self, word: str, kinds: str = "nvar") -> list[str]:
        """The same, the most frequent of each part of speech first."""
        parts = self.words.get(word, "").split()
        return [id_ for part in parts if part[0] in kinds for id_ in part[1:].split(".")]

    def speech(self, word: str) -> frozenset[str]:
        """Parts of speech the word has: noun ``n``, verb ``v``, adjective ``a``, adverb ``r``."""
        return frozenset(part[0] for part in self.words.get(word, "").split())

    def above(self, meaning: str) -> list[str]:
        """The meanings one step more general."""
        parents = self.parents[int(meaning, 36)]
        return parents.split(".") if parents else []

    def opposites(self, word: str) -> frozenset[str]:
        return frozenset(self.opposed.get(word, "").split(",")) - {""}

    def kind_of_name(self, name: str) -> str:
        """One letter, or nothing where it is no known name."""
        return self.names.get(name, "")[:1]

    def named(self, name: str) -> frozenset[str]:
        """What the name may stand for."""
        return frozenset(self.names.get(name, "")[1:].split(".")) - {""}


@functools.cache
def lexicon() -> Lexicon:
    """Reads the files, once a process (about 1 MB)."""
    from cache.guards.english import english

    words = english()
    opposed = _table("opposites.tsv")
    for word, others in words.opposites.items():
        opposed[word] = ",".join(filter(None, (opposed.get(word), others)))
    return Lexicon(
        _table("words.tsv"),
        _read("parents.txt").split("\n"),
        opposed,
        _table("names.tsv"),
        words.irregular,
    )


def _bases(stem: str, endings: tuple[str, ...]) -> set[str]:
    doubled = {stem[:-1]} if len(stem) > 2 and stem[-1] == stem[-2] else set()
    return {stem + ending for ending in endings} | doubled


def _table(name: str) -> dict[str, str]:
    cells = _read(name).replace("\n", "\t").split("\t")
    return dict(zip(cells[::2], cells[1::2], strict=False))


def _read(name: str) -> str:
    return (files("cache.guards") / "data" / name).read_text(encoding="utf-8")
