"""Whether a clause asks, what kind of thing it asks, and whether it says what is wanted."""

from __future__ import annotations

import re
from typing import Final

from agents.dialogue.understanding.reading import cue, opening, trimmed

_DEEPENING: Final = cue(
    r"(?:tell me|say|know|hear|learn|explain) (?:a (?:bit|little) )?more",
    r"more (?:details?|depth|"
    r"about (?:that|it|this))", r"in (?:more |greater |much )?(?:detail|depth)",
    r"go(?:ing)? deeper",
    r"elaborate", r"expand on", r"dig (?:deeper|into)", r"explain (?:that |it |this )?further",
    r"more precisely", r"step by step",
    r"mehr (?:dazu|dar[üu]ber|davon|details|"
    r"einzelheiten)", r"genauer", r"ausf[üu]hrlicher",
    r"n[äa]her (?:erkl[äa]ren|erl[äa]utern|darauf)",
    r"im detail", r"tiefer (?:gehen|einsteigen)", r"vertiefen",
)  # fmt: skip
_BROADENING: Final = cue(
    r"(?:what|who|where|how|anything|something|anyone|somewhere) else",
    r"(?:any|what|are there|some) other"
    r"(?! than)", r"other (?:options|ideas|ways|possibilities|choices)", r"alternatives?",
    r"more (?:generally|broadly)", r"in general", r"besides (?:that|this)", r"the bigger picture",
    r"more (?:options|ideas|suggestions|examples|possibilities)",
    r"was (?:gibt es )?(?:sonst )?noch",
    r"(?:sonst )?noch (?:etwas|was)", r"anderen? (?:optionen|ideen|m[öo]glichkeiten|vorschl[äa]ge)",
    r"alternativen?", r"im allgemeinen",
    r"weitere (?:optionen|ideen|m[öo]glichkeiten|vorschl[äa]ge)",
)  # fmt: skip
_BROADENING_ALONE: Final = opening(
    r"(?:(?:any|some|give me|show me|more|other|anything|what) )*(?:alternatives?|"
    r"other (?:options|ideas|ways)|"
    r"else|more (?:options|ideas))", r"was noch", r"noch (?:etwas|was|mehr)", r"(?:andere|weitere) "
    r"(?:optionen|ideen|vorschl[äa]ge)", end=r"\W*+$",
)  # fmt: skip
_GRADED: Final = (
    r"(?:more|less|fewer|better|worse|best|worst|rather|prefer|(?:a|o|e|u|i|ea|"
    r"oo)?[bcdfghjklmnpqrstvwxz]"
    r"*(?:bett|cheap|fast|slow|quick|smart|strong|weak|big+|small|larg|great|cut|tall|short|long|"
    r"old|young|"
    r"new|rich|poor|clean|dirti|safe?|saf|warm|cold|cool|hot+|wet+|dri|high|low|deep|hard|soft|"
    r"eas[iy]|nic|"
    r"kind|wis|fair|fresh|sweet|light|heavi|thick|thin+|wid|narrow|bright|dark|loud|quiet|pretti|"
    r"ugli|happi|sad+|tough|rough|smooth|sharp|steep|near|clos|earli|lat|health|healthi|friendli|"
    r"funni|"
    r"tasti|busi|nois|noisi|simpl|clever|gentl|lovel|loveli|calm|fit+|fat+|tight|loos|rar|common|"
    r"tast|"
    r"dens|mild|harsh|brav|bold|scar|scari|craz|crazi|cozi|fanci|lazi|likeli|lucki|riski|spici|"
    r"shini|"
    r"stronger|wealthi|classi|angri|hungri|sexi|tini|trendi|messi|sunni|rain|raini|humid|sturdi|"
    r"firm|"
    r"dear|pric|costli|cost|handi|few|far(?:th)?|fur(?:th)?|meaner?|mean|stup|stupid|dumb)er)"
)
_ALTERNATIVES: Final = re.compile(
    rf"(?<!\w)(?:{_GRADED}|(?:teur|billig|g[üu]nstig|schnell|gro[sß]|gr[öo][sß]|klein|[äa]lt|"
    rf"j[üu]ng|k[äa]lt|"
    r"w[äa]rm|sch[öo]n|leicht|schwer|sich|gesünd|ges[üu]nd|bess|schlecht|st[äa]rk|schw[äa]ch|"
    r"l[äa]ng|k[üu]rz|"
    r"h[öo]h|nied|einfach|lust|gut|lieb|mehr|wenig)er(?:e[nrsm]?)?|besser|lieber|eher|mehr)(?!\w)",
    re.IGNORECASE,
)
_OR: Final = re.compile(r"(?<!\w)(?:or|oder)(?!\w)|\s[/]\s", re.IGNORECASE)
_COMPARISON: Final = cue(
    r"compar(?:e[ds]?|ing|isons?)", r"versus", r"vs", r"v\.?s\.?",
    r"(?:differ(?:s|ences?|ent)?|distinction) "
    r"(?:from|between)", r"difference", r"pros and cons", r"advantages? (?:of .{1,60} )?over",
    r"vergleich\w*", r"unterschied(?:e|en|lich)? (?:zwischen|von|zu)", r"im vergleich zu",
    r"gegen[üu]ber",
    r"vor- und nachteile", r"vorteile? gegen[üu]ber",
)  # fmt: skip
_MEASURE: Final = (
    r"(?:\d|one\b|two\b|three\b|four\b|five\b|ten\b|a (?:few|couple|hundred|thousand|week|month|"
    r"year|day)\b|"
    r"others\b|usual\b|expected\b|before\b|ever\b|once\b|necessary\b|needed\b|possible\b|"
    r"planned\b|"
    r"that\b|this\b|enough\b|[€$£]|half\b|zwei\b|drei\b|vier\b|f[üu]nf\b|zehn\b|ein(?:e|en|em)?\b|"
    r"erwartet\b|sonst\b|n[öo]tig\b|geplant\b|gedacht\b|welche)"
)
_THAN: Final = re.compile(
    rf"(?<!\w)(?:(?:more|less|fewer|better|worse|\w+er|"
    rf"\w+[ei]r)(?! \w+er\b)(?:\W+[\w']+){{0,9}}?\W+th[ae]n|"
    r"(?:mehr|weniger|besser|lieber|eher|\w+er(?:e[nrsm]?)?)(?:\W+\w+){0,6}?\W+als)\s+"
    rf"(?!{_MEASURE})(?=\w)",
    re.IGNORECASE,
)
_NOT_GRADED: Final = cue(
    r"(?:rather|other|later|sooner|earlier|sp[äa]ter|fr[üu]her|eher) (?:than|als)"
)

