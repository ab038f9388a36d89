"""From the settings to a model that answers.

All providers stream. The clients' own retries are off: what is tried again, and when, is decided
in one place, by those who call.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx
import httpx2
from ag2.config import AnthropicConfig, GeminiConfig, ModelConfig, OllamaConfig, OpenAIConfig

from agents.errors import ModelError
from agents.models.embedded import EmbeddedModel
from agents.models.failures import LABELS
from agents.settings import OWN_KEY, Settings

HttpClient = httpx2.AsyncClient | httpx.AsyncClient
L = TypeVar("L", httpx.Limits, httpx2.Limits)

OLLAMA_ADDRESS = "http://127.0.0.1:11434"
NO_KEY = "none"
"""Sent to compatible servers that ask for no key; the client insists on one."""
REASONING = re.compile(r"^(o\d|gpt-[5-9])")
"""OpenAI's models that think before they write; they take no temperature."""
REASONING_TOKENS = 2_000
"""Room for the thinking, which counts as output."""
CONNECT_SECONDS = 10.0
"""Longest wait for a connection: who takes no call within it is not going to answer."""
KEEP_SECONDS = 60.0
"""How long a connection is kept for the next call, which then begins some 100 ms sooner."""


def http_client(settings: Settings) -> HttpClient:
    """A client of the kind that the provider's library takes, for all calls of one event loop.

    It keeps connections open from call to call. The caller closes it.
    """
    if settings.provider == "gemini":
        hooks = {"request": [_for_gemini(settings)]}
        return httpx.AsyncClient(event_hooks=hooks, limits=_kept(httpx.Limits))
    if settings.provider == "ollama":
        timeout = httpx.Timeout(settings.timeout, connect=_connect_seconds(settings))
        return httpx.AsyncClient(timeout=timeout, limits=_kept(httpx.Limits))
    return httpx2.AsyncClient(timeout=_timeout(settings), limits=_kept(httpx2.Limits))


def _kept(limits: type[L]) -> L:
    return limits(keepalive_expiry=KEEP_SECONDS)


def _timeout(settings: Settings) -> httpx2.Timeout:
    return httpx2.Timeout(settings.timeout, connect=_connect_seconds(settings))


def _connect_seconds(settings: Settings) -> float:
    return min(CONNECT_SECONDS, settings.timeout)


def model_config(
    settings: Settings, *, http_client: HttpClient | None, embedded: EmbeddedModel | None
) -> ModelConfig:
    """The model that the settings name.

    Args:
        settings: Provider, model, key, address and parameters.
        http_client: Shared by all calls, where it is of the kind the provider's library takes
            (see `http_client`); else each call makes its own.
        embedded: The started local model, for the provider "embedded".

    Raises:
        ModelError: The key is not set, or the local model is not started.
    """
    if settings.provider == "embedded":
        return _embedded(settings, embedded, _modern(http_client))
    if not settings.api_key and settings.provider in OWN_KEY and not settings.base_url:
        raise _missing_key(settings)
    if settings.provider == "openai":
        return _openai(settings, _modern(http_client))
    if settings.provider == "anthropic":
        return _anthropic(settings, _modern(http_client))
    classic = http_client if isinstance(http_client, httpx.AsyncClient) else None
    if settings.provider == "gemini":
        return _gemini(settings, classic)
    return _ollama(settings, classic)


def _modern(client: HttpClient | None) -> httpx2.AsyncClient | None:
    return client if isinstance(client, httpx2.AsyncClient) else None


def _embedded(
    settings: Settings, model: EmbeddedModel | None, client: httpx2.AsyncClient | None
) -> ModelConfig:
    if model is None:
        raise ModelError(
            "The local model is not loaded.", remedy="Wait until it is.", kind="address"
        )
    return OpenAIConfig(
        model.name,
        api_key=model.api_key,
        base_url=model.base_url,
        streaming=True,
        temperature=settings.temperature,
        max_tokens=settings.max_tokens,
        timeout=_timeout(settings),
        max_retries=0,
        http_client=client,
    )


def _openai(settings: Settings, client: httpx2.AsyncClient | None) -> ModelConfig:
    config = OpenAIConfig(
        settings.model,
        api_key=settings.api_key or NO_KEY,
        base_url=settings.base_url or None,
        streaming=True,
        timeout=_timeout(settings),
        max_retries=0,
        http_client=client,
    )
    if settings.base_url:
        # Servers that imitate OpenAI know the older name of the limit only.
        return config.copy(temperature=settings.temperature, max_tokens=settings.max_tokens)
    if REASONING.match(settings.model):
        room = settings.max_tokens + REASONING_TOKENS
        return config.copy(max_completion_tokens=room, reasoning_effort="low")
    return config.copy(temperature=settings.temperature, max_completion_tokens=settings.max_tokens)


def _anthropic(settings: Settings, client: httpx2.AsyncClient | None) -> ModelConfig:
    return AnthropicConfig(
        settings.model,
        api_key=settings.api_key or NO_KEY,
        base_url=settings.base_url or None,
        streaming=True,
        temperature=min(settings.temperature, 1.0),
        max_tokens=settings.max_tokens,
        # Handed on to a library that takes more than AG2 says.
        timeout=_timeout(settings),  # type: ignore[arg-type]
        max_retries=0,
        http_client=client,
    )


def _gemini(settings: Settings, client: httpx.AsyncClient | None) -> ModelConfig:
    return GeminiConfig(
        settings.model,
        api_key=settings.api_key or NO_KEY,
        streaming=True,
        temperature=settings.temperature,
        max_output_tokens=settings.max_tokens,
        http_client=client,
    )


def _ollama(settings: Settings, client: httpx.AsyncClient | None) -> ModelConfig:
    # AG2's protocol asks for files of every model; it leaves them out here, at no harm to replies.
    return OllamaConfig(  # type: ignore[abstract]
        settings.model,
        host=settings.base_url or OLLAMA_ADDRESS,
        api_key=settings.api_key or None,
        streaming=True,
        temperature=settings.temperature,
        max_tokens=settings.max_tokens,
        http_client=client,
    )


def _for_gemini(settings: Settings) -> Callable[[httpx.Request], Awaitable[None]]:
    """Gives each request what Gemini's library cannot be told: a time limit and another address."""
    limits = httpx.Timeout(settings.timeout, connect=_connect_seconds(settings)).as_dict()
    target = httpx.URL(settings.base_url)

    async def adjust(request: httpx.Request) -> None:
        request.extensions["timeout"] = limits
        if target.host:
            request.headers["Host"] = target.netloc.decode("ascii")
            request.url = request.url.copy_with(
                scheme=target.scheme, host=target.host, port=target.port
            )

    return adjust


def _missing_key(settings: Settings) -> ModelError:
    return ModelError(
        f"No key for {LABELS[settings.provider]} is set.",
        remedy=f"Set REPRISE_API_KEY or {OWN_KEY[settings.provider]}, then restart Reprise.",
        kind="key",
    )
