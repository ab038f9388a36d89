"""A model that says what a script tells it to: an OpenAI-compatible server on loopback.

In a test::

    rules = [
        Rule(last="budget", reply=Reply("About 900 euros.")),
        Rule(schema="Plan", reply=Reply.json({"steps": []})),
        Rule(last="slow", reply=Reply("one two three four", hold_after=2)),
        Rule(last="broken", reply=Reply(status=500)),
    ]
    with ScriptedModel(rules) as model:
        config = OpenAIConfig("scripted", base_url=model.base_url, api_key="any", streaming=True)
        ...
        model.requests[-1].last      # what the model was asked, in order of arrival
        model.release()              # lets every held stream go on

From a shell, with the same fields in YAML::

    python -m tests.support.scripted_model --port 8900 --script replies.yml

    - last: budget
      reply: {text: About 900 euros., delay: 0.02}
    - schema: Plan
      reply: {text: '{"steps": []}'}

The first rule whose patterns are all found (regular expressions, case ignored) answers:

- ``last``: in the last user message; ``system``: in the system messages; ``any``: in the text of
  all messages; ``schema``: in the name or title of the JSON schema the reply has to follow.
  A rule without ``schema`` answers requests without a schema only.
- ``when``: a function of the `Request`, for what patterns cannot say (not in YAML).

A request without a schema that no rule answers gets ``You said: <last message>``; one with a
schema gets status 400 with the schema's name, so that a missing rule is seen.

A server in another process is steered over HTTP: ``POST /control/release`` lets held streams go
on, ``GET /control/requests`` lists what was asked (as `Request` in JSON).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

import uvicorn
import yaml
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.support.serving import serving


@dataclass(frozen=True, slots=True)
class Request:
    """What the model was asked."""

    messages: tuple[Mapping[str, Any], ...]
    schema: Mapping[str, Any] | None = None
    schema_name: str = ""
    stream: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def last(self) -> str:
        """The text of the last user message."""
        return next((_text(m) for m in reversed(self.messages) if m["role"] == "user"), "")

    @property
    def system(self) -> str:
        """The text of the system messages."""
        return "\n".join(_text(m) for m in self.messages if m["role"] in {"system", "developer"})

    @property
    def everything(self) -> str:
        """The text of all messages."""
        return "\n".join(_text(message) for message in self.messages)


@dataclass(frozen=True, slots=True)
class Reply:
    """How the model answers.

    Attributes:
        text: The answer; streamed word by word.
        delay: Seconds before each piece.
        status: HTTP status; above 399 ``text`` is the error's message.
        retry_after: The header of that name: seconds or a date.
        finish_reason: "stop", or "length" for an answer that a limit cut; None: the stream just
            ends, as a proxy's does that lost the model.
        hold_after: After this many pieces, wait until `ScriptedModel.release`.
        cut_after: After this many pieces, break the connection.
        hang: Take the request and answer nothing until `ScriptedModel.release`.
        raw: The body of the response in place of the stream, whatever it is.
    """

    text: str = ""
    delay: float = 0.0
    status: int = 200
    retry_after: str | None = None
    finish_reason: str | None = "stop"
    hold_after: int | None = None
    cut_after: int | None = None
    hang: bool = False
    raw: str | None = None

    @classmethod
    def json(cls, value: object, **rest: Any) -> Reply:
        """An answer that is a JSON document."""
        return cls(text=json.dumps(value), **rest)

    @property
    def pieces(self) -> list[str]:
        """The text as it is streamed: words with the space before them."""
        return re.findall(r"\s*\S+|\s+$", self.text) or [self.text]


def in_turn(*replies: Reply) -> Callable[[Request], Reply]:
    """Gives one reply after the other, and the last one for ever; for use in a `Rule`."""
    left = list(replies)

    def reply(_: Request) -> Reply:
        return left.pop(0) if len(left) > 1 else left[0]

    return reply


@dataclass(frozen=True, slots=True)
class Rule:
    """Which requests a reply answers. A callable reply makes one from the request."""

    reply: Reply | Callable[[Request], Reply]
    last: str | None = None
    system: str | None = None
    any: str | None = None
    schema: str | None = None
    when: Callable[[Request], bool] | None = None

    def matches(self, request: Request) -> bool:
        """Whether every pattern of the rule is found in the request."""
        if self.schema is None and self.when is None and request.schema is not None:
            return False
        wanted = [
            (self.last, request.last),
            (self.system, request.system),
            (self.any, request.everything),
            (self.schema, request.schema_name),
        ]
        found = all(p is None or re.search(p, text, re.IGNORECASE) for p, text in wanted)
        return found and (self.when is None or self.when(request))


class ScriptedModel:
    """The server. A context manager: started on entry, stopped on exit."""

    def __init__(self, rules: Sequence[Rule] = (), *, api_key: str | None = None) -> None:
        """`api_key`: refuse other keys with status 401; None takes any."""
        self.rules = list(rules)
        self.requests: list[Request] = []
        self.disconnects = 0
        self.connections: set[int] = set()
        """The ports that requests came from: as many as connections were made."""
        self._api_key = api_key
        self._released = threading.Event()
        self._serving = ExitStack()
        self._address = ""

    @property
    def base_url(self) -> str:
        """The address to give to a client, such as ``http://127.0.0.1:41234/v1``."""
        return f"{self._address}/v1"

    def release(self) -> None:
        """Let held streams go on, those now waiting and those to come."""
        self._released.set()

    def hold(self) -> None:
        """Hold again, from the next stream on."""
        self._released.clear()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def start(self, port: int = 0) -> None:
        """Serve on `port`, or on a free one; returns when requests are taken."""
        self._address = self._serving.enter_context(serving(self.app(), port))

    def stop(self) -> None:
        """Close every connection and stop serving."""
        self.release()
        self._serving.close()

    def app(self) -> Starlette:
        """The application, for a server of the caller's."""
        return Starlette(
            routes=[
                Route("/v1/models", self._models),
                Route("/v1/chat/completions", self._complete, methods=["POST"]),
                Route("/control/release", self._release, methods=["POST"]),
                Route("/control/hold", self._hold, methods=["POST"]),
                Route("/control/requests", self._list_requests),
            ]
        )

    async def _models(self, _: HttpRequest) -> Response:
        return JSONResponse({"object": "list", "data": [{"id": "scripted", "object": "model"}]})

    async def _release(self, _: HttpRequest) -> Response:
        self.release()
        return JSONResponse({})

    async def _hold(self, _: HttpRequest) -> Response:
        self.hold()
        return JSONResponse({})

    async def _list_requests(self, _: HttpRequest) -> Response:
        return JSONResponse([asdict(request) for request in self.requests])

    async def _complete(self, http: HttpRequest) -> Response:
        if self._api_key and http.headers.get("authorization") != f"Bearer {self._api_key}":
            return _error(401, "Incorrect API key provided: it is not the one of the script.")
        request = _request(await http.json())
        self.requests.append(request)
        self.connections.add(http.client.port if http.client else 0)
        reply = self._reply(request)
        if reply.hang and not await self._released_in_time(http):
            self.disconnects += 1
            return Response(status_code=499)
        if reply.status >= 400:
            headers = {} if reply.retry_after is None else {"Retry-After": reply.retry_after}
            return _error(reply.status, reply.text or "The script says so.", headers)
        if reply.raw is not None:
            return Response(reply.raw, media_type="text/event-stream")
        if request.stream:
            return StreamingResponse(self._stream(reply), media_type="text/event-stream")
        await asyncio.sleep(reply.delay)
        return JSONResponse(_completion(reply))

    def _reply(self, request: Request) -> Reply:
        rule = next((rule for rule in self.rules if rule.matches(request)), None)
        if rule is not None:
            return rule.reply(request) if callable(rule.reply) else rule.reply
        if request.schema is not None:
            return Reply(f"No rule for the schema {request.schema_name!r}.", status=400)
        return Reply(f"You said: {request.last}")

    async def _stream(self, reply: Reply) -> AsyncIterator[str]:
        try:
            for number, piece in enumerate(reply.pieces):
                await self._pause(reply, number)
                yield _chunk({"content": piece})
            await self._pause(reply, len(reply.pieces))
        except asyncio.CancelledError:
            self.disconnects += 1
            raise
        if reply.finish_reason is None:
            return
        yield _chunk({}, finish_reason=reply.finish_reason)
        yield _chunk(None, usage=_usage(reply))
        yield "data: [DONE]\n\n"

    async def _released_in_time(self, http: HttpRequest) -> bool:
        """Whether the client was still there when the stream was released."""
        while not self._released.is_set():
            if await http.is_disconnected():
                return False
            await asyncio.sleep(0.01)
        return True

    async def _pause(self, reply: Reply, sent: int) -> None:
        if reply.cut_after == sent:
            raise ConnectionAbortedError("the script cuts here")
        if reply.hold_after == sent:
            while not self._released.is_set():  # noqa: ASYNC110 - set from another thread
                await asyncio.sleep(0.01)
        await asyncio.sleep(reply.delay)


