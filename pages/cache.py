"""Cache: what is stored, what was looked up, and why a question would be served or not."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import streamlit as st

from agents.errors import RepriseError
from cache import CacheError, Candidate, Entry, Explanation, LookupRecord, SemanticCache
from pages.parts import cache_card, notices, session, text, words

MOST_ROWS = 500
WIDTHS = {
    "Question": 235,
    "Answer": 265,
    "For": 85,
    "Hits": 50,
    "A hit saves": 85,
    "Stored": 90,
    "Kept": 80,
}


def draw() -> None:
    """Draw the page."""
    st.title("Cache", anchor=False)
    cache = session.runtime().cache
    if cache is None:
        _wait()
        return
    entries, lookups, trial = st.tabs(["Entries", "Lookups", "Try a question"], key="cache-tabs")
    with entries:
        _entries(cache)
    with lookups:
        _lookups(cache)
    with trial:
        _trial()
    cache_card.take_along(cache_card.LOOKUPS, cache_card.TRIAL)


@st.fragment(run_every=0.5)
def _wait() -> None:
    if session.runtime().cache is not None:
        st.rerun()
    if session.runtime().status().cache.state != "failed":
        st.markdown(":shimmer[Opening the cache …]")


@st.fragment
def _entries(cache: SemanticCache) -> None:
    search = st.text_input(
        "Search",
        key="entry-search",
        placeholder="Search in questions and answers",
        label_visibility="collapsed",
        icon=":material/search:",
        type="search",
        live=True,
    )
    try:
        found = cache.entries(search=search or "", limit=MOST_ROWS, owner=session.owner())
    except CacheError as error:
        notices.problem(error)
        return
    if not found:
        _no_entries(search or "")
        chosen: list[Entry] = []
    else:
        chosen = _entry_table(found)
    _entry_buttons(cache, chosen, len(found))


def _no_entries(search: str) -> None:
    with st.container(border=True, key="no-entries"):
        if search:
            st.markdown(f"Nothing stored has “{text.label(search)}” in it.")
        else:
            st.markdown("**Nothing is stored yet.**")
            st.markdown(":gray[Every complete answer of the model is kept here to be given again.]")


def _entry_table(found: tuple[Entry, ...]) -> list[Entry]:
    now = time.time()
    event = st.dataframe(
        {
            "Question": [text.preview(entry.question) for entry in found],
            "Answer": [_answer(entry) for entry in found],
            "For": [_audience(entry) for entry in found],
            "Hits": [entry.hits for entry in found],
            "A hit saves": [words.duration(entry.seconds) for entry in found],
            "Stored": [words.ago(entry.created_at, now) for entry in found],
            "Kept": [
                "out of service" if entry.quarantined else words.left(entry.expires_at, now)
                for entry in found
            ],
        },
        key="entry-table",
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        alt="Stored answers",
        column_config={
            name: st.column_config.Column(width=width) for name, width in WIDTHS.items()
        },
    )
    return [found[row] for row in event.selection.rows if row < len(found)]


def _answer(entry: Entry) -> str:
    """The answer's beginning; of a plan, the titles of its steps."""
    if entry.purpose != "plan":
        return text.preview(entry.answer)
    try:
        titles = [str(step["title"]) for step in json.loads(entry.answer)["steps"]]
    except (ValueError, KeyError, TypeError):
        return text.preview(entry.answer)
    return "Plan: " + " · ".join(titles)


def _audience(entry: Entry) -> str:
    if entry.shared:
        return "everybody"
    return "this chat" if entry.conversation == session.conversation() else "another chat"


def _entry_buttons(cache: SemanticCache, chosen: list[Entry], count: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="entry-buttons"):
        if st.button("Delete", icon=":material/delete:", disabled=not chosen, key="delete-entries"):
            _confirm_delete(cache, chosen)
        if st.button("Clear expired", icon=":material/auto_delete:", key="clear-expired"):
            _change(cache.clear_expired, "expired entry", "expired entries")
        if st.button("Clear all", icon=":material/delete_sweep:", key="clear-all"):
            _confirm_clear(cache)
        chosen_words = f"{len(chosen)} of {count} selected" if chosen else ""
        st.caption(chosen_words or words.counted(count, "entry", "entries"), width="content")
    done = st.session_state.pop("_cache-done", None)
    if done:
        st.toast(done, icon=":material/check:")