_SUBJECT: Final = (
    r"(?:i|you|he|she|it|we|they|there|this|that|these|those|the|an?|my|your|our|his|her|their|"
    r"any|some|"
    r"one|everyone|anyone|someone|anybody|people)\b"
)
_SUBJEKT: Final = (
    r"(?:ich|du|er|sie|es|wir|ihr|man|das|der|die|dies\w*|ein\w*|mein\w*|dein\w*|unser\w*|ihre?)\b"
)
_JOINING: Final = (
    r"\W*+(?:(?:and|but|so|ok(?:ay)?|well|also|please|sorry|hey|oh|ah|hm+|wait|then|yes|no|yeah|"
    r"now|or|"
    r"und|aber|oder|also|ach|bitte|na|denn|ja|nein|entschuldigung|moment)(?!\w)[\s,.!…–—:-]*)*"
)
_WH: Final = (
    r"what(?:'?s|'re|'d)?", r"wh?ats", r"who(?:'?s|m|se|'d|'re)?", r"which", r"when(?:'s)?",
    r"where(?:'s)?",
    r"why(?:'s)?", r"how(?:'s|'d|'re)?",
)  # fmt: skip
_W: Final = (
    r"wer", r"wen", r"wem", r"wessen", r"welche[rsnm]?", r"wann",
    r"wo(?:hin|her|f[üu]r|mit|zu|ran|rum|von|"
    r"bei|durch|nach|r[üu]ber)?", r"warum", r"wieso", r"weshalb", r"wie", r"was",
)  # fmt: skip
_AUX: Final = (
    # "Should be cheap" and "Is fine" tell, "May" is a month, and "Don't know" asks nobody.
    # German "Am 14. Juni" tells a day.
    r"am(?= i\b)",
    r"(?:is|are|was|were|does|did|can|could|would|should|shall)"
    r"(?= \w)(?! (?:be|do|not|fine|ok|okay|good|great|nice|work|only|also|probably|definitely|like|"
    r"love|prefer|rather|need|want|go|pay|come|take|leave|stay|spend|wait|use|have)\b)",
    rf"(?:isn't|aren't|doesn't|can't|didn't|wasn't|weren't|couldn't|wouldn't|shouldn't)"
    rf"(?= {_SUBJECT})",
    rf"(?:do|has|have|had|may|might|will|must|don't|won't|haven't|hasn't)(?= {_SUBJECT})",
    rf"(?:ist|sind|war|waren|hat|haben|habt|hast|kann|kannst|k[öo]nnen|k[öo]nnt|k[öo]nnte[nst]*|"
    rf"darf|soll|"
    rf"sollen|sollte|muss|m[üu]ssen|gibt|wird|werden|w[üu]rde[nst]*|brauche?n?|geht|gilt|kostet|"
    rf"dauert|"
    rf"m[öo]chtest|willst|wei[sß]+t)(?= {_SUBJEKT})",
)  # fmt: skip
_TELLS_ME: Final = (
    r"tell (?:me|us)(?! you\b)", r"give me an? (?:overview|idea|summary|example)", r"explain",
    r"describe", r"show me", r"define",
    r"list(?= (?:the|all|some|me|every))",
    r"any (?:idea|tips?|advice|suggestions?|recommendations?|examples?|thoughts)",
    r"give me (?:an? |some |more |a few )?(?:examples?|ideas?|tips?|advice|suggestions?|hints?|"
    r"options)",
    r"erkl[äa]r(?:e|en)?(?= )", r"sag mir", r"zeig(?:e)? mir", r"nenn(?:e)? mir",
    r"beschreib(?:e)?",
    r"erz[äa]hl(?:e)? mir", r"gib mir (?:ein |ein paar )?(?:beispiele?|tipps?|ideen|vorschl[äa]ge)",
)  # fmt: skip
_OF_WHAT: Final = (
    r"(?:in|on|at|by|from|to|for|with|of|about|under|until|since|during|through) (?:what|which|"
    r"whom|whose|how (?:much|many|far|long))(?= \w)",
    r"(?:in|an|auf|bei|mit|von|zu|um|f[üu]r|seit|bis|aus|nach|gegen|unter|ab) "
    r"(?:welche[rsnm]?|wann|wem|wen|wie viele?[rsnm]?|was)",
)  # fmt: skip
_ASKS: Final = opening(*_WH, *_W, *_AUX, *_TELLS_ME, *_OF_WHAT, after=_JOINING)
_ASKS_INDIRECTLY: Final = cue(
    r"i(?:'m| am)? (?:just )?wonder(?:ing|ed)? (?:if|what|how|why|whether|when|where|which|who)",
    r"(?:can|could|would|will) you (?:please |maybe )?(?:tell|explain|show|describe|clarify|"
    r"suggest|"
    r"recommend|give me (?:an? |some )?(?:example|idea|hint|advice|tip))",
    r"i(?:'d| would) (?:like|love) to know", r"i want to know",
    r"do you (?:know|think|recommend|suggest)",
    r"i have (?:a|another|one|one more) question",
    r"(?:quick |one more |another )question(?=\s*[:,-])",
    r"ich (?:frage mich|w[üu]sste gern|m[öo]chte wissen|habe eine frage)",
    r"(?:kannst|k[öo]nntest|k[öo]nnen|k[öo]nnten) (?:du|sie) mir (?:bitte )?(?:sagen|erkl[äa]ren|"
    r".{1,60} "
    r"(?:sagen|erkl[äa]ren|nennen|empfehlen))",
)  # fmt: skip
_MARKED: Final = re.compile(r"\?[\s\"'”“»)*_!…]*(?:$|\s)")
_STRICTLY: Final = opening(
    r"(?:what|where|why|who|when|how)(?:'s| is| are| do| does| did| can| could| would| should|"
    r" will| much| many|"
    r" long| far| about| often| was| were| if)", r"whats",
    rf"(?:is|are|do|does|did|can|could|would|will|should"
    rf"|was|were|has|have)(?= {_SUBJECT})(?! that\b)", r"which (?:one|is|are)",
    r"was (?:ist|sind|kostet|kosten|hei[sß]t|bedeutet|macht|soll|w[äa]re|meinst)",
    r"wie (?:viel|lange|weit|"
    r"teuer|oft|geht|ist|sind|kann|komme|w[äa]re|hoch)",
    r"(?:wo|wann|warum|wieso) (?:ist|sind|kann|hat|muss|"
    r"f[äa]hrt|gibt)", rf"(?:ist|sind|kann|gibt|hat|muss|soll|darf)(?= {_SUBJEKT})", r"tell me",
)  # fmt: skip
_DOES_FOR_ME: Final = re.compile(
    r"\W*+(?:(?:and|so|ok|okay|please|hey|then|also|yes|no|bitte|und|dann)[\s,]+)*"
    r"(?:(?:can|could|would|will) you(?: please)? (?:help(?! (?:me )?(?:understand|with this|"
    r"with that|here|out"
    r"|me$|$))|plan|guide|organi[sz]e|book|find|reserve|search|look|get|make|buy|order|send|"
    r"transfer|set|check"
    r"|schedule|add|put|arrange|pick|play|pay|write|draft|create|prepare)|"
    r"(?:kannst|k[öo]nntest|k[öo]nnen|k[öo]nnten) (?:du|sie) (?:mir |uns |"
    r"bitte )*(?:.{1,120}[\s,])?"
    r"(?:helfen|planen|buchen|finden|suchen|reservieren|bestellen|organisieren|erstellen|"
    r"schreiben))(?!\w)",
    re.IGNORECASE,
)
_PROPOSES: Final = re.compile(
    r"\W*+(?:how|what) about (?=(?:at|on|in|from|around|next|this|the \d|\d|tomorrow|today|tonight|"
    r"monday|tuesday|"
    r"wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|"
    r"september|october|november|december|noon|midnight|morning|half|quarter|some|something|one|"
    r"two|"
    r"three|four|five|six|seven|eight|nine|ten)\b)|\W*+wie w[äa]re es mit\b",
    re.IGNORECASE,
)
_WANTS: Final = cue(
    r"help me", r"i(?:'d| would) (?:like|love) to",
    r"i (?:want|need|have|plan|hope|wish|intend) to",
    r"i(?:'m| am) (?:planning|trying|looking|going|hoping|about) (?:to|for|on|a|an|my|at)?",
    r"let(?:'s| us)",
    r"my goal", r"(?:can|could|will|would) you (?:please )?(?:help|plan|guide|organi[sz]e)",
    r"hilf mir",
    r"ich (?:m[öo]chte|will|muss|w[üu]rde gerne?)", r"wir (?:m[öo]chten|wollen|m[üu]ssen)",
    r"mein ziel",
    r"(?:kannst|k[öo]nntest) du mir", r"helfen sie mir",
)  # fmt: skip
_VERB: Final = (
    r"(?:(?:is|are|was|were|am|be|do|does|did|can|could|would|should|shall|will|must|may|might|has|"
    r"have|had|to|else|exactly|about|and|or|isn't|aren't|don't|doesn't|can't|ist|sind|war|kann|"
    r"k[öo]nnen|hat|haben|gibt|liegt|finde\w*|bekomme\w*|soll\w*|muss|und|oder|genau)(?!\w)|')"
)
_SUBORDINATE: Final = re.compile(
    rf"\W*+(?:(?:when|where|whenever|wherever) (?!{_VERB})(?=\w+ \w)|"
    r"(?:what|how) (?=(?:i|we)\b)|"
    r"wo (?=(?:es|man|die|der|das|ich|wir|viele?|keine?|nicht)\b)|was (?=(?:ich|wir|mir|uns)\b)|"
    r"wie (?=(?:ich|wir)\b))",
    re.IGNORECASE,
)
_UNCLEAR: Final = re.compile(
    r"(?:what|huh|h[äa]h?|pardon|come again|excuse me|sorry|meaning|such as|like what|like|"
    r"for example|"
    r"for instance|examples?|e\.g|as in|hm+|eh|say what|wie bitte|bitte|was|wie|zum beispiel|"
    r"z\.?\s?b|"
    r"beispiele?|inwiefern|hilfe|help(?: me)?|in what (?:way|sense)|(?:i'm|i am) (?:lost|"
    r"confused)(?: here| now)?|"
    r"(?:i'm |i am )?not sure what (?:you|that|this|to) (?:mean|want|say|do|"
    r"answer)\w*(?: .{1,40})?|"
    r"(?:i )?(?:do not|don't|didn't|did not|can't|cannot|still don't) (?:(?:quite|really|fully) )?"
    r"(?:understand|get|follow|know what)"
    r"(?: (?:it|this|that|you|the question|your question|this question|what (?:you|that|this|to|"
    r"is) .{1,60}|"
    r"you mean .{0,40}|a (?:word|thing)|anything))?|(?:that|this|it) (?:does not|doesn't|makes no|"
    r"isn't) "
    r"(?:make (?:any )?sense|sense|clear)(?: to me)?|(?:that|this|it)(?:'s| is) (?:unclear|"
    r"confusing|not clear)|"
    r"(?:das |ich )*versteh(?:e)? (?:ich |das |die frage |dich |sie )*nicht(?: ganz)?"
    r"(?:,? (?:was|wie) .{1,60})?|(?:das |"
    r"ich )?"
    r"(?:kapier|check|raff)(?:e)? (?:ich |das )*nicht|"
    r"(?:ich )?verstehe? (?:nur bahnhof|nichts)|ich bin verwirrt|(?:das )?ist (?:mir )?(?:unklar|"
    r"nicht klar)|"
    r"keine ahnung,? was (?:du|das|sie) .{1,40})\W*+\Z",
    re.IGNORECASE,
)
_FOLLOWS_UP: Final = re.compile(
    r"\W*+(?:(?:and|but|und|aber)\W++)?(?:(?:what|how) about (?P<about>.{1,80})|was ist mit "
    r"(?P<mit>.{1,80})|wie (?:sieht es|ist es|steht es) (?:mit|in|bei) (?P<bei>.{1,80}))|"
    r"\W*+(?:and|or|und|oder)\s+(?P<more>[^?]{1,60})\?",
    re.IGNORECASE,
)
_PRONOUN: Final = re.compile(
    r"\W*+(?:it|that|this|these|those|them|they|he|she|you|me|why|how|when|where|what|who|das|dies|"
    r"es|sie|du|"
    r"warum|wie|wann|wo|was|wer)\b",
    re.IGNORECASE,
)


