"""What the server tells every browser: who it is, and where it may fetch from.

A browser is known by a random cookie that scripts in the page cannot read. Conversations belong
to the cookie's hash, so the database alone lets nobody in.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from http.cookies import CookieError, SimpleCookie
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE: Final = "reprise_browser"
LOCAL: Final = "local"
"""The owner where there is no browser: a script that is run for itself, as in a test."""

_VALUE = re.compile(r"[A-Za-z0-9_-]{43}")
_LIFETIME_SECONDS: Final = 400 * 24 * 3600
_POLICY: Final = (
    "default-src 'self'; "
    "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; "
    "font-src 'self' data:; "
    "connect-src 'self' ws: wss:; "
    "worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)


def owner_of(cookie: str) -> str:
    """The owner's id for a cookie's value: its hash, 32 hexadecimal digits."""
    return hashlib.sha256(cookie.encode()).hexdigest()[:32]


def is_valid(cookie: str | None) -> bool:
    """Whether it is a value that this server gives out."""
    return cookie is not None and _VALUE.fullmatch(cookie) is not None


class Introduction:
    """ASGI middleware: gives a browser its cookie, and each page its content security policy."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; a page's response gets the headers."""
        if scope["type"] != "http" or not _asks_for_page(scope):
            await self._app(scope, receive, send)
            return

        async def introduce(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = _POLICY
                headers["Referrer-Policy"] = "same-origin"
                if not is_valid(_cookie_in(scope)):
                    headers.append("Set-Cookie", _new_cookie(secure=scope["scheme"] == "https"))
            await send(message)

        await self._app(scope, receive, introduce)


def _asks_for_page(scope: Scope) -> bool:
    return "text/html" in Headers(scope=scope).get("accept", "")


def _cookie_in(scope: Scope) -> str | None:
    try:
        sent = SimpleCookie(Headers(scope=scope).get("cookie", ""))
    except CookieError:
        return None
    return sent[COOKIE].value if COOKIE in sent else None


def _new_cookie(*, secure: bool) -> str:
    parts = [
        f"{COOKIE}={secrets.token_urlsafe(32)}",
        "Path=/",
        f"Max-Age={_LIFETIME_SECONDS}",
        "HttpOnly",
        "SameSite=Lax",
    ]
    return "; ".join([*parts, "Secure"] if secure else parts)
