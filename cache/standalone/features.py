"""What is looked at in a message: named numbers, 0, 1 or small.

How strongly each speaks for or against standing alone is in :mod:`cache.standalone.weights`. Few
and general: what kind of words there are, never which subject they speak of.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from cache.standalone.reading import Reading
from cache.standalone.words import words_of


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing that is looked at.

    :ivar measure: its value for a message, 0 where there is nothing of it.
    :ivar says: what it tells, for people.
    :ivar leans: whether it can only lean on something where something was said before.
    """

    name: str
    measure: Callable[[Reading], float]
    says: str
    leans: bool = False


_THAT_POINTS = re.compile(
    r"^(?:is |was |does |did |do )?that(?:'s)?\b"
    r"|\b(?:about|of|like|do|does|did|is|was|after|before|with|for|by|from|to|at|in|on|and|than|why"
    r"|how|when|where) that\b"
    r"|\bthat(?: \w+)?\W*$"
)
_THERE_POINTS = re.compile(
    r"\b(?:get|go|got|went|going|been|live|lived|work|stay|over|from|up|out|it|eat|do|play|them|him"
    r"|her|me|us) there\b|(?<!are )(?<!is )(?<!was )(?<!were )\bthere\W*$"
)
_DAS_POINTS = re.compile(r"(?<!, )\b[Dd]as\b(?! (?:[a-zäöüß]+ ){0,2}[A-ZÄÖÜ])")
_IT_FOR_A_CLAUSE = re.compile(
    r"\bdoes it (?:take|cost|mean) to \w+ \w+|\b(?:is|was|would) it (?:be )?(?:\w+ ){1,2}to \w+ \w+"
)
_PRONOUNS: Final = words_of("he him his she her they them their it its")
_POSSESSIVE: Final = words_of("his their its")
_CLAUSE: Final = words_of(
    "when while before after because if as and that who how where why since until"
)
_A_SOMETHING = re.compile(
    r"\ban? \w+\b.*\b(?:when|if|before|after|because|what|how|why|where)\b|\bif an? \w+"
)
_BARE_QUESTION = re.compile(
    r"^(?:what|how) about\b|^(?:und|was ist) mit\b"
    r"|^(?:why|how|what|when|where|who|warum|wieso|wann|wo|wer)\W*$"
    r"|^(?:why|how|what) (?:so|not|come)\b"
    r"|^(?:for )?how (?:much|many|long|often|far|old)\W*$"
    r"|\b(?:after|before|while|by|when) \w+ing\W*$"
)
_THE = re.compile(r"\b[Tt]he ")
_DOES = re.compile(r"\b(?:do|does|did|can|will)$", re.IGNORECASE)
_ONLY_ONE = re.compile(
    r"(?:best|worst|most|least|\w{3,}est|sky|sun|moon|earth|world|universe|internet|weather|sea|"
    r"ocean|human|solar|ozone|stock market|environment|climate|future|alphabet|meaning of)\b",
    re.IGNORECASE,
)
_NAMED = re.compile(r"(?:[\w-]+ ){0,3}[A-Z\"“]")
_COMPLETED = re.compile(
    r"(?:[\w'-]+ ){1,3}(?:of|for|to|between|in|from|behind|with|on|against|about|than) "
    r"(?!the [^A-Z]|\W*$)\w+"
)
_IS_IT_SO = re.compile(r"^(?:is|are|was|were)$", re.IGNORECASE)
_OF_SOMETHING = re.compile(r"(?:[\w'-]+ ){1,2}(?:of|for|between) (?!the [^A-Z]|\W*$)\w+")
_OPEN_IN_GERMAN = re.compile(
    r"\b(?:[Dd]er|[Dd]ie|[Dd]as|[Dd]en|[Dd]em|vom|im|beim|zum|zur) "
    r"(?!(?:[Hh]immel|Sonne|Mond|Erde|Welt|Mensch|Meer|Klima|Internet)\b|beste|meiste|größte)"
    r"(?:[a-zäöü]\w* ){0,2}[A-ZÄÖÜ][\w-]*\b"
    r"(?! (?:von|vom|des|der|zwischen|in|im|für|zu|zum|zur|auf|aus|bei|nach|gegen|über|eines|einer)"
    r" ?\w)"
)
_LONE = re.compile(r"^(?:what|who)(?:'s| is| are| was| were) (?:the )?[\w-]+\W*$", re.IGNORECASE)
_DEFINES = re.compile(
    r"^(?:what(?:'s| is| are| was| were)|was (?:ist|sind|bedeutet)|define|explain|erkläre?) "
    r"(?!the\b|der\b|die\b|das\b)",
    re.IGNORECASE,
)
_INDEFINITE = re.compile(r"\b(?:an?|ein|eine|einen|einem|einer)\b", re.IGNORECASE)
_FOR_ONESELF = re.compile(r"(?<!how )\b(?:should|can|could|do|will|must|may|would) (?:i|we)\b")
_POLITE: Final = frozenset({"please", "bitte"})
_COMPLETES_COMPARISON: Final = frozenset({"than", "or", "als", "oder"})


def _points(said: Reading) -> float:
    at = pointing_at(said)
    return float(at is not None and not _explained(said, at))


def _points_inside(said: Reading) -> float:
    at = pointing_at(said)
    return float(at is not None and _explained(said, at))


