"""The plan page, without a browser."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from tests.pages.conftest import conversation_of, say, shown

App = Callable[..., AppTest]
PLAN = "../plan.py"


def test_without_a_goal_it_says_where_to_state_one(app: App) -> None:
    at = app().switch_page(PLAN).run()
    assert not at.exception
    assert at.title[0].value == "Plan"
    assert any("There is no plan yet" in markdown.value for markdown in at.markdown)


def test_it_shows_each_step_with_what_was_said_and_judged(app: App) -> None:
    at = say(app(), "Plan a house move")
    say(at, "In October")
    conversation = conversation_of(at)
    at.switch_page(PLAN).run()
    assert conversation_of(at) == conversation
    texts = [text.value for text in at.text]
    assert "Plan a house move" in texts
    assert "In October" in texts
    assert any("1. Dates" in shown(markdown.value) for markdown in at.markdown)
    assert any("judged by" in caption.value for caption in at.caption)


def test_the_sidebar_says_where_the_conversation_is(app: App) -> None:
    at = say(app(), "Plan a garden")
    facts = " ".join(markdown.value for markdown in at.sidebar.markdown)
    for name in ("State", "Topic", "Mood", "Step"):
        assert f":gray[{name}]" in facts
    assert "1 of 3" in facts
    assert "topic_introduced" not in facts
