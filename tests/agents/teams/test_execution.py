"""Whatever a workflow looks like and whichever of its steps fail: what must hold of every run."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

from hypothesis import given
from hypothesis import strategies as st

from agents.errors import ModelError, WorkflowError
from agents.teams.conditions import Joined, Test
from agents.teams.desk import Said
from agents.teams.execution import Execution
from agents.teams.member import Member, Message
from agents.teams.placeholders import TaskTemplate
from agents.teams.recording import Recorder
from agents.teams.registry import Registry
from agents.teams.run import Delegation, Run
from agents.teams.workflow import Step, Workflow

WRITER = Member("writer", "Writer", "You write.")
NAMES = "abcdefg"


@dataclass
class Bench:
    """Stands in for the desk: answers at once with the step's name, or fails."""

    failing: frozenset[str]
    recorder: Recorder
    asked: list[str] = field(default_factory=list)

    async def ask(self, member: Member, message: Message, **_: object) -> Said:
        name = message.task.partition(":")[0]
        self.asked.append(name)
        ended = {one.id for one in self.recorder.run.delegations if one.status not in UNENDED}
        assert set(self.recorder.run.delegation(name).needs) <= ended, "it was asked too early"
        await asyncio.sleep(0)
        if name in self.failing:
            raise ModelError("The script says so.", kind="server")
        return Said(None, f"{name} yes", "model", 1)


UNENDED = {"waiting", "running"}


@st.composite
def workflows(draw: st.DrawFn) -> Workflow:
    steps: list[Step] = []
    for name in NAMES[: draw(st.integers(1, len(NAMES)))]:
        earlier = [step.id for step in steps]
        some = (
            st.lists(st.sampled_from(earlier), unique=True, max_size=3) if earlier else st.just([])
        )
        used, after = draw(some), draw(some)
        task = TaskTemplate(" ".join([f"{name}: {{task}}", *(f"{{{one}}}" for one in used)]))
        may_fail = draw(st.booleans())
        when = draw(conditions(steps)) if earlier and draw(st.booleans()) else None
        steps.append(Step(name, task, "writer", after=(*after,), when=when, may_fail=may_fail))
    return Workflow("drawn", "Drawn", tuple(draw(st.permutations(steps))))


def conditions(steps: list[Step]) -> st.SearchStrategy[Test | Joined]:
    looks = st.sampled_from([step.id for step in steps]).flatmap(
        lambda of: st.sampled_from(
            [Test(of, "contains", ("yes",)), Test(of, "status", ("done",)), Test(of, "is", ("no",))]
        )
    )
    can_fail = [step.id for step in steps if step.may_fail]
    if can_fail:
        looks |= st.sampled_from(can_fail).map(lambda of: Test(of, "status", ("failed",)))
    return st.one_of(looks, st.builds(lambda look: Joined("not", (look,)), looks))


def worked(
    workflow: Workflow, failing: frozenset[str], done: tuple[Delegation, ...] = ()
) -> tuple[Run, list[str], WorkflowError | None]:
    """The run, who was asked in which order, and why the run failed."""

    async def keep(_run: Run, _delegation: Delegation) -> None: ...

    run = Run("r", "me", "workflow", "honey", workflow.name, 0.0, delegations=done)
    recorder = Recorder(run, keep)
    bench = Bench(failing, recorder)
    registry = Registry()
    registry.register([WRITER])
    try:
        asyncio.run(Execution(workflow, {}, registry, recorder, bench).result())
    except WorkflowError as error:
        return recorder.run, bench.asked, error
    return recorder.run, bench.asked, None


FAILING = st.frozensets(st.sampled_from(NAMES), max_size=3)


@given(workflows(), FAILING)
def test_every_step_ends_and_is_asked_once_at_most(workflow, failing):
    run, asked, _ = worked(workflow, failing)

    assert sorted(one.id for one in run.delegations) == sorted(workflow.needs)
    assert not UNENDED & {one.status for one in run.delegations}
    assert len(asked) == len(set(asked))
    for one in run.delegations:
        assert (one.id in asked) == (one.status in ("done", "failed"))
        assert (one.status == "failed") == (one.id in asked and one.id in failing)
        assert bool(one.note) == (one.status == "skipped")


@given(workflows(), FAILING)
def test_a_run_fails_where_a_step_does_that_must_not_or_nothing_is_left(workflow, failing):
    run, _, error = worked(workflow, failing)

    status = {one.id: one.status for one in run.delegations}
    needed = [step.id for step in workflow.steps if not step.may_fail]
    is_lost = any(status[name] == "failed" for name in needed)
    is_empty = all(status[step.id] != "done" for step in workflow.last)
    assert (error is not None) == (is_lost or is_empty)


@given(workflows(), FAILING)
def test_after_a_failure_that_must_not_be_nothing_that_needs_it_is_done(workflow, failing):
    run, _, _ = worked(workflow, failing)

    lost = {one.id for one in run.delegations if one.status == "failed"}
    lost -= {step.id for step in workflow.steps if step.may_fail}
    for step in workflow.order:
        if lost.intersection(workflow.needs[step.id]):
            assert run.delegation(step.id).status == "skipped"
            lost.add(step.id)


@given(workflows(), FAILING)
def test_resumed_when_all_is_well_it_ends_as_if_nothing_that_is_done_had_been_missing(
    workflow, failing
):
    run, before, _ = worked(workflow, failing)
    done = tuple(one for one in run.delegations if one.status == "done")
    resumed, asked, _ = worked(workflow, frozenset(), done)

    assert not set(asked) & {one.id for one in done}
    assert not any(one.status == "failed" for one in resumed.delegations)
    assert all(resumed.delegation(one.id) == one for one in done)
    assert set(before) & failing <= set(asked) | {
        one.id for one in resumed.delegations if one.status == "skipped"
    }


@given(workflows())
def test_a_run_is_the_same_however_the_file_orders_the_steps(workflow):
    one, _, _ = worked(workflow, frozenset())
    turned, _, _ = worked(replace(workflow, steps=workflow.steps[::-1]), frozenset())

    assert {d.id: (d.status, d.task) for d in one.delegations} == {
        d.id: (d.status, d.task) for d in turned.delegations
    }
