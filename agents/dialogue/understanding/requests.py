"""What a message wants of the conversation itself: where it stands, back, afresh, what is known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from agents.dialogue.messages import Request
from agents.dialogue.understanding.asking import wants
from agents.dialogue.understanding.context import Context
from agents.dialogue.understanding.reading import Clause, cue, whole
from agents.dialogue.understanding.team_wishes import asks_team

_STEP: Final = r"(?:step|question|one|part|point|stage|schritt|frage|punkt)"
_BEFORE: Final = r"(?:previous|last|first|second|third|earlier|prior|preceding|that|other)"
_MADE: Final = (
    r"(?:plan|organi[sz]e|learn|prepare|write|build|create|design|develop|set up|arrange|work on|"
    r"talk about|focus on|speak about|discuss|do something|start)"
)
_PLANEN: Final = (
    r"(?:planen|organisieren|lernen|vorbereiten|schreiben|bauen|entwerfen|reden|machen)"
)
_PATTERNS: Final[Mapping[Request, re.Pattern[str]]] = MappingProxyType(
    {
        Request.WHERE: whole(
            r"where (?:are|were) we(?: (?:at|with (?:this|the plan)|in (?:the|this|our) (?:plan|"
            r"process|conversation)|standing|heading))?",
            r"where (?:do|did) we (?:stand|stop|leave off)", r"where am i",
            r"how far (?:along )?(?:are|have) we(?: (?:come|got(?:ten)?|along|in|with .*))*",
            r"how far along(?: are we| am i)?",
            r"(?:what|which)(?:'s| is| are| steps are| questions are| steps)? "
            r"(?:still )?(?:left|missing|remaining|open|still to do|to go)(?: to (?:do|answer))?"
            r"(?: in the plan| for (?:me|us))?",
            r"what(?:'s| is| comes| do we do)? next(?: step)?", r"what remains",
            r"how (?:many|much)(?: more)? (?:steps|questions|is|are)?\s?(?:are |is )?(?:there )?"
            r"(?:still )?(?:left|remain(?:ing)?|to go|to come|more)(?: (?:to go|to answer))?",
            r"how (?:many|much) more(?: (?:steps|questions))?(?: (?:are there|to go|left|"
            r"do you have))*",
            r"(?:which|what) (?:step|question)(?: number)? (?:are we (?:on|at|in)|is this|"
            r"am i (?:on|at))",
            r"(?:show me |what(?:'s| is) )?(?:the |our |my )?(?:status|progress)(?: so far)?",
            r"(?:are we|is this) (?:almost |nearly )?(?:done|finished|there)(?: yet)?",
            r"(?:show me|what(?:'s| is)) the plan",
            r"wo (?:sind|waren|stehen) wir(?: (?:gerade|stehen ?geblieben|denn|im plan|nun))*",
            r"wie weit (?:sind|waren) wir(?: (?:schon|denn|gekommen))*",
            r"was (?:fehlt|bleibt|kommt|ist) (?:denn )?(?:noch|als n[äa]chstes)"
            r"(?: (?:offen|[üu]brig|zu tun))?",
            r"wie ?viele? (?:schritte |fragen )?(?:kommt|kommen|fehlt|fehlen|bleibt|bleiben|"
            r"sind) (?:denn |da |"
            r"jetzt )*noch",
            r"wie viele? (?:schritte|fragen)?\s?(?:sind es |kommen |fehlen |gibt es |bleiben )?noch"
            r"(?: (?:[üu]brig|offen))?",
            r"(?:welcher schritt ist das|bei welchem schritt sind wir)(?: gerade)?",
            r"(?:zeige? (?:mir )?|wie ist )?(?:den |der )?(?:stand|fortschritt|plan)(?: der "
            r"dinge)?",
        ),
        Request.BACK: whole(
            rf"(?:go|step|move|jump|get|take me|return)? ?back(?: (?:a|one) (?:{_STEP}|bit))?"
            rf"(?: to (?:the |my )?{_BEFORE}(?: {_STEP})?| to (?:the )?(?:step|question)"
            r"(?: (?:about|on|with|for))?(?: [\w ]{1,30})?)?",
            rf"(?:to |go to |return to )?(?:the )?(?:previous|last) {_STEP}", r"one step back",
            rf"(?:redo|repeat|revisit) (?:the )?(?:previous|last) {_STEP}", r"undo the last step",
            r"(?:geh(?:e|en wir)?|gehen|lass uns|noch|einmal|noch ?mal|wieder|spring(?:e)?| )*"
            r"(?:einen schritt |eine frage |ein schritt )?zur[üu]ck(?: ?gehen)?"
            r"(?: zu[rm] (?:letzten |vorigen |vorherigen |ersten )?(?!ck\b)[\w-]{3,30})?(?: "
            r"zur[üu]ck(?: ?gehen)?)?",
            r"zu[rm] (?:letzten|vorigen|vorherigen|ersten) \w{4,30} zur[üu]ck(?: ?gehen)?",
            r"(?:go|come|get|jump) back to (?:the |my |our )(?!city|town|country|hotel)[\w-]{3,30}",
            r"einen schritt zur[üu]ck ?gehen",
            r"(?:zu[rm] |die |den )?(?:vorigen?|vorherigen?|letzten?) (?:schritt|frage)"
            r"(?: (?:bitte|noch ?mal|zur[üu]ck))*",
        ),
        Request.START_OVER: whole(
            r"(?:start|begin|try)(?: (?:all|everything|it|this|the plan|the whole thing))*"
            r" (?:over|again|anew|afresh|from (?:scratch|the (?:beginning|start|top)|zero))"
            r"(?: (?:from (?:scratch|the (?:beginning|start|top))|with (?:the|this) plan))*",
            r"(?:start|begin) (?:a )?new(?: (?:plan|conversation))?", r"from the (?:top|beginning)",
            r"re-?start(?: (?:the plan|this|it|everything))?",
            r"reset(?: (?:the plan|this|it|everything))?",
            r"(?:fang(?:e|en wir)? |lass uns |wir )?(?:alles |noch ?mal |nochmals |bitte |ganz )*"
            r"(?:von (?:ganz )?(?:vorne?|anfang an|neuem)|neu)"
            r"(?: (?:anfangen|beginnen|starten|an|noch ?mal))*",
            r"neu ?start(?:en)?", r"alles auf anfang", r"fang (?:bitte )?neu an",
        ),
        Request.RECALL: whole(
            r"what (?:do|did) (?:you|u) (?:already |now )?(?:know|remember|have|keep|store|learn)"
            r"(?: (?:about|on|of|from|so far)(?: (?:me|us|my .{1,40}))?)+",
            r"what(?: all)? (?:did|have) (?:i|we) (?:already |just )?(?:tell|told|say|said|give|"
            r"given|"
            r"answer(?:ed)?|mention(?:ed)?|decided?)(?: (?:you|so far|about .{1,40}|"
            r"(?:for|as) .{1,40}|before|earlier|until now))*",
            r"(?:do|did|can) you (?:still )?(?:remember|recall|know)"
            r" (?:what i (?:said|told you|want(?:ed)?)|me|my .{1,40})(?: .{1,40})?",
            r"(?:tell me|show me|list|summari[sz]e|repeat|recap)(?: me)? (?:everything|all|what)"
            r" (?:that )?(?:you (?:know|remember|have|noted)|i (?:said|told you|have said))"
            r"(?: .{1,40})?",
            r"what (?:have you|did you|you(?:'ve)?) (?:noted|note|remembered?|stored?|saved?|"
            r"learned|"
            r"written down|gathered|got)(?: .{1,40})?",
            r"what (?:do|can) you (?:still )?remember(?: .{1,40})?", r"what do you already know",
            r"(?:zeig(?:e)?|sag) mir,? was du (?:wei[sß]+t|hast)",
            r"was wei[sß]+t du (?:denn |jetzt |schon |bereits )*(?:schon|bereits|bisher|alles)",
            r"what facts do you (?:have|know).{0,40}",
            r"was (?:wei[sß]+t|wissen) (?:du|sie) (?:schon |alles |bisher )*"
            r"(?:[üu]ber|von) (?:mich|mir|uns)(?: .{1,30})?",
            r"was (?:habe?|hatte) ich (?:dir |ihnen |denn )?(?:bisher |schon |bis jetzt |alles )*"
            r"(?:gesagt|erz[äa]hlt|angegeben|geantwortet|[üu]ber .{1,40} gesagt|"
            r"zu .{1,40} gesagt)",
            r"was hast du (?:dir )?(?:bisher |alles |schon )*(?:gemerkt|notiert|gespeichert)"
            r"(?: .{1,40})?",
            r"(?:wei[sß]+t|erinnerst) du (?:noch|dich).{0,60}",
        ),
        Request.FORGET: whole(
            r"(?:please )?(?:forget|erase|disregard|un-?remember) (?:about )?(?:that|this|"
            r"my [\w ]{1,40}|"
            r"everything|all(?: of (?:it|that))?|me|what (?:i|we) .{1,80}|(?:the|our) "
            r"(?!(?:whole |entire )?(?:plan|thing))[\w ]{1,40}|"
            r"it all)(?: (?:i (?:said|told you)|again|you know about me))*",
            r"(?:delete|remove|clear|wipe) (?:all )?(?:my (?:data|facts?|answers?|name|details|"
            r"information|memory)|everything (?:i|you) .{1,60}|what (?:i|you) .{1,60})",
            r"(?:don't|do not|stop) (?:remember(?:ing)?|keep(?:ing)?|stor(?:e|ing)|sav(?:e|ing))"
            r" (?:that|this|my .{1,40}|what i .{1,40}|it|anything .{1,40})",
            r"vergi(?:[sß]|ss) (?:bitte )?(?:das|dies|alles|mich|mein\w* [\w ]{1,40}|d(?:en|ie|as) "
            r"(?!(?:ganzen? )?(?:plan|ganze))[\w ]{1,40}|was ich .{1,80})(?: (?:wieder|bitte))*",
            r"(?:l[öo]sche?|entferne?) (?:bitte )?(?:alle )?(?:mein\w* (?:daten|angaben|antworten|"
            r"name\w*)|"
            r"was (?:ich|du) .{1,60}|alles(?: .{1,60})?)",
            r"(?:das|dies) (?:sollst|kannst|darfst) du (?:wieder )?vergessen",
            r"merk dir das nicht",
        ),
        Request.HAND_OVER: whole(
            r"(?:i )?(?:talk|speak|chat|connect me|get me|transfer me|put me through|hand me over|"
            r"escalate|pass me on|have)(?: (?:to|with|me to))* (?:an? |some|your |the )?"
            r"(?:real |actual |live |human )*"
            r"(?:human(?: being)?|person|agent|operator|representative|someone(?: real)?|somebody|"
            r"colleague|supervisor|manager|support|staff|one|customer service)(?: .{1,30})?",
            r"(?:an? )?(?:(?:real|actual|live) (?:human|person|agent)|human(?: being| agent)?)",
            r"(?:mit )?(?:einem |einer |einen |jemand\w* )?(?:echten |richtigen )?(?:menschen?|"
            r"mitarbeiter(?:in)?|person|kollegen|jemand(?:em|en)?) (?:sprechen|reden|schreiben)",
            r"(?:ich m[öo]chte |kann ich |lass mich |bitte )*(?:mit )(?:einem |einer |jemandem? )"
            r"?(?:echten |richtigen )?(?:menschen?|mitarbeiter(?:in)?|person|kollegen)"
            r" (?:sprechen|reden|verbinden|schreiben)",
            r"(?:verbinde?n? (?:sie )?mich|gib mir) (?:bitte )?(?:mit )?(?:einem |einer |einen )?"
            r"(?:echten |richtigen )?(?:menschen?|mitarbeiter(?:in)?|person|kollegen)",
        ),
    }
)  # fmt: skip
_NEW_GOAL: Final = whole(
    r"(?:have |set |i have |i've got |here's |choose |pick )?(?:an?|the|my)? ?(?:new|different|"
    r"other|"
    r"another) (?:goal|topic|plan|subject|task|project)(?:\W.{0,400})?",
    r"(?:change|switch|replace|update) (?:the|my|our) (?:goal|topic|plan|subject)(?:\W.{0,400})?",
    r"i(?:'ve| have) changed (?:my|the|our) (?:goal|plans?|topic)(?:\W.{0,400})?",
    r"mein (?:ziel|thema) hat sich ge[äa]ndert(?:\W.{0,400})?",
    r"(?:do|plan|talk about|work on|try) something (?:completely |entirely |totally )?(?:else|"
    r"different)",
    r"(?:etwas|was) (?:ganz |v[öo]llig )?anderes (?:machen|planen|besprechen)",
    r"(?:something|anything) (?:completely |entirely |totally )?(?:different|else) (?:instead|"
    r"altogether)(?:\W.{0,400})?",
    rf"(?:rather |sooner )?{_MADE}\W.{{1,400}}instead\W*",
    rf"(?:instead|rather)[\s,]+{_MADE}\W.{{1,400}}",
    rf"instead[\s,]+(?:let's|i(?:'d| would) like to|i want to|can we|could we) {_MADE}\W.{{1,400}}",
    r"(?:ein |mein |das )?(?:neues|anderes) (?:ziel|thema|projekt|vorhaben)(?:\W.{0,400})?",
    r"(?:ich (?:habe|m[öo]chte|will) |ich habe jetzt )(?:ein |das )?(?:neues|anderes) (?:ziel|"
    r"thema)"
    r"(?:\W.{0,400})?",
    r"(?:ich )?(?:m[öo]chte|will|w[üu]rde|lass uns|wir wollen)(?: (?:jetzt|nun|doch|ich))*"
    rf" (?:lieber|stattdessen|doch lieber)\W.{{1,400}}\W{_PLANEN}",
    rf"(?:ich )?(?:m[öo]chte|will|lass uns)\W.{{1,300}}\W(?:stattdessen|"
    rf"lieber)\W.{{0,100}}{_PLANEN}",
    r"(?:[äa]ndere?|wechsle|wechseln wir) (?:bitte )?(?:das|mein|unser) (?:ziel|"
    r"thema)(?:\W.{0,400})?",
)  # fmt: skip
_ANOTHER_THING: Final = whole(
    r"(?:rather |sooner )?(?:pick|buy|choose|find|look for|search for|get|sell|rent|apply for)"
    r"(?: me| us| out)? (?:an?|some|another) (?P<thing>.{1,200}?)(?: instead)?",
    r"(?:(?:ich|wir|m[öo]chten?|wollen|will|doch|lieber|stattdessen|jetzt|nun) )*"
    r"(?:einen?|ein|eine neue|neue) (?P<ding>.{1,200}) (?:kaufen|suchen|finden|aussuchen|"
    r"ausw[äa]hlen|verkaufen|mieten)",
)  # fmt: skip
_TURNS: Final = cue(
    r"instead", r"rather", r"actually", r"stattdessen", r"lieber", r"eigentlich", r"doch lieber"
)
_DROPS: Final = re.compile(
    r"(?:forget|drop|scrap|leave|never mind|cancel|vergi(?:[sß]|ss)|lass) (?:about )?"
    r"(?:the|this|that|my|our|d(?:en|ie|as)|mein\w*) [^,.;]{2,60}[,;–—]\s*(?P<rest>.+)",
    re.IGNORECASE | re.DOTALL,
)
_RATHER: Final = cue(r"(?:i(?:'d| would) |we'd )(?:much )?(?:rather|prefer to|sooner)")
_GOAL_VERB: Final = cue(_MADE)
_IS_MINE: Final = (
    r"(?:what|when|where|which|how much|how many|was|wann|wo|wie|wie hoch|wie viel)(?:'s| is| "
    r"was| are| were| ist|"
    r" sind| war| waren)? (?:my|our|mein\w*|unser\w*) {name}\w{{0,2}}"
    r"(?: (?:is|was|again|ist|war|noch|noch ?mal|denn|now|so far))*\Z"
)


def request_of(clause: Clause, context: Context) -> Request | None:
    """What the clause wants of the conversation; a new goal only where there is a plan."""
    forms = (clause.bare, clause.wanted)
    for request, pattern in _PATTERNS.items():
        if any(pattern.match(form) for form in forms):
            return request
    if asks_team(clause):
        return Request.ASK_TEAM
    if any(_asks_for(name, clause.bare) for name in context.facts):
        return Request.RECALL
    return Request.NEW_GOAL if context.in_plan and _turns_to_new_goal(clause, context) else None


def _asks_for(fact: str, bare: str) -> bool:
    """Whether it asks for what the user told: "what was my budget again?"."""
    name = re.escape(fact.removesuffix("s"))
    return bool(re.match(_IS_MINE.format(name=name), bare, re.IGNORECASE))


def _turns_to_new_goal(clause: Clause, context: Context) -> bool:
    forms = (clause.bare, clause.wanted)
    if any(_NEW_GOAL.match(form) for form in forms):
        return True
    if (dropped := _DROPS.match(clause.bare)) and wants(dropped["rest"]):
        return True
    if _turns_to_another_thing(clause, context):
        return True
    rather = _RATHER.search(clause.plain)
    return rather is not None and bool(_GOAL_VERB.match(clause.plain[rather.end() :].lstrip()))


def _turns_to_another_thing(clause: Clause, context: Context) -> bool:
    """Something is to be got that nobody spoke of: "I'd rather buy a car"."""
    if not _TURNS.search(clause.plain):
        return False
    found = (_ANOTHER_THING.match(form) for form in (clause.bare, clause.wanted))
    things = [match["thing"] or match["ding"] for match in found if match]
    return bool(things) and not context.shares_words(things[-1])
