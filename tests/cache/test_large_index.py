"""Large partitions, with the size from which a partition is large turned down to a few vectors."""

import logging
import threading

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cache import arranging, saving
from cache.clusters import ClusteredPartition, SignPartition, clustered
from cache.database import Database
from cache.entries import Draft, EntryStore
from cache.index_file import IndexFolder
from cache.stored_vectors import StoredVectors
from cache.vectors import VectorSpace
from tests.cache.support import DIMENSION, SHARED, Words, own

SMALL = 4
LARGE = 12
SCOPES = (SHARED, own("ada"))
NAMES = {scope.id: scope for scope in SCOPES}


def drawn(seed):
    vector = np.random.default_rng(seed).standard_normal(DIMENSION).astype(np.float32)
    return vector / np.linalg.norm(vector)


def draft(key, vector, scope=SHARED):
    return Draft(
        key=key, question=key, answer="An answer.", scope=scope, model="small", created_at=1.0,
        expires_at=None, seconds=1.0, tokens=1, embedder="words", vector=vector,
    )  # fmt: skip


class Shelf:
    """A space over a real database, beside which all vectors are kept in a dictionary."""

    def __init__(self, folder):
        self.folder = folder
        self.known = {}
        self.open()

    def open(self):
        path = self.folder / "cache.sqlite3"
        self.database = Database.open(path, busy_seconds=5, read_only=False)
        self.space = VectorSpace.load(
            self.folder, self.database, Words(), small=SMALL, large_from=LARGE
        )

    def close(self, *, saved=True):
        if saved:
            self.space.save()
        else:
            self.space._background.stop()
        self.database.close()

    def insert(self, seed, scope=SHARED):
        vector = drawn(seed)
        entry = self.space.insert(draft(f"{seed}", vector, scope))
        self.known = {
            known: held for known, held in self.known.items() if held[:2] != (scope.id, seed)
        }
        self.known[entry.id] = (scope.id, seed, vector)
        return entry.id

    def delete(self, *ids):
        self.space.delete(ids)
        for entry_id in ids:
            del self.known[entry_id]

    def partition(self, scope=SHARED):
        return self.space._index.partitions.get(scope.id)

    def check(self, vector, scope):
        """A search gives what comparing with every vector gives."""
        expected = sorted(
            (-min(1.0, float(held @ vector)), known)
            for known, (of_scope, _, held) in self.known.items()
            if of_scope == scope.id
        )
        found = self.space.search([scope.id], vector, 3)
        assert [near.similarity for near in found] == pytest.approx(
            [-one[0] for one in expected[:3]], abs=2e-6
        )
        assert {near.id for near in found} <= {known for _, known in expected}

    def check_all(self):
        for scope in SCOPES:
            for seed in range(1000, 1010):
                self.check(drawn(seed), scope)


@pytest.fixture
def shelf(tmp_path):
    made = Shelf(tmp_path)
    yield made
    made.close(saved=False)


@pytest.fixture
def large(shelf):
    """Forty vectors, arranged in clusters."""
    for seed in range(40):
        shelf.insert(seed)
    shelf.space.settle()
    assert isinstance(shelf.partition(), ClusteredPartition)
    return shelf


def reopened(shelf):
    shelf.close()
    shelf.open()
    return shelf


def test_a_partition_is_rearranged_once_it_is_large_and_finds_the_same(large):
    large.check_all()
    assert (large.folder / "index.json").exists()


@pytest.mark.parametrize("count", [*range(1, 41), 400])
def test_what_has_just_been_arranged_is_not_outgrown(count):
    ids = np.arange(1, count + 1)
    vectors = np.stack([drawn(seed) for seed in ids.tolist()])
    made = clustered(ids, lambda wanted: (wanted, vectors[wanted - 1]), lambda: None)
    assert not ClusteredPartition.over(made, lambda wanted: (wanted, vectors[wanted - 1])).outgrown


