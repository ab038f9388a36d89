"""Labels: pairs of questions are judged by keyboard, and what that did to the estimate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import streamlit as st

from agents.errors import RepriseError
from agents.evidence import Evidence
from cache import CacheError, Entry, LookupRecord, SemanticCache
from cache.words import percent
from pages.parts import cache_card, notices, session, text, words
from pages.parts.explorer import common

FRAGMENT: Final = "labels"
WAITING: Final = 500
QUIET: Final[Mapping[str, Any]] = MappingProxyType({"delta_color": "off", "delta_arrow": "off"})
"""A change is told even where it is none: a line that comes later would move the buttons."""
_BEGAN, _SKIPPED = "_labels-began", "_labels-skipped"
_BACK, _AGAIN = "_labels-back", "_labels-again"


@dataclass(frozen=True, slots=True)
class Pair:
    """A question with the stored one nearest to it, and every lookup in which they met.

    Attributes:
        lookups: Newest first; the same judgement holds for all of them.
    """

    lookups: tuple[LookupRecord, ...]

    @property
    def id(self) -> str:
        return self.lookups[0].id

    @property
    def asked(self) -> str:
        return self.lookups[0].question

    @property
    def stored(self) -> str:
        return self.lookups[0].nearest or ""


@dataclass(frozen=True, slots=True)
class Began:
    """How things stood when this page was first opened: what labels changed is told from here."""

    labels: int
    evidence: Evidence


def draw(cache: SemanticCache) -> None:
    """Draw the tab; it follows the slider."""
    cache_card.take_along(FRAGMENT)
    _draw(cache)


@st.fragment(key=FRAGMENT)
def _draw(cache: SemanticCache) -> None:
    try:
        waiting = pairs(cache.unlabelled(limit=WAITING, owner=session.owner()))
        labels = len(cache.judged_lookups())
        evidence = session.runtime().evidence()
        _figures(labels, evidence, len(waiting))
        _next(cache, waiting)
    except (CacheError, RepriseError) as error:
        notices.problem(error)


def pairs(records: Sequence[LookupRecord]) -> tuple[Pair, ...]:
    """The lookups by what is to be judged in them: the same two questions come up once."""
    found: dict[tuple[str, str | None], list[LookupRecord]] = {}
    for record in records:
        found.setdefault((record.question, record.nearest), []).append(record)
    return tuple(Pair(tuple(each)) for each in found.values())


def _figures(labels: int, evidence: Evidence, waiting: int) -> None:
    threshold = session.threshold()
    began: Began = st.session_state.setdefault(_BEGAN, Began(labels, evidence))
    before, now = began.evidence.at(threshold), evidence.at(threshold)
    recommended = evidence.recommended
    with st.grid(4, min_column_width=150, gap="small", key="label-figures"):
        st.metric("To judge", f"{waiting:,}", "pairs of questions", **QUIET)
        st.metric("Labels", f"{labels:,}", f"{labels - began.labels:+,} here", **QUIET)
        st.metric(
            f"Wrong at {threshold:.2f}",
            percent(now.wrong) if now.evidence > 0 else "–",
            f"{100 * (now.wrong - before.wrong):+.1f} points",
            help="The estimated share of wrong answers among those served: between "
            f"{percent(now.lower)} and {percent(now.upper)}, each with 95 % certainty. "
            "Below it: what changed since you opened this page.",
            **QUIET,
        )
        st.metric(
            "Recommended",
            f"{recommended.threshold:.2f}",
            f"{recommended.threshold - began.evidence.recommended.threshold:+.2f}",
            help=text.label(f"The recommended threshold. {recommended.reason}"),
            **QUIET,
        )


def _next(cache: SemanticCache, waiting: Sequence[Pair]) -> None:
    skipped: set[str] = st.session_state.setdefault(_SKIPPED, set())
    back: Pair | None = st.session_state.get(_BACK)
    if back is not None and st.session_state.get(_AGAIN):
        _judge(cache, back, can_go_back=False)
        return
    left = [pair for pair in waiting if pair.id not in skipped]
    if left:
        _judge(cache, left[0], can_go_back=back is not None)
        return
    if waiting:
        _only_skipped(len(waiting))
    else:
        notices.nothing(
            "no-pairs",
            "Nothing is left to be judged.",
            "A question that was answered with the answer to another one, or nearly was, "
            "appears here. Each judgement makes the estimate of wrong answers surer.",
        )
    if back is not None:
        _back_button(disabled=False)


def _only_skipped(count: int) -> None:
    notices.nothing(
        "no-pairs",
        f"You skipped {words.counted(count, 'pair')}.",
        "Nothing else is left to be judged.",
    )
    st.button("Show them again", icon=":material/replay:", key="unskip", on_click=_unskip)


def _unskip() -> None:
    st.session_state[_SKIPPED] = set()


def _judge(cache: SemanticCache, pair: Pair, *, can_go_back: bool) -> None:
    with st.container(border=True, key="pair", gap="small"):
        _sides(cache, pair)
        st.markdown("**Does the stored answer serve the question asked?**")
        with st.container(horizontal=True, vertical_alignment="center", key="judgements"):
            st.button("Same answer", icon=":material/check:", shortcut="y", key="label-same",
                      on_click=_label, args=(cache, pair, True))  # fmt: skip
            st.button("Not the same", icon=":material/close:", shortcut="n", key="label-other",
                      on_click=_label, args=(cache, pair, False))  # fmt: skip
            st.button("Skip", icon=":material/skip_next:", shortcut="s", key="label-skip",
                      type="tertiary", on_click=_skip, args=(pair,))  # fmt: skip
            _back_button(disabled=not can_go_back)
    if len(pair.lookups) > 1:
        st.caption(f"It came up {len(pair.lookups)} times; the judgement holds for all of them.")


def _back_button(*, disabled: bool) -> None:
    st.button("Back", icon=":material/undo:", shortcut="u", key="label-back", type="tertiary",
              disabled=disabled, on_click=_go_back)  # fmt: skip


def _sides(cache: SemanticCache, pair: Pair) -> None:
    with st.grid(2, min_column_width=260, gap="small", key="sides"):
        with st.container(key="side-asked", gap="xsmall"):
            st.caption("Asked")
            common.question(pair.asked)
        with st.container(key="side-stored", gap="xsmall"):
            st.caption("Stored")
            common.question(pair.stored)
    st.caption("Stored answer")
    with st.container(height=160, border=False, key="stored-answer"):
        entry = _entry(cache, pair)
        if entry is None:
            st.markdown(
                ":gray[It has been removed. The two questions can be judged all the same: would "
                "one answer do for both?]"
            )
        else:
            common.answer(entry)


def _entry(cache: SemanticCache, pair: Pair) -> Entry | None:
    found = cache.entries(search=pair.stored, owner=session.owner(), limit=WAITING)
    wanted = pair.lookups[0].nearest_id
    same = [entry for entry in found if entry.question == pair.stored]
    return next((entry for entry in same if entry.id == wanted), same[0] if same else None)


def _label(cache: SemanticCache, pair: Pair, good: bool) -> None:  # noqa: FBT001
    try:
        for lookup in pair.lookups:
            cache.label(lookup.id, good=good, source="manual")
    except CacheError as error:
        st.toast(text.label(str(error)), icon=":material/error:")
        return
    st.session_state[_BACK] = pair
    st.session_state[_AGAIN] = False


def _skip(pair: Pair) -> None:
    st.session_state[_SKIPPED] = st.session_state[_SKIPPED] | {pair.id}
    st.session_state[_AGAIN] = False


def _go_back() -> None:
    st.session_state[_AGAIN] = True
