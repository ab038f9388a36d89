"""What members are told to do beside their own prompts, and what they answer with.

A job stands at the end of the system prompt and is static; the task changes and comes last.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal

from pydantic import BaseModel, Field

from agents.dialogue.language import language_of
from agents.teams.member import Member

MOST_PARTS: Final = 4
LONGEST_PART: Final = 500
"""Characters of a part of a task; what a model writes beyond that is no task."""

CHOOSE: Final = (
    "You get a task, the experts of your team, and perhaps what some of them said already. Choose "
    "the experts who have something to say to it that is still missing, and write for each in one "
    "or two sentences what to look at. Nobody sees more than you write and the task. Use the names "
    'as they are given. If nothing is missing, answer {"asks": []}.'
)
PUT_TOGETHER: Final = (
    "You get a task and what your experts said about it. Write the answer to the task for the "
    "person who asked. Begin with a clear recommendation in one sentence. Then take the most "
    "important point of each expert, one sentence for each, and end with what to do first. At most "
    "seven sentences, no list. Where experts disagree, say so. Do not speak of experts or of a "
    "team."
)
ASSESS: Final = (
    "You get a task. Say how complex it is.\n"
    "simple: one person answers it at once, in a few sentences.\n"
    "medium: it has two or three sides that can be worked on one by one.\n"
    "complex: it has several parts, each of them work of its own.\n"
    'Answer with {"complexity": "simple"}, {"complexity": "medium"} or {"complexity": "complex"}.'
)
TAKE_APART: Final = (
    "You get a task. Take it apart into 2 to 4 smaller tasks that do not overlap and that together "
    "do all of it. Each is one sentence that can be understood by somebody who reads nothing else: "
    "repeat names, places and numbers. Do not repeat the task itself, and do not solve anything. "
    "Write in the language of the task.\n"
    "Task: Plan a summer party for 40 employees in Graz\n"
    '{"parts": ["Find a place for a summer party of 40 people in Graz.", "Plan food and drinks for '
    'a summer party of 40 people.", "Plan two hours of entertainment for 40 employees at a summer '
    'party."]}\n'
    "Task: Einen Online-Shop für Honig eröffnen\n"
    '{"parts": ["Klären, was man rechtlich braucht, um Honig online zu verkaufen.", "Ein '
    'Shop-System für einen kleinen Honig-Shop auswählen.", "Verpackung und Versand von '
    'Honiggläsern planen."]}'
)
JOIN: Final = (
    "You get the solutions of the parts of a task, and the task. Write the solution of the whole "
    "task from them: one or two sentences for each part, which keep its concrete details, in a "
    "sensible order and without repeating. Do not just name the parts, and do not speak of parts."
)


class Ask(BaseModel):
    """One question of the director's to an expert."""

    expert: str
    task: str


class Asks(BaseModel):
    """Whom the director asks."""

    asks: list[Ask]


class Assessment(BaseModel):
    """How complex a task is."""

    complexity: Literal["simple", "medium", "complex"]


class Parts(BaseModel):
    """What a task is taken apart into; a grammar keeps a small model from writing on and on."""

    parts: list[str] = Field(max_length=MOST_PARTS)


def with_job(member: Member, job: str) -> Member:
    """The member with a job."""
    return replace(member, prompt=f"{member.prompt}\n\n{job}")


def missing(task: str, what: list[str]) -> str:
    """The sentence that says what a result lacks, in the language of the task; "" for nothing."""
    if not what:
        return ""
    lead = "Not part of this answer" if language_of(task) == "en" else "Hier fehlt"
    return f"*{lead}: {'; '.join(one.rstrip('.') for one in what)}.*"
