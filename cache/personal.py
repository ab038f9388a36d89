"""Finds personal data in a text, so that it is not shared with everybody.

Numbers are taken for what they look like only where their check digits agree: card numbers by Luhn
(ISO/IEC 7812), IBAN by mod 97 (ISO 13616), government numbers by their country's rule. Telephone
numbers are libphonenumber's matter. The rest are forms: it finds what is written as such, and errs
on the side of finding, which costs a shared answer and nothing else.
"""

from __future__ import annotations

import importlib
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

_REGIONS = (None, "US", "GB", "DE", "FR", "ES", "IT", "IN", "BR")
"""Where a telephone number without a country's prefix may come from; ``None``: with prefix."""

_LEAST_ENTROPY = 3.5
"""Bits a character: of 20 and more random letters and digits it is 3.8 to 5.5, of words joined
with digits between it is less, or one of the kinds of characters is missing."""

_DIGITS = re.compile(r"\d")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_CARD = re.compile(r"(?<![\d.])[2-6]\d(?:[ -]?\d){11,17}(?![\d.]*\d)")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", re.IGNORECASE)
_PHONE = re.compile(r"\+?\(?\d(?:[\s().\-/]*\d){6,}")
_KNOWN_TOKEN = re.compile(
    r"""\b(?:sk-[\w-]{16,} | gh[pousr]_\w{20,} | github_pat_\w{20,} | glpat-[\w-]{16,}
    | xox[abeoprs]-[\w-]{10,} | (?:AKIA|ASIA)[0-9A-Z]{16} | AIza[\w-]{30,} | ya29\.[\w-]{20,}
    | hf_\w{20,} | npm_\w{30,} | pypi-[\w-]{30,} | SG\.[\w-]{16,}\.[\w-]{16,}
    | [rs]k_(?:live|test)_\w{16,} | eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]* )
    | -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----""",
    re.VERBOSE,
)
_TOLD_SECRET = re.compile(
    r"\b(?:password|passwort|passphrase|api[ _-]?key|secret|access token|pin)\b"
    r"(?: is| ist| lautet|:|=)+ ?(?=\S*\d)\S{4,}",
    re.IGNORECASE,
)
_LONG_WORD = re.compile(r"(?<![\w/.])[A-Za-z0-9+_=-]{20,}(?![\w/])")
_HEX = re.compile(r"(?i:[0-9a-f]{32,})")
_STREET_AFTER = re.compile(
    r"\b\d{1,5}[a-z]?,? (?:[NSEW]\.? )?(?:[A-Z][\w.'’-]* ){1,4}"
    r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Crescent|Terrace"
    r"|Place|Square|Highway|Close|Mews|Gardens)\b"
)
_STREET_BEFORE = re.compile(
    r"\b[A-ZÄÖÜ][\wäöüß-]*(?:straße|strasse|str\.|weg|platz|allee|gasse|ufer|damm) \d{1,4}[a-z]?\b"
    r"|\b\d{1,4}(?: bis)?,? (?:rue|avenue|boulevard|place|chemin) (?:d[eu]s? |la |l['’])*[A-ZÉÈ]"
    r"|\b(?:[Cc]alle|[Vv]ia|[Pp]iazza|[Aa]venida|[Rr]ua) [A-ZÁÉÍÓÚ][\w' ]{2,40},? \d{1,4}\b"
)
_BOX_OR_HOME = re.compile(
    r"\bP\.? ?O\.? Box \d+|\b(?:I|we) live (?:at|on) \S*\d|\bmy (?:home )?address is\b"
    r"|\bmeine (?:adresse|anschrift) (?:ist|lautet)\b",
    re.IGNORECASE,
)
_UK_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}\b")
_NAME = re.compile(
    r"\b(?:my|your) (?:full |first |last |real )?name(?:['’]s| is) (?!not\b|a\b|the\b|what)\w"
    r"|\bmein name ist \w|\bich hei(?:ß|ss)e \w|\bje m['’]appelle \w|\bme llamo \w|\bmi chiamo \w"
    r"|\bmi nombre es \w|\bmeu nome [eé] \w",
    re.IGNORECASE,
)
_CALLED = re.compile(r"\b(?:[Cc]all me|I am called|I['’]m called) [A-Z][a-z]")
_BIRTH = re.compile(
    r"\b(?:I|he|she|we|they) (?:was|were) born\b[^.?!]{0,30}\d"
    r"|\b(?:date of birth|birth ?date|d\.?o\.?b\.?)\b(?: is| was|:| =)* ?\(?\d"
    r"|\bmy (?:birthday|birth ?date) is\b[^.?!]{0,30}\d|\bich bin am \d[^?!]{0,30}geboren"
    r"|\bgeboren am \d|\bgeburtsdatum:? \d",
    re.IGNORECASE,
)
_OWN_NUMBER = re.compile(
    r"\b(?:my|our|meine?)\b[^.?!]{0,40}\b(?:number|no\.?|id|nummer)\b[^.?!\d]{0,12}[\w-]*\d{5,}"
    r"|\bpassport (?:number|no\.?)[^.?!\d]{0,12}\w{0,2}\d{6,}",
    re.IGNORECASE,
)
_GOVERNMENT: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("a US social security number", "us.ssn", re.compile(r"\b\d{3}-\d{2}-\d{4}\b")),
    ("a German tax number", "de.idnr", re.compile(r"\b\d{2} ?\d{3} ?\d{3} ?\d{3}\b")),
    ("a French social security number", "fr.nir",
     re.compile(r"\b[12] ?\d{2} ?\d{2} ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}\b")),
    ("a Spanish identity number", "es.dni", re.compile(r"\b\d{8}-?[A-Z]\b")),
    ("a Spanish identity number", "es.nie", re.compile(r"\b[XYZ]-?\d{7}-?[A-Z]\b")),
    ("an Italian tax code", "it.codicefiscale",
     re.compile(r"\b[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]\b")),
    ("a Polish identity number", "pl.pesel", re.compile(r"\b\d{11}\b")),
    ("a Brazilian tax number", "br.cpf", re.compile(r"\b\d{3}\.\d{3}\.\d{3}-\d{2}\b")),
    ("an Indian identity number", "in_.aadhaar", re.compile(r"\b\d{4} \d{4} \d{4}\b")),
)  # fmt: skip
_NINO = re.compile(
    r"\b(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b"
)
"""The rule for UK national insurance numbers, which have no check digit (HMRC NIM39110)."""


