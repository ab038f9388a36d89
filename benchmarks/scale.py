"""Large caches: how they are built, how they serve meanwhile, how they start.

For each size, entries are written to the database in bulk (transactions of 10,000, as for an
import), with vectors in the likeness of real questions' (see :mod:`benchmarks.questions`) in one
scope. Then two processes measure, through the cache itself, no embedding included:

    build  opens the cache without index files and looks up until the index is arranged:
           open_s, build_s, and p50/p99 of the lookups meanwhile; then again, settled: p50/p99,
           p99 of what the lookup itself computed (the rest of the clock's time is the machine's
           other work), recall@1 (the share of lookups whose nearest is as near as comparing with
           every vector gives), p50 of an insert and of a delete, and the memory held
    start  opens it with the files: seconds from the process's start to its first answer, with
           the files in memory and after they were dropped from there; the same figures

    python -m benchmarks.scale [--json] [--sizes 50000 100000] [--queries 1000] [--folder PATH]

A million entries take 4 GB of disk and 10 minutes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import insert

from benchmarks.questions import Likeness, questions
from benchmarks.report import Row, parser, report
from cache import Scope, SemanticCache
from cache.__main__ import default_folder
from cache.database import Database
from cache.embedder import load_embedder
from cache.key import key_of
from cache.schema import entries, vectors

ROOT = Path(__file__).parents[1]
SCOPE = Scope.shared_by_all(prompt="benchmark", model="none")
DIMENSION = 384
REAL = 5_000
CHUNK = 10_000
CHANGES = 100
ANSWER = "An answer of usual length, which is to say that it goes on for a few sentences. " * 5
KIB = 1024

Vectors = NDArray[np.float32]


class Drawn:
    """An embedder that knows the vectors of the queries, in their order: "ask <number>"."""

    name = "drawn"
    dimension = DIMENSION

    def __init__(self, queries: Vectors) -> None:
        self._queries = queries

    def embed(self, texts: Sequence[str]) -> Vectors:
        rows = [int(text.split()[1]) % len(self._queries) for text in texts]
        return self._queries[rows]


def main() -> None:
    options = parser(__doc__ or "")
    options.add_argument("--sizes", type=int, nargs="+", default=[50_000, 100_000])
    options.add_argument("--queries", type=int, default=1_000)
    options.add_argument(
        "--folder", type=Path, help="where to work; a temporary folder unless told"
    )
    options.add_argument("--phase", nargs=3, help="the phase, its folder, and when it was begun")
    chosen = options.parse_args()
    if chosen.phase:
        name, folder, begun = chosen.phase
        print(json.dumps(_PHASES[name](Path(folder), float(begun))))
    else:
        report("scale", measure(chosen.sizes, chosen.queries, chosen.folder), as_json=chosen.json)


def measure(sizes: Sequence[int], queries: int, folder: Path | None) -> list[Row]:
    """A row for each size."""
    real = load_embedder(default_folder(os.environ)).embed(questions(REAL))
    likeness = Likeness(np.asarray(real, np.float32))
    rows = []
    for size in sizes:
        with tempfile.TemporaryDirectory(dir=folder) as name:
            rows.append(_measured(Path(name), size, queries, likeness))
    return rows


def _measured(folder: Path, size: int, queries: int, likeness: Likeness) -> Row:
    started = time.perf_counter()
    fill(folder, size, likeness)
    filled = time.perf_counter() - started
    _draw_queries(folder, size, queries, likeness)
    built = _phase("build", folder)
    start = _phase("start", folder)
    _drop_from_memory(folder)
    cold = _phase("start", folder)
    return {
        "entries": size,
        "fill_s": filled,
        **built,
        **{f"start_{name}": value for name, value in start.items()},
        "cold_start_first_answer_s": cold["first_answer_s"],
        "disk_mb": sum(path.stat().st_size for path in folder.iterdir()) / KIB**2,
    }


def _chunks(size: int, likeness: Likeness) -> Iterator[tuple[int, Vectors]]:
    """The vectors to store, the same whenever they are drawn: (first number, vectors)."""
    for first in range(0, size, CHUNK):
        rng = np.random.default_rng([11, first])
        yield first, likeness.drawn(min(CHUNK, size - first), rng)


def fill(folder: Path, size: int, likeness: Likeness) -> None:
    """Writes entries past the index: 20 times as fast as storing them one by one.

    The index takes them over when the cache is opened.
    """
    path = folder / "cache.sqlite3"
    with closing(Database.open(path, busy_seconds=10, read_only=False)) as database:
        for first, drawn in _chunks(size, likeness):
            numbered = list(enumerate(drawn, first + 1))
            with database.write() as connection:
                connection.execute(insert(entries), [_entry(number) for number, _ in numbered])
                connection.execute(
                    insert(vectors),
                    [
                        {"entry_id": number, "embedder": Drawn.name, "data": vector.tobytes()}
                        for number, vector in numbered
                    ],
                )


def _entry(number: int) -> dict[str, object]:
    question = f"What is the answer to the question with the number {number}?"
    return {
        "id": number,
        "scope_id": SCOPE.id,
        "key": key_of(question),
        "question": question,
        "answer": ANSWER,
        "owner": "",
        "conversation": "",
        "purpose": SCOPE.purpose,
        "prompt": SCOPE.prompt,
        "scope_model": SCOPE.model,
        "context": "",
        "model": "none",
        "created_at": 1.0,
        "seconds": 1.0,
        "tokens": 10,
    }


def _draw_queries(folder: Path, size: int, count: int, likeness: Likeness) -> None:
    """Questions near stored ones, and how near the nearest of all is."""
    rng = np.random.default_rng(12)
    picked = np.sort(rng.choice(size, min(count, size), replace=False))
    around = np.concatenate(
        [
            drawn[picked[(picked >= first) & (picked < first + len(drawn))] - first]
            for first, drawn in _chunks(size, likeness)
        ]
    )
    cosines = rng.uniform(0.75, 0.97, len(around)).astype(np.float32)
    asked = likeness.near(around, cosines, rng)
    best = np.full(len(asked), -1.0, np.float32)
    for _, drawn in _chunks(size, likeness):
        best = np.maximum(best, (asked @ drawn.T).max(axis=1))
    order = rng.permutation(len(asked))
    np.savez(folder / "queries.npz", asked=asked[order], best=best[order])


def _phase(name: str, folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.scale", "--phase", name, str(folder)]
    environment = {**os.environ, "OMP_WAIT_POLICY": "passive"}
    done = subprocess.run(
        [*command, repr(time.time())],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    told: dict[str, float] = json.loads(done.stdout)
    return told


def _build(folder: Path, _begun: float) -> dict[str, float]:
    asked, best = _queries(folder)
    started = time.perf_counter()
    with closing(SemanticCache.open(folder, Drawn(asked), guards=())) as cache:
        opened = time.perf_counter() - started
        meanwhile = _until_settled(cache, len(asked))
        built = time.perf_counter() - started
        figures = _served(cache, best)
        inserts, deletes = _changed(cache)
        memory = _memory()
    return {
        "open_s": opened,
        "build_s": built,
        "meanwhile_p50_ms": _percentile(meanwhile, 50),
        "meanwhile_p99_ms": _percentile(meanwhile, 99),
        **figures,
        "insert_p50_ms": _percentile(inserts, 50),
        "delete_p50_ms": _percentile(deletes, 50),
        **memory,
    }


def _start(folder: Path, begun: float) -> dict[str, float]:
    asked, best = _queries(folder)
    with closing(SemanticCache.open(folder, Drawn(asked), guards=())) as cache:
        _look(cache, 0)
        first = time.time() - begun
        figures = _served(cache, best)
        return {"first_answer_s": first, **figures, **_memory()}


_PHASES: dict[str, Callable[[Path, float], dict[str, float]]] = {"build": _build, "start": _start}


def _queries(folder: Path) -> tuple[Vectors, Vectors]:
    with np.load(folder / "queries.npz") as saved:
        return saved["asked"], saved["best"]


def _until_settled(cache: SemanticCache, queries: int) -> list[float]:
    """Looks up, at most a hundred times a second, until nothing is going on in the background."""
    seconds: list[float] = []
    while _arranging() or not seconds:
        seconds.append(_timed(_look, cache, len(seconds) % queries)[0])
        time.sleep(0.01)
    return seconds


def _arranging() -> bool:
    return any(thread.name == "cache-index" for thread in threading.enumerate())


def _served(cache: SemanticCache, best: Vectors) -> dict[str, float]:
    for number in range(20):
        _look(cache, number)
    timed = [_timed(_look_on_cpu, cache, number) for number in range(len(best))]
    seconds = [one for one, _ in timed]
    similarities, computed = zip(*(told for _, told in timed), strict=True)
    right = np.asarray(similarities) >= best - 2e-6
    return {
        "p50_ms": _percentile(seconds, 50),
        "p99_ms": _percentile(seconds, 99),
        "p99_cpu_ms": _percentile(computed, 99),
        "recall_at_1": float(right.mean()),
    }


def _changed(cache: SemanticCache) -> tuple[list[float], list[float]]:
    def store(number: int) -> int:
        entry = cache.store(
            f"new {number}", ANSWER, SCOPE, seconds=1, tokens=1, model="none", ttl=None
        )
        return entry.id

    stored = [_timed(store, number) for number in range(CHANGES)]
    deleted = [_timed(cache.delete, entry_id) for _, entry_id in stored]
    return [seconds for seconds, _ in stored], [seconds for seconds, _ in deleted]


def _look_on_cpu(cache: SemanticCache, number: int) -> tuple[float, float]:
    """The nearest's similarity, and the seconds that this thread computed for it."""
    started = time.thread_time()
    similarity = _look(cache, number)
    return similarity, time.thread_time() - started


def _look(cache: SemanticCache, number: int) -> float:
    found = cache.lookup(f"ask {number}", SCOPE, threshold=0.7)
    return -1.0 if found.similarity is None else found.similarity


def _timed(operation: Callable[..., Any], *arguments: object) -> tuple[float, Any]:
    started = time.perf_counter()
    result = operation(*arguments)
    return time.perf_counter() - started, result


def _percentile(seconds: Sequence[float], share: float) -> float:
    return float(np.percentile(seconds, share)) * 1000


def _memory() -> dict[str, float]:
    """Megabytes resident now and at most so far; nothing where there is no ``/proc``."""
    status = Path("/proc/self/status")
    if not status.exists():
        return {}
    told = dict(line.split(":") for line in status.read_text().splitlines() if "kB" in line)
    return {
        "rss_mb": int(told["VmRSS"].split()[0]) / KIB,
        "peak_rss_mb": int(told["VmHWM"].split()[0]) / KIB,
    }


def _drop_from_memory(folder: Path) -> None:
    """Asks the system to forget the files' content, so that the next start reads the disk."""
    if sys.platform != "linux":
        return
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


if __name__ == "__main__":
    main()
