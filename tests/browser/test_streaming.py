"""A reply runs on the server: nothing that happens in a page loses or repeats it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, WebSocketRoute, expect

from tests.browser.conftest import Chat, Server
from tests.support.scripted_model import ScriptedModel

pytestmark = pytest.mark.browser

HELD = re.compile(r"word0 .*word9$")
WHOLE = re.compile(r"word0 word1 .*word39")


def test_an_answer_appears_while_it_is_written(chat: Chat, model: ScriptedModel) -> None:
    chat.start().say("Explain at length how bread is baked.")
    expect(chat.live).to_have_text(HELD)
    model.release()
    expect(chat.endings).to_have_count(1)
    expect(chat.replies).to_contain_text(WHOLE)
    expect(chat.endings).to_contain_text(re.compile(r"first token .* · 40 tokens"))


def test_stop_keeps_the_part_that_came(chat: Chat) -> None:
    chat.start().say("Explain at length how cheese is made.")
    expect(chat.live).to_have_text(HELD)
    chat.stop.click()
    expect(chat.replies).to_contain_text("Stopped")
    expect(chat.replies).to_contain_text("word9")
    expect(chat.stop).to_have_count(0)
    chat.page.reload()
    expect(chat.replies).to_contain_text("word9")


def test_a_stopped_message_can_be_sent_again(chat: Chat, model: ScriptedModel) -> None:
    chat.start().say("Explain at length how wine is made.")
    expect(chat.live).to_have_text(HELD)
    chat.stop.click()
    again = chat.page.get_by_role("button", name="Try again")
    again.wait_for()
    model.release()
    again.click()
    expect(chat.said).to_have_count(2)
    expect(chat.replies.last).to_contain_text(WHOLE)


def test_the_slider_disturbs_nothing(chat: Chat, model: ScriptedModel) -> None:
    chat.start().say("Explain at length how glass is blown.")
    expect(chat.live).to_have_text(HELD)
    chat.slider.focus()
    for _ in range(5):
        chat.page.keyboard.press("ArrowLeft")
    expect(chat.cache_card).to_contain_text(re.compile(r"At 0\.85, \d+ of the last"))
    expect(chat.live).to_have_text(HELD)
    expect(chat.page).to_have_url(re.compile(r"threshold=0\.85"))
    model.release()
    expect(chat.replies).to_contain_text(WHOLE)
    expect(chat.replies).to_have_count(1)


def test_another_page_and_back_finds_the_answer(chat: Chat, model: ScriptedModel) -> None:
    chat.start().say("Explain at length how paper is made.")
    expect(chat.live).to_have_text(HELD)
    chat.link("Plan").click()
    expect(chat.page.get_by_role("heading", name="Plan")).to_be_visible()
    chat.link("Chat").click()
    expect(chat.live).to_have_text(HELD)
    model.release()
    expect(chat.replies).to_contain_text(WHOLE)
    expect(chat.said).to_have_count(1)


def test_a_reload_finds_the_answer(chat: Chat, model: ScriptedModel) -> None:
    chat.start().say("Explain at length how soap is made.")
    expect(chat.live).to_have_text(HELD)
    chat.page.reload()
    expect(chat.live).to_have_text(HELD)
    model.release()
    expect(chat.replies).to_contain_text(WHOLE)
    expect(chat.said).to_have_count(1)


def test_a_second_tab_shows_the_same(chat: Chat, model: ScriptedModel) -> None:
    chat.start().say("Explain at length how tea is grown.")
    expect(chat.live).to_have_text(HELD)
    other = Chat(chat.page.context.new_page(), chat.url)
    other.page.goto(chat.page.url)
    expect(other.live).to_have_text(HELD)
    model.release()
    for one in (chat, other):
        expect(one.replies).to_contain_text(WHOLE)
        expect(one.endings).to_have_count(1)


def test_a_cut_connection_heals(
    profile: Callable[..., BrowserContext], server: Server, model: ScriptedModel
) -> None:
    sockets: list[WebSocketRoute] = []

    def through(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        socket.connect_to_server()

    page = profile().new_page()
    page.route_web_socket(re.compile("_stcore/stream"), through)
    chat = Chat(page, server.url).start()
    chat.say("Explain at length how ships are built.")
    expect(chat.live).to_have_text(HELD)
    sockets[-1].close()
    model.release()
    expect(chat.replies).to_contain_text(WHOLE)
    expect(chat.said).to_have_count(1)


def test_a_message_sent_meanwhile_comes_back_into_the_input(
    chat: Chat, model: ScriptedModel
) -> None:
    chat.start().say("Explain at length how silk is woven.")
    expect(chat.live).to_have_text(HELD)
    chat.say("And how is wool spun?")
    expect(chat.page.get_by_text("The last reply is still being written.")).to_be_visible()
    expect(chat.input).to_have_value("And how is wool spun?")
    expect(chat.live).to_have_text(HELD)
    model.release()
    expect(chat.endings).to_have_count(1)
    expect(chat.input).to_have_value("And how is wool spun?")
    chat.input.press("Enter")
    expect(chat.endings).to_have_count(2)
    expect(chat.said.last).to_have_text("And how is wool spun?")


def test_rating_an_old_answer_leaves_the_new_one_alone(chat: Chat, model: ScriptedModel) -> None:
    chat.start().ask("What is the capital of Austria?")
    chat.say("Explain at length how salt is mined.")
    expect(chat.live).to_have_text(HELD)
    thumb = chat.page.get_by_role("radio", name="Thumbs up").first
    thumb.click()
    expect(thumb).to_be_checked()
    expect(chat.live).to_have_text(HELD)
    model.release()
    expect(chat.replies.last).to_contain_text(WHOLE)
    chat.page.reload()
    expect(thumb).to_be_checked()
