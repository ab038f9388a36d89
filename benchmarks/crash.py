"""Kills a process at random moments while it stores entries, and looks at what is left.

Every other process also rearranges a partition of a few hundred entries in clusters, and all of
them close and open the cache now and then, so that kills meet unfinished index files as well. An
entry counts as acknowledged once the process has said so on its standard output. After each kill
the cache is opened and asked:

    lost         acknowledged, and not in the database
    incomplete   in the database, with another answer or vector than the one that was stored
    not_found    acknowledged, and not found by a question of the same meaning (of the 60 asked)
    disagreeing  in the database and not in the index, or the other way round

    python -m benchmarks.crash [--json] [--kills 100] [--seed 7]
"""

from __future__ import annotations

import hashlib
import itertools
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from benchmarks.report import Row, parser, report
from cache import Scope, SemanticCache
from cache.database import Database
from cache.entries import Draft
from cache.key import key_of
from cache.schema import entries, vectors
from cache.vectors import VectorSpace

ROOT = Path(__file__).parents[1]
DIMENSION = 64
SCOPE = Scope.shared_by_all(prompt="benchmark", model="none")
ALIKE = " then"
LARGE_FROM = 200
STORED_BETWEEN_STARTS = 250
ASKED = 30
LONGEST_LIFE = 0.6
"""Seconds from a process's first entry within which it is killed."""


class Digests:
    """Embeds a text in a direction of its own, whether or not it ends in :data:`ALIKE`."""

    name = "digests"
    dimension = DIMENSION

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([self._vector(text.removesuffix(ALIKE)) for text in texts])

    def _vector(self, text: str) -> NDArray[np.float32]:
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
        vector = np.random.default_rng(seed).standard_normal(DIMENSION)
        return (vector / np.linalg.norm(vector)).astype(np.float32)


@dataclass
class Findings:
    """What was found over all kills so far.

    :ivar acknowledged: question by number, oldest first.
    :ivar checked: the last entry id whose content was compared.
    """

    kills: int = 0
    acknowledged: list[int] = field(default_factory=list)
    lost: int = 0
    incomplete: int = 0
    not_found: int = 0
    disagreeing: int = 0
    checked: int = 0
    seconds: list[float] = field(default_factory=list)

    @property
    def row(self) -> Row:
        return {
            "kills": self.kills,
            "acknowledged": len(self.acknowledged),
            "lost": self.lost,
            "incomplete": self.incomplete,
            "not_found": self.not_found,
            "disagreeing": self.disagreeing,
            "slowest_start_s": max(self.seconds),
        }


def main() -> None:
    options = parser(__doc__ or "")
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--worker", nargs=2, help="the folder, and the first number to store")
    chosen = options.parse_args()
    if chosen.worker:
        store_for_ever(Path(chosen.worker[0]), int(chosen.worker[1]))
    else:
        findings = measure(chosen.kills, chosen.seed)
        report("crash", [findings.row], as_json=chosen.json)


def measure(kills: int, seed: int) -> Findings:
    """Kills that many processes, one after another, on one folder."""
    moments = random.Random(seed)  # noqa: S311 - moments, not secrets
    findings = Findings()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kill in range(kills):
            # Past what was stored and not acknowledged, and every other time odd: see the worker.
            first = findings.acknowledged[-1] + 2 if findings.acknowledged else 0
            first += (first + kill) % 2
            findings.acknowledged += _killed(folder, first, moments.uniform(0, LONGEST_LIFE))
            findings.kills += 1
            _look(folder, findings, moments)
    return findings


