"""A question as the guards read it: words in their base forms, without courtesies.

Case, punctuation, contractions, courtesies and hyphens are evened out here, once for all guards.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from cache.guards.english import english
from cache.guards.lexicon import Lexicon, lexicon

PARTICLES = frozenset({"up", "down", "in", "out", "on", "off", "over", "back", "away"})
_REMEMBERED = 512
"""Questions kept read: one lookup compares one question with several stored ones."""
_WORDS_REMEMBERED = 8192


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a question.

    :ivar text: as it was written.
    :ivar lower: in lower case, contractions written out.
    :ivar lemmas: its possible base forms, itself among them; one only for a verb with its particle.
    :ivar capital: written with a capital where only a name would be.
    :ivar content: says what the question is about; other words are grammar or frame.
    :ivar telling: more than grammar: content, or frame ("find", "best").
    :ivar pause: no word, but punctuation between clauses.
    """

    text: str
    lower: str
    lemmas: frozenset[str]
    capital: bool
    content: bool
    telling: bool
    pause: bool


@dataclass(frozen=True, slots=True)
class Question:
    """``text`` without courtesies; ``english``: whether its grammar words are English ones."""

    text: str
    words: tuple[Word, ...]
    english: bool

    @property
    def content(self) -> tuple[Word, ...]:
        return tuple(word for word in self.words if word.content)

    @property
    def plain(self) -> str:
        """All words in lower case, one blank between."""
        return " ".join(word.lower for word in self.words)


@functools.lru_cache(maxsize=_REMEMBERED)
def read(text: str) -> Question:
    """The question behind ``text``; any text will do."""
    evened = _evened(text)
    pieces = list(_pieces(_without_courtesies(evened)))
    cased = _case_tells(pieces)
    words = tuple(_words(pieces, cased=cased))
    return Question(evened, words, _is_english(words))


_SIGNS = frozenset("%$£€¥₹+")


def _evened(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).replace("\u2044", "/")
    text = re.sub(r"\s+", " ", _APOSTROPHES.sub("'", text)).strip()
    text = _FOREIGN_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), text)
    return re.sub(r"(?<![\d.,])(\d{1,3}) (?=\d{3}\b)", r"\1,", text)


_APOSTROPHES = re.compile("[’‘`´]")
_FOREIGN_DIGIT = re.compile(r"(?![0-9])\d")

_COURTESIES = re.compile(
    r"""
    (?:^|(?<=[.!?,]\s))(?:
        (?:hi|hello|hey|greetings|good\s(?:morning|afternoon|evening|day)|morning|evening|dear)
          (?:\s(?:there|all|everyone|team|sir|madam|guys|folks))?[\s,!.]+
      | (?:so|ok|okay|well|um+|uh+|er+|hmm+|oh|and|right|now|look|listen)[\s,]+
      | (?:i'?m\s)?(?:so\s|very\s)?sorry(?:\sto\s(?:bother|trouble|disturb)\syou|\sfor\sasking)?
          [\s,]*(?:but[\s,]+)?
      | (?:just\s)?(?:a\s)?(?:quick|silly|stupid|dumb|simple|small)\squestion[\s,:]*(?:but[\s,]+)?
      | excuse\sme[\s,]+(?:but[\s,]+)?
      | please[\s,]+
      | (?:(?:i\s(?:was|am)|i'm)\s)?(?:just\s)?(?:wondering|curious)[\s,]+
          (?:(?:if|whether)\s(?=you\s))?
      | i(?:\swould|'d)?\s(?:really\s)?(?:like|want|need|love)\sto\s
          (?:know|find\sout|ask(?:\syou)?)[\s,]+
      | (?:(?:can|could|would|will)\s(?:you|u|someone|anyone|somebody|anybody)\s
          |(?:do|would)\syou\s(?:happen\sto\s|mind\s)?|you\s(?:can|could)\s)?
          (?:please\s|kindly\s|possibly\s|perhaps\s)?
          (?:tell(?:ing)?\sme|know|explain(?:ing)?(?:\sto\sme)?|let\sme\sknow|help\sme\sunderstand)[\s,]+
          (?=who|what|when|where|why|how|which|whether|if|can|is|are|do|does)
      | (?:any\s(?:idea|clue)|(?:does\s)?any(?:one|body)\sknows?)[\s,]+
          (?=who|what|when|where|why|how|which|whether|if)
    )
    | [\s,]+(?:please|pls|plz|thx|cheers
          |thanks?(?:\s(?:you|a\slot|so\smuch|in\sadvance|very\smuch))*)(?=[\s.!?]*$)
    | (?<=[.!?])\s*(?:many\s)?thanks?(?:\s(?:you|a\slot|so\smuch|in\sadvance|very\smuch))*[\s.!?]*$
    | \b(?:um+|uh+|erm?)\b[\s,]*
    | \bplease\b[\s,]*
    """,
    re.VERBOSE | re.IGNORECASE,
)