def personal_data(text: str) -> str | None:
    """What kind of personal data a text holds, in a few words that do not repeat it.

    :returns: ``None`` where none was found.
    """
    found = _WITHOUT_DIGITS if _DIGITS.search(text) is None else _ALL
    return next((kind for kinds in found for kind in kinds(text)), None)


def _emails(text: str) -> Iterator[str]:
    if "@" in text and _EMAIL.search(text):
        yield "an e-mail address"


def _names(text: str) -> Iterator[str]:
    if _NAME.search(text) or _CALLED.search(text):
        yield "a name"


def _secrets(text: str) -> Iterator[str]:
    told = _KNOWN_TOKEN.search(text) or _TOLD_SECRET.search(text)
    if told or any(_random(word) for word in _LONG_WORD.findall(text)):
        yield "a key or password"


def _addresses(text: str) -> Iterator[str]:
    forms = (_STREET_AFTER, _STREET_BEFORE, _BOX_OR_HOME, _UK_POSTCODE)
    if any(form.search(text) for form in forms):
        yield "a postal address"


def _births(text: str) -> Iterator[str]:
    if _BIRTH.search(text):
        yield "a date of birth"


def _accounts(text: str) -> Iterator[str]:
    if any(_checked("iban", each) for each in _IBAN.findall(text)):
        yield "an IBAN"
    if any(_checked("luhn", re.sub(r"[ -]", "", each)) for each in _CARD.findall(text)):
        yield "a card number"
    if _OWN_NUMBER.search(text):
        yield "a personal number"


def _government_numbers(text: str) -> Iterator[str]:
    if _NINO.search(text):
        yield "a UK national insurance number"
    for kind, rule, form in _GOVERNMENT:
        if any(_checked(rule, each) for each in form.findall(text)):
            yield kind


def _phones(text: str) -> Iterator[str]:
    if _PHONE.search(text) is None:
        return
    # Loading its tables takes longer than all other rules; few texts come here.
    import phonenumbers

    for region in _REGIONS:
        if phonenumbers.PhoneNumberMatcher(text, region).has_next():
            yield "a telephone number"


_Kinds = Callable[[str], Iterator[str]]
_WITHOUT_DIGITS: tuple[_Kinds, ...] = (_emails, _names, _secrets, _addresses)
_ALL: tuple[_Kinds, ...] = (
    *_WITHOUT_DIGITS,
    _births,
    _accounts,
    _government_numbers,
    _phones,
)


def _checked(rule: str, number: str) -> bool:
    """Whether the check digits agree, by a rule of python-stdnum."""
    module: Any = importlib.import_module(f"stdnum.{rule}")
    return bool(module.is_valid(number))


def _random(word: str) -> bool:
    """Whether a long word is drawn rather than written: all kinds of characters, no pattern."""
    if _HEX.fullmatch(word):
        return _entropy(word.lower()) > 3.0
    kinds = (str.isupper, str.islower, str.isdigit)
    mixed = all(any(kind(letter) for letter in word) for kind in kinds)
    digits = sum(letter.isdigit() for letter in word)
    return mixed and digits >= 3 and _entropy(word) >= _LEAST_ENTROPY


def _entropy(word: str) -> float:
    """Shannon's, in bits a character."""
    shares = [count / len(word) for count in Counter(word).values()]
    return -sum(share * math.log2(share) for share in shares)
