"""What a message does to what was said before: corrects it, takes it back, or passes it over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from agents.dialogue.answering.finding import find
from agents.dialogue.answering.kinds import Kind
from agents.dialogue.understanding.context import Context
from agents.dialogue.understanding.reading import Clause, clause_of, cue, whole

_IT: Final = r"(?:it|this|that|the (?:change|correction|last (?:one|change|thing|answer)))"
_STEP: Final = r"(?:question|step|one|part|point|bit|section|topic)"
_SAY: Final = (
    r"(?:say|answer|tell(?: you)?|share|discuss|disclose|talk about|reveal|respond|comment)"
)
_CANCEL: Final = whole(
    r"never ?mind(?: (?:that|it|this|me|about (?:it|that|this)|what i said|my last \w+))*",
    rf"(?:cancel|undo|revert|reverse|abort)(?: {_IT}| everything)?",
    r"forget (?:about )?it(?: please)?", r"(?:drop|scrap) (?:it|that|this)",
    r"leave (?:it|that|everything|things)(?: (?:as|the way|like) (?:it|that|they|things) (?:was|"
    r"were|is|are)"
    r"(?: before)?| alone| be| unchanged)",
    r"keep (?:it|that) (?:as|the way|like) (?:it|that) (?:was|is)(?: before)?",
    r"(?:i )?take (?:that|it|this) back", r"no change(?:s)?",
    r"(?:as|like) (?:it was )?before", r"put it back(?: (?:as|the way) it was)?",
    r"vergi(?:[sß]|ss) es", r"schon gut", r"(?:ist )?(?:schon )?egal,? vergi(?:[sß]|ss) es",
    r"(?:brich|breche?) (?:das |es |bitte )*ab", r"abbrechen", r"(?:doch )?abbruch",
    r"storniere? (?:das|es)", r"(?:doch )?nicht mehr [äa]ndern",
    r"lass (?:es|das|gut sein|alles)(?: (?:bitte|sein|gut|so|bleiben|wie es (?:war|ist)|doch))*",
    r"mach(?:e)? (?:das|es) (?:bitte )?(?:wieder )?r[üu]ckg[äa]ngig",
    r"r[üu]ckg[äa]ngig(?: machen)?",
    r"(?:ich )?nehm(?:e)? (?:ich )?(?:das|es) zur[üu]ck", r"(?:alles )?wie (?:vorher|zuvor|es war)",
    r"lass mal(?: gut sein)?",
)  # fmt: skip
_PLAN: Final = (
    r"(?:the|this|that|my|our|your|all (?:the|these|this|that)) (?:whole |entire )?"
    r"(?:plan(?:ning)?|thing|process|question(?:s|ing)?|interview)"
)
_STOP: Final = whole(
    rf"(?:stop|quit|cancel|abort|end|abandon|drop|scrap|forget(?: about)?|discard|leave)(?: "
    rf"with)? {_PLAN}",
    r"(?:stop|quit)(?: (?:it|this|that|now|here|everything|all this))*", r"stopp",
    r"stop asking(?: me)?(?: (?:this|that|these|so|many|any|more|all|those|stupid))*(?: "
    r"questions?)?",
    r"(?:i )?(?:don't|do not|won't) (?:(?:want|wish|feel like|like)(?: to)? )?(?:continue|"
    r"continuing|"
    r"go(?:ing)? on|carry(?:ing)? on|proceed|keep going)(?: (?:with )?(?:this|it|that|the plan))?"
    r"(?: any ?more| any longer)?",
    r"(?:i )?(?:don't|do not) (?:want|like) (?:to (?:do|plan) )?(?:this|it|that|the plan)"
    r" (?:any ?more|any longer)", r"no more questions",
    r"(?:i'm|i am) done with (?:this|the|that) plan",
    r"(?:ich )?hab(?:e)? keine (?:lust|zeit) mehr(?: dazu| darauf)?",
    r"(?:brich|breche?|brechen wir) (?:(?:das|es|bitte|den|diesen|unseren|die) )*(?:ganzen? )?"
    r"(?:plan(?:ung)? )?ab",
    r"(?:(?:den|das|diesen|die|alles) )*(?:ganzen? )?(?:plan(?:ung)? )?(?:bitte )?"
    r"(?:abbrechen|beenden|stoppen|verwerfen)",
    r"stopp?e? (?:das|es|den plan|die planung)", r"h[öo]re? (?:bitte |jetzt |endlich |damit )*auf"
    r"(?: damit| zu fragen| mit .{1,30})?",
    r"(?:ich )?(?:will|mag|m[öo]chte)(?: (?:das|den plan))? nicht (?:mehr|weiter ?machen)"
    r"(?: weiter ?machen)?",
    r"vergi(?:[sß]|ss) (?:den|die|das) (?:ganzen? )?(?:plan(?:ung)?|ganze)",
    r"verwirf den plan", r"das war'?s mit dem plan", r"keine (?:weiteren )?fragen mehr",
)  # fmt: skip
_FILLS: Final = whole(
    r"(?:sorry|oh|ok(?:ay)?|well|no|nope|yes|hm+|ah|please|wait|actually|bitte|ach|nein|ja|"
    r"entschuldigung|moment|naja|na gut)(?: (?:no|nein|sorry|actually))?",
    r"(?:i |ich )?(?:really )?(?:don't|do not|can't|cannot) (?:know|care|say|remember|"
    r"decide)(?: (?:it|that|yet|"
    r"now|right now|at the moment))*",
    r"i(?:'ve| have)? changed my mind",
    r"(?:i have )?no (?:idea|clue|answer)(?: (?:to|for) (?:that|this))?",
    r"(?:i'm )?not sure(?: yet)?",
    r"(?:that's |it's |that is )?(?:not|un) ?(?:relevant|important|necessary|applicable)",
    r"(?:it |that )?(?:doesn't|does not) (?:matter|apply)(?: to me)?",
    r"(?:das )?(?:wei[sß]+|wusste) ich (?:das )?(?:noch |leider |jetzt |gerade )*nicht",
    r"keine ahnung",
    r"(?:ich )?wei[sß]+ (?:es |das |noch |leider |ich )*nicht",
    r"(?:das )?ist (?:mir )?(?:egal|nicht wichtig)",
)  # fmt: skip
_AFTER_A_CORRECTION: Final = whole(
    r"(?:forget|ignore|disregard) (?:that|this)", r"(?:leave|keep) (?:it|that|\w+)",
    r"(?:go )?back to the (?:old|first|former) (?:one|value|answer)",
    r"lass es beim alten",
    r"(?:keep|use|take|stay with|stick with|go back to) (?:the )?(?:old|first|former|original|"
    r"previous)"
    r"(?: \w+)?",
    r"(?:the )?(?:old|first|former|original|previous) (?:one|value|answer)(?: .{1,30})?",
    r"it was (?:right|correct|fine) (?:before|as it was)", r"(?:it was )?(?:right|fine) before",
    r"vergi(?:[sß]|ss) das", r"doch nicht", r"(?:das )?alte (?:\w+ )?(?:war richtig|behalten)",
    r"(?:es|das) war (?:vorher |schon )?richtig", r"stimmte? (?:doch|schon)(?: vorher)?",
)  # fmt: skip
_SKIP: Final = whole(
    rf"skip(?: (?:over )?(?:it|this|that)(?: {_STEP})?| (?:over )?(?:the|to the|to)(?: (?:next|"
    rf"current))?"
    rf" {_STEP}| ahead| on)*",
    rf"pass(?: on (?:it|this|that)(?: {_STEP})?)?",
    rf"next(?: {_STEP})?", rf"(?:move|carry|go|jump|continue|proceed) (?:on|ahead|over)"
    rf"(?: to (?:the )?next(?: {_STEP})?)?",
    rf"(?:go|jump|continue|proceed) (?:on )?(?:to|with) (?:the )?next(?: {_STEP})?",
    r"leave (?:it|this|that)(?: one| question)? (?:out|open|blank|empty|for later)",
    rf"(?:i(?:'d| would)? |we'd )?(?:rather|prefer|prefer to|rather to) ?(?:not|"
    rf"skip)(?: to)?(?: {_SAY}"
    r"| it| this| that| (?:this |that )?question)+",
    r"(?:i )?prefer not to", r"no comment", r"none of your business",
    rf"(?:i(?:'d| would)? )?(?:do not|don't|won't|will not|am not going to|'m not going to|"
    rf"refuse to|"
    rf"would not|wouldn't)(?: (?:want|wish|like|care|intend))?(?: to)? {_SAY}"
    r"(?: (?:you|that|it|this|the question|this question|about (?:it|that)))*",
    r"(?:that's|it's|this is|that is) (?:private|personal|confidential|my business)",
    r"(?:ask|come back to|do|return to)(?: me)?(?: (?:that|this|it))* later",
    rf"not this {_STEP}",
    r"(?:i'll|i will|i can|let me|i'd rather) (?:answer|tell you|say|decide|do|think about)"
    r"(?: (?:that|this|it|on that|about it))* later",
    r"(?:das )?(?:beantworte|sage?|entscheide|mache?|[üu]berlege?) ich (?:dir |mir |das |es )*"
    r"(?:sp[äa]ter|nachher|ein andermal)",
    r"frage? (?:mich |das |bitte |doch )*(?:noch ?mal )?(?:sp[äa]ter|nachher)(?: noch ?mal| "
    r"wieder)*",
    r"lassen wir (?:das|es|die frage) (?:weg|aus|offen)",
    r"(?:das )?(?:sp[äa]ter|nachher) (?:machen|kl[äa]ren|beantworten)",
    r"das (?:sp[äa]ter|nachher) (?:machen|kl[äa]ren|beantworten)", r"dazu sage? ich nichts",
    r"[üu]berspring(?:e|en(?: wir)?)?(?: (?:das|es|die frage|diese frage|den schritt|"
    r"diesen schritt))?",
    r"(?:ich m[öo]chte |ich w[üu]rde |k[öo]nnen wir |kann ich |lass uns |wir |das |diese frage |"
    r"die frage"
    r" |den schritt |diesen schritt |diesen punkt |es |gerne? |lieber )+(?:[üu]berspringen|"
    r"auslassen|"
    r"weglassen)", r"weiter(?: (?:geht's|zu[rm] n[äa]chsten (?:frage|schritt)))?",
    r"(?:zur |die |zum )?n[äa]chste[rn]? (?:frage|schritt|punkt)", r"(?:ich )?passe?",
    r"(?:dazu |das |dar[üu]ber )?(?:m[öo]chte|will|werde) ich (?:dir |ihnen |lieber |dazu |das )*"
    r"(?:nichts|nicht) (?:sagen|verraten|beantworten|angeben|dazu sagen)",
    r"(?:ich )?(?:m[öo]chte|will) (?:dazu |das |die frage |lieber )*(?:nichts|nicht) (?:sagen|"
    r"beantworten|"
    r"verraten|angeben)", r"keine angaben?", r"(?:das )?lassen wir (?:weg|aus|offen)",
    r"lass (?:das|es|die frage) (?:weg|aus|offen)", r"(?:das ist |ist )(?:privat|pers[öo]nlich)",
    r"(?:frag(?:e)? )?(?:mich )?(?:das )?sp[äa]ter(?: noch ?mal)? (?:fragen|noch ?mal)",
    r"das geht dich nichts an",
)  # fmt: skip
_CORRECTION: Final = cue(
    r"i (?:actually |really )?(?:meant|mean(?= \d))", r"what i meant", r"i misspoke", r"i mistyped",
    r"(?:scratch|strike) (?:that|this|it)",
    r"(?:that|it|this) (?:was|is|were) (?:a )?(?:wrong|mistake|"
    r"incorrect|typo|not (?:right|correct|what i (?:meant|said)))",
    r"(?:that|it)'s (?:a )?(?:wrong|"
    r"mistake|incorrect|typo|not (?:right|correct|what i (?:meant|said)))",
    r"i (?:made|have made) a (?:mistake|typo)", r"my (?:mistake|bad)", r"i was (?:wrong|mistaken)",
    r"i (?:have |'ve )?changed my mind", r"on second thoughts?", r"i got (?:that|it) wrong",
    r"i have to correct(?: myself)?", r"let me correct", r"to correct (?:myself|that)",
    r"i take back",
    r"i (?:said|wrote|told you) .{1,60} but (?:it(?:'s| is)|i mean\w*|it should)",
    r"ich meinte", r"ich habe? mich (?:vertan|geirrt|verschrieben|versprochen|verlesen)",
    r"habe? mich (?:vertan|geirrt|verschrieben|versprochen)", r"streich(?:e)? das",
    r"(?:das|es) (?:stimmt(?:e)? (?:so )?(?:doch )?nicht|war (?:falsch|ein fehler|verkehrt)|"
    r"ist falsch)",
    r"mein fehler", r"ich (?:hab|habe) (?:es |'s )?mir anders [üu]berlegt",
    r"hab's mir anders [üu]berlegt",
    r"ich muss (?:das |mich )?(?:korrigieren|berichtigen)", r"sondern",
)  # fmt: skip
_CONTRAST: Final = re.compile(
    r"(?<!\w)(?:not (?!sure|certain|much|only|really|bad|too|very|so\b|that|just|necessarily|ideal|"
    r"perfect|an? |the best|yet|all|more|less|important)(?:[^\s,]+[\s,]+){1,5}?but(?! (?:i|we|"
    r"it)\b)|"
    r"(?:it's|it is|that's) not [^,]{1,40}, (?:it's|it is|but)|nicht [^,]{1,60}, sondern)(?!\w)",
    re.IGNORECASE,
)
_CORRECTS: Final = whole(
    r"make (?:it|that|this|them) (?!easy|simple|quick|short|work|happen|up|there|"
    r"clear)(?!.{1,40} for me$)"
    r".{1,200}",
    r"(?:change|set|update|correct|adjust|modify|switch|edit|fix|amend|move|increase|raise|lower|"
    r"reduce|"
    r"extend|shorten) (?:(?:that|this|it)(?: answer| one)?|(?:(?:the|my|"
    r"our) )?(?:[\w-]+ ){1,6}(?:to|from|by|into)"
    r" .{1,200}|(?:the|my|our) (?:last |previous |earlier |first )?(?:answer|reply|choice|date|"
    r"dates|budget|"
    r"entry|value|response)(?: .{1,100})?|what i .{1,100})",
    r"(?:please )?(?:put|take|use|say|let's say|have) .{1,80} instead(?! of)",
    r"(?:it|that|this|the [\w ]{1,30}|my [\w ]{1,30}) (?:should|has to|must|ought to) (?:rather )?"
    r"(?:be|have been|read|say) .{1,120} (?:instead|not)\b.{0,60}",
    r"correction(?:\W.{0,200})?",
    r"(?:make|set|have) (?:a|one) (?:correction|change)(?:\W.{0,200})?",
    r".{1,120}[\s,]instead",
    r"(?:mach|mache) (?:doch |bitte |lieber |da )*.{1,80} daraus",
    r"(?:mach|mache) (?:doch |lieber )+.{1,80}",
    r"(?:[äa]nder(?:e|n wir)?|korrigiere?|setze?|erh[öo]he?|verschiebe?) (?:bitte )?(?:das|den|"
    r"die|mein\w*|"
    r"es|meinen)\b.{0,200}", r"korrektur(?:\W.{0,200})?",
    r".{1,120}[\s,](?:stattdessen|statt ?dessen)",
    r"(?:doch lieber|lieber doch|lieber) (?!nicht\Z).{1,120}", r"(?:doch )?eher .{1,120}",
    r"(?:k[öo]nnen wir|kann ich|ich (?:m[öo]chte|w[üu]rde|muss)) .{1,160} (?:[äa]ndern|korrigieren|"
    r"berichtigen|anpassen)",
)  # fmt: skip
_UNMARKED: Final = (
    r"(?!i don't (?:mind|care|know)|i have no|nothing|nichts|it doesn't|it does not|"
    r"that's (?:fine|great|good)|not (?:sure|really))(?=\w)"
)
_MARKED: Final = re.compile(
    r"\W*+(?:(?:no|sorry|wait|oh|oops|ups|hm+|well|ah|nein|moment|warte|ach)[\s,.!…–—-]+)*"
    r"(?:(?:actually|correction|eigentlich|doch lieber|i meant?|ich mein(?:t)?e)[\s,:–—-]+|"
    r"(?:wait|oops|hold on|hang on|ups|hoppla|moment|warte|pardon|verzeihung)[\s,.!…–—-]+"
    rf"(?:no|nein|make)[\s,.!…–—-]+|(?:no|nein)[\s,]+(?:wait|hold on|moment|warte)[\s,.!…–—-]+|"
    rf"(?:moment|warte|halt|nein|ach)[\s,.!…–—-]+doch (?!nicht|noch))"
    rf"{_UNMARKED}",
    re.IGNORECASE,
)
_AFTER_ALL: Final = re.compile(
    r"\W*+(?:no|sorry|wait|oh|oops|hold on|hang on|"
    r"nein|moment|warte|halt|stopp|ach|entschuldigung)[\s,.!…–—-]+"
    r"[^?]{1,80}(?:\bafter all\b|"
    r"\bdoch (?!schon|noch|nur|immer|ganz|gar|nicht|so\b|klar|egal|keine))",
    re.IGNORECASE,
)
_RETRACTS: Final = cue(
    r"scratch (?:that|this|it)", r"strike that",
    r"(?:that|it)(?:'s| is| was) (?:wrong|a mistake|a typo|"
    r"incorrect|not right)", r"mistake", r"my bad", r"changed my mind", r"mistyped", r"misspoke",
    r"streich(?:e)? das", r"vertan|geirrt|verschrieben|versprochen", r"falsch", r"mein fehler",
    r"anders [üu]berlegt", r"stimmt (?:so )?nicht", r"second thoughts?", r"correction",
    r"korrektur",
)  # fmt: skip
_MOST_WORDS_OF_A_RETRACTION: Final = 8
_SETS: Final = re.compile(
    r"[^\w:=]*+(?:\b(?:is|are|was|be|to|now|should|must|"
    r"has|ist|sind|sei|"
    r"auf|jetzt|nun|now|soll|sollte|betr[äa]gt|lautet|liegt)\b|[=:]|\bactually\b|\bdoch\b)",
    re.IGNORECASE,
)
_ALTERS: Final = (
    r"(?:make|set|put|change|update|correct|adjust|modify|edit|fix|amend|raise|lower|increase|"
    r"reduce|redo|revise|rethink|reconsider|[äa]ndere?|[äa]ndern|korrigiere?n?|anpassen|"
    r"setze?n?|berichtigen)"
)
_OWNED: Final = r"(?:my|the|our|that|das|den|die|mein\w*|unser\w*)"
_DENIED: Final = r"(?:not|nicht|instead of|rather than|statt|anstatt|anstelle von)"
_NO_FIRST: Final = re.compile(r"\W*+(?:no|nope|nein|n[öo]|nee)\b\s*[,.!:–—-]+\s*", re.IGNORECASE)
_NEGATES: Final = cue(
    r"no", r"not", r"none", r"nothing", r"never", r"don't", r"doesn't", r"haven't", r"isn't",
    r"can't",
    r"nicht\w*", r"kein\w*", r"nie", r"that's all", r"all good", r"thanks", r"danke", r"idea",
)  # fmt: skip
_SHORT: Final = 5


def cancels(clause: Clause, *, just_corrected: bool) -> bool:
    """Whether it takes back what was last done, or ends what is being done."""
    if _cancels(clause, just_corrected=just_corrected):
        return True
    pieces = tuple(_pieces(clause))
    taken_back = [_cancels(piece, just_corrected=just_corrected) for piece in pieces]
    return any(taken_back) and all(
        back or _FILLS.match(piece.trimmed) for back, piece in zip(taken_back, pieces, strict=True)
    )


def _cancels(clause: Clause, *, just_corrected: bool) -> bool:
    forms = (clause.trimmed, clause.bare, clause.wanted)
    if any(_CANCEL.match(form) or _STOP.match(form) for form in forms):
        return True
    return just_corrected and any(_AFTER_A_CORRECTION.match(form) for form in forms)


def skips(clause: Clause) -> bool:
    """Whether it passes over what was asked."""
    if _skips(clause):
        return True
    pieces = tuple(_pieces(clause))
    passed = [_skips(piece) for piece in pieces]
    return any(passed) and all(
        over or _FILLS.match(piece.trimmed) for over, piece in zip(passed, pieces, strict=True)
    )


def _skips(clause: Clause) -> bool:
    return any(_SKIP.match(form) for form in (clause.trimmed, clause.bare, clause.wanted))


_PAUSE: Final = re.compile(r"\s*[,;–—]\s*(?:(?:and|und|but|aber)\s+)?")
_MOST_PIECES: Final = 4


def _pieces(clause: Clause) -> Iterator[Clause]:
    """What stands between its commas, where that is not much."""
    found = _PAUSE.split(clause.trimmed, maxsplit=_MOST_PIECES)
    if 1 < len(found) <= _MOST_PIECES:
        yield from (clause_of(piece, piece) for piece in found)


def corrects(clause: Clause, context: Context) -> bool:
    """Whether it replaces something that was said before.

    Args:
        context: With the facts: "my budget is 900" corrects only a budget that is known.
    """
    plain, facts = clause.plain, context.facts
    if _CORRECTION.search(plain) or _CONTRAST.search(plain) or _MARKED.match(plain):
        return True
    if any(_CORRECTS.match(form) for form in (clause.bare, clause.wanted)):
        return True
    if not facts:
        return False
    # A no to a question that asks for yes or no is its answer, whatever comes with it.
    if _turns_out(plain) or (not context.asks_yes_or_no and _contradicts(plain)):
        return True
    return _names_fact(clause, facts) or _denies_value(plain, facts)


def retracts(clause: Clause) -> bool:
    """Whether it says that something was wrong, and what is right comes after it."""
    plain = clause.plain
    short = len(plain.split()) <= _MOST_WORDS_OF_A_RETRACTION
    return short and bool(_RETRACTS.search(plain)) and not any(map(str.isdigit, plain))


def _contradicts(clause: str) -> bool:
    """A no with something short beside it: "No, Hamburg"."""
    found = _NO_FIRST.match(clause)
    rest = clause[found.end() :] if found else ""
    return bool(rest.strip()) and len(rest.split()) <= _SHORT and not _NEGATES.search(rest)


def _turns_out(clause: str) -> bool:
    """A value that is another than was thought: "Wait, three people are coming after all"."""
    values = (value for value in find(clause) if value.kind is not Kind.NAME)
    return bool(_AFTER_ALL.match(clause)) and any(values)


def _names_fact(clause: Clause, facts: Mapping[str, str]) -> bool:
    """A known fact is given by name, and not the value that is known, or it is to be changed."""
    said, wanted = clause.plain.casefold(), clause.wanted.casefold()
    for name, value in facts.items():
        named = re.escape(name.casefold().removesuffix("s")) + r"(?:e?[sn])?(?!\w)"
        if re.search(
            rf"(?<!\w){named} (?:are|is|was|were|stimmt|stimmen|ist|sind|war) (?:wrong|"
            rf"nicht|falsch)",
            said,
        ):
            return True
        if re.match(rf"{_ALTERS} (?:{_OWNED} )?{named}|(?:{_OWNED} )?{named} {_ALTERS}", wanted):
            return True
        found = re.search(rf"(?<!\w){named}", said)
        if found and _SETS.match(said[found.end() :]) and value.casefold() not in said:
            return True
    return False


def _denies_value(clause: str, facts: Mapping[str, str]) -> bool:
    """What is known, or a part of it, is said not to be: "not 800", "instead of Ireland"."""
    found = re.search(
        rf"(?<!\w){_DENIED} (?P<denied>[^,;:]{{3,60}}?)\s*(?:[,;.!]|$)", clause.casefold()
    )
    if found is None or len(found["denied"].split()) > _SHORT:
        return False
    denied = rf"(?<!\w){re.escape(found['denied'])}(?!\w)"
    return any(re.search(denied, value.casefold()) for value in facts.values())
