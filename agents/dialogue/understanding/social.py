"""What people say to each other that is about nothing: greetings, thanks, farewells, yes and no."""

from __future__ import annotations

import re
from typing import Final

from agents.dialogue.understanding.asking import asks
from agents.dialogue.understanding.reading import Clause, opening, trimmed, whole

_HELLO: Final = (
    r"(?:(?:well |oh |why )?(?:hi+|hello+|hey+|hiya|yo|howdy|greetings|salutations|ahoy|aloha|"
    r"namaste|g'day|hallo|hall[öo]+chen|halli ?hallo|moin(?: moin)?|servus|gr[üu](?:[sß]|ss)+ "
    r"(?:dich|gott|euch)|"
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
    r"freut mich|"
    r"(?:i'm|i am|we're|we are) back|here (?:i am|we are)|it's me|me|"
    r"(?:da )?bin ich(?: wieder)?(?: da| zur[üu]ck)?|ich bin(?:'s| es)?(?: jetzt)?(?: wieder)"
    r"(?: da| zur[üu]ck| hier)?|ich bin(?:'s| es)|ich bin zur[üu]ck"
    rf")(?: again| wieder)?{_TODAY}(?=\W*+\Z|[?!.])\W*+",
    re.IGNORECASE,
)
_THANKS: Final = (
    r"(?:(?:many |no |ok |okay )?thanks?(?! to\b)(?: (?:you|u|ya))?(?: (?:so|very) much| a lot|"
    r" a ton|"
    r" a bunch| again| anyway)*|thank you(?: (?:so|very) much| again| kindly)*|thx|tysm|ty|cheers|"
    r"much appreciated|(?:i )?(?:really )?appreciate (?:it|that|your help)|"
    r"(?:vielen |tausend |herzlichen |besten |lieben )*(?:ich )?dank(?:e(?: (?:sch[öo]n|sehr|"
    r"vielmals|dir|"
    r"ihnen|euch))?)?|merci)"
    r"(?: (?:for|f[üu]r) (?:(?:all|your|the|that|this|it|everything|help|helping|me|info|deine|die|"
    r"das|alles|hilfe|ihre|asking|explaining|explanation|waiting|telling|being|patient|advice|"
    r"tip|tips|information|answer|patience)\s?)+)?"
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
_LATER: Final = r"(?:later|soon|tomorrow|another (?:time|day)|next time|some other time)"
_SPAETER: Final = r"(?:sp[äa]ter|morgen|ein andermal|n[äa]chstes mal|bald|nachher)"
_LEAVES: Final = (
    r"(?:(?:i|we)(?:'ve| have)? (?:(?:really )?(?:have|got|need) to|must|gotta|should)"
    r" (?:go|leave|run|stop here|get going|be off)(?: now| soon)?|(?:i )?gotta (?:go|run)|"
    rf"(?:let's|let us|we (?:can|could)|i(?:'ll| will)) (?:continue|talk|go on|come back|pick "
    rf"(?:this|it) up|carry on)"
    rf"(?: (?:this|it|with (?:this|it)|again))? {_LATER}|"
    rf"(?:to be )?continued? {_LATER}|"
    r"(?:i(?:'ll| will)) be (?:right )?back(?: (?:later|soon|tomorrow))?|brb|"
    r"(?:ich|wir) m(?:uss|[üu]ssen) (?:jetzt |leider |gleich )*(?:los|weg|gehen|aufh[öo]ren|"
    r"schluss machen)|"
    rf"(?:lass uns |wir |machen wir |dann |ich )*(?:mache? (?:ich )?)?{_SPAETER} weiter(?: "
    rf"?machen)?|"
    rf"(?:wir |ich )?(?:machen?|reden?) (?:wir |ich )?(?:dann )?{_SPAETER} weiter|bin (?:gleich|"
    rf"bald) (?:wieder da|zur[üu]ck))"
)
_TIMES: Final = re.compile(
    r"(?:bis )?(?:later|soon|tomorrow|then|morgen|sp[äa]ter|bald|dann)\Z",
    re.IGNORECASE,
)
_ENOUGH: Final = (
    r"(?:(?:that|this)(?:'s| is| will be|'ll be| would be|'d be) (?:all|it|everything)"
    r"(?: (?:for (?:now|today)|i (?:need|needed|wanted)|from me|then))*|"
    r"(?:i'm|i am|we're|we are) (?:all )?(?:done|finished)(?: (?:here|for (?:now|today)))?|"
    r"(?:let's|we can) (?:stop|end|finish)(?: (?:here|it here|this|now|for today))*|"
    r"(?:end|stop|close|finish) (?:the|this) (?:chat|conversation|talk)|"
    r"das w(?:ar'?s|ar es|[äa]re?n? alles|ar alles)(?: (?:f[üu]r heute|von mir|schon))*|"
    r"(?:das )?(?:reicht|gen[üu]gt)(?: (?:mir|jetzt))* (?:f[üu]r heute|erst ?mal|f[üu]rs erste)|"
    r"(?:that's |this is )?enough for (?:now|today)|"
    r"(?:ich bin|wir sind) fertig|(?:lass uns )?(?:hier |jetzt )?aufh[öo]ren)"
)
_APPROVED: Final = (
    r"(?:(?:that |this |it |the plan |all |yeah )?(?:sounds|looks|seems|is) (?:all )?(?:really |"
    r"very |pretty |so )?"
    r"(?:good|great|fine|right|perfect|reasonable|lovely|wonderful|fantastic|nice|ok(?:ay)?)|"
    r"(?:that|this|it)(?: all)? works|works|(?:i )?(?:like|love) (?:it|that|the plan|this(?: "
    r"plan)?|that plan)|"
    r"(?:a )?(?:good|great|nice|fine|perfect|excellent) plan|i agree|"
    r"(?:das |es |der plan )?(?:klingt|h[öo]rt sich|sieht|ist) (?:sehr |richtig |ganz )?"
    r"(?:gut|super|toll|prima|perfekt|vern[üu]nftig|okay|ok)(?: an| aus)?|"
    r"(?:guter|toller|sch[öo]ner|super|perfekter) plan|(?:das |der plan )?(?:passt|"
    r"gef[äa]llt)(?: mir)?(?: gut| so)*|"
    r"(?:damit )?(?:bin ich )?einverstanden)"
    r"(?: (?:to|for|with) me| f[üu]r mich)?"
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
    r"(?:that's |that is |it's )?not (?:necessary|needed)|no need|(?:maybe|perhaps) (?:later|"
    r"another time)|"
    r"(?:i'd |i would )?(?:prefer|rather) not(?: to)?|i (?:don't|do not)(?: want| wish)? to|"
    r"vielleicht sp[äa]ter|(?:das )?(?:will|m[öo]chte|brauche) ich nicht|(?:ich )?will (?:das "
    r")?nicht|"
    r"absolutely not|of course not|certainly not|never|i'm good|i don't|i'm not|i haven't|"
    r"nein+|ne+|nö+|nein danke|lieber nicht|nicht n[öo]tig|auf keinen fall|keinesfalls|"
    r"noch nicht|eher nicht|niemals|danke nein|bitte nicht|ohne mich)"
)
# Some of these can be read in two ways: without a bound, a page of them takes forever.
_MORE: Final = r"(?:[\s,.!…–—-]+(?:please|bitte|sir|man|{same})){{0,5}}"
_WHOLE_THANKS: Final = whole(_THANKS + r"(?:[\s,.!]+(?:" + _THANKS + r")){0,4}")
_WHOLE_FAREWELL: Final = whole(_FAREWELL + r"(?:[\s,.!]+(?:" + _FAREWELL + r"|then|now)){0,4}")
_WHOLE_ENOUGH: Final = whole(_ENOUGH)
_AGREED: Final = rf"(?:{_YES}|{_APPROVED})"
_WHOLE_YES: Final = whole(_AGREED + _MORE.format(same=_AGREED))
_WHOLE_APPROVAL: Final = whole(rf"(?:{_YES}[\s,.!]+)?{_APPROVED}{_MORE.format(same=_AGREED)}")
_WHOLE_NO: Final = whole(_NO + _MORE.format(same=_NO))
_WHOLE_LEAVING: Final = whole(_LEAVES)
_WHOLE_PRAISE: Final = whole(
    rf"{_APPROVED}|(?:very |really |so |super |wirklich |sehr )*(?:great|perfect|super|wonderful|"
    r"awesome|nice|cool|great help|good job|well done|excellent|brilliant|good|helpful|kind|"
    r"nett|toll|prima|perfekt|klasse|"
    r"wunderbar|hilfreich|gut)",
    r"(?:that|this|it|you)(?:'s| is| was|'re| are|'ve| have)?(?: (?:very|really|so|been|all|"
    r"already|just))*"
    r" (?:helps?|helped|helpful|kind|useful|great|nice|perfect|good)(?: (?:me|a lot|of you|to "
    r"know|very much))*",
    r"(?:das |du )?(?:hilft|hat|hast|ist|war|bist)(?: (?:mir|uns|sehr|wirklich|schon|ja|echt|"
    r"weiter))*"
    r"(?: (?:geholfen|nett|lieb|hilfreich|gut|super|toll|weiter))*(?: von dir)?",
)  # fmt: skip
_WHOLE_KINDNESS: Final = whole(
    r"(?:that|this)(?:'s| is| was) (?:very |really |so )*(?:kind|nice|sweet) of you",
    r"(?:das ist |wie )?(?:sehr |wirklich )*(?:nett|lieb|freundlich) von (?:dir|ihnen)",
)
_ECHO: Final = (
    r"(?:do|did|that|it|this|so|the|plan|one|we|i|i'd|i'll|you|me|us|let's|let|lets|would|will|can|"
    r"could|may|like|love|want|to|keep|leave|stay|continue|go|carry|on|ahead|going|open|over|hand|"
    r"begin|start|again|from|scratch|be|is|are|good|great|fine|nice|perfect|right|helpful|please|"
    r"and|for|with|now|then|just|shorter|make|shorten|as|was|before|"
    r"das|es|so|den|der|die|wir|ich|du|mir|uns|lass|lassen|mach|mache|machen|wir's|bitte|gerne?|"
    r"w[äa]re|w[äa]r|will|m[öo]chte|w[üu]rde|behalte|behalten|bleiben?|weiter|weitermachen|von|"
    r"vorne?|anfangen|neu|ok|okay|gut|super|toll|sch[öo]n|dabei|offen|ja|yes|sure|wie|war)"
)
_ENDING: Final = (
    r"(?:stop|end|cancel|quit|skip|drop|delete|forget|scrap|abort|h[öo]r|auf|aufh[öo]ren|brich|ab|"
    r"abbrechen|[üu]berspringen?|beenden?|weg)"
)
_DENYING: Final = r"(?:no|not|don't|doesn't|won't|never|nicht|nein|kein\w*)"
_ECHOES_YES: Final = re.compile(rf"\W*+(?:(?:{_ECHO}|{_ENDING})(?!\w)\W*+){{1,8}}\Z", re.IGNORECASE)
_ECHOES_NO: Final = re.compile(
    rf"\W*+(?:{_DENYING}(?!\w)\W*+(?:(?:{_ECHO}|{_ENDING}|{_DENYING})(?!\w)\W*+){{0,8}}|"
    rf"(?:(?:{_ECHO}|{_DENYING})(?!\w)\W*+){{1,8}})\Z",
    re.IGNORECASE,
)
_TAKES_UP: Final = whole(
    r"(?:yes |ok |ja )?(?:let's|let us|lass uns|please|bitte)? ?(?:do|go for|go with|try|take) "
    r"(?:it|that|this)(?: please)?",
    r"(?:yes )?i (?:would|do|will|want (?:that|it|to)|think so)",
    r"i'd (?:like|love|appreciate) (?:that|it|to)",
    r"(?:that|it)(?: would|'d) be (?:\w+ )?(?:great|good|nice|fine|helpful|perfect|lovely|best)",
    r"(?:das|es) w[äa]re (?:\w+ )?(?:gut|super|toll|sch[öo]n|hilfreich|nett|prima|klasse|besser)",
    r"(?:lass uns|machen wir|mach) (?:das|es|'s)(?: so)?(?: machen| bitte)*", r"machen wir(?:'s)?",
    r"von mir aus", r"meinetwegen", r"if you (?:like|want|must)", r"wenn du (?:willst|meinst)",
    r"gern(?:e)? doch",
    r"i (?:don't|wouldn't) mind", r"(?:good|great|nice|gute|tolle) ide(?:a|e)",
    r"i (?:guess|think|suppose) so", r"(?:das )?(?:w[üu]rde|m[öo]chte|will) ich(?: gerne?)?",
)  # fmt: skip
_TURNS_DOWN: Final = whole(
    r"(?:let's|let us|we can|i want to|i'd like to|i'd rather|please|no)? ?(?:keep going|"
    r"continue|carry on|go on)"
    r"(?: (?:with (?:it|this|the plan)|as (?:it is|before|planned)))?",
    r"(?:don't|do not) (?:stop|cancel|delete|skip|leave) (?:it|this|that|the plan)",
    r"(?:mach|machen wir|lass uns) (?:bitte |lieber |so )*weiter(?: ?machen)?",
    r"(?:wir machen )?weiter ?machen",
    r"(?:bloß |bitte )?nicht (?:abbrechen|aufh[öo]ren|l[öo]schen)",
)  # fmt: skip
_START: Final = re.compile(
    rf"\W*+(?:{_THANKS}|{_FAREWELL})(?:\s*[,!.:;–—]+\s*|\s+-+\s+|\s+(?=and\b|but\b|und\b|aber\b))",
    re.IGNORECASE,
)
_ANSWERED: Final = re.compile(
    r"\W*+(?:yes|yeah|yep|yup|sure|ok(?:ay)?|no|nope|ja|jep|klar|gerne?|nein|n[öo])"
    r"(?!\s+(?:wait|moment|warte)\b)(?:\s*[,!.:;–—]+\s*|\s+-+\s+|\s+(?=but\b|and\b|aber\b|und\b))",
    re.IGNORECASE,
)
_END: Final = re.compile(
    rf"(?:[\s,.!–—-]+|^)(?:(?:and|und|ok|okay)\s+)?(?:{_THANKS}|{_FAREWELL})"
    rf"(?:[\s,.!]+(?:{_THANKS}|{_FAREWELL})){{0,4}}\W*+\Z",
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
    if any(_WHOLE_KINDNESS.match(form) for form in forms):
        return True
    return any(_WHOLE_THANKS.match(form) for form in forms) and not says_no(clause.plain)


def praises(text: str) -> bool:
    """Whether it says that something is good, and no more."""
    return bool(_WHOLE_PRAISE.match(trimmed(text)))


def says_farewell(clause: Clause) -> bool:
    """Whether it takes leave."""
    forms = (clause.trimmed, clause.bare)
    return any(_WHOLE_FAREWELL.match(form) for form in forms) or leaves(clause)


def leaves(clause: Clause) -> bool:
    """Whether it says that the user has to go, or will go on later."""
    return any(_WHOLE_LEAVING.match(form) for form in (clause.trimmed, clause.bare))


def tells_time(bare: str) -> bool:
    """Whether a farewell could as well say when: "bis morgen"."""
    return bool(_TIMES.match(bare))


def says_enough(clause: Clause) -> bool:
    """Whether it says that nothing more is wanted; of what, only what was asked before tells."""
    return bool(_WHOLE_ENOUGH.match(clause.bare))


def says_yes(clause: str) -> bool:
    """Whether it is a yes, and no more; a thumb up is."""
    return _shows(clause, _THUMB_UP) or bool(_WHOLE_YES.match(trimmed(clause)))


def says_no(clause: str) -> bool:
    """Whether it is a no, and no more; a thumb down is."""
    return _shows(clause, _THUMB_DOWN) or bool(_WHOLE_NO.match(trimmed(clause)))


def approves(clause: str) -> bool:
    """Whether it finds good what was said: "sounds good"; of no question it is the answer."""
    return bool(_WHOLE_APPROVAL.match(trimmed(clause)))


def takes_up(clause: str) -> bool:
    """Whether it is a yes to an offer, though to nothing else: "let's do it"."""
    return bool(_TAKES_UP.match(trimmed(clause)))


def turns_down(clause: str) -> bool:
    """Whether it is a no to an offer to end or to change something: "let's go on"."""
    return bool(_TURNS_DOWN.match(trimmed(clause)))


def echoes_yes(text: str) -> bool:
    """Whether it says after a yes nothing that the offer did not: "yes, *do that*"."""
    return bool(_ECHOES_YES.match(text)) or takes_up(text) or approves(text)


def echoes_no(text: str) -> bool:
    """Whether it says after a no nothing that the offer did not: "no, *keep it*"."""
    return bool(_ECHOES_NO.match(text)) or turns_down(text) or says_no(text)


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