@st.dialog("Delete these answers?")
def _confirm_delete(cache: SemanticCache, chosen: list[Entry]) -> None:
    for entry in chosen[:5]:
        st.text(text.preview(entry.question))
    if len(chosen) > 5:
        st.caption(f"and {len(chosen) - 5} more")
    st.caption("The model will answer these questions anew.")
    if st.button("Delete", type="primary", icon=":material/delete:", key="delete-confirmed"):
        ids = [entry.id for entry in chosen]
        _change(lambda: cache.delete(*ids), "entry", "entries")


@st.dialog("Clear the whole cache?")
def _confirm_clear(cache: SemanticCache) -> None:
    st.markdown(
        "All stored answers go, those of every user, and the log of lookups. Conversations stay."
    )
    if st.button(
        "Clear all", type="primary", icon=":material/delete_sweep:", key="clear-confirmed"
    ):
        _change(cache.clear, "entry", "entries")


def _change(change: Callable[[], int], one: str, many: str) -> None:
    try:
        count = change()
    except CacheError as error:
        notices.problem(error)
        return
    st.session_state["_cache-done"] = f"{words.counted(count, one, many)} removed"
    st.session_state.pop("entry-table", None)
    st.rerun()


@st.fragment(key=cache_card.LOOKUPS)
def _lookups(cache: SemanticCache) -> None:
    threshold = session.threshold()
    try:
        records = cache.lookups(limit=MOST_ROWS, owner=session.owner())
    except CacheError as error:
        notices.problem(error)
        return
    if not records:
        with st.container(border=True, key="no-lookups"):
            st.markdown("**Nothing was looked up yet.**")
            st.markdown(":gray[Ask something in the chat; each question appears here.]")
        return
    would = sum(record.would_hit(threshold) for record in records)
    were = sum(record.hit for record in records)
    st.markdown(
        f"{words.counted(were, 'hit')} in {words.counted(len(records), 'lookup')}; "
        f"at **{threshold:.2f}** it would be **{would}**. "
        ":gray[Move the slider in the sidebar to see what changes.]"
    )
    _lookup_table(records, threshold)


def _lookup_table(records: tuple[LookupRecord, ...], threshold: float) -> None:
    now = time.time()
    st.dataframe(
        {
            "Asked": [text.preview(record.question) for record in records],
            "Nearest": [text.preview(record.nearest or "–") for record in records],
            "Similarity": [_shown(record.similarity) for record in records],
            "Was": [record.outcome for record in records],
            "Would be": ["hit" if record.would_hit(threshold) else "miss" for record in records],
            "Why": [record.reason for record in records],
            "When": [words.ago(record.time, now) for record in records],
        },
        key="lookup-table",
        hide_index=True,
        alt="The last lookups",
        column_config={
            "Asked": st.column_config.TextColumn(width=190),
            "Nearest": st.column_config.TextColumn(width=190),
            "Similarity": st.column_config.ProgressColumn(
                min_value=0.0, max_value=1.0, format="%.2f", width=110
            ),
            "Was": st.column_config.TextColumn(width=65),
            "Would be": st.column_config.TextColumn(width=70),
            "Why": st.column_config.TextColumn(width=220),
            "When": st.column_config.TextColumn(width=80),
        },
    )


def _shown(similarity: float | None) -> float | None:
    return None if similarity is None else max(0.0, float(words.similarity(similarity)))


@st.fragment(key=cache_card.TRIAL)
def _trial() -> None:
    question = st.text_input(
        "A question",
        key="trial-question",
        placeholder="How would you ask it?",
        label_visibility="collapsed",
        icon=":material/help:",
    )
    if not question or not question.strip():
        st.caption(
            "See what the cache would do with a question, and why. Nothing is asked of the "
            "model and nothing is logged."
        )
        return
    try:
        explained = session.runtime().explain(question, session.threshold())
    except (RepriseError, CacheError) as error:
        notices.problem(error)
        return
    _explanation(explained)


def _explanation(explained: Explanation) -> None:
    if explained.hit:
        st.badge("It would come from the cache", icon=":material/bolt:", color="green")
    else:
        st.badge("It would go to the model", icon=":material/neurology:", color="gray")
    st.markdown(text.label(explained.reason))
    for number, candidate in enumerate(explained.candidates):
        _candidate(number, candidate, explained.threshold)


def _candidate(number: int, candidate: Candidate, threshold: float) -> None:
    with st.container(border=True, key=f"candidate-{number}", gap="xsmall"):
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
        ):
            st.text(text.preview(candidate.entry.question))
            st.caption(text.label(candidate.verdict(threshold)), width="content")
        st.progress(
            min(1.0, max(0.0, candidate.similarity)),
            text=f"similarity {words.similarity(candidate.similarity)}",
        )
        st.caption(text.label(_answer(candidate.entry)))


draw()
