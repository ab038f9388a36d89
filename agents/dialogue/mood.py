"""How the user sounds, from a lexicon of what people say when they are lost, cross or glad.

Confusion is hard to tell from words (the best F1 measured was 0.28), so a mood only ever
chooses the wording of a reply.
"""

from __future__ import annotations

import re
from typing import Final

from agents.dialogue.messages import Mood

_LONGEST_READ: Final = 600
"""Characters that are read at the beginning and at the end of a text."""


def _any_of(*phrases: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(phrases)})(?!\w)", re.IGNORECASE)


_NOT: Final = r"(?:not|n't|never|hardly|nicht|kein|keine|nie) (?:\w+ ){0,2}"
_NEGATED: Final = re.compile(
    rf"(?:{_NOT}|\b(?:no|nothing|isn't|wasn't|don't|"
    rf"didn't) (?:\w+ ){{0,2}})$",
    re.IGNORECASE,
)
_CUES: Final[tuple[tuple[Mood, re.Pattern[str]], ...]] = (
    (
        Mood.FRUSTRATED,
        _any_of(
            r"useless",
            r"(?:going|getting|leads?) nowhere",
            r"(?:losing|lost|out of) (?:my )?patience",
            r"not again",
            r"(?:taking|takes) (?:forever|ages)",
            r"stop (?:it|this|that)(?=\W)",
            r"never listen",
            r"(?:second|third|fourth|fifth|\d+(?:nd|rd|th)) time (?:you|i|we)",
            r"(?:immer|wieder) die ?selbe",
            r"(?:terrible|awful|horrible|worst|stupid|dumb) (?:bot|assistant|program|thing)",
            r"reicht es (?:jetzt|aber|mir)", r"annoying", r"annoyed", r"annoys me", r"frustrat\w+",
            r"not help(?:ing|ful)",
            r"unhelpful", r"fed up", r"sick of (?:this|it|you\w*)",
            r"(?:so|really|getting) (?:angry|mad)",
            r"you (?:already|keep|just) (?:ask\w*|repeat\w*|say\w*|said)",
            r"stop (?:asking|repeating)",
            r"(?:i|we) (?:have |'ve )?(?:just |already )+(?:told|said|answered|gave|explained|"
            r"wrote)",
            r"(?:i(?:'ve| have)|we(?:'ve| have)) (?:already|just) (?:told|said|answered|given|"
            r"explained)",
            r"how many times", r"(?:again and again|over and over)",
            r"for the (?:third|fourth|last|"
            r"hundredth|\d+th) time", r"ridiculous", r"waste of (?:my |our )?time",
            r"wasting my time",
            r"(?:this|that|it|you)(?:'s| is|'re| are)? (?:so |really |just |completely |"
            r"absolutely )*"
            r"(?:stupid|dumb|terrible|awful|horrible|pathetic|hopeless|nonsense|rubbish|garbage|"
            r"a joke|"
            r"broken|crap|idiotic|pointless)",
            r"(?:does not|doesn't|isn't|not|never) work(?:ing|s)?(?: at all)?",
            r"come on", r"for (?:god|heaven|christ|fuck)'?s'? sake", r"wtf", r"ffs",
            r"damn(?: it)?", r"argh+",
            r"ugh+", r"(?:i )?give up", r"enough(?: already| of this)",
            r"you(?:'re| are) not listening",
            r"why (?:do|are) you (?:keep|still|not listening)", r"i can't believe this", r"shut up",
            r"leave me alone", r"nerv(?:t|st|ig|en)", r"genervt", r"nutzlos", r"reicht(?: es)? mir",
            r"mir reicht(?:'?s| es)", r"das reicht jetzt",
            r"schon (?:wieder|gesagt|zweimal|dreimal|tausendmal)",
            r"hab(?:e)? (?:ich )?(?:dir |doch |das )*schon",
            r"zum (?:dritten|vierten|hundertsten|x-ten) mal",
            r"l[äa]cherlich", r"zeitverschwendung",
            r"(?:so ein |totaler |was f[üu]r ein )?(?:quatsch|mist|"
            r"schwachsinn|bl[öo]dsinn)", r"bescheuert", r"unbrauchbar",
            r"(?:bin|macht mich) (?:w[üu]tend|sauer)",
            r"[äa]rger(?:t|lich|e)\w*", r"h[öo]r auf", r"frustrier\w*", r"verdammt",
            r"du h[öo]rst (?:mir )?nicht zu",
            r"bringt (?:doch )?nichts", r"funktioniert (?:gar |einfach )?nicht",
        ),
    ),
    (
        Mood.CONFUSED,
        _any_of(
            r"confus(?:ed|ing|es?)",
            r"not (?:following|getting (?:it|this|you)|with you|quite with you)",
            r"say (?:that|it) (?:differently|another way|in other words)",
            r"lost the thread",
            r"what (?:is|are) (?:that|this|these|those) supposed to",
            r"komme? (?:da |leider )?nicht (?:ganz )?mit",
            r"what(?=\?\?)",
            r"(?:do not|don't|didn't|did not|can't|cannot|couldn't) (?:\w+ )?(?:understand|follow|"
            r"get (?:it|this|that|what|the question|you)|see what you|make sense of)",
            r"don't know what (?:you|that|this|to "
            r"(?:say|answer|write|put|do))",
            r"not sure (?:what (?:you|that|this|to)|i (?:understand|follow|get)|how to "
            r"answer)", r"not sure i (?:understand|follow)", r"what (?:exactly )?do you mean",
            r"what (?:does|do|is) "
            r"(?:that|this|it) (?:even )?(?:mean|supposed to mean)",
            r"what (?:are you|is it you're) (?:asking|"
            r"talking about|on about)", r"mak(?:es?|ing) (?:no|any|little) sense",
            r"(?:doesn't|does not|not) make "
            r"(?:any |much )?sense", r"unclear", r"not clear",
            r"(?:i'm|i am|you(?:'ve)? lost|got) (?:a bit |totally |"
            r"completely )?(?:lost|me)(?= (?:here|now|there)|\W*$)", r"i'm lost",
            r"puzzl(?:ed|ing)", r"baffl(?:ed|ing)",
            r"perplex\w+", r"bewilder\w+", r"huh", r"h[äa]+h?", r"come again", r"wait,? what",
            r"say (?:that|what) again",
            r"(?:can|could) you (?:rephrase|clarify|explain (?:what you|the question|that again))",
            r"no (?:idea|clue) "
            r"(?:what|how)(?: to)?(?: you)?", r"(?:such as|like what|as in)(?=\W*\?)",
            r"in what (?:way|sense)",
            r"(?:sorry|pardon),? what", r"pardon", r"too complicated",
            r"versteh(?:e)? (?:ich )?(?:das |die frage |dich |"
            r"es |gar |leider )*(?:nicht|nichts|nur bahnhof)",
            r"(?:das|ich) versteh(?:e)? (?:ich )?(?:das )?nicht",
            r"(?:kapier|check|raff)e? (?:ich )?(?:das )?nicht", r"verwirr\w+",
            r"was (?:genau )?(?:meinst|meinen) (?:du|sie)",
            r"was (?:hei[sß]+t|bedeutet|soll) das", r"unklar", r"nicht klar", r"wie bitte",
            r"keine ahnung,? was",
            r"wei[sß]+ nicht,? was (?:du|sie|das|ich)",
            r"(?:ergibt|macht) (?:f[üu]r mich )?keinen sinn",
            r"wie (?:ist das|meinst du das|ist das gemeint)",
            r"steh(?:e)? (?:ich )?auf dem schlauch",
        ),
    ),
    (
        Mood.SATISFIED,
        _any_of(
            r"thanks?(?! to)", r"thank you", r"thx", r"perfect(?:ly)?",
            r"(?:i )?appreciate (?:it|that|this)", r"(?:i'm|i am) (?:really |so |very )?impressed",
            r"sounds (?:great|good|wonderful|perfect|lovely|fantastic)", r"vielen dank",
            r"(?:lovely|wonderful|nice) (?:idea|plan|choice|suggestion)",
            r"klingt (?:gut|super|toll|prima)",
            r"great(?= (?:job|work|idea|help|answer|stuff|"
            r"suggestion|choice|question)|\W*$|[,.!])", r"awesome", r"brilliant", r"excellent",
            r"wonderful", r"fantastic",
            r"amazing", r"love (?:it|this|that)",
            r"like (?:it|this|that)(?= (?:a lot|very)|\W*$)",
            r"exactly what i", r"just what i",
            r"that(?:'s| is) (?:it|great|good|perfect|helpful|exactly|very helpful|really "
            r"helpful)", r"(?:very|really|so|super) (?:helpful|useful|happy|pleased|glad)",
            r"helpful", r"(?:this|that|you) helps?"
            r"(?:ed)?(?: (?:me )?a lot)?", r"well done", r"good (?:job|work|idea|point)",
            r"nice(?= (?:one|work|job|idea)|\W*$|"
            r"[,.!])", r"cool(?=\W*$|[,.!])", r"yay", r"woo ?hoo", r"hooray",
            r"(?:i'm|i am) (?:happy|glad|pleased|satisfied)",
            r"works (?:great|perfectly|well|fine)",
            r"you(?:'re| are) (?:great|the best|a star|a lifesaver)", r"danke\w*",
            r"super", r"perfekt", r"toll", r"klasse", r"prima", r"wunderbar", r"gro[sß]artig",
            r"spitze", r"genial",
            r"hervorragend", r"ausgezeichnet", r"sehr (?:gut|sch[öo]n|hilfreich)", r"hilfreich",
            r"gef[äa]llt mir", r"genau das",
            r"freut mich", r"hat (?:mir )?(?:sehr )?geholfen", r"gut gemacht", r"cheers",
        ),
    ),
)  # fmt: skip
_SHOWN: Final[tuple[tuple[Mood, frozenset[str]], ...]] = (
    (Mood.FRUSTRATED, frozenset("😠😡🤬😤🙄😒👿💢")),
    (Mood.CONFUSED, frozenset("😕🤔😵🤷🧐🤨❓")),
    (Mood.SATISFIED, frozenset("😀😃😄😁😊🙂😍🥰🎉👍💯🙏❤🤩😎👏✨")),
)
_WONDERS: Final = re.compile(r"[\s?!]*\?[\s?!]*\Z")


def mood_of(text: str) -> Mood:
    """The mood of one message; frustration outranks confusion, which outranks satisfaction."""
    said = _read(text)
    if _WONDERS.match(said):
        return Mood.CONFUSED
    for mood, cues in _CUES:
        if any(_holds(mood, said, found) for found in cues.finditer(said)):
            return mood
    return next((mood for mood, faces in _SHOWN if faces.intersection(said)), Mood.NEUTRAL)


def _read(text: str) -> str:
    """What is read of the text: its beginning and its end, apostrophes made plain."""
    if len(text) > 2 * _LONGEST_READ:
        text = f"{text[:_LONGEST_READ]}\n{text[-_LONGEST_READ:]}"
    return " ".join(text.replace("’", "'").split())


def _holds(mood: Mood, said: str, found: re.Match[str]) -> bool:
    """Whether the cue means what it says: "not great" satisfies nobody, "not annoying" annoys "
    "none."""
    if mood is Mood.CONFUSED:
        return True
    return not _NEGATED.search(said[max(0, found.start() - _BEFORE) : found.start()])


_BEFORE: Final = 30