def asks(text: str) -> bool:
    """Whether it asks something: a question mark at an end, or a question's opening."""
    return marked(text) or bool(_ASKS.match(text.strip())) or bool(_ASKS_INDIRECTLY.search(text))


def marked(text: str) -> bool:
    """Whether a question mark stands at the end of a word or of the text."""
    return bool(_MARKED.search(text))


def opens_question(text: str, *, strictly: bool = False) -> bool:
    """Whether it begins as a question does.

    Args:
        strictly: Only for what can hardly begin anything else, where no mark confirms it.
    """
    text = text.strip()
    if not strictly:
        return bool(_ASKS.match(text))
    found = re.match(_JOINING, text, re.IGNORECASE)
    return bool(_STRICTLY.match(text[found.end() :] if found else text))


def is_subordinate(clause: str) -> bool:
    """Whether it begins as a question and is none, by the order of its words: "when school is
    out"."""
    return not marked(clause) and bool(_SUBORDINATE.match(clause))


def wants(text: str) -> bool:
    """Whether it states something the user wants to get done."""
    return bool(_WANTS.search(text)) or bool(_DOES_FOR_ME.match(text))


def proposes(clause: str) -> bool:
    """Whether it has the form of a question, and wants something done or proposes a value."""
    return bool(_DOES_FOR_ME.match(clause) or _PROPOSES.match(clause))


