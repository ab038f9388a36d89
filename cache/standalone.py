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
            return Judgement(standalone=False, reason=reason)
    return Judgement(standalone=True, reason="names all that it asks about")


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


def _words_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


_POINTING = _words_of(
    """its it's itself he he's him his himself she she's her hers herself they they're them
    their theirs themselves this that's these those here thing things stuff something
    somebody someone anything anyone anybody
    one ones then also else other others another more again same too either both such instead
    still already yet anymore further next previous previously earlier later former latter above
    below rest similar similarly different alternatively otherwise aside besides afterwards
    meanwhile said mentioned aforementioned respective remaining additional additionally extra
    continue elaborate article conversation chat discussion answer reply
    option options step steps though however anyway"""
)
_OPENERS = _words_of(
    """and but or so because nor plus then ok okay yes yeah yep no nope sure thanks thank well
    actually sorry hmm right great cool nice good wow really"""
)
_PERSONAL = _words_of(
    """my mine myself our ours ourselves we we're we've we'd we'll i'm im i've ive i'd i'll
    your yours yourself"""
)
_REQUESTS = _words_of(
    """explain describe define compare list write translate convert calculate summarise summarize
    tell give show suggest recommend name find help teach create make generate draft outline plan
    solve compute provide recite spell"""
)
_ASKING = _words_of(
    """what what's whats who who's whos whom whose when when's where where's wheres which why why's
    how how's hows is are was were do does did can could will would should shall may might must
    has have had am isn't aren't wasn't weren't don't doesn't didn't can't couldn't won't wouldn't
    shouldn't hasn't haven't"""
)
_PAST = _words_of("did was were had been didn't wasn't weren't hadn't")

_CONTACT = re.compile(
    r"\S@\S|\d(?:[\s().-]*\d){6,}|\b[a-z]{2}\d{2}(?:\s?[a-z0-9]{4}){3,}", re.IGNORECASE
)
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
_THAT_RELATIVE = re.compile(
    r"\b(?:an?|any|some) (?:[\w-]+ ){0,2}(?!(?:from|of|in|on|for|with|about|at|by|to)\b)"
    r"[\w-]+ that\b"
)
_THERE = re.compile(r"\bthere\b")
_THERE_IS = re.compile(
    r"\b(?:is|are|was|were|be|been) there\b|\bthere(?:'s| (?:is|are|was|were))\b"
)
_IT = re.compile(r"\bit\b")
_IT_TAKES = re.compile(r"\bdoes it (?:take|cost|mean) to \w+ \w+")
_MOMENT = _words_of(
    """today tonight tomorrow yesterday now currently nowadays lately recently latest"""
)
_AUXILIARIES = _ASKING - _words_of(
    "what who whom whose when where which why how whats whos wheres hows"
)
_WHO_DID = re.compile(r"^(?:who|what) (?!is\b|are\b|can\b|do\b|does\b|should\b|would\b)\w+(?<!s)\b")
_NAME = re.compile(r"\b[A-Z][\w'.-]+|[\"'][^\"']+[\"']")
_FULL_NAME = re.compile(
    r"\b(?<!The )(?!The )[A-Z][\w'-]+ (?:(?:of|de|van|von|al|bin) ){0,2}[A-Z][\w'-]+|\"[^\"]+\""
)
_SUBJECT = re.compile(
    r"\b(?:[Dd]oes|[Dd]o|[Dd]id|[Ii]s|[Aa]re|[Ww]as|[Ww]ere|[Hh]as|[Hh]ad|[Cc]an|[Ww]ill|about)"
    r" (?!Act\b)([A-Z]\w+)\b(?! [A-Z])(?! (?:an?|the)\b)"
)
_POSSESSIVE = re.compile(r"(?<![A-Z]\w)(?:^|\b[a-z]\w* )([A-Z]\w+)'s? ")
_PAST_YES_OR_NO = re.compile(r"^(?:did|was|were|had|has|have)\b")
_THE_SOMETHING = re.compile(r"\b[Tt]he [a-z]")
_COMPARED = _words_of(
    """higher lower better worse bigger smaller larger cheaper faster slower longer shorter older
    younger easier harder safer stronger healthier"""
)
_LONE_WORD = re.compile(r"^what(?:'s| is| are| was| were) (?:the )?[\w-]+\W*$", re.IGNORECASE)
_LEFT_OPEN = re.compile(r"\b(?:after|before|while|by|when) \w+ing\W*$")
_HALF_AT_END = re.compile(r"\b(?:to|with|for|regarding|between) ([A-Z]\w+)(?:\W*$| and )")
_DOES_THE = re.compile(r"\b(?:do|does|did|can|will)$", re.IGNORECASE)
_THE = re.compile(r"\b[Tt]he ")
_SAID_BY_ITSELF = re.compile(
    r"(?:best|worst|most|least|\w{3,}est|sky|sun|moon|earth|world|universe|internet|weather|sea|"
    r"ocean|human|solar|ozone|stock market|environment|climate|future|alphabet|meaning of)\b",
    re.IGNORECASE,
)
_NAMED = re.compile(r"(?:[\w-]+ ){0,2}[A-Z]")
_COMPLETED = re.compile(
    r"(?:[\w-]+ ){1,3}(?:of|for|to|between|in|from|behind|with|on) (?!the [^A-Z]|\W*$)\w+"
)
_RELATIONAL = _words_of(
    """aspects members reasons results effects categories facts consequences causes benefits
    advantages disadvantages differences examples features details symptoms characteristics
    information problems controversies ingredients requirements exceptions after before during
    about with for of to leave win lose quit join react respond have"""
)


