"""Try a question: what the cache would do with it, rung by rung, without doing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import streamlit as st

from agents.errors import RepriseError
from cache import CacheError, Candidate, Explanation, SemanticCache, judge
from pages.parts import cache_card, notices, session, text, words
from pages.parts.explorer import common

Fate = Literal["passed", "decided", "stopped", "unasked"]
ICONS: Final[dict[Fate, str]] = {
    "passed": ":gray[:material/arrow_forward:]",
    "decided": ":green[:material/check_circle:]",
    "stopped": ":orange[:material/block:]",
    "unasked": ":gray[:material/remove:]",
}


@dataclass(frozen=True, slots=True)
class Rung:
    """One question of the ladder, and what it came to.

    Attributes:
        asks: The question, in a few words.
        says: The answer, in a few words.
    """

    asks: str
    says: str
    fate: Fate


def draw(_: SemanticCache) -> None:
    """Draw the tab; it follows the slider."""
    cache_card.take_along(cache_card.TRIAL)
    _draw()


@st.fragment(key=cache_card.TRIAL)
def _draw() -> None:
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
    with st.container(key="verdict", gap="xsmall"):
        if explained.hit:
            st.badge("It would come from the cache", icon=":material/bolt:", color="green")
        else:
            st.badge("It would go to the model", icon=":material/neurology:", color="gray")
        st.markdown(text.label(explained.reason))
    with st.grid(4, min_column_width=150, gap="small", key="ladder"):
        for number, rung in enumerate(ladder(explained)):
            _rung(number, rung)
    _about_chats(explained.question)
    if explained.candidates:
        st.markdown("**What it was compared with**")
    for number, candidate in enumerate(explained.candidates):
        _candidate(number, candidate, explained.threshold)


def _about_chats(question: str) -> None:
    judged = judge(question, first=False)
    if not judged.standalone:
        st.caption(
            ":material/forum: In the middle of a chat it would be taken to lean on what was said "
            "before, and be looked up in that chat alone."
        )


def ladder(explained: Explanation) -> tuple[Rung, ...]:
    """How it was decided; a rung is asked only if the one before let the question pass."""
    shown = explained.decision.served or explained.decision.best
    if shown is None:
        return _finished([Rung("The same question?", "nothing stored yet", "stopped")])
    if shown.tier == "exact":
        says = "yes, but expired" if shown.expired else "yes, word for word"
        return _finished([Rung("The same question?", says, _ends(ok=not shown.expired))])
    rungs = [Rung("The same question?", "no", "passed")]
    for rung in (_close(shown, explained.threshold), _guards(shown), _verifier(shown)):
        rungs.append(rung)
        if rung.fate == "stopped":
            return _finished(rungs)
    last = rungs[-1] if rungs[-1].fate != "unasked" else rungs[-2]
    return tuple(Rung(r.asks, r.says, "decided") if r is last else r for r in rungs)


def _finished(rungs: list[Rung]) -> tuple[Rung, ...]:
    asked = ["The same question?", "Close enough?", "Guards agree?", "Verifier agrees?"]
    return (*rungs, *(Rung(each, "not asked", "unasked") for each in asked[len(rungs) :]))


def _ends(*, ok: bool) -> Fate:
    return "decided" if ok else "stopped"


def _close(shown: Candidate, threshold: float) -> Rung:
    similarity = words.similarity(shown.similarity)
    if shown.similarity < threshold:
        return Rung("Close enough?", f"no: {similarity}, below {threshold:.2f}", "stopped")
    if shown.expired:
        return Rung("Close enough?", f"{similarity}, but expired", "stopped")
    return Rung("Close enough?", f"yes: {similarity}, from {threshold:.2f}", "passed")


def _guards(shown: Candidate) -> Rung:
    if shown.refused_by == "guard":
        return Rung("Guards agree?", f"no: {shown.refusal}", "stopped")
    return Rung("Guards agree?", "yes", "passed")


def _verifier(shown: Candidate) -> Rung:
    sure = "" if shown.probability is None else f" ({_likely(shown.probability)})"
    if shown.refused_by == "verifier":
        return Rung("Verifier agrees?", f"no: {shown.refusal}{sure}", "stopped")
    if shown.verified is None:
        return Rung("Verifier agrees?", "none is in use", "unasked")
    return Rung("Verifier agrees?", f"yes{sure}", "passed")


def _rung(number: int, rung: Rung) -> None:
    with st.container(border=True, key=f"rung-{rung.fate}-{number}", gap=None):
        st.markdown(f"{ICONS[rung.fate]} **{rung.asks}**")
        st.caption(text.label(rung.says))


def _candidate(number: int, candidate: Candidate, threshold: float) -> None:
    with st.container(border=True, key=f"candidate-{number}", gap="xsmall"):
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
        ):
            st.text(text.preview(candidate.entry.question))
            st.caption(text.label(candidate.verdict(threshold)), width="content")
        st.progress(
            min(1.0, max(0.0, candidate.similarity)),
            text=text.label(_facts(candidate)),
        )
        st.caption(text.label(common.answer_line(candidate.entry)))


def _facts(candidate: Candidate) -> str:
    similarity = f"similarity {words.similarity(candidate.similarity)}"
    return notices.strip([similarity, _guarded(candidate), _verified(candidate)])


def _guarded(candidate: Candidate) -> str:
    if candidate.tier == "exact" or candidate.expired:
        return ""
    return f"guards: {candidate.refusal}" if candidate.refused_by == "guard" else "guards agree"


def _verified(candidate: Candidate) -> str:
    if candidate.probability is None:
        return ""
    return f"verifier: {_likely(candidate.probability)}"


def _likely(probability: float) -> str:
    return f"{words.percent(probability)} likely the same"
