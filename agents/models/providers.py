"""From the settings to a model that answers, and from a provider's error to a sentence that helps.

All providers stream. The clients' own retries are off: what is tried again, and when, is decided
in one place, by those who call.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Final
from urllib.parse import urlsplit

import httpx
import httpx2
from ag2.config import AnthropicConfig, GeminiConfig, ModelConfig, OllamaConfig, OpenAIConfig

from agents.errors import ModelError
from agents.models.embedded import EmbeddedModel
from agents.settings import OWN_KEY, Settings

HttpClient = httpx2.AsyncClient | httpx.AsyncClient

OLLAMA_ADDRESS = "http://127.0.0.1:11434"
NO_KEY = "none"
"""Sent to compatible servers that ask for no key; the client insists on one."""
REASONING = re.compile(r"^(o\d|gpt-[5-9])")
"""OpenAI's models that think before they write; they take no temperature."""
REASONING_TOKENS = 2_000
"""Room for the thinking, which counts as output."""
HIDDEN = "***"
SECRET = re.compile(
    r"\b(sk|pk|rk|gsk|xai)-[\w*.-]{6,}|\bAIza[\w-]{10,}|(?<=Bearer )\S+|(?<=key=)[^&\s]+"
)
"""What looks like a key, as providers like to repeat it."""
EXCERPT_LENGTH = 200
LABELS: Final = {
    "openai": "OpenAI",
    "anthropic": "Anthropic",
    "gemini": "Gemini",
    "ollama": "Ollama",
}


def http_client(settings: Settings) -> HttpClient:
    """A client of the kind that the provider's library takes, for all calls of one event loop.

    The caller closes it.
    """
    if settings.provider == "gemini":
        return httpx.AsyncClient(event_hooks={"request": [_for_gemini(settings)]})
    if settings.provider == "ollama":
        return httpx.AsyncClient(timeout=settings.timeout)
    return httpx2.AsyncClient(timeout=settings.timeout)


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
        timeout=settings.timeout,
        max_retries=0,
        http_client=client,
    )


