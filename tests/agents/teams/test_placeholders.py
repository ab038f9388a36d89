"""Task templates are filled in once, and what is filled in is never read as a template."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.teams.placeholders import TaskTemplate


def test_names_are_found_once_each_in_their_order():
    assert TaskTemplate("{b}, {a} and { b }; {{c}}").names == ("b", "a")


def test_double_braces_are_braces():
    assert TaskTemplate('{{"answer": "{a}"}}').filled({"a": "yes"}) == '{"answer": "yes"}'


def test_a_result_that_looks_like_a_template_is_not_filled_in():
    filled = TaskTemplate("{a}; {b}").filled({"a": "{b} {{", "b": "secret"})

    assert filled == "{b} {{; secret"


@pytest.mark.parametrize("text", ["{", "}", "a {} b", "{A}", "{a.b}", "{a!r}", "{0}", "{{a}", "{a"])
def test_a_brace_without_a_name_is_refused_with_its_place(text):
    with pytest.raises(ValueError, match="a brace that holds no name"):
        TaskTemplate(text)


@given(st.text())
def test_any_text_can_be_written_with_its_braces_doubled(text):
    written = TaskTemplate(text.replace("{", "{{").replace("}", "}}"))

    assert written.names == ()
    assert written.filled({}) == text


@given(st.text(), st.text())
def test_what_is_put_in_stands_there_as_it_is(before, value):
    doubled = before.replace("{", "{{").replace("}", "}}")

    assert TaskTemplate(doubled + "{a}!").filled({"a": value}) == f"{before}{value}!"
