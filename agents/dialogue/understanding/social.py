"""What people say to each other that is about nothing: greetings, thanks, farewells, yes and no."""

from __future__ import annotations

import re
from typing import Final

from agents.dialogue.understanding.asking import asks
from agents.dialogue.understanding.reading import Clause, opening, trimmed, whole

_HELLO: Final = (
    r"(?:(?:well |oh |why )?(?:hi+|hello+|hey+|hiya|yo|howdy|greetings|salutations|ahoy|aloha|"
    r"namaste|g'day|hallo|halli ?hallo|moin(?: moin)?|servus|gr[üu](?:[sß]|ss)+ (?:dich|gott|euch)|"
    r"gr[üu]ezi|bonjour|hola|ciao|salut|good (?:morning|afternoon|evening|day)|morning|"
    r"guten (?:morgen|tag|abend)|na(?= du)|hi there))"
    r"(?:[\s,]+(?:there|all|everyone|everybody|again|friend|folks|you|buddy|mate|assistant|bot|ai|"
    r"zusammen|nochmal|du|reprise|hi|hello|hey))*"
)
_GREETING: Final = opening(_HELLO, after=r"\W*+", end=r"[\s,.!:;–—👋🙂😊-]*")
_WELL: Final = r"(?:well|ok(?:ay)?|good|fine|alright|all right|great)"
_TODAY: Final = (
    r"(?:[\s,]+(?:today|tonight|this (?:morning|evening|afternoon)|right now|now|lately|these days|"
    r"there|my friend|friend|buddy|mate|ai|with you|for you|so far|heute|denn|so|dir|euch|ihnen))*"
)
_SMALL_TALK: Final = re.compile(
    r"\W*+(?:(?:and|so|but|und|na)[\s,]+)*(?:\w+[,!] )?(?:(?:can|could|would|will) you )?"
    r"(?:(?:please )?(?:tell me|let me know) )?(?:"
    r"how (?:are|r) (?:you|u|ya|things|you all)(?: (?:doing|feeling|going|treating you|"
    r"holding up))?|"
    r"how(?:'s| is| are) (?:it|everything|all|life|your (?:day|morning|evening|week|night)|things)"
    r"(?: (?:going|treating you|been|so far))?|"
    r"how(?:'ve| have) you been(?: (?:doing|feeling|keeping))?|how (?:do you do|goes it|"
    r"ya doin[g']?)|"
    r"how you(?:'re| are)?(?: doing| feeling| doin'?| been)|how (?:do|are) you feel(?:ing)?|"
    r"what(?:'s| is) (?:up|new|happening|good)|wh?at'?s ?up|wass?up|sup|"
    rf"are (?:you|things) (?:doing |feeling |going )?{_WELL}|have you been (?:doing )?{_WELL}|"
    rf"is everything (?:going )?{_WELL}|(?:it's )?(?:nice|good|great|pleased) to (?:meet|see) you|"
    r"wie geht(?:'?s| es)|wie l[äa]uft(?:'?s| es)|alles (?:gut|klar|ok(?:ay)?)(?: bei dir)?|"
    r"was geht|"
    r"freut mich"
    rf"){_TODAY}(?=\W*+\Z|[?!.])\W*+",
    re.IGNORECASE,
)
_THANKS: Final = (
    r"(?:(?:many |no |ok |okay )?thanks?(?! to\b)(?: (?:you|u|ya))?(?: (?:so|very) much| a lot|"
    r" a ton|"
    r" a bunch| again| anyway)*|thank you(?: (?:so|very) much| again| kindly)*|thx|tysm|ty|cheers|"
    r"much appreciated|(?:i )?(?:really )?appreciate (?:it|that|your help)|"
    r"(?:vielen |tausend |herzlichen |besten |lieben )?dank(?:e(?: (?:sch[öo]n|sehr|vielmals|dir|"
    r"ihnen|euch))?)?|merci)"
    r"(?: (?:for|f[üu]r) (?:(?:all|your|the|that|this|it|everything|help|helping|me|info|deine|die|"
    r"das|alles|hilfe|ihre|advice|tip|tips|information|answer|patience)\s?)+)?"
)
_FAREWELL: Final = (
    r"(?:good ?bye|bye(?:[- ]?bye)*|see (?:you|ya)(?: (?:later|soon|around|tomorrow|then))?|cya|"
    r"talk (?:to you )?(?:later|soon)|have a (?:good|great|nice|lovely) "
    r"(?:\w+)(?: (?:too|ahead))?|good ?night|(?:you|same to you)(?: have a \w+ \w+)? too|"
    r"take care|until next time|farewell|so long|"
    r"tsch(?:[üu]ss?|au)(?:i)?|tschö|ciao(?: ciao)?|auf wiedersehen|auf wiederh[öo]ren|"
    r"bis (?:bald|sp[äa]ter|dann|morgen|zum n[äa]chsten mal)|mach'?s gut|"
    r"(?:einen )?sch[öo]nen? (?:tag|abend|wochenende)(?: noch)?|gute nacht)"
)
_ENOUGH: Final = (
    r"(?:(?:that|this)(?:'s| is| will be|'ll be| would be|'d be) (?:all|it|everything)"
    r"(?: (?:for (?:now|today)|i (?:need|needed|wanted)|from me|then))*|"
    r"(?:i'm|i am|we're|we are) (?:all )?(?:done|finished)(?: (?:here|for (?:now|today)))?|"
    r"(?:let's|we can) (?:stop|end|finish)(?: (?:here|it here|this|now|for today))*|"
    r"(?:end|stop|close|finish) (?:the|this) (?:chat|conversation|talk)|"
    r"das w(?:ar'?s|ar es|[äa]re?n? alles|ar alles)(?: (?:f[üu]r heute|von mir|schon))*|"
    r"(?:ich bin|wir sind) fertig|(?:lass uns )?(?:hier |jetzt )?aufh[öo]ren)"
)
_YES: Final = (
    r"(?:yes+|yeah?|yep|yup|ya|sure(?: thing)?|of course|ok(?:ay)?|okey|alright|all right|"
    r"absolutely|"
    r"definitely|certainly|correct|exactly|right|that's (?:right|correct|fine|good|it|ok(?:ay)?)|"
    r"sounds (?:good|great|fine|right)|looks (?:good|great|fine|right)|fine(?: by me| with me)?|"
    r"please do|do (?:it|that|so)|go (?:ahead|for it)|i agree|agreed|deal|why not|by all means|"
    r"perfect|great|good|works for me|i do|i am|i have|it is|"
    r"ja+|jo+|jawohl|jep|klar|na klar|gerne?|sicher|nat[üu]rlich|genau|stimmt|richtig|"
    r"passt(?: so)?|"
    r"einverstanden|in ordnung|auf jeden fall|unbedingt|mach(?: das| es)|so ist es|doch)"
)
_NO: Final = (
    r"(?:no+|nope|nah|no way|no thanks?(?: you)?|not (?:really|now|yet|at all|today)|"
    r"(?:please )?(?:don't|do not)(?: do (?:it|that))?|"
    r"rather not|i (?:don't|do not) (?:think so|want (?:that|it|to)|agree)|i'd rather not|negative|"
    r"absolutely not|of course not|certainly not|never|i'm good|i don't|i'm not|i haven't|"
    r"nein+|ne+|n[öo]+|nee|nein danke|lieber nicht|nicht n[öo]tig|auf keinen fall|keinesfalls|"
    r"noch nicht|eher nicht|niemals|danke nein|bitte nicht|ohne mich)"
)
_MORE: Final = r"(?:[\s,.!…–—-]+(?:please|bitte|sir|man|{same}))*"
_WHOLE_THANKS: Final = whole(_THANKS + r"(?:[\s,.!]+(?:" + _THANKS + r"))*")
_WHOLE_FAREWELL: Final = whole(_FAREWELL + r"(?:[\s,.!]+(?:" + _FAREWELL + r"|then|now))*")
_WHOLE_ENOUGH: Final = whole(_ENOUGH)
_WHOLE_YES: Final = whole(_YES + _MORE.format(same=_YES))
_WHOLE_NO: Final = whole(_NO + _MORE.format(same=_NO))
_START: Final = re.compile(
    rf"\W*+(?:{_THANKS}|{_FAREWELL})(?:\s*[,!.:;–—]+\s*|\s+-+\s+|\s+(?=and\b|but\b|und\b|aber\b))",
    re.IGNORECASE,
)
_ANSWERED: Final = re.compile(
    r"\W*+(?:yes|yeah|yep|yup|sure|ok(?:ay)?|no|nope|ja|jep|klar|gerne?|nein|n[öo])"
    r"(?:\s*[,!.:;–—]+\s*|\s+-+\s+|\s+(?=but\b|and\b|aber\b|und\b))",
    re.IGNORECASE,
)
_END: Final = re.compile(
    rf"(?:[\s,.!–—-]+|^)(?:(?:and|und|ok|okay)\s+)?(?:{_THANKS}|{_FAREWELL})"
    rf"(?:[\s,.!]+(?:{_THANKS}|{_FAREWELL}))*\W*+\Z",
    re.IGNORECASE,
)
_PAUSED: Final = re.compile(r"[,.!–—-]|\s(?:and|und)\s|danke|thanks|thank you", re.IGNORECASE)
_LONGEST_END: Final = 60
_SYMBOLS: Final = re.compile(r"[^\w\s.,!?'\"()-]")
_THUMB_UP: Final = frozenset("👍✅👌✔☑💯")
_THUMB_DOWN: Final = frozenset("👎❌🚫✖")
_WAVE: Final = frozenset("👋")
_FOLDED_HANDS: Final = frozenset("🙏")
_PAUSES: Final = (",", ".", "!", ":", ";", "–", "—", "-")
_MOST_WORDS_BESIDE_A_GREETING: Final = 3


