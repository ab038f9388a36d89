"""Typed values in a reply: amounts, dates, times, durations, numbers, places and names.

English and German, by patterns: a few hundred words of two languages, and no list of cities or
brands, so that what was never seen is found as well as what was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from agents.dialogue.answering.kinds import Kind

_COUNT_WORDS: Final = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    "|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
    "|hundred|thousand|million|dozen"
    "|eins?|eine[mnrs]?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|dreizehn"
    "|vierzehn|fünfzehn|sechzehn|siebzehn|achtzehn|neunzehn|zwanzig|dreißig|vierzig|fünfzig"
    "|sechzig|siebzig|achtzig|neunzig|hundert|tausend"
)
_DIGITS: Final = r"\d+(?:[.,'\u202f]\d{3})*(?:[.,]\d+)?"
_AMOUNT: Final = rf"(?:{_DIGITS}|(?:{_COUNT_WORDS})(?:[ -](?:and )?(?:{_COUNT_WORDS}))*)"
_CURRENCY: Final = (
    r"€|\$|£|euros?|eur|dollars?|usd|bucks?|pounds?|quid|gbp|francs?|franken|chf|cents?|grand|yen"
)
_WEEKDAY: Final = (
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|(?:mon|diens|donners|frei|sams|sonn)tags?"
    r"|mittwochs?|sonnabends?"
)
_CLEAR_MONTH: Final = (
    r"january|february|april|june|july|august|september|october|november|december"
    r"|jan|feb|apr|aug|sept?|oct|nov|dec"
    r"|januar|februar|märz|mai|juni|juli|oktober|dezember|okt|dez"
)
_MONTH: Final = rf"(?:{_CLEAR_MONTH}|march|may|jun|jul|mar|mär)"
_ORDINAL: Final = r"\d{1,2}(?:st|nd|rd|th)"
_ORDINAL_WORDS: Final = (
    r"first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth"
    r"|thirteenth|fourteenth|fifteenth|twentieth|thirtieth"
    r"|ersten|zweiten|dritten|vierten|fünften|sechsten|siebten|achten|neunten|zehnten"
)
_SEASON: Final = (
    r"spring|summer|autumn|winter|christmas|easter|new year(?:'s)?|halloween|thanksgiving"
    r"|frühling|frühjahr|sommer|herbst|weihnachten|ostern|pfingsten|silvester|neujahr"
    r"|(?:oster|pfingst|sommer|herbst|weihnachts|winter|schul|semester)?ferien"
)
_UNIT: Final = (
    r"(?:minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|weekends?|months?|years?|yrs?"
    r"|minuten?|stunden?|tagen?|tage?s?|nächten?|nacht|wochen?|wochenenden?|monaten?|monate?|jahren?|jahre?)"
)
_DAYTIME: Final = (
    r"mornings?|afternoons?|evenings?|noon|midday|midnight|nighttime|lunchtime"
    r"|morgens|vormittags?|mittags?|nachmittags?|abends?|nachts|mitternacht|vormittag|nachmittag"
)
_NO_NAMES: Final = (
    "i i'm i'd i'll i've it it's the a an my we we'd our you your he she they this that these "
    "those there is are was and or but so if in on at for from to of with by as no not yes yeah "
    "sure ok okay please thanks thank hello hi hey well make just about around any some want need "
    "would could can will do does did have has look looking find search book let something someone "
    "maybe perhaps only actually preferably probably hmm oh what when where who why how which all "
    "both one two three four five six seven eight nine ten next then also am pm plan help tell "
    "show set try get give nothing none never everything anything either mostly mainly "
    "ich wir er sie es der die das den dem ein eine einen einem mein meine unser und oder aber "
    "ja nein nicht bitte danke hallo im an auf für von vom nach aus mit bei zu zum zur um "
    "vielleicht etwa ungefähr gerne ab bis seit wie wann wo wer warum"
)
_NOT_NAMES: Final = frozenset(_NO_NAMES.split())
"""Words that may begin a sentence, with a capital letter, and name nobody."""

REMEMBERED: Final = 256
"""Texts whose values are remembered: a clause is read as a part of a reply, and by itself."""


@dataclass(frozen=True, slots=True)
class Found:
    """One value in a reply.

    Attributes:
        text: As it stands there.
        start: Where it begins, in characters.
        end: Where it ends, exclusive.
    """

    kind: Kind
    text: str
    start: int
    end: int


def _pattern(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in alternatives), re.IGNORECASE)


_MONEY: Final = _pattern(
    rf"(?:€|\$|£|\b(?:eur|usd|chf|gbp))\s?{_DIGITS}\s?(?:k\b|million\b)?",
    rf"\b{_AMOUNT}\s?(?:k|thousand|million|tausend|mio)?\s?(?:{_CURRENCY})(?!\w)",
    r"\b\d+\s?k\b",
)
_DATE: Final = _pattern(
    r"\b\d{4}-\d{2}-\d{2}\b",
    r"\b\d{1,2}\.\s?\d{1,2}\.(?:\s?\d{2,4}\b)?",
    r"\b\d{1,2}/\d{1,2}(?:/\d{2,4})?\b",
    rf"\b(?:(?:early|mid|late|end of|beginning of|middle of|start of|anfang|mitte|ende)[ -])"
    rf"(?:the |nächsten? |diesen? |next |this )?(?:{_MONTH}|{_UNIT}|{_SEASON})\b",
    rf"\b(?:the )?(?:{_ORDINAL}|(?:{_ORDINAL_WORDS})) (?:of |day of )?(?:{_MONTH}|this month"
    r"|next month|the month)\b",
    rf"\b(?:(?:{_WEEKDAY}),? )?{_MONTH}\.? (?:the )?"
    rf"(?:{_ORDINAL}|\d{{1,2}}|(?:{_ORDINAL_WORDS}))\b(?:,? \d{{4}}\b)?",
    rf"\b(?:(?:{_WEEKDAY}),? )?(?:the |der |den |dem |am |vom |zum |ab |bis )?"
    rf"\d{{1,2}}\.? {_MONTH}\b(?:,? \d{{4}}\b)?",
    rf"\b(?:the |am |vom |zum |den |der |ab )?\b{_ORDINAL}\b",
    r"\b(?:am|vom|zum|den|der|ab|bis|bis zum) \d{1,2}\.(?!\d)",
    rf"\b(?:in|by|until|till|since|from|of|this|next|last|im|bis|ab|seit|nächsten) {_MONTH}\b",
    rf"\b(?:{_CLEAR_MONTH})\b",
    rf"\b(?:next |this |coming |last |nächsten |kommenden |diesen )?(?:{_WEEKDAY})\b",
    r"\b(?:(?:the )?day after tomorrow|today|tonight|tomorrow|yesterday|heute|morgen(?! früh\w)"
    r"|übermorgen|gestern|asap|as soon as possible|immediately|right away|right now"
    r"|so bald wie möglich|so schnell wie möglich|sofort|ab sofort)\b",
    rf"\b(?:next|this|coming|last|following|nächste[rsnm]?|kommende[rsnm]?|diese[rsnm]?"
    rf"|letzte[rsnm]?|vorige[rsnm]?) (?:week(?:end)?|month|year|quarter|woche|wochenende|monat|jahr"
    rf"|quartal|{_SEASON})\b",
    rf"\b(?:in|within|vor|after|nach) (?:about |etwa |around )?(?:a|an|{_AMOUNT}|a few"
    rf"|a couple of|einigen) {_UNIT}\b(?: time)?",
    rf"\b{_AMOUNT} {_UNIT} (?:ago|from now)\b",
    rf"\b(?:at|over|before|after|in|by|this|next|until|im|zu|an|vor|nach|bis|über) "
    rf"(?:the |my |dem |den |der )?(?:{_SEASON})\b",
    r"\b(?:19|20)\d{2}\b",
    r"\b(?:weekdays?|werktags?|wochentags?|am wochenende|(?:on|at) (?:the )?weekends?"
    r"|every day|jeden tag|daily|täglich)\b",
)
_TIME: Final = _pattern(
    r"\b(?:[01]?\d|2[0-4]):[0-5]\d\b(?:\s?(?:[ap]\.?m\b\.?|uhr))?",
    r"\b\d{1,2}(?:\.[0-5]\d)?\s?(?:[ap]\.?m\b\.?|uhr\b|o[\"']?\s?clock\b)(?:\s?\d{2}\b)?",
    rf"\b(?:{_COUNT_WORDS})\s?(?:[ap]\.?m\b\.?|uhr\b|o[\"']?\s?clock\b)",
    rf"\b(?:half|quarter|halb|viertel|dreiviertel)(?: (?:past|to|nach|vor))? "
    rf"(?:\d{{1,2}}|{_COUNT_WORDS})\b",
    rf"\b(?:{_DAYTIME})\b(?:\s(?:at\s)?\d{{1,2}}(?::\d{{2}})?)?",
    rf"\b(?:{_AMOUNT}) (?:in the|at) (?:morning|afternoon|evening|night)\b",
    r"\b(?:at|um|gegen|after|before|nach|vor) (?:about |around )?(?:1?\d|2[0-4])\b"
    rf"(?![.:\w%€$]|\s?(?:uhr|[ap]\.?m\b|o[\"']?\s?clock|people|{_UNIT}|{_CURRENCY}))",
)
_DURATION: Final = _pattern(
    rf"\b(?:a|an|one|{_AMOUNT}|a few|a couple of|several|half an?|ein paar|einige|eine halbe|ein"
    rf"|eine|einen|ganze|the whole|all)[ -](?:{_AMOUNT} )?(?:full |whole |long |more |and a half )?"
    rf"{_UNIT}\b(?! (?:of|the|ago))",
    rf"\b{_DIGITS}\s?(?:-|–|to|or|bis|oder)\s?{_DIGITS}\s?{_UNIT}\b",
    r"\b\d+\s?(?:h|min|d|wks?|mo)\b",
    r"\bweekend(?: trip)?\b|\bwochenende\b|\bovernight\b|\ball day\b|\bfull[ -]time\b"
    r"|\bpart[ -]time\b|\bvollzeit\b|\bteilzeit\b|\bganztägig\b",
    r"\b(?:from|vom?|between|zwischen) [^,.;]{1,30}? (?:to|till|until|bis(?: zum)?|and|und)(?= )",
)
_NUMBER: Final = _pattern(
    rf"\b{_DIGITS}\b",
    rf"\b(?!eine?[mnrs]?\b|second\b)(?:{_COUNT_WORDS})(?:[ -](?:{_COUNT_WORDS}))*\b",
    r"\b(?:a (?:couple|few|dozen|pair|lot|single)|half|both of us|the \w+ of us|just me"
    r"|just myself|only me|by myself|alone|none|zero|solo|once|twice|several"
    r"|(?:me|myself|i) and (?:my|a)|my \w+ and (?:i|me)|with my \w+"
    r"|ein paar|allein|alleine|nur ich|keine?r?|zu (?:zweit|dritt|viert|fünft)|null|beide"
    r"|einmal|zweimal|dreimal|meine? \w+ und ich|ich und meine?)\b",
)
_PLACE: Final = _pattern(
    r"(?-i:\b[A-Z][\w.'-]+(?: [A-Z][\w.'-]+)*,\s?[A-Z][A-Z]\b)",
    r"\b\d+\s(?:\w+\s){1,4}(?:street|st|road|rd|drive|avenue|ave|blvd|boulevard|highway|way|lane"
    r"|court|place|square|circle|plaza)\b",
    r"\b\w+(?:straße|strasse|str\.|gasse|allee|platz|weg)\s?\d*",
    r"\b(?:downtown|city cent(?:re|er)|the centre|the center|suburbs?|countryside|seaside"
    r"|at home|online|remote(?:ly)?|abroad|nearby|home ?office|innenstadt|stadtmitte|zentrum"
    r"|zu hause|zuhause|am meer|in den bergen|auf dem land|im ausland|near me|in der nähe|my place"
    r"|near ?by|close by|on ?site|vor ort|the beach|the mountains|the coast|the sea|at the office"
    r"|im büro|bei mir|bei uns)\b",
)
_PLACED: Final = re.compile(
    r"\b(?:in|to|from|near|around|at|visit|visiting|towards?|leaving|outside|nach|aus|bei|um|ab"
    r"|von|nähe|for|over|through|via) (?:(?:the|der|den|dem|die|downtown|central|city of)\s)?"
    r"((?-i:[A-ZÄÖÜ])[\w'-]*(?: (?-i:[A-ZÄÖÜ])[\w'-]+)*)",
    re.IGNORECASE,
)
_CAPITALISED: Final = re.compile(
    r"(?:[A-ZÄÖÜ][\w'&-]*)(?:\s(?:(?:of|de|la|the|and|&|von|der|am)\s)?[A-ZÄÖÜ0-9][\w'&-]*)*"
)
_TYPED: Final = (
    (Kind.MONEY, _MONEY),
    (Kind.DURATION, _DURATION),
    (Kind.DATE, _DATE),
    (Kind.TIME, _TIME),
    (Kind.PLACE, _PLACE),
)
_NO_NUMBERS: Final = frozenset({Kind.MONEY, Kind.DATE, Kind.TIME})


@lru_cache(maxsize=REMEMBERED)
def find(reply: str) -> tuple[Found, ...]:
    """The values in a reply, in the order in which they begin; a stretch may be of two kinds."""
    text = reply.replace("’", "'")
    found = [Found(kind, m[0], *m.span()) for kind, p in _TYPED for m in p.finditer(text)]
    taken = [value for value in found if value.kind in _NO_NUMBERS]
    found += [n for n in _matches(Kind.NUMBER, _NUMBER, text) if not _inside(n, taken)]
    named = [n for n in _names(text) if not _inside(n, found)]
    places = [p for p in _places(text) if not _inside(p, taken)]
    return tuple(sorted([*found, *places, *named], key=lambda value: (value.start, value.end)))


def _matches(kind: Kind, pattern: re.Pattern[str], text: str) -> Iterator[Found]:
    return (Found(kind, m[0], *m.span()) for m in pattern.finditer(text))


def _places(text: str) -> Iterator[Found]:
    """What a preposition of place stands before, and has a capital letter."""
    for match in _PLACED.finditer(text):
        if match[1].lower() not in _NOT_NAMES:
            yield Found(Kind.PLACE, match[1], *match.span(1))


def _names(text: str) -> Iterator[Found]:
    """Words with a capital letter, without a sentence's first word where it is a common one."""
    for match in _CAPITALISED.finditer(text):
        words = match[0].split()
        skipped = 0
        while words and words[0].lower().rstrip(",.") in _NOT_NAMES:
            skipped += len(words.pop(0)) + 1
        if words:
            yield Found(Kind.NAME, " ".join(words), match.start() + skipped, match.end())


def _inside(value: Found, others: list[Found]) -> bool:
    return any(other.start < value.end and value.start < other.end for other in others)