def test_nothing_is_arranged_of_entries_that_are_gone():
    nothing = np.empty(0, np.int64), np.empty((0, DIMENSION), np.float32)
    assert clustered(np.arange(LARGE), lambda wanted: nothing, lambda: None) is None


def test_it_is_arranged_for_the_size_to_which_it_grew_meanwhile(shelf, monkeypatch):
    under_way, go_on = threading.Event(), threading.Event()
    build = arranging.clustered

    def slowly(ids, read, check):
        under_way.set()
        assert go_on.wait(5)
        return build(ids, read, check)

    monkeypatch.setattr(arranging, "clustered", slowly)
    for seed in range(LARGE):
        shelf.insert(seed)
    assert under_way.wait(5)
    for seed in range(LARGE, 10 * LARGE):
        shelf.insert(seed)
    go_on.set()
    shelf.space.settle()
    assert isinstance(shelf.partition(), ClusteredPartition)
    assert not shelf.partition().outgrown
    shelf.check_all()


def test_it_goes_on_taking_and_giving_up_entries(large):
    for seed in range(100, 140):
        large.insert(seed)
    large.delete(*list(large.known)[::3])
    large.check_all()
    large.delete(*large.known)
    assert large.space.search([SHARED.id], drawn(1), 3) == []
    large.insert(7)
    large.check_all()


def test_more_neighbours_than_the_nearest_clusters_hold_are_found(large):
    assert len(large.space.search([SHARED.id], drawn(1), 40)) == 40
    assert len(large.space.search([SHARED.id], drawn(1), 400)) == 40


def test_a_scope_with_few_entries_has_no_partition_and_is_searched_all_the_same(shelf):
    for seed in range(SMALL - 1):
        shelf.insert(seed)
    shelf.check_all()
    assert shelf.partition() is None
    shelf.insert(SMALL)
    shelf.check_all()
    assert len(shelf.partition()) == SMALL
    again = reopened(shelf)
    assert len(again.partition()) == SMALL


def test_a_large_partition_never_shows_another_scopes_vectors(large):
    for seed in range(40):
        large.insert(seed, own("ada"))
    large.space.settle()
    large.check_all()
    assert large.space.search([own("bob").id], drawn(1), 3) == []


def test_a_saved_partition_is_read_without_a_vector_of_the_database(large):
    again = reopened(large)
    assert isinstance(again.partition(), ClusteredPartition)
    assert not again.partition().unsaved
    again.check_all()


def test_what_changed_after_it_was_saved_is_caught_up(large):
    for seed in range(200, 210):
        large.insert(seed)
    large.delete(*list(large.known)[:5])
    large.close(saved=False)
    large.open()
    assert isinstance(large.partition(), ClusteredPartition)
    assert set(large.partition().ids) == set(large.known)
    large.check_all()


@pytest.fixture
def listed(monkeypatch):
    """How often the database was asked for the ids of all entries."""
    asked = []
    by_scope = StoredVectors.ids_by_scope

    def listing(self, least):
        asked.append(least)
        return by_scope(self, least)

    monkeypatch.setattr(StoredVectors, "ids_by_scope", listing)
    return asked


@pytest.mark.parametrize("share", [0.0, 9.0])
def test_a_start_after_an_orderly_end_does_not_ask_for_all_entries(
    large, listed, monkeypatch, share
):
    monkeypatch.setattr("cache.saving.UNSAVED_SHARE", share)
    large.insert(1, SCOPES[1])
    reopened(large)
    listed.clear()
    large.delete(*list(large.known)[:8])
    for seed in range(200, 206):  # fewer than went: it is not rearranged for its size
        large.insert(seed)
    written = [path.read_bytes() for path in large.folder.glob("clusters-*.faiss")]
    for _ in range(2):
        reopened(large)
        assert set(large.partition().ids) == {
            one for one, held in large.known.items() if held[0] == SHARED.id
        }
        large.check_all()
    assert listed == []
    kept = [path.read_bytes() for path in large.folder.glob("clusters-*.faiss")] == written
    assert kept == (share > 0)


