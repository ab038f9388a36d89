"""A state machine: whatever is done in whatever order, no entry ever reaches another scope."""

import json
import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cache import Scope, SemanticCache, normalise
from tests.cache.support import SHARED, Clock, Words, own

QUESTIONS = st.lists(
    st.sampled_from(["red", "blue", "green", "fast", "slow"]), min_size=1, max_size=4
).map(" ".join)
ALL_SCOPES = (
    [SHARED, own("a"), own("b"), own("a", "d"), own("a", context="x"),
     Scope.shared_by_all(prompt="2", model="small"),
     Scope.shared_by_all(prompt="persona 1", model="small", purpose="plan")]
)  # fmt: skip
SCOPES = st.sampled_from(ALL_SCOPES)
TAGS = st.sampled_from(["sport", "prices"])


class Isolation(RuleBasedStateMachine):
    """Beside the cache runs a dictionary of what each scope was told and may still say."""

    @initialize()
    def begin(self):
        self.folder = tempfile.TemporaryDirectory()
        self.clock = Clock()
        self.told: dict[tuple[str, str], tuple[str, float | None, int, set[str]]] = {}
        self.open()

    def open(self):
        # Without guards, so that nothing but the scope keeps an entry from being served.
        self.cache = SemanticCache.open(
            Path(self.folder.name), Words(), clock=self.clock, guards=()
        )

    @rule(question=QUESTIONS, scope=SCOPES, hours=st.none() | st.integers(1, 4),
          tags=st.sets(TAGS))  # fmt: skip
    def store(self, question, scope, hours, tags):
        ttl = None if hours is None else timedelta(hours=hours)
        answer = f"{scope.id[:12]} {question}"
        entry = self.cache.store(
            question, answer, scope, seconds=1, tokens=1, model="m", ttl=ttl, tags=tags
        )
        end = None if ttl is None else self.clock.now + ttl.total_seconds()
        self.told[scope.id, normalise(question)] = (answer, end, entry.id, tags)

    @rule(question=QUESTIONS, scope=SCOPES, threshold=st.sampled_from([0.0, 0.5, 0.8, 1.0]))
    def look_up(self, question, scope, threshold):
        lookup = self.cache.lookup(question, scope, threshold=threshold)
        servable = {
            answer for (where, _), (answer, *_) in self.in_time().items() if where == scope.id
        }
        same = self.in_time().get((scope.id, normalise(question)))
        if same:
            assert (lookup.tier, lookup.entry.answer) == ("exact", same[0])
        elif lookup.hit:
            assert lookup.entry.answer in servable
            assert lookup.similarity >= threshold
        elif threshold == 0.0:
            assert not servable or lookup.similarity < 0

    @rule(question=QUESTIONS, scope=SCOPES, by=st.sampled_from(["delete", "thumb"]))
    def take_out(self, question, scope, by):
        told = self.told.pop((scope.id, normalise(question)), None)
        if told and by == "delete":
            self.cache.delete(told[2])
        elif told:
            self.cache.feedback(told[2], good=False)

    @rule(owner=st.sampled_from(["a", "b", "c"]))
    def see_ones_own(self, owner):
        seen = list(self.cache.export(owner=owner))
        assert all(json.loads(line)["scope"]["owner"] in ("", owner) for line in seen)
        assert all(e.owner in ("", owner) for e in self.cache.entries(owner=owner, limit=1000))
        assert all(e.asker == owner for e in self.cache.lookups(owner=owner, limit=1000))

    @rule(question=QUESTIONS, scope=SCOPES, owner=st.sampled_from(["a", "b", "c"]),
          by=st.sampled_from(["delete", "quarantine"]))  # fmt: skip
    def take_out_as(self, question, scope, owner, by):
        told = self.told.get((scope.id, normalise(question)))
        if told:
            getattr(self.cache, by)(told[2], owner=owner)
            if scope.owner in ("", owner):
                del self.told[scope.id, normalise(question)]

    @rule(question=QUESTIONS, scope=SCOPES)
    def explain(self, question, scope):
        told = self.cache.explain(question, scope, threshold=0.0, k=20)
        assert all(one.entry.answer.startswith(scope.id[:12]) for one in told.candidates)

    @rule(tag=TAGS)
    def bump(self, tag):
        self.cache.bump(tag)
        self.told = {key: told for key, told in self.told.items() if tag not in told[3]}

    @rule(owner=st.sampled_from(["a", "b", "c"]))
    def clear_ones_own(self, owner):
        self.cache.clear(owner=owner)
        own_scopes = {scope.id for scope in ALL_SCOPES if scope.owner == owner}
        self.told = {key: told for key, told in self.told.items() if key[0] not in own_scopes}

    @rule(owner=st.sampled_from(["a", "b", "c"]))
    def export_and_import(self, owner):
        self.cache.import_lines(list(self.cache.export(owner=owner)), owner=owner)
        ids = {entry.answer: entry.id for entry in self.cache.entries(limit=1000)}
        self.told = {
            key: (told[0], told[1], ids.get(told[0], told[2]), told[3])
            for key, told in self.told.items()
        }

    @rule(good=st.booleans())
    def label(self, good):
        for record in self.cache.unlabelled(limit=2):
            self.cache.label(record.id, good=good, source="manual")

    @rule(hours=st.integers(1, 3))
    def wait(self, hours):
        self.clock.turn(timedelta(hours=hours))

    @rule()
    def clear_expired(self):
        self.cache.clear_expired()

    @rule()
    def restart(self):
        self.cache.close()
        self.open()

    @invariant()
    def no_scope_is_empty_that_was_told(self):
        if hasattr(self, "cache"):
            in_service = {e.answer for e in self.cache.entries(limit=1000) if not e.quarantined}
            assert {answer for answer, *_ in self.in_time().values()} <= in_service

    def in_time(self):
        return {
            key: told for key, told in self.told.items()
            if told[1] is None or told[1] > self.clock.now
        }  # fmt: skip

    def teardown(self):
        if hasattr(self, "cache"):
            self.cache.close()
            self.folder.cleanup()


TestIsolation = Isolation.TestCase
TestIsolation.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
