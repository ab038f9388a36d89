"""Tasks taken apart and put together: real store, event loop and HTTP, a scripted model."""

from __future__ import annotations

import random
import re

import pytest

from agents.teams.run import Run
from tests.agents.teams.stage import OWNER, by_id, ended, of_role, open_stage
from tests.support.scripted_model import Reply, Request, Rule

TASK = "Plan a summer party for 40 employees in Graz"
FOOD, PLACE, GAMES = "Plan the food for 40.", "Find a place in Graz.", "Plan games for 40."
TEAM = """\
name: own
title: Own team
planner: {{name: planner, title: Planner, prompt: You plan.}}
solver: {{name: solver, title: Solver, prompt: You solve.}}
limits: {{depth: {depth}, calls: {calls}, seconds: {seconds}}}
"""


def task_of(request: Request) -> str:
    """The task in what a member was told."""
    return request.last.rpartition("Task: ")[2]


def is_(complexity: str, last: str | None = None) -> Rule:
    return Rule(schema="Assessment", last=last, reply=Reply.json({"complexity": complexity}))


def parts(*tasks: str, last: str | None = None) -> Rule:
    return Rule(schema="Parts", last=last, reply=Reply.json({"parts": list(tasks)}))


def solves(request: Request) -> Reply:
    return Reply(f"Solved: {task_of(request)}")


SOLVES = Rule(last="", reply=solves)
ONCE_APART = [
    is_("complex", last=f"(^|Task: ){TASK}$"),
    is_("simple"),
    parts(FOOD, PLACE, GAMES),
    SOLVES,
]
DEEPLY_APART = [
    is_("complex"),
    Rule(
        schema="Parts",
        reply=lambda request: Reply.json(
            {"parts": [f"{task_of(request)} {half}" for half in ("half", "rest")]}
        ),
    ),
    SOLVES,
]


@pytest.fixture
def stage(tmp_path):
    with open_stage(tmp_path, ONCE_APART) as opened:
        yield opened


def own_team(stage, *, depth: int = 2, calls: int = 100, seconds: float = 60) -> None:
    stage.teams.save("recursive", TEAM.format(depth=depth, calls=calls, seconds=seconds))


def fails(last: str) -> Rule:
    return Rule(last=last, reply=Reply("It burns.", status=500))


def apart(run: Run, parent: str) -> list[str]:
    """The problems that one was taken apart into."""
    return [one.task for one in run.delegations if re.fullmatch(rf"{parent}\.\d", one.id)]


def test_a_complex_task_is_taken_apart_and_put_together(stage):
    run = stage.run("recursive", TASK)

    assert run.status == "done"
    shape = {one.id: (one.role, one.parent, one.depth) for one in run.delegations}
    assert shape == {
        "1": ("assess", "", 0),
        "1.split": ("decompose", "1", 0),
        "1.1": ("assess", "1", 1),
        "1.1.do": ("work", "1.1", 1),
        "1.2": ("assess", "1", 1),
        "1.2.do": ("work", "1.2", 1),
        "1.3": ("assess", "1", 1),
        "1.3.do": ("work", "1.3", 1),
        "1.all": ("synthesise", "1", 0),
    }
    assert by_id(run)["1.all"].needs == ("1.1.do", "1.2.do", "1.3.do")


def test_solutions_are_put_together_from_the_bottom_up(stage):
    stage.run("recursive", TASK)

    told = "\n\n".join(f"{part}\nSolved: {part}" for part in (FOOD, PLACE, GAMES))
    assert stage.asked[-1] == f"Context:\n{told}\n\nTask: {TASK}"


def test_a_part_is_solved_knowing_the_whole(stage):
    stage.run("recursive", TASK, context="User: No alcohol.")

    assert (
        f"Context:\nUser: No alcohol.\n\nThe whole of which this is a part: {TASK}\n\nTask: {FOOD}"
    ) in stage.asked
    assert stage.asked[-1].startswith(f"Context:\nUser: No alcohol.\n\n{FOOD}\nSolved: {FOOD}")


def test_a_simple_task_is_solved_at_once(stage):
    run = stage.run("recursive", "How long do eggs boil?")

    assert [(one.id, one.role) for one in run.delegations] == [("1", "assess"), ("1.do", "work")]
    assert run.result == "Solved: How long do eggs boil?"


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_nothing_is_taken_apart_deeper_than_the_team_may(stage, depth):
    own_team(stage, depth=depth)
    stage.model.rules = DEEPLY_APART

    run = stage.run("recursive", TASK, definition="own")

    assert run.status == "done"
    assert max(one.depth for one in run.delegations) == depth
    leaves = of_role(run, "work")
    assert len(leaves) == 2**depth
    assert {one.depth for one in leaves} == {depth}
    assert not [one for one in of_role(run, "assess") if one.depth == depth]


@pytest.mark.parametrize("calls", [4, 5, 6, 7, 11, 20])
def test_no_more_calls_are_made_than_the_team_may(stage, calls):
    own_team(stage, depth=4, calls=calls)
    stage.model.rules = DEEPLY_APART

    run = stage.run("recursive", TASK, definition="own")

    assert (run.status, run.result) == ("done", f"Solved: {TASK}")
    assert len(stage.asked) <= calls


