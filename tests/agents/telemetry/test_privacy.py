"""Nothing that a user wrote, and nothing that was answered, leaves by telemetry."""

from __future__ import annotations

import gzip
import json
import logging
import random
import string
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.agents.room import GOAL
from tests.agents.telemetry.conftest import say
from tests.support.scripted_model import Reply, Rule
from tests.support.serving import serving


@pytest.fixture
def secret() -> str:
    """A word that nothing but the user's text holds."""
    letters = random.Random(7)  # noqa: S311 - for a word, not for a key
    return "zq" + "".join(letters.choices(string.ascii_lowercase, k=14))


class Collector:
    """Takes what is sent by OTLP, and what is posted to the webhook."""

    def __init__(self):
        self.bodies = []

    async def take(self, request: Request) -> Response:
        body = await request.body()
        zipped = request.headers.get("content-encoding") == "gzip"
        self.bodies.append((request.url.path, gzip.decompress(body) if zipped else body))
        return Response()


@pytest.fixture
def collector() -> Collector:
    return Collector()


@pytest.fixture
def address(collector: Collector) -> Iterator[str]:
    routes = [Route("/{path:path}", collector.take, methods=["POST"])]
    with serving(Starlette(routes=routes)) as server:
        yield server


def everything_told(runtime):
    """All that the read API gives, as text."""
    telemetry = runtime.telemetry
    values = (
        telemetry.traces(), telemetry.calls(), telemetry.series(), telemetry.alerts(),
        telemetry.health(),
    )  # fmt: skip
    return repr(values) + telemetry.exposition()[0].decode()


async def test_what_was_said_is_in_no_output(
    start, model, collector, address, secret, caplog, capsys
):
    caplog.set_level(logging.INFO)
    for rule in (
        Rule(last="broken", reply=lambda request: Reply(f"not {request.last}", status=400)),
        Rule(last="tell", reply=lambda request: Reply(f"Of course: {request.last}")),
    ):
        model.rules.insert(0, rule)
    runtime = start(log="json", otlp_endpoint=address, alert_webhook=f"{address}/hook")
    messages = [
        f"Please tell me about {secret}",
        f"Please tell me about {secret}!",
        f"Is {secret} broken?",
        GOAL,
        f"My budget for {secret} is 900 euros",
        f"I like {secret}",
        *[f"Is {secret} {number} broken?" for number in range(6)],
    ]

    replies = [say(runtime, text, to=f"c{secret}", owner=f"o{secret}") for text in messages]
    await runtime.telemetry.look()
    told = everything_told(runtime)
    runtime.close()

    assert secret in replies[0].answer
    assert {reply.status for reply in replies} == {"complete", "failed"}
    written = capsys.readouterr().err
    assert '"turn ended"' in written
    assert all(json.loads(line) for line in written.splitlines())
    paths = [path for path, _ in collector.bodies]
    assert "/v1/traces" in paths
    assert "/hook" in paths
    sent = b"".join(body for _, body in collector.bodies)
    assert b"chat turn" in sent
    assert secret.encode() not in sent
    for output in (told, written, caplog.text):
        assert secret not in output


def test_an_error_nobody_foresaw_is_told_without_what_it_quotes(
    start, secret, monkeypatch, caplog, capsys
):
    """Also where a library's own error repeats what the user wrote."""

    def broken(*_):
        raise KeyError(secret)

    monkeypatch.setattr("agents.dialogue.session.understand", broken)
    runtime = start(log="json")

    reply = say(runtime, f"Hello {secret}")

    assert reply.status == "failed"
    written = capsys.readouterr().err
    assert '"error": "KeyError"' in written
    assert reply.id in written
    assert secret not in written
    assert secret not in everything_told(runtime)
