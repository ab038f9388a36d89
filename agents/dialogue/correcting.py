"""What a correction changes: which earlier answer is meant, and what stands in for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from agents.dialogue.plan import Step
from agents.dialogue.state import ChatState

SHORTEST_WORD: Final = 4
"""Shorter words than this tell nothing about which answer is meant."""
LIKELY: Final = 0.5
"""Probability from which a value is one that a step asks for."""
CERTAIN: Final = 0.85
"""Probability from which it is, whatever else it may be."""

_OPENING: Final = re.compile(
    r"^(?:(?:oh|no|nope|sorry|wait|actually|correction|hmm+|well|ok(?:ay)?|nein|doch|moment|"
    r"eigentlich|entschuldigung|sorry|halt|ach)[\s,.:!–-]+)+",
    re.IGNORECASE,
)
_CUE: Final = re.compile(
    r"^(?:(?:i|we) (?:meant|mean|said)|make (?:it|that)|(?:let's|let us) (?:say|make it)|"
    r"(?:change|set|switch|update) (?:it|that|the \w+|my \w+)(?: \w+)?(?: to)?|it(?:'s| is)|"
    r"that(?:'s| is)|it should be|should be|scratch that|i changed my mind|"
    r"ich meinte|ich meine|mach(?:en wir)?(?: es| daraus)?|(?:ändere?|setze?) (?:es|das|den|die|"
    r"mein\w*) ?\w* ?(?:auf|zu|in)?|es (?:ist|sind)|lieber|doch)[\s,:]+",
    re.IGNORECASE,
)
_END: Final = re.compile(
    r"[\s,]+(?:instead|rather|after all|stattdessen|statt ?dessen|lieber|doch)[\s.!]*$",
    re.IGNORECASE,
)
_TURNS_OUT: Final = re.compile(
    r"^(?:es|wir|ich|das) \w+ doch (?P<new>.+?)(?: (?:mit|aus|ein|an))?[\s.!]*$", re.IGNORECASE
)
"""What German puts around the value, a separable prefix behind it among them."""
_NOT_BUT: Final = re.compile(
    r"\b(?:not|nicht)\b[^.!?;]{1,60}?[,\s]+(?:but|sondern)\s+(?P<new>.+)$", re.IGNORECASE
)
_INSTEAD_OF: Final = re.compile(
    r"^(?P<new>.+?)[\s,]+(?:instead of|rather than|and not|not|statt|anstatt|und nicht|nicht)\s.+$",
    re.IGNORECASE,
)
_SUBJECT: Final = re.compile(
    r"^(?:the|my|our|das|der|die|mein\w*|unser\w*) (?:\w+ ){1,2}(?:is|are|ist|sind) (?=\w)",
    re.IGNORECASE,
)
"""What "the country is Northern Ireland, not Ireland" names before the value."""
_WISH: Final = re.compile(
    r"\b(?:change|correct|update|edit|fix|switch|adjust|[äa]ndern?|korrigieren?|anpassen)\b"
    r"(?P<rest>.*)$",
    re.IGNORECASE,
)
_TO: Final = re.compile(r"\b(?:to|auf|zu|in)\s+(?P<new>.+)$", re.IGNORECASE)
_ANY_LETTER_OR_DIGIT: Final = re.compile(r"\w")


class Likelihood(Protocol):
    """Tells how likely a reply gives what steps ask for."""

    def probabilities(self, steps: Sequence[Step], reply: str) -> tuple[float, ...]:
        """One for each step, 0..1."""
        ...


@dataclass(frozen=True, slots=True)
class Change:
    """A correction of an earlier answer.

    Attributes:
        step: Index of the step whose answer is meant.
        value: What stands in for it; "" where the message does not say.
    """

    step: int
    value: str


def change_in(state: ChatState, text: str, likelihood: Likelihood | None) -> Change | None:
    """Which answer a correction changes, and to what.

    An answer is meant that is called by its step's title, else one that is quoted, else the one
    for which the new value is most likely made, the newest of equals.

    Returns:
        None where nothing tells which is meant.
    """
    if state.plan is None:
        return None
    told = [i for i, p in enumerate(state.progress) if p.status == "done" and p.said]
    if not told:
        return None
    steps = [state.plan.steps[i] for i in told]
    value = new_value(text, [step.title for step in steps])
    odds = likelihood.probabilities(steps, value) if likelihood and value else (0.0,) * len(told)
    called = [i for i, step in zip(told, steps, strict=True) if _calls(text, step.title)]
    if not called:
        called = [i for i in told if _quotes(text, state.progress[i].said)]
    if len(called) > 1:
        called = [max(called, key=lambda i: odds[told.index(i)])]
    if called:
        return Change(called[0], value)
    best = max(range(len(told)), key=lambda n: (odds[n], told[n]))
    if odds[best] < LIKELY or _suits_open_step(state, value, odds[best], likelihood):
        return None
    return Change(told[best], value)


def _suits_open_step(
    state: ChatState, value: str, odds: float, likelihood: Likelihood | None
) -> bool:
    """Whether a value that may be meant for an earlier step is likelier one for the open step."""
    if state.step is None or likelihood is None or odds >= CERTAIN:
        return False
    (here,) = likelihood.probabilities([state.step], value)
    return here > odds


def new_value(text: str, titles: Sequence[str] = ()) -> str:
    """What a correction puts in an answer's place; "" where it names nothing.

    Args:
        titles: Of the steps that may be meant: "the budget" alone is no new budget.
    """
    text = " ".join(text.split())
    if found := _NOT_BUT.search(text):
        return _trimmed(found["new"])
    text = _END.sub("", _OPENING.sub("", text))
    if wish := _WISH.search(text):
        named = _TO.search(wish["rest"])
        return _trimmed(named["new"]) if named else ""
    shorter = _TURNS_OUT.sub(r"\g<new>", _CUE.sub("", text))
    if found := _INSTEAD_OF.match(shorter):
        shorter = _SUBJECT.sub("", found["new"])
    for title in titles:
        shorter = _without_name(shorter, title)
    value = _trimmed(_END.sub("", shorter))
    names = {title.casefold() for title in titles}
    bare = re.sub(r"^(?:the|my|our|das|den|die|der|mein\w*)\s+", "", value, flags=re.IGNORECASE)
    return "" if bare.casefold() in names or not _ANY_LETTER_OR_DIGIT.search(value) else value


def _without_name(text: str, title: str) -> str:
    """What follows "(make) the <title> (is)" at the beginning of a text; else the text."""
    named = re.match(
        rf"^(?:make |set |put |setze? |mach(?:e)? )?(?:the |my |our |das |den |die |der |mein\w* )?"
        rf"{re.escape(title)}\b[\s:=]*"
        r"(?:(?:is|are|should be|to|at|ist|sind|soll|auf|zu)\s+(?:doch\s+)?)?(?P<new>.+)$",
        text,
        re.IGNORECASE,
    )
    return named["new"] if named else text


def _trimmed(value: str) -> str:
    return value.strip().strip("\"'“”„").rstrip(".!,; ").strip()


def _calls(text: str, title: str) -> bool:
    """Whether the text calls a step by a word of its title."""
    words = [w for w in re.findall(r"\w+", title.casefold()) if len(w) >= SHORTEST_WORD]
    stems = [w.rstrip("s") for w in words]
    return any(re.search(rf"(?<!\w){re.escape(stem)}", text.casefold()) for stem in stems)


def _quotes(text: str, said: str) -> bool:
    """Whether the text repeats an earlier answer, or a telling word or number of it."""
    words = set(re.findall(r"\d[\d.,]*|\w{4,}", said.casefold()))
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text.casefold()) for word in words)