def _openai(settings: Settings, client: httpx2.AsyncClient | None) -> ModelConfig:
    config = OpenAIConfig(
        settings.model,
        api_key=settings.api_key or NO_KEY,
        base_url=settings.base_url or None,
        streaming=True,
        timeout=settings.timeout,
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
        timeout=settings.timeout,
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
    limits = httpx.Timeout(settings.timeout).as_dict()
    target = httpx.URL(settings.base_url)

    async def adjust(request: httpx.Request) -> None:
        request.extensions["timeout"] = limits
        if target.host:
            request.headers["Host"] = target.netloc.decode("ascii")
            request.url = request.url.copy_with(
                scheme=target.scheme, host=target.host, port=target.port
            )

    return adjust


def explain_failure(error: BaseException, settings: Settings) -> ModelError:
    """A provider's error as one that tells the user what to do; it never holds the key."""
    if isinstance(error, ModelError):
        return error
    chain = list(_chain(error))
    kind = _kind(chain)
    message, remedy = _sentences(kind, settings)
    if kind == "unknown":
        message = f"{message.removesuffix('.')}: {_excerpt(chain[0], settings)}."
    return ModelError(message, remedy=remedy, kind=kind)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what led to it, the outermost first."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _kind(chain: Sequence[BaseException]) -> str:
    status = next(filter(None, map(_status, chain)), 0)
    text = " ".join(str(error) for error in chain)
    for kind, statuses, pattern in _BY_ANSWER:
        if status in statuses and re.search(pattern, text, re.IGNORECASE):
            return kind
    if status:
        return "server" if status >= httpx.codes.INTERNAL_SERVER_ERROR else "unknown"
    return _kind_without_answer(chain)


def _status(error: BaseException) -> int:
    """The HTTP status that a provider's error carries; 0 where it carries none."""
    for name in ("status_code", "code"):
        value = getattr(error, name, None)
        if isinstance(value, int) and value >= httpx.codes.BAD_REQUEST:
            return value
    return 0


def _kind_without_answer(chain: Sequence[BaseException]) -> str:
    """By the names of classes: httpx, httpx2 and the providers' libraries call them alike."""
    names = {parent.__name__ for error in chain for parent in type(error).__mro__}
    for kind, signs in _BY_NAME:
        if names & signs:
            return kind
    return "unknown"


_BAD = frozenset({400, 413, 422})
_BY_ANSWER: Final = (
    # The first that fits decides. Gemini answers a wrong key with 400, servers that imitate
    # OpenAI an unknown model.
    ("key", frozenset({401, 403}), ""),
    ("key", _BAD, r"api[_ ]key"),
    ("size", _BAD, r"context|too (long|large|many tokens)|maximum.{0,40}tokens|exceeds"),
    ("size", frozenset({413}), ""),
    ("model", frozenset({404}), ""),
    ("model", _BAD, r"model.{0,80}(not found|not exist|not supported|unknown|invalid)"),
    ("model", _BAD, r"(invalid|unknown) model"),
    ("timeout", frozenset({408, 504}), ""),
    ("busy", frozenset({402, 429, 503, 529}), ""),
)
_BY_NAME: Final = (
    ("timeout", {"TimeoutError", "TimeoutException", "APITimeoutError"}),
    ("address", {"ConnectError", "ConnectionRefusedError", "gaierror", "UnsupportedProtocol"}),
    ("cut", {"RemoteProtocolError", "ReadError", "WriteError", "ConnectionResetError"}),
    # What Ollama's library makes of a refused connection.
    ("address", {"ConnectionError", "APIConnectionError", "InvalidURL"}),
)


def _sentences(kind: str, settings: Settings) -> tuple[str, str]:
    """What happened, and what to do about it."""
    who = _who(settings)
    key = OWN_KEY.get(settings.provider)
    keys = f"REPRISE_API_KEY or {key}" if key else "REPRISE_API_KEY"
    get = f" or get it with `ollama pull {settings.model}`" if settings.provider == "ollama" else ""
    restart = "then restart Reprise"
    return {
        "key": (f"{who} does not accept the key.", f"Check {keys}, {restart}."),
        "model": (
            f"{who} does not know the model {settings.model!r}.",
            f"Set REPRISE_MODEL to a model it has{get}, {restart}.",
        ),
        "address": (f"{who} cannot be reached.", _reach(settings)),
        "busy": (
            f"{who} accepts no more requests at the moment.",
            "Wait a minute and send your message again, or check your quota there.",
        ),
        "timeout": (
            f"{who} did not answer within {settings.timeout:g} seconds.",
            "Send your message again, or raise REPRISE_TIMEOUT.",
        ),
        "size": (
            "This conversation is longer than the model can read.",
            "Start a new chat, or shorten your message.",
        ),
        "server": (
            f"{who} had an error of its own.",
            "Send your message again in a moment.",
        ),
        "cut": (
            "The connection broke in the middle of the reply.",
            "Send your message again.",
        ),
        "unknown": (f"{who} could not answer.", "Send your message again, or try another model."),
    }[kind]


def _who(settings: Settings) -> str:
    """The provider as the start of a sentence; where the address is the user's own, with it."""
    if settings.provider == "embedded":
        return "The local model"
    address = _place(settings.base_url)
    return f"{LABELS[settings.provider]} at {address}" if address else LABELS[settings.provider]


def _place(url: str) -> str:
    """Host and port of an address, without the user and password that it may hold."""
    return urlsplit(url).netloc.rpartition("@")[2]


def _reach(settings: Settings) -> str:
    if settings.provider == "embedded":
        return "Restart Reprise."
    if settings.provider == "ollama" and not settings.base_url:
        return "Start it with `ollama serve`, or set REPRISE_BASE_URL to where it runs."
    if settings.base_url:
        return "Check that it runs and that REPRISE_BASE_URL is its address."
    return "Check your connection to the internet."


def _missing_key(settings: Settings) -> ModelError:
    return ModelError(
        f"No key for {LABELS[settings.provider]} is set.",
        remedy=f"Set REPRISE_API_KEY or {OWN_KEY[settings.provider]}, then restart Reprise.",
        kind="key",
    )


def _excerpt(error: BaseException, settings: Settings) -> str:
    """The beginning of what the provider said, without anything that looks like a key."""
    text = " ".join(str(error).split()) or type(error).__name__
    if settings.api_key:
        text = text.replace(settings.api_key, HIDDEN)
    return SECRET.sub(HIDDEN, text)[:EXCERPT_LENGTH].rstrip(". ")
