"""What machines ask the server: whether it lives, whether it is ready, and its metrics."""

from __future__ import annotations

import secrets
from ipaddress import IPv6Address, ip_address
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from agents.errors import SettingsError

FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip")
"""Headers by which a proxy on this machine says that somebody else asks through it."""
UNSTARTED: Final = "A setting cannot be used: the page and the log tell which."


def routes() -> list[Route]:
    """The addresses that probes and Prometheus ask."""
    return [
        Route("/healthz", _live),
        Route("/readyz", _ready),
        Route("/metrics", _metrics),
    ]


def _live(_: Request) -> Response:
    """200 as long as a restart would not help."""
    from pages.parts import session  # importing the agents takes a second

    try:
        alive = session.runtime().telemetry.alive
    except SettingsError:
        alive = True  # the next start would find the same settings
    return PlainTextResponse("alive" if alive else "stuck", status_code=200 if alive else 503)


def _ready(request: Request) -> Response:
    """200 when messages can be answered at once; each part's level, and to the operator why."""
    from pages.parts import session

    try:
        runtime = session.runtime()
    except SettingsError:
        return JSONResponse({"ready": False, "parts": []}, status_code=503)
    parts = runtime.telemetry.health()
    ready = runtime.telemetry.is_ready(parts)
    told = is_operator(request, runtime.settings.metrics_token)
    shown = [
        {"name": part.name, "level": part.level} | ({"sentence": part.sentence} if told else {})
        for part in parts
    ]
    return JSONResponse({"ready": ready, "parts": shown}, status_code=200 if ready else 503)


def _metrics(request: Request) -> Response:
    """The metrics, for who has the token; without one, for programs on this machine."""
    from pages.parts import session

    try:
        runtime = session.runtime()
    except SettingsError:
        return PlainTextResponse(UNSTARTED, status_code=503)
    if not is_operator(request, runtime.settings.metrics_token):
        return _refused(runtime.settings.metrics_token)
    text, content_type = runtime.telemetry.exposition(request.headers.get("accept", ""))
    return Response(text, media_type=content_type)


def _refused(token: str) -> Response:
    if token:
        headers = {"WWW-Authenticate": 'Bearer realm="Reprise"'}
        return PlainTextResponse("Show the token.", status_code=401, headers=headers)
    return PlainTextResponse(
        "Only programs on this machine are told. Set REPRISE_METRICS_TOKEN for others.",
        status_code=403,
    )


def is_operator(request: Request, token: str) -> bool:
    """Whether who asks may know how Reprise is.

    Args:
        token: That has to be shown; "": who asks has to be on this machine.
    """
    if token:
        shown = request.headers.get("authorization", "")
        return secrets.compare_digest(shown.encode(), f"Bearer {token}".encode())
    through_proxy = any(header in request.headers for header in FORWARDED)
    return request.client is not None and _is_here(request.client.host) and not through_proxy


def _is_here(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback
