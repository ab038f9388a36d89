"""Verifiers: a pair model over real ONNX files, and a chat model as judge."""

import json
import threading
from pathlib import Path

import numpy as np
import pytest

from cache.chat_judge import Budget, JudgeVerifier
from cache.embedder import sha256_of
from cache.errors import AmountError, VerifierError
from cache.pair_model import Calibration, PairVerifier
from cache.verifier import load_default_verifier, load_verifier
from cache.words import percent

SAME = ("How do I sort a list?", "how can i sort a list")
OTHER = ("How do I sort a list?", "How do I sort a list, and then print all of it?")


def write_model(path: Path, **calibration) -> Path:
    """A real ONNX file that finds pairs alike the fewer word pieces they have: 20 - pieces."""
    from onnx import TensorProto, helper, save

    names = "input_ids", "attention_mask", "token_type_ids"
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["pairs", "pieces"])
        for name in names
    ]
    output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["pairs"])
    nodes = [
        helper.make_node("ReduceSum", ["attention_mask", "axis"], ["pieces"], keepdims=0),
        helper.make_node("Cast", ["pieces"], ["long"], to=TensorProto.FLOAT),
        helper.make_node("Sub", ["most", "long"], ["logits"]),
    ]
    constants = [
        helper.make_tensor("axis", TensorProto.INT64, [1], [1]),
        helper.make_tensor("most", TensorProto.FLOAT, [], [20.0]),
    ]
    graph = helper.make_graph(nodes, "short", inputs, [output], constants)
    opsets = [helper.make_opsetid("", 18)]
    save(helper.make_model(graph, opset_imports=opsets, ir_version=10), str(path))
    known = {"temperature": 2.0, "threshold": 0.6, "sha256": sha256_of(path)} | calibration
    path.with_suffix(".json").write_text(json.dumps(known))
    return path


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_model(tmp_path / "short.onnx")


# Which verifier


@pytest.mark.parametrize("spec", [None, "", "none"])
def test_no_verifier_is_a_choice(spec):
    assert load_verifier(spec) is None


def test_a_path_of_an_onnx_file_names_a_pair_model(model):
    assert load_verifier(str(model)).verify([SAME])[0].same


def test_the_name_tells_the_file_so_that_another_file_is_another_verifier(model):
    sha256 = sha256_of(model)

    assert load_verifier(model).name == f"short/{sha256[:12]}"


def test_the_default_is_the_model_that_comes_with_the_package():
    verifier = load_default_verifier()

    opinions = verifier.verify(
        [
            ("How do I reset my password?", "how can I reset the password"),
            ("How do I reset my password?", "How do I turn off notifications?"),
        ]
    )
    assert [opinion.same for opinion in opinions] == [True, False]


# A pair model


def test_each_pair_gets_its_own_opinion_in_order(model):
    alone = [PairVerifier.of_onnx(model).verify([pair])[0] for pair in (OTHER, SAME, OTHER)]

    assert list(PairVerifier.of_onnx(model).verify([OTHER, SAME, OTHER])) == alone
    assert [opinion.same for opinion in alone] == [False, True, False]


def test_no_pairs_need_no_model(tmp_path):
    path = write_model(tmp_path / "gone.onnx")
    verifier = PairVerifier.of_onnx(path)
    path.unlink()

    assert list(verifier.verify([])) == []


def test_the_verdict_does_not_depend_on_which_of_the_two_was_asked():
    verifier = load_default_verifier()
    asked, stored = "How long do eggs keep in the fridge?", "how long are eggs good when chilled"

    assert verifier.verify([(asked, stored)]) == verifier.verify([(stored, asked)])


def test_the_shipped_model_thinks_the_same_of_a_pair_alone_and_in_company():
    verifier = load_default_verifier()
    pairs = [SAME, OTHER, ("Is it going to rain tomorrow in Lisbon?", "weather lisbon tomorrow")]

    together = [opinion.probability for opinion in verifier.verify(pairs)]

    alone = [verifier.verify([pair])[0].probability for pair in pairs]
    assert together == alone


def test_a_pair_that_is_too_long_to_be_read_is_not_the_same(model):
    long = "word " * 200

    (opinion,) = PairVerifier.of_onnx(model).verify([(long, long)])

    assert (opinion.same, opinion.probability) == (False, None)
    assert "too long" in opinion.reason


