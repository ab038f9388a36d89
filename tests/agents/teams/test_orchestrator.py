"""Workflows at work: real store, event loop and HTTP; the model says what a script tells it to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agents.errors import ContentError, RunStateError, WorkflowError
from agents.teams.orchestrator import DEFAULT, SHIPPED
from agents.teams.registry import Registry
from agents.teams.roster import Roster
from agents.teams.workflow_file import load
from tests.agents.teams.stage import OWNER, ended
from tests.agents.teams.workplace import Workplace, open_workplace, statuses, step
from tests.support.scripted_model import Reply, Request, Rule

SHIPPED_FILES = sorted(SHIPPED.glob("*.yml"))
LONG = "Honey is made by bees.\nIt keeps for years."


def workflow(steps: str, rest: str = "") -> str:
    return f"name: made-up\ntitle: Made up\n{rest}\nsteps:\n{steps}"


def one(step_id: str, task: str, rest: str = "") -> str:
    """A step on a line: `rest` holds further fields."""
    agent = "" if "capability" in rest else "agent: writer, "
    return f"  - {{id: {step_id}, {agent}task: {json.dumps(task)}{', ' + rest if rest else ''}}}\n"


def fails_first(times: int, then: str) -> Callable[[Request], Reply]:
    left = iter(range(times))
    return lambda _: Reply(status=500) if next(left, None) is not None else Reply(then)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workplace]:
    with open_workplace(tmp_path, []) as opened:
        yield opened


def test_a_step_is_told_the_results_of_those_before_it(place):
    place.model.rules = [Rule(last="^find", reply=Reply(LONG))]

    run = place.do(
        workflow(
            one("facts", "Find facts about {task}.")
            + one("style", "Name a style.")
            + one("report", "Write from {facts} in the style {style}.")
        )
    )

    assert run.status == "done"
    assert run.result == (
        f"You said: Context:\n## facts\n{LONG}\n\n"
        'Task: Write from "facts" (above) in the style You said: Name a style..'
    )
    report = step(run, "report")
    assert report.needs == ("facts", "style")
    assert report.task == 'Write from "facts" (above) in the style You said: Name a style..'
    assert (report.agent, report.attempts, report.source) == ("writer", 1, "model")


def test_inputs_task_and_context_reach_the_agents(place):
    text = workflow(
        one("a", "{task} for {whom} in {tone}."),
        "inputs: {whom: {about: Whom.}, tone: {default: blue}}",
    )

    run = place.do(text, "Sell honey", context="Ann owns bees.", inputs={"whom": "us"})

    assert place.model.requests[-1].last == (
        "Context:\nAnn owns bees.\n\nTask: Sell honey for us in blue."
    )
    assert run.inputs == (("whom", "us"),)


@pytest.mark.parametrize("rest, title", [("", "The request"), ("task_title: Notes", "Notes")])
def test_a_long_task_stands_before_what_is_to_be_done_with_it(place, rest, title):
    place.do(workflow(one("a", "Sum up {task}."), rest), LONG)

    assert place.model.requests[-1].last == (
        f'Context:\n## {title}\n{LONG}\n\nTask: Sum up "{title}" (above).'
    )


def test_what_a_model_writes_is_never_a_template(place):
    place.model.rules = [Rule(last="find honey", reply=Reply("{context} {{task}}"))]

    run = place.do(workflow(one("a", "Find {task}.") + one("b", "Use {a}.")), context="secret")

    assert step(run, "b").task == "Use {context} {{task}}."


def test_steps_that_do_not_need_one_another_run_at_the_same_time(place):
    """Each is answered only when all three have been asked."""
    place.model.rules = [Rule(last="^side", reply=Reply("Done.", hold_after=0))]
    live = place.begin(
        workflow(
            "".join(one(name, f"Side {name} of {{task}}.") for name in "abc")
            + one("end", "Join {a} {b} {c}.")
        )
    )
    while len(place.model.requests) < 3:
        assert not live.wait(0.01)
    place.model.release()

    run = ended(live)
    assert set(statuses(run).values()) == {"done"}
    sides = [step(run, name) for name in "abc"]
    assert max(side.began for side in sides) < min(side.ended for side in sides)


def test_who_is_least_busy_gets_the_step(place):
    place.model.rules = [Rule(last="", reply=Reply("Done.", hold_after=0))]
    live = place.begin(
        workflow("".join(one(name, f"{{task}} {name}", "capability: research") for name in "abcd"))
    )
    while len(place.model.requests) < 4:
        assert not live.wait(0.01)
    working = {status.name: status.running for status in place.registry.statuses()}
    place.model.release()
    run = ended(live)

    assert working == {"finder": 2, "seeker": 2, "writer": 0}
    assert sorted(done.agent for done in run.delegations) == ["finder"] * 2 + ["seeker"] * 2


BRANCHES = workflow(
    one("check", "Is {task} risky? Begin with yes or no.")
    + one("warn", "Warn of {check}.", "when: {of: check, starts: 'yes'}")
    + one("praise", "Praise {task}.", "when: {not: {of: check, starts: 'yes'}}")
    + one("louder", "Louder: {warn}")
    + one("report", "Report: {warn} {praise}"),
    "result: report",
)


@pytest.mark.parametrize(
    "said, done, skipped",
    [("Yes, it is.", {"warn", "louder"}, {"praise"}), ("No.", {"praise"}, {"warn", "louder"})],
)
def test_a_condition_chooses_the_branch(place, said, done, skipped):
    place.model.rules = [Rule(last="^is ", reply=Reply(said))]

    run = place.do(BRANCHES)

    ended = statuses(run)
    assert {name for name, status in ended.items() if status == "skipped"} == skipped
    assert {name for name, status in ended.items() if status == "done"} == {
        "check", "report", *done
    }  # fmt: skip
    assert "(not available)" in step(run, "report").task


def test_a_skipped_step_says_why(place):
    place.model.rules = [Rule(last="^is ", reply=Reply("No."))]

    run = place.do(BRANCHES)

    assert step(run, "warn").note == "It is done only if check starts with 'yes'."
    assert step(run, "louder").note == "Nothing that it uses is there: warn."
    assert step(run, "louder").began is None


def test_a_failure_is_tried_again_as_often_as_is_said(place):
    place.model.rules = [Rule(last="once", reply=fails_first(1, "At last."))]

    run = place.do(workflow(one("a", "{task} once", "retries: 1")))

    assert (run.status, run.result, step(run, "a").attempts) == ("done", "At last.", 2)


def test_a_step_that_fails_ends_the_run_but_not_what_does_not_need_it(place):
    place.model.rules = [Rule(last="^broken", reply=Reply(status=500))]

    run = place.do(
        workflow(
            one("a", "Broken {task}.")
            + one("b", "Use {a}.")
            + one("c", "Use {b} and {d}.")
            + one("d", "Whole {task}.")
        )
    )

    assert run.status == "failed"
    assert "The step 'a' of the workflow 'made-up' failed" in run.failure.message
    assert run.failure.remedy.endswith("What is done stays.")
    assert statuses(run) == {"a": "failed", "b": "skipped", "c": "skipped", "d": "done"}
    assert step(run, "c").note == "It needs b, which failed or could not be done."


def test_without_a_step_that_may_fail_the_rest_goes_on_and_is_told_so(place):
    place.model.rules = [Rule(last="^broken", reply=Reply(status=500))]

    run = place.do(
        workflow(
            one("a", "Broken {task}.", "may_fail: true")
            + one("b", "Whole {task}.")
            + one("instead", "From memory.", "when: {of: a, status: failed}")
            + one("c", "Use {a} and {b}.")
        )
    )

    assert run.status == "done"
    assert statuses(run) == {"a": "failed", "b": "done", "instead": "done", "c": "done"}
    assert step(run, "c").task == "Use (not available) and You said: Whole honey.."


def test_a_step_has_no_longer_than_its_time(place):
    place.model.rules = [Rule(last="^slow", reply=Reply("Never.", hold_after=0))]

    run = place.do(workflow(one("a", "Slow {task}.", "seconds: 0.2")))

    assert run.status == "failed"
    assert "gave no answer within 0.2 s" in run.failure.message


def test_the_result_is_of_the_first_step_that_was_done_of_those_that_are_named(place):
    steps = one("draft", "Draft {task}.") + one("better", "{draft}", "when: {of: task, is: no}")

    run = place.do(workflow(steps, "result: [better, draft]"))

    assert run.result == "You said: Draft honey."


def test_several_last_results_stand_under_their_titles(place):
    run = place.do(workflow(one("a", "{task} 1", "title: One") + one("b", "{task} 2")))

    assert run.result == "## One\n\nYou said: honey 1\n\n## b\n\nYou said: honey 2"


def test_a_run_of_which_all_ends_are_skipped_says_so(place):
    run = place.do(workflow(one("a", "{task}", "when: {of: task, is: wax}")))

    assert run.status == "failed"
    assert "ended without a result: a was not done" in run.failure.message


def test_a_run_that_is_stopped_stops_what_is_under_way(place):
    place.model.rules = [Rule(last="^slow", reply=Reply("Never.", hold_after=0))]
    live = place.begin(
        workflow(one("a", "Quick {task}.") + one("b", "Slow {a}.") + one("c", "After {b}."))
    )
    while len(place.model.requests) < 2:
        assert not live.wait(0.01)
    live.stop()

    run = ended(live)
    assert run.status == "stopped"
    assert statuses(run) == {"a": "done", "b": "stopped", "c": "stopped"}


def test_a_run_that_failed_goes_on_with_what_was_not_done(place):
    place.model.rules = [Rule(last="^broken", reply=fails_first(1, "Mended."))]
    failed = place.do(workflow(one("a", "Quick {task}.") + one("b", "Broken {a}.")))
    asked = len(place.model.requests)

    run = place.resume(failed)

    assert (failed.status, run.status, run.result) == ("failed", "done", "Mended.")
    assert len(place.model.requests) == asked + 1
    assert step(run, "a") == step(failed, "a")


def test_a_run_is_resumed_by_the_workflow_that_it_began_with(place):
    place.model.rules = [Rule(last="^broken", reply=fails_first(1, "Mended."))]
    text = workflow(one("a", "Broken {task}."))
    failed = place.do(text)
    place.teams.save("workflow", text.replace("Broken", "Changed"))

    assert step(place.resume(failed), "a").task == "Broken honey."


def test_a_run_that_is_done_is_not_resumed(place):
    run = place.do(workflow(one("a", "{task}")))

    with pytest.raises(RunStateError):
        place.teams.resume(run.id, OWNER)


@pytest.mark.parametrize(
    "inputs, told", [({}, "needs 'whom'"), ({"whom": "us", "who": "me"}, "has no input 'who'")]
)
def test_nothing_begins_with_inputs_that_do_not_fit(place, inputs, told):
    text = workflow(one("a", "{task} {whom}"), "inputs: {whom: {about: Whom.}}")

    with pytest.raises(WorkflowError, match=told):
        place.begin(text, inputs=inputs)
    assert place.teams.recent(OWNER) == ()
    assert place.model.requests == []


def test_nothing_begins_when_an_agent_has_gone_meanwhile(place):
    place.teams.save("workflow", workflow(one("a", "{task}")))
    place.registry.remove("writer")

    with pytest.raises(ContentError, match="step.*'a' agent: asks for the agent 'writer'"):
        place.teams.start("workflow", "honey", OWNER, definition="made-up")


def test_a_workflow_is_usable_again_as_soon_as_its_agent_is_back(place):
    writer = place.registry.named("writer")
    place.teams.save("workflow", workflow(one("a", "{task}")))
    place.registry.remove("writer")
    without = {one.name: one.problem for one in place.teams.definitions("workflow")}["made-up"]
    place.registry.register([writer])
    again = {one.name: one.problem for one in place.teams.definitions("workflow")}["made-up"]

    assert "asks for the agent 'writer', which nobody has" in without
    assert again == ""


def test_a_workflow_that_cannot_be_used_is_not_saved(place):
    with pytest.raises(ContentError, match="This definition, line 5, steps 'a' task: uses 'b'"):
        place.teams.save("workflow", workflow(one("a", "{task} {b}")))
    assert "made-up" not in [one.name for one in place.teams.definitions("workflow")]


def test_a_large_workflow_is_worked_through(place):
    """Forty steps: ten chains of four, which the last joins."""
    chains = "".join(
        one(f"s{chain}_{n}", "{task}" if n == 0 else f"{{s{chain}_{n - 1}}}")
        for chain in range(10)
        for n in range(4 if chain else 3)
    )
    ends = " ".join(f"{{s{chain}_{3 if chain else 2}}}" for chain in range(10))

    run = place.do(workflow(chains + one("end", ends)))

    assert len(run.delegations) == 40
    assert set(statuses(run).values()) == {"done"}


def test_the_status_of_the_system_tells_of_agents_and_workflows(place):
    place.model.rules = [Rule(last="^broken", reply=Reply(status=500))]
    place.do(workflow(one("a", "{task}") + one("b", "Broken {a}.", "may_fail: true")))
    place.do(workflow(one("a", "{task}")))

    status = json.loads(json.dumps(place.orchestrator.get_system_status()))

    assert (status["executions"], status["running"]) == (2, 0)
    made_up = next(one for one in status["workflows"] if one["name"] == "made-up")
    assert made_up == {
        "name": "made-up", "title": "Made up", "steps": 1, "executions": 2, "running": 0
    }  # fmt: skip
    writer = next(one for one in status["agents"] if one["name"] == "writer")
    assert (writer["calls"], writer["failures"], writer["success_rate"]) == (3, 1, 2 / 3)
    assert writer["p95_seconds"] >= writer["mean_seconds"] > 0
    assert writer["tokens"] > 0
    assert writer["capabilities"] == ["writing"]
    assert "author" in [one["name"] for one in status["agents"]]


def test_the_same_step_of_another_run_is_answered_from_the_cache(tmp_path, cache):
    text = workflow(one("a", "Name the capital city of {task}."))
    with open_workplace(tmp_path, [], cache) as place:
        first, second = (place.do(text, "France") for _ in range(2))

        assert (step(first, "a").source, step(second, "a").source) == ("model", "cache")
        assert first.result == second.result
        assert len(place.model.requests) == 1


def test_a_long_result_that_differs_in_its_end_is_not_taken_for_the_other(tmp_path, cache):
    sweet = "Honey is sweet.\n" * 60
    said = iter([f"{sweet}It is cheap.", f"{sweet}It is dear."])
    rules = [Rule(last="^find", reply=lambda _: Reply(next(said)))]
    text = workflow(one("a", "Find {task}.") + one("b", "Say whether it is cheap: {a}"))
    with open_workplace(tmp_path, rules, cache) as place:
        cheap, dear = place.do(text, "honey 1"), place.do(text, "honey 2")

        assert step(dear, "b").source == "model"
        assert "It is cheap." in cheap.result
        assert "It is dear." in dear.result


# What comes with Reprise


@pytest.mark.parametrize("path", SHIPPED_FILES, ids=lambda path: path.stem)
def test_a_shipped_workflow_is_named_as_its_file_and_its_agents_are_there(path, tmp_path):
    workflow = load(path, Registry(Roster.at(tmp_path).members))

    assert workflow.name == path.stem
    assert workflow.about


def test_the_default_workflow_comes_with_reprise():
    assert DEFAULT in [path.stem for path in SHIPPED_FILES]


@pytest.mark.parametrize(
    "verdict, result", [("YES", "The draft."), ("NO\nIt is too short.", "A better one.")]
)
def test_an_answer_is_written_anew_only_where_the_check_finds_a_fault(place, verdict, result):
    place.model.rules = [
        Rule(last="without these faults", reply=Reply("A better one.")),
        Rule(system="You check", reply=Reply(verdict)),
        Rule(last="bees", reply=Reply("The draft.")),
    ]

    live = place.teams.start("workflow", "Why do bees dance?", OWNER)

    assert ended(live).result == result
