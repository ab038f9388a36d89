"""What comes from the cache says so, and the cache page explains it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Chat, Server

pytestmark = pytest.mark.browser

BADGE = "From the cache"


def test_the_same_question_in_other_words_comes_from_the_cache(chat: Chat) -> None:
    first = chat.start().ask("What is the capital of Portugal?")
    expect(first).not_to_contain_text(BADGE)
    second = chat.ask("What's the capital city of Portugal?")
    expect(second).to_contain_text(BADGE)
    expect(second).to_contain_text(re.compile(r"similarity 0\.9\d · .* · saved"))
    expect(second).to_contain_text("It is a city on a river.")
    expect(second).not_to_contain_text("SEMANTIC CACHE HIT")
    expect(chat.cache_card).to_contain_text(re.compile(r"\d+ %"))


def test_another_user_is_served_a_shared_answer_and_sees_no_chat_of_mine(
    chat: Chat, profile: Callable[..., BrowserContext], server: Server
) -> None:
    chat.start().ask("What is the capital of Denmark?")
    other = Chat(profile().new_page(), server.url).start()
    expect(other.ask("What is the capital of Denmark?")).to_contain_text(BADGE)
    other.page.goto(chat.page.url)
    expect(other.page.get_by_text("This conversation does not exist here.")).to_be_visible()
    expect(other.messages).to_have_count(0)


def test_a_thumb_down_takes_an_answer_out_of_service(chat: Chat) -> None:
    chat.start().ask("What is the capital of Finland?")
    expect(chat.ask("What is the capital of Finland?")).to_contain_text(BADGE)
    thumb = chat.endings.last.get_by_role("radio", name="Thumbs down")
    thumb.click()
    expect(thumb).to_be_checked()
    expect(chat.ask("What is the capital of Finland?")).not_to_contain_text(BADGE)


def test_an_answer_is_copied(chat: Chat) -> None:
    chat.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    chat.start().ask("What is the capital of Belgium?")
    chat.endings.last.get_by_role("button", name="Copy").click()
    expect(chat.endings.last.get_by_role("button", name="Copied")).to_be_visible()
    copied = chat.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("It is a city on a river.")
