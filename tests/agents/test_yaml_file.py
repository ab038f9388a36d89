"""YAML that a person writes: read as plain values with their lines, or refused in words."""

from __future__ import annotations

import itertools
import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from agents.errors import ContentError
from agents.yaml_file import MOST_CHARACTERS, parse, read

FILE = Path("team.yml")
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | st.text(st.characters(codec="utf-8", exclude_categories=["C"]))
)
VALUES = st.recursive(
    SCALARS, lambda of: st.lists(of, max_size=4) | st.dictionaries(st.text("ab c"), of, max_size=4)
)


class Step(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: str
    task: str
    seconds: float = 60.0
    agent: str | list[str] = ""


class Team(BaseModel):
    model_config = ConfigDict(extra="forbid")
    steps: list[Step]


def refused(text: str) -> ContentError:
    with pytest.raises(ContentError) as caught:
        parse(text, FILE)
    return caught.value


def misshapen(text: str) -> ContentError:
    with pytest.raises(ContentError) as caught:
        parse(text, FILE).shaped(Team)
    return caught.value


def test_words_that_older_yaml_reads_as_something_else_stay_words():
    written = parse("country: no\nat: 12:30\non: 2026-01-31\nversion: 1_0", FILE)

    assert written.content == {"country": "no", "at": "12:30", "on": "2026-01-31", "version": "1_0"}


def test_each_value_has_the_line_that_it_begins_in():
    written = parse("a: 1\nb:\n  - x\n  - y: |\n      long\n      text\nc: end", FILE)

    places = [(), ("a",), ("b",), ("b", 1), ("b", 1, "y"), ("c",)]
    assert [written.line(place) for place in places] == [1, 1, 2, 4, 4, 7]
    assert written.line(("b", 1, "missing")) == 4


@given(VALUES)
def test_json_is_read_as_json(value):
    text = json.dumps(value, ensure_ascii=False)

    assert parse(text, FILE).content == value


@given(st.text() | st.text("[]{}&*!-:?, \n'\"|>#%@`~<ab0."))
def test_any_text_is_read_or_refused_with_an_error_of_ours(text):
    with suppress(ContentError):
        assert parse(text, FILE).line() >= 1


@pytest.mark.parametrize(
    "text, problem, line",
    [
        ("a: &x [1]\nb: *x", "anchors and aliases", 1),
        ("a: 1\nb: *x", "anchors and aliases", 2),
        ("a: !!python/object/apply:os.system ['true']", "tags", 1),
        ("a: 1\n---\nb: 2", "no YAML", 2),
        ("a: 1\na: 2", "has 'a' twice", 2),
        ("a: 1\n2: b", "has 2 as a name", 2),
        ("a: [1\nb: 2", "no YAML", 2),
        ("a:\n  - " + "[" * 5_000, "levels", 2),
        ("a: " + "9" * 5_000, "too long", 1),
        ("a: 1e999", "too long", 1),
        ("a: \x00", "no YAML", 0),
        ("", "is empty", 0),
        ("# nothing yet", "is empty", 0),
        ("a: " + "b" * MOST_CHARACTERS, "is longer", 0),
    ],
)
def test_what_is_refused_is_told_with_its_line(text, problem, line):
    error = refused(text)

    assert problem in error.message
    assert error.line == line
    assert "team.yml" in error.message


def test_a_billion_laughs_are_refused_before_the_first():
    lines = ['a: &a ["lol"]'] + [f"{b}: &{b} [*{a}, *{a}]" for a, b in itertools.pairwise("abcde")]

    assert refused("\n".join(lines)).line == 1


def test_a_wrong_shape_names_the_item_by_its_id_and_says_what_to_do():
    text = "steps:\n  - id: read\n    task: Read it.\n  - id: write\n    sekonds: 3\n"

    missing, unknown = misshapen(text), misshapen(text + "    task: Write it.\n")

    assert str(missing) == "team.yml, line 4, steps 'write' task: is missing. Add it."
    assert missing.key == "steps 'write' task"
    assert str(unknown).startswith("team.yml, line 5, steps 'write' sekonds: is not known here.")


@pytest.mark.parametrize(
    "text, place",
    [
        ("steps: no", "line 1, steps: is no list"),
        ("- steps", "line 1: has no entries"),
        ("steps:\n  - 1", "line 2, steps 1: has no entries"),
        ("steps:\n  - id: 7\n    task: a", "line 2, steps 1 id: is no text"),
        ("steps:\n  - {id: a, task: b, seconds: c}", "line 2, steps 'a' seconds: cannot be used"),
        ("steps:\n  - {id: a, task: b, agent: 3}", "line 2, steps 'a' agent: is no text"),
    ],
)
def test_a_wrong_shape_is_told_with_its_place(text, place):
    assert place in misshapen(text).message


def test_a_file_is_read_and_named_by_its_name(tmp_path):
    path = tmp_path / "limits.yml"
    path.write_text("größte: 3", "utf-8")

    assert read(path).content == {"größte": 3}


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", b"a: " + b"b" * 10 * MOST_CHARACTERS])
def test_a_file_that_cannot_be_read_is_told(tmp_path, content):
    path = tmp_path / "limits.yml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ContentError, match="limits.yml"):
        read(path)
