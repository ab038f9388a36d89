"""A short soak through the real stack: whatever the model does, nothing that was said is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.runtime import Runtime
from agents.settings import Settings
from benchmarks.soak import Outcome, soak, towards, two_addresses
from tests.support.faults import FAULTS

PATIENT = 0.6
"""Seconds without a piece after which an answer is given up: hangs cost no more."""


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Four users' conversations, where every fifth request meets a fault."""
    home: Path = tmp_path_factory.mktemp("home")
    settings = Settings(home=home, timeout=PATIENT, parallel=2, verifier="none", audit_share=0.0)
    with two_addresses(every=5) as addresses:
        runtime = Runtime(towards(addresses, settings))
        runtime.start()
        try:
            return soak(runtime, addresses, conversations=8, messages=8, outage=False)
        finally:
            runtime.close()


def test_there_are_faults_of_every_kind(outcome):
    assert set(outcome.faults) == set(FAULTS)


def test_every_message_is_kept_once_and_word_for_word(outcome):
    assert outcome.lost == 0


def test_every_reply_ends_and_few_of_them_failed(outcome):
    assert len(outcome.replies) == 8 * 8
    assert outcome.unended == 0
    failed = [reply for reply in outcome.replies if reply.status == "failed"]
    assert len(failed) < outcome.faults.total() / 2, "most faults are survived"


def test_a_reply_that_failed_says_why_and_what_to_do(outcome):
    for reply in outcome.replies:
        if reply.status == "failed":
            assert reply.failure.message
            assert reply.failure.remedy


def test_at_the_end_every_breaker_is_closed_and_nobody_waits(outcome):
    assert outcome.closed
    assert outcome.condition.queue.running == 0
    assert all(count == 0 for _, count in outcome.condition.queue.waiting)
    assert outcome.condition.queue.refused == 0
