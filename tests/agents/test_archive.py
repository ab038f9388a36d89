"""Conversations in the terminal: exported, taken in, replayed."""

from __future__ import annotations

import getpass
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.__main__ import main
from agents.dialogue.events import GoalStated, Judged, Planned, StepEnded
from agents.dialogue.machine import machine
from agents.dialogue.store import ConversationStore
from agents.runtime import DATABASE_FILE
from tests.agents.dialogue.examples import MET, plan, said_and_answered

ROOT = Path(__file__).parents[2]


@pytest.fixture
def store(home: Path) -> Iterator[ConversationStore]:
    opened = ConversationStore.open(home / DATABASE_FILE, machine())
    yield opened
    opened.close()


@pytest.fixture
def owner(store: ConversationStore) -> str:
    """Who uses the terminal; they have planned a trip and named its budget."""
    me = f"terminal:{getpass.getuser()}"
    store.append(
        store.start("c1", me),
        *said_and_answered("Plan a trip to Lisbon", "", guidance="Step 1"),
        GoalStated(2.0, "Plan a trip to Lisbon"),
        Planned(3.0, plan()),
        Judged(4.0, 0, "900 euros", MET, "m1"),
        StepEnded(5.0, 0, "done"),
    )
    return me


def test_a_conversation_is_exported_and_taken_in_again(owner, store, tmp_path, capsys):
    file = tmp_path / "trip.json"

    assert main(["export", "c1", "--out", str(file)]) == 0
    assert main(["import", str(file)]) == 0

    name = capsys.readouterr().out.strip().rpartition(" ")[2]
    assert store.load(name, owner).variables == {"Budget": "900 euros"}
    assert list(tmp_path.glob("*.part")) == []


def test_an_export_goes_to_the_output_where_no_file_is_named(owner, capsys):
    assert main(["export", "c1"]) == 0

    assert json.loads(capsys.readouterr().out)["format"] == "reprise-conversation"


def test_the_summary_is_exported_as_markdown(owner, capsys):
    assert main(["export", "c1", "--format", "markdown"]) == 0

    text = capsys.readouterr().out
    assert text.startswith("# Plan a trip to Lisbon\n")
    assert "- **Budget:** 900 euros" in text


def test_a_conversation_is_replayed_with_time_kind_state_and_step(owner, capsys):
    assert main(["replay", "c1"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 8
    assert "step_ended" in lines[-1]
    assert "topic_introduced" in lines[-1]
    assert "2 Dates" in lines[-1]
    assert lines[-1].endswith("Step 1 (Budget) is done")


def test_somebody_elses_conversation_is_not_there(store, capsys):
    store.start("c1", "ann")

    for command in ("export", "replay"):
        assert main([command, "c1"]) == 1
    assert "does not exist here" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["import", "nowhere.json"], ["export", "c1", "--out", "."]])
def test_a_file_that_cannot_be_used_is_told_in_a_sentence(owner, capsys, command, monkeypatch):
    monkeypatch.chdir(ROOT / "tests")

    assert main(command) == 1

    told = capsys.readouterr().err
    assert "Check the path" in told
    assert "Traceback" not in told
    assert not list(ROOT.glob("*.part"))


def test_a_file_that_is_no_conversation_is_told_in_a_sentence(owner, store, tmp_path, capsys):
    file = tmp_path / "diary.txt"
    file.write_text("Dear diary")

    assert main(["import", str(file)]) == 1

    assert "This file is no conversation" in capsys.readouterr().err
    assert len(store.recent(owner)) == 1


def test_a_reader_that_has_seen_enough_is_no_failure(owner, home):
    """As `head` is one."""
    with subprocess.Popen(
        [sys.executable, "-m", "agents", "replay", "c1"],
        cwd=ROOT,
        env={**os.environ, "REPRISE_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        process.stdout.close()
        told = process.stderr.read()

    assert (process.returncode, told) == (0, "")