@pytest.mark.parametrize(
    "decomposition",
    [
        parts(),
        parts(FOOD),
        parts(FOOD, "", "  "),
        parts(FOOD, f"{FOOD.upper()}"),
        parts(TASK, FOOD),
        parts(FOOD, "x" * 501),
        Rule(schema="Parts", reply=Reply("First the food, then the place.")),
        Rule(schema="Parts", reply=Reply("It burns.", status=500)),
    ],
    ids=["none", "one", "blank", "equal", "the task itself", "endless", "unreadable", "failed"],
)
def test_a_task_that_cannot_be_taken_apart_is_solved_as_it_is(stage, decomposition):
    stage.model.rules[2] = decomposition

    run = stage.run("recursive", TASK)

    assert (run.status, run.result) == ("done", f"Solved: {TASK}")
    assert [one.id for one in run.delegations] == ["1", "1.split", "1.do"]


def test_where_nobody_can_tell_how_complex_it_is_it_is_taken_apart(stage):
    stage.model.rules.insert(
        0, Rule(schema="Assessment", last=f"^{TASK}", reply=Reply("Very complex indeed."))
    )

    run = stage.run("recursive", TASK)

    assert by_id(run)["1"].status == "failed"
    assert apart(run, "1") == [FOOD, PLACE, GAMES]
    assert run.status == "done"


def test_more_than_four_parts_are_not_taken(stage):
    stage.model.rules[2] = parts(*(f"Do the part {n} of it." for n in range(9)))

    run = stage.run("recursive", TASK)

    assert len(apart(run, "1")) in (0, 4)
    assert run.status == "done"


def test_equal_problems_are_solved_once(stage):
    stage.model.rules[2] = parts(FOOD, PLACE, FOOD.upper())

    run = stage.run("recursive", TASK)

    same = by_id(run)["1.3"]
    assert (same.source, same.needs, same.tokens) == ("same", ("1.1.do",), 0)
    assert same.result == by_id(run)["1.1.do"].result == f"Solved: {FOOD}"
    assert sum(task.endswith(FOOD) and "whole" in task for task in stage.asked) == 2  # and assessed


@pytest.mark.parametrize("seed", range(6))
def test_problems_that_come_up_everywhere_never_wait_for_each_other(stage, seed):
    own_team(stage, depth=4, calls=200)
    chance = random.Random(seed)  # noqa: S311 - no secret
    pool = [f"The problem {letter}." for letter in "abcdef"]
    stage.model.rules = [
        is_("complex"),
        Rule(schema="Parts", reply=lambda _: Reply.json({"parts": chance.choices(pool, k=3)})),
        SOLVES,
    ]

    run = stage.run("recursive", TASK, definition="own")

    assert run.status == "done"
    assert {one.status for one in run.delegations} == {"done"}


def test_a_problem_is_never_a_part_of_itself(stage):
    own_team(stage, depth=4)
    stage.model.rules = [is_("complex"), parts(TASK, FOOD, PLACE), SOLVES]

    run = stage.run("recursive", TASK, definition="own")

    assert apart(run, "1") == [FOOD, PLACE]
    assert apart(run, r"1\.1") == []  # of the food, only the place would be left


def test_the_result_says_which_part_is_missing(stage):
    stage.model.rules.insert(1, Rule(last=f"Task: {PLACE}$", reply=Reply(status=500)))
    stage.model.rules.insert(1, is_("simple", last=f"Task: {PLACE}$"))

    run = stage.run("recursive", TASK)

    assert by_id(run)["1.2.do"].status == "failed"
    assert by_id(run)["1.all"].needs == ("1.1.do", "1.3.do")
    assert run.result == f"Solved: {TASK}\n\n*Not part of this answer: {PLACE}*"


def test_when_all_parts_fail_the_task_is_solved_as_it_is(stage):
    stage.model.rules.insert(0, fails("The whole of which"))

    run = stage.run("recursive", TASK)

    assert (run.status, run.result) == ("done", f"Solved: {TASK}")
    assert by_id(run)["1.do"].status == "done"


def test_when_all_fails_the_run_fails_and_says_why(stage):
    stage.model.rules.insert(0, Rule(when=lambda _: True, reply=Reply("It burns.", status=500)))

    run = stage.run("recursive", TASK)

    assert run.status == "failed"
    assert run.failure.message.startswith("Nobody in the team 'divide' gave a result: ")
    assert run.failure.remedy


def test_a_part_that_is_never_solved_is_not_waited_for(stage):
    own_team(stage, depth=1, seconds=1)
    stage.model.rules.insert(0, Rule(last=f"Task: {PLACE}$", reply=Reply("No.", hold_after=0)))

    run = stage.run("recursive", TASK, definition="own")

    assert by_id(run)["1.2"].failure.message == "Solver gave no answer within 1 s."
    assert run.result.endswith(f"*Not part of this answer: {PLACE}*")


def test_a_run_that_failed_goes_on_without_doing_again_what_is_done(stage):
    stage.model.rules.insert(0, fails(f"Task: {TASK}$"))  # the putting together
    broken = Rule(schema=None, last=f"^{TASK}$", reply=Reply(status=500))
    stage.model.rules.insert(0, broken)
    run = stage.run("recursive", TASK)
    assert run.status == "failed"
    asked = len(stage.asked)
    del stage.model.rules[:2]

    resumed = ended(stage.teams.resume(run.id, OWNER))

    assert (resumed.status, resumed.result) == ("done", f"Solved: {TASK}")
    assert stage.asked[asked:] == [stage.asked[-1]]


def test_equal_tasks_of_two_runs_are_answered_by_the_cache(tmp_path, cache):
    with open_stage(tmp_path, ONCE_APART, cache) as stage:
        stage.run("recursive", TASK)
        asked = len(stage.asked)
        again = stage.run("recursive", TASK)

    assert {one.source for one in again.delegations} == {"cache"}
    assert len(stage.asked) == asked