def _too_short(said: _Said) -> str | None:
    least = 2 if said.words[:1] and said.words[0] in _REQUESTS else 3
    return None if len(said.words) >= least else "too short to stand alone"


def _too_long(said: _Said) -> str | None:
    return "long enough to be personal" if len(said.text) > LONGEST_CHARACTERS else None


def _carries_contact(said: _Said) -> str | None:
    return (
        "carries an address, a number or another identifier" if _CONTACT.search(said.text) else None
    )


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
    who_did = _WHO_DID.match(said.lower)
    if not (who_did or _PAST & set(said.words)):
        return None
    if _PAST_YES_OR_NO.match(said.lower):
        return "asks whether something happened, without saying all that is meant"
    named = _FULL_NAME.search(said.rest) or (who_did and _NAME.search(said.rest))
    vague = _THE_SOMETHING.search(said.text)
    return None if named and not vague else "tells of a past without saying whose"


def _calls_somebody_by_half_a_name(said: _Said) -> str | None:
    """ "Does Kohli ...", "Kohli's ...": whoever says so has named him in full before."""
    half = _SUBJECT.search(said.text) or _POSSESSIVE.search(said.rest)
    if half is None and _PAST & set(said.words):
        half = _HALF_AT_END.search(said.text)
    return f"calls somebody by half a name ({half.group(1)!r})" if half else None


def _uses_an_open_description(said: _Said) -> str | None:
    """ "The album": which one? "The capital of France" and "the best way to ..." say it."""
    for found in _THE.finditer(said.text):
        before, after = said.text[: found.start()].rstrip(), said.text[found.end() :]
        if not _says_which(before, after):
            return f"does not say which {after.split(' ')[0].rstrip('?.!')!r} is meant"
    return None


def _says_which(before: str, after: str) -> bool:
    if _SAID_BY_ITSELF.match(after) or _NAMED.match(after):
        return True
    return not _DOES_THE.search(before) and _COMPLETED.match(after) is not None


def _wants_a_complement(said: _Said) -> str | None:
    last = said.words[-1] if said.words else ""
    if last in _RELATIONAL or _LEFT_OPEN.search(said.lower):
        return f"does not say of what ({last!r})"
    if _COMPARED & set(said.words) and not {"than", "or"} & set(said.words):
        return "compares with something that it does not name"
    return "is a single word that may mean anything" if _LONE_WORD.match(said.text) else None


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
