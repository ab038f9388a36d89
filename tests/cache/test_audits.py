"""Labels from audits and from questions asked again."""

import pytest

from cache.audits import AnswerAuditor, Auditor, ReAsking, Sampling

NEVER = Sampling(0.0)


@pytest.fixture(scope="module")
def auditor(onnx) -> Auditor:
    return AnswerAuditor(onnx, NEVER)


@pytest.fixture(scope="module")
def reasking(onnx):
    return ReAsking(onnx)


@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 1.0])
def test_about_the_share_that_was_asked_for_is_sampled(share):
    taken = sum(map(Sampling(share), map(str, range(4000))))
    assert taken == pytest.approx(4000 * share, abs=100)


def test_a_sample_is_the_same_whenever_it_is_taken():
    ids = [str(at) for at in range(1000)]
    assert list(map(Sampling(0.1, seed=4), ids)) == list(map(Sampling(0.1, seed=4), ids))
    assert list(map(Sampling(0.1, seed=4), ids)) != list(map(Sampling(0.1, seed=5), ids))


def test_an_auditor_samples_as_it_is_told(onnx):
    assert AnswerAuditor(onnx, Sampling(1.0)).sampled("any")
    assert not AnswerAuditor(onnx, NEVER).sampled("any")


@pytest.mark.parametrize(
    "cached, fresh",
    [
        ("The capital of France is Paris.", "the capital of France is Paris"),
        ("The capital of France is Paris.", "Paris is the capital of France."),
        ("A marathon is 42.195 km long.", "A marathon is 42.195 km (26.2 miles) long."),
        ("Water boils at 100 °C.", "Water boils at one hundred degrees Celsius."),
    ],
)
def test_the_same_in_other_words_is_right(auditor, cached, fresh):
    assert auditor.compare(cached, fresh)


@pytest.mark.parametrize(
    "cached, fresh",
    [
        ("Bake it for 20 minutes at 180 °C.", "Bake it for 45 minutes at 180 °C."),
        ("The capital of France is Paris.", "Open the settings and choose a new password."),
    ],
)
def test_another_answer_is_wrong(auditor, cached, fresh):
    assert not auditor.compare(cached, fresh)


@pytest.mark.parametrize(
    "before, after",
    [
        ("How do I reset my password?", "How do I reset my password?"),
        ("How do I reset my password?", "how can I reset my password"),
    ],
)
def test_nearly_the_same_question_soon_after_says_that_the_answer_was_of_no_use(
    reasking, before, after
):
    assert reasking.reasked(before, after, seconds=30.0)
    assert not reasking.reasked(before, after, seconds=121.0)
    assert not reasking.reasked(before, after, seconds=-1.0)


def test_another_question_says_nothing(reasking):
    assert not reasking.reasked("How do I reset my password?", "How long is a marathon?", 5.0)
