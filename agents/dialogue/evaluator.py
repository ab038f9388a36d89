"""Judges whether a reply meets the current step's success criteria."""

from __future__ import annotations

import re
from typing import Final

from ag2 import Agent
from ag2.config import ModelConfig
from pydantic import ValidationError

from agents.dialogue import prompts
from agents.dialogue.plan import Step, Verdict
from agents.models.stream import DirectStream

_NOT_A_WORD: Final = re.compile(r"^[\W_]+$")


class Evaluator:
    """Judges replies.

    Args:
        model: Answers with JSON that fits a schema.
    """

    def __init__(self, model: ModelConfig) -> None:
        self._agent = Agent("judge", prompts.JUDGE, config=model)

    async def judge(self, step: Step, reply: str) -> Verdict:
        """Whether the reply meets the step. A verdict that cannot be read counts as not met."""
        if _NOT_A_WORD.match(reply):
            return Verdict(met=False, reason="There is no word in the reply.", by="rule")
        asked = await self._agent.ask(
            prompts.judgement(step, reply), stream=DirectStream(), response_schema=bool
        )
        try:
            met = await asked.content()
        except ValidationError:
            met = None
        if met is None:
            return Verdict(met=False, reason="The model's verdict could not be read.", by="model")
        outcome = "It is enough" if met else "Still open"
        return Verdict(met=bool(met), reason=f"{outcome}: {step.success_criteria}", by="model")
