"""A database that refuses: what is told, and that nothing is lost or half-written."""

import os
import shutil
import sqlite3
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from cache import (
    SemanticCache,
    StoreCorruptError,
    StoreError,
    StoreFullError,
    StoreLockedError,
    StoreReadOnlyError,
    StoreVersionError,
)
from tests.cache.support import SHARED, Clock, Words, keep

QUESTION = "how long is a marathon"


def look(cache, question=QUESTION):
    return cache.lookup(question, SHARED, threshold=0.8)


def keep_many(cache, count):
    for number in range(count):
        keep(cache, f"question {'x' * number}", "long " * 1000)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cache" / "cache.sqlite3"


@contextmanager
def held(path, how="IMMEDIATE"):
    """Another connection that holds the database."""
    other = sqlite3.connect(path, isolation_level=None)
    if how == "EXCLUSIVE":
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
    other.execute(f"BEGIN {how}")
    other.execute("UPDATE entries SET hits = hits")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def test_while_another_writes_hits_are_served_and_storing_is_refused(cache, path):
    keep(cache, QUESTION, "42")
    with held(path):
        assert look(cache).entry.answer == "42"
        with pytest.raises(StoreLockedError, match=r"cache.sqlite3.*Try again"):
            keep(cache, "another question")
    assert len(cache.entries()) == 1
    assert cache.stats().exact_hits == 1
    keep(cache, "another question")
    assert look(cache, "another question").hit


def test_a_wait_for_another_writer_ends_when_it_does(opened, path):
    cache = opened(busy_seconds=30)
    keep(cache, QUESTION)
    with held(path):
        writer = threading.Thread(target=keep, args=(cache, "another question"))
        writer.start()
        assert look(cache).hit
        assert writer.is_alive()
    writer.join()
    assert len(cache.entries()) == 2


def test_a_database_that_another_holds_alone_cannot_be_opened(opened, path):
    opened().close()
    with held(path, "EXCLUSIVE"), pytest.raises(StoreLockedError):
        opened()


def test_a_full_disk_refuses_an_entry_and_serves_the_others(cache, path):
    keep(cache, QUESTION, "42")
    cache._database._driver.execute("PRAGMA max_page_count=1")
    with pytest.raises(StoreFullError, match="Free some disk space"):
        keep_many(cache, 1000)
    kept = len(cache.entries())
    assert look(cache).entry.answer == "42"
    cache._database._driver.execute("PRAGMA max_page_count=1000000")
    keep(cache, "room again", "yes")
    assert len(cache.entries()) == kept + 1
    assert look(cache, "room again").entry.answer == "yes"


@contextmanager
def unwritable(folder):
    """A folder that this process may read and not write; for root, as another user."""
    paths = [folder, *folder.iterdir()]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if was_root:
            os.seteuid(0)
        for path in paths:
            if path.exists():
                path.chmod(0o755)


@pytest.fixture
def open_folder():
    """A folder whose parents every user may enter."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder / "cache"
    shutil.rmtree(folder)


def test_what_cannot_be_written_is_served_and_not_logged(open_folder):
    writing = SemanticCache.open(open_folder, Words(), clock=Clock())
    keep(writing, QUESTION, "42")
    writing.close()
    with unwritable(open_folder):
        reading = SemanticCache.open(open_folder, Words(), clock=Clock())
        assert look(reading).entry.answer == "42"
        assert look(reading, "how long is a whole marathon").tier == "semantic"
        with pytest.raises(StoreReadOnlyError, match="writable"):
            keep(reading, "another question")
        assert reading.stats().lookups == 0
        reading.close()


def test_a_database_that_becomes_read_only_goes_on_serving(cache):
    keep(cache, QUESTION, "42")
    cache._database._driver.execute("PRAGMA query_only=ON")
    assert look(cache).entry.answer == "42"
    with pytest.raises(StoreReadOnlyError):
        keep(cache, "another question")
    cache._database._driver.execute("PRAGMA query_only=OFF")
    assert cache.stats().exact_hits == 1


def test_opened_for_reading_only_it_refuses_to_store(opened):
    writing = opened()
    keep(writing, QUESTION, "42")
    reading = opened(read_only=True)
    assert look(reading).entry.answer == "42"
    with pytest.raises(StoreReadOnlyError):
        keep(reading, "another question")
    with pytest.raises(StoreReadOnlyError):
        reading.clear()


def test_a_newer_version_is_refused_and_left_as_it_is(opened, path):
    opened().close()
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version=99")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreVersionError, match=r"version 99.*Update this package") as caught:
        opened()
    assert (caught.value.found, caught.value.path) == (99, path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(opened, path):
    path.parent.mkdir()
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreCorruptError, match="Move the file away"):
        opened()
    assert path.read_bytes().startswith(b"not a database")


def test_a_damaged_database_says_so(opened, path):
    cache = opened()
    keep_many(cache, 50)
    cache.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(StoreCorruptError):
        opened()


def test_a_folder_that_is_a_file_says_so(opened, tmp_path):
    (tmp_path / "cache").write_text("in the way")
    with pytest.raises(StoreError, match=r"cache.sqlite3"):
        opened()


def test_a_folder_that_cannot_be_made_says_so(open_folder):
    parent = open_folder.parent
    with unwritable(parent), pytest.raises(StoreReadOnlyError, match="choose another folder"):
        SemanticCache.open(open_folder, Words())
