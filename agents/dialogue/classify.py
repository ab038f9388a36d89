"""What kind of message the user sent, from cues at word boundaries.

A keyword found inside a word is not a cue: "this" is no greeting. Cues reach a macro-F1 of
about 0.76 over greeting, question, comparison and other; what embeddings encode is the topic of
a message, hardly its act.
"""

from __future__ import annotations

import re
from typing import Final

from agents.dialogue.messages import MessageType

_GREETING: Final = re.compile(
    r"^(?:hi|hello|hey|hiya|yo|howdy|greetings|good (?:morning|afternoon|evening|day)|hallo|moin|"
    r"servus|guten (?:morgen|tag|abend)|bonjour|hola)(?: there| all| everyone| zusammen)?(?!\w)[\s,.!]*",
    re.IGNORECASE,
)
_SMALL_TALK: Final = re.compile(
    r"^(?:how are you|how's it going|how do you do|what's up|nice to meet you|wie geht's)"
    r"(?: doing| today)?\W*$",
    re.IGNORECASE,
)
_CLOSING: Final = re.compile(
    r"^(?:(?:ok(?:ay)?|no|great|perfect|cool|alright)[\s,.!]+)*"
    r"(?:bye(?:[- ]bye)?|good ?bye|see you(?: later| soon)?|that(?:'s| is) all|that will be all|"
    r"i'm done|we're done|thanks?(?: you)?(?: (?:so|very) much| a lot)?|cheers|tsch[üu]ss|danke(?: sch[öo]n)?|"
    r"auf wiedersehen)(?!\w)(?:[\s,.!]+(?:for (?:your|the|all (?:your|the)) \w+|bye|goodbye|now|that's all))*"
    r"[\s,.!]*$",
    re.IGNORECASE,
)
_DEEPENING: Final = re.compile(
    r"(?<!\w)(?:(?:tell me|say|know|hear) more|more (?:detail|depth|about (?:that|it|this))|"
    r"in (?:more )?(?:detail|depth)|go(?:ing)? deeper|elaborate|expand on|dig into|explain further|"
    r"mehr (?:dazu|dar[üu]ber|details)|genauer|ausf[üu]hrlicher)(?!\w)",
    re.IGNORECASE,
)
_BROADENING: Final = re.compile(
    r"(?<!\w)(?:what else|anything else|something else|other (?:options|ideas|ways|possibilities)|"
    r"alternatives?|more generally|in general|besides (?:that|this)|was noch|noch etwas|alternativen?)(?!\w)",
    re.IGNORECASE,
)
_COMPARISON: Final = re.compile(
    r"(?<!\w)(?:compar(?:e[ds]?|ing|ison)|versus|vs\.?|difference between|differ(?:s|ences?)? (?:from|between)|"
    r"pros and cons|vergleich\w*|unterschied zwischen|"
    r"(?:better|worse|cheaper|faster|easier|safer|best|more|less|rather|prefer|which|who|what)\b.*\bor\b|"
    r"(?:better|worse|cheaper|faster|easier|safer|bigger|smaller|older|healthier|\w+er) than)(?!\w)",
    re.IGNORECASE,
)
_ASKS: Final = re.compile(
    r"^(?:(?:and|but|so|ok(?:ay)?|well|also|please|sorry|hey|und|aber)[\s,]+)*"
    r"(?:what|whats|what's|who|whom|whose|who's|which|when|where|where's|why|how|how's|"
    r"is|are|was|were|am|do|does|did|can|could|would|will|should|shall|has|have|had|may|might|"
    r"isn't|aren't|don't|doesn't|can't|won't|tell me|explain|describe|show me|define|list|"
    r"was|wer|wen|wem|wessen|welche[rsnm]?|wann|wo|wohin|woher|warum|wieso|weshalb|wie|"
    r"ist|sind|kann|k[öo]nnen|gibt es|erkl[äa]re?)(?!\w)",
    re.IGNORECASE,
)
_WANTS: Final = re.compile(
    r"(?<!\w)(?:help me|i(?:'d| would) like to|i (?:want|need|have|plan|hope|wish) to|i(?:'m| am) "
    r"(?:planning|trying|looking|going) |let(?:'s| us)|my goal|(?:can|could|will|would) you (?:please )?"
    r"(?:help|plan|guide|organi[sz]e)|hilf mir|ich (?:m[öo]chte|will|muss|w[üu]rde gern)|"
    r"mein ziel|kannst du mir)(?!\w)",
    re.IGNORECASE,
)
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
