"""Runs as a page and a conversation use them: begun, watched, stopped, taken up, exported."""

from __future__ import annotations

import asyncio
import json
import time

import pytest

from agents.errors import (
    ContentError,
    DefinitionNotFoundError,
    RunNotFoundError,
    RunStateError,
    TaskRefusedError,
)
from agents.runtime import Runtime
from agents.settings import Settings
from agents.teams.teams import LONGEST_CONTEXT, MOST_AT_ONCE
from tests.agents.loops import WAIT_SECONDS
from tests.agents.room import SCRIPT
from tests.agents.teams.stage import OWNER, by_id, ended, open_stage
from tests.agents.teams.test_roster import NESTED
from tests.support.scripted_model import Reply, Rule, ScriptedModel

TASK = "Should a small bakery begin to sell online?"
HELD = Rule(system="of a team", reply=Reply("A point.", hold_after=0))


@pytest.fixture
def stage(tmp_path):
    with open_stage(tmp_path, provider="embedded") as opened:
        yield opened


def wait_until(true):
    end = time.monotonic() + WAIT_SECONDS
    while not true():
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(0.01)


def at_work(stage, **given):
    """A run whose specialists are being asked, and hold."""
    if HELD not in stage.model.rules:
        stage.model.rules.insert(0, HELD)
    before = len(stage.asked)
    live = stage.start("nested", TASK, **given)
    wait_until(lambda: len(stage.asked) == before + 3)
    return live


# Beginning


@pytest.mark.parametrize(
    ("task", "message"),
    [
        ("", "The task is empty. Say what the team is to do."),
        (" \n\u200b", "The task is empty."),
        ("x" * 8_001, "The task has 8,001 characters; at most 8,000 can be read. Shorten it."),
    ],
)
def test_a_task_that_cannot_be_read_is_refused(stage, task, message):
    with pytest.raises(TaskRefusedError) as caught:
        stage.start("nested", task)

    assert str(caught.value).startswith(message)
    assert stage.teams.recent(OWNER) == ()


@pytest.mark.parametrize("kind", ["nested", "recursive", "workflow"])
def test_a_team_that_is_not_there_is_told_with_those_that_are(stage, kind):
    with pytest.raises(DefinitionNotFoundError, match="'nobody'. Choose one of: "):
        stage.start(kind, TASK, definition="nobody")

    assert stage.teams.recent(OWNER) == ()


def test_a_team_that_cannot_be_used_is_refused_before_anything_runs(stage, tmp_path):
    stage.teams.save("nested", NESTED)
    (tmp_path / "teams" / "nested" / "own.yml").write_text(NESTED.replace("rounds: 2", "rounds: 9"))

    with pytest.raises(ContentError, match="own.yml, line 8, limits rounds: is 9"):
        stage.start("nested", TASK, definition="own")

    assert (stage.asked, stage.teams.recent(OWNER)) == ([], ())


def test_of_a_long_context_the_end_is_kept(stage):
    run = stage.run("nested", TASK, context="begin " + "x" * LONGEST_CONTEXT + " end")

    assert len(run.context) == LONGEST_CONTEXT
    assert run.context.endswith(" end")


def test_no_owner_may_keep_all_teams_busy(stage):
    lives = [at_work(stage) for _ in range(MOST_AT_ONCE)]

    with pytest.raises(TaskRefusedError, match="3 teams are working for you already"):
        stage.start("nested", TASK)
    assert stage.start("nested", TASK, owner="bob").view.owner == "bob"

    lives[0].stop()
    ended(lives[0])
    assert stage.start("nested", TASK)


# Watching


def test_a_run_is_seen_while_it_goes_on_and_afterwards(stage):
    live = at_work(stage, conversation="c1")
    seen = stage.teams.open(live.id, OWNER)

    assert stage.teams.live(live.id, OWNER) is live
    assert (seen.status, seen.conversation, live.ended) == ("running", "c1", False)
    assert {one.status for one in seen.delegations} == {"running"}
    assert stage.teams.recent(OWNER)[0].status == "running"
    assert stage.teams.system_status()["running"] == 1

    stage.model.release()
    run = ended(live)
    assert stage.teams.live(live.id, OWNER) is None
    assert stage.teams.open(live.id, OWNER) == run
    assert stage.teams.system_status()["running"] == 0


def test_nobody_sees_or_touches_the_run_of_another(stage):
    live = at_work(stage)

    assert stage.teams.live(live.id, "bob") is None
    for touch in (stage.teams.open, stage.teams.delete, stage.teams.resume):
        with pytest.raises(RunNotFoundError):
            touch(live.id, "bob")
    assert stage.teams.recent("bob") == ()
    assert not live.ended


def test_the_newest_runs_come_first(stage):
    runs = [stage.run("nested", f"{TASK} {number}") for number in range(3)]

    assert [run.id for run in stage.teams.recent(OWNER, 2)] == [runs[2].id, runs[1].id]


# Stopping and taking up


def test_a_run_can_be_stopped_at_once(stage):
    live = stage.start("nested", TASK)
    live.stop()

    assert ended(live).status == "stopped"
    assert stage.teams.open(live.id, OWNER).status == "stopped"


def test_a_stop_after_the_end_changes_nothing(stage):
    live = stage.start("nested", TASK)
    run = ended(live)
    live.stop()

    assert live.view == stage.teams.open(run.id, OWNER) == run


def test_a_run_is_removed_with_all_that_was_delegated(stage):
    live = at_work(stage)

    stage.teams.delete(live.id, OWNER)

    assert live.view.status == "stopped"
    assert stage.teams.recent(OWNER) == ()