def test_a_long_pair_does_not_change_what_is_thought_of_the_others(model):
    long = "word " * 200

    opinions = PairVerifier.of_onnx(model).verify([(long, long), SAME])

    assert [opinion.same for opinion in opinions] == [False, True]


def test_the_probability_follows_temperature_and_bias():
    calibration = Calibration(temperature=2.0, bias=-1.0)

    assert calibration.probability(2.0) == 0.5
    assert calibration.probability(4.0) == pytest.approx(0.7310586)


@pytest.mark.parametrize("logit, wanted", [(1e6, 1.0), (-1e6, 0.0)])
def test_no_logit_is_too_large(logit, wanted):
    assert Calibration().probability(logit) == pytest.approx(wanted)


def test_what_reaches_the_threshold_is_served(tmp_path):
    verifier = PairVerifier.of_onnx(write_model(tmp_path / "m.onnx", threshold=0.0))

    assert verifier.verify([OTHER])[0].same


def test_the_reason_says_how_alike_the_two_are(model):
    (opinion,) = PairVerifier.of_onnx(model).verify([OTHER])

    assert opinion.reason == f"probably another question ({percent(opinion.probability)} alike)"


def test_a_model_without_its_calibration_is_refused_when_it_is_named(tmp_path):
    path = write_model(tmp_path / "m.onnx")
    path.with_suffix(".json").unlink()

    with pytest.raises(VerifierError, match="m.json is missing"):
        load_verifier(path)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "{}",
        '{"temperature": 0, "threshold": 0.5}',
        '{"temperature": "warm", "threshold": 0.5}',
        '{"temperature": true, "threshold": 0.5}',
        '{"temperature": 1, "threshold": 1.5}',
        '{"temperature": 1, "threshold": NaN}',
        '{"temperature": 1, "threshold": 0.5, "bias": null}',
    ],
)
def test_a_malformed_calibration_is_refused(tmp_path, text):
    path = write_model(tmp_path / "m.onnx")
    path.with_suffix(".json").write_text(text)

    with pytest.raises(VerifierError, match="m.json"):
        load_verifier(path)


def test_a_model_that_is_not_the_calibrated_one_is_never_asked(model):
    model.write_bytes(model.read_bytes() + b"\0")

    with pytest.raises(VerifierError, match="not the file that was calibrated"):
        PairVerifier.of_onnx(model).verify([SAME])


def test_a_damaged_model_is_an_error_of_the_verifier(tmp_path):
    path = tmp_path / "m.onnx"
    path.write_bytes(b"no model")
    path.with_suffix(".json").write_text('{"temperature": 1, "threshold": 0.5}')

    with pytest.raises(VerifierError, match="cannot be loaded"):
        PairVerifier.of_onnx(path).verify([SAME])


def test_a_model_that_is_gone_is_an_error_of_the_verifier(model):
    verifier = PairVerifier.of_onnx(model)
    model.unlink()

    with pytest.raises(VerifierError, match="cannot be read"):
        verifier.warm()


