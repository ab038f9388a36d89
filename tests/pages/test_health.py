"""The Health page over a real Runtime with a scripted model, without a browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import session
from pages.parts.health import turns
from tests.pages.conftest import conversation_of, say, shown, wait_for

App = Callable[..., AppTest]
HEALTH = "../health.py"
TABS = ("Overview", "Model", "Turns")


def page(at: AppTest, tab: str = "Overview") -> AppTest:
    """The page with one of its tabs open."""
    at.switch_page(HEALTH).run()
    at.session_state["health-tab"] = tab
    return at.run()


def said(at: AppTest) -> str:
    """All that stands on the page, to be searched in."""
    html = (each.proto.body for each in at.get("html"))
    buttons = (each.label for each in at.main.button)
    texts = (each.value for each in (*at.main.markdown, *at.main.caption))
    return "\n".join([*(shown(each) for each in (*texts, *buttons)), *html])


def reference_of(at: AppTest) -> str:
    """What a user is told of the last reply."""
    state = session.runtime().open(conversation_of(at), "local")
    return state.messages[-1].id[:8]


def kept(count: int) -> None:
    """Wait until so many turns are kept: their traces end a moment after them."""
    wait_for(lambda: len(session.runtime().telemetry.traces()) >= count)


@pytest.mark.parametrize(
    "tab, sentence",
    [
        ("Overview", "Nothing happened in the last hour."),
        ("Model", "No agent called a model yet."),
        ("Turns", "No turn was made since this server started."),
    ],
)
def test_a_server_that_has_just_started_says_so(app: App, tab: str, sentence: str) -> None:
    at = page(app(), tab)
    assert not at.exception
    assert sentence in said(at)


def test_the_first_thing_said_is_whether_all_is_well(app: App) -> None:
    at = page(app())
    # Where the tests keep every processor busy, the event loop is late.
    late = "Reprise is up; the event loop needs a look."
    assert any(told in shown(at.main.markdown[0].value) for told in ("All is well.", late))
    assert "**Model**" in said(at)
    assert "**Cache**" in said(at)


def test_a_turn_is_listed_with_where_its_reply_came_from(app: App) -> None:
    at = app()
    say(at, "What is the capital of Peru?")
    say(at, "What is the capital of Peru?")
    kept(2)
    page(at, "Turns")
    assert "from the model" in said(at)
    assert "from the cache" in said(at)


def test_a_turn_is_found_by_the_reference_that_its_user_was_told(app: App) -> None:
    at = app()
    say(at, "What is the capital of Chile?")
    reference = reference_of(at)
    kept(1)
    page(at, "Turns")
    at.text_input(turns.SOUGHT).set_value(f"Reference {reference}").run()
    assert not at.exception
    assert f"**{reference}**" in said(at)
    assert "cache lookup" in said(at)
    assert "chat scripted" in said(at)


def test_a_row_of_the_list_opens_its_turn(app: App) -> None:
    at = app()
    say(at, "What is the capital of Nepal?")
    reference = reference_of(at)
    kept(1)
    page(at, "Turns")
    next(button for button in at.main.button if reference in button.label).click().run()
    assert at.text_input(turns.SOUGHT).value == reference
    assert f"**{reference}**" in said(at)


@pytest.mark.parametrize(
    "typed, sentence",
    [
        ("00000000", "No turn with the reference 00000000 is kept."),
        ("![x](http://tracker.example)", "is no reference."),
    ],
)
def test_what_finds_nothing_is_told(app: App, typed: str, sentence: str) -> None:
    at = app()
    say(at, "What is the capital of Ghana?")
    kept(1)
    page(at, "Turns")
    at.text_input(turns.SOUGHT).set_value(typed).run()
    assert sentence in said(at)


def test_turns_that_failed_can_be_looked_at_alone(app: App) -> None:
    at = app()
    say(at, "What is the capital of Mali?")
    kept(1)
    page(at, "Turns")
    at.session_state[turns.ORDER] = turns.FAILED
    at.run()
    assert "None of them failed." in said(at)


def test_calls_are_counted_by_agent(app: App) -> None:
    at = app()
    say(at, "What is the capital of Laos?")
    kept(1)
    page(at, "Model")
    table = at.dataframe[0].value
    assert "chat" in list(table["Agent"])
    assert list(table["Success"]) == [100.0] * len(table)


def test_endpoints_queue_and_budgets_are_shown(app: App) -> None:
    at = app()
    say(at, "What is the capital of Benin?")
    page(at, "Model")
    assert "breaker closed" in said(at)
    assert "none waiting" in said(at)
    assert "None are set" in said(at)


def test_nothing_that_anybody_wrote_is_on_the_page(app: App) -> None:
    at = app()
    say(at, "My secret is xyzzy-4711. What is the capital of Togo?")
    kept(1)
    for tab in TABS:
        page(at, tab)
        if tab == "Turns":
            at.text_input(turns.SOUGHT).set_value(reference_of(at)).run()
        assert not at.exception
        assert "xyzzy" not in said(at)
        assert not any("xyzzy" in str(table.value) for table in at.dataframe)
