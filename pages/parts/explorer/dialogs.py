"""Questions that are asked before something stored is removed for good."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import Final

import streamlit as st

from cache import CacheError, Entry, SemanticCache
from pages.parts import notices, session, text, words
from pages.parts.explorer import common

MINE, ALL = "Only mine", "All"
TABLE: Final = "entry-table"
"""The key of the table of entries: what is selected in it goes with what is removed."""
NAMED: Final = 5


@st.dialog("Delete these answers?")
def delete(cache: SemanticCache, chosen: Sequence[Entry]) -> None:
    """Delete entries, after a look at them."""
    for entry in chosen[:NAMED]:
        st.text(text.preview(entry.question))
    if len(chosen) > NAMED:
        st.caption(f"and {len(chosen) - NAMED} more")
    st.caption("The model will answer these questions anew.")
    if st.button("Delete", type="primary", icon=":material/delete:", key="delete-confirmed"):
        ids = [entry.id for entry in chosen]
        change(lambda: cache.delete(*ids, owner=session.owner()))


@st.dialog("Tags")
def tags(cache: SemanticCache, chosen: Sequence[Entry], known: Sequence[str], key: str) -> None:
    """Change the tags of entries; what only some of them have is shown, and then for all.

    `key` is that of this opening.
    """
    for entry in chosen[:NAMED]:
        st.text(text.preview(entry.question))
    if len(chosen) > NAMED:
        st.caption(f"and {len(chosen) - NAMED} more")
    had = sorted({tag for entry in chosen for tag in entry.tags})
    told = st.multiselect(
        "Tags", sorted({*known, *had}), default=had, key=key, accept_new_options=True,
        placeholder="Choose or write a tag", format_func=text.preview,
    )  # fmt: skip
    all_get = " All of these answers get them." if len(chosen) > 1 else ""
    st.caption(f"Answers under a tag can be dropped together.{all_get}")
    if st.button("Save", type="primary", icon=":material/sell:", key="tags-confirmed"):
        given = {tag.strip() for tag in told if tag.strip()}
        _set_tags(cache, [entry.id for entry in chosen], given)


def _set_tags(cache: SemanticCache, ids: Sequence[int], given: Collection[str]) -> None:
    try:
        cache.set_tags(*ids, tags=given, owner=session.owner())
    except CacheError as error:
        notices.problem(error)
        return
    common.done(f"Tags of {words.counted(len(ids), 'answer')} changed")
    st.rerun()


@st.dialog("Drop a tag?")
def drop_tag(cache: SemanticCache, tags: Sequence[str], known: Sequence[Entry], key: str) -> None:
    """Remove all answers under a tag, those that are being written now included.

    `key` is that of this opening.
    """
    tag = st.selectbox("Tag", tags, key=key, format_func=text.preview)
    count = Counter(each for entry in known for each in entry.tags)[tag]
    st.markdown(
        f"{words.counted(count, 'answer')} that you see, and those of other users under this tag, "
        "go. What the model is answering under it now will not be kept either."
    )
    if st.button("Drop", type="primary", icon=":material/label_off:", key="tag-confirmed"):
        change(lambda: cache.bump(tag))


@st.dialog("Clear the cache?")
def clear(cache: SemanticCache, key: str) -> None:
    """Remove everything, or everything of one's own; `key` is that of this opening."""
    which = st.radio("Whose answers?", [MINE, ALL], key=key, horizontal=True)
    if which == MINE:
        st.markdown(
            "The answers that only your own chats are served go, and the log of what you asked. "
            "What is for everybody stays."
        )
    else:
        st.markdown(
            "All stored answers go, those of every user, and the log of lookups. Conversations "
            "and labels stay."
        )
    label = "Clear mine" if which == MINE else "Clear all"
    if st.button(label, type="primary", icon=":material/delete_sweep:", key="clear-confirmed"):
        owner = session.owner() if which == MINE else None
        change(lambda: cache.clear(owner=owner))


def change(remove: Callable[[], int]) -> None:
    """Remove entries and draw the page anew, which tells how many there were."""
    try:
        count = remove()
    except CacheError as error:
        notices.problem(error)
        return
    common.done(f"{words.counted(count, 'entry', 'entries')} removed")
    st.session_state.pop(TABLE, None)
    st.rerun()
