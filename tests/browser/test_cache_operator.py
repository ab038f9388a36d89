"""The cache page, as the person who runs the cache uses it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import Chat, Server

pytestmark = pytest.mark.browser

TELEPHONE = {"width": 390, "height": 844}
LABELLED = re.compile(r"Labels\s*(\d+)")


def open_tab(chat: Chat, name: str) -> Locator:
    """The panel of a tab, reached as a person does."""
    chat.link("Cache").click()
    chat.page.get_by_role("tab", name=name).click()
    return chat.page.get_by_role("tabpanel", name=name)


def find_entry(chat: Chat, search: str) -> Locator:
    """Search for one entry and select it; the buttons for what is selected are given."""
    panel = open_tab(chat, "Entries")
    chat.page.get_by_placeholder("Search in questions and answers").fill(search)
    buttons = chat.page.locator(".st-key-entry-buttons")
    expect(buttons).to_contain_text("1 entry")
    tick_first_row(panel)
    expect(buttons).to_contain_text("1 of 1 selected")
    return buttons


def tick_first_row(panel: Locator) -> None:
    table = panel.get_by_test_id("stDataFrame")
    table.click(position={"x": 16, "y": 52}, force=True)  # it is painted, not made of elements


def line_of(chart: Locator) -> Locator:
    """The upright line of a chart: the threshold in force."""
    return chart.locator("g.mark-rule.role-mark line").last


def press(chat: Chat, key: str) -> None:
    """Press a key once the buttons that listen to it are there."""
    expect(chat.page.get_by_role("button", name="Skip")).to_be_enabled()
    chat.page.keyboard.press(key)


def is_inside(page: Page) -> bool:
    """Whether nothing sticks out at the page's right edge."""
    return bool(
        page.get_by_test_id("stMain").evaluate("main => main.scrollWidth <= main.clientWidth")
    )


