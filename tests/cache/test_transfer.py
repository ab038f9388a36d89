"""Entries taken from one cache to another."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cache import TransferError
from cache.transfer import read
from tests.cache.support import SHARED, keep, own


@pytest.fixture
def lines(cache):
    """What a cache of three entries exports."""
    entry = cache.store("how long is a marathon", "42 km", SHARED, seconds=4.0, tokens=20,
                        model="small", tags=["sport"], threshold=0.8)  # fmt: skip
    cache.pin(entry.id)
    keep(cache, "who am I", "Ada", own("ada", context="x"))
    keep(cache, "who am I", "Bob", own("bob"))
    cache.lookup("how long is a marathon", SHARED, threshold=1)
    exported = list(cache.export())
    cache.clear()
    return exported


def test_what_was_exported_is_served_again_where_it_was(cache, lines):
    assert cache.import_lines(lines) == 3
    found = cache.lookup("how long is a whole marathon", SHARED, threshold=0.8)
    assert (found.entry.answer, found.entry.tags, found.entry.pinned) == ("42 km", ("sport",), True)
    assert cache.lookup("who am I", own("ada", context="x"), threshold=0).entry.answer == "Ada"
    assert cache.lookup("who am I", own("bob"), threshold=0).entry.answer == "Bob"
    assert not cache.lookup("who am I", SHARED, threshold=1).hit
    cache.stats()
    assert cache.entries(owner="")[0].hits == 2
    agreement = cache.verify()
    assert (agreement.stored, agreement.missing, agreement.extra) == (3, (), ())


def test_importing_twice_changes_nothing(cache, lines):
    for _ in range(2):
        cache.import_lines(lines)
    assert sorted(cache.export()) == sorted(lines)


def test_an_owner_exports_and_imports_shared_entries_and_his_own(cache, lines):
    with pytest.raises(TransferError, match="line 3: it belongs to another owner"):
        cache.import_lines(lines, owner="ada")
    assert cache.import_lines(lines[:2], owner="ada") == 2
    assert list(cache.export(owner="bob")) == lines[:1]


def changed(line, **changes):
    return json.dumps(json.loads(line) | changes)


@pytest.mark.parametrize(
    "change, told",
    [
        ({"version": 2}, "version"),
        ({"question": " "}, "question"),
        ({"answer": ""}, "answer"),
        ({"seconds": -1}, "seconds"),
        ({"created_at": "yesterday"}, "created_at"),
        ({"threshold": 2}, "threshold"),
        ({"surprise": 1}, "surprise"),
        ({"scope": {"owner": "ada", "prompt": "p", "model": "m"}}, "both an owner"),
        ({"answer": "Write to ada@example.org"}, "personal data"),
    ],
)
def test_one_bad_line_is_named_and_nothing_is_imported(cache, lines, change, told):
    bad = changed(lines[0], **change)
    with pytest.raises(TransferError, match=f"line 4: .*{told}") as caught:
        cache.import_lines([*lines, bad])
    assert caught.value.lines[0][0] == 4
    assert cache.entries() == ()


def test_blank_lines_are_passed_over_and_all_bad_ones_are_named(lines):
    assert len(read(["", *lines, "  "], owner=None)) == 3
    with pytest.raises(TransferError) as caught:
        read(["{", *lines, "no JSON"], owner=None)
    assert [number for number, _ in caught.value.lines] == [1, 5]


@given(st.lists(st.text() | st.dictionaries(st.text(), st.integers()).map(json.dumps)))
def test_any_lines_are_read_or_refused_with_their_numbers(anything):
    wrong = [number for number, line in enumerate(anything, start=1) if line.strip()]
    if not wrong:
        assert read(anything, owner=None) == []
        return
    with pytest.raises(TransferError) as caught:
        read(anything, owner=None)
    assert [number for number, _ in caught.value.lines] == wrong
