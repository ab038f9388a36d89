"""What the assistant says of the plan and of what is known, put together from its phrases."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from agents.dialogue.language import Language, spoken_language
from agents.dialogue.messages import Reply, UserMessage
from agents.dialogue.phrases import Kind, Phrases, phrases
from agents.dialogue.phrases import listed as facts_listed
from agents.dialogue.plan import Step
from agents.dialogue.state import ChatState
from agents.dialogue.turn import Turn

_YES_OR_NO: Final = re.compile(
    r"(?:do|does|did|is|are|was|were|have|has|had|can|could|will|would|should|shall|may|might|"
    r"hast|habt|haben|hat|bist|ist|sind|seid|war|gibt|kannst|k[öo]nnt|k[öo]nnen|willst|"
    r"m[öo]chte\w*|brauch\w*|soll\w*|darf)\b",
    re.IGNORECASE,
)


def sentences(*parts: str) -> str:
    """The parts one after another, those that are there."""
    return " ".join(part for part in parts if part)


def paragraphs(*parts: str) -> str:
    """The parts as paragraphs, those that are there."""
    return "\n\n".join(part for part in parts if part)


def language(turn: Turn) -> Language:
    """The language of the user's newest message that tells one: a bare number does not."""
    return language_of_talk(turn.state)


def language_of_talk(state: ChatState) -> Language:
    """The same of a conversation as it stands."""
    texts = (m.text for m in reversed(state.messages) if isinstance(m, UserMessage))
    return next((told for text in texts if (told := spoken_language(text))), "en")


def wish_for_team(state: ChatState) -> str:
    """What a button says for the user who takes up the offer of the team."""
    return phrases(language_of_talk(state)).pick("ask_team")


def words(turn: Turn) -> Phrases:
    """The assistant's sentences in the user's language."""
    return phrases(language(turn))


def said(turn: Turn) -> list[str]:
    """What the assistant said of itself before, oldest first."""
    replies = (m for m in turn.state.messages if isinstance(m, Reply))
    return [reply.guidance for reply in replies if reply.guidance]


def phrase(turn: Turn, kind: Kind, **values: object) -> str:
    """One of the assistant's sentences, worded as it was not worded before."""
    return words(turn).pick(kind, said(turn), **values)


def heard(turn: Turn) -> str:
    """That the message was heard, before anything is known of it."""
    before = [m.answer for m in turn.state.messages if isinstance(m, Reply)]
    return words(turn).pick("heard", before)


def listed(turn: Turn, titles: Sequence[str]) -> str:
    """The titles as in a sentence: "Dates, Budget and Hotel"."""
    return words(turn).all_of(titles) if titles else ""


def is_yes_or_no(step: Step | None) -> bool:
    """Whether a yes or a no would answer the step: then nothing else is to be offered with it."""
    return step is not None and _YES_OR_NO.match(step.description) is not None


def begin_gently(turn: Turn, text: str) -> str:
    """The text after an opening for somebody who is confused or annoyed."""
    return sentences(words(turn).opening(turn.message.mood, said(turn)), text)


def next_question(turn: Turn) -> str:
    """The question of the current step; after the last, what was gathered."""
    state = turn.state
    if state.plan is None:
        return ""
    if state.current is None:
        return gathered(turn)
    step = state.plan.steps[state.current]
    return words(turn).ask(state.current + 1, len(state.plan.steps), step, said(turn))


def way_back(turn: Turn) -> str:
    """One line back to the current step; "" where there is none."""
    state = turn.state
    if state.step is None or state.current is None:
        return ""
    return words(turn).resume(state.current + 1, state.step, said(turn))


def explained(turn: Turn, step: Step) -> str:
    """What a step needs."""
    return words(turn).explain(step, said(turn))


def examples(turn: Turn, step: Step) -> str:
    """Answers to choose from; "" where the step has none."""
    return words(turn).exemplify(step, said(turn)) if step.examples else ""


def gathered(turn: Turn) -> str:
    """That the plan is complete, and what the user said for its steps."""
    state = turn.state
    if state.plan is None:
        return ""
    pairs = zip(state.plan.steps, state.progress, strict=True)
    left = [step.title for step, progress in pairs if progress.status == "skipped"]
    end = phrase(turn, "done_open", titles=listed(turn, left)) if left else phrase(turn, "done")
    facts = facts_listed(state.answers)
    return paragraphs(end, phrase(turn, "summary") if facts else "", facts)


def overview(turn: Turn) -> str:
    """Every step of the plan, with what was said for it and which is the current one."""
    state = turn.state
    if state.plan is None:
        return phrase(turn, "no_plan_yet")
    return words(turn).overview(state.plan, state.progress, said(turn))