def test_entries_of_a_killed_process_are_added_without_asking_for_all(large, listed):
    reopened(large)
    large.insert(300)
    large.close(saved=False)
    listed.clear()
    large.open()
    large.check_all()
    assert listed == []


def test_after_a_killed_process_has_removed_entries_all_are_asked_for(large, listed):
    reopened(large)
    large.delete(next(iter(large.known)))
    large.close(saved=False)
    listed.clear()
    large.open()
    assert set(large.partition().ids) == set(large.known)
    assert len(listed) == 1


def test_what_another_process_removed_is_asked_for_once(large, listed):
    reopened(large)
    other = Database.open(large.folder / "cache.sqlite3", busy_seconds=5, read_only=False)
    gone = next(iter(large.known))
    elsewhere = VectorSpace.load(large.folder, other, Words(), small=SMALL, large_from=LARGE)
    elsewhere.delete([gone])
    elsewhere.settle()
    other.close()
    del large.known[gone]
    large.insert(300)
    listed.clear()
    for _ in range(2):
        reopened(large)
        assert set(large.partition().ids) == set(large.known)
    assert len(listed) == 1


def test_a_mark_over_files_that_disagree_is_not_believed(large, listed):
    reopened(large)
    large.close()
    wrong = {entry_id: drawn(5_000 + entry_id) for entry_id in large.known}
    database = Database.open(large.folder / "cache.sqlite3", busy_seconds=5, read_only=False)
    EntryStore(database).replace_vectors("words", wrong)
    database.close()
    large.known = {one: (*held[:2], wrong[one]) for one, held in large.known.items()}
    listed.clear()
    large.open()
    large.check_all()
    assert len(listed) == 1


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "garbage", "flipped"])
def test_a_damaged_file_of_clusters_is_made_anew_while_signs_serve(large, damage):
    large.close()
    (path,) = large.folder.glob("clusters-*.faiss")
    content = path.read_bytes()
    half = len(content) // 2
    path.unlink()
    if damage != "missing":
        flipped = content[:half] + bytes([content[half] ^ 1]) + content[half + 1 :]
        kinds = {"empty": b"", "cut": content[:half], "garbage": b"\xff" * 99, "flipped": flipped}
        path.write_bytes(kinds[damage])
    large.open()
    large.check_all()
    large.space.settle()
    assert isinstance(large.partition(), ClusteredPartition)
    large.check_all()
    assert path.read_bytes() not in (b"", content[:half], b"\xff" * 99)


def test_signs_alone_find_the_same_and_follow_changes(large):
    signs = SignPartition(DIMENSION, large.space._stored.read)
    known = np.array(sorted(large.known))
    signs.add(known, np.stack([large.known[entry_id][2] for entry_id in known.tolist()]))
    signs.remove(known[:3])
    vector = large.known[int(known[5])][2]
    assert (signs.search(vector, 1)[0].id, len(signs.search(vector, 99))) == (known[5], 37)


def test_files_of_another_database_are_not_believed(large, tmp_path):
    large.close()
    (tmp_path / "cache.sqlite3").unlink()
    for left in tmp_path.glob("cache.sqlite3-*"):
        left.unlink()
    large.known.clear()
    large.open()
    for seed in range(500, 540):
        large.insert(seed)
    large.space._background.stop()
    large.database.close()
    large.open()
    large.check_all()


def test_building_is_called_off_when_the_cache_is_closed(shelf):
    for seed in range(LARGE):
        shelf.insert(seed)
    again = reopened(shelf)
    again.check_all()


def test_a_full_disk_leaves_the_clusters_serving_from_memory(shelf, monkeypatch, caplog):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(IndexFolder, "_replace", full)
    with caplog.at_level(logging.WARNING, "cache"):
        for seed in range(40):
            shelf.insert(seed)
        shelf.space.settle()
        assert isinstance(shelf.partition(), ClusteredPartition)
        shelf.check_all()
        again = reopened(shelf)
    assert "No space left on device" in caplog.text
    again.check_all()


