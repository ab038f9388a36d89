"""A process killed while it stores. The benchmark does this a hundred times."""

from benchmarks.crash import measure


def test_a_killed_process_loses_nothing_that_it_acknowledged():
    found = measure(kills=3, seed=1)
    assert len(found.acknowledged) >= 3
    assert (found.lost, found.incomplete, found.not_found, found.disagreeing) == (0, 0, 0, 0)
