"""The verifier's place in a lookup, and what is learnt from labels."""

from dataclasses import dataclass, field

import pytest

from cache import VerifierError
from cache.verifier import Opinion
from tests.cache.support import SHARED, keep

MARATHON = "how long is a marathon"
ALIKE = "how long is a whole marathon"


@dataclass
class Script:
    """A verifier that says of each stored question what it was told, and remembers its batches."""

    refused: tuple[str, ...] = ()
    name: str = "script"
    costly: bool = False
    fails: Exception | None = None
    batches: list = field(default_factory=list)

    def verify(self, pairs):
        self.batches.append(list(pairs))
        if self.fails:
            raise self.fails
        return [
            Opinion(stored not in self.refused, 0.1 if stored in self.refused else 0.9, "not alike")
            for _, stored in pairs
        ]


def look(cache, question=ALIKE, threshold=0.8):
    return cache.lookup(question, SHARED, threshold=threshold)


def test_what_the_verifier_agrees_to_is_served_and_its_probability_is_logged(opened):
    verifier = Script()
    cache = opened(verifier=verifier)
    entry = keep(cache, MARATHON)
    lookup = look(cache)
    assert (lookup.hit, lookup.probability, entry.verifier) == (True, 0.9, "script")
    assert verifier.batches == [[(ALIKE, MARATHON)]]
    (record,) = cache.lookups()
    assert (record.probability, record.verdict) == (0.9, True)


def test_what_the_verifier_refuses_is_a_miss_at_any_threshold(opened):
    cache = opened(verifier=Script(refused=(MARATHON,)))
    keep(cache, MARATHON)
    lookup = look(cache)
    assert (lookup.hit, lookup.probability) == (False, 0.1)
    assert "the verifier refused it: not alike" in lookup.reason
    assert cache.what_if(0.0).hits == 0
    assert cache.stats().refused == 1
    told = cache.explain(ALIKE, SHARED, threshold=0.8)
    assert told.candidates[0].verdict(0.8) == "refused: not alike"


def test_the_next_best_is_served_from_the_same_batch(opened):
    verifier = Script(refused=(MARATHON,))
    cache = opened(verifier=verifier)
    for question in (MARATHON, "how long is the whole marathon", "how long is 3 whole marathon"):
        keep(cache, question, question)
    lookup = look(cache, threshold=0.5)
    assert lookup.entry.answer == "how long is the whole marathon"
    (batch,) = verifier.batches
    assert "how long is 3 whole marathon" not in [stored for _, stored in batch]


@pytest.mark.parametrize(
    "question, threshold", [(MARATHON, 0.8), (ALIKE, 1.0), ("how long is 3 marathon", 0.5)]
)
def test_nobody_is_asked_about_the_same_the_distant_and_the_guarded(opened, question, threshold):
    verifier = Script()
    cache = opened(verifier=verifier)
    keep(cache, MARATHON)
    look(cache, question, threshold)
    assert verifier.batches == []


@pytest.mark.parametrize("error", [VerifierError("script", "is ill"), TimeoutError()])
def test_a_verifier_that_fails_makes_a_miss(opened, error):
    cache = opened(verifier=Script(fails=error))
    keep(cache, MARATHON)
    lookup = look(cache)
    assert (lookup.hit, lookup.probability) == (False, None)
    assert "the verifier refused it: it failed" in lookup.reason
    assert cache.lookups()[0].verdict is None


def test_a_verifier_that_gives_too_few_opinions_makes_a_miss(opened):
    class Mute(Script):
        def verify(self, pairs):
            return []

    cache = opened(verifier=Mute())
    keep(cache, MARATHON)
    assert not look(cache).hit


def test_second_opinions_tell_what_a_lower_threshold_would_still_refuse(opened):
    verifier = Script(refused=(MARATHON,))
    cache = opened(verifier=verifier)
    keep(cache, MARATHON)
    keep(cache, "who painted the ceiling")
    look(cache, ALIKE, threshold=1.0)
    look(cache, "who painted the big ceiling", threshold=1.0)
    assert cache.what_if(0.5).hits == 2
    assert cache.second_opinions() == 2
    assert cache.what_if(0.5).hits == 1
    assert cache.second_opinions() == 0


def test_a_verifier_that_costs_a_call_is_not_asked_where_nobody_waits(opened):
    verifier = Script(costly=True)
    cache = opened(verifier=verifier)
    keep(cache, MARATHON)
    look(cache, ALIKE, threshold=1.0)
    assert cache.second_opinions() == 0
    assert verifier.batches == []


def test_a_lookup_that_hit_or_would_have_can_be_labelled_and_others_cannot(cache):
    keep(cache, MARATHON)
    exact = look(cache, MARATHON)
    hit, would = look(cache), look(cache, threshold=1.0)
    guarded = look(cache, "how long is 3 marathon", threshold=0.5)
    assert {record.id for record in cache.unlabelled()} == {hit.id, would.id}
    assert cache.label(hit.id, good=True, source="manual")
    assert cache.label(would.id, good=True, source="audit")
    assert cache.label(would.id, good=False, source="manual")
    assert not cache.label(exact.id, good=True, source="manual")
    assert not cache.label(guarded.id, good=True, source="manual")
    assert not cache.label("unknown", good=True, source="manual")
    assert cache.unlabelled() == ()
    assert [(one.similarity, one.good, one.source) for one in cache.judged_lookups()] == [
        (hit.similarity, True, "manual"),
        (would.similarity, False, "manual"),
    ]
    told = {record.id: (record.label, record.label_source) for record in cache.lookups()}
    assert (told[would.id], told[exact.id]) == ((False, "manual"), (None, None))


def test_a_thumb_labels_the_lookup_that_the_entry_served(cache):
    entry = keep(cache, MARATHON)
    look(cache)
    cache.feedback(entry.id, good=False)
    (label,) = cache.judged_lookups()
    assert (label.good, label.source, label.scope_id) == (False, "thumb", SHARED.id)


def test_labels_outlive_the_log_and_hold_no_text(cache):
    keep(cache, MARATHON)
    cache.label(look(cache).id, good=True, source="manual")
    cache.clear()
    assert len(cache.judged_lookups()) == 1
    rows = cache._database._driver.execute("SELECT * FROM labels").fetchall()
    assert "marathon" not in str(rows)