def _killed(folder: Path, first: int, life: float) -> list[int]:
    """What a process acknowledged before it was killed."""
    command = [sys.executable, "-m", "benchmarks.crash", "--worker", str(folder), str(first)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        if process.stdout is None:
            raise AssertionError("the process was started without a pipe")
        said = process.stdout.readline()
        time.sleep(life)
        process.kill()
        said += process.stdout.read()
    if process.returncode != -signal.SIGKILL:
        raise AssertionError(f"the process ended by itself, with {process.returncode}")
    return [int(line) for line in said.split("\n")[:-1]]


def store_for_ever(folder: Path, first: int) -> None:
    """What the process does that will be killed."""
    numbers = itertools.count(first)
    while True:
        with _rearranging(folder) if first % 2 else _whole(folder) as store:
            for number in itertools.islice(numbers, STORED_BETWEEN_STARTS):
                store(number)
                os.write(1, f"{number}\n".encode())


def _question(number: int) -> str:
    return f"question {number}"


def _answer(number: int) -> str:
    return f"The answer to question {number}, which is a long one. " * 50


class _Whole:
    """Stores through the cache itself."""

    def __init__(self, cache: SemanticCache) -> None:
        self._cache = cache

    def __call__(self, number: int) -> None:
        self._cache.store(
            _question(number), _answer(number), SCOPE, seconds=1, tokens=1, model="none", ttl=None
        )


class _Rearranging:
    """Stores through a vector space in which partitions are large from a few hundred entries."""

    def __init__(self, space: VectorSpace) -> None:
        self._space = space

    def __call__(self, number: int) -> None:
        question = _question(number)
        draft = Draft(
            key=key_of(question),
            question=question,
            answer=_answer(number),
            scope=SCOPE,
            model="none",
            created_at=time.time(),
            expires_at=None,
            seconds=1,
            tokens=1,
            embedder=Digests.name,
            vector=self._space.embed(question),
        )
        self._space.insert(draft)


@contextmanager
def _whole(folder: Path) -> Iterator[_Whole]:
    with closing(SemanticCache.open(folder, Digests(), guards=())) as cache:
        yield _Whole(cache)


@contextmanager
def _rearranging(folder: Path) -> Iterator[_Rearranging]:
    with _space(folder) as (_, space):
        yield _Rearranging(space)
        space.save()


@contextmanager
def _space(folder: Path) -> Iterator[tuple[Database, VectorSpace]]:
    path = folder / "cache.sqlite3"
    with closing(Database.open(path, busy_seconds=10, read_only=False)) as database:
        yield database, VectorSpace.load(folder, database, Digests(), large_from=LARGE_FROM)


def _look(folder: Path, findings: Findings, moments: random.Random) -> None:
    started = time.perf_counter()
    with _space(folder) as (database, space):
        findings.seconds.append(time.perf_counter() - started)
        agreement = space.agreement()
        findings.disagreeing += len(agreement.missing) + len(agreement.extra)
        _compare(database, findings)
        stored = {question for (question,) in database.select(select(entries.c.question))}
        space.save()
    lost = [number for number in findings.acknowledged if _question(number) not in stored]
    findings.lost = len(lost)
    some = findings.acknowledged[-ASKED:] + moments.choices(findings.acknowledged, k=ASKED)
    findings.not_found += _not_found(folder, some)


def _compare(database: Database, findings: Findings) -> None:
    """Compares what is in the database with what was to be stored there."""
    statement = (
        select(entries.c.id, entries.c.question, entries.c.answer, vectors.c.data)
        .outerjoin_from(entries, vectors)
        .where(entries.c.id > findings.checked)
        .order_by(entries.c.id)
    )
    for entry_id, question, answer, data in database.select(statement):
        number = int(question.split()[1])
        (vector,) = Digests().embed([question])
        findings.incomplete += (answer, data) != (_answer(number), vector.tobytes())
        findings.checked = entry_id


def _not_found(folder: Path, numbers: Sequence[int]) -> int:
    with closing(SemanticCache.open(folder, Digests(), guards=())) as cache:
        found = [
            cache.lookup(_question(number) + ALIKE, SCOPE, threshold=0.99).entry
            for number in numbers
        ]
    return sum(
        entry is None or entry.answer != _answer(number)
        for entry, number in zip(found, numbers, strict=True)
    )


if __name__ == "__main__":
    main()
