"""What is refused is told in a sentence, and the text stays; what is shown is never run."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Chat, Server

pytestmark = pytest.mark.browser


def test_a_blank_message_is_not_sent(chat: Chat) -> None:
    chat.start().say("   ")
    expect(chat.page.get_by_test_id("stChatInputSubmitButton")).to_be_disabled()
    expect(chat.messages).to_have_count(0)


def test_a_message_of_invisible_signs_is_refused(chat: Chat) -> None:
    chat.start().say("\u200b\u200e\u2066")
    expect(chat.page.get_by_text("This message is empty.")).to_be_visible()
    expect(chat.messages).to_have_count(0)


def test_a_message_that_is_too_long_is_refused_and_kept(chat: Chat) -> None:
    long = "a long story " * 7_700
    chat.start().say(long)
    expect(chat.page.get_by_text("at most 8,000 can be read at once")).to_be_visible()
    assert len(chat.input.input_value()) == len(long)
    expect(chat.messages).to_have_count(0)


def test_what_the_user_writes_is_shown_to_the_letter(chat: Chat) -> None:
    text = (
        "<b>bold</b> **stars** ![x](http://tracker.example/mine.png)\n"
        "<script>document.title='owned'</script> :red[red] :smile: $x^2$ :material/home:"
    )
    chat.start().ask(text)
    expect(chat.said).to_have_text(text)
    assert "owned" not in chat.page.title()
    assert chat.said.locator("img, b, script, strong").count() == 0


def test_what_the_model_writes_becomes_neither_html_nor_an_image(chat: Chat) -> None:
    reply = chat.start().ask("Say something hostile, please?")
    expect(reply).to_contain_text("![pixel](http://tracker.example/pixel.png)")
    expect(reply).to_contain_text('<img src="http://tracker.example/html.png">')
    expect(reply.locator("code").filter(has_text="vec![1, 2]")).to_be_visible()
    link = reply.get_by_role("link", name="a link")
    expect(link).to_have_attribute("href", "http://tracker.example/page")
    assert reply.locator("img").count() == 0
    assert "owned" not in chat.page.title()


def test_the_browser_itself_would_refuse_an_image_from_elsewhere(
    profile: Callable[..., BrowserContext], server: Server
) -> None:
    chat = Chat(profile(watched=False).new_page(), server.url).start()
    refused = chat.page.evaluate(
        """() => new Promise(resolve => {
            document.addEventListener("securitypolicyviolation", e => resolve(e.violatedDirective));
            new Image().src = "http://tracker.example/pixel.png";
        })"""
    )
    assert refused == "img-src"


def test_a_wrong_key_is_told_in_a_sentence(
    own_server: Callable[..., Server], profile: Callable[..., BrowserContext]
) -> None:
    server = own_server(REPRISE_API_KEY="the-wrong-key")
    chat = Chat(profile().new_page(), server.url).start()
    chat.say("What is the capital of Malta?")
    alert = chat.page.get_by_role("alert")
    expect(alert).to_contain_text("key")
    expect(alert).to_contain_text("REPRISE_API_KEY")
    expect(chat.said).to_have_text("What is the capital of Malta?")
    expect(chat.page.get_by_role("button", name="Try again")).to_be_visible()
    assert "the-wrong-key" not in chat.page.content()
    assert "the-wrong-key" not in server.log.read_text()


def test_a_failing_model_is_told_and_asked_again(chat: Chat) -> None:
    chat.start().say("Give me a server error, what happens?")
    expect(chat.page.get_by_role("button", name="Try again")).to_be_visible()
    expect(chat.page.get_by_role("alert")).to_be_visible()
    expect(chat.said).to_have_text("Give me a server error, what happens?")


def test_a_setting_that_cannot_be_used_is_told(
    own_server: Callable[..., Server], profile: Callable[..., BrowserContext]
) -> None:
    server = own_server(REPRISE_TEMPERATURE="hot")
    page = profile().new_page()
    page.goto(server.url)
    expect(page.get_by_role("alert")).to_contain_text("REPRISE_TEMPERATURE is 'hot'")
