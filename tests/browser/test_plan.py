"""The Plan page as its user sees it: conversations in mid-course, stored before the page opens."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from agents.dialogue.events import Event, PlanRevised
from agents.dialogue.plan import Plan
from pages.parts.browser import COOKIE, owner_of
from tests.browser.conftest import Chat, Server
from tests.pages.conversations import BEGAN, STEPS, mid_course, planned, state_of, stored

pytestmark = pytest.mark.browser

TABS = ("Steps", "Facts", "States", "Versions", "Summary", "Time travel")


@pytest.fixture
def planning(chat: Chat, server: Server) -> Planning:
    """A conversation in mid-course, open on its Plan page."""
    return Planning(chat, server).open(mid_course())


class Planning:
    """The Plan page of a conversation that is stored for the browser's owner."""

    def __init__(self, chat: Chat, server: Server) -> None:
        self.chat = chat
        self.server = server
        self.page = chat.page
        self.conversation = ""

    def open(self, events: list[Event], tab: str = "Steps") -> Planning:
        self.chat.start()
        self.conversation = stored(self.server.home, events, owner=self.owner)
        self.visit(self.page, tab)
        return self

    def visit(self, page: Page, tab: str = "Steps") -> None:
        page.goto(f"{self.server.url}/plan?conversation={self.conversation}&plan-tab={tab}")
        expect(page.locator(".st-key-plan-head")).to_be_visible()

    @property
    def owner(self) -> str:
        cookies = self.page.context.cookies()
        return owner_of(next(c["value"] for c in cookies if c["name"] == COOKIE))

    @property
    def titles(self) -> list[str]:
        """The steps' titles as they are stored."""
        plan = state_of(self.server.home, self.conversation, owner=self.owner).plan
        return [step.title for step in plan.steps] if plan else []

    def step(self, status: str, number: int) -> Locator:
        return self.page.locator(f".st-key-step-{status}-{number}").first

    def title(self, number: int, page: Page | None = None) -> Locator:
        """The field of a step's title in the editor."""
        return (page or self.page).get_by_label(f"Title of step {number}").first

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name).click()

    def button(self, key: str) -> Locator:
        # A button with a hint has a hidden twin, for telephones.
        return self.page.locator(f".st-key-{key} button").first

    def edit(self) -> None:
        self.button("edit-plan").click()
        expect(self.button("save-plan")).to_be_visible()

    def save(self) -> None:
        self.button("save-plan").click()


def test_a_plan_is_edited_and_reordered_from_the_keyboard(planning: Planning) -> None:
    planning.edit()
    planning.title(1).fill("When")
    down = planning.page.get_by_role("button", name="Move step 1 down")
    down.focus()
    planning.page.keyboard.press("Enter")
    expect(planning.title(2)).to_have_value("When")
    planning.save()
    expect(planning.step("done", 2)).to_contain_text("2. When")
    expect(planning.step("done", 2)).to_contain_text("In May")
    assert planning.titles == ["Company", "When", "Budget", "Stay"]


def test_steps_are_added_and_removed_and_can_be_discarded(planning: Planning) -> None:
    planning.edit()
    planning.button("add-step").click()
    planning.title(5).fill("Food")
    planning.page.locator(".st-key-edit-s5").get_by_label("Question").fill("What do you eat?")
    planning.page.get_by_role("button", name="Remove step 1").click()
    expect(planning.title(4)).to_have_value("Food")
    planning.save()
    expect(planning.page.locator(".st-key-timeline").first).to_contain_text("4. Food")
    assert planning.titles == ["Company", "Budget", "Stay", "Food"]
    planning.edit()
    planning.title(1).fill("Nobody")
    planning.button("discard-plan").click()
    expect(planning.page.locator(".st-key-timeline").first).to_contain_text("1. Company")


