"""Two processes on one database."""

import subprocess
import sys
from pathlib import Path

from tests.cache.support import SHARED, keep

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
from pathlib import Path
from cache import SemanticCache
from tests.cache.support import SHARED, Words, keep
cache = SemanticCache.open(Path(sys.argv[1]), Words(), busy_seconds=30)
{body}
cache.close()
"""


def another_process(folder, body):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(body=body), str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def look(cache, question, threshold=0.8):
    return cache.lookup(question, SHARED, threshold=threshold)


def test_what_another_process_stores_is_found_at_once(cache, tmp_path):
    keep(cache, "how long is a marathon", "42")
    assert not look(cache, "who painted the ceiling").hit
    other = another_process(
        tmp_path / "cache",
        "print(cache.lookup('how long is a marathon', SHARED, threshold=1).entry.answer)\n"
        "keep(cache, 'who painted that ceiling', 'M')",
    )
    assert other == "42"
    assert look(cache, "who painted that ceiling").tier == "exact"
    assert look(cache, "who painted that big ceiling").entry.answer == "M"


def test_what_another_process_takes_out_is_never_served(cache, tmp_path):
    for number in range(12):
        keep(cache, f"how long is a marathon {'really ' * number}", "gone")
    keep(cache, "how long is this", "stays")
    another_process(
        tmp_path / "cache",
        "ids = [e.id for e in cache.entries() if e.answer == 'gone']\n"
        "cache.delete(*ids[1:]); cache.feedback(ids[0], good=False)",
    )
    assert look(cache, "how long is a marathon", threshold=0.1).entry.answer == "stays"


def test_what_another_process_replaces_is_served_anew(cache, tmp_path):
    keep(cache, "how long is a marathon", "old")
    another_process(tmp_path / "cache", "keep(cache, 'how long is a marathon', 'new')")
    assert look(cache, "how long is a marathon").entry.answer == "new"
    assert look(cache, "how long is a whole marathon").entry.answer == "new"


def test_both_may_write_at_the_same_time_and_nothing_is_lost(opened, tmp_path):
    cache = opened(busy_seconds=30)
    body = (
        "for n in range(100):\n"
        "    keep(cache, 'theirs ' + 'x' * n); cache.lookup('a b', SHARED, threshold=1)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(body=body), str(tmp_path / "cache")], cwd=ROOT
    ) as other:
        for number in range(100):
            keep(cache, "ours " + "x" * number)
            look(cache, "a b", threshold=1)
    assert other.returncode == 0
    assert len(cache.entries(limit=1000)) == 200
    assert all(look(cache, "theirs " + "x" * number, threshold=1).hit for number in range(100))
    assert cache.stats().lookups == 300


def test_an_acknowledged_entry_survives_a_kill(opened, tmp_path):
    body = (
        "keep(cache, 'how long is a marathon', '42')\n"
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(body=body), str(tmp_path / "cache")],
        cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.returncode == -9
    assert look(opened(), "how long is a whole marathon").entry.answer == "42"
