"""The Teams page, without a browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from agents.teams.opening import DATABASE_FILE
from agents.teams.run import Kind, Run
from agents.teams.store import RunStore, ended
from pages.parts import session
from pages.parts.teams import current
from pages.parts.teams.drafts import drafts
from tests.pages import runs
from tests.pages.conftest import PATIENCE, shown, wait_for
from tests.support.scripted_model import ScriptedModel

App = Callable[..., AppTest]
TEAMS = "../teams.py"


def page(at: AppTest, tab: str = current.TASK, run: str = "") -> AppTest:
    """The page with one of its tabs open."""
    at.switch_page(TEAMS)
    if run:
        at.query_params[current.PARAMETER] = run
    at.session_state[current.TAB] = tab
    return at.run()


def editor(at: AppTest, kind: Kind = "nested") -> AppTest:
    """The page's editor, for definitions of a kind."""
    at.session_state["team-kind"] = kind
    return page(at, current.EDIT)


def told(at: AppTest) -> str:
    """All that stands on the page, to be searched in."""
    boxes = (*at.markdown, *at.text, *at.caption, *at.error, *at.warning, *at.info, *at.code)
    return "\n".join(shown(each.value) for each in boxes)


def figures(at: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in at.main.metric}


def keys(at: AppTest) -> set[str]:
    return {button.key for button in at.main.button}


def in_address(at: AppTest) -> str:
    """Id of the run in the address."""
    value = at.query_params[current.PARAMETER]
    return value[0] if isinstance(value, list) else value


def done(task: str, kind: Kind = "nested", **more: str) -> Run:
    """A run that was begun and has ended."""
    live = session.runtime().teams.start(kind, task, "local", **more)
    assert live.wait(PATIENCE)
    return live.view


def interrupted(home: Path) -> Run:
    """A run that a killed process has left, with the advocate's part done."""
    task = "Half done"
    part = replace(runs.nested().delegations[0], id="advocate", agent="advocate", task=task)
    cut = replace(runs.live(), task=task, definition="decision", delegations=(part,))
    run = ended(cut, "interrupted", at=runs.BEGAN + 3)
    store = RunStore.open(home / DATABASE_FILE)
    store.put(run)
    store.close()
    return run


# A new task


def test_each_kind_is_explained_with_its_teams_and_a_task_to_begin_with(app: App) -> None:
    at = page(app())
    assert not at.exception
    assert "Specialists look at the task side by side" in told(at)
    assert at.selectbox("team-chosen-nested").value == "product"
    at.button("team-example-0").click().run()
    assert at.text_area("team-words").value == "Should a small bakery take orders online?"
    at.session_state["team-kind"] = "recursive"
    assert "split into parts" in told(at.run())


def test_without_a_task_it_asks_for_one_and_begins_nothing(app: App) -> None:
    at = page(app())
    at.button("start-run").click().run()
    assert "Say first what the team is to do." in told(at)
    assert session.runtime().teams.recent("local") == ()


def test_a_task_is_worked_on_and_its_result_stands_on_the_page(app: App) -> None:
    at = page(app())
    at.text_area("team-words").set_value("Should the shop open on Sundays?")
    at.button("start-run").click().run()
    run_id = in_address(at)
    live = session.runtime().teams.live(run_id, "local")
    assert live is None or live.wait(PATIENCE)
    at.run()
    assert not at.exception
    assert "Begin small" in told(at)
    assert figures(at)["Model calls"] == "5"
    assert {"run-again", "new-task"} <= keys(at)
    assert "stop-run" not in keys(at)
    assert "![" not in "".join(each.value for each in at.markdown)


def test_a_run_that_goes_on_is_shown_as_far_as_it_is_and_can_be_stopped(app: App) -> None:
    app()
    live = session.runtime().teams.start("nested", "Something held", "local")
    wait_for(lambda: any(one.status == "running" for one in live.view.delegations[1:]))
    at = page(app(), run=live.id)
    assert "at work" in told(at)
    at.button("stop-run").click().run()
    assert live.wait(PATIENCE)
    at.run()
    assert "You stopped it before it had a result." in told(at)
    assert "resume-run" in keys(at)


def test_a_workflow_asks_for_what_it_needs_and_says_what_is_missing(app: App) -> None:
    at = app()
    at.session_state["team-kind"] = "workflow"
    at = page(at)
    at.selectbox("team-chosen-workflow").set_value("compare-two").run()
    at.text_area("team-words").set_value("Where should we live?")
    at.text_input("input-workflow-compare-two-first").set_value("in the city")
    at.button("start-run").click().run()
    assert "needs 'second', which was not given" in told(at)
    assert at.text_area("team-words").value == "Where should we live?"
    at.text_input("input-workflow-compare-two-second").set_value("in the country")
    at.button("start-run").click().run()
    assert at.query_params[current.PARAMETER]


# One run


def test_a_part_that_failed_is_told_with_its_reason_and_the_result_stays(app: App) -> None:
    app()
    run = done("Judge it without business")
    at = page(app(), run=run.id)
    assert "1 of 5 parts failed; the result does without." in told(at)
    assert "Business expert" in told(at)
    assert "Begin small" in told(at)


def test_a_run_in_which_nobody_answers_says_what_to_do(app: App) -> None:
    app()
    run = done("Something for nobody")
    at = page(app(), run=run.id)
    assert run.failure is not None
    assert run.failure.message in told(at)
    assert run.failure.remedy in told(at)
    assert "resume-run" in keys(at)