def pointing_at(said: Reading) -> int | None:
    """Index of the first word that stands for something else; the number of words where only a
    whole phrase tells it; None where nothing points."""
    clause = _IT_FOR_A_CLAUSE.search(said.lower) is not None
    for index, word in enumerate(said.words):
        named = index > 0 and said.tokens[index][0].isupper() and not said.text.isupper()
        stands_for_nothing = (word == "it" and clause) or (named and not said.german)
        if word in said.lexicon.pointing and not stands_for_nothing:
            return index
    if said.german:
        return len(said.words) if _DAS_POINTS.search(said.text) else None
    points = _THAT_POINTS.search(said.lower) or _THERE_POINTS.search(said.lower)
    return len(said.words) if points else None


def _explained(said: Reading, at: int) -> bool:
    """Whether what the word stands for comes before it in the same message.

    A pronoun may mean a name of its own sentence only from another clause, or as a possessive:
    "when he", "his"; not in "did Anna meet her?" (Chomsky's principle B).
    """
    if at >= len(said.words) or said.words[at] not in _PRONOUNS:
        return False
    if said.words[at] in {"it", "its"} and _A_SOMETHING.search(" ".join(said.words[:at])):
        return True
    named = [name.at for name in said.names if name.at < at]
    named += [i for i, word in enumerate(said.words[:at]) if word in said.lowered_names]
    if not named:
        return False
    between = said.words[min(named) : at]
    return said.words[at] in _POSSESSIVE or not _CLAUSE.isdisjoint(between)


def _adds(said: Reading) -> float:
    return float(not said.lexicon.adding.isdisjoint(said.words))


def opens(said: Reading) -> float:
    """1 where the first word carries on from what was said."""
    return float(bool(said.words) and said.words[0] in said.lexicon.opening - _POLITE)


def elliptic(said: Reading) -> float:
    """1 where the message leaves out its verb, or asks no more than *why*."""
    if _BARE_QUESTION.search(said.lower):
        return 1.0
    words = [word for word in said.words if word not in _POLITE]
    if not words or words[0] in said.lexicon.requesting or words[0] == "who":
        return 0.0
    verbless = said.lexicon.auxiliaries.isdisjoint(words) and words[:2] != ["how", "to"]
    return float(verbless and not (said.german and len(words) > 3))


def _wants(said: Reading) -> float:
    if not said.words:
        return 0.0
    compares = not said.lexicon.compared.isdisjoint(said.words)
    open_comparison = compares and _COMPLETES_COMPARISON.isdisjoint(said.words)
    return float(open_comparison or said.words[-1] in said.lexicon.relational)


def _full_name(said: Reading) -> float:
    return float(any(name.full for name in said.names))


def _name(said: Reading) -> float:
    return float(_named(said) and not _full_name(said))


def _named(said: Reading) -> bool:
    return bool(said.names or said.lowered_names)


def _open_description(said: Reading) -> float:
    if said.german:
        return float(_OPEN_IN_GERMAN.search(said.text) is not None)
    return float(
        any(
            not _says_which(said.text[: found.start()].rstrip(), said.text[found.end() :])
            for found in _THE.finditer(said.text)
        )
    )


def _says_which(before: str, after: str) -> bool:
    if _ONLY_ONE.match(after) or _NAMED.match(after):
        return True
    if _IS_IT_SO.match(before):
        return _OF_SOMETHING.match(after) is not None
    return not _DOES.search(before) and _COMPLETED.match(after) is not None


def _closed_description(said: Reading) -> float:
    return float("the" in said.words and not _open_description(said))


def _past(said: Reading) -> float:
    return float(not _named(said) and not said.lexicon.past.isdisjoint(said.words))


def _lone(said: Reading) -> float:
    return float(_LONE.match(said.text) is not None and not said.names)


def _defines(said: Reading) -> float:
    return float(_DEFINES.match(said.text) is not None and pointing_at(said) is None)


def _indefinite(said: Reading) -> float:
    return float(_INDEFINITE.search(said.text) is not None)


def _substance(said: Reading) -> float:
    return math.log1p(len(set(said.content)))


def _empty(said: Reading) -> float:
    return float(len(set(said.content)) < 2 and not _named(said))


def _for_oneself(said: Reading) -> float:
    return float(_FOR_ONESELF.search(said.lower) is not None and not _named(said))


def _asks_whether(said: Reading) -> float:
    opens = bool(said.words) and said.words[0] in said.lexicon.auxiliaries
    return float(opens and not _named(said))


FEATURES: Final[Sequence[Feature]] = (
    Feature("points", _points, "points to something said before"),
    Feature("points_inside", _points_inside, "points to something that it names itself"),
    Feature("adds", _adds, "sets something beside what was said"),
    Feature("opens", opens, "carries on from what was said"),
    Feature("elliptic", elliptic, "leaves out what was said before"),
    Feature("wants", _wants, "does not say of what, or than what", leans=True),
    Feature("full_name", _full_name, "gives a full name"),
    Feature("name", _name, "gives a name"),
    Feature("open_description", _open_description, "does not say which one is meant", leans=True),
    Feature("closed_description", _closed_description, "says which one is meant"),
    Feature("past", _past, "tells of a past without saying whose"),
    Feature("lone", _lone, "asks about one word", leans=True),
    Feature("defines", _defines, "asks what something is"),
    Feature("indefinite", _indefinite, "asks about any of a kind"),
    Feature("substance", _substance, "names what it asks about"),
    Feature("empty", _empty, "names nothing that it asks about"),
    Feature(
        "for_oneself", _for_oneself, "asks for the one who asks, in a case that it does not name"
    ),
    Feature("asks_whether", _asks_whether, "asks whether, of nothing that has a name"),
)
"""In the order of the weights."""


def measured(said: Reading, *, first: bool) -> tuple[float, ...]:
    """The values of all features, in their order.

    :param first: nothing was said before, on which a bare "the recipe" could lean.
    """
    return tuple(0.0 if first and f.leans else f.measure(said) for f in FEATURES)
