"""The index on disk: FAISS files, and a manifest that tells whether they can be believed.

One file holds the vectors of all flat partitions, each clustered partition has one of its own. An
entry's vector never changes under its id, nor does its scope, so a file that is merely old is still
right for the ids that both it and the database know. Which those are, the manifest tells as long as
its mark is the database's (see :mod:`cache.marks`); else the database is asked at the start. The
rest is read from there.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from cache.embedder import sha256_of
from cache.id_map import Ids
from cache.index import Vectors

FLAT_FILE = "index.faiss"
MANIFEST = "index.json"
FORMAT = 3

_ABANDONED_AFTER = 3600.0
"""Age in seconds from which an unfinished file is one that a killed process left behind."""


@dataclass(frozen=True, slots=True)
class ScopeVectors:
    """A flat partition at one moment: ids of shape (n,) and vectors of shape (n, d)."""

    scope_id: str
    ids: Ids
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class ClusterFile:
    """A clustered partition as its file has it, and what has changed since that was written.

    :ivar index: FAISS's inverted file.
    :ivar sha256: the file's checksum.
    :ivar added: ids that came since, shape (n,).
    :ivar removed: ids that went since, shape (n,).
    """

    index: Any
    sha256: str
    added: Ids
    removed: Ids


@dataclass(frozen=True, slots=True)
class Saved:
    """What could be believed of the files.

    :ivar checked_to: up to this entry id, every vector in the database was this space's.
    :ivar mark: while it is the database's, all entries up to ``checked_to`` that have a partition
        are told here, and no others; blank: who knows.
    :ivar flat: flat partitions.
    :ivar clusters: clustered partitions by scope id.
    """

    checked_to: int = 0
    mark: str = ""
    flat: Sequence[ScopeVectors] = ()
    clusters: Mapping[str, ClusterFile] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Flat:
    """What the manifest says of the flat file: (scope id, vectors) in their order."""

    sha256: str
    scopes: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class _Cluster:
    """What the manifest says of a cluster file; see :class:`ClusterFile`."""

    file: str
    sha256: str
    added: Sequence[int] = ()
    removed: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class _Manifest:
    """What was saved, for which model; clusters by scope id."""

    format: int
    embedder: str
    dimension: int
    checked_to: int = 0
    mark: str = ""
    flat: _Flat | None = None
    clusters: Mapping[str, _Cluster] = field(default_factory=dict)


class IndexFolder:
    """The index files of one embedding space.

    Each file appears whole or not at all, and the manifest last. Another process may save at the
    same time; if its files meet our manifest, the checksums tell.

    :param folder: where they lie.
    :param embedder: name of the space.
    :param dimension: length of its vectors.
    """

    def __init__(self, folder: Path, embedder: str, dimension: int) -> None:
        self._folder = folder
        self._embedder = embedder
        self._dimension = dimension

    def load(self) -> Saved:
        """What was saved; nothing of what is missing, damaged or another model's."""
        manifest = self._manifest()
        flat = self._checked(FLAT_FILE, manifest.flat.sha256) if manifest.flat else None
        clusters = {
            scope_id: ClusterFile(index, told.sha256, _ids(told.added), _ids(told.removed))
            for scope_id, told in manifest.clusters.items()
            if (index := self._checked(told.file, told.sha256)) is not None
        }
        whole = flat is not None and len(clusters) == len(manifest.clusters)
        mark = manifest.mark if whole else ""
        return Saved(manifest.checked_to, mark, _parts(flat, manifest.flat), clusters)

    def save_flat(
        self,
        parts: Sequence[ScopeVectors],
        changes: Mapping[str, tuple[Ids, Ids]],
        checked_to: int,
        mark: str,
    ) -> None:
        """Writes all flat partitions, and keeps only some scopes' clustered ones, as they are.

        :param changes: of the clustered partitions to keep, what was added and removed since each
            was written, by scope id.
        :param checked_to: see :class:`Saved`.
        :param mark: see :class:`Saved`.
        :raises OSError: if the folder cannot be written.
        """
        index = faiss.IndexIDMap2(faiss.IndexFlatIP(self._dimension))
        for part in parts:
            index.add_with_ids(part.vectors, part.ids)
        sha256 = self._write(FLAT_FILE, index)
        flat = _Flat(sha256, [(part.scope_id, len(part.ids)) for part in parts])
        manifest = self._manifest()
        clusters = {
            scope_id: replace(told, added=added.tolist(), removed=removed.tolist())
            for scope_id, told in manifest.clusters.items()
            if scope_id in changes
            for added, removed in (changes[scope_id],)
        }
        whole = replace(manifest, checked_to=checked_to, mark=mark, flat=flat, clusters=clusters)
        self._write_manifest(whole)
        self._remove_others({told.file for told in clusters.values()})

    def cluster_checksums(self) -> Mapping[str, str]:
        """The checksums of the clustered partitions' files, by scope id."""
        return {scope_id: told.sha256 for scope_id, told in self._manifest().clusters.items()}

    def save_clusters(self, scope_id: str, index: Any) -> tuple[Any, str]:
        """Writes one clustered partition. No mark holds until all is saved again.

        :returns: the same as read back, and its checksum: read back, it takes no more memory than
            it needs, where one that grew takes up to twice as much.
        :raises OSError: if the folder cannot be written.
        """
        name = f"clusters-{hashlib.sha256(scope_id.encode()).hexdigest()[:16]}.faiss"
        sha256 = self._write(name, index)
        manifest = self._manifest()
        clusters = {**manifest.clusters, scope_id: _Cluster(name, sha256)}
        self._write_manifest(replace(manifest, mark="", clusters=clusters))
        return self._checked(name, sha256) or index, sha256

    def _manifest(self) -> _Manifest:
        """The manifest, or an empty one where there is none for this space."""
        empty = _Manifest(FORMAT, self._embedder, self._dimension)
        try:
            told = json.loads((self._folder / MANIFEST).read_text(encoding="utf-8"))
            flat, clusters = told.pop("flat"), told.pop("clusters")
            manifest = _Manifest(
                **told,
                flat=None if flat is None else _Flat(**flat),
                clusters={scope_id: _Cluster(**told) for scope_id, told in clusters.items()},
            )
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return empty
        ours = (manifest.format, manifest.embedder, manifest.dimension)
        return manifest if ours == (FORMAT, self._embedder, self._dimension) else empty

    def _write_manifest(self, manifest: _Manifest) -> None:
        def write(path: Path) -> None:
            path.write_text(json.dumps(asdict(manifest)), encoding="utf-8")

        self._replace(MANIFEST, write)

    def _checked(self, name: str, sha256: str) -> Any:
        path = self._folder / name
        try:
            return faiss.read_index(str(path)) if sha256_of(path) == sha256 else None
        except (OSError, RuntimeError):
            return None

    def _write(self, name: str, index: Any) -> str:
        def write(path: Path) -> None:
            try:
                faiss.write_index(index, str(path))
            except RuntimeError as error:
                raise OSError(f"{path}: {error}") from error

        return self._replace(name, write)

    def _replace(self, name: str, write: Callable[[Path], None]) -> str:
        """Writes a file beside and puts it in place; its checksum."""
        unfinished = self._folder / f"{name}.{os.getpid()}.part"
        try:
            write(unfinished)
            sha256 = sha256_of(unfinished)
            unfinished.replace(self._folder / name)
        finally:
            unfinished.unlink(missing_ok=True)
        return sha256

    def _remove_others(self, names: set[str]) -> None:
        for path in self._folder.glob("clusters-*.faiss"):
            if path.name not in names:
                path.unlink(missing_ok=True)
        for path in self._folder.glob("*.part"):
            if time.time() - path.stat().st_mtime > _ABANDONED_AFTER:
                path.unlink(missing_ok=True)


def _ids(told: Sequence[int]) -> Ids:
    return np.array(told, np.int64)


def _parts(index: Any, told: _Flat | None) -> list[ScopeVectors]:
    if index is None or told is None:
        return []
    ids = faiss.vector_to_array(index.id_map)
    vectors = faiss.downcast_index(index.index).reconstruct_n(0, index.ntotal)
    return list(_cut(told.scopes, ids, vectors))


def _cut(scopes: Sequence[tuple[str, int]], ids: Ids, vectors: Vectors) -> Iterator[ScopeVectors]:
    ends = np.cumsum([count for _, count in scopes], dtype=np.int64).tolist()
    for (scope_id, count), end in zip(scopes, ends, strict=True):
        yield ScopeVectors(scope_id, ids[end - count : end], vectors[end - count : end])


def bytes_on_disk(folder: Path) -> int:
    """Size of all files of the index in a folder."""
    paths = [folder / FLAT_FILE, folder / MANIFEST, *folder.glob("clusters-*.faiss")]
    return sum(path.stat().st_size for path in paths if path.exists())
