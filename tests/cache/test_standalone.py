"""What may be shared: messages that stand alone."""

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.standalone import __main__ as fit
from benchmarks.standalone.rows import judged_by_words, labels, read_everyday, row_weights, values
from cache import judge
from cache.standalone import THRESHOLD, in_full
from cache.standalone.features import FEATURES
from cache.standalone.reading import Reading, names_in
from cache.standalone.weights import WEIGHTS

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
IN_GERMAN = [
    "Was ist die Hauptstadt von Frankreich?",
    "Wie viele Einwohner hat Hamburg?",
    "Was ist der Unterschied zwischen einem Virus und einem Bakterium?",
    "Erkläre Rekursion in einfachen Worten",
]
ABOUT_SOMEBODY_NAMED = [
    "What sport does Kohli play?",
    "Where was Marie Curie born?",
    "How old was Hell when he started playing music?",
    "How many tracks are on The Hunting Party?",
]
LEANING = [
    "it", "", "   ", "?", "why?", "and the second one?", "What about trains?", "Tell me more",
    "What was his style?", "How much does that cost?", "Do they have a pool?", "Is there another?",
    "How do I get there?", "What else?", "Yes, please", "Who are the members?", "cancel it",
    "What are the benefits?", "Did the band tour?", "What happened in 1974?", "Explain that again",
    "Which is cheaper?", "For how long?", "What happened next?", "Was the album a success?",
    "and with breakfast?", "go ahead", "ok, book the first one", "What is the deadline?",
    "Did Anna meet her?", "What happened in March?", "do I need a visa?", "the blue one",
    "Are there any other interesting aspects about this article?",
]  # fmt: skip
LEANING_IN_GERMAN = [
    "Und was kostet das?", "Was ist mit Kindern?", "Wann wurde er geboren?", "Gibt es noch andere?",
    "Erkläre das noch einmal", "Wie komme ich dahin?", "ja bitte", "Was waren seine Werke?",
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
    "Does a parcel reach 12 High Street, Leeds LS1 4DY?",
    "What is IBAN GB33BUKB20201555555555 for?",
    "Where is parcel 12345678 of DHL?",
    "Wie hoch ist mein Guthaben bei der Sparkasse?",
]
OF_THE_MOMENT = ["What is the weather in Rome today?", "Who is currently president of France?"]


@pytest.mark.parametrize("message", EVERYDAY + IN_GERMAN)
@pytest.mark.parametrize("first", [True, False])
def test_an_everyday_question_stands_alone(message, first):
    assert judge(message, first=first).standalone, judge(message, first=first)


@pytest.mark.parametrize("message", ABOUT_SOMEBODY_NAMED)
def test_a_question_that_names_what_it_asks_about_stands_alone(message):
    assert judge(message, first=False).standalone, judge(message, first=False)


@pytest.mark.parametrize("message", LEANING + LEANING_IN_GERMAN)
def test_a_message_that_leans_on_others_does_not(message):
    judgement = judge(message, first=False)

    assert not judgement.standalone, judgement
    assert judgement.reason


@pytest.mark.parametrize("message", PERSONAL + OF_THE_MOMENT)
@pytest.mark.parametrize("first", [True, False])
def test_what_is_personal_or_of_the_moment_is_never_shared(message, first):
    assert not judge(message, first=first).standalone


def test_where_nothing_was_said_a_bare_description_leans_on_nothing():
    assert judge("How do I fix the sink?", first=True).standalone
    assert not judge("How do I fix the sink?", first=False).standalone


def test_a_name_written_small_is_known_from_what_was_said_before():
    asked = "what team was wambach a part of?"
    before = ["Tell me about Abby Wambach", "Wambach is a retired forward."]

    unknown = judge(asked, first=False)
    known = judge(asked, first=False, before=before)

    assert known.probability > unknown.probability


@pytest.mark.parametrize("message", ["I feel great", "Lisbon in spring", "x" * 500, "5 days"])
def test_what_neither_asks_nor_requests_is_not_shared(message):
    assert not judge(message, first=True).standalone


