"""Every browser gets one cookie, and every page a policy that keeps it at home."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from pages.parts import browser

PAGE = {"accept": "text/html,application/xhtml+xml"}


def _client(base_url: str = "http://testserver") -> TestClient:
    def answer(_: Request) -> Response:
        return PlainTextResponse("here")

    app = Starlette(
        routes=[Route("/{path:path}", answer)], middleware=[Middleware(browser.Introduction)]
    )
    return TestClient(app, base_url=base_url)


def test_a_new_browser_gets_a_cookie_that_scripts_cannot_read() -> None:
    cookie = _client().get("/plan", headers=PAGE).headers["set-cookie"]
    assert cookie.startswith(f"{browser.COOKIE}=")
    assert "; HttpOnly; SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_over_https_the_cookie_stays_there() -> None:
    cookie = _client("https://testserver").get("/", headers=PAGE).headers["set-cookie"]
    assert cookie.endswith("; Secure")


def test_a_known_browser_keeps_its_cookie() -> None:
    client = _client()
    client.get("/", headers=PAGE)
    assert "set-cookie" not in client.get("/cache", headers=PAGE).headers


@pytest.mark.parametrize("value", ["", "short", "x" * 44, '"; owner=root'])
def test_a_cookie_that_is_not_ours_is_replaced(value: str) -> None:
    headers = {**PAGE, "cookie": f"{browser.COOKIE}={value}"}
    assert "set-cookie" in _client().get("/", headers=headers).headers


def test_what_is_no_page_gets_neither_cookie_nor_policy() -> None:
    headers = _client().get("/app/static/favicon.png", headers={"accept": "image/*"}).headers
    assert "set-cookie" not in headers
    assert "content-security-policy" not in headers


def test_a_page_may_fetch_from_its_own_server_only() -> None:
    policy = _client().get("/", headers=PAGE).headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "img-src 'self' data: blob:" in policy
    assert "http" not in policy


@given(st.text(), st.text())
def test_owners_tell_cookies_apart_and_do_not_show_them(one: str, other: str) -> None:
    first, second = (browser.owner_of(_utf8(cookie)) for cookie in (one, other))
    assert (first == second) == (_utf8(one) == _utf8(other))
    assert len(first) == 32


def _utf8(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
