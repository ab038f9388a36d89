"""What to try when a reply does not meet a step, one rung after another.

The step's own fallback comes first, then other words with examples; nobody is asked about a step
more than three times. What nobody needs is skipped then, and what is needed is left open, with
the offer to hand the conversation to a person.
"""

from __future__ import annotations

from typing import Final, Literal

from agents.dialogue.plan import Step

Rung = Literal["clarify", "rephrase", "say_fallback", "skip", "leave_open"]
MOST_TRIES: Final = 3
SHORTEST_SENTENCE: Final = 3


def rung(step: Step, attempts: int) -> Rung:
    """The rung after `attempts` earlier replies that did not meet the step, 0 and up."""
    if attempts >= MOST_TRIES - 1:
        return "skip" if step.optional else "leave_open"
    own = fallback_kind(step)
    other: Rung = "clarify" if own == "rephrase" else "rephrase"
    return other if attempts else own


def fallback_kind(step: Step) -> Rung:
    """What the step's fallback asks for: a word of ours, else its text is to be said.

    A text of one or two words is no sentence to say; small models translate the words of ours
    so ("Erkläre.").
    """
    text = step.fallback.strip().rstrip(".!").lower()
    if text == "rephrase":
        return "rephrase"
    return "clarify" if len(text.split()) < SHORTEST_SENTENCE else "say_fallback"
