"""Questions composed of parts: wordings of the same parts are one question, others are two."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

GRAMMAR = Path(__file__).parent / "grammar.toml"

Wordings = Sequence[str]


@dataclass(frozen=True, slots=True)
class Action:
    """Something one does, by what it is: area, a side of an opposite, and an object.

    :ivar area: the kind of action; decides which scopes fit.
    :ivar verb: which pair of opposites, or which action of the area.
    :ivar side: 0 or 1 of a pair of opposites, 0 otherwise.
    :ivar thing: which object of the area, 0 where there is none.
    """

    area: str
    verb: int
    side: int
    thing: int


@dataclass(frozen=True, slots=True)
class Meaning:
    """A question before it is worded.

    :ivar ask: the way of asking.
    :ivar action: what it is asked about.
    :ivar scope: (kind, value), or ``None``.
    """

    ask: str
    action: Action
    scope: tuple[str, int] | None


class Grammar:
    """Draws meanings, exchanges one part of them, and words them.

    :param data: the content of grammar.toml.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self.areas = tuple(data["fits"])

    @classmethod
    def read(cls, path: Path = GRAMMAR) -> Grammar:
        return cls(tomllib.loads(path.read_text(encoding="utf-8")))

    def draw(self, rng: random.Random) -> Meaning:
        """A meaning; every second has a scope."""
        ask = "how" if rng.random() < 0.4 else rng.choice(list(self.data["ask"]))
        action = self._action(rng)
        return Meaning(ask, action, self._scope(action.area, rng) if rng.random() < 0.5 else None)

    def other(self, meaning: Meaning, rng: random.Random) -> Meaning:
        """Another question that differs in one part."""
        choices = [self._other_ask, self._other_action, self._other_action, self._other_scope]
        changed = meaning
        while changed == meaning:
            changed = rng.choice(choices)(meaning, rng)
        return changed

    def word(self, meaning: Meaning, rng: random.Random) -> str:
        """One of the wordings."""
        asked = rng.choice(self.data["ask"][meaning.ask])
        question = str(asked.format(a=self._worded(meaning.action, rng)))
        if meaning.scope is None:
            return question
        kind, value = meaning.scope
        return _placed(question, rng.choice(self.data["scopes"][kind][value]), rng)

    def fact(self, rng: random.Random) -> tuple[str, str, str]:
        """A question about a fact: two wordings of it, and one of another that is close."""
        kind = rng.choice(self.data["facts"])
        asked, name = rng.randrange(len(kind["asked"])), rng.randrange(len(kind["names"]))
        first = _said(kind, asked, name, rng)
        second = _said(kind, asked, name, rng)
        if rng.random() < 0.6:
            name = _another(len(kind["names"]), name, rng)
        else:
            asked = _another(len(kind["asked"]), asked, rng)
        return first, second, _said(kind, asked, name, rng)

    def _action(self, rng: random.Random) -> Action:
        area = rng.choice(self.areas)
        if area in self.data["actions"]:
            return Action(area, rng.randrange(len(self.data["actions"][area])), 0, 0)
        verbs = self._verbs(area)
        thing = rng.randrange(len(self.data["objects"][area]))
        return Action(area, rng.choice(verbs), rng.randrange(2), thing)

    def _verbs(self, area: str) -> list[int]:
        pairs = self.data["opposites"]
        return [at for at, pair in enumerate(pairs) if area in pair["objects"]]

    def _scope(self, area: str, rng: random.Random) -> tuple[str, int]:
        kind = rng.choice(self.data["fits"][area])
        return kind, rng.randrange(len(self.data["scopes"][kind]))

    def _other_ask(self, meaning: Meaning, rng: random.Random) -> Meaning:
        return replace(meaning, ask=rng.choice(list(self.data["ask"])))

    def _other_action(self, meaning: Meaning, rng: random.Random) -> Meaning:
        action = meaning.action
        if action.area in self.data["actions"]:
            count = len(self.data["actions"][action.area])
            return replace(meaning, action=replace(action, verb=rng.randrange(count)))
        if rng.random() < 0.5:
            return replace(meaning, action=replace(action, side=1 - action.side))
        count = len(self.data["objects"][action.area])
        return replace(meaning, action=replace(action, thing=rng.randrange(count)))

    def _other_scope(self, meaning: Meaning, rng: random.Random) -> Meaning:
        if meaning.scope is None:
            return replace(meaning, scope=self._scope(meaning.action.area, rng))
        kind, value = meaning.scope
        if rng.random() < 0.2:
            return replace(meaning, scope=None)
        another = _another(len(self.data["scopes"][kind]), value, rng)
        return replace(meaning, scope=(kind, another))

    def _worded(self, action: Action, rng: random.Random) -> str:
        if action.area in self.data["actions"]:
            return str(rng.choice(self.data["actions"][action.area][action.verb]))
        side = self.data["opposites"][action.verb]["sides"][action.side]
        thing = rng.choice(self.data["objects"][action.area][action.thing])
        return str(rng.choice(side).format(o=thing))


def _placed(question: str, scope: str, rng: random.Random) -> str:
    if rng.random() < 0.25:
        keep = question[:2] in ("I ", "I'")
        rest = question if keep else question[:1].lower() + question[1:]
        return f"{scope[:1].upper()}{scope[1:]}, {rest}"
    mark = question[-1] if question[-1] in "?." else ""
    return f"{question[: len(question) - len(mark)]} {scope}{mark}"


def _said(kind: Mapping[str, Any], asked: int, name: int, rng: random.Random) -> str:
    return str(rng.choice(kind["asked"][asked]).format(e=rng.choice(kind["names"][name])))


def _another(count: int, than: int, rng: random.Random) -> int:
    return (than + rng.randrange(1, count)) % count
