"""Judges whether a reply meets a step's success criteria: by a rule, locally, or by the model."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from ag2 import Agent
from ag2.config import ModelConfig
from pydantic import ValidationError

from agents.calling import calling
from agents.dialogue import prompts
from agents.dialogue.answering import (
    LocalJudge,
    picks,
    reason_for,
    sentences,
    stance_of,
    volunteered,
)
from agents.dialogue.plan import Step, Verdict
from agents.errors import RepriseError
from agents.models.pending import without_chance
from agents.models.stream import DirectStream

logger = logging.getLogger(__name__)

_NOT_A_WORD: Final = re.compile(r"^[\W_]*$")

MET_FROM: Final = 0.90
"""Probability from which the local judgement decides that a step is met: see
``python -m benchmarks.answering``."""
LIKELY_MET_FROM: Final = 0.60
"""The same beside a small chat model, whose "no" to a likely answer is wrong more often than the
local judgement: of the answers it refused in the transcripts, most were good."""
NOT_MET_BELOW: Final = 0.10
"""Probability below which it decides that a step is not met."""
VOLUNTEERED_FROM: Final = 0.85
"""Probability from which a step that nobody asked about yet counts as answered, where the reply
has a value that tells: by the probability alone, a will's executor would be named "Write"."""
EVEN: Final = 0.5
LONGEST_WAIT: Final = 20.0
"""Seconds that the model has for a verdict."""


@dataclass(frozen=True, slots=True)
class Unasked:
    """An answer to a step that nobody asked about yet.

    Attributes:
        text: The sentence of the message that gives it; the whole of it where no sentence does.
        verdict: That the step is met.
    """

    text: str
    verdict: Verdict


class Evaluator:
    """Judges replies.

    Args:
        model: Answers with JSON that fits a schema.
        local: Judges without the model; None: the model judges what no rule decides.
        met_from: Probability from which the local judgement decides that a step is met, 0..1.
        longest_wait: Seconds after which the model's verdict is not waited for any longer.
    """

    def __init__(
        self,
        model: ModelConfig,
        local: LocalJudge | None = None,
        *,
        met_from: float = MET_FROM,
        longest_wait: float = LONGEST_WAIT,
    ) -> None:
        self._agent = Agent("judge", prompts.JUDGE, config=without_chance(model))
        self._local = local
        self._met_from = met_from
        self._longest_wait = longest_wait

    async def judge(
        self, step: Step, reply: str, before_asking: Callable[[], None] = lambda: None
    ) -> Verdict:
        """Whether the reply meets the step.

        A rule decides first, then the local judgement where it is certain, and the model in
        between. Where the model fails or takes too long, the likelier verdict stands.

        Args:
            before_asking: Called where the model is going to be asked, which takes a while.
        """
        ruled = _by_rule(reply) or _by_place(step, reply)
        if ruled is not None:
            return ruled
        likely = await self._likely(step, reply)
        if likely is not None and self._is_certain(step, reply, likely):
            return _local_verdict(step, reply, likely)
        before_asking()
        return await self._by_model(step, reply, likely)

    def unasked(self, steps: Sequence[Step], message: str) -> tuple[Unasked | None, ...]:
        """For each step the answer that the message volunteers, where that is as good as certain.

        Each sentence is judged by itself, so that what it stands among neither hides an answer nor
        is kept with it; the whole message is judged for what its sentences say together.
        """
        texts = (message, *sentences(message))
        by_text = (self._volunteered(steps, text) for text in texts)
        return tuple(_surest(*of_step) for of_step in zip(*by_text, strict=True))

    def _volunteered(self, steps: Sequence[Step], text: str) -> list[Unasked | None]:
        # "You choose" answers what was asked, and nothing else.
        nothing_told = _by_rule(text) is not None or stance_of(text).indifferent
        if self._local is None or nothing_told:
            return [None] * len(steps)
        likely = self._local.probabilities(steps, text)
        return [
            Unasked(text, _local_verdict(step, text, p))
            if p >= VOLUNTEERED_FROM and volunteered(step, text)
            else None
            for step, p in zip(steps, likely, strict=True)
        ]

    def _is_certain(self, step: Step, reply: str, likely: float) -> bool:
        """Whether the local judgement decides; no reply is refused by it that has what is asked."""
        if likely >= self._met_from:
            return True
        return likely < NOT_MET_BELOW and not volunteered(step, reply)

    async def _likely(self, step: Step, reply: str) -> float | None:
        if self._local is None:
            return None
        (likely,) = await asyncio.to_thread(self._local.probabilities, [step], reply)
        return likely

    async def _by_model(self, step: Step, reply: str, likely: float | None) -> Verdict:
        try:
            async with asyncio.timeout(self._longest_wait):
                met = await self._ask(step, reply)
        except TimeoutError:
            return _without_model(step, reply, likely, "The model took too long to judge")
        except RepriseError as error:
            logger.warning("the model could not judge a reply: %s", error.message)
            return _without_model(step, reply, likely, "The model could not judge")
        if met is None:
            return _without_model(step, reply, likely, "The model's verdict could not be read")
        reason = reason_for(step, reply, met=met)
        return Verdict(met=met, reason=reason, by="model", probability=likely)

    async def _ask(self, step: Step, reply: str) -> bool | None:
        with calling(agent="judge"):
            asked = await self._agent.ask(
                prompts.judgement(step, reply), stream=DirectStream(), response_schema=bool
            )
        try:
            met = await asked.content()
        except ValidationError:
            return None
        return None if met is None else bool(met)


def _surest(together: Unasked | None, *single: Unasked | None) -> Unasked | None:
    """The sentence that answers most surely; what all say together where none does."""
    found = [one for one in single if one is not None]
    return max(found, key=lambda one: one.verdict.probability or 0.0, default=together)


def _by_rule(reply: str) -> Verdict | None:
    """What needs no judgement: nothing was said, or only asked back."""
    if _NOT_A_WORD.match(reply):
        return Verdict(met=False, reason="There is no word in the reply.", by="rule")
    stance = stance_of(reply)
    if stance.only_asks and not stance.indifferent:
        return Verdict(met=False, reason="The reply only asks back.", by="rule")
    return None


def _by_place(step: Step, reply: str) -> Verdict | None:
    """What chooses one of the things that the question offers is enough."""
    if picks(step.description, reply):
        return Verdict(met=True, reason="It chooses one of what was offered.", by="rule")
    return None


def _local_verdict(step: Step, reply: str, likely: float) -> Verdict:
    met = likely >= EVEN
    reason = reason_for(step, reply, met=met)
    return Verdict(met=met, reason=reason, by="local", probability=likely)


def _without_model(step: Step, reply: str, likely: float | None, why: str) -> Verdict:
    """The likelier verdict; not met where nothing tells which that is."""
    if likely is None:
        return Verdict(met=False, reason=f"{why}.", by="model")
    local = _local_verdict(step, reply, likely)
    return Verdict(met=local.met, reason=f"{why}. {local.reason}", by="local", probability=likely)
