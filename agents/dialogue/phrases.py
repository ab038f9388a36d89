"""The assistant's own sentences, in the languages it has them in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from agents.dialogue.plan import Plan, Step


@dataclass(frozen=True, slots=True)
class Phrases:
    """The sentences that come from the plan and not from a model, in one language."""

    hello: str
    goodbye: str
    plan: str
    step: str
    back: str
    clarify: str
    skipped: str
    done: str
    template_said: str

    def begin(self, plan: Plan) -> str:
        """The plan at a glance, and its first question."""
        titles = " → ".join(step.title for step in plan.steps)
        return f"{self.plan.format(titles=titles)}\n\n{self.ask(1, len(plan.steps), plan.steps[0])}"

    def ask(self, number: int, total: int, step: Step) -> str:
        """The question of a step when it is reached."""
        return self.step.format(number=number, total=total, question=step.description)

    def resume(self, number: int, step: Step) -> str:
        """The way back to a step after something else."""
        return self.back.format(number=number, question=step.description)

    def explain(self, step: Step) -> str:
        """What a step needs."""
        return self.clarify.format(
            wanted=step.expected_response.strip().rstrip("."), question=step.description
        )


ENGLISH: Final = Phrases(
    hello="Hello! What would you like to get done? Tell me your goal and I will draft a plan.",
    goodbye="You are welcome. This conversation is kept: come back to it whenever you like.",
    plan="The plan: {titles}.",
    step="**Step {number} of {total}.** {question}",
    back="Back to step {number}: {question}",
    clarify="To go on, I would need: {wanted}. {question}",
    skipped="Let us leave this one open and go on.",
    done="That was the last step: the plan is complete.",
    template_said="I could not draft a plan of its own for this goal, so here is a general one.",
)
GERMAN: Final = Phrases(
    hello="Hallo! Was möchtest du erreichen? Nenne mir dein Ziel, dann entwerfe ich einen Plan.",
    goodbye="Gern geschehen. Dieses Gespräch bleibt erhalten: Komm zurück, wann immer du magst.",
    plan="Der Plan: {titles}.",
    step="**Schritt {number} von {total}.** {question}",
    back="Zurück zu Schritt {number}: {question}",
    clarify="Um weiterzukommen, brauche ich: {wanted}. {question}",
    skipped="Lassen wir das offen und machen weiter.",
    done="Das war der letzte Schritt: Der Plan ist abgeschlossen.",
    template_said="Für dieses Ziel konnte ich keinen eigenen Plan entwerfen; hier ist ein "
    "allgemeiner.",
)

_GERMAN_WORDS: Final = re.compile(
    r"\b(?:ich|und|der|die|das|ein|eine|einen|nicht|ist|mir|mich|für|mit|wie|was|möchte|hallo|"
    r"guten|zu|auf|wir|bitte|danke|kann|hilf|plane|im|am|nach)\b",
    re.IGNORECASE,
)
_ENGLISH_WORDS: Final = re.compile(
    r"\b(?:i|and|the|a|an|not|is|me|my|for|with|how|what|want|hello|to|on|we|please|thanks|can|"
    r"help|plan|in|of|it|you|do)\b",
    re.IGNORECASE,
)


def phrases_for(text: str) -> Phrases:
    """The phrases in a text's language: German where its common words prevail, else English."""
    german = len(_GERMAN_WORDS.findall(text))
    return GERMAN if german > len(_ENGLISH_WORDS.findall(text)) else ENGLISH