def greeting_end(clause: str) -> int:
    """Where the greeting ends that the clause begins with; 0 without one."""
    found = _GREETING.match(clause)
    return found.end() if found else 0


def is_small_talk(clause: str) -> bool:
    """Whether it asks how the other is, and no more."""
    found = _SMALL_TALK.match(clause)
    return found is not None and found.end() == len(clause)


def social_start(clause: str) -> int:
    """Where the greeting, thanks or farewell ends that the clause begins with; 0 without one."""
    if end := greeting_end(clause):
        named = clause[:end].endswith(" ") and len(clause[end:].split()) == 1
        return 0 if named and not clause[:end].rstrip().endswith(_PAUSES) else end
    found = _START.match(clause)
    return found.end() if found else 0


def answered_end(clause: str) -> int:
    """Where a yes or no ends that something else follows; 0 without one."""
    found = _ANSWERED.match(clause)
    return found.end() if found and not says_yes(clause) and not says_no(clause) else 0


def social_end(clause: str) -> int:
    """Where the thanks or the farewell begins that the clause ends with; 0 without one."""
    offset = max(0, len(clause) - _LONGEST_END)
    found = _END.search(clause[offset:])
    return offset + found.start() if found and _PAUSED.search(found[0]) else 0


def thanks(clause: Clause) -> bool:
    """Whether it thanks, and does no more."""
    forms = (clause.trimmed, clause.bare)
    return any(_WHOLE_THANKS.match(form) for form in forms) and not says_no(clause.plain)