def test_the_model_is_loaded_once_whoever_asks():
    loads = []

    def load():
        loads.append(1)
        return lambda pairs: np.ones(len(pairs), dtype=np.float32)

    verifier = PairVerifier("counted", load, Calibration())
    threads = [threading.Thread(target=verifier.verify, args=([SAME],)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(loads) == 1


# A cross-encoder of sentence-transformers


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real, small, untrained cross-encoder with one output, in a folder."""
    return save_encoder(tmp_path_factory.mktemp("encoder"), outputs=1)


def save_encoder(folder: Path, *, outputs: int) -> Path:
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    from cache.embedder import model_folder

    config = BertConfig(
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        num_labels=outputs,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizerFast.from_pretrained(model_folder()).save_pretrained(folder)
    return folder


def test_a_cross_encoder_is_named_by_its_folder(encoder):
    (opinion,) = load_verifier(encoder).verify([SAME])

    assert 0 < opinion.probability < 1


def test_a_cross_encoder_may_have_a_calibration_file_in_its_folder(encoder):
    (encoder / "calibration.json").write_text('{"temperature": 1, "bias": 50, "threshold": 0.9}')

    (opinion,) = load_verifier(encoder).verify([SAME])

    (encoder / "calibration.json").unlink()
    assert opinion.same


def test_a_cross_encoder_that_is_not_there_is_an_error_of_the_verifier(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")

    with pytest.raises(VerifierError, match="cannot be loaded"):
        load_verifier(tmp_path / "nothing").verify([SAME])


def test_a_model_with_several_outputs_is_refused(tmp_path):
    with pytest.raises(VerifierError, match="has 3 outputs"):
        load_verifier(save_encoder(tmp_path, outputs=3)).verify([SAME])


# The chat model as judge


class Judge:
    """Answers as told, and remembers what it was asked."""

    def __init__(self, *verdicts) -> None:
        self.verdicts = list(verdicts)
        self.asked: list[tuple[str, str]] = []

    def __call__(self, asked: str, stored: str):
        self.asked.append((asked, stored))
        verdict = self.verdicts.pop(0)
        if isinstance(verdict, Exception):
            raise verdict
        return verdict


@pytest.fixture
def judged():
    """Makes judges, and lets their threads go."""
    made = []

    def make(ask, **changes) -> JudgeVerifier:
        made.append(JudgeVerifier("judge", ask, **changes))
        return made[-1]

    yield make
    for verifier in made:
        verifier.close()


@pytest.mark.parametrize(
    "verdict, same, reason",
    [
        (True, True, "one answer serves both"),
        (False, False, "another question"),
        (None, False, "in doubt"),
        (RuntimeError("no network"), False, "failed (RuntimeError)"),
        ("yes", False, "in doubt"),
    ],
)
def test_only_a_clear_yes_serves(judged, verdict, same, reason):
    (opinion,) = judged(Judge(verdict)).verify([SAME])

    assert opinion.same is same
    assert reason in opinion.reason


def test_an_error_tells_nothing_of_what_the_model_was_asked(judged):
    (opinion,) = judged(Judge(RuntimeError("key sk-1234 refused"))).verify([SAME])

    assert "sk-1234" not in opinion.reason


def test_after_a_yes_nobody_is_asked_about_the_rest(judged):
    judge = Judge(False, True)

    opinions = judged(judge).verify([OTHER, SAME, OTHER])

    assert [opinion.same for opinion in opinions] == [False, True, False]
    assert judge.asked == [OTHER, SAME]


def test_a_judge_that_takes_too_long_is_given_up(judged):
    done = threading.Event()
    verifier = judged(lambda asked, stored: done.wait(60), timeout=0.05)

    opinions = verifier.verify([SAME, OTHER])

    done.set()
    assert not any(opinion.same for opinion in opinions)
    assert "longer than 0.05 s" in opinions[0].reason
    assert "time is over" in opinions[1].reason


def test_the_budget_of_a_minute_comes_back_with_time(judged, clock):
    verifier = judged(Judge(True, True), budget=Budget(per_minute=1), clock=clock)

    first, spent = verifier.verify([SAME])[0], verifier.verify([SAME])[0]
    clock.now += 60
    again = verifier.verify([SAME])[0]

    assert [first.same, spent.same, again.same] == [True, False, True]
    assert spent.reason == "the judge's budget is spent"


def test_the_budget_of_a_day_outlives_the_minutes(judged, clock):
    verifier = judged(Judge(*[True] * 9), budget=Budget(per_minute=5, per_day=2), clock=clock)

    served = []
    for _ in range(4):
        served.append(verifier.verify([SAME])[0].same)
        clock.now += 120
    clock.now += 86_400
    served.append(verifier.verify([SAME])[0].same)

    assert served == [True, True, False, False, True]


def test_a_budget_of_nothing_asks_nobody(judged):
    judge = Judge()

    assert not judged(judge, budget=Budget(per_day=0)).verify([SAME])[0].same
    assert judge.asked == []


@pytest.mark.parametrize(
    "wrong",
    [{"timeout": -1}, {"timeout": float("nan")}, {"budget": Budget(per_minute=-1)},
     {"budget": Budget(per_day=-1)}],
)  # fmt: skip
def test_amounts_that_make_no_sense_are_refused(wrong):
    with pytest.raises(AmountError):
        JudgeVerifier("judge", Judge(), **wrong)
