"""Every address works as the first one that is visited after a start."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Chat, Server

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("path", "seen"),
    [("/", "What shall we work out?"), ("/plan", "Plan"), ("/cache", "Cache")],
    ids=["chat", "plan", "cache"],
)
def test_a_deep_link_is_the_first_visit(
    path: str,
    seen: str,
    own_server: Callable[..., Server],
    profile: Callable[..., BrowserContext],
) -> None:
    chat = Chat(profile().new_page(), own_server().url).open(path)
    expect(chat.page.get_by_role("heading", name=seen)).to_be_visible()
    expect(chat.cache_figures).to_be_visible()
    expect(chat.link("Chat")).to_be_visible()


def test_an_address_holds_conversation_and_threshold(chat: Chat) -> None:
    chat.start().ask("What is the capital of Italy?")
    chat.slider.focus()
    chat.page.keyboard.press("ArrowLeft")
    expect(chat.page).to_have_url(re.compile("conversation=.*threshold=0.89"))
    address = chat.page.url
    chat.page.goto(f"{chat.url}/cache")
    expect(chat.page.get_by_role("heading", name="Cache")).to_be_visible()
    chat.page.goto(address)
    expect(chat.said).to_have_text("What is the capital of Italy?")
    expect(chat.slider).to_have_value("0.89")


@pytest.mark.parametrize("given", ["7", "-1", "nan", "lots"])
def test_a_threshold_that_is_none_is_refused_in_a_sentence(chat: Chat, given: str) -> None:
    chat.open(f"/?threshold={given}")
    expect(chat.cache_card).to_contain_text(f"The address asks for a threshold of “{given}”.")
    expect(chat.cache_card).to_contain_text("it stays at 0.90")
    expect(chat.slider).to_have_value("0.9")


def test_the_cookie_is_out_of_reach_of_scripts(chat: Chat) -> None:
    chat.start()
    (cookie,) = (c for c in chat.page.context.cookies() if c["name"] == "reprise_browser")
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    assert "reprise_browser" not in chat.page.evaluate("document.cookie")


def test_a_telephone_needs_no_sideways_scrolling(
    profile: Callable[..., BrowserContext], server: Server
) -> None:
    context = profile(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    chat = Chat(context.new_page(), server.url).open()
    chat.ask("What is the capital of Spain, written_as_one_very_long_word_" + "x" * 200)
    for path in ("/", "/plan", "/cache"):
        chat.page.goto(f"{server.url}{path}{_query(chat.page.url)}")
        expect(chat.page.get_by_test_id("stMainBlockContainer")).to_be_visible()
        assert chat.page.evaluate("document.documentElement.scrollWidth") <= 390
        # It is another element where the page keeps its end in view, as the chat does.
        main = chat.page.locator("[data-testid=stMain], [data-testid=stAppScrollToBottomContainer]")
        assert main.evaluate("element => element.scrollWidth <= element.clientWidth")


def _query(url: str) -> str:
    return "?" + url.partition("?")[2]