def says_farewell(clause: Clause) -> bool:
    """Whether it takes leave."""
    return any(_WHOLE_FAREWELL.match(form) for form in (clause.trimmed, clause.bare))


def says_enough(clause: Clause) -> bool:
    """Whether it says that nothing more is wanted; of what, only what was asked before tells."""
    return bool(_WHOLE_ENOUGH.match(clause.bare))


def says_yes(clause: str) -> bool:
    """Whether it is a yes, and no more; a thumb up is."""
    return _shows(clause, _THUMB_UP) or bool(_WHOLE_YES.match(trimmed(clause)))


def says_no(clause: str) -> bool:
    """Whether it is a no, and no more; a thumb down is."""
    return _shows(clause, _THUMB_DOWN) or bool(_WHOLE_NO.match(trimmed(clause)))


def waves(clause: str) -> bool:
    """Whether it greets with a hand alone."""
    return _shows(clause, _WAVE)


def folds_hands(clause: str) -> bool:
    """Whether it thanks with folded hands alone."""
    return _shows(clause, _FOLDED_HANDS)


def _shows(clause: str, symbols: frozenset[str]) -> bool:
    """Whether it has no word, and one of the symbols first."""
    if any(letter.isalnum() for letter in clause):
        return False
    found = _SYMBOLS.search(clause)
    return found is not None and found[0] in symbols


def is_greeting(text: str) -> bool:
    """Whether the message greets and does little else."""
    if waves(text) or is_small_talk(text):
        return True
    if not (end := greeting_end(text)):
        return False
    rest = text[end:]
    return is_small_talk(rest) or (
        "?" not in rest and len(rest.split()) <= _MOST_WORDS_BESIDE_A_GREETING and not asks(rest)
    )
