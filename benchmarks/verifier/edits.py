"""Changes of a question's surface that leave its meaning, applied to rewordings and traps alike."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

Edit = Callable[[str, random.Random], str]

_BEFORE = (
    "please tell me, {q}", "hi, {q}", "hello! {q}", "quick question: {q}", "hey, {q}",
    "I was wondering: {q}", "sorry to bother you, but {q}", "ok, {q}", "just checking, {q}",
    "can you help? {q}", "one more thing: {q}", "um, {q}", "so, {q}", "good morning, {q}",
    "excuse me, {q}", "do you happen to know: {q}", "maybe a silly one: {q}", "well, {q}",
)  # fmt: skip
_AFTER = (
    "{q} Thanks!", "{q} please", "{q} Thank you in advance.", "{q} Any idea?", "{q} Cheers",
    "{q} I'm not sure.", "{q} It's my first time.", "{q} I can't find it anywhere.",
    "{q} Help!", "{q} Just asking.",
)  # fmt: skip
_SHORTER = {
    "what is": "what's", "how is": "how's", "where is": "where's", "who is": "who's",
    "i am": "I'm", "i would": "I'd", "it is": "it's", "cannot": "can't",
    "can not": "can't", "do not": "don't", "does not": "doesn't", "is not": "isn't",
    "are not": "aren't", "will not": "won't", "did not": "didn't", "i will": "I'll",
    "that is": "that's", "there is": "there's", "what are": "what're", "should not": "shouldn't",
}  # fmt: skip
_LONGER = {short.lower(): long for long, short in _SHORTER.items() if long != "can not"}
_SPELLINGS = {
    "colour": "color", "centre": "center", "favourite": "favorite", "licence": "license",
    "cancelled": "canceled", "travelling": "traveling", "programme": "program", "tyre": "tire",
    "grey": "gray", "organise": "organize", "catalogue": "catalog", "neighbour": "neighbor",
    "metre": "meter", "cheque": "check", "email": "e-mail", "wifi": "wi-fi", "log in": "login",
    "sign up": "signup", "set up": "setup", "ok": "okay", "kilometres": "km", "phone": "telephone",
    "tv": "television", "photo": "picture", "minutes": "mins", "hours": "hrs", "maximum": "max",
    "minimum": "min", "information": "info", "application": "app", "dollars": "bucks",
}  # fmt: skip
_NUMBERS = {
    "1": "one", "2": "two", "3": "three", "4": "four", "5": "five", "6": "six", "7": "seven",
    "8": "eight", "9": "nine", "10": "ten", "12": "twelve", "15": "fifteen", "20": "twenty",
    "30": "thirty", "50": "fifty", "100": "a hundred",
}  # fmt: skip
_NEAR = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj",
    "i": "uo", "j": "hk", "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o",
    "r": "et", "s": "ad", "t": "ry", "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu",
}  # fmt: skip
_SCOPE_AT_END = re.compile(
    r"^(?P<rest>.{12,}?) (?P<scope>(?:in|on|with|for|after|before|without|during|from) "
    r"(?:(?:the|a|an|my) )?[\w'-]+(?: [\w'-]+)?)(?P<mark>[?.!]?)$"
)


def polite_before(text: str, rng: random.Random) -> str:
    return rng.choice(_BEFORE).format(q=_lower_first(text))


def polite_after(text: str, rng: random.Random) -> str:
    return rng.choice(_AFTER).format(q=text)


def contract(text: str, rng: random.Random) -> str:  # noqa: ARG001
    return _replaced(text, _SHORTER)


def spell_out(text: str, rng: random.Random) -> str:  # noqa: ARG001
    return _replaced(text, _LONGER)


def respell(text: str, rng: random.Random) -> str:
    pairs = dict(_SPELLINGS)
    pairs.update({there: here for here, there in _SPELLINGS.items()})
    keys = [key for key in pairs if _found(key, text)]
    return _replaced(text, {key: pairs[key] for key in rng.sample(keys, min(1, len(keys)))})


def number_words(text: str, rng: random.Random) -> str:  # noqa: ARG001
    return re.sub(r"\b\d+\b(?![.,:%/-]\d)", lambda m: _NUMBERS.get(m.group(), m.group()), text)


def mistype(text: str, rng: random.Random) -> str:
    """One slip of the keyboard inside a longer word, never in a number."""
    spots = list(re.finditer(r"[a-z]{5,}", text))
    if not spots:
        return text
    word = rng.choice(spots)
    at = rng.randrange(word.start() + 1, word.end() - 1)
    letter = text[at]
    slip = rng.randrange(4)
    if slip == 0:
        return text[:at] + text[at + 1 :]
    if slip == 1:
        return text[:at] + letter + text[at:]
    if slip == 2:
        return text[:at] + text[at + 1] + letter + text[at + 2 :]
    return text[:at] + rng.choice(_NEAR.get(letter, letter)) + text[at + 1 :]


def lower(text: str, rng: random.Random) -> str:  # noqa: ARG001
    return text.lower()


def unmarked(text: str, rng: random.Random) -> str:  # noqa: ARG001
    return text.rstrip("?.! ")


def scope_first(text: str, rng: random.Random) -> str:  # noqa: ARG001
    """ "How do I sort a list in Go?" becomes "In Go, how do I sort a list?"."""
    found = _SCOPE_AT_END.match(text)
    if not found:
        return text
    scope = found["scope"]
    return f"{scope[0].upper()}{scope[1:]}, {_lower_first(found['rest'])}{found['mark']}"


EDITS: tuple[tuple[Edit, float], ...] = (
    (polite_before, 0.12),
    (polite_after, 0.07),
    (contract, 0.15),
    (spell_out, 0.10),
    (respell, 0.15),
    (number_words, 0.12),
    (scope_first, 0.10),
    (mistype, 0.12),
    (lower, 0.20),
    (unmarked, 0.20),
)


def edited(text: str, rng: random.Random) -> str:
    """The question with a few edits, each at its own chance; often with none."""
    for edit, chance in EDITS:
        if rng.random() < chance:
            text = edit(text, rng)
    return text


def _lower_first(text: str) -> str:
    first = text.split(" ", 1)[0]
    names = first.startswith("I'") or first == "I" or first[1:] != first[1:].lower()
    return text if names else text[:1].lower() + text[1:]


def _found(key: str, text: str) -> re.Match[str] | None:
    return re.search(rf"\b{re.escape(key)}\b", text, re.IGNORECASE)


def _replaced(text: str, pairs: dict[str, str]) -> str:
    for old, new in pairs.items():
        found = _found(old, text)
        if found:
            upper = found.group()[:1].isupper()
            put = new[:1].upper() + new[1:] if upper else new
            text = text[: found.start()] + put + text[found.end() :]
    return text
