"""A team that is asked from the chat."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Chat

pytestmark = pytest.mark.browser

WEIGHTY = (
    "We run a small printing shop. Should we buy a second press or send large orders out, given "
    "the costs, our staff and what customers want?"
)


def test_the_team_is_offered_asked_and_followed_to_its_run(chat: Chat) -> None:
    chat.start().ask(WEIGHTY)
    expect(chat.replies.last).to_contain_text("shall I ask the team of specialists?")
    chat.page.get_by_role("button", name="Ask the team").click()
    expect(chat.said.last).to_have_text("Ask the team")
    expect(chat.endings).to_have_count(2)
    expect(chat.replies.last).to_contain_text("Take orders for pick-up first.")
    expect(chat.replies.last).to_contain_text("Answered by Director, Technical expert")
    expect(chat.page.get_by_role("button", name="Ask the team")).to_have_count(0)
    chat.page.get_by_role("link", name="See how the team worked").click()
    expect(chat.page).to_have_url(re.compile(r"/teams\?(.*&)?run=[0-9a-f]{32}"))
    expect(chat.page.get_by_text(WEIGHTY).first).to_be_visible()


def test_a_team_at_work_survives_a_reload_and_stops_when_it_is_told_to(chat: Chat) -> None:
    chat.start().say("Ask the team how a held lecture becomes a good podcast")
    working = chat.page.get_by_text("The team is at work")
    expect(working).to_be_visible()
    expect(chat.replies.last).to_contain_text("Business expert")
    chat.page.reload()
    expect(working).to_be_visible()
    chat.stop.click()
    expect(chat.replies.last).to_contain_text("Stopped")
    chat.page.get_by_role("link", name="See how the team worked").click()
    expect(chat.page.get_by_text("Stopped").first).to_be_visible()


def test_a_team_of_which_nobody_answers_is_told_with_a_reference(chat: Chat) -> None:
    chat.start().say("Ask the team why nobody comes to a museum in the evening")
    expect(chat.page.get_by_test_id("stAlert")).to_be_visible()
    expect(chat.replies.last).to_contain_text(re.compile(r"Reference [0-9a-f]{8}"))
    expect(chat.page.get_by_role("button", name="Try again")).to_be_visible()