def _without_courtesies(text: str) -> str:
    """Courtesies stand behind one another, so what one uncovers is looked at again."""
    for _ in range(4):
        shorter = _COURTESIES.sub(" ", text).strip(" ,")
        if shorter == text or not any(map(str.isalnum, shorter)):
            return text
        text = shorter
    return text


_PIECE = re.compile(
    r"""
      https?://\S+ | \S+@\S+\.\w+                        # addresses
    | (?:[^\W\d_]\.){2,}                                 # U.S.A.
    | v?\d+(?:[.,:/]\d+)*[^\W\d_]*(?:\d+[^\W_]*)?         # 3.11, 10GB, 3rd, 2h30m
    | [^\W\d_]{1,3}(?:\+\+|\#)                           # C++, C#
    | w/o\b | w/
    | [^\W_]+(?:'[^\W\d_]+)*                             # words, MP3, can't
    | [%$£€¥₹+]
    | [.,;:!?()\[\]—–…]
    """,
    re.VERBOSE,
)


def _pieces(text: str) -> Iterator[str]:
    for match in _PIECE.finditer(text):
        yield match.group()


def _case_tells(pieces: Iterable[str]) -> bool:
    """Capitals name something unless most words have them, or none."""
    letters = [piece for piece in pieces if piece[0].isalpha() and len(piece) > 1][1:]
    capitals = sum(any(map(str.isupper, piece)) for piece in letters)
    return 0 < capitals <= max(2, 0.6 * len(letters)) and any(p[0].islower() for p in letters)


def _words(pieces: list[str], *, cased: bool) -> Iterator[Word]:
    lexicon_, first = lexicon(), True
    before = ""
    for piece in _merged([piece for piece in _expanded(pieces) if piece], lexicon_):
        word = _word(piece, capital=cased and not first and _capital(piece))
        yield replace(word, content=False) if _is_degree(before, word) else word
        first = piece[0] in ".?!:" or (first and not piece[0].isalnum())
        before = word.lower


def _is_degree(before: str, word: Word) -> bool:
    """ "how long", "how often"."""
    return before == "how" and word.lower in _DEGREES


_DEGREES = frozenset(
    {"long", "often", "soon", "far", "fast", "quickly", "frequently", "regularly", "old", "big"}
)


def _capital(piece: str) -> bool:
    return piece != "I" and any(map(str.isupper, piece)) and piece[0].isalpha()


@functools.lru_cache(maxsize=_WORDS_REMEMBERED)
def _word(piece: str, *, capital: bool) -> Word:
    lower, words = piece.lower(), english()
    if " " in lower:
        lemmas = frozenset({_phrase_lemma(lower, lexicon())})
    else:
        lemmas = lexicon().lemmas(lower)
    pause = not lower[0].isalnum() and lower not in _SIGNS
    content = capital or not (
        not lower[0].isalnum() or lower in words.function or lower in words.frame
    )
    telling = content or not (pause or lower in words.function)
    return Word(piece, lower, lemmas, capital, content, telling, pause)


def _phrase_lemma(phrase: str, lexicon_: Lexicon) -> str:
    verb, particle = phrase.split(" ")
    bases = (f"{base} {particle}" for base in sorted(lexicon_.lemmas(verb), key=len))
    return next((base for base in bases if _phrasal(base, lexicon_)), phrase)


def _phrasal(phrase: str, lexicon_: Lexicon) -> bool:
    return phrase in lexicon_.words or phrase in lexicon_.opposed