def test_a_run_of_somebody_else_or_of_nobody_is_not_shown(app: App) -> None:
    app()
    other = session.runtime().teams.start("nested", "A secret", "somebody-else")
    assert other.wait(PATIENCE)
    for run_id in (other.id, "there-is-none"):
        at = page(app(), run=run_id)
        assert "This run does not exist here." in told(at)
        assert "A secret" not in told(at)
        at.button("new-task").click().run()
        assert "start-run" in keys(at)


def test_an_interrupted_run_goes_on_from_what_is_done(
    app: App, home: Path, model: ScriptedModel
) -> None:
    app()
    run = interrupted(home)
    at = page(app(), run=run.id)
    assert "The server ended before the run did." in told(at)
    asked = len(model.requests)
    at.button("resume-run").click().run()
    live = session.runtime().teams.live(run.id, "local")
    assert live is None or live.wait(PATIENCE)
    assert "Begin small" in told(at.run())
    systems = [request.system for request in model.requests[asked:]]
    assert not any("You argue for it" in system for system in systems)


def test_the_same_task_is_run_again_as_a_run_of_its_own(app: App) -> None:
    app()
    run = done("Should the museum be free?")
    at = page(app(), run=run.id)
    at.button("run-again").click().run()
    assert in_address(at) != run.id
    assert len(session.runtime().teams.recent("local")) == 2


def test_a_recursive_run_shows_its_parts(app: App) -> None:
    app()
    run = done("Plan a summer party", "recursive")
    said = told(page(app(), run=run.id))
    assert "Parts of parts" in said
    assert "Begin small" in said


def test_what_a_user_wrote_is_drawn_to_the_letter(app: App) -> None:
    app()
    task = "<b>bold</b> **strong** :material/home: $x$ ![p](http://tracker.example/p.png)"
    run = done(task)
    at = page(app(), run=run.id)
    assert task in {each.value for each in at.text}
    assert not any("<b>bold" in each.value for each in at.markdown)


# Past runs


def test_without_a_run_it_says_what_will_stand_there(app: App) -> None:
    assert "No team has worked for you yet." in told(page(app(), current.PAST))


def test_past_runs_are_listed_opened_and_narrowed_by_kind(app: App) -> None:
    app()
    first, second = done("The first task"), done("Plan the second one", "recursive")
    at = page(app(), current.PAST)
    assert {f"open-run-{first.id}", f"open-run-{second.id}"} <= keys(at)
    at.segmented_control("runs-kind").set_value("recursive").run()
    assert f"open-run-{first.id}" not in keys(at)
    at.button(f"open-run-{second.id}").click().run()
    assert in_address(at) == second.id
    assert at.session_state[current.TAB] == current.TASK


# Editing


def test_a_definition_stands_in_the_editor_and_what_it_does_beside_it(app: App) -> None:
    at = editor(app(), "workflow")
    assert not at.exception
    assert "name: answer-and-check" in str(
        at.text_area("definition-workflow-answer-and-check").value
    )
    assert "It can be used" in told(at)
    assert "3 steps" in told(at)


def test_a_mistake_is_told_with_its_line_and_remedy_and_nothing_typed_is_lost(app: App) -> None:
    at = editor(app(), "workflow")
    field = at.text_area("definition-workflow-answer-and-check")
    typed = str(field.value).replace("agent: checker", "agent: nobody-there")
    field.set_value(typed).run()
    line = typed.split("\n").index("    agent: nobody-there") + 1
    assert f"line {line}" in told(at)
    assert "which nobody has" in told(at)
    assert f"▸ {line}" in told(at)
    at.button("save-definition").click().run()
    assert at.text_area("definition-workflow-answer-and-check").value == typed
    page(at, current.PAST)
    again = editor(app(), "workflow")
    assert again.text_area("definition-workflow-answer-and-check").value == typed
    assert "Not saved yet" in told(again)
    again.button("discard-definition").click().run()
    assert "nobody-there" not in str(again.text_area("definition-workflow-answer-and-check").value)


def test_what_is_saved_is_the_users_own_and_its_removal_brings_the_other_back(app: App) -> None:
    at = editor(app())
    field = at.text_area("definition-nested-product")
    field.set_value(str(field.value).replace("title: Product team", "title: Our team")).run()
    at.button("save-definition").click().run()
    assert not at.exception
    own = next(d for d in session.runtime().teams.definitions("nested") if d.name == "product")
    assert (own.title, own.own) == ("Our team", True)
    assert drafts().of(("local", "nested", "product")) is None
    assert "remove-definition" in keys(at)


def test_a_new_one_is_begun_from_a_whole_one_and_needs_a_name_of_its_own(app: App) -> None:
    at = editor(app())
    at.selectbox("definition-chosen-nested").set_value("").run()
    field = at.text_area("definition-nested-new")
    assert "name: my-own" in str(field.value)
    assert "It can be used" in told(at)
    field.set_value(str(field.value).replace("name: my-own", "name: product")).run()
    assert "has the name product already" in told(at)


@pytest.mark.parametrize("kind", ["nested", "recursive", "workflow"])
def test_an_empty_definition_is_refused_in_a_sentence(app: App, kind: Kind) -> None:
    at = editor(app(), kind)
    (field,) = at.main.text_area
    field.set_value("").run()
    assert not at.exception
    assert at.error