def test_with_a_conversation_go_the_runs_that_quote_it(stage):
    stage.run("nested", TASK, conversation="c1")
    stays = stage.run("nested", TASK, conversation="c2")

    stage.teams.delete_of("c1", OWNER)

    assert [run.id for run in stage.teams.recent(OWNER)] == [stays.id]


def test_what_goes_on_or_is_done_cannot_be_taken_up(stage):
    live = at_work(stage)
    with pytest.raises(RunStateError, match="still going on"):
        stage.teams.resume(live.id, OWNER)

    stage.model.release()
    with pytest.raises(RunStateError, match="nothing is left"):
        stage.teams.resume(ended(live).id, OWNER)


def test_a_run_that_the_end_of_the_process_interrupts_goes_on_at_the_next_start(tmp_path):
    with open_stage(tmp_path, [HELD], provider="embedded") as stage:
        live = at_work(stage)
    assert live.view.status == "interrupted"

    with open_stage(tmp_path, provider="embedded") as stage:
        found = stage.teams.open(live.id, OWNER)
        resumed = ended(stage.teams.resume(live.id, OWNER))

    assert (found.status, found.delegations) == ("interrupted", live.view.delegations)
    assert (resumed.status, resumed.id) == ("done", live.id)


def test_a_run_goes_by_the_text_that_its_team_had_when_it_began(stage):
    stage.teams.save("nested", NESTED)
    stage.model.rules.insert(0, Rule(system="You are the first", reply=Reply("A", hold_after=0)))
    live = stage.start("nested", TASK, definition="own")
    wait_until(lambda: (two := live.view.delegation("two")) and two.status == "done")
    live.stop()
    stopped = ended(live)
    stage.teams.remove("nested", "own")
    stage.model.release()

    run = ended(stage.teams.resume(stopped.id, OWNER))

    assert (run.status, list(by_id(run))) == ("done", ["two", "one", "answer"])


def test_what_nobody_foresaw_ends_the_run_in_plain_words(stage, monkeypatch):
    def breaks(*_args, **_given):
        raise ZeroDivisionError

    monkeypatch.setattr("agents.teams.nested._nobody", breaks)
    stage.model.rules.insert(0, Rule(last="", reply=Reply(status=500)))

    run = stage.run("nested", TASK)

    assert (run.status, run.failure.message) == (
        "failed", "Something unforeseen went wrong (ZeroDivisionError)."
    )  # fmt: skip


# Definitions and files


def test_the_definitions_of_every_kind_are_listed_with_a_default(stage):
    for kind in ("nested", "recursive", "workflow"):
        names = [definition.name for definition in stage.teams.definitions(kind)]
        assert stage.teams.default(kind) in names


def test_a_definition_is_checked_saved_and_removed(stage):
    assert stage.teams.check("nested", NESTED).name == "own"
    assert "own" not in [one.name for one in stage.teams.definitions("nested")]

    stage.teams.save("nested", NESTED)
    assert "own" in [one.name for one in stage.teams.definitions("nested")]

    stage.teams.remove("nested", "own")
    assert "own" not in [one.name for one in stage.teams.definitions("nested")]


def test_the_systems_status_can_be_written_as_json(stage):
    stage.run("nested", TASK)

    status = json.loads(json.dumps(stage.teams.system_status()))

    assert status["runs"] == {"done": 1}
    assert status["kinds"].keys() == {"nested", "recursive", "workflow"}
    technical = next(one for one in status["agents"] if one["name"] == "technical")
    assert (technical["calls"], technical["success_rate"]) == (1, 1.0)
    assert "technical" in {member.name for member in stage.teams.members()}


def test_a_run_is_exported_without_its_owner(stage):
    run = stage.run("nested", TASK, context="User: # not a heading")

    document = json.loads(stage.teams.export(run))

    assert (document["format"], document["version"]) == ("reprise.run", 1)
    assert "owner" not in document["run"]
    assert document["run"]["task"] == TASK
    assert [one["id"] for one in document["run"]["delegations"]] == list(by_id(run))


def test_a_run_is_exported_for_people(stage):
    stage.model.rules.insert(0, Rule(system="business expert", reply=Reply(status=500)))
    run = stage.run("nested", TASK, context="User: # not a heading")

    text = stage.teams.export(run, "markdown")

    assert text.startswith(f"# {TASK}\n\nNested run of 'product', ")
    assert f"## Result\n\n{run.result}" in text
    assert "\n> User: # not a heading\n" in text
    assert "### technical: technical (work)" in text
    assert by_id(run)["business"].failure.message in text


# In the Runtime


@pytest.mark.usefixtures("embedder")  # which takes its time at the first use
def test_a_runtime_has_teams_and_removes_a_conversations_runs_with_it(home):
    with ScriptedModel(SCRIPT) as model:
        settings = Settings(
            home=home, provider="openai", model="scripted", api_key="k", base_url=model.base_url
        )
        runtime = Runtime(settings)
        runtime.start()
        try:
            said = runtime.send("c1", OWNER, "What is bread?", threshold=0.9, message_id="m1")
            assert said.wait(WAIT_SECONDS)
            run = ended(
                runtime.teams.start("nested", TASK, OWNER, definition="decision", conversation="c1")
            )
            runtime.delete("c1", OWNER)
            left = runtime.teams.recent(OWNER)
        finally:
            runtime.close()

    assert (run.status, left) == ("done", ())


def test_a_run_that_is_begun_from_many_threads_is_begun_by_each(stage):
    async def begin() -> list[str]:
        lives = await asyncio.gather(
            *(asyncio.to_thread(stage.start, "nested", TASK, owner=f"o{n}") for n in range(6))
        )
        return [ended(live).status for live in lives]

    assert asyncio.run(begin()) == ["done"] * 6
