"""limits.yml: what may stand in it, and that anything else is named with its line and a remedy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.calling import Priority
from agents.errors import ContentError
from agents.models import limits
from agents.models.budgets import SHARE, Budget
from agents.models.limits import WAITING, Limits, read_limits

README = Path(__file__).parents[3] / "README.md"
LAUGHS = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n"


@pytest.fixture
def read(tmp_path):
    def write_and_read(text: str, *, priced: bool = True) -> Limits:
        path = tmp_path / "limits.yml"
        path.write_text(text, "utf-8")
        return read_limits(path, priced=priced)

    return write_and_read


@pytest.fixture
def refused(read):
    def caught(text: str, **how: bool) -> ContentError:
        with pytest.raises(ContentError) as error:
            read(text, **how)
        return error.value

    return caught


def test_without_a_file_only_the_queue_has_a_limit(tmp_path):
    assert read_limits(tmp_path / "limits.yml", priced=False) == Limits(WAITING, ())


def examples(text: str) -> list[str]:
    return re.findall(r"```yaml\n(waiting:.*?)```", text, re.DOTALL)


def test_the_example_in_the_module_says_what_can_be_limited(read):
    (example,) = examples(limits.__doc__ or "")

    assert read(example) == Limits(
        64,
        (
            Budget("*", "calls", "minute", 60),
            Budget("*", "tokens", "minute", 100_000),
            Budget("*", "dollars", "day", 5),
            Budget("chat", "dollars", "day", 2.5),
        ),
    )


def test_the_example_in_the_readme_can_be_used(read):
    (example,) = examples(README.read_text("utf-8"))

    assert [(b.agent, b.unit, b.limit) for b in read(example).budgets][-1] == (
        "audit",
        "calls",
        200,
    )


def test_what_the_readme_says_is_kept_for_the_chat_is(read):
    assert SHARE == {Priority.CHAT: 1.0, Priority.TEAM: 0.8, Priority.AUDIT: 0.5}


@pytest.mark.parametrize("text, line, place", [
    ("budgets:\n  chat:\n    minute: {calls: -1}", 3, "budgets chat minute calls"),
    ("budgets:\n  chat:\n    minute: {calls: 0}", 3, "budgets chat minute calls"),
    ("budgets:\n  chat:\n    day: {tokens: 1.5}", 3, "budgets chat day tokens"),
    ("budgets:\n  chat:\n    day: {calls: '7'}", 3, "budgets chat day calls"),
    ("budgets:\n  chat:\n    day: {dollars: true}", 3, "budgets chat day dollars"),
    ("budgets:\n  chat:\n    day: {dollars: -0.5}", 3, "budgets chat day dollars"),
    ("budgets:\n  chat:\n    day: {dollars: .inf}", 3, "budgets chat day dollars"),
    ("budgets:\n  chat:\n    day: {dollars: .nan}", 3, "budgets chat day dollars"),
    ("budgets:\n  chat:\n\n    hour: {calls: 1}", 4, "budgets chat hour"),
    ("budgets:\n  chat:\n    day:\n      call: 1", 4, "budgets chat day call"),
    ("budgets:\n  two words:\n    day: {calls: 1}", 2, "budgets two words"),
    ("budgets:\n  chat: 7", 2, "budgets chat"),
    ("waiting: 5\nbudget: {}", 2, "budget"),
    ("\nwaiting: none", 2, "waiting"),
    ("waiting: -3", 1, "waiting"),
    ("waiting: 3\nwaiting: 4", 2, ""),
    ("- 1", 1, ""),
    (LAUGHS, 1, ""),
    ("waiting: !!python/object/apply:os.getcwd []", 1, ""),
    ("budgets:\n  *: {day: {calls: 1}}", 2, ""),
    ("[" * 5_000, 1, ""),
    ("waiting: 1" + "0" * 400, 1, ""),
])  # fmt: skip
def test_what_cannot_be_used_is_named_with_its_line_and_a_remedy(refused, text, line, place):
    error = refused(text)

    assert (error.line, error.key) == (line, place)
    assert error.message.startswith(f"limits.yml, line {line}")
    assert error.remedy


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "waiting: 1\n" * 20_000])
def test_what_holds_nothing_or_far_too_much_is_refused(refused, text):
    error = refused(text)

    assert "limits.yml" in error.message
    assert error.remedy


def test_dollars_are_refused_where_nobody_knows_what_tokens_cost(refused):
    error = refused("budgets:\n  chat:\n    day: {dollars: 2}", priced=False)

    assert (error.line, error.key) == (3, "budgets chat day dollars")
    assert "REPRISE_TOKEN_PRICE" in error.remedy


def test_a_folder_in_its_place_is_refused(tmp_path):
    (tmp_path / "limits.yml").mkdir()

    with pytest.raises(ContentError, match="limits.yml"):
        read_limits(tmp_path / "limits.yml", priced=False)


@given(text=st.text("abc:{}[]-*&!#'\"\n 019.", max_size=80) | st.binary(max_size=60))
def test_whatever_stands_in_the_file_it_is_taken_or_refused_in_words(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("home") / "limits.yml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    try:
        found, told = read_limits(path, priced=True), "taken"
    except ContentError as error:
        found, told = Limits(), error.remedy

    assert told
    assert found.waiting > 0
    assert all(budget.limit > 0 for budget in found.budgets)
