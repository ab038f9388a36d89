"""Runs a list of operations on one cache, in whichever environment that cache is installed.

    python worker.py CACHE FOLDER

``FOLDER`` holds ``vectors.npy`` (n, d), ``texts.json`` (n texts) and ``operations.json``. An
operation is a list: ``["fresh"]`` begins with an empty cache; ``["load", texts]`` stores each text
as its own answer; ``["put", text, answer]``; ``["get", text]``; ``["ask", text, answer]``, a get
that stores the answer where nothing was served. Prints JSON: for each get and ask what was served
(or null), and what it took in seconds, the embedding not included.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = dict[str, NDArray[np.float32]]
FILES = ("vectors.npy", "texts.json", "operations.json")


class Cache(Protocol):
    """A cache under comparison, with a place of its own."""

    def load(self, texts: Sequence[str]) -> None: ...

    def put(self, text: str, answer: str) -> None: ...

    def get(self, text: str) -> str | None: ...


class GptCache:
    """GPTCache 0.1.44: SQLite and FAISS, its distance evaluation, its default threshold of 0.8.

    That is a cosine of 0.6: it takes 4 less the squared distance for the rank, of 4 at most. What
    it keeps is limited to 1,000 entries by default; here to more than are stored.
    """

    def __init__(self, folder: Path, vectors: Vectors) -> None:
        from gptcache import Cache, Config
        from gptcache.adapter.api import get, put
        from gptcache.manager import manager_factory
        from gptcache.processor.pre import get_prompt
        from gptcache.similarity_evaluation import SearchDistanceEvaluation

        self._get, self._put = get, put
        self._cache = Cache()
        dimension = len(next(iter(vectors.values())))
        self._cache.init(
            pre_embedding_func=get_prompt,
            embedding_func=lambda text, **_: vectors[text],
            data_manager=manager_factory(
                "sqlite,faiss",
                data_dir=str(folder),
                vector_params={"dimension": dimension},
                eviction_params={"max_size": 1_000_000},
            ),
            similarity_evaluation=SearchDistanceEvaluation(),
            config=Config(disable_report=True),
        )

    def load(self, texts: Sequence[str]) -> None:
        self._cache.import_data(questions=list(texts), answers=list(texts))

    def put(self, text: str, answer: str) -> None:
        self._put(text, answer, cache_obj=self._cache)

    def get(self, text: str) -> str | None:
        found: str | None = self._get(text, cache_obj=self._cache)
        return found


class Mneme:
    """mneme-cache 1.0.1 as it comes: SQLite, vectors in NumPy, its default threshold of 0.85."""

    def __init__(self, folder: Path, vectors: Vectors) -> None:
        from mneme import SemanticCache

        self._vectors = vectors
        self._cache = SemanticCache(path=folder / "cache.db", embedder=_Known(vectors))

    def load(self, texts: Sequence[str]) -> None:
        for text in texts:
            self.put(text, text)

    def put(self, text: str, answer: str) -> None:
        self._cache.put(text, answer, embedding=self._vectors[text])

    def get(self, text: str) -> str | None:
        hit = self._cache.get(text, embedding=self._vectors[text])
        return None if hit is None else str(hit.response)


class Reprise:
    """This package's cache: guards, no verifier, a threshold of 0.85."""

    def __init__(self, folder: Path, vectors: Vectors) -> None:
        from cache import Scope, SemanticCache

        self._cache = SemanticCache.open(folder, _Batches(vectors))
        self._scope = Scope.shared_by_all(prompt="benchmark", model="none")

    def load(self, texts: Sequence[str]) -> None:
        for text in texts:
            self.put(text, text)

    def put(self, text: str, answer: str) -> None:
        self._cache.store(text, answer, self._scope, seconds=1.0, tokens=1, model="none", ttl=None)

    def get(self, text: str) -> str | None:
        entry = self._cache.lookup(text, self._scope, threshold=0.85).entry
        return None if entry is None else entry.answer


class _Known:
    """What mneme asks for at its start. Vectors are handed over with each call."""

    fingerprint = "known"

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors
        self.dim = len(next(iter(vectors.values())))

    def embed(self, text: str) -> NDArray[np.float32]:
        return self._vectors[text]


class _Batches:
    """Looks vectors up, as this package wants it."""

    name = "known"

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors
        self.dimension = len(next(iter(vectors.values())))

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([self._vectors[text] for text in texts])


CACHES: dict[str, Callable[[Path, Vectors], Cache]] = {
    "gptcache": GptCache,
    "mneme": Mneme,
    "reprise": Reprise,
}


def run(make: Callable[[Path, Vectors], Cache], folder: Path) -> dict[str, Any]:
    """All operations in order; caches put their files into the folder too."""
    vectors_file, texts_file, operations_file = (folder / name for name in FILES)
    texts = json.loads(texts_file.read_text(encoding="utf-8"))
    vectors: Vectors = dict(zip(texts, np.load(vectors_file), strict=True))
    served: list[str | None] = []
    seconds: list[float] = []
    made = 0
    cache: Cache | None = None
    for name, *arguments in json.loads(operations_file.read_text(encoding="utf-8")):
        if name == "fresh" or cache is None:
            made += 1
            place = folder / f"cache {made}"
            place.mkdir()
            cache = make(place, vectors)
        if name == "load":
            cache.load(*arguments)
        elif name == "put":
            cache.put(*arguments)
        elif name in ("get", "ask"):
            started = time.perf_counter()
            answer = cache.get(arguments[0])
            seconds.append(time.perf_counter() - started)
            served.append(answer)
            if name == "ask" and answer is None:
                cache.put(*arguments)
    return {"served": served, "seconds": seconds}


def main() -> None:
    logging.disable(logging.WARNING)
    name, folder = sys.argv[1:]
    print(json.dumps(run(CACHES[name], Path(folder))), flush=True)


if __name__ == "__main__":
    main()
