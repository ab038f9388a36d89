"""What kind of message the user sent, from cues at word boundaries.

A keyword found inside a word is not a cue: "this" is no greeting. Cues reach a macro-F1 of
about 0.76 over greeting, question, comparison and other; what embeddings encode is the topic of
a message, hardly its act.
"""

from __future__ import annotations

import re
from typing import Final

from agents.dialogue.messages import MessageType


def _cue(*alternatives: str) -> re.Pattern[str]:
    """Any of the alternatives, from a word's beginning to a word's end."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(alternatives)})(?!\w)", re.IGNORECASE)


def _opening(*alternatives: str, after: str = "", end: str = "") -> re.Pattern[str]:
    """Any of the alternatives at the beginning of a message."""
    return re.compile(rf"^{after}(?:{'|'.join(alternatives)})(?!\w){end}", re.IGNORECASE)


_GREETING: Final = _opening(
    r"(?:hi|hello|hey|hiya|yo|howdy|greetings|hallo|moin|servus|bonjour|hola|"
    r"good (?:morning|afternoon|evening|day)|guten (?:morgen|tag|abend))"
    r"(?: there| all| everyone| zusammen)?",
    end=r"[\s,.!]*",
)
_SMALL_TALK: Final = _opening(
    r"how are you", r"how's it going", r"how do you do", r"what's up", r"nice to meet you",
    r"wie geht's",
    end=r"(?: doing| today)?\W*$",
)  # fmt: skip
_CLOSING: Final = _opening(
    r"bye(?:[- ]bye)?", r"good ?bye", r"see you(?: later| soon)?", r"that(?:'s| is) all",
    r"that will be all", r"(?:i'm|we're) done", r"thanks?(?: you)?(?: (?:so|very) much| a lot)?",
    r"cheers", r"tsch[üu]ss", r"danke(?: sch[öo]n)?", r"auf wiedersehen",
    after=r"(?:(?:ok(?:ay)?|no|great|perfect|cool|alright)[\s,.!]+)*",
    end=r"(?:[\s,.!]+(?:for (?:your|the|all (?:your|the)) \w+|bye|goodbye|now|that's all|"
    r"thanks?(?: you)?|danke))*[\s,.!]*$",
)  # fmt: skip
_DEEPENING: Final = _cue(
    r"(?:tell me|say|know|hear) more", r"more (?:detail|depth|about (?:that|it|this))",
    r"in (?:more )?(?:detail|depth)", r"go(?:ing)? deeper", r"elaborate", r"expand on",
    r"dig into", r"explain further", r"mehr (?:dazu|dar[üu]ber|details)", r"genauer",
    r"ausf[üu]hrlicher",
)  # fmt: skip
_BROADENING: Final = _cue(
    r"(?:what|anything|something) else", r"other (?:options|ideas|ways|possibilities)",
    r"alternatives?", r"more generally", r"in general", r"besides (?:that|this)", r"was noch",
    r"noch etwas", r"alternativen?",
)  # fmt: skip
_COMPARISON: Final = _cue(
    r"compar(?:e[ds]?|ing|ison)", r"versus", r"vs\.?", r"differ(?:s|ences?)? (?:from|between)",
    r"pros and cons", r"vergleich\w*", r"unterschied zwischen",
    r"(?:better|worse|cheaper|faster|easier|safer|best|more|less|rather|prefer|which|who|what)\b"
    r".*\bor",
    r"(?:worse|\w+er) than",
)  # fmt: skip
_SUBJECT: Final = (
    r"(?:i|you|he|she|it|we|they|there|this|that|these|those|the|an?|my|your|our|any|some|one)\b"
)
_ASKS: Final = _opening(
    r"what(?:'?s)?", r"who(?:'s|m|se)?", r"which", r"when", r"where(?:'s)?", r"why", r"how(?:'s)?",
    # "Should be cheap" and "Is fine" tell, "May" is a month, and "Don't know" asks nobody.
    r"(?:is|are|was|were|am|does|did|can|could|would|should|shall|isn't|aren't|doesn't|can't)"
    r"(?= \w)(?! (?:be|do|not|fine|ok|okay|good|great|nice)\b)",
    rf"(?:do|has|have|had|may|might|will|don't|won't)(?= {_SUBJECT})",
    r"tell me", r"explain", r"describe", r"show me", r"define", r"list", r"wer", r"wen", r"wem",
    r"wessen", r"welche[rsnm]?", r"wann", r"wo", r"wohin", r"woher", r"warum", r"wieso", r"weshalb",
    r"wie", r"ist", r"sind", r"kann", r"k[öo]nnen", r"gibt es", r"erkl[äa]re?",
    after=r"(?:(?:and|but|so|ok(?:ay)?|well|also|please|sorry|hey|und|aber)[\s,]+)*",
)  # fmt: skip
_WANTS: Final = _cue(
    r"help me", r"i(?:'d| would) like to", r"i (?:want|need|have|plan|hope|wish) to",
    r"i(?:'m| am) (?:planning|trying|looking|going)", r"let(?:'s| us)", r"my goal",
    r"(?:can|could|will|would) you (?:please )?(?:help|plan|guide|organi[sz]e)", r"hilf mir",
    r"ich (?:m[öo]chte|will|muss|w[üu]rde gern)", r"mein ziel", r"kannst du mir",
)  # fmt: skip
_MOST_WORDS_BESIDE_A_GREETING: Final = 3


def classify(text: str) -> MessageType:
    """The type of a message.

    Args:
        text: Not blank.

    Returns:
        The first of closing, greeting, deepening, broadening, comparison and question whose
        cues are found, else topic_introduced.
    """
    text = text.strip()
    if _CLOSING.match(text):
        return MessageType.CLOSING
    if is_greeting(text):
        return MessageType.GREETING
    text = _GREETING.sub("", text, count=1)
    if _DEEPENING.search(text):
        return MessageType.DEEPENING
    if _BROADENING.search(text) and asks(text):
        return MessageType.BROADENING
    if _COMPARISON.search(text):
        return MessageType.COMPARISON_MADE
    return MessageType.QUESTION_ASKED if asks(text) else MessageType.TOPIC_INTRODUCED


def is_greeting(text: str) -> bool:
    """Whether the message greets and does little else."""
    if not (found := _GREETING.match(text)):
        return bool(_SMALL_TALK.match(text))
    rest = text[found.end() :]
    return bool(_SMALL_TALK.match(rest)) or (
        "?" not in rest and len(rest.split()) <= _MOST_WORDS_BESIDE_A_GREETING and not asks(rest)
    )


def asks(text: str) -> bool:
    """Whether the message asks something: a question mark at an end, or a question's opening."""
    return bool(re.search(r"\?[\s\"')*_]*(?:$|\s)", text)) or bool(_ASKS.match(text.strip()))


def wants(text: str) -> bool:
    """Whether the message states something the user wants to get done."""
    return bool(_WANTS.search(text))
