"""Alerts over a webhook: told once, in order, also after it could not be reached."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agents import webhook
from agents.telemetry.alerts import Changes
from agents.telemetry.notifying import Notifier
from agents.telemetry.values import Alert
from tests.support.serving import serving

SECRET = "t-0k3n"
SLOW = Alert("slow", "warning", 1_700_000_000.0, "Replies begin late.", "Add replicas.")
DISK = Alert("disk", "warning", 1_700_000_000.0, "It is nearly full.", "Free some space.")
NOW = 1_700_000_060.0


class Receiver:
    """What answers at the webhook's address."""

    def __init__(self):
        self.status = 200
        self.got = []

    async def take(self, request: Request) -> Response:
        self.got.append(json.loads(await request.body()))
        return Response(status_code=self.status)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def address(receiver: Receiver) -> Iterator[str]:
    with serving(Starlette(routes=[Route("/hook", receiver.take, methods=["POST"])])) as server:
        yield f"{server}/hook?token={SECRET}"


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """Further tries without a pause."""
    monkeypatch.setattr(webhook, "PAUSES", (0.0,))


async def test_an_alert_is_told_when_it_begins_and_when_it_ends(receiver, address):
    notifier = Notifier(address)

    await notifier.tell(Changes(begun=(SLOW,)), NOW)
    await notifier.tell(Changes(ended=(SLOW,)), NOW)

    firing, resolved = receiver.got
    assert (firing["format"], firing["version"], firing["state"]) == ("reprise-alert", 1, "firing")
    assert (firing["rule"], firing["level"], firing["remedy"]) == ("slow", "warning", SLOW.remedy)
    assert firing["since"] == "2023-11-14T22:13:20+00:00"
    assert SLOW.sentence in firing["text"]
    assert resolved["state"] == "resolved"
    assert firing["id"] != resolved["id"]


async def test_what_could_not_be_told_is_told_later_in_order(receiver, address, caplog):
    notifier = Notifier(address)
    receiver.status = 403
    await notifier.tell(Changes(begun=(SLOW,)), NOW)
    assert "1 alerts wait" in caplog.text
    receiver.status = 200
    receiver.got.clear()

    await notifier.tell(Changes(begun=(DISK,)), NOW)

    assert [message["rule"] for message in receiver.got] == ["slow", "disk"]


async def test_nothing_is_posted_where_nothing_changed(receiver, address):
    await Notifier(address).tell(Changes(), NOW)

    assert receiver.got == []


async def test_without_a_webhook_the_log_tells(caplog):
    await Notifier().tell(Changes(begun=(SLOW,)), NOW)

    assert "alert: slow" in caplog.text


async def test_the_addresss_secret_is_in_no_log(receiver, address, caplog):
    caplog.set_level(logging.DEBUG)
    receiver.status = 403

    await Notifier(address).tell(Changes(begun=(SLOW,)), NOW)

    assert SECRET not in caplog.text
