"""Whether a reply gives what a step of a plan asks, judged without any model of language.

What the step asks for (`wanted`: an amount, a date, a place, ...) is held against what the reply
gives (`finding`: typed values, English and German) and how it is meant (`stance`: does not know,
does not mind, asks back). These and the vectors of step and reply (`features`) go into a small
network (`network`, fitted by ``python -m benchmarks.answering``), whose probability is calibrated.
"""

from agents.dialogue.answering.clauses import extract, parts, sentences, without
from agents.dialogue.answering.finding import Found, find
from agents.dialogue.answering.judging import Embed, LocalJudge
from agents.dialogue.answering.kinds import Kind
from agents.dialogue.answering.picking import picks
from agents.dialogue.answering.reasons import reason_for
from agents.dialogue.answering.stance import Stance, stance_of
from agents.dialogue.answering.volunteering import place_in, volunteered
from agents.dialogue.answering.wanted import by_question, by_title

__all__ = [
    "Embed",
    "Found",
    "Kind",
    "LocalJudge",
    "Stance",
    "by_question",
    "by_title",
    "extract",
    "find",
    "parts",
    "picks",
    "place_in",
    "reason_for",
    "sentences",
    "stance_of",
    "volunteered",
    "without",
]
