"""The cache page, without a browser."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from pages.parts import session
from tests.pages.conftest import say

App = Callable[..., AppTest]
CACHE = "../cache.py"


def _page(at: AppTest) -> AppTest:
    return at.switch_page(CACHE).run()


def test_an_empty_cache_says_so(app: App) -> None:
    at = _page(app())
    assert not at.exception
    assert any("Nothing is stored yet" in markdown.value for markdown in at.markdown)
    assert any("Nothing was looked up yet" in markdown.value for markdown in at.markdown)


def test_entries_and_lookups_are_listed(app: App) -> None:
    at = app()
    say(at, "What is the capital of Togo?")
    say(at, "What is the capital of Togo?")
    _page(at)
    entries, lookups = (table.value for table in at.dataframe)
    assert list(entries["Question"]) == ["What is the capital of Togo?"]
    assert list(entries["Hits"]) == [1]
    assert list(entries["For"]) == ["everybody"]
    assert list(lookups["Was"]) == ["hit", "miss"]


def test_somebody_elses_private_entries_are_not_listed(app: App) -> None:
    at = app()
    runtime = session.runtime()
    for text in ("I am called Ada. Where do I live?", "And how old am I there?"):
        turn = runtime.send("theirs", "somebody-else", text, threshold=0.9, message_id=text)
        assert turn.wait(60)
    _page(at)
    tables = [table.value for table in at.dataframe]
    assert not any("Ada" in question for table in tables for question in table.iloc[:, 0])


def test_a_search_narrows_the_list(app: App) -> None:
    at = app()
    say(at, "What is the capital of Ghana?")
    say(at, "What is the capital of Benin?")
    _page(at)
    at.text_input("entry-search").set_value("ghana").run()
    assert list(at.dataframe[0].value["Question"]) == ["What is the capital of Ghana?"]
    at.text_input("entry-search").set_value("nowhere *").run()
    assert any("Nothing stored has" in markdown.value for markdown in at.markdown)


def test_a_question_that_is_tried_is_explained_and_not_logged(app: App) -> None:
    at = say(app(), "What is the capital of Niger?")
    before = len(session.runtime().cache.lookups())
    _page(at)
    at.text_input("trial-question").set_value("What is the capital city of Niger?").run()
    assert any("It would come from the cache" in markdown.value for markdown in at.markdown)
    assert len(session.runtime().cache.lookups()) == before


def test_the_slider_says_what_would_have_hit(app: App) -> None:
    at = app()
    say(at, "What is the capital of Chad?")
    say(at, "What's the capital city of Chad?")
    at.slider("threshold").set_value(1.0).run()
    card = " ".join(caption.value for caption in at.sidebar.caption)
    assert "At **1.00**, 0 of the last 2 lookups would have hit." in card
    at.slider("threshold").set_value(0.5).run()
    card = " ".join(caption.value for caption in at.sidebar.caption)
    assert "At **0.50**, 1 of the last 2 lookups would have hit." in card


def test_a_threshold_in_the_address_that_is_none_is_told(app: App) -> None:
    at = app(threshold="1.5")
    assert any("The address asks for a threshold of" in m.value for m in at.sidebar.markdown)
    assert at.slider("threshold").value == 0.9
