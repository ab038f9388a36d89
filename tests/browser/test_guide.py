"""From a goal to a plan, step by step, on every page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Chat

pytestmark = pytest.mark.browser


def test_a_goal_becomes_a_plan_that_is_followed(chat: Chat) -> None:
    chat.start().page.get_by_role("button", name="Plan a weekend in Lisbon").click()
    expect(chat.endings).to_have_count(1)
    expect(chat.replies.last).to_contain_text("When would you like to go?")
    expect(chat.strip).to_contain_text("1/3 Dates")
    chat.ask("In the middle of May")
    expect(chat.replies.last).to_contain_text("How much would you like to spend?")
    expect(chat.strip).to_contain_text("2/3 Budget")
    expect(chat.page.locator(".st-key-conversation-card")).to_contain_text("2 of 3: Budget")


def test_the_plan_page_shows_what_was_said_and_judged(chat: Chat) -> None:
    chat.start().ask("Plan a birthday party")
    chat.ask("On the first of June")
    chat.link("Plan").click()
    done = chat.page.locator('[class*="st-key-step-done-1"]')
    expect(done).to_contain_text("Dates")
    expect(done).to_contain_text("On the first of June")
    expect(done).to_contain_text("1 attempt")
    expect(chat.page.locator('[class*="st-key-step-current-2"]')).to_contain_text("Budget")
    expect(chat.page.get_by_text("1 of 3 steps behind you")).to_be_visible()


def test_the_goal_in_another_language_is_kept_to_the_letter(chat: Chat) -> None:
    chat.start().ask("Planifier un week-end à Strasbourg – déjà prêt ?")
    expect(chat.said.last).to_have_text("Planifier un week-end à Strasbourg – déjà prêt ?")


def test_chats_are_found_again_and_can_be_deleted(chat: Chat) -> None:
    chat.start().ask("What is the capital of Norway?")
    first = chat.page.url
    chat.page.get_by_role("button", name="New chat").click()
    expect(chat.messages).to_have_count(0)
    chat.ask("What is the capital of Sweden?")
    chat.page.get_by_role("button", name="What is the capital of Norway?").click()
    expect(chat.said).to_have_text("What is the capital of Norway?")
    expect(chat.page).to_have_url(first)
    chat.page.locator('[class*="st-key-chat-current-"]').get_by_role("button").last.click()
    chat.page.get_by_role("menuitem", name="Delete").click()
    expect(chat.messages).to_have_count(0)
    expect(chat.page.get_by_role("button", name="What is the capital of Norway?")).to_have_count(0)