def test_a_plan_edited_into_nothing_is_refused(planning: Planning) -> None:
    planning.edit()
    for left in (4, 3, 2, 1):
        planning.page.get_by_role("button", name="Remove step 1").click()
        expect(planning.page.get_by_label(re.compile("Title of step"))).to_have_count(left - 1)
    planning.save()
    expect(planning.page.get_by_text("A plan without any step is no plan")).to_be_visible()
    assert planning.titles == [step.title for step in STEPS]


def test_the_later_of_two_tabs_is_told_and_loads_the_newer(planning: Planning) -> None:
    other = planning.page.context.new_page()
    planning.visit(other)
    planning.edit()
    planning.title(1).fill("Mine")
    other.locator(".st-key-edit-plan button").first.click()
    planning.title(1, other).fill("Theirs")
    other.locator(".st-key-save-plan button").first.click()
    expect(other.locator(".st-key-timeline").first).to_contain_text("1. Theirs")
    planning.save()
    expect(planning.page.locator(".st-key-outdated")).to_contain_text("changed elsewhere")
    expect(planning.title(1)).to_have_value("Mine")
    planning.button("load-newer").click()
    expect(planning.title(1)).to_have_value("Theirs")
    assert planning.titles[0] == "Theirs"


def test_a_plan_is_approved(planning: Planning) -> None:
    planning.button("approve").click()
    expect(planning.page.locator(".st-key-approve")).to_have_count(0)
    expect(planning.page.locator(".st-key-goal")).to_contain_text("you agreed to it")


def test_verdicts_are_overruled(planning: Planning) -> None:
    planning.button("enough-4").click()
    expect(planning.step("done", 4)).to_contain_text("judged by you")
    planning.button("not-enough-1").click()
    expect(planning.step("current", 1)).to_contain_text("Dates")


def test_starting_over_is_asked_for_once_more(planning: Planning) -> None:
    planning.button("plan-menu").click()
    planning.page.get_by_role("menuitem", name="Start over").click()
    planning.page.get_by_role("dialog").get_by_role("button", name="Start over").click()
    expect(planning.step("current", 1)).to_be_visible()
    expect(planning.page.get_by_text("0 of 3 steps behind you")).to_be_visible()


def test_a_fact_is_changed_and_forgotten(planning: Planning) -> None:
    planning.tab("Facts")
    planning.button("change-fact-answer-0").click()
    planning.page.locator(".st-key-fact-value-answer-0 textarea").fill("In June")
    planning.button("save-fact-answer-0").click()
    fact = planning.page.locator(".st-key-fact-answer-0")
    expect(fact).to_contain_text("before: In May")
    expect(fact).to_contain_text("In June")
    planning.button("forget-fact-answer-0").click()
    expect(planning.page.locator(".st-key-facts-of-answer")).not_to_contain_text("In June")


def test_an_older_version_is_brought_back(chat: Chat, server: Server) -> None:
    revised = PlanRevised(BEGAN + 99, Plan("G", STEPS[:2]), "You removed two steps.", "user")
    planning = Planning(chat, server).open([*mid_course(), revised], "Versions")
    expect(planning.page.locator(".st-key-version-2")).to_contain_text("Removed: Budget, Stay")
    planning.button("restore-1").click()
    expect(planning.page.locator(".st-key-version-3")).to_contain_text("the plan as it is")
    assert planning.titles == [step.title for step in STEPS]


def test_a_conversation_is_replayed_and_branched_off(planning: Planning) -> None:
    planning.tab("Time travel")
    moment = planning.page.locator(".st-key-moment")
    slider = planning.page.get_by_role("slider", name="Moment")
    expect(moment).to_contain_text("Stay")
    slider.focus()
    planning.page.keyboard.press("Home")
    expect(moment).to_contain_text("1 of")
    planning.button("moment-on").click()
    expect(moment).to_contain_text("2 of")
    planning.button("branch").click()
    expect(planning.chat.said).to_have_text("Plan a weekend in Lisbon")
    assert planning.conversation not in planning.page.url


