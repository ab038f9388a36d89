"""Each provider, through its own library, against a server on loopback that answers as it would."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import pytest
from ag2 import Agent, MemoryStream
from ag2.events import ModelMessageChunk
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from agents.errors import ModelError
from agents.models.failures import Names, explain_failure
from agents.models.providers import http_client, model_config
from agents.settings import Settings
from tests.support.serving import serving

KEY = "sk-made-up-0123456789abcdef"
REMOTE = ["openai", "anthropic", "gemini", "ollama"]


def sse(*events: dict | str) -> list[str]:
    return [f"data: {e if isinstance(e, str) else json.dumps(e)}\n\n" for e in events]


def openai_chunks(*words: str) -> list[str]:
    chunks = [
        {"id": "1", "model": "m", "choices": [{"index": 0, "delta": {"content": word}}]}
        for word in words
    ]
    end = {"id": "1", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    return sse(*chunks, end, "[DONE]")


def anthropic_chunks(*words: str) -> list[str]:
    message = {"id": "1", "type": "message", "role": "assistant", "content": [], "model": "m"}
    usage = {"input_tokens": 1, "output_tokens": 1}
    events = [
        {"type": "message_start", "message": {**message, "usage": usage}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *(
            {
                "type": "content_block_delta",
                "index": 0,
                "delta": {"type": "text_delta", "text": word},
            }
            for word in words
        ),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": usage},
        {"type": "message_stop"},
    ]
    return [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events]


def gemini_chunks(*words: str) -> list[str]:
    return sse(
        *({"candidates": [{"content": {"role": "model", "parts": [{"text": w}]}}]} for w in words),
        {"candidates": [{"content": {"parts": [{"text": ""}]}, "finishReason": "STOP"}]},
    )


def ollama_chunks(*words: str) -> list[str]:
    chunks = [{"model": "m", "message": {"role": "assistant", "content": w}} for w in words]
    end = {"model": "m", "message": {"role": "assistant", "content": ""}, "done": True}
    return [json.dumps(chunk) + "\n" for chunk in [*chunks, {**end, "done_reason": "stop"}]]


CHUNKS = {
    "openai": openai_chunks,
    "anthropic": anthropic_chunks,
    "gemini": gemini_chunks,
    "ollama": ollama_chunks,
}


def error_body(provider: str, message: str) -> str:
    """An error as the provider words it, in its own shape."""
    if provider == "ollama":
        return json.dumps({"error": message})
    if provider == "gemini":
        return json.dumps({"error": {"code": 0, "status": "X", "message": message}})
    return json.dumps({"type": "error", "error": {"type": "x", "message": message}})


@dataclass
class Provider:
    """A server that gives the same answer to everything, and remembers what it was asked."""

    chunks: list[str] = field(default_factory=list)
    status: int = 200
    body: str = ""
    retry_after: str = ""
    cut: bool = False
    hang: bool = False
    address: str = ""
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[dict] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        self.paths.append(request.url.path)
        self.headers.append(dict(request.headers))
        self.bodies.append(await request.json())
        if self.status != 200:
            headers = {"Retry-After": self.retry_after} if self.retry_after else {}
            return Response(self.body, self.status, headers, media_type="application/json")
        return StreamingResponse(self._stream(), media_type="text/event-stream")

    async def _stream(self) -> AsyncIterator[str]:
        for number, chunk in enumerate(self.chunks):
            if self.hang and number == 2:
                await asyncio.Event().wait()
            if self.cut and number == 2:
                raise ConnectionAbortedError
            yield chunk


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider()
    app = Starlette(routes=[Route("/{path:path}", provider.answer, methods=["POST"])])
    with serving(app) as provider.address:
        yield provider


def settings_for(name: str, address: str, **rest) -> Settings:
    base_url = f"{address}/v1" if name == "openai" else address
    return Settings(provider=name, model="some-model", api_key=KEY, base_url=base_url, **rest)


async def ask(settings: Settings, text: str = "Hello") -> tuple[str, list[str]]:
    """The reply, and the pieces in which it came."""
    client = http_client(settings)
    pieces: list[str] = []

    async def collect(event: ModelMessageChunk) -> None:
        pieces.append(event.content)

    stream = MemoryStream()
    stream.where(ModelMessageChunk).subscribe(collect)
    try:
        config = model_config(settings, http_client=client, embedded=None)
        reply = await Agent("guide", prompt="Be kind.", config=config).ask(text, stream=stream)
    finally:
        await client.aclose()
    return reply.body, pieces


async def failure_of(settings: Settings) -> ModelError:
    """How the failure of a call is told to the user."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - of whatever class the library makes
        await ask(settings)
    return explain_failure(caught.value, settings)