def read_script(path: Path) -> list[Rule]:
    """The rules of a YAML file; see the module's own text for the fields."""
    return [
        Rule(reply=Reply(**entry["reply"]), **{k: v for k, v in entry.items() if k != "reply"})
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


def _request(body: dict[str, Any]) -> Request:
    wanted = (body.get("response_format") or {}).get("json_schema") or {}
    schema = wanted.get("schema")
    names = [wanted.get("name", ""), (schema or {}).get("title", "")]
    return Request(
        messages=tuple(body["messages"]),
        schema=schema,
        schema_name=" ".join(name for name in names if name),
        stream=bool(body.get("stream")),
        options={k: v for k, v in body.items() if k not in {"messages", "response_format"}},
    )


def _text(message: Mapping[str, Any]) -> str:
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)


def _usage(reply: Reply) -> dict[str, int]:
    count = len(reply.pieces)
    return {"prompt_tokens": 10, "completion_tokens": count, "total_tokens": 10 + count}


def _chunk(
    delta: dict[str, str] | None,
    *,
    finish_reason: str | None = None,
    usage: dict[str, int] | None = None,
) -> str:
    """One server-sent event; without a delta it is the last one, which carries the usage."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    body = {
        "id": "chatcmpl-scripted",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "scripted",
        "choices": [] if delta is None else [choice],
        "usage": usage,
    }
    return f"data: {json.dumps(body)}\n\n"


def _completion(reply: Reply) -> dict[str, Any]:
    message = {"role": "assistant", "content": reply.text}
    return {
        "id": "chatcmpl-scripted",
        "object": "chat.completion",
        "created": 0,
        "model": "scripted",
        "choices": [{"index": 0, "message": message, "finish_reason": reply.finish_reason}],
        "usage": _usage(reply),
    }


def _error(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    body = {"error": {"message": message, "code": None}}
    return JSONResponse(body, status_code=status, headers=dict(headers or {}))


def main() -> None:
    """Serve a script until the process is ended."""
    parser = argparse.ArgumentParser(description="Serve a scripted model on loopback.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--script", type=Path)
    arguments = parser.parse_args()
    rules = read_script(arguments.script) if arguments.script else []
    uvicorn.run(ScriptedModel(rules).app(), port=arguments.port, log_level="critical", ws="none")


if __name__ == "__main__":
    main()
