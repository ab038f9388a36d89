"""The exact tier's key, and the partitions."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cache import Scope, ScopeError, normalise
from cache.key import key_of, readable

NASTY = st.text(alphabet=st.sampled_from('a|:\0\x1f"\\,[]\ud800é'), max_size=6)


@pytest.mark.parametrize(
    "one, other",
    [
        ("What is AI?", "  what   is ai "),
        ("What is AI?!", "what is ai"),
        ("Ｗｈａｔ ｉｓ ＡＩ？", "What is AI"),
        ("Straße…", "STRASSE"),
        ("東京はどこ。", "東京はどこ"),
        ("line one\nline two", "line one line two"),
    ],
)
def test_writing_habits_do_not_make_another_question(one, other):
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    "one, other",
    [("What is 5!", "What is 5"), ("use C++", "use C"), ("What is 1.5", "What is 15"), ("?", "!")],
)
def test_what_means_something_stays(one, other):
    assert normalise(one) != normalise(other)


@given(st.text())
def test_normalising_twice_is_normalising_once(text):
    assert normalise(normalise(text)) == normalise(text)


@given(st.text(alphabet=st.characters()))
def test_any_text_has_a_key_and_can_be_stored(text):
    readable(text + "\ud800").encode()
    assert len(key_of(text + "\ud800")) == 64


SCOPES = st.tuples(*[NASTY] * 10).map(
    lambda parts: Scope(*(parts if parts[0] and parts[1] else ("", "", *parts[2:])))
)


@given(SCOPES, SCOPES)
def test_two_scopes_share_an_id_only_if_they_are_equal(one, other):
    assert (one.id == other.id) == (one == other)


@given(st.lists(NASTY, min_size=4, max_size=4), NASTY, NASTY)
def test_a_separator_inside_a_field_cannot_move_into_the_next(rest, one, other):
    assert len({Scope("o", "c", one + other, "", *rest[:2]).id,
                Scope("o", "c", one, other, *rest[:2]).id}) == (1 if not other else 2)  # fmt: skip


def test_each_field_alone_makes_another_scope():
    scope = Scope("o", "c", "p", "m", "u", "x")
    ids = {
        dataclasses.replace(scope, **{field.name: "?"}).id
        for field in dataclasses.fields(scope)
        if field.init
    }
    assert len(ids | {scope.id}) == 11


def test_a_scope_of_the_first_schema_version_keeps_its_id():
    scope = Scope("ada", "c", "persona 1", "small", "answer", "")
    assert scope.id == "8a3ef7893f9a8b75024ee5c05780f5907e2a56e00a9318a75d0e7edae56bcd2e"


def test_a_shared_scope_has_no_owner():
    assert Scope.shared_by_all(prompt="p", model="m").shared
    assert not Scope.of_conversation(owner="o", conversation="c", prompt="p", model="m").shared


@pytest.mark.parametrize("owner, conversation", [("", "c"), ("o", ""), ("", "")])
def test_a_conversation_scope_without_owner_or_conversation_is_refused(owner, conversation):
    with pytest.raises(ScopeError, match="both an owner and a conversation"):
        Scope.of_conversation(owner=owner, conversation=conversation, prompt="p", model="m")