def test_a_very_long_message_is_judged_at_once():
    assert not judge("what is the " * 10_000, first=False).standalone
    assert not judge("why?", first=False, before=["The A of B. " * 50_000]).standalone


def test_a_rule_keeps_a_clear_message_back_and_leaves_its_probability():
    judgement = judge("How do I repair my washing machine?", first=False)

    assert judgement.probability >= THRESHOLD
    assert not judgement.standalone
    assert "my" in judgement.reason


@given(st.text(max_size=200), st.booleans(), st.lists(st.text(max_size=100), max_size=3))
def test_any_text_gets_a_probability_and_a_reason(message, first, before):
    judgement = judge(message, first=first, before=before)

    assert 0 <= judgement.probability <= 1
    assert judgement.reason
    assert judgement == judge(message, first=first, before=before)


@given(st.sampled_from([*EVERYDAY, *LEANING]), st.text(" \t\n", max_size=3))
def test_white_space_changes_nothing(message, space):
    padded = space + message.replace(" ", "  ") + space

    assert judge(padded, first=False).standalone == judge(message, first=False).standalone


@given(st.lists(st.text(string.ascii_lowercase, min_size=1, max_size=8), min_size=1, max_size=6))
def test_words_written_small_are_no_names(words):
    assert names_in(" ".join(words)) == ()


@pytest.mark.parametrize(
    "text, names",
    [
        ("Who is Marie Curie?", ["Marie Curie"]),
        ("Did the University of Oxford hire Anna's brother?", ["University of Oxford", "Anna"]),
        ('What does "carpe diem" mean?', ["carpe diem"]),
        ("Lisbon, Porto and Faro", ["Lisbon", "Porto", "Faro"]),
        ("The end. Where was the king on Monday in May?", []),
        ("I think I'm late", []),
    ],
)
def test_names_are_runs_of_capitals_and_quotations(text, names):
    assert [name.text for name in names_in(text)] == names


def test_english_and_german_are_told_apart():
    assert Reading("Wie lange muss ein Ei kochen?").german
    assert not Reading("Who was the man in the red hat?").german


def test_there_is_one_weight_for_each_feature():
    assert len(WEIGHTS) == len(FEATURES) < 20


def test_weights_fitted_on_one_half_of_the_everyday_messages_hold_on_the_other():
    rows = read_everyday()
    train, unseen = rows[::2], rows[1::2]
    used = [row for row, taken in zip(train, judged_by_words(train), strict=True) if taken]

    weights = fit.fitted(values(used), labels(used), row_weights(used))
    likely = fit.probabilities(weights, values(unseen))

    assert fit.area_under_curve(likely, labels(unseen)) > 0.95
    assert fit.brier(likely, labels(unseen), row_weights(unseen)) < 0.09


def test_the_table_is_written_as_it_is_kept(tmp_path: Path, monkeypatch):
    written = tmp_path / "weights.py"
    monkeypatch.setattr(fit, "WEIGHTS_FILE", written)

    fit.write(fit.np.array([0.5, *WEIGHTS]))

    kept = (fit.ROOT / "cache" / "standalone" / "weights.py").read_text().splitlines()
    assert [line for line in written.read_text().splitlines() if "BIAS" not in line] == [
        line for line in kept if "BIAS" not in line
    ]


# Names said in full before


@pytest.mark.parametrize(
    ("message", "before", "full"),
    [
        ("Where was Salonga born?", ["Tell me about Lea Salonga."], "Where was Lea Salonga born?"),
        ("What was Kohli's best score?", ["Virat Kohli"], "What was Virat Kohli's best score?"),
        ("What is the capital of Peru?", ["Lea Salonga"], "What is the capital of Peru?"),
        ("Where was Salonga born?", [], "Where was Salonga born?"),
        ("Where did Lea Salonga live?", ["Lea Salonga"], "Where did Lea Salonga live?"),
    ],
)
def test_a_half_name_is_said_as_fully_as_before(message, before, full):
    assert in_full(message, before) == full


def test_a_half_name_that_two_names_end_in_is_not_guessed():
    assert in_full("Where did Walker live?", ["Herschel Walker", "Alice Walker"]) is None