def _expanded(pieces: Iterable[str]) -> Iterator[str]:
    """Contractions written out, the genitive's ending dropped."""
    contractions = english().contractions
    for piece in pieces:
        lower = piece.lower()
        if lower in contractions:
            yield from contractions[lower].split()
        elif lower.endswith("n't") and len(lower) > 3:
            yield from (piece[:-3], "not")
        elif "'" in piece and lower != "o'clock":
            yield from _parted(piece)
        elif "." in piece and piece[0].isalpha() and piece.endswith("."):
            yield piece.replace(".", "")
        else:
            yield piece


def _parted(piece: str) -> Iterator[str]:
    stem, _, ending = piece.partition("'")
    yield stem
    written_out = _ENDINGS.get(ending.lower())
    if ending.lower() == "s" and stem.lower() in _BEFORE_IS:
        yield "is"
    elif written_out:
        yield written_out


_ENDINGS = {"m": "am", "re": "are", "ve": "have", "ll": "will", "d": "would"}
_BEFORE_IS = frozenset(
    {"what", "where", "when", "who", "how", "why", "that", "there", "here", "it", "he", "she"}
)


def _merged(pieces: list[str], lexicon_: Lexicon) -> Iterator[str]:
    """Verbs joined with their particle ("turn off"), also one a little later ("turn it off")."""
    taken: set[int] = set()
    for index, piece in enumerate(pieces):
        if index in taken:
            continue
        if _is_compound(pieces, index):
            taken.add(index + 1)
            yield f"{piece}-{pieces[index + 1]}"
            continue
        at = _particle_of(pieces, index, lexicon_)
        if at is not None and at not in taken:
            taken.add(at)
            yield f"{piece} {pieces[at].lower()}"
        else:
            yield piece


_DETERMINERS = frozenset({"a", "an", "the", "my", "your", "our", "this", "that"})


def _is_compound(pieces: list[str], index: int) -> bool:
    """ "full time" is "full-time"."""
    if index + 1 == len(pieces):
        return False
    return f"{pieces[index]}-{pieces[index + 1]}".lower() in english().alternatives


def _particle_of(pieces: list[str], index: int, lexicon_: Lexicon) -> int | None:
    verb = pieces[index].lower()
    if not verb[0].isalpha() or verb in english().function:
        return None
    if index and pieces[index - 1].lower() in _DETERMINERS:
        return None
    for at in range(index + 1, min(index + 5, len(pieces))):
        piece = pieces[at].lower()
        if piece in PARTICLES:
            last = at + 1 == len(pieces) or not pieces[at + 1][0].isalnum()
            sure = not last and piece in _PREPOSITIONS
            bases = lexicon_.lemmas(verb)
            opens = any(_opens_phrase(base, piece, lexicon_, sure=sure) for base in bases)
            return at if opens and _is_particle(pieces, index, at) else None
        if not piece[0].isalnum():
            return None
    return None


def _is_particle(pieces: list[str], verb: int, at: int) -> bool:
    """Right behind its verb, or at the clause's end: else it is a preposition."""
    following = pieces[at + 1].lower() if at + 1 < len(pieces) else "."
    if at == verb + 1:
        return True
    nearer = any(lexicon().speech(piece.lower()) == {"v"} for piece in pieces[verb + 1 : at])
    return not nearer and (not following[0].isalnum() or following in _AFTER_PARTICLE)


_AFTER_PARTICLE = frozenset(
    {"for", "to", "from", "with", "and", "or", "when", "if", "at", "in", "on"}
)


def _opens_phrase(base: str, particle: str, lexicon_: Lexicon, *, sure: bool) -> bool:
    """Whether they are one verb; ``sure``: only if another particle makes its opposite."""
    phrase = f"{base} {particle}"
    opposites = lexicon_.opposites(phrase)
    if sure:
        return any(opposite.startswith(f"{base} ") for opposite in opposites)
    return phrase in lexicon_.words or bool(opposites)


_PREPOSITIONS = frozenset({"in", "on", "over"})
"""Particles that are more often prepositions, unless they have an opposite ("turn on")."""


def _is_english(words: Iterable[Word]) -> bool:
    """More grammar words of English than of its neighbours, or none of either but known words."""
    lower = [word.lower for word in words if word.lower[0].isalpha()]
    ours = sum(word.partition(" ")[0] in english().function for word in lower)
    theirs = sum(word in english().foreign for word in lower)
    if ours or theirs:
        return ours > theirs
    known = lexicon().known
    return 2 * sum(known(word) for word in lower) >= len(lower)
