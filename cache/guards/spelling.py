"""Whether two words are one word, spelt otherwise: inflected, British, misspelt or shortened."""

from __future__ import annotations

from cache.guards.lexicon import lexicon
from cache.guards.number_words import is_number
from cache.guards.reading import Word


def same(one: Word, other: Word) -> bool:
    """One word, up to inflection and spelling ("colour", "color"), or two numbers, of which
    another guard tells whether they are equal."""
    if not one.lemmas.isdisjoint(other.lemmas) or (is_number(one.lower) and is_number(other.lower)):
        return True
    return one.lower[0] == other.lower[0] and _spelt(one.lower) == _spelt(other.lower)


def _spelt(word: str) -> str:
    """A key that British and American spellings share."""
    for british, american in _SPELLINGS:
        if british in word:
            word = word.replace(british, american)
    return word


_SPELLINGS = (
    ("isation", "ization"),
    ("ise", "ize"),
    ("ising", "izing"),
    ("yse", "yze"),
    ("our", "or"),
    ("tre", "ter"),
    ("ogue", "og"),
    ("mme", "m"),
    ("ence", "ense"),
    ("lled", "led"),
    ("lling", "ling"),
)


def misspelt(one: Word, other: Word) -> bool:
    """One slip of the keyboard apart (two in long words), and at least one of them no word."""
    ours, theirs = one.lower, other.lower
    shortest = min(len(ours), len(theirs))
    if shortest < 4 or abs(len(ours) - len(theirs)) > 2 or not (ours + theirs).isalpha():
        return False
    most = 2 if shortest >= 8 else 1
    if len(set(ours) ^ set(theirs)) > 2 * most:
        return False
    slips = distance(ours, theirs, most)
    return slips is not None and not (_word(ours) and _word(theirs) and not _likely(ours, theirs))


def _word(word: str) -> bool:
    return lexicon().known(word) or word in lexicon().names


def _likely(one: str, other: str) -> bool:
    """Of two real words, one is the other misspelt if a letter fell out or two changed places."""
    return (
        min(len(one), len(other)) >= 4
        and one[0] == other[0]
        and (len(one) != len(other) or sorted(one) == sorted(other))
        and not one.startswith(other)
        and not other.startswith(one)
    )


def distance(one: str, other: str, most: int) -> int | None:
    """Insertions, deletions, replacements and swaps of neighbours from one to the other
    (restricted Damerau-Levenshtein), or ``None`` where there are more than ``most``."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        row = [i]
        for j, right in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return None
        before, last = last, row
    return last[-1] if last[-1] <= most else None


def short_form(one: Word, other: Word) -> bool:
    """ "Insta", "Instagram"."""
    shorter, longer = sorted((one.lower, other.lower), key=len)
    if (shorter, longer) in _STRANGERS:
        return False
    return (len(shorter) > 2 and longer.startswith(shorter)) or _contracted(one, other)


_STRANGERS = frozenset({("java", "javascript")})


def _contracted(one: Word, other: Word) -> bool:
    """ "JPG" for "JPEG", "JS" for "JavaScript", "F" for "Fahrenheit"."""
    short, name = sorted((one.text, other.text), key=len)
    if not (short.isupper() and len(short) < 5 and short[0] == name[0].upper()):
        return False
    if len(short) == 2:
        return short == "".join(filter(str.isupper, name))
    rest = iter(name.upper())
    return all(letter in rest for letter in short)
