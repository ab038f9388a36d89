"""What older versions wrote is still read."""

import sqlite3
from pathlib import Path

import pytest

from cache.schema import HISTORY, SCHEMA_VERSION
from tests.cache.support import SHARED, own

DUMPS = Path(__file__).parent


def test_each_version_has_its_line_and_its_sample():
    assert [line.split(":")[0] for line in HISTORY] == [
        str(version) for version in range(1, SCHEMA_VERSION + 1)
    ]
    assert len(list(DUMPS.glob("version_*.sql"))) == SCHEMA_VERSION


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION + 1))
def test_a_database_of_each_version_is_read(opened, tmp_path, version):
    (tmp_path / "cache").mkdir()
    database = sqlite3.connect(tmp_path / "cache" / "cache.sqlite3")
    database.executescript((DUMPS / f"version_{version}.sql").read_text(encoding="utf-8"))
    database.close()
    cache = opened()
    assert cache.stats().semantic_hits == 1
    assert cache.lookups(owner="ada")[0].question == "how long is a whole marathon"
    assert cache.lookup("how long is a marathon?", SHARED, threshold=1).entry.answer == "42 km"
    assert cache.lookup("who am I", own("ada"), threshold=1).entry.answer == "Ada"
    assert cache.entries()[-1].hits == 2


def dumped(folder, version):
    folder.mkdir(exist_ok=True)
    database = sqlite3.connect(folder / "cache.sqlite3")
    database.executescript((DUMPS / f"version_{version}.sql").read_text(encoding="utf-8"))
    return database


def shape(database):
    """All that a schema is made of, by name, whatever order it was made in."""
    kinds = database.execute("SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite%'")
    names = sorted(kinds.fetchall())
    columns = {
        name: sorted(
            (field, type_, required, default)
            for _, field, type_, required, default, _ in database.execute(
                f"PRAGMA table_info({name})"
            )
        )
        for kind, name in names
        if kind == "table"
    }
    return names, columns


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION + 1))
def test_a_database_of_each_version_becomes_what_a_new_one_is(opened, tmp_path, version):
    dumped(tmp_path / "cache", version).close()
    opened().close()
    brought_up = sqlite3.connect(tmp_path / "cache" / "cache.sqlite3")
    new = dumped(tmp_path / "new", SCHEMA_VERSION)
    assert shape(brought_up) == shape(new)
    assert brought_up.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    brought_up.close()
    new.close()


def test_sizes_and_values_of_version_1_are_worked_out(opened, tmp_path):
    dumped(tmp_path / "cache", 1).close()
    cache = opened()
    entry = cache.entries()[-1]
    assert entry.bytes == len(entry.question) + len(entry.answer) + 4 * 64
    rows = cache._database._driver.execute("SELECT * FROM usage ORDER BY owner").fetchall()
    assert rows == [("", 1, entry.bytes), ("ada", 1, cache.entries()[0].bytes)]


def test_an_older_database_that_cannot_be_written_is_served(opened, tmp_path):
    dumped(tmp_path / "cache", 1).close()
    before = (tmp_path / "cache" / "cache.sqlite3").read_bytes()
    cache = opened(read_only=True)
    assert cache.lookup("how long is a marathon?", SHARED, threshold=1).entry.answer == "42 km"
    assert cache.lookup("how long is a whole marathon", SHARED, threshold=0.7).hit
    assert (tmp_path / "cache" / "cache.sqlite3").read_bytes() == before


def test_tokens_saved_by_each_lookup_of_version_2_are_those_of_its_answer(opened, tmp_path):
    dumped(tmp_path / "cache", 2).close()
    assert [record.tokens_saved for record in opened().lookups()] == [20]


def test_removing_an_entry_of_an_older_version_blanks_the_mark(opened, tmp_path):
    dumped(tmp_path / "cache", 2).close()
    cache = opened()
    cache.delete(*(entry.id for entry in cache.entries()))
    rows = cache._database._driver.execute("SELECT mark, removals FROM marks").fetchall()
    assert rows == [("", 2)]
