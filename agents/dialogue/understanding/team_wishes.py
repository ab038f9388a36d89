"""Whether a clause wants the team to be asked, and what it is to be asked."""

from __future__ import annotations

import re
from typing import Final

from agents.dialogue.understanding.reading import Clause, masked

_TEAM: Final = r"(?:the|your) (?:whole |entire )?(?:team|specialists|experts|panel)"
_DAS_TEAM: Final = (
    r"(?:das|dein|euer|eure|die|deine) (?:ganze |gesamte )?(?:team|fachleute|experten)"
)
_DIRECTLY: Final = (
    r"(?:(?:can|could|would|will|may|might) (?:you|we|i)(?: please| just| also)?(?: have| get)? |"
    r"(?:let's|let us|please|now|i(?:'d| would) like (?:you )?to|i want (?:you )?to|"
    r"you (?:can|could|should)|it(?:'s| is) time to) )?"
)
"""Who says "I'll ask the team" speaks of people of their own."""
_LOOK: Final = (
    r"(?:look|discuss|review|work|think|answer|decide|weigh|check|assess|evaluate|compare)"
    r"(?: (?:at|into|on|about|through|over))?(?: (?:it|this|that))?"
)
_VIEW: Final = r"(?:views?|opinion|take|advice|thoughts)(?: (?:on|about|of))?"
_BITTE: Final = r"(?:(?:bitte|mal|doch|jetzt) )*"
_KANNST_DU: Final = (
    r"(?:(?:kannst|k[öo]nntest|w[üu]rdest) du |k[öo]nnen wir |lass uns |ich m[öo]chte )?"
)
_ANSEHEN: Final = (
    r"(?:(?:das|dies|es|mal|dar[üu]ber|bitte) )*(?:pr[üu]fen|ansehen|anschauen|beurteilen|bewerten|"
    r"nachdenken|beraten|diskutieren|abw[äa]gen|entscheiden|arbeiten)"
)
_WISHES: Final = (
    rf"{_DIRECTLY}(?:ask|consult|bring in|involve) {_TEAM}",
    rf"{_DIRECTLY}(?:(?:put|pass|give|hand|show) (?:it|this|that) to|"
    rf"run (?:it|this|that) (?:by|past)) {_TEAM}",
    rf"{_DIRECTLY}(?:have|let|get) {_TEAM} (?:to )?{_LOOK}",
    rf"(?P<asked>(?:what|how) (?:does|do|would|will) {_TEAM} (?:think|say|recommend|suggest|"
    r"advise)(?: (?:of|about|on))?)",
    rf"(?:i(?:'d| would) like |i want )?{_DIRECTLY}(?:(?:get|give me|show me|hear|see) )?"
    rf"{_TEAM}'?s? {_VIEW}",
    rf"{_KANNST_DU}{_BITTE}(?:frage?|befrage?) {_BITTE}{_DAS_TEAM}",
    rf"{_KANNST_DU}{_BITTE}{_DAS_TEAM} {_BITTE}(?:be)?fragen",
    rf"lass(?:t|en wir)? {_BITTE}{_DAS_TEAM} {_ANSEHEN}",
    rf"(?P<gefragt>was (?:meint|sagt|denkt|h[äa]lt|empfiehlt|r[äa]t|w[üu]rde) {_DAS_TEAM}"
    r"(?: (?:dazu|davon|von|zu|[üu]ber|sagen|empfehlen))?)",
)
_WISH: Final = re.compile(rf"(?:{'|'.join(_WISHES)})(?!\w)", re.IGNORECASE)
_LINK: Final = re.compile(
    r"[\s,.:;!?–—-]*(?:(?:please|bitte|for me|for us|dazu|davon)(?!\w)[\s,.:;!?–—-]*)*"
    r"(?:(?:about|regarding|on|for (?:advice|help)(?: (?:with|on|about))?|to (?:answer|discuss)|"
    r"[üu]ber|zu|nach|wegen)(?!\w)[\s:]*)?(?:(?:this|it|that|das|dies)(?!\w)[\s,.:;!?–—-]*)?",
    re.IGNORECASE,
)
FEWEST_WORDS: Final = 3
"""Fewer words than these beside the wish are no task of their own: "ask the team about it"."""


def asks_team(clause: Clause) -> bool:
    """Whether a clause wants the team to be asked."""
    return _WISH.match(clause.bare) is not None


def task_in(text: str) -> str:
    """What a message gives the team to do; "" where it only asks for the team."""
    plain = masked(text)
    wish = next((found for found in _WISH.finditer(plain) if _begins(plain, found.start())), None)
    if wish is None:
        return ""
    linked = _LINK.match(plain, wish.end())
    before, after = text[: wish.start()].strip(), text[linked.end() if linked else wish.end() :]
    rest = f"{before} {after.strip()}".strip()
    if len(rest.split()) < FEWEST_WORDS:
        return ""
    if wish["asked"] or wish["gefragt"]:
        return text.strip()
    return rest[0].upper() + rest[1:]


def _begins(plain: str, at: int) -> bool:
    """Whether a word begins here."""
    return at == 0 or not plain[at - 1].isalnum()
