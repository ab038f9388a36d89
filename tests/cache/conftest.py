"""What the cache's tests share. Databases, indexes and models are real."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cache import OnnxEmbedder, SemanticCache, SentenceTransformerEmbedder, export_onnx
from cache.__main__ import default_folder
from cache.embedder import ONNX_FILE, SIDECAR_FILE, onnx_is_current
from tests.cache.support import Clock, Words

PREPARED = default_folder(os.environ).absolute()


@pytest.fixture(scope="session")
def minilm() -> SentenceTransformerEmbedder:
    """The real embedding model."""
    return SentenceTransformerEmbedder.load()


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the real model's ONNX file: the one that set-up made, else a new one."""
    folder = tmp_path_factory.mktemp("onnx")
    if onnx_is_current(PREPARED):
        for name in (ONNX_FILE, SIDECAR_FILE):
            (folder / name).symlink_to(PREPARED / name)
    else:
        export_onnx(folder)
    return folder


@pytest.fixture(scope="session")
def onnx(exported: Path) -> OnnxEmbedder:
    return OnnxEmbedder.load(exported / "all-MiniLM-L6-v2.onnx")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(tmp_path: Path, clock: Clock) -> Iterator[Callable[..., SemanticCache]]:
    """Opens the cache in ``tmp_path / "cache"``, as often as a test likes; closes them all."""
    caches: list[SemanticCache] = []

    def open_cache(**changes) -> SemanticCache:
        settings = {"embedder": Words(), "clock": clock, "busy_seconds": 0.1} | changes
        embedder = settings.pop("embedder")
        caches.append(SemanticCache.open(tmp_path / "cache", embedder, **settings))
        return caches[-1]

    yield open_cache
    for cache in caches:
        cache.close()


@pytest.fixture
def cache(opened: Callable[..., SemanticCache]) -> SemanticCache:
    """An empty cache over word vectors."""
    return opened()
