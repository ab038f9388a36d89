"""Whether a message can be understood without the conversation around it.

Only then may its answer be shared: it is asked again from a prompt without history, and whoever
asks the same gets the same. In doubt a message is *not* standalone; that costs a hit, where the
other mistake serves one conversation's answer in another.

The rule is a list of reasons against. The words were collected from grammar (pronouns, anaphoric
adjectives and adverbs, connectives) and checked on CANARD's development turns.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

LONGEST_CHARACTERS = 400
"""Longer messages tell of somebody's own affairs, or carry a document of theirs."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a message stands alone, and why.

    :ivar reason: a few words for people.
    """

    standalone: bool
    reason: str


def judge(message: str, *, first: bool) -> Judgement:
    """Judges a message by its own words.

    :param message: as the user wrote it.
    :param first: nothing was said before in the conversation: then a name-less "the recipe" can
        lean on nothing, while pronouns and personal data still keep it from being shared.
    """
    said = _Said.of(message)
    reasons = _ALWAYS if first else _ALWAYS + _AFTER_OTHERS
    for reason_against in reasons:
        reason = reason_against(said)
        if reason is not None:
            return Judgement(False, reason)
    return Judgement(True, "names all that it asks about")


@dataclass(frozen=True, slots=True)
class _Said:
    """A message in the forms that the rules look at."""

    text: str
    lower: str
    words: tuple[str, ...]

    @property
    def rest(self) -> str:
        """All but the first word, whose capital tells nothing."""
        return self.text.partition(" ")[2]

    @classmethod
    def of(cls, message: str) -> _Said:
        text = " ".join(message.replace("’", "'").split())
        return cls(text, text.lower(), tuple(_WORD.findall(text.lower())))


_Rule = Callable[[_Said], str | None]

_WORD = re.compile(r"[^\W_]+(?:[.'+#-][^\W_]+)*[+#]*")

_POINTING = frozenset(
    """its it's itself he he's him his himself she she's her hers herself they they're them
    their theirs themselves this that's these those here thing things stuff
    one ones then also else other others another more again same too either both such instead
    still already yet anymore further next previous previously earlier later former latter above
    below rest similar similarly different alternatively otherwise aside besides afterwards
    meanwhile said mentioned aforementioned respective remaining additional additionally extra
    continue elaborate article conversation chat discussion answer reply
    option options step steps though however anyway""".split()
)
_OPENERS = frozenset(
    """and but or so because nor plus then ok okay yes yeah yep no nope sure thanks thank well
    actually sorry hmm right great cool nice good wow really why-not in-what-way""".split()
)
_PERSONAL = frozenset(
    """my mine myself our ours ourselves we we're we've we'd we'll i'm im i've ive i'd i'll
    your yours yourself""".split()
)
_REQUESTS = frozenset(
    """explain describe define compare list write translate convert calculate summarise summarize
    tell give show suggest recommend name find help teach create make generate draft outline plan
    solve compute provide recite spell""".split()
)
_ASKING = frozenset(
    """what what's whats who who's whos whom whose when when's where where's wheres which why why's
    how how's hows is are was were do does did can could will would should shall may might must
    has have had am isn't aren't wasn't weren't don't doesn't didn't can't couldn't won't wouldn't
    shouldn't hasn't haven't""".split()
)
_PAST = frozenset("did was were had didn't wasn't weren't hadn't has have hasn't haven't".split())

_CONTACT = re.compile(r"\S@\S|\d(?:[\s().-]*\d){6,}|\b[a-z]{2}\d{2}(?:\s?[a-z0-9]{4}){3,}", re.I)
_US = re.compile(r"\b[Uu]s\b")
_ABOUT_ME = re.compile(
    r"\bi (?:am|was|live|work|have|had|need|want|like|love|hate|think|feel|got|just|don't|can't|"
    r"didn't|bought|prefer|wish|would|will|know|tried|lost)\b|\b(?:call me|name is|named me)\b"
)
_ME = re.compile(r"\bme\b")
_REQUEST_TO_ME = re.compile(
    r"\b(?:tell|give|show|teach|help|explain to|remind|find|send|write|get|make|recommend|suggest)"
    r" me\b"
)
_YOU_SAID = re.compile(
    r"\byou (?:said|say|mean|meant|mentioned|told|suggested|recommended|gave|wrote|just|were|did)\b"
)
_ABOUT = re.compile(r"^(?:what|how) about\b|^why\??$|^(?:why|how|what) (?:so|not|come)\b")
_THAT = re.compile(r"\bthat\b")
_THAT_RELATIVE = re.compile(r"\b(?:an?|any|some) (?:[\w-]+ ){1,3}that\b")
_THERE = re.compile(r"\bthere\b")
_THERE_IS = re.compile(r"\b(?:is|are|was|were|be|been) there\b|\bthere (?:is|are|was|were)\b")
_IT = re.compile(r"\bit\b")
_IT_TAKES = re.compile(r"\bdoes it (?:take|cost|mean) to \w+ \w+")
_MOMENT = frozenset(
    """today tonight tomorrow yesterday now currently nowadays lately recently latest""".split()
)
_AUXILIARIES = _ASKING - frozenset(
    "what who whom whose when where which why how whats whos wheres hows".split()
)
_WHO_DID = re.compile(r"^(?:who|what) (?!is\b|are\b|can\b|do\b|does\b|should\b|would\b)\w+(?<!s)\b")
_NAME = re.compile(r"\b[A-Z][\w'.-]+|[\"'][^\"']+[\"']")
_FULL_NAME = re.compile(
    r"\b[A-Z][\w'-]+ (?:(?:of|the|de|van|von|al|bin|and) ){0,2}[A-Z][\w'-]+|\"[^\"]+\""
)
_SUBJECT = re.compile(
    r"\b(?:[Dd]oes|[Dd]o|[Ii]s|[Hh]as|[Cc]an|[Ww]ill) ([A-Z]\w+)(?! [A-Z])\b(?! (?:an?|the)\b)"
)
_POSSESSIVE = re.compile(r"(?<![A-Z]\w )(?<!\w )\b([A-Z]\w+)'s? ")
_THE = re.compile(r"\b[Tt]he ")
_SUPERLATIVE = re.compile(r"(?:best|worst|most|least|easiest|\w{3,}est)\b", re.I)
_NAMED = re.compile(r"(?:[\w-]+ ){0,2}[A-Z]")
_COMPLETED = re.compile(
    r"(?:[\w-]+ ){1,3}(?:of|for|to|between|in|from|behind|with) (?!the\b|\W*$)\w+"
)
_RELATIONAL = frozenset(
    """aspects members reasons results effects categories facts consequences causes benefits
    advantages disadvantages differences examples features details symptoms characteristics
    information problems controversies ingredients requirements exceptions after before during
    about with for of to""".split()
)


