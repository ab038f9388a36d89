"""Workflows in files: any text is a workflow that can run, or refused with what to do about it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from agents.errors import ContentError, WorkflowError
from agents.teams.conditions import Joined, Test
from agents.teams.member import Member
from agents.teams.registry import Registry
from agents.teams.workflow import Workflow
from agents.teams.workflow_file import parse

FILE = Path("launch.yml")
WHOLE = """\
name: launch
title: Plan a launch
inputs:
  audience: {about: Who it is for.}
  tone: {default: friendly}
agents:
  - {name: critic, title: Critic, prompt: You find faults., capabilities: [review]}
steps:
  - id: report
    title: The report
    agent: writer
    task: Write about {task} for {audience}, {tone}, with {facts} and {faults}.
  - id: facts
    capability: research
    task: "What is known of {task}? {context}"
    seconds: 30
    retries: 2
    may_fail: true
  - id: faults
    capability: review
    task: Find faults in {facts}.
    after: [facts]
    when:
      all:
        - {of: facts, status: done}
        - not: {of: facts, contains: [nothing, none]}
        - {of: audience, is: experts}
"""


@pytest.fixture
def registry() -> Registry:
    made = Registry()
    made.register(
        [
            Member("writer", "Writer", "You write.", ("writing",)),
            Member("finder", "Finder", "You find.", ("research",)),
        ]
    )
    return made


def changed(path: str, value: object) -> str:
    """The whole workflow with one thing in it changed; None takes it out."""
    content = yaml.safe_load(WHOLE)
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    inside = content
    for part in way:
        inside = inside[part]
    if value is None:
        del inside[last]
    else:
        inside[last] = value
    return yaml.safe_dump(content, sort_keys=False)


def refused(text: str, registry: Registry) -> str:
    with pytest.raises(ContentError) as caught:
        parse(text, FILE, registry)
    assert caught.value.remedy
    return str(caught.value)


def test_a_whole_workflow(registry):
    read = parse(WHOLE, FILE, registry)

    assert [step.id for step in read.order] == ["facts", "faults", "report"]
    assert read.needs == {"report": ("facts", "faults"), "facts": (), "faults": ("facts",)}
    assert [step.id for step in read.last] == ["report"]
    facts = read.step("facts")
    assert (facts.seconds, facts.retries, facts.may_fail) == (30.0, 2, True)
    assert read.step("faults").when == Joined(
        "all",
        (
            Test("facts", "status", ("done",)),
            Joined("not", (Test("facts", "contains", ("nothing", "none")),)),
            Test("audience", "is", ("experts",)),
        ),
    )


@pytest.mark.parametrize(
    "path, value, told",
    [
        ("steps.0.task", "{task} {fakts}", "line 18, steps 'report' task: uses 'fakts'"),
        ("steps.0.task", "{task} {", "steps 'report' task: has a brace that holds no name"),
        ("steps.0.task", None, "steps 'report' task: is missing. Add it."),
        ("steps.0.agent", "righter", "steps 'report' agent: asks for the agent 'righter'"),
        ("steps.0.agent", None, "steps 'report': names no agent"),
        ("steps.0.capability", "writing", "steps 'report': names both"),
        ("steps.1.capability", "singing", "capability 'singing', which nobody has"),
        ("steps.1.task", "{task} {report}", "waits for itself: report needs facts needs report"),
        ("steps.1.task", "{task} {facts}", "waits for itself: facts needs facts"),
        ("steps.1.id", "report", "uses the name 'report' twice"),
        ("steps.1.id", "audience", "uses the name 'audience' twice"),
        ("steps.1.id", "task", "uses the name 'task' twice"),
        ("steps.1.id", "The facts", "steps 'The facts' id: cannot be used"),
        ("steps.1.retries", 100, "steps 'facts' retries: cannot be used"),
        ("steps.1.seconds", 0, "steps 'facts' seconds: cannot be used"),
        ("steps.2.after", ["audience"], "uses 'audience' in 'after', which is not there"),
        ("steps.2.when", {"of": "facts"}, "steps 'faults' when: is no condition"),
        ("steps.2.when", {"of": "facts", "is": "a", "above": 1}, "is no condition"),
        ("steps.2.when", {"all": []}, "steps 'faults' when all: cannot be used"),
        ("steps.2.when", {"of": "task", "status": "done"}, "the status of 'task', which is no"),
        ("steps.2.when", {"of": "fakts", "is": "a"}, "uses 'fakts' in 'when'"),
        ("steps.2.when", "import os", "steps 'faults' when: has no entries"),
        ("steps.2.when", {"not": {"not": {"of": "x"}}}, "steps 'faults' when not not: is no cond"),
        ("agents.0.prompt", None, "agents 1 prompt: is missing"),
        ("result", "end", "result: takes its result from 'end', which is no step"),
        ("steps", [], "steps: cannot be used"),
        ("title", None, "title: is missing"),
        ("colour", "red", "colour: is not known here"),
        ("name", "../etc/passwd", "name: cannot be used"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_what_to_do(path, value, told, registry):
    assert told in refused(changed(path, value), registry)


def test_asking_whether_a_step_failed_after_which_nothing_goes_on_is_refused(registry):
    text = WHOLE.replace("    may_fail: true\n", "").replace("status: done", "status: failed")

    assert "Add 'may_fail: true' to 'facts'." in refused(text, registry)


def test_a_workflow_that_does_not_look_at_the_task_is_refused(registry):
    assert "never uses the user's task" in refused(WHOLE.replace("{task}", "it"), registry)


def test_two_agents_of_one_name_are_refused(registry):
    twice = WHOLE.replace("agents:\n", "agents:\n  - {name: critic, title: C, prompt: You.}\n")

    assert "uses the name 'critic' twice" in refused(twice, registry)


def test_inputs_are_what_was_given_or_their_default():
    workflow = parse(WHOLE, FILE)

    given = {"audience": "experts", "tone": "friendly"}
    assert workflow.given({"audience": "experts", "tone": " "}) == given


@pytest.mark.parametrize(
    "inputs, told",
    [
        ({}, "needs 'audience', which was not given. Give it: Who it is for."),
        ({"audience": "  "}, "needs 'audience'"),
        ({"audience": "us", "colour": "red"}, "has no input 'colour'. Leave it out"),
        ({"audience": "x" * 8_001}, "was given 8,001 characters as 'audience'"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(inputs, told):
    with pytest.raises(WorkflowError) as caught:
        parse(WHOLE, FILE).given(inputs)
    assert told in str(caught.value)


def test_the_last_steps_are_those_that_no_other_uses():
    text = changed("steps.0.task", "Write about {task}.")

    assert [step.id for step in parse(text, FILE).last] == ["report", "faults"]


@pytest.mark.parametrize(
    "written, read", [("facts", ("facts",)), ("[report, facts]", ("report", "facts")), ("[]", ())]
)
def test_a_result_is_of_a_step_or_of_the_first_that_was_done(written, read):
    assert parse(f"{WHOLE}result: {written}", FILE).result == read


IDS = st.sampled_from(["a", "b", "c", "task", "context", "audience", "x y", ""])
TESTS = st.fixed_dictionaries(
    {},
    optional={
        "of": IDS,
        "is": st.text(max_size=3),
        "contains": st.lists(st.text(max_size=3), max_size=2),
        "above": st.floats(width=16) | st.text(max_size=2),
        "status": st.sampled_from(["done", "failed", "gone"]),
    },
)
WHENS = st.recursive(
    TESTS, lambda of: st.fixed_dictionaries({}, optional={"not": of, "all": st.lists(of)})
)
STEPS = st.fixed_dictionaries(
    {"id": IDS, "task": st.lists(IDS.map("{{{}}}".format), max_size=3).map(" ".join) | st.text()},
    optional={
        "agent": st.sampled_from(["writer", "nobody"]),
        "capability": st.sampled_from(["research", "magic"]),
        "after": st.lists(IDS, max_size=2),
        "when": WHENS,
        "seconds": st.floats() | st.text(max_size=2),
        "retries": st.integers(),
        "may_fail": st.booleans(),
    },
)
WORKFLOWS = st.fixed_dictionaries(
    {
        "name": st.just("made-up"),
        "title": st.just("Made up"),
        "steps": st.lists(STEPS, max_size=5) | st.text(),
    },
    optional={"inputs": st.dictionaries(IDS, st.none()), "result": IDS, "agents": st.lists(WHENS)},
)


def valid(text: str, registry: Registry | None = None) -> Workflow | None:
    with suppress(ContentError):
        return parse(text, FILE, registry)
    return None


@given(WORKFLOWS)
def test_whatever_is_written_is_a_workflow_that_can_run_or_an_error_of_ours(content):
    workflow = valid(yaml.safe_dump(content, sort_keys=False))

    if workflow is not None:
        seen: set[str] = set()
        for step in workflow.order:
            assert set(workflow.needs[step.id]) <= seen
            seen.add(step.id)
        inputs = (one.name for one in workflow.inputs)
        known = dict.fromkeys([*seen, *inputs, "task", "context"], "")
        assert all(isinstance(step.task.filled(known), str) for step in workflow.steps)
        assert workflow.last


@given(st.text() | st.text("{}[]:,-& *'\"#|>\n abc"))
def test_any_text_is_a_workflow_or_an_error_of_ours(text):
    assert valid(text) is None or "task" in text


@given(st.data())
def test_a_workflow_with_a_piece_cut_out_is_one_or_an_error_of_ours(data):
    begin = data.draw(st.integers(0, len(WHOLE)))
    end = data.draw(st.integers(begin, len(WHOLE)))

    workflow = valid(WHOLE[:begin] + WHOLE[end:])
    assert workflow is None or workflow.order