def test_an_entry_stored_while_it_is_rearranged_is_not_lost(shelf, monkeypatch):
    from cache import arranging

    build = arranging.clustered

    def slow(ids, read, check):
        made = build(ids, read, check)
        for seed in range(300, 340):
            shelf.insert(seed)
        shelf.delete(*list(shelf.known)[:6])
        return made

    monkeypatch.setattr(arranging, "clustered", slow)
    for seed in range(LARGE):
        shelf.insert(seed)
    shelf.space.settle()
    assert set(shelf.partition().ids) == set(shelf.known)
    shelf.check_all()


def test_what_another_process_imports_in_bulk_is_caught_up_in_the_background(
    large, monkeypatch, tmp_path
):
    monkeypatch.setattr("cache.vectors._CAUGHT_UP_AT_ONCE", 5)
    other = Database.open(tmp_path / "cache.sqlite3", busy_seconds=5, read_only=False)
    elsewhere = VectorSpace.load(tmp_path, other, Words())
    for seed in range(700, 720):
        entry = elsewhere.insert(draft(f"{seed}", drawn(seed)))
        large.known[entry.id] = (SHARED.id, seed, drawn(seed))
    elsewhere.settle()
    other.close()
    large.space.search([SHARED.id], drawn(1), 1)
    large.space.settle()
    large.check_all()


class AgainstBruteForce(RuleBasedStateMachine):
    """Whatever is stored, deleted, rearranged and reopened, a search finds what there is."""

    @initialize(share=st.sampled_from([0.01, 9.0]))
    def begin(self, share):
        import tempfile
        from pathlib import Path

        self.share, saving.UNSAVED_SHARE = saving.UNSAVED_SHARE, share
        self.folder = tempfile.TemporaryDirectory()
        self.shelf = Shelf(Path(self.folder.name))

    @rule(
        seeds=st.lists(st.integers(0, 60), min_size=1, max_size=25), scope=st.sampled_from(SCOPES)
    )
    def insert(self, seeds, scope):
        for seed in seeds:
            self.shelf.insert(seed, scope)

    @precondition(lambda self: self.shelf.known)
    @rule(data=st.data())
    def delete(self, data):
        ids = sorted(self.shelf.known)
        self.shelf.delete(*data.draw(st.lists(st.sampled_from(ids), min_size=1, unique=True)))

    @rule()
    def settle(self):
        self.shelf.space.settle()

    @rule(saved=st.booleans())
    def reopen(self, saved):
        self.shelf.close(saved=saved)
        self.shelf.open()

    @precondition(lambda self: self.shelf.known)
    @rule(data=st.data(), first=st.booleans(), saved=st.tuples(st.booleans(), st.booleans()))
    def elsewhere(self, data, first, saved):
        """Another process changes something and ends, before or after this one, which starts."""
        shelf, other = self.shelf, Shelf(self.shelf.folder)
        other.known = shelf.known
        other.insert(data.draw(st.integers(0, 60)))
        if data.draw(st.booleans()):
            other.delete(data.draw(st.sampled_from(sorted(other.known))))
        shelf.known = other.known
        for each, kept in zip((other, shelf) if first else (shelf, other), saved, strict=True):
            each.close(saved=kept)
        shelf.open()

    @rule(seed=st.integers(0, 200), scope=st.sampled_from(SCOPES))
    def search(self, seed, scope):
        self.shelf.check(drawn(seed), scope)

    @invariant()
    def index_and_store_agree(self):
        if hasattr(self, "shelf"):
            agreement = self.shelf.space.agreement()
            assert (agreement.missing, agreement.extra) == ((), ())
            assert agreement.stored == len(self.shelf.known)

    def teardown(self):
        if hasattr(self, "shelf"):
            self.shelf.close(saved=False)
            self.folder.cleanup()
            saving.UNSAVED_SHARE = self.share


TestAgainstBruteForce = AgainstBruteForce.TestCase
TestAgainstBruteForce.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
