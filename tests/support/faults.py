"""What goes wrong with a model behind HTTP: an application around another that fails now and then.

Which request meets a fault is counted, not drawn by lot: of every so many the last one does, and
the kinds come in turn. So a run meets exactly the share that is wanted, and each kind alike.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Final

from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Fault = Callable[[ASGIApp, Scope, Receive, Send], Awaitable[None]]
COMPLETIONS: Final = "/v1/chat/completions"
RETRY_AFTER_SECONDS: Final = 1
TRICKLE_SECONDS: Final = 0.05
PIECES_BEFORE_A_CUT: Final = 3
_END: Final = (
    'data: {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "scripted", '
    '"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'
)


def answers(response: Response) -> Fault:
    """The fault of a server that answers with this, whatever it was asked."""

    async def fault(_: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        await response(scope, receive, send)

    return fault


async def hang(_: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Never answer; end when the client goes away."""
    gone = False
    while not gone:
        gone = (await receive())["type"] == "http.disconnect"


async def trickle(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer as wanted, but slowly."""

    async def slowly(message: Message) -> None:
        await asyncio.sleep(TRICKLE_SECONDS)
        await send(message)

    await app(scope, receive, slowly)


def cut(after: int) -> Fault:
    """The fault of a connection that breaks when so many pieces have come."""

    async def fault(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        sent = 0

        async def until_cut(message: Message) -> None:
            nonlocal sent
            if message["type"] == "http.response.body":
                sent += 1
                if sent > after:
                    raise ConnectionAbortedError("cut here")
            await send(message)

        await app(scope, receive, until_cut)

    return fault


FAULTS: Final[Mapping[str, Fault]] = MappingProxyType({
    "error": answers(JSONResponse({"error": {"message": "It broke."}}, 500)),
    "busy": answers(JSONResponse({"error": {"message": "Too many."}}, 429,
                                 {"Retry-After": str(RETRY_AFTER_SECONDS)})),
    "unavailable": answers(PlainTextResponse("Be back soon.", 503)),
    "hang": hang,
    "trickle": trickle,
    "cut at once": cut(0),
    "cut midway": cut(PIECES_BEFORE_A_CUT),
    "garbage": answers(PlainTextResponse("<html>Welcome!</html>", 200, media_type="text/html")),
    "broken events": answers(PlainTextResponse("data: {\"choices\": [{", 200,
                                               media_type="text/event-stream")),
    "empty": answers(PlainTextResponse(_END, 200, media_type="text/event-stream")),
})  # fmt: skip


class Faulty:
    """An application around a scripted model's.

    Attributes:
        met: How many requests met each fault.
        requests: How many completions were asked for.
    """

    def __init__(
        self, app: ASGIApp, *, every: int, faults: Mapping[str, Fault] = FAULTS, first: int = 0
    ) -> None:
        """`every`: of so many requests the last one meets a fault; 0: none does. `first`: the
        number of the fault that comes first."""
        self.met: Counter[str] = Counter()
        self.requests = 0
        self._app = app
        self._every = every
        self._faults = tuple(faults.items())
        self._first = first

    def stop(self) -> None:
        """No more faults."""
        self._every = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or fail it."""
        if scope["type"] != "http" or scope["path"] != COMPLETIONS:
            await self._app(scope, receive, send)
            return
        self.requests += 1
        if not self._every or self.requests % self._every:
            await self._app(scope, receive, send)
            return
        turn = self._first + self.requests // self._every - 1
        name, fault = self._faults[turn % len(self._faults)]
        self.met[name] += 1
        await fault(self._app, scope, receive, send)
