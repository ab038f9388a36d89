"""What machines are told, and who is told what."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from pages.parts import probes, session
from tests.pages.conftest import wait_for
from tests.support.scripted_model import ScriptedModel

TOKEN = "let-me-see"
HERE, ELSEWHERE = ("127.0.0.1", 5000), ("192.0.2.7", 5000)


@pytest.fixture(autouse=True)
def served(model: ScriptedModel, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Runtime over the scripted model, which nothing loads yet."""
    settings = {
        "PROVIDER": "openai", "BASE_URL": model.base_url, "API_KEY": "any", "MODEL": "scripted",
    }  # fmt: skip
    for name, value in settings.items():
        monkeypatch.setenv(f"REPRISE_{name}", value)
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def ask(path, client=HERE, **headers):
    app = Starlette(routes=probes.routes())
    return TestClient(app, client=client).get(path, headers=headers)


def test_the_server_lives():
    answer = ask("/healthz")

    assert (answer.status_code, answer.text) == (200, "alive")


def test_it_is_ready_when_model_and_cache_are_loaded():
    before = ask("/readyz")
    session.runtime().load()
    wait_for(lambda: ask("/readyz").status_code == 200)
    after = ask("/readyz").json()

    assert before.status_code == 503
    assert not before.json()["ready"]
    assert after["ready"]
    assert {part["name"] for part in after["parts"]} >= {"model", "cache", "disk", "queue"}
    assert all(part["sentence"] for part in after["parts"])


def test_who_is_elsewhere_is_told_the_levels_and_not_the_sentences():
    parts = ask("/readyz", ELSEWHERE).json()["parts"]

    assert parts
    assert all(set(part) == {"name", "level"} for part in parts)


def test_programs_on_this_machine_are_given_the_metrics():
    answer = ask("/metrics")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert "reprise_part_health" in answer.text


@pytest.mark.parametrize(
    "client, headers",
    [
        (ELSEWHERE, {}),
        (("not an address", 1), {}),
        (HERE, {"x-forwarded-for": "192.0.2.7"}),
        (HERE, {"forwarded": "for=192.0.2.7"}),
        (HERE, {"x-real-ip": "127.0.0.1"}),
    ],
)
def test_others_are_not(client, headers):
    answer = ask("/metrics", client, **headers)

    assert answer.status_code == 403
    assert "REPRISE_METRICS_TOKEN" in answer.text


@pytest.mark.parametrize("address", ["::1", "127.0.0.9", "::ffff:127.0.0.1"])
def test_this_machine_has_several_addresses(address):
    assert ask("/metrics", (address, 1)).status_code == 200


def test_with_a_token_who_shows_it_is_told_wherever_he_is(monkeypatch):
    monkeypatch.setenv("REPRISE_METRICS_TOKEN", TOKEN)

    assert ask("/metrics", ELSEWHERE, authorization=f"Bearer {TOKEN}").status_code == 200
    for shown in ("", TOKEN, f"Bearer {TOKEN}x", "Bearer \u00e9"):
        answer = ask("/metrics", HERE, authorization=shown.encode("latin-1"))
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert TOKEN not in answer.text


def test_a_setting_that_cannot_be_used_keeps_it_alive_and_not_ready(monkeypatch):
    monkeypatch.setenv("REPRISE_THRESHOLD", "much")

    assert ask("/healthz").status_code == 200
    assert ask("/readyz").status_code == 503
    assert ask("/metrics").status_code == 503
