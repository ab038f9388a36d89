"""A run whose process was killed goes on, in another, from the last step that was finished."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from tests.agents.teams.stage import OWNER, ended
from tests.agents.teams.workplace import open_teams, statuses, step
from tests.support.scripted_model import Reply, Rule, ScriptedModel

ROOT = Path(__file__).parents[3]
START_SECONDS = 120
WORKFLOW = """\
name: chain
title: Chain
steps:
  - {id: a, agent: writer, task: "First {task}."}
  - {id: b, agent: writer, task: "Second {task}."}
  - {id: c, agent: writer, task: "Third, with {a} and {b}."}
  - {id: d, agent: writer, task: "Fourth, with {c}."}
"""


def killed_in_the_middle(folder: Path, model: ScriptedModel) -> str:
    """Kill a process while the third of four steps is answered; returns the run's id."""
    command = [sys.executable, "-m", "tests.agents.teams.working", folder, model.base_url, WORKFLOW]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        run_id = process.stdout.readline().strip()
        until = time.monotonic() + START_SECONDS
        while not any(request.last.startswith("Third") for request in model.requests):
            assert process.poll() is None, "the process ended before it was killed"
            assert time.monotonic() < until, "the third step never came"
            time.sleep(0.01)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    return run_id


def asked(model: ScriptedModel) -> list[str]:
    return sorted(request.last.split()[0].strip(",") for request in model.requests)


def test_a_killed_run_is_resumed_from_the_last_finished_step(tmp_path):
    rules = [Rule(last="^third", reply=Reply("Third.", hold_after=0))]
    with ScriptedModel(rules) as model:
        run_id = killed_in_the_middle(tmp_path, model)
        before = asked(model)
        model.release()
        with open_teams(tmp_path, model.base_url) as (teams, _):
            listed, found = teams.recent(OWNER), teams.open(run_id, OWNER)
            run = ended(teams.resume(run_id, OWNER))

        assert before == ["First", "Second", "Third"]
        assert [(one.id, one.status) for one in listed] == [(run_id, "interrupted")]
        assert step(found, "b").result == "You said: Second honey."
        assert statuses(found) == {
            "a": "done", "b": "done", "c": "interrupted", "d": "interrupted"
        }  # fmt: skip
        assert (run.status, run.result) == ("done", "You said: Fourth, with Third..")
        assert asked(model) == ["First", "Fourth", "Second", "Third", "Third"]
        assert [step(run, name) for name in "ab"] == [step(found, name) for name in "ab"]