def unclear(clause: str) -> bool:
    """Whether it asks what was meant: "such as?", "I don't understand"."""
    said = trimmed(clause)
    if not said:
        return "?" in clause or "🤔" in clause
    plain = marked(clause) or len(said.split()) > 1 or said.casefold() in _UNCLEAR_ALONE
    return plain and bool(_UNCLEAR.match(said))


_UNCLEAR_ALONE: Final = frozenset({"huh", "häh", "hä", "pardon", "what", "help", "hilfe", "hm?"})


def deepens(clause: str) -> bool:
    """Whether it asks for more of the same."""
    return bool(_DEEPENING.search(clause) or _GOES_ON.match(trimmed(clause)))


def broadens(clause: str) -> bool:
    """Whether it asks for something beside what was spoken of."""
    if _BROADENING_ALONE.match(trimmed(clause)):
        return True
    return bool(_BROADENING.search(clause)) and asks(clause)


def turns_to(clause: str) -> str:
    """What a question without a verb turns to: "Porto" in "and what about Porto?"; "" for "
    "nothing."""
    if not (found := _FOLLOWS_UP.match(clause)):
        return ""
    turned = next(group for group in found.groups() if group is not None)
    return "" if _PRONOUN.match(turned) or opens_question(turned) else trimmed(turned)


_GOES_ON: Final = re.compile(
    r"(?:go on|keep going|continue|and then|mach weiter|erz[äa]hl weiter|und dann)\Z", re.IGNORECASE
)
_OWN: Final = cue(
    r"i", r"we", r"me", r"us", r"my", r"our", r"ich", r"wir", r"mir", r"uns", r"please"
)
_AGAINST: Final = re.compile(r"(?<!\w)v(?:\.?s\.?|ersus)(?!\w)", re.IGNORECASE)


def compares(clause: str) -> bool:
    """Whether it sets things against each other: "A or B, which is cheaper", "A is better than "
    "B"."""
    if found := _COMPARISON.search(clause):
        # Who wants tickets for one team against another compares nothing.
        return not (_AGAINST.fullmatch(found[0]) and _OWN.search(clause) and not asks(clause))
    if _THAN.search(clause) and not _NOT_GRADED.search(clause):
        return True
    return bool(_OR.search(clause)) and bool(_ALTERNATIVES.search(clause))