def _too_short(said: _Said) -> str | None:
    least = 2 if said.words[:1] and said.words[0] in _REQUESTS else 3
    return None if len(said.words) >= least else "too short to stand alone"


def _too_long(said: _Said) -> str | None:
    return "long enough to be personal" if len(said.text) > LONGEST_CHARACTERS else None


def _carries_contact(said: _Said) -> str | None:
    return "carries an address, a number or another identifier" if _CONTACT.search(said.text) else None


def _speaks_of_the_speakers(said: _Said) -> str | None:
    for word in said.words:
        if word in _PERSONAL:
            return f"speaks of the speakers ({word!r})"
    if _US.search(said.text):
        return "speaks of the speakers ('us')"
    if _ABOUT_ME.search(said.lower) or _ME.search(_REQUEST_TO_ME.sub("", said.lower)):
        return "speaks of the person who asks"
    return "leans on what the assistant said" if _YOU_SAID.search(said.lower) else None


def _points_elsewhere(said: _Said) -> str | None:
    for word in said.words:
        if word in _POINTING:
            return f"points to something said before ({word!r})"
    if _IT.search(_IT_TAKES.sub("", said.lower)):
        return "points to something said before ('it')"
    if _THAT.search(_THAT_RELATIVE.sub("", said.lower)):
        return "points to something said before ('that')"
    if _THERE.search(_THERE_IS.sub("", said.lower)):
        return "points to a place named before ('there')"
    return None


def _carries_on(said: _Said) -> str | None:
    if said.words and said.words[0] in _OPENERS:
        return f"carries on from what was said ({said.words[0]!r})"
    return "carries on from what was said" if _ABOUT.search(said.lower) else None


def _asks_nothing(said: _Said) -> str | None:
    words = [word for word in said.words[:2] if word != "please"]
    asks = said.text.endswith("?") or (bool(words) and words[0] in _ASKING | _REQUESTS)
    return None if asks else "neither a question nor a request"


def _leans_on_the_moment(said: _Said) -> str | None:
    for word in said.words:
        if word in _MOMENT:
            return f"its answer changes with the moment ({word!r})"
    return None


def _is_a_fragment(said: _Said) -> str | None:
    first, *others = said.words or ("",)
    if first in _REQUESTS | {"please", "who"} or first.endswith("'s") or first in _AUXILIARIES:
        return None
    verbs = _AUXILIARIES & set(others)
    return None if verbs or said.lower.startswith("how to ") else "has no verb of its own"


def _tells_of_a_past_without_a_name(said: _Said) -> str | None:
    """Somebody's past is asked about by a full name, or by one that was given before."""
    past = bool(_PAST & set(said.words)) or _WHO_DID.search(said.lower) is not None
    named = _FULL_NAME.search(said.rest) or (_WHO_DID.match(said.lower) and _NAME.search(said.rest))
    return "tells of a past without saying whose" if past and not named else None


def _calls_somebody_by_half_a_name(said: _Said) -> str | None:
    """ "Does Kohli ...", "Kohli's ...": whoever says so has named him in full before."""
    half = _SUBJECT.search(said.text) or _POSSESSIVE.search(said.rest)
    return f"calls somebody by half a name ({half.group(1)!r})" if half else None


def _uses_an_open_description(said: _Said) -> str | None:
    """ "The album": which one? "The capital of France" and "the best way to ..." say it."""
    for found in _THE.finditer(said.text):
        after = said.text[found.end() :]
        if not (_SUPERLATIVE.match(after) or _NAMED.match(after) or _COMPLETED.match(after)):
            return f"does not say which {after.split(' ')[0].rstrip('?.!')!r} is meant"
    return None


def _wants_a_complement(said: _Said) -> str | None:
    last = said.words[-1] if said.words else ""
    return f"does not say of what ({last!r})" if last in _RELATIONAL else None


_ALWAYS: tuple[_Rule, ...] = (
    _too_short,
    _too_long,
    _carries_contact,
    _speaks_of_the_speakers,
    _carries_on,
    _points_elsewhere,
    _leans_on_the_moment,
    _asks_nothing,
)
_AFTER_OTHERS: tuple[_Rule, ...] = (
    _is_a_fragment,
    _tells_of_a_past_without_a_name,
    _calls_somebody_by_half_a_name,
    _uses_an_open_description,
    _wants_a_complement,
)
