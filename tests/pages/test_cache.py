"""The cache page, without a browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from cache import Scope, SemanticCache
from cache.decision import Candidate, Decision
from cache.entries import Entry
from cache.results import Explanation
from cache.stats import LookupRecord
from pages.parts import session
from pages.parts.explorer import labels, savings, trial
from tests.pages.conftest import conversation_of, say, shown

App = Callable[..., AppTest]
CACHE = "../cache.py"
TABLE = "entry-table"


def page(at: AppTest, tab: str = "What if") -> AppTest:
    """The page with one of its tabs open."""
    at.switch_page(CACHE).run()
    at.session_state["tab"] = tab
    return at.run()


def select(at: AppTest, *rows: int) -> AppTest:
    """Tick rows of the table of entries."""
    at.session_state[TABLE] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
    return at.run()


def said(at: AppTest) -> str:
    """All that stands on the page, to be searched in."""
    return "\n".join(shown(each.value) for each in (*at.markdown, *at.text, *at.caption))


def stored() -> SemanticCache:
    """The cache behind the page."""
    cache = session.runtime().cache
    assert cache is not None
    return cache


def figures(at: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in at.main.metric}


# Every tab


@pytest.mark.parametrize(
    "tab, sentence",
    [
        ("What if", "Nothing was looked up yet."),
        ("Entries", "Nothing is stored yet."),
        ("Try a question", "See what the cache would do with a question"),
        ("Labels", "Nothing is left to be judged."),
        ("Savings", "Nothing was saved yet."),
    ],
)
def test_an_empty_cache_says_so(app: App, tab: str, sentence: str) -> None:
    at = page(app(), tab)
    assert not at.exception
    assert sentence in said(at)


def test_somebody_elses_private_questions_are_seen_in_no_tab(app: App) -> None:
    at = app()
    runtime = session.runtime()
    for message in ("I am called Ada. Where do I live?", "And how old am I there?"):
        turn = runtime.send("theirs", "somebody-else", message, threshold=0.9, message_id=message)
        assert turn.wait(60)
    for tab in ("What if", "Entries", "Labels", "Savings"):
        page(at, tab)
        assert not at.exception
        assert "Ada" not in said(at)
        assert not any("Ada" in str(table.value) for table in at.dataframe)


# What if


def test_lookups_are_listed_with_what_was_and_what_would_be(app: App) -> None:
    at = app()
    say(at, "What is the capital of Togo?")
    say(at, "What is the capital of Togo?")
    say(at, "What's the capital city of Togo?")
    page(at)
    assert "2 hits in 3 lookups; at **0.90** it would be **2**" in said(at)
    table = at.dataframe[0].value
    assert list(table["Was"]) == ["hit", "hit", "miss"]
    at.slider("threshold").set_value(1.0).run()
    assert "at **1.00** it would be **1**" in said(at)
    assert list(at.dataframe[0].value["Would be"]) == ["miss", "hit", "miss"]


def test_only_the_lookups_that_would_change_are_listed_on_demand(app: App) -> None:
    at = app()
    say(at, "What is the capital of Gabon?")
    say(at, "What's the capital city of Gabon?")
    page(at)
    at.toggle("lookups-changed").set_value(True).run()
    assert "At 0.90 nothing would change." in said(at)
    at.slider("threshold").set_value(1.0).run()
    assert list(at.dataframe[0].value["Asked"]) == ["What's the capital city of Gabon?"]


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


# Entries


def test_entries_are_listed_with_whom_they_are_for(app: App) -> None:
    at = app()
    say(at, "What is the capital of Mali?")
    say(at, "What is the capital of Mali?")
    page(at, "Entries")
    table = at.dataframe[0].value
    assert list(table["Question"]) == ["What is the capital of Mali?"]
    assert list(table["Hits"]) == [1]
    assert list(table["For"]) == ["everybody"]


def test_a_search_narrows_the_list(app: App) -> None:
    at = app()
    say(at, "What is the capital of Ghana?")
    say(at, "What is the capital of Benin?")
    page(at, "Entries")
    at.text_input("entry-search").set_value("ghana").run()
    assert list(at.dataframe[0].value["Question"]) == ["What is the capital of Ghana?"]
    at.text_input("entry-search").set_value("nowhere *").run()
    assert "Nothing stored here has “nowhere *” in it." in said(at)


def keep(question: str, *tags: str, conversation: str = "") -> Entry:
    """Store an answer as the chat would, in a conversation where one is named."""
    scope = Scope.shared_by_all(prompt="p", model="m")
    if conversation:
        scope = Scope.of_conversation(
            owner="local", conversation=conversation, prompt="p", model="m"
        )
    return stored().store(
        question, "Forty-two.", scope, seconds=2.0, tokens=100, model="scripted", tags=tags
    )


def questions(at: AppTest) -> set[str]:
    return {question for table in at.dataframe for question in table.value["Question"]}


def test_entries_are_filtered_by_audience(app: App) -> None:
    at = say(app(), "What is the capital of Peru?")
    keep("And in winter?", conversation=conversation_of(at))
    keep("And in spring?", conversation="an older chat")
    page(at, "Entries")
    everything = {"What is the capital of Peru?", "And in winter?", "And in spring?"}
    assert everything <= questions(at)
    for audience, expected in {
        "For everybody": "What is the capital of Peru?",
        "This chat’s": "And in winter?",
        "My other chats’": "And in spring?",
    }.items():
        at.selectbox("entry-audience").set_value(audience).run()
        assert questions(at) & everything == {expected}


def test_entries_are_filtered_by_tag(app: App) -> None:
    at = app()
    keep("How long is the pass open?", "mountains", "roads")
    keep("How deep is the lake?", "lakes")
    page(at, "Entries")
    at.selectbox("entry-tag").set_value("roads").run()
    assert questions(at) == {"How long is the pass open?"}


def test_entries_are_pinned_and_released_again(app: App) -> None:
    at = app()
    keep("How old is the bridge?")
    select(page(at, "Entries"), 0)
    at.button("pin-entries").click().run()
    assert list(at.dataframe[0].value["Pinned"]) == [True]
    assert at.button("pin-entries").label == "Unpin"
    at.button("pin-entries").click().run()
    assert [entry.pinned for entry in stored().entries()] == [False]


def test_an_entry_is_taken_out_of_service_and_put_back(app: App) -> None:
    at = app()
    keep("How high is the tower?")
    select(page(at, "Entries"), 0)
    at.button("move-entries").click().run()
    assert list(at.dataframe[0].value["State"]) == ["out of service"]
    at.button("move-entries").click().run()
    assert list(at.dataframe[0].value["State"]) == ["for ever"]


def test_one_selected_entry_is_shown_whole_and_to_the_letter(app: App) -> None:
    at = app()
    keep("What does <b> mean in :smile: text?")
    select(page(at, "Entries"), 0)
    assert "What does <b> mean in :smile: text?" in [each.value for each in at.text]
    assert "Forty-two." in said(at)


# Try a question


def test_a_question_that_is_tried_is_explained_and_not_logged(app: App) -> None:
    at = say(app(), "What is the capital of Niger?")
    before = len(stored().lookups())
    page(at, "Try a question")
    at.text_input("trial-question").set_value("What is the capital city of Niger?").run()
    assert "It would come from the cache" in said(at)
    assert len(stored().lookups()) == before


ENTRY = Entry(
    id=7, question="How do I turn it on?", answer="Press it.", owner="", conversation="",
    purpose="answer", model="m", created_at=0.0, expires_at=None, hits=0, last_hit_at=None,
    seconds=2.0, tokens=50,
)  # fmt: skip
CLOSE = Candidate(ENTRY, "semantic", 0.93, expired=False)


def explained(candidate: Candidate | None, *, served: bool = False) -> Explanation:
    decision = Decision(
        outcome="hit" if served else "miss",
        best=candidate,
        served=candidate if served else None,
        servable=None,
        reason="",
    )
    found = () if candidate is None else (candidate,)
    return Explanation("How do I turn it off?", 0.9, decision, found)


@pytest.mark.parametrize(
    "explanation, fates",
    [
        (explained(None), "stopped unasked unasked unasked"),
        (explained(replace(CLOSE, tier="exact"), served=True), "decided unasked unasked unasked"),
        (explained(replace(CLOSE, similarity=0.8)), "passed stopped unasked unasked"),
        (
            explained(replace(CLOSE, refusal="opposites", refused_by="guard")),
            "passed passed stopped unasked",
        ),
        (
            explained(
                replace(CLOSE, refusal="another answer", refused_by="verifier", verified=False)
            ),
            "passed passed passed stopped",
        ),
        (explained(replace(CLOSE, verified=True), served=True), "passed passed passed decided"),
        (explained(CLOSE, served=True), "passed passed decided unasked"),
    ],
    ids=["empty", "same", "too far", "guard", "verifier", "served", "no verifier"],
)
def test_the_ladder_stops_where_the_decision_fell(explanation: Explanation, fates: str) -> None:
    assert " ".join(rung.fate for rung in trial.ladder(explanation)) == fates


# Labels


def ask_twice(at: AppTest, place: str) -> None:
    say(at, f"What is the capital of {place}?")
    say(at, f"What's the capital city of {place}?")


def test_a_pair_is_judged_and_the_label_kept(app: App) -> None:
    at = app()
    ask_twice(at, "Kenya")
    page(at, "Labels")
    assert figures(at)["To judge"] == "1"
    assert "What's the capital city of Kenya?" in said(at)
    assert "It is a city on a river." in said(at)
    at.button("label-same").click().run()
    assert figures(at)["To judge"] == "0"
    assert figures(at)["Labels"] == "1"
    (judged,) = stored().judged_lookups()
    assert judged.good
    assert judged.source == "manual"


def test_a_judgement_can_be_taken_back(app: App) -> None:
    at = app()
    ask_twice(at, "Sudan")
    page(at, "Labels")
    at.button("label-same").click().run()
    assert "Nothing is left to be judged." in said(at)
    at.button("label-back").click().run()
    at.button("label-other").click().run()
    assert [judged.good for judged in stored().judged_lookups()] == [False]


def test_skipped_pairs_come_again_on_demand(app: App) -> None:
    at = app()
    ask_twice(at, "Egypt")
    page(at, "Labels")
    at.button("label-skip").click().run()
    assert "You skipped 1 pair." in said(at)
    at.button("unskip").click().run()
    assert "What's the capital city of Egypt?" in said(at)


RECORD = LookupRecord(
    id="1", time=0.0, asker="a", scope_id="s", shared=True, purpose="answer", question="asked",
    entry_id=7, nearest_id=7, nearest="stored", similarity=0.9, servable=0.9, outcome="hit",
    tier="semantic", reason="", threshold=0.9, seconds=0.01, seconds_saved=2.0,
)  # fmt: skip


def test_the_same_two_questions_are_judged_once() -> None:
    records = [RECORD, replace(RECORD, id="2"), replace(RECORD, id="3", question="another")]
    assert [len(pair.lookups) for pair in labels.pairs(records)] == [2, 1]


# Savings


def test_what_was_saved_is_told_in_seconds_tokens_and_money(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPRISE_TOKEN_PRICE", "1000000")
    at = app()
    for _ in range(2):
        say(at, "What is the capital of Libya?")
    page(at, "Savings")
    saved = stored().stats()
    assert figures(at)["Tokens saved"] == f"{saved.tokens_saved:,}"
    assert figures(at)["Money saved"] == savings.money(saved.tokens_saved, 1e6)
    assert figures(at)["Hit rate"] == "50 %"


def test_money_is_not_told_where_no_price_is_set(app: App) -> None:
    at = app()
    for _ in range(2):
        say(at, "What is the capital of Qatar?")
    page(at, "Savings")
    assert "Money saved" not in figures(at)


def test_hits_are_summed_by_hour_and_by_day() -> None:
    now = 1_790_000_000.0
    hits = [replace(RECORD, time=now, tokens_saved=50), replace(RECORD, time=now - 60, entry_id=8)]
    old = replace(RECORD, time=now - 40 * 86_400, tokens_saved=7)
    for period in savings.SPANS:
        spans = savings.saved_by([*hits, old], period, now)
        assert len(spans) == savings.SPANS[period]
        assert spans[-1].start <= now
        assert sum(span.hits for span in spans) == 2
        assert sum(span.seconds for span in spans) == 4.0
        assert sum(span.tokens for span in spans) == 50


@pytest.mark.parametrize(
    "tokens, price, told", [(12_300_000, 1.0, "$12.30"), (2_000, 2.5, "$0.0050"), (0, 1.0, "$0.00")]
)
def test_money_is_told_as_exactly_as_it_matters(tokens: int, price: float, told: str) -> None:
    assert savings.money(tokens, price) == told
