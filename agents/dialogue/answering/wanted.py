"""What kinds of value a step asks for, by the words of its title, question and expectation."""

from __future__ import annotations

import re
from typing import Final

from agents.dialogue.answering.kinds import Kind
from agents.dialogue.plan import Step

_CUES: Final = {
    Kind.MONEY: r"budget|money|spend|costs?|price|prices|pay|paid|salary|amount(?: of money)?|fee"
    r"|afford|euros?|dollars?|expensive|income|rent|savings|deposit|transfer"
    r"|geld|ausgeben|kosten|kostet|preis|preise|zahlen|bezahlen|gehalt|betrag|teuer|einkommen"
    r"|miete|preisspanne|summe|euro",
    Kind.DATE: r"when|dates?|day|days|deadline|month|year|until|by when|start|begin|departure"
    r"|return|check.?in|check.?out|birthday|purchased"
    r"|wann|datum|daten|tag|termin|frist|monat|jahr|beginn|anreise|abreise|zeitpunkt|zeitraum",
    Kind.TIME: r"(?<!how much )times?|hour|o'clock|clock|schedule|availability|available"
    r"|uhrzeit|uhr|tageszeit|zeiten",
    Kind.DURATION: r"how long|duration|length|how many (?:days|weeks|hours|months|minutes|nights"
    r"|years)|number of (?:days|weeks|hours|nights)|nights|how much time|period|experience"
    r"|wie lange|dauer|wie viele? (?:tage|wochen|stunden|monate|minuten|nächte|jahre|zeit)"
    r"|zeitraum|wieviel zeit",
    Kind.NUMBER: r"how many|number|count|how old|how far|how big|how large|how often|size|distance"
    r"|age|weight|people|guests|seats|tickets|travel(?:l)?ers|riders|beds?|rooms?|quantity|party"
    r"|wie viele?|wieviele?|anzahl|zahl|wie alt|wie weit|wie groß|wie oft|größe|alter|personen"
    r"|gäste|entfernung|menge",
    Kind.PLACE: r"where|city|cities|place|location|destination|town|area|country|region|address"
    r"|venue|origin|from which|headed|heading|departing|leaving from|neighbou?rhood"
    r"|wo|wohin|woher|ort|stadt|reiseziel|ziel|land|gegend|region|adresse|standort|viertel",
    Kind.NAME: r"who|whom|whose|names?|company|companies|brand|model|manufacturer|employer|title"
    r"|recipient|contact|person|restaurant|which event|doctor|hotel"
    r"|wer|wem|wen|firma|marke|modell|hersteller|arbeitgeber|unternehmen|ansprechpartner",
    Kind.CHOICE: r"which|what (?:kind|type|sort)|kind|type|category|genre|prefer|preferred"
    r"|preference|options?|either|or"
    r"|welche[rsn]?|was für|art|typ|sorte|bevorzugst|bevorzugen|lieber|oder",
    Kind.TEXT: r"why|how do|how did|describe|tell me|explain|what happened|what would|what matters"
    r"|goal|goals|wishes|enjoy|like to|problem|reason|experience|interests?|requirements?|needs?"
    r"|warum|wieso|beschreib\w*|erzähl\w*|was ist passiert|ziele|wünsche|problem|grund|erfahrung"
    r"|interessen|anforderungen|wichtig",
}
_ASKED_FOR: Final = {
    kind: re.compile(rf"(?<!\w)(?:{cues})(?!\w)", re.IGNORECASE) for kind, cues in _CUES.items()
}
_WHETHER: Final = re.compile(
    r"(?:^|[.!?,;:]\s+|\b(?:and|so|okay|ok|und)\s+)(?:do|does|did|are|is|was|were|have|has|would"
    r"|will|can|could|should|shall|may|hast|haben|hat|bist|sind|ist|wäre|würdest|würden|willst"
    r"|wollen|möchtest|möchten|soll|sollen|kannst|können|darf|gibt|brauchst|brauchen)\b"
    r"|\b(?:whether|if you|yes or no|ob|ja oder nein)\b",
    re.IGNORECASE,
)


def title_of(step: Step) -> str:
    """A step's title as plain words: a name like ``check_in_date`` becomes three."""
    return step.title.replace("_", " ").strip().lower()


def about(step: Step) -> str:
    """What the step is for, without its question, which may ask for more than one thing."""
    return f"{title_of(step)} . {step.expected_response} . {step.success_criteria}"


def by_title(step: Step) -> frozenset[Kind]:
    """The kinds of value that title, expectation and criteria ask for."""
    return _wanted(about(step))


def by_question(step: Step) -> frozenset[Kind]:
    """The kinds of value that the question asks for."""
    return _wanted(step.description)


def _wanted(text: str) -> frozenset[Kind]:
    kinds = {kind for kind, cues in _ASKED_FOR.items() if cues.search(text)}
    if _WHETHER.search(text):
        kinds.add(Kind.YES_NO)
    return frozenset(kinds)
