"""Close questions that must not share an answer, and equal ones that must."""

import pytest

from cache.guards import DEFAULT_GUARDS, refusal


@pytest.mark.parametrize(
    "asked, stored, why",
    [
        ("Can I bring 2 bags?", "Can I bring 3 bags?", "numbers"),
        ("What is new in Python 3.11?", "What is new in Python 3.12?", "numbers"),
        ("Is it open on Monday?", "Is it open on Sunday?", "dates differ"),
        ("How long is half a marathon?", "How long is a marathon?", "numbers"),
        ("Who won in 1998?", "Who won?", "1998 / none"),
        ("Can I eat this raw?", "Can I not eat this raw?", "negated"),
        ("Why does it work?", "Why doesn’t it work?", "negated"),
        ("How do I log in with a password?", "How do I log in without a password?", "negated"),
        ("short", "long " * 200, "too long"),
    ],
)
def test_a_trap_is_refused_with_its_reason(asked, stored, why):
    assert why in refusal(DEFAULT_GUARDS, asked, stored)
    assert refusal(DEFAULT_GUARDS, stored, asked) is not None


@pytest.mark.parametrize(
    "asked, stored",
    [
        ("Can I bring two bags?", "May I bring 2 bags?"),
        ("Is 1,000 a lot?", "is 1000 a lot"),
        ("Why can't I log in?", "Why can’t I log in?"),
        ("Which one is best?", "Which is the best one?"),
        ("What does it cost?", "How much is it?"),
    ],
)
def test_equal_questions_pass(asked, stored):
    assert refusal(DEFAULT_GUARDS, asked, stored) is None