@pytest.mark.parametrize("name", REMOTE)
async def test_a_reply_streams_piece_by_piece(name: str, provider: Provider):
    provider.chunks = CHUNKS[name]("Hello ", "you ", "there")

    text, pieces = await ask(settings_for(name, provider.address))

    assert text == "Hello you there"
    assert pieces == ["Hello ", "you ", "there"]


@pytest.mark.parametrize("name", REMOTE)
async def test_the_provider_gets_key_model_and_limit(name: str, provider: Provider):
    provider.chunks = CHUNKS[name]("Hello")

    await ask(settings_for(name, provider.address, max_tokens=321, temperature=0.25))

    assert KEY in " ".join(provider.headers[0].values())
    assert "some-model" in json.dumps(provider.bodies[0]) + provider.paths[0]
    assert "321" in json.dumps(provider.bodies[0])
    assert "0.25" in json.dumps(provider.bodies[0])


@pytest.mark.parametrize("name", REMOTE)
@pytest.mark.parametrize(
    ("status", "said", "kind", "remedy"),
    [
        (401, "invalid x-api-key", "key", "REPRISE_API_KEY"),
        (403, "not allowed", "key", "REPRISE_API_KEY"),
        (400, "API key not valid. Please pass a valid API key.", "key", "REPRISE_API_KEY"),
        (404, "model not found", "model", "REPRISE_MODEL"),
        (400, "The model some-model does not exist", "model", "REPRISE_MODEL"),
        (429, "rate limit", "busy", "quota"),
        (529, "overloaded", "busy", "again"),
        (500, "boom", "server", "again"),
        (400, "This model's maximum context length is 8192 tokens", "size", "new chat"),
        (400, "the request exceeds the available context size", "size", "new chat"),
        (413, "payload", "size", "new chat"),
    ],
)
async def test_an_error_is_told_in_one_sentence_with_what_to_do(
    name: str, status: int, said: str, kind: str, remedy: str, provider: Provider
):
    provider.status, provider.body = status, error_body(name, said)

    failure = await failure_of(settings_for(name, provider.address))

    assert failure.kind == kind
    assert remedy in failure.remedy
    assert len(provider.bodies) == 1, "the library tried again by itself"


@pytest.mark.parametrize("name", REMOTE)
@pytest.mark.parametrize("status", [400, 401, 404, 418, 500])
async def test_a_key_that_the_provider_repeats_is_never_shown(
    name: str, status: int, provider: Provider
):
    provider.status, provider.body = status, error_body(name, f"Bad: {KEY} or sk-oth***3456789")

    failure = await failure_of(settings_for(name, provider.address))

    assert KEY not in str(failure)
    assert "3456789" not in str(failure)


@pytest.mark.parametrize("name", REMOTE)
async def test_an_answer_that_is_no_json_is_told_as_well(name: str, provider: Provider):
    provider.status, provider.body = 502, "<html>Bad gateway</html>"

    failure = await failure_of(settings_for(name, provider.address))

    assert failure.kind == "server"
    assert "<html>" not in str(failure)


@pytest.mark.parametrize("name", REMOTE)
async def test_a_connection_that_breaks_in_the_middle_is_told_as_cut(name: str, provider: Provider):
    provider.chunks, provider.cut = CHUNKS[name]("one ", "two ", "three "), True

    failure = await failure_of(settings_for(name, provider.address))

    assert failure.kind == "cut"


