"""Draws pairs: two questions, and whether one answer serves both.

Positives and traps undergo the same edits, so that no edit gives a label away.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.verifier.edits import edited
from benchmarks.verifier.grammar import Grammar
from benchmarks.verifier.sources import Group, Intent, Slotted, Sources

Embed = Callable[[Sequence[str]], NDArray[np.float32]]

SHARES: Mapping[str, float] = {
    "groups": 0.58, "strangers": 0.04, "actions": 0.09, "facts": 0.06, "banking": 0.07,
    "clinc": 0.05, "nlupp": 0.04, "slots": 0.04, "edits": 0.03,
}  # fmt: skip
"""Which part of the pairs is drawn in which way."""

ALIKE = {"banking": 0.72, "clinc": 0.75, "nlupp": 0.60}
"""Least cosine at which two utterances of one intent are taken for one question."""

WEIGHT = {"banking": 0.6, "clinc": 0.6, "nlupp": 0.7}
"""How much such a weak label counts."""

_NUMBER = re.compile(r"(?<![\w.,])\d{1,4}(?![\w.,]*\d)")
_NEIGHBOURS = 12


@dataclass(frozen=True, slots=True)
class Pair:
    """One example.

    :ivar same: whether one answer serves both.
    :ivar weight: how much its label counts, 0..1.
    :ivar kind: how it was drawn.
    """

    a: str
    b: str
    same: bool
    weight: float
    kind: str


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Texts that lie close together and are different questions, with those that are the same."""

    close: tuple[tuple[str, str], ...]
    alike: tuple[tuple[str, str], ...]


class Drawer:
    """Draws pairs of one side of the split.

    :param held_out: which side: what is kept from training, or the rest.
    """

    def __init__(self, sources: Sources, grammar: Grammar, embed: Embed, *, held_out: bool) -> None:
        self.groups = [group for group in sources.groups if group.held_out is held_out]
        self.grammar = grammar
        self.sources = sources
        self.classes = _classes(grammar)
        self.near = {
            name: _of_intents([i for i in intents if i.held_out is held_out], embed, ALIKE[name])
            for name, intents in sources.intents.items()
        }
        self.strangers = _of_groups(self.groups, embed)

    def draw(self, count: int, seed: int, shares: Mapping[str, float] = SHARES) -> list[Pair]:
        """So many pairs, in random order."""
        rng = random.Random(seed)  # noqa: S311
        kinds = rng.choices(list(shares), list(shares.values()), k=count)
        return [self._one(kind, rng) for kind in kinds]

    def _one(self, kind: str, rng: random.Random) -> Pair:
        if kind in self.near:
            a, b, same, weight = self._of_intent(kind, rng)
        else:
            weight = 1.0
            a, b, same = {
                "groups": self._of_group,
                "strangers": self._strangers,
                "actions": self._actions,
                "facts": self._facts,
                "slots": self._slots,
                "edits": self._edits,
            }[kind](rng)
        a, b = edited(a, rng), edited(b, rng)
        if rng.random() < 0.5:
            a, b = b, a
        return Pair(a, b, same, weight, kind)

    def _of_group(self, rng: random.Random) -> tuple[str, str, bool]:
        group = rng.choice(self.groups)
        a, b = rng.sample(group.same, 2)
        same = not group.traps or rng.random() < 0.47
        if not same:
            b = rng.choice(group.traps)
        return self._exchanged(a, b, rng, same=same)

    def _exchanged(
        self, a: str, b: str, rng: random.Random, *, same: bool
    ) -> tuple[str, str, bool]:
        """Puts another name or number for one that both have: in both, or in one of them."""
        shared = self._shared(a, b)
        if not shared or rng.random() < 0.6:
            return a, b, same
        old, options = rng.choice(shared)
        new = rng.choice([option for option in options if option.lower() != old.lower()])
        if rng.random() < 0.35:
            return a, _put(b, old, new), False
        return _put(a, old, new), _put(b, old, new), same

    def _shared(self, a: str, b: str) -> list[tuple[str, Sequence[str]]]:
        words = set(re.findall(r"[\w+#.-]+", a)) & set(re.findall(r"[\w+#.-]+", b))
        found = [
            (word, self.classes[word.lower()]) for word in words if word.lower() in self.classes
        ]
        numbers = set(_NUMBER.findall(a)) & set(_NUMBER.findall(b))
        return sorted(found) + [(number, _near_numbers(int(number))) for number in sorted(numbers)]

    def _strangers(self, rng: random.Random) -> tuple[str, str, bool]:
        return (*rng.choice(self.strangers), False)

    def _actions(self, rng: random.Random) -> tuple[str, str, bool]:
        meaning = self.grammar.draw(rng)
        same = rng.random() < 0.48
        other = meaning if same else self.grammar.other(meaning, rng)
        return self.grammar.word(meaning, rng), self.grammar.word(other, rng), same

    def _facts(self, rng: random.Random) -> tuple[str, str, bool]:
        a, b, trap = self.grammar.fact(rng)
        same = rng.random() < 0.48
        return a, b if same else trap, same

    def _of_intent(self, name: str, rng: random.Random) -> tuple[str, str, bool, float]:
        near = self.near[name]
        if rng.random() < 0.45:
            return (*rng.choice(near.alike), True, WEIGHT[name])
        return (*rng.choice(near.close), False, 1.0)

    def _slots(self, rng: random.Random) -> tuple[str, str, bool]:
        slotted = rng.choice(self.sources.slotted)
        slots = [at for at, (_, slot) in enumerate(slotted.pieces) if slot]
        text = _text(slotted)
        if not slots or rng.random() < 0.45:
            return text, text, True
        return text, _text(self._other_value(slotted, rng.choice(slots), rng)), False

    def _other_value(self, slotted: Slotted, at: int, rng: random.Random) -> Slotted:
        value, slot = slotted.pieces[at]
        others = [
            each for each in self.sources.values[slot] if not {*each.split()} & {*value.split()}
        ]
        pieces = list(slotted.pieces)
        pieces[at] = (rng.choice(others or ["something else"]), slot)
        return Slotted(tuple(pieces))

    def _edits(self, rng: random.Random) -> tuple[str, str, bool]:
        group = rng.choice(self.groups)
        text = rng.choice(group.same + group.traps)
        return self._exchanged(text, text, rng, same=True)


