"""The Teams page as its user sees it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import Chat, Server
from tests.support.scripted_model import ScriptedModel

pytestmark = pytest.mark.browser

TELEPHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


class Teams:
    """The page, and what is on it."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self.page = chat.page

    def open(self, address: str = "/teams") -> Teams:
        self.chat.open(address)
        return self

    def begin(self, task: str) -> None:
        """Write a task and start."""
        self.field("team-words").fill(task)
        self.button("start-run").click()
        expect(self.page).to_have_url(re.compile(r"run=\w{32}"))

    def finish(self, task: str) -> None:
        """Begin a task and wait for its result."""
        self.begin(task)
        expect(self.result).to_be_visible()

    def field(self, key: str) -> Locator:
        return self.page.locator(f".st-key-{key} textarea, .st-key-{key} input").first

    def button(self, key: str) -> Locator:
        # A button with a hint has a hidden twin, for telephones.
        return self.page.locator(f".st-key-{key} button").first

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name).click()

    @property
    def result(self) -> Locator:
        return self.page.locator(".st-key-team-result-text")

    @property
    def bars(self) -> Locator:
        return self.page.locator(".st-key-waterfall .rows .fall")

    @property
    def boxes(self) -> Locator:
        return self.page.locator(".st-key-topology .box")

    @property
    def figures(self) -> Locator:
        return self.page.locator(".st-key-team-figures")


@pytest.fixture
def teams(chat: Chat) -> Teams:
    """The page, once model and cache are there."""
    return Teams(chat.start())


def test_a_task_is_watched_while_specialists_work_and_its_result_appears(
    teams: Teams, model: ScriptedModel
) -> None:
    teams.open()
    teams.begin("Should the shop stay open, held for a while?")
    expect(teams.page.locator(".st-key-team-progress")).to_contain_text("are at work")
    expect(teams.boxes).to_have_count(4)
    expect(teams.bars.filter(has=teams.page.locator(".bar.running"))).to_have_count(3)
    time_shown = teams.figures.get_by_test_id("stMetricValue").first.inner_text()
    expect(teams.figures.get_by_test_id("stMetricValue").first).not_to_have_text(time_shown)
    model.release()
    expect(teams.result).to_contain_text("Begin small")
    expect(teams.boxes).to_have_count(5)
    expect(teams.page.locator(".st-key-stop-run")).to_have_count(0)


def test_a_part_opened_while_the_team_works_stays_open(teams: Teams, model: ScriptedModel) -> None:
    teams.open()
    teams.begin("Something else that is held for a while")
    steps = teams.page.locator(".st-key-team-steps details")
    expect(steps).to_have_count(4)
    steps.nth(1).locator("summary").click()
    expect(steps.nth(1)).to_have_attribute("open", "")
    teams.page.wait_for_timeout(2_500)
    expect(steps.nth(1)).to_have_attribute("open", "")
    model.release()
    expect(teams.result).to_be_visible()


def test_a_run_survives_reload_another_page_and_a_second_tab(
    teams: Teams, model: ScriptedModel
) -> None:
    teams.open()
    teams.begin("A third thing that is held for a while")
    address = teams.page.url
    teams.page.reload()
    expect(teams.page.locator(".st-key-team-progress")).to_contain_text("at work")
    teams.chat.link("Cache").click()
    expect(teams.page.get_by_role("heading", name="Cache")).to_be_visible()
    teams.chat.link("Teams").click()
    expect(teams.page.locator(".st-key-team-progress")).to_contain_text("at work")
    second = teams.page.context.new_page()
    second.goto(address)
    expect(second.locator(".st-key-team-progress")).to_contain_text("at work")
    model.release()
    expect(second.locator(".st-key-team-result-text")).to_contain_text("Begin small")
    expect(teams.result).to_contain_text("Begin small")


def test_a_run_is_stopped_and_goes_on_when_it_is_resumed(
    teams: Teams, model: ScriptedModel
) -> None:
    teams.open()
    teams.begin("A fourth thing that is held for a while")
    expect(teams.bars).to_have_count(4)
    teams.button("stop-run").click()
    expect(teams.page.get_by_text("You stopped it before it had a result.")).to_be_visible()
    model.release()
    teams.button("resume-run").click()
    expect(teams.result).to_contain_text("Begin small")