@pytest.mark.parametrize("name", REMOTE)
async def test_a_reply_that_stops_coming_is_told_as_a_timeout(name: str, provider: Provider):
    provider.chunks, provider.hang = CHUNKS[name]("one ", "two ", "three "), True

    failure = await failure_of(settings_for(name, provider.address, timeout=0.5))

    assert failure.kind == "timeout"
    assert "0.5 seconds" in failure.message


@pytest.mark.parametrize("name", REMOTE)
async def test_when_to_ask_again_is_read_from_the_answer_and_told(name: str, provider: Provider):
    provider.status, provider.body = 429, error_body(name, "rate limit")
    provider.retry_after = "40"

    failure = await failure_of(settings_for(name, provider.address))

    assert (failure.kind, failure.retry_after) == ("busy", 40.0)
    assert "Wait 40 seconds" in failure.remedy


@pytest.mark.parametrize("name", REMOTE)
async def test_an_answer_that_does_not_say_when_says_nothing(name: str, provider: Provider):
    provider.status, provider.body = 429, error_body(name, "rate limit")

    failure = await failure_of(settings_for(name, provider.address))

    assert failure.retry_after is None
    assert failure.transient


def test_the_names_of_a_fallbacks_settings_are_in_its_remedies():
    names = Names("KEY_OF_IT", "MODEL_OF_IT", "ADDRESS_OF_IT")
    settings = Settings(provider="openai", model="m", base_url="http://10.0.0.9:1/v1")

    refused = explain_failure(ConnectionError("refused"), settings, names)

    assert (refused.kind, "ADDRESS_OF_IT" in refused.remedy) == ("address", True)


def test_a_mistake_of_our_own_is_no_fault_of_the_models():
    settings = Settings(provider="openai", model="m")
    with pytest.raises(AttributeError) as ours:
        explain_failure(RuntimeError(), None)
    with pytest.raises(TypeError) as theirs:
        json.dumps(object())

    kinds = [explain_failure(error.value, settings).kind for error in (ours, theirs)]

    assert kinds == ["unknown", "garbage"]


@pytest.mark.parametrize("name", REMOTE)
async def test_an_address_where_nothing_listens_is_named(name: str, unused_tcp_port: int):
    settings = settings_for(name, f"http://127.0.0.1:{unused_tcp_port}")

    failure = await failure_of(settings)

    assert failure.kind == "address"
    assert f"127.0.0.1:{unused_tcp_port}" in failure.message
    assert "REPRISE_BASE_URL" in failure.remedy


async def test_the_password_in_an_address_is_not_shown(unused_tcp_port: int):
    settings = settings_for("openai", f"http://me:secret@127.0.0.1:{unused_tcp_port}")

    failure = await failure_of(settings)

    assert "secret" not in str(failure)


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("openai", "OPENAI_API_KEY"),
        ("anthropic", "ANTHROPIC_API_KEY"),
        ("gemini", "GEMINI_API_KEY"),
    ],
)
def test_a_key_that_is_not_set_is_told_before_any_call(name: str, variable: str):
    with pytest.raises(ModelError, match=variable) as caught:
        model_config(Settings(provider=name, model="m"), http_client=None, embedded=None)

    assert caught.value.kind == "key"


async def test_a_compatible_server_needs_no_key(provider: Provider):
    provider.chunks = openai_chunks("Hello")
    settings = Settings(provider="openai", model="m", base_url=f"{provider.address}/v1")

    assert (await ask(settings))[0] == "Hello"


def test_a_model_of_openai_that_thinks_gets_room_for_it_and_no_temperature():
    settings = Settings(provider="openai", model="gpt-5-mini", api_key=KEY, max_tokens=700)

    config = model_config(settings, http_client=None, embedded=None)

    assert config.max_completion_tokens > 700
    assert not isinstance(config.temperature, float)


def test_the_local_model_must_be_started_first():
    with pytest.raises(ModelError, match="not loaded"):
        model_config(Settings(), http_client=None, embedded=None)


def test_an_error_that_is_explained_already_stays_as_it_is():
    error = ModelError("The local model is not loaded.", kind="address")

    assert explain_failure(error, Settings()) is error
