"""A director and specialists at work: real store, event loop and HTTP, a scripted model."""

from __future__ import annotations

import time

import pytest

from agents.teams import jobs
from agents.teams.run import Run
from tests.agents.loops import WAIT_SECONDS
from tests.agents.teams.stage import OWNER, by_id, ended, of_role, open_stage
from tests.support.scripted_model import Reply, Rule

TASK = "Should a small bakery begin to sell online?"
TECHNICAL = Rule(system="technical expert", reply=Reply("Use a shop that exists."))
BUSINESS = Rule(system="business expert", reply=Reply("It costs a tenth of the sales."))
USERS = Rule(system="user experience expert", reply=Reply("People want to collect on Saturday."))
ANSWER = Rule(system="Write the answer to the task", reply=Reply("Yes, but small."))
SAYING = [TECHNICAL, BUSINESS, USERS, ANSWER]
OWN_TEAM = """\
name: own
title: Own team
director: {name: boss, title: Boss, prompt: You lead.}
specialists:
  - {name: one, title: One, prompt: You are the first.}
  - {name: two, title: Two, prompt: You are the second.}
"""


def chooses(*experts: str) -> Rule:
    asks = [{"expert": name, "task": f"What {name} means for it."} for name in experts]
    return Rule(schema="Asks", reply=Reply.json({"asks": asks}))


def fails(system: str) -> Rule:
    return Rule(system=system, reply=Reply("It burns.", status=500))


@pytest.fixture
def stage(tmp_path):
    with open_stage(tmp_path, [chooses("technical", "business"), *SAYING]) as opened:
        yield opened


def wait_until(true):
    end = time.monotonic() + WAIT_SECONDS
    while not true():
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(0.01)


def answered_by(run: Run) -> set[str]:
    return {one.agent for one in of_role(run, "work") if one.status == "done"}


def test_the_director_chooses_asks_and_puts_together(stage):
    run = stage.run("nested", TASK)

    assert (run.status, run.result, run.definition) == ("done", "Yes, but small.", "product")
    assert [(one.id, one.agent, one.role, one.needs) for one in run.delegations] == [
        ("choose", "director", "decompose", ()),
        ("technical", "technical", "work", ("choose",)),
        ("business", "business", "work", ("choose",)),
        ("answer", "director", "synthesise", ("technical", "business")),
    ]
    assert all(one.tokens and one.seconds is not None for one in run.delegations)


def test_a_specialist_is_told_the_task_its_part_and_the_context(stage):
    stage.run("nested", TASK, context="User: I bake bread.")

    told = next(text for text in stage.asked if "What technical means" in text)
    assert told == (
        f"Context:\nUser: I bake bread.\n\nTask: {TASK}\n\n"
        "Look at this: What technical means for it."
    )


def test_the_director_reads_what_was_said_before_the_task(stage):
    stage.run("nested", TASK)

    assert stage.asked[-1] == (
        "Context:\nTechnical expert:\nUse a shop that exists.\n\n"
        f"Business expert:\nIt costs a tenth of the sales.\n\nTask: {TASK}"
    )


def test_specialists_work_at_the_same_time(stage):
    held = [Rule(system=f"{who} expert", reply=Reply("Held.", hold_after=0))
            for who in ("technical", "business")]  # fmt: skip
    stage.model.rules[1:1] = held

    live = stage.start("nested", TASK)
    wait_until(lambda: len(stage.asked) == 3)  # the choice, and both before either has answered
    states = {one.id: one.status for one in live.view.delegations}
    stage.model.release()

    assert states == {"choose": "done", "technical": "running", "business": "running"}
    assert ended(live).status == "done"


@pytest.mark.parametrize(
    "choice",
    [
        chooses(),
        chooses("astrologer"),
        Rule(schema="Asks", reply=Reply("I would ask everybody.")),
        Rule(schema="Asks", reply=Reply("It burns.", status=500)),
    ],
    ids=["nobody", "nobody there is", "unreadable", "none"],
)
def test_where_the_choice_is_of_no_use_all_are_asked(stage, choice):
    stage.model.rules[0] = choice

    run = stage.run("nested", TASK)

    assert run.status == "done"
    assert answered_by(run) == {"technical", "business", "user-experience"}


def test_an_expert_that_is_named_twice_is_asked_once(stage):
    stage.model.rules[0] = chooses("technical", "technical", "astrologer")

    run = stage.run("nested", TASK)

    assert [one.id for one in run.delegations] == ["choose", "technical", "answer"]


def test_a_team_may_always_ask_all(stage):
    run = stage.run("nested", TASK, definition="decision")

    assert answered_by(run) == {"advocate", "critic", "realist"}
    assert not of_role(run, "decompose")


def test_with_a_weak_model_all_are_asked_and_nobody_chooses(tmp_path):
    with open_stage(tmp_path, SAYING, provider="embedded") as stage:
        run = stage.run("nested", TASK)

    assert answered_by(run) == {"technical", "business", "user-experience"}
    assert not of_role(run, "decompose")