def test_a_result_is_copied_and_taken_along(teams: Teams, tmp_path: Path) -> None:
    teams.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    teams.open()
    teams.finish("How do we celebrate ten years?")
    teams.page.locator(".st-key-team-result-head").get_by_role("button", name="Copy").click()
    expect(teams.page.get_by_role("button", name="Copied")).to_be_visible()
    copied = teams.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("## Begin small")
    document = json.loads(_downloaded(teams, "download-json", tmp_path))
    assert document["run"]["task"] == "How do we celebrate ten years?"
    assert "## Begin small" in _downloaded(teams, "download-markdown", tmp_path)


def test_what_users_and_agents_wrote_is_never_markup(teams: Teams) -> None:
    teams.open()
    task = '<img src=x onerror="document.title=1"> "quoted" </text>'
    teams.finish(task)
    expect(teams.page.locator(".st-key-team-task")).to_contain_text(task)
    expect(teams.result).to_contain_text("<b>no markup</b>")
    expect(teams.result.locator("img")).to_have_count(0)
    expect(teams.page.locator(".st-key-topology img, .st-key-waterfall img")).to_have_count(0)
    teams.button("new-task").click()
    expect(teams.button("start-run")).to_be_visible()


def test_a_recursive_run_grows_a_tree(teams: Teams) -> None:
    teams.open("/teams?team-kind=Recursive")
    teams.finish("Plan a fair for the whole town")
    leaves = teams.page.locator(".st-key-topology .leaf")
    expect(leaves).to_have_count(4)
    expect(leaves.first).to_contain_text("3 parts")
    expect(teams.bars.last).to_contain_text("Synthesis")


def test_a_past_run_is_opened_and_deleted_after_a_question(teams: Teams) -> None:
    teams.open()
    teams.finish("Which tree shall we plant?")
    teams.tab("Past runs")
    row = teams.page.locator('[class*="st-key-open-run-"] button').first
    expect(row).to_contain_text("Which tree shall we plant?")
    teams.page.locator('[class*="st-key-menu-run-"] button').first.click()
    teams.page.get_by_text("Delete", exact=True).click()
    expect(teams.page.get_by_role("dialog")).to_contain_text("Which tree shall we plant?")
    teams.button("run-delete-confirmed").click()
    expect(teams.page.get_by_text("No team has worked for you yet.")).to_be_visible()


def test_a_draft_with_a_mistake_outlives_a_reload(teams: Teams) -> None:
    teams.open("/teams?team-kind=Workflow&team-tab=Edit")
    field = teams.field("definition-workflow-answer-and-check")
    typed = field.input_value().replace("agent: checker", "agent: somebody")
    field.fill(typed)
    field.press("Control+Enter")
    expect(teams.page.locator(".st-key-definition-check")).to_contain_text("somebody")
    expect(teams.page.locator(".st-key-definition-check")).to_contain_text("line ")
    teams.page.reload()
    expect(field).to_have_value(typed)
    teams.button("discard-definition").click()
    expect(teams.page.get_by_text("It can be used")).to_be_visible()


def test_an_address_of_a_run_is_the_first_visit(
    own_server: Callable[..., Server], profile: Callable[..., BrowserContext]
) -> None:
    server = own_server()
    context = profile()
    first = Teams(Chat(context.new_page(), server.url)).open()
    first.finish("What do we serve at the opening?")
    address = first.page.url
    first.page.close()
    server.stop()
    server.start()
    page = context.new_page()
    page.goto(address)
    expect(page.locator(".st-key-team-result-text")).to_contain_text("Begin small")
    expect(page.locator(".st-key-waterfall .rows .fall")).to_have_count(5)


def test_a_telephone_needs_no_sideways_scrolling(
    profile: Callable[..., BrowserContext], server: Server
) -> None:
    teams = Teams(Chat(profile(**TELEPHONE).new_page(), server.url)).open()
    _fits(teams.page)
    teams.finish("What about one_very_long_word_" + "x" * 200)
    expect(teams.bars).to_have_count(5)
    _fits(teams.page)
    for tab in ("Past runs", "Edit"):
        teams.tab(tab)
        expect(teams.page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
        _fits(teams.page)


def _fits(page: Page) -> None:
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("element => element.scrollWidth <= element.clientWidth")


def _downloaded(teams: Teams, key: str, folder: Path) -> str:
    with teams.page.expect_download() as download:
        teams.button(key).click()
    download.value.save_as(folder / key)
    return (folder / key).read_text(encoding="utf-8")
