"""Labelled files, run through the real cache."""

import csv
import json

import pytest

from cache import ThresholdError
from cache.evaluation import (
    Gates,
    LabelledFileError,
    evaluate,
    labels_of,
    read_conversations,
    read_followups,
    read_pairs,
    read_stream,
)
from tests.cache.support import Words

PAIR_COLUMNS = ["question_a", "question_b", "same_answer", "category"]
FOLLOWUP_COLUMNS = ["dialog", "last_turns", "question", "is_standalone"]
FRANCE = "What is the capital of France?"
OF_FRANCE = "What is the capital city of France?"
GATES = Gates(Words())


@pytest.fixture
def as_csv(tmp_path):
    def write(columns, *rows):
        path = tmp_path / "labels.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([columns, *rows])
        return path

    return write


@pytest.fixture
def as_jsonl(tmp_path):
    def write(*rows):
        path = tmp_path / "labels.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return path

    return write


def said(*contents):
    """Messages in turn, the last of them the user's."""
    roles = ["user" if (len(contents) - at) % 2 else "assistant" for at in range(len(contents))]
    return [
        {"role": role, "content": content} for role, content in zip(roles, contents, strict=True)
    ]


def conversations(a, b, *, same):
    return {"a": said(*a), "b": said(*b), "same_answer": same, "subtype": "kind"}


# Pairs


def test_a_pair_that_is_served_is_a_hit_or_a_wrong_answer_by_its_label(as_csv):
    path = as_csv(
        PAIR_COLUMNS,
        [FRANCE, OF_FRANCE, 1, "paraphrase"],
        [FRANCE, "How do vaccines work?", 1, "paraphrase"],
        ["What is the price of bread?", "What is the price of rye bread?", 0, "swap"],
    )
    report = evaluate("pairs", path, Gates(Words(), guards=()), 0.8)
    assert report.told() | {"p50_ms": 0, "p99_ms": 0} == {
        "n": 3,
        "hits": 0.5,
        "wrong": 1.0,
        "by_category": {"paraphrase": {"n": 2, "hits": 0.5}, "swap": {"n": 1, "wrong": 1.0}},
        "p50_ms": 0,
        "p99_ms": 0,
    }
    assert 0 < report.p50_ms <= report.p99_ms


def test_pairs_do_not_mix(as_csv):
    path = as_csv(
        PAIR_COLUMNS,
        [FRANCE, "How do vaccines work?", 0, "other"],
        ["Who wrote Hamlet?", FRANCE, 0, "other"],
    )
    assert evaluate("pairs", path, GATES, 0.8).total.wrong == 0


def test_the_guards_have_their_say(as_csv):
    litres = "How many cups are in {} litres of milk?"
    path = as_csv(PAIR_COLUMNS, [litres.format(2), litres.format(3), 0, "number"])
    assert evaluate("pairs", path, Gates(Words(), guards=()), 0.8).total.wrong == 1
    assert evaluate("pairs", path, GATES, 0.8).total.wrong == 0


def test_only_the_texts_stored_beforehand_are_embedded_in_batches(as_csv):
    words = Words()
    rows = [[f"What is {name}?", f"What was {name}?", 1, "any"] for name in ("one", "two", "six")]
    evaluate("pairs", as_csv(PAIR_COLUMNS, *rows), Gates(words), 0.8)
    assert words.embedded == [row[0] for row in rows] + [row[1] for row in rows]


# Conversations


def test_a_standalone_question_is_served_in_another_conversation(as_jsonl):
    row = conversations([FRANCE], ["hello there", "Hello!", OF_FRANCE], same=True)
    assert evaluate("conversations", as_jsonl(row), GATES, 0.8).total.hits == 1


def test_what_leans_on_a_conversation_is_not(as_jsonl):
    row = conversations(
        ["Is my Flickbox running?", "It is.", "ok, cancel it"],
        ["Is my gym running?", "It is.", "ok, cancel it"],
        same=False,
    )
    report = evaluate("conversations", as_jsonl(row), GATES, 0.0)
    assert report.total.wrong == 0
    assert report.by_category["kind"].n == 1


# Follow-ups


def test_followups_are_hits_while_shareable_and_wrong_when_served_from_another_dialog(as_csv):
    path = as_csv(
        FOLLOWUP_COLUMNS,
        ["one", "Ada | Life", FRANCE, 1],
        ["one", "Ada | Life | Paris", "What was her style?", 0],
        ["two", "Bob | Life", "What was her style?", 0],
        ["two", "Bob | Life | Plain", OF_FRANCE, 0],
        ["two", "Bob | Life | Plain", "And then?", 1],
    )
    report = evaluate("followups", path, GATES, 0.8)
    assert report.by_category["contextual"].wrong == pytest.approx(1 / 3)
    assert report.by_category["standalone"].hits == 0.5


# Streams


def test_a_stream_stores_what_it_misses(as_csv):
    path = as_csv(
        ["text", "intent"],
        [FRANCE, "capital"],
        [OF_FRANCE, "capital"],
        [FRANCE, "capital"],
        ["What is the capital letter of France?", "letter"],
    )
    report = evaluate("stream", path, GATES, 0.8)
    assert (report.total.n, report.total.hits, report.total.wrong) == (4, 0.75, 0.25)
    assert report.by_category["capital"].hits == pytest.approx(2 / 3)
    assert report.audited is None


