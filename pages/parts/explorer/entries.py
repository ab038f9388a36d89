"""Entries: what is stored, found by text, audience and tag, and what can be done to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import streamlit as st

from cache import CacheError, Entry, SemanticCache
from pages.parts import notices, session, text, words
from pages.parts.explorer import common, compare, dialogs, transfer

MOST_READ: Final = 5_000
MOST_SHOWN: Final = 500
EVERY, SHARED = "For all and me", "For everybody"
HERE, ELSEWHERE = "This chat’s", "My other chats’"
AUDIENCES: Final = (EVERY, SHARED, HERE, ELSEWHERE)
EVERY_TAG: Final = "Any tag"
LONG: Final = 800
"""From how many characters on an answer scrolls in a box of its own."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What is looked for among the entries.

    Attributes:
        search: In questions and answers; "" finds all.
        audience: One of `AUDIENCES`.
        tag: None finds all.
    """

    search: str = ""
    audience: str = EVERY
    tag: str | None = None


def draw(cache: SemanticCache) -> None:
    """Draw the tab."""
    common.tell_done()
    _draw(cache)


@st.fragment
def _draw(cache: SemanticCache) -> None:
    try:
        known = cache.entries(limit=MOST_READ, owner=session.owner())
        filters = _filters(known)
        found = _found(cache, known, filters)
    except CacheError as error:
        notices.problem(error)
        return
    chosen = _table(found) if found else _none(known, filters)
    _buttons(cache, chosen, len(found), _tags(known))
    if len(chosen) == 1:
        _details(chosen[0])
    _whole(cache, known)
    compare.draw(cache)


def _tags(known: Sequence[Entry]) -> list[str]:
    return sorted({tag for entry in known for tag in entry.tags})


def _filters(known: Sequence[Entry]) -> Filters:
    tags = _tags(known)
    tag: str | None = None
    with st.container(horizontal=True, key="entry-filters"):
        search = st.text_input(
            "Search", key="entry-search", placeholder="Search in questions and answers",
            label_visibility="collapsed", icon=":material/search:", type="search", live=True,
        )  # fmt: skip
        audience = st.selectbox("For", AUDIENCES, key="entry-audience", required=True,
                                label_visibility="collapsed", width=180)  # fmt: skip
        if tags:
            tag = st.selectbox("Tag", [EVERY_TAG, *tags], key="entry-tag", format_func=text.preview,
                               label_visibility="collapsed", width=180)  # fmt: skip
    return Filters(search or "", audience, None if tag == EVERY_TAG else tag)


def _found(cache: SemanticCache, known: Sequence[Entry], filters: Filters) -> Sequence[Entry]:
    """The entries that the filters leave."""
    if filters == Filters():
        return known
    entries = cache.entries(
        search=filters.search,
        limit=MOST_READ,
        owner="" if filters.audience == SHARED else session.owner(),
        tag=filters.tag,
    )
    return [entry for entry in entries if _is_for(entry, filters.audience)]


def _is_for(entry: Entry, audience: str) -> bool:
    if audience in (HERE, ELSEWHERE):
        here = entry.conversation == session.conversation()
        return not entry.shared and here == (audience == HERE)
    return True


def _none(known: Sequence[Entry], filters: Filters) -> list[Entry]:
    if not known:
        kept = "Every complete answer of the model is kept here to be given again."
        notices.nothing("no-entries", "Nothing is stored yet.", kept)
    elif filters.search:
        missing = f"Nothing stored here has “{text.label(filters.search)}” in it."
        notices.nothing("no-entries", missing, "Other words or other filters may find it.")
    else:
        notices.nothing("no-entries", "Nothing stored is like that.", "Choose other filters.")
    return []


def _table(found: Sequence[Entry]) -> list[Entry]:
    shown = found[:MOST_SHOWN]
    now = time.time()
    event = st.dataframe(
        {
            "Question": [text.preview(entry.question) for entry in shown],
            "Hits": [entry.hits for entry in shown],
            "State": [_state(entry, now) for entry in shown],
            "Pinned": [entry.pinned for entry in shown],
            "For": [common.audience(entry) for entry in shown],
            "Tags": [list(entry.tags) for entry in shown],
            "Answer": [common.answer_line(entry) for entry in shown],
        },
        key=dialogs.TABLE,
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        alt="Stored answers",
        # Pixels. The first three columns fit a telephone, all together a small screen.
        column_config={
            "Question": st.column_config.TextColumn(width=182),
            "Hits": st.column_config.NumberColumn(width=45),
            "State": st.column_config.TextColumn(width=98),
            "Pinned": st.column_config.CheckboxColumn(width=62),
            "For": st.column_config.TextColumn(width=92),
            "Tags": st.column_config.ListColumn(width=125),
            "Answer": st.column_config.TextColumn(width=208),
        },
    )
    return [shown[row] for row in event.selection.rows if row < len(shown)]


def _state(entry: Entry, now: float) -> str:
    return "out of service" if entry.quarantined else words.left(entry.expires_at, now)


def _buttons(cache: SemanticCache, chosen: list[Entry], count: int, tags: Sequence[str]) -> None:
    pinned = bool(chosen) and all(entry.pinned for entry in chosen)
    out = bool(chosen) and all(entry.quarantined for entry in chosen)
    ids = [entry.id for entry in chosen]
    pin = partial(cache.pin, *ids, pinned=not pinned, owner=session.owner())
    move = partial(cache.release if out else cache.quarantine, *ids, owner=session.owner())
    with st.container(horizontal=True, vertical_alignment="center", key="entry-buttons"):
        st.button("Unpin" if pinned else "Pin", icon=":material/keep:", disabled=not chosen,
                  key="pin-entries", help="A pinned answer is never removed for want of room.",
                  on_click=_do, args=(pin,))  # fmt: skip
        st.button("Put back" if out else "Take out", disabled=not chosen, key="move-entries",
                  icon=":material/undo:" if out else ":material/block:",
                  help="What is taken out is kept here, and served to nobody.",
                  on_click=_do, args=(move,))  # fmt: skip
        st.button("Compare", icon=":material/compare_arrows:", key="compare-entry",
                  disabled=len(chosen) != 1 or not compare.can_be(chosen[0]),
                  help="The model answers anew a question that stands alone, for you to compare.",
                  on_click=compare.begin, args=(chosen[0] if chosen else None,))  # fmt: skip
        subjects = "Subjects under which answers are found, and dropped together."
        if st.button("Tags", icon=":material/sell:", disabled=not chosen, key="tag-entries",
                     help=subjects):  # fmt: skip
            dialogs.tags(cache, chosen, tags, session.fresh_key("tags"))
        if st.button("Delete", icon=":material/delete:", disabled=not chosen, key="delete-entries"):
            dialogs.delete(cache, chosen)
        st.caption(_count(len(chosen), count), width="content")


def _count(chosen: int, count: int) -> str:
    if chosen:
        return f"{chosen} of {count} selected"
    shown = f", the newest {MOST_SHOWN} shown" if count > MOST_SHOWN else ""
    return words.counted(count, "entry", "entries") + shown


def _do(change: Callable[[], object]) -> None:
    try:
        change()
    except CacheError as error:
        st.toast(text.label(str(error)), icon=":material/error:")


def _details(entry: Entry) -> None:
    now = time.time()
    facts = [
        f"stored {words.ago(entry.created_at, now)} by {entry.model}",
        f"took {words.duration(entry.seconds)}",
        f"{entry.tokens:,} tokens" if entry.tokens else "",
        f"last served {words.ago(entry.last_hit_at, now)}" if entry.last_hit_at else "",
        f"at threshold {entry.threshold:.2f}" if entry.threshold is not None else "",
    ]
    with st.container(border=True, key="entry-details", gap="xsmall"):
        common.question(entry.question)
        st.caption(text.label(notices.strip(facts)))
        with st.container(height=260 if len(entry.answer) > LONG else "content", border=False):
            common.answer(entry)


def _whole(cache: SemanticCache, known: Sequence[Entry]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="whole-cache"):
        transfer.export_button(cache, disabled=not known)
        if st.button("Import", icon=":material/upload:", key="import", type="tertiary"):
            transfer.bring_in(cache, session.fresh_key("import-file"))
        tags = _tags(known)
        if st.button("Drop a tag", icon=":material/label_off:", key="drop-tag", type="tertiary",
                     disabled=not tags):  # fmt: skip
            dialogs.drop_tag(cache, tags, known, session.fresh_key("dropped"))
        if st.button("Clear expired", icon=":material/auto_delete:", key="clear-expired",
                     type="tertiary"):  # fmt: skip
            dialogs.change(cache.clear_expired)
        if st.button("Clear", icon=":material/delete_sweep:", key="clear-all", type="tertiary"):
            dialogs.clear(cache, session.fresh_key("clear-whose"))
