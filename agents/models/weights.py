"""Model files: a table of what Reprise fetches, and the fetching.

    python -m agents.models.weights    fetch what is missing, with a progress bar

A file grows as ``<file>.partial`` beside its place, is checked against its SHA-256, and only then
takes its name. ``<file>.verified`` notes size and time of the file that was checked, so that a
later start need not read a gigabyte again; a file that changed since is checked anew.

    WeightsError                 (agents.errors) a model file could not be had
    ├── SourceError              one source did not bring it (agents.models.sources)
    ├── NoSourceError            none of the sources did
    ├── DiskSpaceError           the disk has no room for it
    └── FolderError              its folder cannot be written
"""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
import sys
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from agents.errors import WeightsError
from agents.models.sources import HubSource, Source, SourceError, WheelSource, length

Phase = Literal["download", "wait", "verify", "done"]
OnProgress = Callable[["Progress"], None]

TABLE = Path(__file__).with_suffix(".toml")
SPARE_BYTES = 256 << 20
"""Room that is left beside the file: for one wheel of a part, and for what else runs."""
LOCK_SECONDS = 0.5
CHUNK_BYTES = 1 << 22


class NoSourceError(WeightsError):
    """None of the sources brought the file.

    Attributes:
        file: The file's name.
        failures: What each source said, in the order in which they were asked.
    """

    def __init__(self, file: str, failures: Sequence[SourceError]) -> None:
        said = "; ".join(f"{failure.source}: {failure.problem}" for failure in failures)
        super().__init__(
            f"The model file {file} could not be fetched ({said}).",
            remedy="Check the connection and try again: what came is kept. "
            "Or set REPRISE_MODEL to a GGUF file of your own.",
        )
        self.file = file
        self.failures = tuple(failures)


class DiskSpaceError(WeightsError):
    """The disk has no room for the file.

    Attributes:
        folder: Where it was to go.
        needed: Bytes that are needed.
        free: Bytes that are free.
    """

    def __init__(self, file: str, folder: Path, needed: int, free: int) -> None:
        super().__init__(
            f"There is no room for {file} in {folder}: "
            f"{megabytes(needed)} are needed, {megabytes(free)} are free.",
            remedy="Free some space, or set REPRISE_HOME to a folder on another disk.",
        )
        self.folder = folder
        self.needed = needed
        self.free = free


class FolderError(WeightsError):
    """The folder of model files cannot be written.

    Attributes:
        folder: The folder.
    """

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"Model files cannot be written to {folder} ({reason}).",
            remedy="Give this user write access, or set REPRISE_HOME to another folder.",
        )
        self.folder = folder


@dataclass(frozen=True, slots=True)
class WeightFile:
    """One row of the table.

    Attributes:
        name: The model's name.
        file: The file's name.
        size: Bytes.
        sha256: Checksum, hexadecimal.
        licence: SPDX identifier.
        sources: Where it can be had, in the order in which they are asked.
    """

    name: str
    file: str
    size: int
    sha256: str
    licence: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a file is.

    Attributes:
        file: The file's name.
        source: The source that is bringing it; "" when none is.
        phase: "download", "wait" while another process fetches it, "verify", "done".
        done: Bytes there, or checked.
        total: Bytes of the whole file.
    """

    file: str
    source: str
    phase: Phase
    done: int
    total: int


def table() -> tuple[WeightFile, ...]:
    """The files of ``weights.toml``."""
    entries = tomllib.loads(TABLE.read_text(encoding="utf-8"))["file"]
    return tuple(_weight_file(entry) for entry in entries)


def _weight_file(entry: dict[str, Any]) -> WeightFile:
    hubs = [HubSource(**fields) for fields in entry.pop("hub", ())]
    wheels = [WheelSource(**fields) for fields in entry.pop("wheels", ())]
    return WeightFile(**entry, sources=(*hubs, *wheels))


def local_path(file: WeightFile, folder: Path) -> Path | None:
    """Where the file is, if it is there and whole; None otherwise.

    A stat where the file was checked before and has not changed since; else it is read through.
    """
    path = folder / file.file
    if not path.exists() or path.stat().st_size != file.size:
        return None
    if _note(path).exists() and _note(path).read_text(encoding="utf-8") == _fingerprint(path, file):
        return path
    if _checksum(path, _ignore) != file.sha256:
        return None
    _write_note(path, file)
    return path


def fetch(file: WeightFile, folder: Path, on_progress: OnProgress) -> Path:
    """The file's path, fetched first where it is missing or corrupt. Blocks: use a thread.

    Args:
        file: A row of the table.
        folder: Where model files are kept; made if need be.
        on_progress: Told often, in this thread. An exception of its own stops the fetching and
            goes through; what came is kept for the next call.

    Raises:
        NoSourceError: No source brought the right bytes.
        DiskSpaceError: The disk has no room.
        FolderError: The folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = local_path(file, folder) or _fetch_in_turn(file, folder, on_progress)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskSpaceError(file.file, folder, *_room(file, folder)) from error
        raise FolderError(folder, error.strerror or str(error)) from error
    on_progress(Progress(file.file, "", "done", file.size, file.size))
    return path


