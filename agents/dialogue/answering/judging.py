"""LocalJudge: the probability that a reply gives what each step asks."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.dialogue.answering.clauses import parts
from agents.dialogue.answering.features import (
    Asked,
    Said,
    asked,
    described,
    of_pair,
    of_reply,
    said,
    topic_of,
)
from agents.dialogue.answering.network import Array, Network
from agents.dialogue.plan import Step

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to their unit vectors, shape (n, d)."""

STEPS_KEPT: Final = 256
LONGEST_REPLY: Final = 2_000
"""Characters of a reply that are read."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A step as it is judged, with the projected vectors of its question and its topic."""

    asked: Asked
    question: Array
    topic: Array


class LocalJudge:
    """Judges replies by their values, their words and their vectors; without a chat model.

    Args:
        embed: Gives the vectors that the network was fitted on (all-MiniLM-L6-v2).
        network: Weighs what was measured.
    """

    def __init__(self, embed: Embed, network: Network | None = None) -> None:
        self._embed = embed
        self._network = network or Network.shipped()
        self._asked: OrderedDict[Step, _Read] = OrderedDict()
        self._lock = threading.Lock()

    def probabilities(self, steps: Sequence[Step], reply: str) -> tuple[float, ...]:
        """For each step the probability, 0..1, that the reply gives what it asks."""
        if not steps:
            return ()
        whole, of_parts = self._log_odds(steps, self._read(reply))
        told = np.array([described(step) for step in steps], dtype=np.float32)
        return tuple(float(p) for p in self._network.probabilities(whole, of_parts, told))

    def _read(self, reply: str) -> list[Said]:
        """The reply, and after it its parts."""
        texts = [reply[:LONGEST_REPLY], *parts(reply[:LONGEST_REPLY])]
        return [said(t, vector) for t, vector in zip(texts, self._embed(texts), strict=True)]

    def _log_odds(self, steps: Sequence[Step], reply: Sequence[Said]) -> tuple[Array, Array]:
        """Of the reply, shape (steps,), and of its parts, shape (parts, steps)."""
        read = self._remembered(steps)
        alike = [of_reply(one) for one in reply]
        measured = [
            [*of_pair(step.asked, one), *more]
            for one, more in zip(reply, alike, strict=True)
            for step in read
        ]
        replies = np.stack([one.vector for one in reply]) @ self._network.projection
        found = self._network.log_odds(
            np.array(measured, dtype=np.float32),
            np.tile(np.stack([step.question for step in read]), (len(reply), 1)),
            np.tile(np.stack([step.topic for step in read]), (len(reply), 1)),
            np.repeat(replies, len(read), axis=0),
        ).reshape(len(reply), len(steps))
        return found[0], found[1:]

    def _remembered(self, steps: Sequence[Step]) -> list[_Read]:
        """The steps as they are judged; those that are new are read first."""
        with self._lock:
            new = list(dict.fromkeys(step for step in steps if step not in self._asked))
            self._asked.update(zip(new, self._read_steps(new), strict=True))
            found = [self._asked[step] for step in steps]
            while len(self._asked) > STEPS_KEPT:
                self._asked.popitem(last=False)
        return found

    def _read_steps(self, steps: Sequence[Step]) -> list[_Read]:
        if not steps:
            return []
        questions = self._embed([step.description for step in steps])
        topics = self._embed([topic_of(step) for step in steps])
        projection = self._network.projection
        return [
            _Read(asked(step, question, topic), question @ projection, topic @ projection)
            for step, question, topic in zip(steps, questions, topics, strict=True)
        ]