def test_a_conversation_is_exported_and_imported(planning: Planning) -> None:
    planning.tab("Time travel")
    with planning.page.expect_download() as begun:
        planning.button("export-conversation").click()
    path = begun.value.path()
    planning.button("import-conversation").click()
    planning.page.locator('input[type="file"]').set_input_files(
        {"name": "talk.json", "mimeType": "application/json", "buffer": path.read_bytes()}
    )
    planning.button("import-confirmed").click()
    expect(planning.page).not_to_have_url(re.compile(planning.conversation))
    expect(planning.page.locator(".st-key-goal")).to_contain_text("Plan a weekend in Lisbon")


def test_a_file_that_is_no_conversation_is_refused_in_words(planning: Planning) -> None:
    planning.tab("Time travel")
    planning.button("import-conversation").click()
    planning.page.locator('input[type="file"]').set_input_files(
        {"name": "talk.json", "mimeType": "application/json", "buffer": b"[1, 2]"}
    )
    planning.button("import-confirmed").click()
    expect(planning.page.get_by_role("dialog").get_by_role("alert")).to_be_visible()


def test_a_plan_from_the_library_is_begun_on_the_page(chat: Chat) -> None:
    chat.start()
    chat.link("Plan").click()
    chat.page.locator(".st-key-begin-trip button").first.click()
    expect(chat.page.locator(".st-key-timeline").first).to_be_visible()


def test_a_hostile_title_is_drawn_and_nothing_else(chat: Chat, server: Server) -> None:
    title = '"]; click n1 href "http://tracker.example" %%{init}%% <img src=x> `**b**`'
    planning = Planning(chat, server).open(planned(replace(STEPS[0], title=title), *STEPS[1:]))
    expect(planning.page.get_by_test_id("stMermaidChart").locator("img")).to_be_visible()
    expect(planning.step("current", 1)).to_contain_text('click n1 href "http://tracker.example"')
    assert planning.page.locator(".st-key-timeline img").count() == 0


def test_a_telephone_needs_no_sideways_scrolling(
    profile: Callable[..., BrowserContext], server: Server
) -> None:
    context = profile(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    long = replace(STEPS[0], title="x" * 80, description="y" * 300)
    chat = Chat(context.new_page(), server.url)
    planning = Planning(chat, server).open([*mid_course()[:5], *planned(long, *STEPS[1:])[5:]])
    for tab in TABS:
        planning.visit(planning.page, tab)
        expect(planning.page.get_by_role("tab", name=tab)).to_have_attribute(
            "aria-selected", "true"
        )
        _fits(planning.page)
    planning.visit(planning.page)
    planning.edit()
    _fits(planning.page)


def _fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    main = page.get_by_test_id("stMain")
    assert main.evaluate("element => element.scrollWidth <= element.clientWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pictures_can_be_read_in_both_themes(
    scheme: str, profile: Callable[..., BrowserContext], server: Server
) -> None:
    context = profile(viewport={"width": 1280, "height": 860}, color_scheme=scheme)
    planning = Planning(Chat(context.new_page(), server.url), server).open(mid_course(), "States")
    background = _brightness(planning.page.get_by_test_id("stApp"), "backgroundColor")
    names = planning.page.locator(".state.visited text")
    expect(names.first).to_be_visible()
    assert abs(_brightness(names.first, "fill") - background) > 120
    assert (background > 128) == (scheme == "light")
    planning.tab("Steps")
    expect(planning.page.get_by_test_id("stMermaidChart").locator("img")).to_be_visible()


def _brightness(element: Locator, colour: str) -> float:
    """How bright a colour of an element is, 0..255."""
    value = element.evaluate(f"element => getComputedStyle(element).{colour}")
    red, green, blue = (float(part) for part in re.findall(r"[\d.]+", value)[:3])
    return 0.299 * red + 0.587 * green + 0.114 * blue
