"""The index on disk: one FAISS file and a sidecar that tells whether it can be believed.

The file holds vectors by entry id; which scope an entry belongs to is asked of the database. An
entry's vector never changes under its id, so a file that is merely old is still right for the ids
that both know: only what is missing is read from the database.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from cache.embedder import sha256_of
from cache.index import ScopedIndex, Vectors

FILE = "index.faiss"
SIDECAR = "index.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All vectors at one moment: ids of shape (n,), rising, and vectors of shape (n, d)."""

    ids: NDArray[np.int64]
    vectors: Vectors

    @classmethod
    def of(cls, index: ScopedIndex) -> Snapshot:
        partitions = list(index.partitions.values())
        if not partitions:
            return cls(np.empty(0, np.int64), np.empty((0, index.dimension), np.float32))
        ids = np.concatenate([np.asarray(part.ids, np.int64) for part in partitions])
        vectors = np.concatenate([part.vectors() for part in partitions])
        order = np.argsort(ids)
        return cls(ids[order], vectors[order])


@dataclass(frozen=True, slots=True)
class _Sidecar:
    format: int
    embedder: str
    count: int
    last_id: int
    sha256: str


def save(folder: Path, snapshot: Snapshot, embedder: str) -> None:
    """Writes both files, each of which appears whole or not at all.

    Another process may save at the same time; if its file meets our sidecar, the checksum tells.

    :raises OSError: if the folder cannot be written.
    """
    index = faiss.IndexIDMap2(faiss.IndexFlatIP(snapshot.vectors.shape[1]))
    index.add_with_ids(snapshot.vectors, snapshot.ids)
    file, unfinished = folder / FILE, folder / f"{FILE}.{os.getpid()}.part"
    unfinished.write_bytes(faiss.serialize_index(index).tobytes())
    last_id = int(snapshot.ids[-1]) if len(snapshot.ids) else 0
    sidecar = _Sidecar(FORMAT, embedder, len(snapshot.ids), last_id, sha256_of(unfinished))
    unfinished.replace(file)
    unfinished = folder / f"{SIDECAR}.{os.getpid()}.part"
    unfinished.write_text(json.dumps(asdict(sidecar)), encoding="utf-8")
    unfinished.replace(folder / SIDECAR)


def load(folder: Path, embedder: str, dimension: int) -> Snapshot | None:
    """What :func:`save` wrote; ``None`` if it is missing, damaged or another model's."""
    file = folder / FILE
    try:
        sidecar = _Sidecar(**json.loads((folder / SIDECAR).read_text(encoding="utf-8")))
        if (sidecar.format, sidecar.embedder) != (FORMAT, embedder):
            return None
        if sidecar.sha256 != sha256_of(file):
            return None
        index: Any = faiss.deserialize_index(np.fromfile(file, dtype=np.uint8))
    except (OSError, ValueError, TypeError):
        return None
    if index.d != dimension or index.ntotal != sidecar.count:
        return None
    ids = faiss.vector_to_array(index.id_map)
    return Snapshot(ids, faiss.downcast_index(index.index).reconstruct_n(0, index.ntotal))


def bytes_on_disk(folder: Path) -> int:
    return sum(path.stat().st_size for path in (folder / FILE, folder / SIDECAR) if path.exists())
