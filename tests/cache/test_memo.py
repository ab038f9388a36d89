"""A text is embedded once, however many ask for it at a time."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from cache.memo import Memo
from tests.cache.support import SHARED, Words, keep


class Slow:
    """An embedder that counts, and answers when it is let go."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.go_on = threading.Event()
        self.go_on.set()
        self.begun = threading.Event()

    def __call__(self, text: str) -> np.ndarray:
        self.asked.append(text)
        self.begun.set()
        assert self.go_on.wait(10)
        if text == "bad":
            raise ValueError(text)
        return np.full(3, len(text), dtype=np.float32)


def test_a_known_text_is_not_embedded_again():
    embed = Slow()
    memo = Memo(embed, size=2)

    first, second = memo("one"), memo("one")

    assert first is second
    assert embed.asked == ["one"]


def test_the_text_that_was_not_asked_for_longest_is_forgotten():
    embed = Slow()
    memo = Memo(embed, size=2)

    for text in ("a", "b", "a", "c", "a", "b"):
        memo(text)

    assert embed.asked == ["a", "b", "c", "b"]


def test_who_asks_for_a_text_that_is_being_embedded_waits_for_it():
    embed = Slow()
    embed.go_on.clear()
    memo = Memo(embed, size=2)
    got: list[np.ndarray] = []
    threads = [threading.Thread(target=lambda: got.append(memo("one"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert embed.begun.wait(10)
    embed.go_on.set()
    for thread in threads:
        thread.join(10)

    assert embed.asked == ["one"]
    assert [vector.tolist() for vector in got] == [[3, 3, 3]] * 4


def test_a_failure_reaches_who_asked_and_is_not_remembered():
    embed = Slow()
    memo = Memo(embed, size=2)

    for _ in range(2):
        with pytest.raises(ValueError, match="bad"):
            memo("bad")

    assert embed.asked == ["bad", "bad"]


def test_nobody_changes_a_vector_that_others_use():
    vector = Memo(Slow(), size=2)("one")

    with pytest.raises(ValueError, match="read-only"):
        vector[0] = 0.0


def test_a_question_that_was_prepared_is_not_embedded_again(opened):
    words = Words()
    cache = opened(embedder=words)
    keep(cache, "How high is Mont Blanc?")
    words.embedded.clear()

    cache.prepare("How tall is Mont Blanc?")
    cache.lookup("How tall is Mont Blanc?", SHARED, threshold=0.5)

    assert words.embedded == ["How tall is Mont Blanc?"]


@pytest.mark.parametrize("question", ["", "  \n", "\ud800"])
def test_preparing_what_cannot_be_looked_up_is_harmless(opened, question):
    cache = opened()

    cache.prepare(question)

    assert cache.stats().lookups == 0