def _of_groups(groups: Sequence[Group], embed: Embed) -> tuple[tuple[str, str], ...]:
    texts = [text for group in groups for text in group.same]
    owners = [at for at, group in enumerate(groups) for _ in group.same]
    return _neighbours(texts, owners, embed, least=0.35, most=0.80)


def _of_intents(intents: Sequence[Intent], embed: Embed, alike: float) -> Neighbours:
    texts = [text for intent in intents for text in intent.texts]
    owners = [at for at, intent in enumerate(intents) for _ in intent.texts]
    close = _neighbours(texts, owners, embed, least=0.5, most=0.88)
    together = []
    for intent in intents:
        if intent.trusted and len(intent.texts) > 1:
            together += _alike(intent.texts, embed, alike)
    return Neighbours(close, tuple(together))


def _neighbours(
    texts: Sequence[str], owners: Sequence[int], embed: Embed, *, least: float, most: float
) -> tuple[tuple[str, str], ...]:
    """Close texts of different owners. Those that are too close may be one question: left out."""
    vectors = embed(texts)
    owner = np.asarray(owners)
    found = []
    for start in range(0, len(texts), 512):
        cosines = vectors[start : start + 512] @ vectors.T
        cosines[owner[start : start + 512, None] == owner[None, :]] = -1
        cosines[cosines > most] = -1
        best = np.argsort(-cosines, axis=1)[:, :_NEIGHBOURS]
        for row, columns in enumerate(best):
            found += [
                (texts[start + row], texts[int(at)]) for at in columns if cosines[row, at] >= least
            ]
    return tuple(found)


def _alike(texts: Sequence[str], embed: Embed, least: float) -> list[tuple[str, str]]:
    vectors = embed(texts)
    rows, columns = np.nonzero(np.triu(vectors @ vectors.T >= least, 1))
    return [
        (texts[a], texts[b])
        for a, b in zip(rows.tolist(), columns.tolist(), strict=True)
        if set(_NUMBER.findall(texts[a])) == set(_NUMBER.findall(texts[b]))
    ]


def _classes(grammar: Grammar) -> dict[str, Sequence[str]]:
    """Of each name of one word, the names that may stand in its place."""
    data = grammar.data
    lists = [[name[0] for name in kind["names"]] for kind in data["facts"]]
    lists += [[value[0] for value in data["objects"]["program"]]]
    for scope in ("country", "city", "month", "weekday", "language"):
        lists.append([value[0].split(" ", 1)[1] for value in data["scopes"][scope]])
    return {
        name.lower(): names
        for names in lists
        for name in names
        if " " not in name and name.lower() not in ("may", "march", "go", "r", "lead", "emma")
    }


def _near_numbers(number: int) -> list[str]:
    near = {number + 1, number + 2, number * 2, max(1, number - 1), number + 10, number * 10}
    return [str(each) for each in sorted(near - {number})]


def _put(text: str, old: str, new: str) -> str:
    return re.sub(rf"(?<![\w.,]){re.escape(old)}(?!\w)", lambda _: new, text)


def _text(slotted: Slotted) -> str:
    return " ".join("".join(piece for piece, _ in slotted.pieces).split())
