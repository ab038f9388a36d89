"""A state machine: whatever is done in whatever order, no entry ever reaches another scope."""

import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cache import Scope, SemanticCache, normalise
from tests.cache.support import SHARED, Clock, Words, keep, own

QUESTIONS = st.lists(
    st.sampled_from(["red", "blue", "green", "fast", "slow"]), min_size=1, max_size=4
).map(" ".join)
SCOPES = st.sampled_from(
    [SHARED, own("a"), own("b"), own("a", "d"), own("a", context="x"),
     Scope.shared_by_all(prompt="2", model="small"),
     Scope.shared_by_all(prompt="persona 1", model="small", purpose="plan")]
)  # fmt: skip


class Isolation(RuleBasedStateMachine):
    """Beside the cache runs a dictionary of what each scope was told and may still say."""

    @initialize()
    def begin(self):
        self.folder = tempfile.TemporaryDirectory()
        self.clock = Clock()
        self.told: dict[tuple[str, str], tuple[str, float | None, int]] = {}
        self.open()

    def open(self):
        self.cache = SemanticCache.open(Path(self.folder.name), Words(), clock=self.clock)

    @rule(question=QUESTIONS, scope=SCOPES, hours=st.none() | st.integers(1, 4))
    def store(self, question, scope, hours):
        ttl = None if hours is None else timedelta(hours=hours)
        answer = f"{scope.id} {question}"
        entry = keep(self.cache, question, answer, scope, ttl=ttl)
        end = None if ttl is None else self.clock.now + ttl.total_seconds()
        self.told[scope.id, normalise(question)] = (answer, end, entry.id)

    @rule(question=QUESTIONS, scope=SCOPES, threshold=st.sampled_from([0.0, 0.5, 0.8, 1.0]))
    def look_up(self, question, scope, threshold):
        lookup = self.cache.lookup(question, scope, threshold=threshold)
        servable = {
            answer for (where, _), (answer, _, _) in self.in_time().items() if where == scope.id
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
            in_service = {e.answer for e in self.cache.entries() if not e.quarantined}
            assert {answer for answer, _, _ in self.in_time().values()} <= in_service

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
