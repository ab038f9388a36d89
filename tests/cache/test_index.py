"""The vector index: partitions, removal, and the large partition's short cut."""

import numpy as np
import pytest

from cache.index import SIGNS_FROM, FlatPartition, ScopedIndex

D = 64


def unit(count, seed=0):
    vectors = np.random.default_rng(seed).standard_normal((count, D)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_a_search_sees_its_own_scopes_only():
    index = ScopedIndex(D)
    vectors = unit(4)
    index.add("one", [1, 2], vectors[:2])
    index.add("two", [3, 4], vectors[2:])
    assert {near.id for near in index.search(["one"], vectors[2], 8)} == {1, 2}
    assert index.search(["one", "two"], vectors[2], 1)[0].id == 3
    assert index.search(["three"], vectors[2], 8) == []


def test_what_is_removed_is_found_no_more():
    index = ScopedIndex(D)
    vectors = unit(3)
    index.add("one", [7, 8, 9], vectors)
    assert index.remove([8, 99]) == 1
    assert [near.id for near in index.search(["one"], vectors[1], 8)] != [8]
    assert index.search(["one"], vectors[2], 1)[0].id == 9
    assert 8 not in index
    index.remove([7, 9])
    assert (len(index), dict(index.partitions)) == (0, {})


@pytest.mark.parametrize("size", [10, SIGNS_FROM - 1, SIGNS_FROM, SIGNS_FROM + 500])
def test_a_partition_of_any_size_finds_what_is_close_and_forgets_what_is_removed(size):
    partition = FlatPartition(D)
    vectors = unit(size)
    for start in range(0, size, 1000):
        ids = np.arange(start, min(size, start + 1000))
        partition.add(ids, vectors[start : start + 1000])
    for at in range(0, size, max(1, size // 20)):
        near = vectors[at] + 0.3 * unit(1, seed=at + 1)[0]
        best = partition.search(near / np.linalg.norm(near), 3)[0]
        exact = float(near @ vectors[at] / np.linalg.norm(near))
        assert (best.id, best.similarity) == (at, pytest.approx(exact, abs=1e-5))
    partition.remove(np.array([0, size - 1]))
    assert len(partition) == size - 2
    assert partition.search(vectors[0], 3)[0].id != 0
    assert partition.search(vectors[5], 1)[0].id == 5
    assert np.array_equal(partition.vectors(), vectors[1:-1])


def test_equal_vectors_are_one_similar_and_never_more():
    partition = FlatPartition(D)
    vectors = unit(50)
    partition.add(np.arange(50), vectors)
    assert all(partition.search(vector, 1)[0].similarity == 1.0 for vector in vectors)