def test_the_result_says_what_is_missing(stage):
    stage.model.rules.insert(0, fails("technical expert"))

    run = stage.run("nested", TASK)

    assert run.status == "done"
    assert by_id(run)["technical"].status == "failed"
    assert by_id(run)["answer"].needs == ("business",)
    assert run.result.startswith("Yes, but small.\n\n*Not part of this answer: Technical expert (")


def test_what_is_missing_is_said_in_the_language_of_the_task(stage):
    stage.model.rules.insert(0, fails("technical expert"))

    run = stage.run("nested", "Soll eine kleine Bäckerei online verkaufen?")

    assert "*Hier fehlt: Technical expert (" in run.result


def test_when_all_fail_the_run_fails_and_says_why(stage):
    stage.model.rules.insert(0, fails("expert of a team"))

    run = stage.run("nested", TASK)

    assert run.status == "failed"
    assert run.failure.message.startswith("Nobody in the team 'product' gave a result: ")
    assert run.failure.remedy
    assert not of_role(run, "synthesise")


def test_without_the_director_what_was_said_is_the_result(stage):
    stage.model.rules.insert(0, fails("Write the answer to the task"))

    run = stage.run("nested", TASK)

    assert run.status == "done"
    assert run.result.startswith("Technical expert:\nUse a shop that exists.\n\nBusiness expert:")
    assert "Not part of this answer: Director (" in run.result


def test_a_director_that_gives_no_answer_is_not_waited_for(stage):
    stage.teams.save("nested", f"{OWN_TEAM}asks: all\nlimits: {{seconds: 1}}\n")
    stage.model.rules.insert(0, Rule(system="You lead", reply=Reply("Never.", hold_after=0)))

    run = stage.run("nested", TASK, definition="own")

    assert run.status == "done"
    assert by_id(run)["answer"].failure.message == "Boss gave no answer within 1 s."
    assert run.result.startswith("One:\nYou said:")


def test_a_director_that_asks_on_and_on_is_ended_by_its_rounds(stage):
    stage.teams.save("nested", f"{OWN_TEAM}limits: {{rounds: 3, calls: 50}}\n")
    stage.model.rules[0] = chooses("one")

    run = stage.run("nested", TASK, definition="own")

    assert [one.id for one in run.delegations] == [
        "choose", "one", "choose-2", "one-2", "choose-3", "one-3", "answer"
    ]  # fmt: skip
    assert run.status == "done"


def test_a_director_that_asks_on_and_on_is_ended_by_its_calls(stage):
    stage.teams.save("nested", f"{OWN_TEAM}limits: {{rounds: 3, calls: 5}}\n")
    stage.model.rules[0] = chooses("one")

    run = stage.run("nested", TASK, definition="own")

    assert len(run.delegations) == len(stage.asked) == 5
    assert (run.delegations[-1].id, run.status) == ("answer", "done")


def test_the_director_asks_again_knowing_what_was_said(stage):
    stage.teams.save("nested", f"{OWN_TEAM}limits: {{rounds: 2}}\n")
    stage.model.rules[0] = chooses("one")

    stage.run("nested", TASK, definition="own")

    assert stage.asked[2].startswith("Context:\nOne:\nYou said: ")


def test_a_run_that_is_stopped_keeps_what_is_done_and_goes_on_from_there(stage):
    stage.model.rules.insert(1, Rule(system="business", reply=Reply("Held.", hold_after=0)))
    live = stage.start("nested", TASK)
    wait_until(lambda: (one := live.view.delegation("technical")) and one.status == "done")

    live.stop()
    run = ended(live)

    assert run.status == "stopped"
    assert {one.id: one.status for one in run.delegations} == {
        "choose": "done", "technical": "done", "business": "stopped"
    }  # fmt: skip
    asked = len(stage.asked)
    stage.model.release()
    resumed = ended(stage.teams.resume(run.id, OWNER))
    assert (resumed.status, resumed.result) == ("done", "Yes, but small.")
    assert len(stage.asked) == asked + 2  # the business expert, and the answer


def test_the_same_task_again_is_answered_by_the_cache(tmp_path, cache):
    with open_stage(tmp_path, [chooses("technical", "business"), *SAYING], cache) as stage:
        first = stage.run("nested", TASK)
        asked = len(stage.asked)
        again = stage.run("nested", TASK)

    assert {one.source for one in first.delegations} == {"model"}
    assert {one.source for one in again.delegations} == {"cache"}
    assert (again.result, again.tokens) == (first.result, 0)
    assert len(stage.asked) == asked


def test_every_job_is_static_so_that_a_model_reads_it_once(stage):
    stage.run("nested", TASK)
    first = sorted(request.system for request in stage.model.requests)
    stage.model.requests.clear()
    stage.run("nested", "How should a school teach chess?")

    assert sorted(request.system for request in stage.model.requests) == first
    assert any(jobs.CHOOSE in each for each in first)
