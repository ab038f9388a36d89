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