def test_every_tab_has_an_address(
    chat: Chat, profile: Callable[..., BrowserContext], server: Server
) -> None:
    chat.start()
    for tab in ("Entries", "Try a question", "Labels", "Savings"):
        page = profile().new_page()
        page.goto(f"{server.url}/cache?tab={tab.replace(' ', '+')}")
        expect(page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
        page.close()


def test_charts_and_lookups_follow_the_slider(chat: Chat) -> None:
    chat.start().ask("What is the capital of Poland?")
    chat.ask("What's the capital city of Poland?")
    open_tab(chat, "What if")
    expect(chat.page.get_by_text("at 0.90 it would be 1")).to_be_visible()
    charts = chat.page.get_by_test_id("stVegaLiteChart")
    expect(charts).to_have_count(3)
    lines = [line_of(charts.nth(number)) for number in range(3)]
    before = [line.get_attribute("transform") for line in lines]
    chat.slider.focus()
    chat.page.keyboard.press("End")
    expect(chat.page.get_by_text("at 1.00 it would be 0")).to_be_visible()
    for line, was in zip(lines, before, strict=True):
        expect(line).not_to_have_attribute("transform", was)
    chat.link("Chat").click()
    expect(chat.messages).to_have_count(4)
    chat.slider.focus()
    chat.page.keyboard.press("Home")
    expect(chat.cache_card).to_contain_text(re.compile(r"At 0\.50, \d of the last 2 lookups"))


def test_an_entry_is_pinned(chat: Chat) -> None:
    chat.start().ask("What is the capital of Sweden?")
    buttons = find_entry(chat, "sweden")
    buttons.get_by_role("button", name="Pin").click()
    expect(buttons.get_by_role("button", name="Unpin")).to_be_visible()
    chat.page.reload()
    again = find_entry(chat, "sweden")
    expect(again.get_by_role("button", name="Unpin")).to_be_visible()


def test_entries_are_searched_and_deleted_after_a_question(chat: Chat) -> None:
    chat.start().ask("What is the capital of Iceland?")
    buttons = find_entry(chat, "iceland")
    buttons.get_by_role("button", name="Delete").click()
    dialog = chat.page.get_by_role("dialog")
    expect(dialog).to_contain_text("What is the capital of Iceland?")
    dialog.get_by_role("button", name="Delete").click()
    expect(chat.page.get_by_text("Nothing stored here has “iceland” in it.")).to_be_visible()


def test_tags_are_given_to_an_entry(chat: Chat) -> None:
    chat.start().ask("What is the capital of Malta?")
    find_entry(chat, "malta").get_by_role("button", name="Tags").click()
    dialog = chat.page.get_by_role("dialog")
    expect(dialog).to_contain_text("What is the capital of Malta?")
    box = dialog.get_by_role("combobox")
    for tag in ("islands", " capitals "):
        box.fill(tag)
        box.press("Enter")
    box.press("Tab")  # as long as the list is open, all else is hidden
    dialog.get_by_role("button", name="Save").click()
    expect(chat.page.get_by_text("Tags of 1 answer changed")).to_be_visible()
    expect(dialog).to_have_count(0)
    chat.page.locator(".st-key-entry-tag").click()
    expect(chat.page.get_by_role("option", name="capitals", exact=True)).to_be_visible()
    expect(chat.page.get_by_role("option", name="islands", exact=True)).to_be_visible()


def test_a_cached_answer_is_seen_beside_a_fresh_one(chat: Chat) -> None:
    chat.start().ask("What is the capital of Norway?")
    find_entry(chat, "norway").get_by_role("button", name="Compare").click()
    dialog = chat.page.get_by_role("dialog")
    expect(dialog.locator(".st-key-cached-answer")).to_contain_text("It is a city on a river")
    expect(dialog.locator(".st-key-fresh-answer")).to_contain_text("It is a city on a river")
    dialog.get_by_role("button", name="Different").click()
    expect(chat.page.get_by_text("The cached answer is out of service")).to_be_visible()
    expect(dialog).to_have_count(0)
    chat.link("Chat").click()
    expect(chat.ask("What is the capital of Norway?")).not_to_contain_text("From the cache")


def test_entries_are_exported_and_imported_elsewhere(
    chat: Chat,
    profile: Callable[..., BrowserContext],
    own_server: Callable[..., Server],
    tmp_path: Path,
) -> None:
    chat.start().ask("What is the capital of Latvia?")
    open_tab(chat, "Entries")
    with chat.page.expect_download() as download:
        chat.page.get_by_role("button", name="Export").click()
    file = tmp_path / "entries.jsonl"
    download.value.save_as(file)
    lines = [line for line in file.read_text("utf-8").splitlines() if "Latvia" in line]
    assert len(lines) == 1

    other = Chat(profile().new_page(), own_server().url).start()
    open_tab(other, "Entries")
    expect(other.page.get_by_text("Nothing is stored yet.")).to_be_visible()
    bring_in(other, f"{lines[0]}\n" + "{}\n")
    alert = other.page.get_by_role("dialog").get_by_role("alert")
    expect(alert).to_contain_text("1 line cannot be read, so nothing was imported.")
    expect(alert).to_contain_text("Line 2:")
    other.page.keyboard.press("Escape")
    expect(other.page.get_by_role("dialog")).to_have_count(0)
    expect(other.page.get_by_text("Nothing is stored yet.")).to_be_visible()
    other.page.get_by_role("button", name="Import").click()
    import_it = other.page.get_by_role("dialog").get_by_role("button", name="Import")
    expect(import_it, "the refused file is not there any more").to_be_disabled()
    other.page.keyboard.press("Escape")
    expect(other.page.get_by_role("dialog")).to_have_count(0)
    bring_in(other, lines[0])
    expect(other.page.get_by_text("1 entry imported")).to_be_visible()
    other.link("Chat").click()
    expect(other.ask("What is the capital of Latvia?")).to_contain_text("From the cache")


def bring_in(chat: Chat, content: str) -> None:
    """Import a file with this content."""
    chat.page.get_by_role("button", name="Import").click()
    dialog = chat.page.get_by_role("dialog")
    file = {"name": "entries.jsonl", "mimeType": "text/plain", "buffer": content.encode()}
    dialog.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
    dialog.get_by_role("button", name="Import").click()


def test_a_question_can_be_tried(chat: Chat) -> None:
    chat.start().ask("What is the capital of Greece?")
    open_tab(chat, "Try a question")
    question = chat.page.get_by_role("textbox", name="A question")
    question.fill("What is the capital city of Greece?")
    question.press("Enter")
    expect(chat.page.get_by_text("It would come from the cache")).to_be_visible()
    best = chat.page.locator(".st-key-candidate-0")
    expect(best).to_contain_text("What is the capital of Greece?")
    expect(best).to_contain_text("close enough")
    expect(chat.page.locator('[class*="st-key-rung-decided"]')).to_have_count(1)
    question.fill("How do I repair a bicycle?")
    question.press("Enter")
    expect(chat.page.get_by_text("It would go to the model")).to_be_visible()
    expect(chat.page.locator('[class*="st-key-rung-stopped"]')).to_contain_text("Close enough?")


def test_a_pair_is_judged_by_keyboard(chat: Chat) -> None:
    chat.start().ask("What is the capital of Austria?")
    chat.ask("What's the capital city of Austria?")
    chat.ask("What is the capital of Hungary?")
    chat.ask("What's the capital city of Hungary?")
    open_tab(chat, "Labels")
    pair = chat.page.locator(".st-key-pair")
    expect(pair).to_contain_text("What's the capital city of Hungary?")
    figures = chat.page.locator(".st-key-label-figures")
    before = int(LABELLED.search(figures.inner_text())[1])
    press(chat, "s")
    expect(pair).to_contain_text("What's the capital city of Austria?")
    press(chat, "y")
    expect(chat.page.get_by_text("You skipped 1 pair.")).to_be_visible()
    chat.page.get_by_role("button", name="Show them again").click()
    expect(pair).to_contain_text("What's the capital city of Hungary?")
    press(chat, "n")
    expect(chat.page.get_by_text("Nothing is left to be judged.")).to_be_visible()
    assert int(LABELLED.search(figures.inner_text())[1]) >= before + 2


def test_savings_are_drawn(chat: Chat) -> None:
    chat.start().ask("What is the capital of Ireland?")
    chat.ask("What is the capital of Ireland?")
    panel = open_tab(chat, "Savings")
    expect(panel.locator(".st-key-savings-figures")).to_contain_text("Time saved")
    bars = panel.get_by_test_id("stVegaLiteChart").locator("g.mark-rect path")
    expect(bars.first).to_be_attached()
    panel.get_by_role("radio", name="Tokens").click()
    expect(panel.get_by_test_id("stVegaLiteChart")).to_contain_text("tokens")


def test_no_tab_is_wider_than_a_telephone(
    profile: Callable[..., BrowserContext], server: Server
) -> None:
    chat = Chat(profile(viewport=TELEPHONE, has_touch=True).new_page(), server.url)
    chat.open()
    chat.ask("What is the capital of Croatia?")
    chat.ask("What's the capital city of Croatia?")
    for tab in ("What if", "Entries", "Try a question", "Labels", "Savings"):
        chat.page.goto(f"{server.url}/cache?tab={tab.replace(' ', '+')}")
        panel = chat.page.get_by_role("tabpanel", name=tab)
        expect(panel).to_be_visible()
        assert is_inside(chat.page), tab
