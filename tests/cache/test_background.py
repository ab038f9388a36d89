"""Work in the background: one job at a time, and none once it was stopped."""

import logging
import threading

from cache.background import Background
from cache.errors import BlankQuestionError


def test_jobs_are_done_one_after_another():
    background, done = Background(), []
    for name in ("first", "second"):
        background.add(name, lambda check, name=name: done.append(name))
    background.wait()
    background.add("third", lambda check: done.append("third"))
    background.wait()
    assert done == ["first", "second", "third"]


def test_a_job_that_waits_is_not_queued_again_but_one_that_runs_is():
    background, done = Background(), []
    under_way, go_on = threading.Event(), threading.Event()

    def job(check):
        under_way.set()
        go_on.wait()
        done.append(1)

    background.add("the same", job)
    under_way.wait()
    for _ in range(3):
        background.add("the same", job)
    go_on.set()
    background.wait()
    assert done == [1, 1]


def test_stopping_calls_off_what_runs_and_drops_what_waits():
    background, done, begun = Background(), [], threading.Event()

    def endless(check):
        begun.set()
        while True:
            check()

    background.add("endless", endless)
    background.add("next", lambda check: done.append(1))
    begun.wait()
    background.stop()
    background.add("late", lambda check: done.append(2))
    background.wait()
    assert done == []


def test_a_job_that_fails_is_told_of_and_the_next_is_done(caplog):
    background, done = Background(), []

    def failing(check):
        raise BlankQuestionError

    with caplog.at_level(logging.WARNING, "cache"):
        background.add("failing", failing)
        background.add("next", lambda check: done.append(1))
        background.wait()
    assert done == [1]
    assert "failing" in caplog.text
