"""How a reply is meant: whether it gives anything at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Stance:
    """How a reply is meant. Several may be true of one reply.

    Attributes:
        indifferent: Anything will do ("you choose"): that settles what was asked.
        ignorant: The user does not know, or does not understand.
        asks: It is a question, or begins as one.
        only_asks: It is a question and nothing else.
        affirms: It says yes, or that something is fine.
        denies: It says no, or that there is none.
        declines: The user does not want to tell.
        puts_off: Later, another time, let me think.
        digresses: It announces another subject ("by the way").
    """

    indifferent: bool
    ignorant: bool
    asks: bool
    only_asks: bool
    affirms: bool
    denies: bool
    declines: bool
    puts_off: bool
    digresses: bool


def _cues(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_INDIFFERENT: Final = _cues(
    r"\b(?:do ?n[o']?t|dont|do not|doesn'?t|does not) (?:really )?(?:care|mind|matter)\b"
    r"|\bno (?:\w+ )?preferences?\b|\b(?:any|either|anything|whatever|whichever|anywhere|anytime"
    r"|any \w+|both|all of them)(?: \w+)?(?: is| are|'s| would be| will be| works?| will do"
    r"| goes)\b"
    r"|\b(?:whatever|whichever|wherever|whenever) (?:you|is|works|suits)\b"
    r"|\b(?:you|your) (?:choose|decide|pick|choice|call)\b|\bup to you\b|\bsurprise me\b"
    r"|\bit'?s all the same\b|\bi'?m (?:flexible|easy|open)\b|^(?:any|anything|whatever|either"
    r"|doesn'?t matter|no preference|anywhere|anytime)\W*$|\bnot (?:picky|fussy)\b"
    r"|\bmir (?:ist (?:das|es) )?(?:ganz |völlig )?(?:egal|gleich|wurst)\b|\b(?:egal|beliebig)\b"
    r"|\bkeine (?:besonderen? )?(?:präferenz|vorlieben?|wünsche|einschränkungen)\b"
    r"|\bspielt keine rolle\b|\b(?:such|wähl)e? du\b|\bentscheide? du\b|\bdu entscheidest\b"
    r"|\bbin (?:da )?(?:flexibel|offen)\b|\bhauptsache\b|\büberrasch\w* mich\b"
)
_IGNORANT: Final = _cues(
    r"\b(?:no|not (?:a|the (?:faintest|slightest)|any)) (?:idea|clue)\b|\bdunno\b|\bidk\b"
    r"|\bi (?:really )?(?:do ?n[o']?t|dont|do not) (?:really |quite |even )?"
    r"(?:know|understand|get (?:it|that|what|your))\b"
    r"|\b(?:have|haven'?t|hadn'?t) n(?:o|ot) .{0,20}(?:idea|decided|thought)|\bhaven'?t (?:decided"
    r"|thought|figured)\b|\bnot (?:quite |really |so )?sure(?! (?:but|about the rest))\b|\bunsure\b"
    r"|\bwhat do you mean\b|\bwhat does that mean\b|\bcan'?t (?:say|tell|decide)\b|\bno clue\b"
    r"|\bhard to say\b|\bundecided\b|\bwhat is (?:that|this)\b|^huh\b|\bi'?m (?:lost|confused)\b"
    r"|\bpardon\b|\bcome again\b|\bmakes? no sense\b"
    r"|\b(?:keine|null) ahnung\b|\bweiß (?:ich )?(?:(?:das|es|noch|auch|leider|gerade) )*nicht\b"
    r"|\bverstehe? (?:ich )?(?:(?:das|die frage|dich|sie|leider) )*nicht\b|\bwas meinst du\b"
    r"|\bwas meinen sie\b|\bkein(?:en)? plan\b|\b(?:noch )?(?:un|nicht )entschieden\b"
    r"|\b(?:nicht|un)(?: ganz| so)? ?sicher\b|\bwie bitte\b|\bwas heißt das\b|\bhä+\b"
    r"|\bschwer zu sagen\b"
)
_QUESTION_START: Final = _cues(
    r"^\W*(?:and |but |so |ok(?:ay)? |well |hm+ |und |aber |also )?(?:what|why|how|when|where|who"
    r"|which|can you|could you|do you|does|is there|are there|is it|are you|should i|may i"
    r"|was|warum|wieso|wie|wann|wo|wer|welche[rsn]?|kannst du|können sie|gibt es|ist das|soll ich"
    r"|muss ich)\b"
)
_AFFIRMS: Final = _cues(
    r"^\W*(?:yes|yeah|yep|yup|sure|of course|definitely|absolutely|certainly|correct|right|exactly"
    r"|ok(?:ay)?|fine|sounds good|i do|i am|i have|i would|i will|ja|jawohl|jo|klar|gerne|genau"
    r"|natürlich|sicher|auf jeden fall|stimmt|doch|passt)\b"
    r"|\b(?:is|are|be|that'?s|it'?s|am|i'?m) (?:okay|ok|fine|good|alright|all right|no problem)\b"
    r"|\b(?:no problem|don'?t mind|okay with|fine with|happy to|ist (?:okay|ok|in ordnung|gut))\b"
)
_DENIES: Final = _cues(
    r"^\W*(?:no|nope|nah|never|none|nothing|not (?:really|at all|yet)|neither|nein|nö|nee|kein\w*"
    r"|nichts|nie|gar nicht|noch nicht)\b"
    r"|\bi (?:do ?n[o']?t|dont|do not|have no|haven'?t|won'?t|am not|'m not)\b|\bthere (?:is|are)"
    r" (?:no|none)\b|\b(?:habe?|hab|gibt es|gibt's|brauche?) (?:ich )?(?:kein\w*|nichts)\b"
)
_DECLINES: Final = _cues(
    r"\b(?:rather not|prefer not|don'?t want to (?:say|tell|answer|share|give)|none of your"
    r"|not going to (?:tell|say)|i refuse|won'?t (?:tell|say)|möchte (?:ich )?(?:\w+ )?nicht sagen"
    r"|geht (?:dich|sie|niemanden) nichts an|sag(?:e)? ich nicht|will (?:ich )?(?:\w+ )?nicht "
    r"(?:sagen|verraten|angeben))\b"
)
_PUTS_OFF: Final = _cues(
    r"\b(?:let me (?:think|check|see|ask|look)|i(?:'ll| will| need to| have to| must) (?:think"
    r"|check|ask|look|get back)|later(?! than| this| today| in)|another time|give me a (?:moment"
    r"|minute|second)|one moment|hold on|wait|depends|we'?ll see|ask me (?:again|later)"
    r"|kommt (?:drauf|darauf) an|später|moment|warte|muss (?:ich )?(?:noch |erst |mal )*"
    r"(?:überlegen|nachdenken|nachsehen|fragen|schauen)|mal sehen|frag mich)\b"
)
_DIGRESSES: Final = _cues(
    r"\b(?:by the way|btw|speaking of|did you know|have you (?:heard|seen)|that reminds me"
    r"|tell me a joke|knock knock|ha(?:ha)+|lol|rofl|übrigens|apropos|da fällt mir ein|wusstest du"
    r"|witz|joke)\b"
)


def stance_of(reply: str) -> Stance:
    """How a reply is meant."""
    text = reply.replace("’", "'")
    asks = "?" in text or _QUESTION_START.search(text) is not None
    return Stance(
        indifferent=_INDIFFERENT.search(text) is not None,
        ignorant=_IGNORANT.search(text) is not None,
        asks=asks,
        only_asks=asks and _is_one_question(text),
        affirms=_AFFIRMS.search(text) is not None,
        denies=_DENIES.search(text) is not None,
        declines=_DECLINES.search(text) is not None,
        puts_off=_PUTS_OFF.search(text) is not None,
        digresses=_DIGRESSES.search(text) is not None,
    )


def _is_one_question(text: str) -> bool:
    """Whether all sentences are questions, by their first words: "March 3rd?" is an answer."""
    sentences = [part for part in re.split(r"(?<=[.!?])\s+", text.strip()) if part]
    return all(_QUESTION_START.search(part) is not None for part in sentences)
