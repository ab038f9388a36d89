"""The lexicon behind the guards: small, read when first needed, and right about common words."""

import subprocess
import sys
from importlib.resources import files

import pytest

from cache.guards.lexicon import lexicon

DATA = files("cache.guards") / "data"


def test_importing_the_guards_reads_nothing():
    program = (
        "from cache import guards\n"
        "from cache.guards.english import english\n"
        "from cache.guards.lexicon import lexicon\n"
        "print(english.cache_info().currsize + lexicon.cache_info().currsize)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "0"


def test_the_files_are_small_and_carry_their_licence():
    sizes = {file.name: len(file.read_bytes()) for file in DATA.iterdir()}
    assert sum(sizes.values()) < 2_000_000
    assert "Princeton University" in (DATA / "WORDNET-LICENSE.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "word, base",
    [
        ("children", "child"),
        ("cancelled", "cancel"),
        ("stopping", "stop"),
        ("parties", "party"),
        ("boxes", "box"),
        ("paid", "pay"),
        ("cheapest", "cheap"),
        ("knives", "knife"),
    ],
)
def test_inflected_words_lead_to_their_base_form(word, base):
    assert base in lexicon().lemmas(word)


@pytest.mark.parametrize("word, other", [("buyer", "buy"), ("corner", "corn"), ("bus", "bu")])
def test_a_like_ending_makes_no_inflection(word, other):
    assert other not in lexicon().lemmas(word)


@pytest.mark.parametrize(
    "word, opposite",
    [("hot", "cold"), ("accept", "decline"), ("increase", "decrease"), ("enable", "disable")],
)
def test_opposites_go_both_ways(word, opposite):
    assert opposite in lexicon().opposites(word)
    assert word in lexicon().opposites(opposite)


def test_words_of_one_meaning_share_it_and_others_do_not():
    assert not lexicon().meanings("buy").isdisjoint(lexicon().meanings("purchase"))
    assert lexicon().meanings("passport").isdisjoint(lexicon().meanings("visa"))


def test_names_of_one_country_share_what_they_name():
    assert not lexicon().named("usa").isdisjoint(lexicon().named("united states"))
    assert lexicon().named("peru").isdisjoint(lexicon().named("chile"))
    assert lexicon().kind_of_name("peru") == "p"


def test_what_is_unknown_is_related_to_nothing():
    word = "qwrtzpsdf"
    assert lexicon().lemmas(word) == {word}
    assert not lexicon().known(word)
    assert not lexicon().meanings(word)
    assert not lexicon().opposites(word)
    assert not lexicon().named(word)
