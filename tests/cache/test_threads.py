"""One cache, many threads."""

from concurrent.futures import ThreadPoolExecutor

from tests.cache.support import SHARED, keep, own


def test_threads_store_and_look_up_together(cache):
    def work(thread):
        scope = own(f"owner {thread}")
        for number in range(40):
            keep(cache, f"question {'x' * number}", f"{thread}", scope)
            assert (
                cache.lookup(f"question {'x' * number}", scope, threshold=1).entry.answer
                == f"{thread}"
            )
            found = cache.lookup("question unheard of", scope, threshold=0.1)
            assert found.entry is None or found.entry.answer == f"{thread}"
            keep(cache, "the same for all", "shared")
        return True

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(work, range(8)))
    stats = cache.stats()
    assert (stats.entries, stats.lookups) == (8 * 40 + 1, 8 * 40 * 2)
    assert cache.lookup("the same for all", SHARED, threshold=1).hit
