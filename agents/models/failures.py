"""From a provider's error to a sentence that helps.

The libraries of the providers have classes of their own for the same failures, so an error is
known by its HTTP status, by what the provider says, and by the names of the classes behind it.
"""

from __future__ import annotations

import math
import re
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

import httpx

from agents.errors import ModelError, in_words
from agents.settings import OWN_KEY, Settings

HIDDEN = "***"
SECRET = re.compile(
    r"\b(sk|pk|rk|gsk|xai)-[\w*.-]{6,}|\bAIza[\w-]{10,}|(?<=Bearer )\S+|(?<=key=)[^&\s]+"
)
"""What looks like a key, as providers like to repeat it."""
EXCERPT_LENGTH = 200
LONGEST_RETRY_AFTER = 86_400.0
OURS: Final = frozenset({"agents", "cache", "pages"})
LABELS: Final = {
    "openai": "OpenAI",
    "anthropic": "Anthropic",
    "gemini": "Gemini",
    "ollama": "Ollama",
}


@dataclass(frozen=True, slots=True)
class Names:
    """The settings that an endpoint comes from, for the sentences that tell what to change."""

    key: str = "REPRISE_API_KEY"
    model: str = "REPRISE_MODEL"
    address: str = "REPRISE_BASE_URL"


MAIN: Final = Names()


def explain_failure(error: BaseException, settings: Settings, names: Names = MAIN) -> ModelError:
    """A provider's error as one that tells the user what to do; it never holds the key."""
    if isinstance(error, ModelError):
        return error
    chain = list(_chain(error))
    kind, retry_after = _kind(chain), _retry_after(chain)
    message, remedy = _sentences(kind, settings, names)
    if kind == "unknown":
        message = f"{message.removesuffix('.')}: {_excerpt(chain[0], settings)}."
    if kind == "busy" and retry_after:
        remedy = remedy.replace("Wait a minute", f"Wait {in_words(retry_after)}")
    return ModelError(message, remedy=remedy, kind=kind, retry_after=retry_after)


def _retry_after(chain: Sequence[BaseException]) -> float | None:
    """Seconds that the answer asks to wait, 0 and up; None where it does not ask."""
    headers = next((h for h in map(_headers, chain) if "retry-after" in h), {})
    text = headers.get("retry-after", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        seconds = _seconds_until(text)
    # Compared from this side, so that what is not a number is none.
    return min(seconds, LONGEST_RETRY_AFTER) if seconds >= 0 else None


def _headers(error: BaseException) -> Mapping[str, str]:
    """The headers of the answer that a provider's error carries, whatever their case."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    return {str(name).lower(): str(value) for name, value in headers.items()}


def _seconds_until(date: str) -> float:
    """Seconds until a date as HTTP writes it; not a number where it is none."""
    try:
        at = parsedate_to_datetime(date)
    except ValueError:
        return math.nan
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())


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
    return "garbage" if _is_a_stumble(chain[0]) else "unknown"


def _is_a_stumble(error: BaseException) -> bool:
    """Whether a library went wrong over an answer of another shape than it expects.

    An error of these classes that our own code raised is a mistake of ours, and not the answer's.
    """
    if not isinstance(error, AttributeError | TypeError | LookupError):
        return False
    frames = list(traceback.walk_tb(error.__traceback__))
    module = str(frames[-1][0].f_globals.get("__name__", "")) if frames else ""
    return bool(module) and module.partition(".")[0] not in OURS


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
    ("address", {"ConnectTimeout"}),
    ("garbage", {"JSONDecodeError", "DecodingError", "UnicodeDecodeError"}),
    ("timeout", {"TimeoutError", "TimeoutException", "APITimeoutError"}),
    ("address", {"ConnectError", "ConnectionRefusedError", "gaierror", "UnsupportedProtocol"}),
    ("cut", {"RemoteProtocolError", "ReadError", "WriteError", "ConnectionResetError"}),
    # What Ollama's library makes of a refused connection.
    ("address", {"ConnectionError", "APIConnectionError", "InvalidURL"}),
)


def _sentences(kind: str, settings: Settings, names: Names) -> tuple[str, str]:
    """What happened, and what to do about it."""
    who = title(settings)
    key = OWN_KEY.get(settings.provider)
    keys = f"{names.key} or {key}" if key else names.key
    get = f" or get it with `ollama pull {settings.model}`" if settings.provider == "ollama" else ""
    restart = "then restart Reprise"
    return {
        "key": (f"{who} does not accept the key.", f"Check {keys}, {restart}."),
        "model": (
            f"{who} does not know the model {settings.model!r}.",
            f"Set {names.model} to a model it has{get}, {restart}.",
        ),
        "address": (f"{who} cannot be reached.", _reach(settings, names)),
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
        "garbage": (
            f"{who} answered what cannot be read.",
            f"Send your message again; if it stays so, check {names.address}.",
        ),
        "cut": (
            "The connection broke in the middle of the reply.",
            "Send your message again.",
        ),
        "unknown": (f"{who} could not answer.", "Send your message again, or try another model."),
    }[kind]


def title(settings: Settings) -> str:
    """The provider as the start of a sentence; where the address is the user's own, with it."""
    if settings.provider == "embedded":
        return "The local model"
    address = _place(settings.base_url)
    return f"{LABELS[settings.provider]} at {address}" if address else LABELS[settings.provider]


def endpoint_name(settings: Settings) -> str:
    """The provider, and its address where that is the user's own: "openai at 10.0.0.7:8000"."""
    address = _place(settings.base_url)
    return f"{settings.provider} at {address}" if address else settings.provider


def _place(url: str) -> str:
    """Host and port of an address, without the user and password that it may hold."""
    return urlsplit(url).netloc.rpartition("@")[2]


def _reach(settings: Settings, names: Names) -> str:
    if settings.provider == "embedded":
        return "Restart Reprise."
    if settings.provider == "ollama" and not settings.base_url:
        return f"Start it with `ollama serve`, or set {names.address} to where it runs."
    if settings.base_url:
        return f"Check that it runs and that {names.address} is its address."
    return "Check your connection to the internet."


def _excerpt(error: BaseException, settings: Settings) -> str:
    """The beginning of what the provider said, without anything that looks like a key."""
    text = " ".join(str(error).split()) or type(error).__name__
    if settings.api_key:
        text = text.replace(settings.api_key, HIDDEN)
    return SECRET.sub(HIDDEN, text)[:EXCERPT_LENGTH].rstrip(". ")
