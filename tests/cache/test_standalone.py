"""What may be shared: messages that stand alone."""

import pytest

from cache import judge

EVERYDAY = [
    "What is the capital of France?",
    "How do I reverse a list in Python?",
    "What's the best time to visit Lisbon?",
    "Which museums in Lisbon are free on Sunday?",
    "Explain recursion in simple terms",
    "how do vaccines work",
    "What is a mortgage?",
    "how to boil an egg",
    "what's the difference between a virus and a bacterium?",
    "Write a haiku about autumn",
    "Why is the sky blue?",
    "Who wrote Hamlet?",
    "Tell me about the French Revolution",
    "how long does it take to boil eggs",
    "What should I do if there's a power cut?",
    "What is the population of the US?",
]
LEANING = [
    "it", "", "   ", "?", "why?", "and the second one?", "What about trains?", "Tell me more",
    "What was his style?", "How much does that cost?", "Do they have a pool?", "Is there another?",
    "How do I get there?", "What else?", "Yes, please", "Who are the members?", "cancel it",
    "What are the benefits?", "Did the band tour?", "What happened in 1974?", "Explain that again",
    "What sport does Kohli play?", "Which is cheaper?", "For how long?",
]  # fmt: skip
PERSONAL = [
    "What is the balance of my account?",
    "My name is Ada, how do I register?",
    "I am allergic to nuts, what can I cook?",
    "Is ada@example.org a valid address?",
    "Who calls from +44 20 7946 0958?",
    "Is 4111 1111 1111 1111 a valid card number?",
    "Can you book us a table in Rome?",
    "What did you say about Lisbon?",
]


@pytest.mark.parametrize("message", EVERYDAY)
@pytest.mark.parametrize("first", [True, False])
def test_an_everyday_question_stands_alone(message, first):
    assert judge(message, first=first).standalone, judge(message, first=first).reason


@pytest.mark.parametrize("message", LEANING)
def test_a_message_that_leans_on_others_does_not(message):
    judgement = judge(message, first=False)
    assert not judgement.standalone
    assert judgement.reason


@pytest.mark.parametrize("message", PERSONAL)
@pytest.mark.parametrize("first", [True, False])
def test_personal_data_is_never_shared(message, first):
    assert not judge(message, first=first).standalone


def test_where_nothing_was_said_a_bare_description_leans_on_nothing():
    assert judge("How do I fix the sink?", first=True).standalone
    assert not judge("How do I fix the sink?", first=False).standalone


@pytest.mark.parametrize("message", ["I feel great", "Lisbon in spring", "x" * 500, "5 days"])
def test_what_neither_asks_nor_requests_is_not_shared(message):
    assert not judge(message, first=True).standalone


def test_a_very_long_message_is_judged_at_once():
    assert not judge("what is the " * 10_000, first=False).standalone
