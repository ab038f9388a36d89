"""The four evaluations, each over a cache of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final, Literal, get_args

from cache.audits import Sampling
from cache.calibration import BUDGET, recommend
from cache.decision import checked_threshold
from cache.entries import Entry
from cache.evaluation.files import (
    ConversationPair,
    FollowUp,
    Query,
    QuestionPair,
    Said,
    read_conversations,
    read_followups,
    read_pairs,
    read_stream,
)
from cache.evaluation.report import Report, Tally
from cache.evaluation.thresholds import Audited, Fixed, Threshold
from cache.evaluation.trial import Gates, Message, shared, trial
from cache.key import Scope

Kind = Literal["pairs", "conversations", "followups", "stream"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
AUTO: Final = "auto"

_WHOLE: Final = "evaluation"


def evaluate(
    kind: Kind,
    path: Path,
    gates: Gates,
    threshold: float | Literal["auto"],
    *,
    budget: float = BUDGET,
) -> Report:
    """Reads a labelled file and runs its rows through a cache of their own.

    A time is that of one lookup as the product makes it: judging the message, embedding it,
    searching, guards and verifier. What is stored beforehand is embedded in batches, untimed.

    :param threshold: least cosine similarity, 0..1; or ``auto``: from ``budget``.
    :param budget: tolerated share of wrong answers among those served, for ``auto``.
    :raises LabelledFileError: for a file that is not of its kind, before anything runs.
    :raises ThresholdError: outside 0..1.
    """
    chosen = None if threshold == AUTO else checked_threshold(threshold)
    match kind:
        case "pairs":
            return _pairs(read_pairs(path), gates, _fixed(chosen, gates, budget))
        case "conversations":
            return _conversations(read_conversations(path), gates, _fixed(chosen, gates, budget))
        case "followups":
            return _followups(read_followups(path), gates, _fixed(chosen, gates, budget))
        case "stream":
            learning = Audited(gates.experience, budget, Sampling())
            return _stream(read_stream(path), gates, learning if chosen is None else Fixed(chosen))


def _fixed(chosen: float | None, gates: Gates, budget: float) -> Threshold:
    if chosen is not None:
        return Fixed(chosen)
    found = recommend((), budget, experience=gates.experience)
    return Fixed(found.threshold, automatic=True)


def _pairs(rows: Sequence[QuestionPair], gates: Gates, threshold: Threshold) -> Report:
    """The answer to a is stored, b is asked, each pair in a partition of its own."""
    tally = Tally()
    with trial(gates, threshold, stored=[row.a for row in rows]) as under_test:
        for at, row in enumerate(rows):
            under_test.keep(row.a, row.category, shared(f"pair {at}"))
        for at, row in enumerate(rows):
            hit = under_test.ask(partial(_shared, row.b, f"pair {at}")).hit
            tally.add(row.category, served=hit, same=row.same)
        return under_test.report(tally)


def _conversations(rows: Sequence[ConversationPair], gates: Gates, threshold: Threshold) -> Report:
    """The last message of a is answered, then that of b, in two conversations of one owner."""
    tally = Tally()
    with trial(gates, threshold, stored=[row.a[-1].content for row in rows]) as under_test:
        for at, row in enumerate(rows):
            earlier = _last(row.a, f"{at} a", f"pair {at}")
            later = _last(row.b, f"{at} b", f"pair {at}")
            question, scope = earlier.asked(gates.shareable)
            under_test.keep(question, row.category, scope)
            hit = under_test.ask(partial(later.asked, gates.shareable)).hit
            tally.add(row.category, served=hit, same=row.same)
        return under_test.report(tally)


def _followups(rows: Sequence[FollowUp], gates: Gates, threshold: Threshold) -> Report:
    """One message after the other, each dialog a conversation of one owner.

    A hit is a standalone question that stays shareable. Wrong is a contextual one that is served
    what another dialog was answered.
    """
    tally = Tally()
    # Numbered, as an id that looks like a key would be kept out of the shared scope.
    numbers = {row.dialog: f"dialog {at}" for at, row in enumerate(rows)}
    with trial(gates, threshold) as under_test:
        for row in rows:
            message = Message(row.question, row.before, row.dialog, _WHOLE)
            lookup = under_test.ask(partial(message.asked, gates.shareable))
            question, scope = message.asked(gates.shareable)
            answer = numbers[row.dialog]
            foreign = lookup.entry is not None and lookup.entry.answer != answer
            served = scope.shared if row.standalone else foreign
            category = "standalone" if row.standalone else "contextual"
            tally.add(category, served=served, same=row.standalone)
            if not lookup.hit:
                under_test.keep(question, answer, scope)
        return under_test.report(tally)


def _stream(rows: Sequence[Query], gates: Gates, threshold: Threshold) -> Report:
    """Each text is looked up; what is not served is stored, with its intent as the answer."""
    tally = Tally()
    scope = shared(_WHOLE)
    with trial(gates, threshold) as under_test:
        for row in rows:
            lookup = under_test.ask(partial(_shared, row.text, _WHOLE))
            wrong = lookup.entry is not None and lookup.entry.answer != row.intent
            tally.add_query(row.intent, served=lookup.hit, wrong=wrong)
            under_test.learn(row.text, scope, _answers(row.intent))
            if not lookup.hit:
                under_test.keep(row.text, row.intent, scope)
        return under_test.report(tally)


def _shared(question: str, partition: str) -> tuple[str, Scope]:
    return question, shared(partition)


def _last(said: Sequence[Said], conversation: str, partition: str) -> Message:
    *before, message = (each.content for each in said)
    return Message(message, tuple(before), conversation, partition)


def _answers(intent: str) -> Callable[[Entry], bool]:
    return lambda entry: entry.answer == intent