def _fetch_in_turn(file: WeightFile, folder: Path, on_progress: OnProgress) -> Path:
    """One process fetches, others wait for it and tell how far it is."""
    path = folder / file.file
    lock = FileLock(path.with_name(f"{file.file}.lock"))
    while True:
        try:
            with lock.acquire(timeout=LOCK_SECONDS):
                return local_path(file, folder) or _fetch_alone(file, path, on_progress)
        except Timeout:
            there = length(_partial(path))
            on_progress(Progress(file.file, "", "wait", there, file.size))


def _fetch_alone(file: WeightFile, path: Path, on_progress: OnProgress) -> Path:
    # What has the name but not the checksum would only take the room that is needed.
    path.unlink(missing_ok=True)
    needed, free = _room(file, path.parent)
    if needed > free:
        raise DiskSpaceError(file.file, path.parent, needed, free)
    failures: list[SourceError] = []
    for source in file.sources:
        try:
            _bring(file, source, _partial(path), on_progress)
        except SourceError as failure:
            failures.append(failure)
        else:
            _partial(path).replace(path)
            _write_note(path, file)
            return path
    raise NoSourceError(file.file, failures)


def _bring(file: WeightFile, source: Source, partial: Path, on_progress: OnProgress) -> None:
    """Completes `partial` and checks it; what another attempt left may be to blame, so twice."""
    for _ in range(2 if length(partial) else 1):
        if length(partial) > file.size:
            partial.unlink()

        def tell(done: int) -> None:
            on_progress(Progress(file.file, source.name, "download", done, file.size))

        def check(done: int) -> None:
            on_progress(Progress(file.file, source.name, "verify", done, file.size))

        tell(length(partial))
        source.complete(partial, file.size, tell)
        if _checksum(partial, check) == file.sha256:
            return
        partial.unlink()
    raise SourceError(source.name, "what it brought has another checksum")


def _room(file: WeightFile, folder: Path) -> tuple[int, int]:
    """Bytes that are still needed in the folder, and bytes that are free there."""
    missing = max(0, file.size - length(_partial(folder / file.file)))
    return missing + min(SPARE_BYTES, file.size), shutil.disk_usage(folder).free


def _partial(path: Path) -> Path:
    return path.with_name(f"{path.name}.partial")


def _note(path: Path) -> Path:
    return path.with_name(f"{path.name}.verified")


def _fingerprint(path: Path, file: WeightFile) -> str:
    status = path.stat()
    return json.dumps([status.st_size, status.st_mtime_ns, file.sha256])


def _write_note(path: Path, file: WeightFile) -> None:
    try:
        _note(path).write_text(_fingerprint(path, file), encoding="utf-8")
    except OSError as error:
        # The note only saves time: a folder that is read-only now was filled by someone else.
        if error.errno not in {errno.EACCES, errno.EROFS, errno.EPERM}:
            raise


def _checksum(path: Path, on_bytes: Callable[[int], None]) -> str:
    digest, done = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            done += len(chunk)
            on_bytes(done)
    return digest.hexdigest()


def _ignore(_: int) -> None:
    """For those who need no progress."""


def megabytes(count: int) -> str:
    """Bytes as text: ``1,117 MB``."""
    return f"{count / 1e6:,.0f} MB"


if __name__ == "__main__":
    from agents.models.weights_cli import main

    sys.exit(main())
