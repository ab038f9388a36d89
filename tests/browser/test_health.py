"""The Health page as those who run Reprise see it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import Chat, Server

pytestmark = pytest.mark.browser

TABS = ("Overview", "Model", "Turns")
REFERENCE = re.compile(r"Reference\s+([0-9a-f]{8})")
FAILURES_UNTIL_OPEN = 5


class Health:
    """The page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def open(self, tab: str = "Overview", **parameters: str) -> Health:
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        self.page.goto(f"{self.url}/health?health-tab={tab}&{query}")
        expect(self.page.get_by_role("heading", name="Health")).to_be_visible()
        expect(self.summary).to_be_visible()
        return self

    @property
    def summary(self) -> Locator:
        return self.page.locator('[class*="st-key-health-summary-"]')

    @property
    def search(self) -> Locator:
        return self.page.get_by_label("Reference")

    @property
    def turns(self) -> Locator:
        """The rows of the list."""
        return self.page.locator('[class*="st-key-turn-other-"], [class*="st-key-turn-chosen-"]')

    @property
    def opened(self) -> Locator:
        """The turn that is shown with its waterfall."""
        return self.page.locator('[class*="st-key-opened-"]')

    def endpoint(self, number: int = 0) -> Locator:
        return self.page.locator(f".st-key-endpoint-{number}")

    def find(self, typed: str) -> Locator:
        self.search.fill(typed)
        self.search.press("Enter")
        return self.opened


def told_reference(reply: Locator) -> str:
    """The reference that a user is told under a reply that failed."""
    expect(reply).to_contain_text(REFERENCE)
    found = REFERENCE.search(reply.inner_text())
    assert found is not None
    return found[1]


@pytest.fixture
def health(chat: Chat) -> Health:
    """The page, after a reply of the model and one of the cache."""
    chat.start().ask("What is the capital of Uruguay?")
    chat.ask("What is the capital of Uruguay?")
    return Health(chat.page, chat.url)


def test_a_failed_turn_is_found_by_the_reference_that_its_user_was_told(
    own_server: Callable[..., Server], profile: Callable[..., BrowserContext]
) -> None:
    server = own_server()
    chat = Chat(profile().new_page(), server.url).start()
    chat.say("What is a server error?")
    reference = told_reference(chat.replies.last)
    health = Health(profile(viewport={"width": 1280, "height": 900}).new_page(), server.url)
    found = health.open("Turns").find(f"Reference {reference}")
    expect(found).to_contain_text(reference)
    expect(found).to_contain_text("Failed")
    row = found.locator("summary").filter(has_text="chat scripted").first
    expect(row).to_contain_text("failed")
    row.click()
    expect(found.locator("dl").filter(has_text="error type").first).to_contain_text("server")


def test_a_breaker_that_opened_is_shown_with_when_it_is_tried_again(
    own_server: Callable[..., Server], profile: Callable[..., BrowserContext]
) -> None:
    server = own_server(REPRISE_RETRIES="0")
    chat = Chat(profile().new_page(), server.url).start()
    health = Health(profile().new_page(), server.url).open("Model")
    expect(health.endpoint()).to_contain_text("In service")
    for number in range(FAILURES_UNTIL_OPEN):
        chat.say(f"What does server error {number} mean?")
        expect(chat.page.get_by_text(REFERENCE)).to_have_count(number + 1)
    expect(health.endpoint()).to_contain_text("Not asked")
    expect(health.endpoint()).to_contain_text("breaker open, tried again in")
    expect(health.endpoint()).to_contain_text("last failure: it had an error of its own")
    expect(health.summary).to_contain_text("down")


def test_a_row_of_the_list_opens_its_turn_and_the_address_says_so(health: Health) -> None:
    health.open("Turns")
    button = health.turns.first.get_by_role("button")
    reference = button.inner_text()[-8:]
    button.click()
    expect(health.opened).to_contain_text(reference)
    expect(health.page).to_have_url(re.compile(f"turn={reference}"))
    health.page.reload()
    expect(health.opened).to_contain_text(reference)


def test_a_turn_shows_what_it_did_in_rows_that_open(health: Health) -> None:
    health.open("Turns").turns.first.get_by_role("button").click()
    lookup = health.opened.locator("details").filter(has_text="cache lookup").first
    expect(lookup.locator("dl")).to_be_hidden()
    lookup.locator("summary").focus()
    health.page.keyboard.press("Enter")
    expect(lookup.locator("dl")).to_be_visible()


def test_a_refresh_leaves_an_open_row_open_and_the_page_where_it_is(
    health: Health, chat: Chat, profile: Callable[..., BrowserContext]
) -> None:
    health.page.set_viewport_size({"width": 1000, "height": 500})
    health.open("Turns").turns.first.get_by_role("button").click()
    lookup = health.opened.locator("details").filter(has_text="cache lookup").first
    lookup.locator("summary").click()
    lookup.scroll_into_view_if_needed()
    place = lookup.bounding_box()
    newest = health.turns.first.get_by_role("button").inner_text()
    other = Chat(profile().new_page(), chat.url).start()
    other.ask("What is the capital of Paraguay?")
    expect(health.turns.first.get_by_role("button")).not_to_have_text(newest)
    expect(lookup.locator("dl")).to_be_visible()
    assert lookup.bounding_box() == place


def test_what_is_typed_stays_while_the_page_refreshes(health: Health) -> None:
    health.open("Turns").search.press_sequentially("00ab", delay=50)
    health.page.wait_for_timeout(4_000)
    expect(health.search).to_have_value("00ab")
    expect(health.search).to_be_focused()


def test_the_last_hour_is_drawn(health: Health) -> None:
    health.open("Overview")
    for card in ("latency", "origins", "costs"):
        drawn = health.page.locator(f".st-key-{card} canvas, .st-key-{card} svg.marks")
        expect(drawn.first).to_be_visible()
    expect(health.page.locator(".st-key-origins")).to_contain_text("from the cache")


@pytest.mark.parametrize("tab", TABS)
def test_a_deep_link_is_the_first_visit(
    tab: str, own_server: Callable[..., Server], profile: Callable[..., BrowserContext]
) -> None:
    Health(profile().new_page(), own_server().url).open(tab)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_telephone_needs_no_sideways_scrolling(
    scheme: str, health: Health, profile: Callable[..., BrowserContext]
) -> None:
    context = profile(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, color_scheme=scheme
    )
    small = Health(context.new_page(), health.url)
    reference = health.open("Turns").turns.first.get_by_role("button").inner_text()[-8:]
    for tab in TABS:
        small.open(tab, turn=reference)
        main = small.page.get_by_test_id("stMain")
        assert main.evaluate("element => element.scrollWidth <= element.clientWidth")
