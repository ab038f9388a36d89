"""A person is told of a conversation, over a real server; a failure is told in words."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agents.dialogue.events import Judged, StepEnded
from agents.dialogue.handover import HandOver, payload
from agents.dialogue.state import ChatState
from agents.errors import HandOverError
from tests.agents.dialogue.examples import MET, in_a_plan, lived
from tests.support.serving import serving

TOKEN = "t0ken-of-the-operator"


@dataclass
class Desk:
    """A person's desk: takes what is posted, and answers with each status in turn, the last for
    ever."""

    statuses: list[int] = field(default_factory=lambda: [200])
    holds: bool = False
    address: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    @property
    def webhook(self) -> str:
        return f"{self.address}/hook/{TOKEN}?token={TOKEN}"

    async def take(self, request: Request) -> Response:
        self.bodies.append(await request.json())
        self.keys.append(request.headers["Idempotency-Key"])
        if self.holds:
            await asyncio.sleep(60)
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return Response(status_code=status, headers={"Location": "/elsewhere"})


@pytest.fixture
def desk() -> Iterator[Desk]:
    """The desk, open; what a test sets on it holds from then on."""
    made = Desk()
    app = Starlette(routes=[Route("/hook/{token}", made.take, methods=["POST"])])
    with serving(app) as address:
        made.address = address
        yield made


def trip() -> ChatState:
    return lived(
        Judged(4.0, 0, "900 euros", MET, "m1"), StepEnded(5.0, 0, "done"), before=in_a_plan()
    )


def to(webhook: str, **how: Any) -> HandOver:
    return HandOver(webhook, **{"pauses": (0.0, 0.0), **how})


async def test_a_person_is_told_what_was_gathered(desk):
    assert await to(desk.webhook).notify(trip())

    (body,) = desk.bodies
    assert (body["format"], body["version"]) == ("reprise-hand-over", 1)
    assert (body["conversation"], body["goal"]) == ("c1", "Plan a trip to Lisbon")
    assert body["summary"]["answers"][0]["value"] == "900 euros"
    assert "- **Budget:** 900 euros" in body["text"]
    assert desk.keys == [body["id"]]


async def test_two_hand_overs_can_be_told_apart(desk):
    await to(desk.webhook).notify(trip())
    await to(desk.webhook).notify(trip())

    assert len({body["id"] for body in desk.bodies}) == 2


async def test_without_an_address_nobody_is_told_and_nothing_fails():
    assert not await HandOver("").notify(trip())


def test_who_owns_the_conversation_is_not_told():
    assert "ann" not in json.dumps(payload(trip(), 6.0))


async def test_a_server_in_trouble_is_tried_again_as_the_same_hand_over(desk):
    desk.statuses = [500, 503, 204]

    assert await to(desk.webhook).notify(trip())

    assert len(desk.bodies) == 3
    assert len(set(desk.keys)) == 1


async def test_a_server_that_stays_in_trouble_is_told_in_words_after_three_tries(desk):
    desk.statuses = [500]

    with pytest.raises(HandOverError, match="127.0.0.1 answered with status 500") as refused:
        await to(desk.webhook).notify(trip())

    assert len(desk.bodies) == 3
    assert "Export the conversation" in refused.value.remedy


@pytest.mark.parametrize("status", [302, 400, 404, 410])
async def test_an_address_that_refuses_is_not_asked_again(desk, status):
    desk.statuses = [status]

    with pytest.raises(HandOverError, match=f"answered with status {status}"):
        await to(desk.webhook).notify(trip())

    assert len(desk.bodies) == 1


async def test_one_that_does_not_answer_is_not_told_twice(desk):
    desk.holds = True

    with pytest.raises(HandOverError, match=r"did not answer within 0\.2 s"):
        await to(desk.webhook, timeout=0.2).notify(trip())

    assert len(desk.bodies) == 1


async def test_an_address_where_nobody_listens_is_told_in_words():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    with pytest.raises(HandOverError, match=r"127\.0\.0\.1 could not be reached"):
        await to(f"http://127.0.0.1:{port}/hook").notify(trip())


@pytest.mark.parametrize("statuses", [[200], [500], [404]])
async def test_the_address_is_a_secret(desk, caplog, statuses):
    caplog.set_level(logging.DEBUG)
    desk.statuses = statuses
    told = ""

    try:
        await to(desk.webhook).notify(trip())
    except HandOverError as error:
        told = str(error)

    assert TOKEN not in caplog.text + told
    assert "c1" in caplog.text or statuses != [200]


async def test_what_others_log_of_their_requests_is_logged_as_ever(desk, caplog):
    caplog.set_level(logging.INFO)

    await to(desk.webhook).notify(trip())
    logging.getLogger("httpx").info("HTTP Request: GET http://127.0.0.1/models")

    assert "http://127.0.0.1/models" in caplog.text
