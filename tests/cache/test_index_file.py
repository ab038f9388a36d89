"""The index on disk is derived: whatever happens to it, the entries are found."""

import json
import shutil

import pytest

from cache.vectors import SMALL
from tests.cache.support import SHARED, Words, keep, own

QUESTION = "how long is a marathon"
ALIKE = "how long is a whole marathon"


@pytest.fixture
def stored(opened, tmp_path):
    """A closed cache with two entries among others, enough for partitions; its folder."""
    cache = opened()
    for scope in (SHARED, own("ada")):
        for number in range(SMALL):
            keep(cache, f"something else {'x' * number}", "another", scope)
    keep(cache, QUESTION, "42")
    keep(cache, QUESTION, "mine", own("ada"))
    cache.close()
    return tmp_path / "cache"


def finds_all(cache):
    found = [cache.lookup(ALIKE, scope, threshold=0.7).entry for scope in (SHARED, own("ada"))]
    return [entry.answer for entry in found] == ["42", "mine"]


def test_a_whole_index_is_read_without_embedding_anything(opened, stored):
    assert {"index.faiss", "index.json"} <= {path.name for path in stored.iterdir()}
    words = Words()
    cache = opened(embedder=words)
    assert words.embedded == []
    assert finds_all(cache)


@pytest.mark.parametrize("name", ["index.faiss", "index.json"])
@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "garbage", "flipped"])
def test_a_damaged_index_is_rebuilt_from_the_database(opened, stored, name, damage):
    path = stored / name
    content = path.read_bytes()
    path.unlink()
    if damage != "missing":
        flipped = bytes([content[len(content) // 2] ^ 1])
        damaged = {
            "empty": b"",
            "cut": content[: len(content) // 2],
            "garbage": b"\xff" * 500,
            "flipped": content[: len(content) // 2] + flipped + content[len(content) // 2 + 1 :],
        }
        path.write_bytes(damaged[damage])
    words = Words()
    cache = opened(embedder=words)
    assert finds_all(cache)
    cache.close()
    assert words.embedded == [ALIKE]
    assert len(json.loads((stored / "index.json").read_text())["flat"]["scopes"]) == 2


def test_a_stale_index_is_caught_up(opened, stored, tmp_path):
    shutil.copytree(stored, tmp_path / "old")
    cache = opened()
    keep(cache, "an entirely new thing", "new")
    cache.delete(*(entry.id for entry in cache.entries(owner="ada") if not entry.shared))
    cache.close()
    for name in ("index.faiss", "index.json"):
        shutil.copy(tmp_path / "old" / name, stored / name)
    cache = opened()
    assert cache.lookup("an entirely new big thing", SHARED, threshold=0.7).entry.answer == "new"
    assert not cache.lookup(ALIKE, own("ada"), threshold=0).hit
    assert cache.lookup(ALIKE, SHARED, threshold=0.7).hit


def test_another_embedding_model_embeds_all_questions_anew_once(opened, stored):
    other = Words("another model")
    cache = opened(embedder=other)
    assert sorted(other.embedded)[:2] == [QUESTION, QUESTION]
    assert len(other.embedded) == 2 * (SMALL + 1)
    assert finds_all(cache)
    cache.close()
    again = Words("another model")
    assert finds_all(opened(embedder=again))
    assert again.embedded == [ALIKE]


def test_where_nothing_can_be_written_another_models_vectors_are_made_in_memory(opened):
    cache = opened()
    keep(cache, QUESTION, "42")
    keep(cache, QUESTION, "mine", own("ada"))
    cache.close()
    reading = opened(embedder=Words("another model"), read_only=True)
    assert finds_all(reading)


def test_scopes_with_few_entries_are_not_in_the_index(opened, tmp_path):
    cache = opened()
    keep(cache, QUESTION, "42")
    keep(cache, QUESTION, "mine", own("ada"))
    assert finds_all(cache)
    cache.close()
    assert json.loads((tmp_path / "cache" / "index.json").read_text())["flat"]["scopes"] == []
    words = Words()
    assert finds_all(opened(embedder=words))
    assert words.embedded == [ALIKE]


def test_nothing_unfinished_is_left_behind(stored):
    assert [path.name for path in stored.iterdir() if path.suffix == ".part"] == []