def test_a_stream_that_learns_tells_how_many_answers_it_had_judged(as_csv):
    rows = [[f"{name} {other}", name] for name in "abcdefgh" for other in ("x", "x y", "x y z") * 9]
    report = evaluate("stream", as_csv(["text", "intent"], *rows), GATES, "auto")
    assert report.audited is not None
    assert 0 < report.audited < len(rows) / 5
    assert report.told()["audited"] == report.audited


# Labels for a threshold


def test_pairs_are_labels_where_some_threshold_would_serve_them(as_csv):
    path = as_csv(
        PAIR_COLUMNS,
        [FRANCE, OF_FRANCE, 1, "paraphrase"],
        ["What is the price of bread?", "What is the price of rye bread?", 0, "swap"],
        [FRANCE, "How do vaccines work?", 1, "far"],
        [FRANCE, FRANCE, 1, "exact"],
    )
    labels = labels_of(path, Gates(Words(), guards=()))
    assert [each.good for each in labels] == [True, False]
    # Less what a lone candidate lacks in support.
    assert all(0.7 < each.similarity < 0.9 for each in labels)


def test_streams_are_labels_of_what_came_before(as_csv):
    path = as_csv(["text", "intent"], [FRANCE, "a"], [OF_FRANCE, "a"], [f"{OF_FRANCE} now", "b"])
    assert [each.good for each in labels_of(path, Gates(Words(), guards=()))] == [True, False]


def test_other_files_tell_of_no_threshold(as_csv):
    with pytest.raises(LabelledFileError, match="only pairs"):
        labels_of(as_csv(FOLLOWUP_COLUMNS, ["d", "", "q", 1]), GATES)


# What is no labelled file


def test_a_threshold_is_checked(as_csv):
    with pytest.raises(ThresholdError):
        evaluate("stream", as_csv(["text", "intent"], ["a", "b"]), GATES, 1.5)


@pytest.mark.parametrize(
    "read, columns, row, why",
    [
        (read_pairs, PAIR_COLUMNS, ["a", "b", "2", "c"], "same_answer is '2'"),
        (read_pairs, PAIR_COLUMNS, ["a", " ", "1", "c"], "question_b is ' '"),
        (read_pairs, PAIR_COLUMNS, ["a", "b", "1"], "'category' is missing"),
        (read_followups, FOLLOWUP_COLUMNS, ["d", "", "q", "yes"], "is_standalone is 'yes'"),
        (read_stream, ["text", "intent"], ["", "greet"], "text is ''"),
    ],
)
def test_a_bad_row_is_refused_by_its_line(as_csv, read, columns, row, why):
    good = ["1" if name.startswith(("same", "is_")) else "some\ntext" for name in columns]
    path = as_csv(columns, good, row)
    with pytest.raises(LabelledFileError, match=why) as refused:
        read(path)
    with path.open() as file:
        assert refused.value.line == len(file.readlines())
    assert str(path) in str(refused.value)


def test_a_missing_column_is_named(as_csv):
    with pytest.raises(LabelledFileError, match="line 1: .*question_b, category are missing"):
        read_pairs(as_csv(["question_a", "same_answer"], ["a", 1]))


@pytest.mark.parametrize(
    "line, why",
    [
        ("{", "this is no JSON"),
        ("[]", "expected a JSON object"),
        ('{"a": []}', "a is no list of messages"),
        ('{"a": [{"role": "user"}]}', "a holds"),
        ('{"a": [{"role": "robot", "content": "hi"}]}', "robot"),
        ('{"a": [{"role": "assistant", "content": "hi"}]}', "expected the user's"),
        (json.dumps(conversations(["hi"], ["hi"], same=1)), "same_answer is 1"),
        (json.dumps(conversations(["hi"], ["hi"], same=True) | {"subtype": 3}), "subtype is 3"),
    ],
)
def test_a_bad_conversation_is_refused_by_its_line(tmp_path, line, why):
    path = tmp_path / "labels.jsonl"
    good = json.dumps(conversations(["hi"], ["hi"], same=True))
    path.write_text(f"{good}\n\n{line}\n")
    with pytest.raises(LabelledFileError, match=why) as refused:
        read_conversations(path)
    assert refused.value.line == 3


def test_files_that_are_none(tmp_path):
    with pytest.raises(LabelledFileError, match="cannot be read"):
        read_pairs(tmp_path / "missing.csv")
    path = tmp_path / "labels"
    path.write_bytes(b"text,intent\nfine,a\n\xff,b\n")
    with pytest.raises(LabelledFileError, match="line 3: this is not UTF-8"):
        read_stream(path)
    path.write_text("text,intent\n")
    with pytest.raises(LabelledFileError, match="there are no rows"):
        read_stream(path)
    path.write_text('text,intent\n"a"b,c\n')
    with pytest.raises(LabelledFileError, match="this is no CSV"):
        read_stream(path)
    path.write_text("")
    with pytest.raises(LabelledFileError, match="no rows"):
        read_conversations(path)
