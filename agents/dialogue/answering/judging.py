"""LocalJudge: the probability that a reply gives what each step asks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.dialogue.answering.features import Asked, Said, asked, of_pair, of_reply, said, topic_of
from agents.dialogue.answering.network import Network
from agents.dialogue.plan import Step

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to their unit vectors, shape (n, d)."""

STEPS_KEPT: Final = 256
LONGEST_REPLY: Final = 2_000
"""Characters of a reply that are read."""


class LocalJudge:
    """Judges replies by their values, their words and their vectors; without a chat model.

    Args:
        embed: Gives the vectors that the network was fitted on (all-MiniLM-L6-v2).
        network: Weighs what was measured.
    """

    def __init__(self, embed: Embed, network: Network | None = None) -> None:
        self._embed = embed
        self._network = network or Network.shipped()
        self._asked: OrderedDict[Step, Asked] = OrderedDict()

    def probabilities(self, steps: Sequence[Step], reply: str) -> tuple[float, ...]:
        """For each step the probability, 0..1, that the reply gives what it asks."""
        if not steps:
            return ()
        reply = reply[:LONGEST_REPLY]
        self._remember(steps)
        return self.judged([self._asked[step] for step in steps], self.read(reply))

    def read(self, reply: str) -> Said:
        """The reply as it is judged."""
        return said(reply, self._embed([reply])[0])

    def judged(self, steps: Sequence[Asked], reply: Said) -> tuple[float, ...]:
        """As `probabilities`, where steps and reply have been read."""
        alike = of_reply(reply)
        measured = np.array([[*of_pair(step, reply), *alike] for step in steps], dtype=np.float32)
        questions = np.stack([step.question for step in steps])
        topics = np.stack([step.topic for step in steps])
        likely = self._network.probabilities(measured, questions, topics, reply.vector)
        return tuple(float(p) for p in likely)

    def _remember(self, steps: Sequence[Step]) -> None:
        new = list(dict.fromkeys(step for step in steps if step not in self._asked))
        if new:
            texts = [text for step in new for text in (step.description, topic_of(step))]
            vectors = self._embed(texts)
            for at, step in enumerate(new):
                self._asked[step] = asked(step, vectors[2 * at], vectors[2 * at + 1])
        while len(self._asked) > max(STEPS_KEPT, len(steps)):
            self._asked.popitem(last=False)
