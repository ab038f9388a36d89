"""The server may be stopped or killed: what was said is there again."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Chat, Server
from tests.support.scripted_model import ScriptedModel

pytestmark = pytest.mark.browser


def test_a_restart_finds_everything_where_it_was(
    own_server: Callable[..., Server], profile: Callable[..., BrowserContext]
) -> None:
    server = own_server()
    chat = Chat(profile().new_page(), server.url).start()
    chat.ask("Plan a trip to Porto")
    chat.ask("Next spring")
    server.stop()
    server.start()
    chat.page.reload()
    expect(chat.said).to_have_text(["Plan a trip to Porto", "Next spring"])
    expect(chat.strip).to_contain_text("2/3 Budget")
    expect(chat.page.locator('[class*="st-key-chat-current-"]')).to_contain_text(
        "Plan a trip to Porto"
    )
    chat.ask("About 900 euros")
    expect(chat.strip).to_contain_text("3/3 Company")


def test_a_killed_server_marks_what_it_was_writing(
    own_server: Callable[..., Server],
    profile: Callable[..., BrowserContext],
    model: ScriptedModel,
) -> None:
    server = own_server()
    chat = Chat(profile().new_page(), server.url).start()
    chat.say("Explain at length how roads are built.")
    expect(chat.live).to_have_text(re.compile("word9$"))
    _await_checkpoint(chat)
    server.stop(signal.SIGKILL)
    server.start()
    chat.page.reload()
    expect(chat.replies).to_contain_text("Interrupted when the server stopped")
    expect(chat.replies).to_contain_text("word9")
    model.release()
    chat.page.get_by_role("button", name="Try again").click()
    expect(chat.replies.last).to_contain_text(re.compile("word39"))


def _await_checkpoint(chat: Chat) -> None:
    """Parts are kept once a second; the browser's clock tells when two have passed."""
    chat.page.wait_for_timeout(2_500)
