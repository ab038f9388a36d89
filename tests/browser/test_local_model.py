"""With the real chat model: from a goal to the second step of its plan."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Chat, Server

pytestmark = [pytest.mark.browser, pytest.mark.local_model]

LOADING_MS = 180_000
WRITING_MS = 300_000


def test_a_goal_is_planned_and_its_first_step_done_by_the_local_model(
    own_server: Callable[..., Server],
    profile: Callable[..., BrowserContext],
    local_model_path: Path,
) -> None:
    server = own_server(
        REPRISE_PROVIDER="embedded",
        REPRISE_MODEL=str(local_model_path),
        REPRISE_BASE_URL="",
        REPRISE_API_KEY="",
    )
    chat = Chat(profile().new_page(), server.url).open()
    # Written at once, while the model is still being loaded.
    chat.say("Plan a weekend in Lisbon")
    expect(chat.said).to_have_text("Plan a weekend in Lisbon")
    expect(chat.endings).to_have_count(1, timeout=LOADING_MS + WRITING_MS)
    # The goal itself may answer the first step: where to.
    expect(chat.strip).to_contain_text(re.compile(r"[12]/[1-8] "))
    expect(chat.page.locator(".st-key-model-card")).to_have_count(0)
    chat.say(
        "To Lisbon, from Friday 1 May to Sunday 3 May, two adults, about 600 euros in all, by "
        "plane, in a small hotel in the centre; we love food and museums."
    )
    expect(chat.endings).to_have_count(2, timeout=WRITING_MS)
    # The message answers several steps at once.
    expect(chat.strip).to_contain_text(re.compile(r"(?:[3-8]/[1-8] |All steps done)"))
