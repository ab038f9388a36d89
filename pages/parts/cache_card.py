"""The cache in the sidebar: what it does, and how close a question has to be."""

from __future__ import annotations

import streamlit as st

from agents.errors import RepriseError
from cache import CacheError, SemanticCache
from cache.words import percent
from pages.parts import session, text, words

KEY = "cache-card"
LOOKUPS = "lookups"
TRIAL = "trial"
_FOLLOWERS = "_followers"
LAST = 50


def draw() -> None:
    """Draw the card, in a fragment of its own: moving the slider disturbs nothing else."""
    st.session_state[_FOLLOWERS] = []
    _refuse_bad_threshold()
    _card()
    runtime = session.runtime()
    if runtime.cache is None and runtime.status().cache.state != "failed":
        _await_cache()


def take_along(*fragments: str) -> None:
    """Draw these fragments of the page anew, too, when the slider moves."""
    st.session_state[_FOLLOWERS] = list(fragments)


def _refuse_bad_threshold() -> None:
    """Tell about a threshold in the address that cannot be used; Streamlit then drops it."""
    given = st.query_params.get(session.THRESHOLD)
    if given is None or session.THRESHOLD in st.session_state:
        return
    low = lowest()
    try:
        usable = low <= float(given) <= 1.0
    except ValueError:
        usable = False
    if not usable:
        st.session_state["_threshold-refused"] = (
            f"The address asks for a threshold of “{given[:20]}”. It has to be a number from "
            f"{low:.2f} to 1.00, so it stays at {session.threshold():.2f}."
        )


@st.fragment(run_every=1.0)
def _await_cache() -> None:
    """Draw the page anew once the cache is there."""
    runtime = session.runtime()
    if runtime.cache is not None or runtime.status().cache.state == "failed":
        st.rerun()


def lowest() -> float:
    """The slider's lower end; a lower setting moves it down."""
    return min(session.LOWEST, session.runtime().settings.threshold)


@st.fragment(key=KEY)
def _card() -> None:
    with st.container(border=True, key=KEY):
        st.markdown("**Semantic cache**")
        _slider()
        _automatic()
        refused = st.session_state.get("_threshold-refused")
        if refused:
            st.markdown(f":small[:orange[:material/warning: {text.label(refused)}]]")
        cache = session.runtime().cache
        if cache is None:
            st.caption(_why_absent())
            return
        try:
            _figures(cache)
        except CacheError as error:
            st.caption(text.label(str(error)))


def _slider() -> None:
    st.slider(
        "Similarity threshold",
        lowest(),
        1.0,
        session.runtime().settings.threshold,
        0.01,
        key=session.THRESHOLD,
        bind="query-params",
        on_change=_moved,
        disabled=session.is_automatic(),
        help="How close a question has to be to one that was answered before, so that its "
        "answer is given again. Lower: faster, and more often wrong.",
    )


def _automatic() -> None:
    """The switch that leaves the threshold to evidence, and what it chose."""
    budget = session.runtime().settings.error_budget
    st.toggle(
        "Choose it for me",
        session.runtime().settings.auto_threshold,
        key=session.AUTOMATIC,
        bind="query-params",
        on_change=_moved,
        help=f"The lowest threshold at which wrong answers surely stay within {percent(budget)} of "
        "those served, by your thumbs, by checks in idle time and by earlier measurements.",
    )
    if not session.is_automatic():
        return
    try:
        chosen = session.runtime().evidence().recommended
    except (RepriseError, CacheError):
        st.caption("The slider holds until the cache is open.")
        return
    st.caption(text.label(chosen.reason))


def _moved() -> None:
    st.session_state.pop("_threshold-refused", None)
    st.rerun([KEY, *st.session_state[_FOLLOWERS]])


def _figures(cache: SemanticCache) -> None:
    what_if = cache.what_if(session.threshold(), last=LAST, owner=session.owner())
    if what_if.lookups:
        st.caption(
            f"At **{session.threshold():.2f}**, {what_if.hits} of the last "
            f"{words.counted(what_if.lookups, 'lookup')} would have hit."
        )
    else:
        st.caption("Nothing was looked up yet.")
    stats = cache.stats()
    with st.grid(2, min_column_width=70, gap="small", key="cache-figures"):
        st.metric("Hit rate", words.percent(stats.hit_rate))
        st.metric("Saved", words.brief(stats.seconds_saved))
    st.caption(words.counted(stats.entries, "entry", "entries"))


def _why_absent() -> str:
    if session.runtime().status().cache.state == "failed":
        return "Out of service: see the note above the page."
    return "Being opened …"
