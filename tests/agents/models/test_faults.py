"""Every fault of a model, and what it leads to: the tables of this file are the specification.

Each row is a fault that a server on loopback has, over HTTP and through the provider's library.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.agents.models.way import way_to
from tests.support.scripted_model import Reply, Rule, ScriptedModel, in_turn

GOOD, SPARE = "All is well.", "The spare says so."
SHORT = {"timeout": 1.0}
"""Seconds between two pieces, where a fault is that they do not come."""
BRIEF = {"deadline": 1.5}


@dataclass(frozen=True)
class Fault:
    """A fault and what it leads to.

    Attributes:
        stays: How the call ends where the fault is there each time.
        attempts: How often the endpoint is asked then.
        passes: How the call ends where the fault is there the first time only.
        elsewhere: How it ends with a replica that is well, and with a fallback that is.
        sick: Whether the breaker counts it.
        shows: What the user has seen of the answer where it fails.
    """

    reply: Reply
    stays: str
    attempts: int = 3
    passes: str = "ok"
    elsewhere: str = "ok"
    sick: bool = True
    shows: str = ""
    how: dict | None = None


def passing(kind: str, attempts: int = 3, **reply: object) -> Fault:
    """One that may pass: tried again, elsewhere or later."""
    return Fault(Reply(**reply), kind, attempts)


def lasting(kind: str, status: int, said: str) -> Fault:
    """One that is the request's or the operator's: never tried again, told at once."""
    return Fault(Reply(said, status=status), kind, 1, kind, kind, sick=False)


def shown(kind: str, shows: str, how: dict | None = None, **reply: object) -> Fault:
    """One in the middle of an answer: what came stays, and nothing else is shown."""
    return Fault(Reply(**reply), kind, 1, kind, kind, shows=shows, how=how)


FAULTS = {
    "an error of its own": passing("server", status=500),
    "a bad gateway": passing("server", status=502),
    "unavailable": passing("busy", status=503),
    "too many requests": passing("busy", status=429),
    "overloaded": passing("busy", status=529),
    "a gateway that waited too long": Fault(Reply(status=504), "timeout", 1, "timeout"),
    "cut before the first word": passing("cut", text="one two", cut_after=0),
    "an empty answer": passing("empty", text=""),
    "a blank answer": passing("empty", text="  "),
    "an answer that is no stream": passing("empty", raw="<html>Welcome</html>"),
    "a stream that is no JSON": passing("garbage", raw='data: {"choices": [oops\n\n'),
    "a stream of other JSON": passing("garbage", raw='data: {"choices": "none"}\n\n'),
    "a hang": Fault(Reply(hang=True), "timeout", 1, "timeout", how=SHORT),
    "a stream that does not begin": Fault(
        Reply("one two", hold_after=0), "timeout", 1, "timeout", how=SHORT
    ),
    "a refused key": lasting("key", 401, "invalid key"),
    "a forbidden key": lasting("key", 403, "not for you"),
    "an unknown model": lasting("model", 404, "model not found"),
    "too long a request": lasting("size", 400, "maximum context length is 10 tokens"),
    "a bad request": lasting("unknown", 400, "messages: expected an array"),
    "cut in the middle": shown("cut", "one two", text="one two three", cut_after=2),
    "ended without an end": shown("cut", "one two", text="one two", finish_reason=None),
    "a stall in the middle": shown("timeout", "one two", SHORT, text="one two three", hold_after=2),
    "a trickle without end": shown(
        "timeout", "one", BRIEF, text="one " + "\N{ZERO WIDTH SPACE} " * 1000, delay=0.05
    ),
}
EVERY = pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())


@pytest.fixture
def serve() -> Iterator[object]:
    """Starts a model that gives these replies in turn, the last one for ever."""
    with ExitStack() as serving:

        def started(*replies: Reply) -> ScriptedModel:
            rules = [Rule(reply=in_turn(*replies))]
            return serving.enter_context(ScriptedModel(rules))

        yield started


@EVERY
async def test_a_fault_that_stays_ends_the_call_with_its_sentence(serve, fault: Fault):
    model = serve(fault.reply)
    async with way_to(model.base_url, **fault.how or {}) as way:
        answer = await way.ask()

        (endpoint,) = way.endpoints
        assert (answer.outcome, len(model.requests)) == (fault.stays, fault.attempts)
        assert answer.text.startswith(fault.shows)
        assert answer.error.message
        assert answer.error.remedy
        assert answer.error.partial == bool(fault.shows)
        assert (endpoint.calls, endpoint.failures) == (fault.attempts, fault.attempts)
        assert (endpoint.in_flight, endpoint.last_failure) == (0, fault.stays)
        assert way.model.condition().queue.running == 0
        assert [(r.outcome, r.attempts) for r in way.records] == [(fault.stays, fault.attempts)]


@EVERY
async def test_a_fault_that_passes_is_not_seen_unless_it_was_too_late(serve, fault: Fault):
    model = serve(fault.reply, Reply(GOOD))
    async with way_to(model.base_url, **fault.how or {}) as way:
        answer = await way.ask()

        assert answer.outcome == fault.passes
        assert fault.passes != "ok" or answer.text.strip() == GOOD
        assert way.endpoints[0].failures == 1


@EVERY
async def test_a_replica_that_is_well_answers_in_its_place(serve, fault: Fault):
    sick, well = serve(fault.reply), serve(Reply(GOOD))
    async with way_to(sick.base_url, well.base_url, **fault.how or {}) as way:
        answer = await way.ask()

        assert answer.outcome == fault.elsewhere
        assert len(sick.requests) == 1, "it was asked again although a well one is there"
        assert fault.elsewhere != "ok" or answer.text.strip() == GOOD
        assert len(well.requests) == (fault.elsewhere == "ok")


@EVERY
async def test_a_fallback_answers_where_the_model_cannot(serve, fault: Fault):
    main, spare = serve(fault.reply), serve(Reply(SPARE))
    async with way_to(main.base_url, fallback=spare.base_url, **fault.how or {}) as way:
        answer = await way.ask()

        assert answer.outcome == fault.elsewhere
        assert (len(main.requests), len(spare.requests)) == (
            fault.attempts,
            fault.elsewhere == "ok",
        )
        assert fault.elsewhere != "ok" or answer.text.strip() == SPARE


@EVERY
async def test_only_what_is_the_endpoints_own_fault_opens_its_breaker(serve, fault: Fault):
    model = serve(fault.reply)
    async with way_to(model.base_url, retries=0, **fault.how or {}) as way:
        for _ in range(5):
            await way.ask()

        assert way.endpoints[0].breaker == ("open" if fault.sick else "closed")
        again = await way.ask()
        assert again.error.kind == fault.stays
        assert len(model.requests) == (5 if fault.sick else 6)
        assert not fault.sick or "again in 1" in again.error.remedy
