"""The whole cache on the real model: paraphrases hit, traps do not."""

import pytest

from cache import SemanticCache
from tests.cache.support import SHARED, keep, own

STORED = [
    "How long is a marathon?",
    "What is the capital of France?",
    "How do I reset a forgotten password?",
    "How many cups are in 2 litres?",
    "Can I bring a dog on the train?",
    "What is new in Python 3.11?",
]


@pytest.fixture(scope="module")
def filled(tmp_path_factory, onnx):
    cache = SemanticCache.open(tmp_path_factory.mktemp("cache"), onnx)
    for question in STORED:
        keep(cache, question, question)
    yield cache
    cache.close()


@pytest.mark.parametrize(
    "asked, stored",
    [
        ("What is the length of a marathon?", 0),
        ("what's the capital city of France", 1),
        ("I forgot a password, how do I reset it?", 2),
        ("How many cups are there in two litres?", 3),
        ("Can I take a dog on the train?", 4),
    ],
)
def test_a_paraphrase_is_served(filled, asked, stored):
    lookup = filled.lookup(asked, SHARED, threshold=0.85)
    assert lookup.hit, lookup.reason
    assert (lookup.tier, lookup.entry.answer) == ("semantic", STORED[stored])


@pytest.mark.parametrize(
    "asked, why",
    [
        ("How many cups are in 3 litres?", "numbers differ"),
        ("What is new in Python 3.12?", "numbers differ"),
        ("How long is half a marathon?", "numbers differ"),
        ("Can I not bring a dog on the train?", "negated"),
    ],
)
def test_a_trap_is_refused_although_it_is_close(filled, asked, why):
    lookup = filled.lookup(asked, SHARED, threshold=0.85)
    assert not lookup.hit
    assert lookup.similarity > 0.85
    assert why in lookup.reason


def test_closeness_never_crosses_scopes(filled):
    assert not filled.lookup(STORED[0], own("ada"), threshold=0.0).hit


def test_a_text_of_100_000_characters_is_stored_and_found_word_for_word_only(filled):
    text = "tell me a story " * 6250
    keep(filled, text, "long")
    assert filled.lookup(text, SHARED, threshold=0.85).tier == "exact"
    assert not filled.lookup(text + "about bees", SHARED, threshold=0.85).hit
