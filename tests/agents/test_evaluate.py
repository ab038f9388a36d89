"""Figures on labelled files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agents.__main__ import main
from agents.errors import ContentError
from agents.evaluation import figures, label, read


def test_the_figures_of_a_file_are_those_that_one_counts_by_hand():
    labels = ["a", "a", "a", "b"]
    two_thirds = pytest.approx(2 / 3)
    assert figures(labels, ["a", "a", "b", "b"]) == {
        "n": 4,
        "accuracy": 0.75,
        "macro_f1": pytest.approx((0.8 + 2 / 3) / 2),
        "by_label": {
            "a": {
                "precision": 1.0,
                "recall": pytest.approx(2 / 3),
                "f1": pytest.approx(0.8),
                "n": 3,
            },
            "b": {"precision": 0.5, "recall": 1.0, "f1": two_thirds, "n": 1},
        },
    }


def test_a_label_that_is_never_told_counts_as_missed():
    found = figures(["a", "b"], ["a", "a"])["by_label"]["b"]
    assert found == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "n": 1}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("hello there", "greeting"),
        ("what else is there?", "question_asked"),
        ("tell me more", "question_asked"),
        ("what do you know about me?", "question_asked"),
        ("which is cheaper, Lisbon or Porto", "comparison_made"),
        ("I want to go to Lisbon", "topic_introduced"),
        ("thanks", "topic_introduced"),
        ("Hi, where is Lisbon?", "question_asked"),
    ],
)
def test_types_beyond_the_four_count_as_asked_or_told(text, kind):
    assert label(text, None) == kind


@pytest.fixture
def messages(tmp_path: Path) -> Path:
    file = tmp_path / "messages.csv"
    file.write_text("text,type\nhello,greeting\nwhere is it?,question_asked\n", encoding="utf-8")
    return file


@pytest.fixture
def steps(tmp_path: Path) -> Path:
    file = tmp_path / "steps.csv"
    file.write_text(
        "assistant_question,user_reply,asked_slot,fills_slot\n"
        "Which city do you go to?,To San Francisco.,destination_city,1\n"
        "Which city do you go to?,I do not know.,destination_city,0\n",
        encoding="utf-8",
    )
    return file


@pytest.mark.parametrize("what", ["messages", "steps"])
def test_the_command_prints_json(what, messages, steps, home, capsys):
    file = messages if what == "messages" else steps
    assert main(["evaluate", what, str(file), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["n"], told["accuracy"], told["macro_f1"]) == (2, 1.0, 1.0)
    assert {key for row in told["by_label"].values() for key in row} == {
        "precision",
        "recall",
        "f1",
        "n",
    }


def test_the_command_prints_a_table(messages, home, capsys):
    assert main(["evaluate", "messages", str(messages)]) == 0
    assert "macro-F1 1.000, accuracy 1.000, n 2" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "cannot be read"),
        ("text,type\n", "has no rows"),
        ("text,kind\nhello,greeting\n", "type"),
        ("text,type\nhello\n", "type"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_what_is_wrong(content, problem, tmp_path):
    file = tmp_path / "file.csv"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(ContentError, match=problem):
        read(file, ("text", "type"))


def test_the_command_says_what_is_wrong_with_a_file(tmp_path, home, capsys):
    assert main(["evaluate", "messages", str(tmp_path / "none.csv")]) == 2
    assert "none.csv" in capsys.readouterr().err
