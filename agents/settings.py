"""Settings: the one place that reads the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Final, Literal, get_args

from platformdirs import user_data_path

from agents.errors import SettingsError
from agents.variables import Variables

Provider = Literal["embedded", "openai", "anthropic", "gemini", "ollama"]
LogForm = Literal["plain", "json"]

DEFAULT_MODEL: Final[Mapping[str, str]] = {
    "embedded": "",
    "openai": "gpt-5-mini",
    "anthropic": "claude-haiku-4-5",
    "gemini": "gemini-2.5-flash",
    "ollama": "qwen2.5:3b",
}
OWN_KEY: Final[Mapping[str, str]] = {
    "openai": "OPENAI_API_KEY",
    "anthropic": "ANTHROPIC_API_KEY",
    "gemini": "GEMINI_API_KEY",
}

JUDGE: Final = "judge"
"""The verifier that is the chat model itself."""
SLOWEST_JUDGE: Final = 60.0
DEAREST: Final = 1_000_000.0
"""Dollars for a million tokens."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How this Reprise runs. Frozen: a change means a new process.

    Each field is one environment variable (or Streamlit secret) of the same name in capitals
    with ``REPRISE_`` before it; the README's table is tested against this class.

    Attributes:
        home: Folder of conversations, cache and model files.
        provider: Where replies come from.
        model: The provider's name of the model; for "embedded" the path of a GGUF file, or ""
            for the one that Reprise fetches itself.
        api_key: The provider's key; where it is not set, the provider's own variable
            (``OPENAI_API_KEY``, ...) is read.
        base_url: Another address of the provider, such as a compatible server of your own.
        temperature: Sampling temperature, 0..2.
        max_tokens: Longest reply in tokens, 1 and up.
        timeout: Longest wait for the next piece of a reply, seconds.
        retries: How often a call of the model is tried again after a failure that may pass.
        deadline: Longest time for a whole call of the model with all that is tried, seconds.
        replicas: More addresses of the same provider, over which calls are spread.
        fallback: What answers when the model cannot: "provider:model", "provider" for its usual
            model, or "embedded"; "": nothing does.
        fallback_api_key: Its key; where it is not set, its provider's own variable is read, or
            ``api_key`` where provider and address are the same.
        fallback_base_url: Another address of its provider.
        fallback_token_price: Dollars for a million of its tokens; where it is not set, 0 for
            "embedded", else ``token_price``.
        degraded_threshold: Cosine similarity from which an earlier answer is served, and marked,
            when no model answers, 0..1; 0: never.
        threads: CPU threads of the embedded model; 0 chooses.
        parallel: Most calls of the model at once, 1 and up; the embedded one answers one by one.
        threshold: Cosine similarity from which a cached answer is served, 0..1, until the
            user moves the slider.
        ttl_hours: Hours until a cached answer expires; 0 never.
        max_message: Longest message that is accepted, characters.
        auto_threshold: Whether the lowest threshold that evidence supports is taken in place of
            ``threshold``, until the user chooses otherwise.
        error_budget: Tolerated share of wrong answers among those served from the cache, above 0
            and below 1.
        audit_share: Share of the answers served to everybody that are checked against a fresh
            one while nobody waits, 0..1; each check costs a call of the model.
        verifier: What judges close questions that the guards let pass: "default" (the small model
            that comes with Reprise), "none", "judge" (the chat model, where ``strong_model`` is
            on), or a CrossEncoder's folder, ONNX file or Hub id.
        judge_seconds: Longest wait for the judge's verdict, above 0; then the lookup is a miss.
        judge_per_day: Most questions that the judge is asked in 24 hours; each is a call of the
            model.
        cache_entries: Most answers that are kept; 0: no limit.
        cache_megabytes: Most megabytes of questions, answers and vectors; 0: no limit.
        token_price: Dollars for a million tokens of the model, to tell what was saved; 0: not told.
        strong_model: Whether the model is strong enough to rewrite follow-ups as questions that
            stand alone, at one more call each; large remote models are, the embedded one is not.
        handover_webhook: Address that is told when a conversation is handed to a person, by a
            POST of JSON; http or https, and it may carry a secret. "": nobody is told.
        log: How the log is written: "plain" for people, warnings and worse; "json" for programs,
            with a line for each turn and each call of a model.
        metrics_token: What who asks for the metrics has to show, as a bearer token; "": only
            programs on this machine are given them.
        otlp_endpoint: Address of a collector that takes OpenTelemetry's traces by OTLP over
            HTTP; "": they are kept for the Health page only.
        alert_webhook: Address that is told when an alert begins and ends, by a POST of JSON; http
            or https, and it may carry a secret. "": the Health page and the log tell of them.
    """

    home: Path = field(default_factory=lambda: user_data_path("reprise", appauthor=False))
    provider: Provider = "embedded"
    model: str = ""
    api_key: str = field(default="", repr=False)
    base_url: str = ""
    temperature: float = 0.3
    max_tokens: int = 700
    timeout: float = 120.0
    retries: int = 2
    deadline: float = 300.0
    replicas: tuple[str, ...] = ()
    fallback: str = ""
    fallback_api_key: str = field(default="", repr=False)
    fallback_base_url: str = ""
    fallback_token_price: float = 0.0
    degraded_threshold: float = 0.8
    threads: int = 0
    parallel: int = 8
    threshold: float = 0.90
    ttl_hours: float = 168.0
    max_message: int = 8_000
    auto_threshold: bool = False
    error_budget: float = 0.02
    audit_share: float = 0.05
    verifier: str = "default"
    judge_seconds: float = 3.0
    judge_per_day: int = 500
    cache_entries: int = 0
    cache_megabytes: int = 0
    token_price: float = 0.0
    strong_model: bool = False
    handover_webhook: str = field(default="", repr=False)
    log: LogForm = "plain"
    metrics_token: str = field(default="", repr=False)
    otlp_endpoint: str = field(default="", repr=False)
    alert_webhook: str = field(default="", repr=False)

    @property
    def ttl(self) -> timedelta | None:
        """How long a cached answer lives; None: for ever."""
        return timedelta(hours=self.ttl_hours) if self.ttl_hours else None

    @property
    def priced(self) -> bool:
        """Whether it is known what calls cost; those of the embedded model are free."""
        free = self.provider == "embedded"
        return self.token_price > 0 or (free and self.fallback_token_price > 0)

    @property
    def templates(self) -> Path:
        """Folder of the user's own templates of plans; it need not exist."""
        return self.home / "templates"

    @property
    def model_path(self) -> Path | None:
        """The user's own GGUF file, where one is set."""
        if self.provider == "embedded" and self.model:
            return Path(self.model).expanduser()
        return None

    @property
    def replicated(self) -> tuple[Settings, ...]:
        """These settings for each address of the provider, the main one first."""
        addresses = dict.fromkeys((self.base_url, *self.replicas))
        return tuple(replace(self, base_url=address, replicas=()) for address in addresses)

    @property
    def falling_back(self) -> Settings | None:
        """The settings of what answers when the model cannot; None: nothing does."""
        if not self.fallback:
            return None
        provider, model = _provider_and_model(self.fallback)
        return replace(
            self,
            provider=provider,
            model=model,
            api_key=self.fallback_api_key,
            base_url=self.fallback_base_url,
            token_price=self.fallback_token_price,
            replicas=(),
            fallback="",
        )

    @classmethod
    def from_env(cls, secrets: Mapping[str, object] | None = None) -> Settings:
        """Read ``REPRISE_*`` from the environment, then from ``secrets``, then the defaults.

        An empty variable counts as one that is not set.

        Raises:
            SettingsError: A value cannot be used; it names the variable and what is accepted.
        """
        environment = {name: value for name, value in os.environ.items() if value.strip()}
        return cls.read({**_texts(secrets or {}), **environment})

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Settings:
        """Settings from ``variables``, whose names are as in the environment.

        Raises:
            SettingsError: As in `from_env`.
        """
        settings = cls._read(Variables(variables), variables)
        _require_sense(settings)
        return settings

    @classmethod
    def _read(cls, reader: Variables, variables: Mapping[str, str]) -> Settings:
        default = cls()
        provider = reader.choice("PROVIDER", default.provider, get_args(Provider), "a provider")
        api_key = reader.text("API_KEY", variables.get(OWN_KEY.get(provider, ""), "").strip())
        base_url = reader.text("BASE_URL", default.base_url)
        fallback = _fallback(reader)
        fallback_base_url = reader.text("FALLBACK_BASE_URL", default.fallback_base_url)
        standing_in = fallback and _provider_and_model(fallback)[0]
        alike = (standing_in, fallback_base_url) == (provider, base_url)
        its_own = variables.get(OWN_KEY.get(standing_in, ""), "").strip()
        token_price = reader.number("TOKEN_PRICE", default.token_price, low=0, high=DEAREST)
        return cls(
            home=Path(reader.text("HOME", str(default.home))).expanduser(),
            provider=provider,
            model=reader.text("MODEL", DEFAULT_MODEL[provider]),
            api_key=api_key,
            base_url=base_url,
            temperature=reader.number("TEMPERATURE", default.temperature, low=0, high=2),
            max_tokens=reader.whole("MAX_TOKENS", default.max_tokens, low=1),
            timeout=reader.number("TIMEOUT", default.timeout, low=0.1),
            retries=reader.whole("RETRIES", default.retries, low=0, high=10),
            deadline=reader.number("DEADLINE", default.deadline, low=0.1, high=86_400),
            replicas=reader.addresses("REPLICAS"),
            fallback=fallback,
            fallback_api_key=reader.text("FALLBACK_API_KEY", api_key if alike else its_own),
            fallback_base_url=fallback_base_url,
            fallback_token_price=reader.number(
                "FALLBACK_TOKEN_PRICE",
                0.0 if standing_in in ("", "embedded") else token_price,
                low=0,
                high=DEAREST,
            ),
            degraded_threshold=reader.number(
                "DEGRADED_THRESHOLD", default.degraded_threshold, low=0, high=1
            ),
            threads=reader.whole("THREADS", default.threads, low=0),
            parallel=reader.whole("PARALLEL", default.parallel, low=1, high=1_000),
            threshold=reader.number("THRESHOLD", default.threshold, low=0, high=1),
            ttl_hours=reader.number("TTL_HOURS", default.ttl_hours, low=0, high=1_000_000),
            max_message=reader.whole("MAX_MESSAGE", default.max_message, low=1, high=20_000),
            auto_threshold=reader.switch("AUTO_THRESHOLD", default=default.auto_threshold),
            error_budget=reader.number("ERROR_BUDGET", default.error_budget, low=0.001, high=0.5),
            audit_share=reader.number("AUDIT_SHARE", default.audit_share, low=0, high=1),
            verifier=reader.text("VERIFIER", default.verifier),
            judge_seconds=reader.number(
                "JUDGE_SECONDS", default.judge_seconds, low=0.1, high=SLOWEST_JUDGE
            ),
            judge_per_day=reader.whole("JUDGE_PER_DAY", default.judge_per_day, low=0),
            cache_entries=reader.whole("CACHE_ENTRIES", default.cache_entries, low=0),
            cache_megabytes=reader.whole("CACHE_MEGABYTES", default.cache_megabytes, low=0),
            token_price=token_price,
            strong_model=reader.switch("STRONG_MODEL", default=default.strong_model),
            handover_webhook=reader.address("HANDOVER_WEBHOOK", default.handover_webhook),
            log=reader.choice("LOG", default.log, get_args(LogForm), "a form of the log"),
            metrics_token=reader.text("METRICS_TOKEN", default.metrics_token),
            otlp_endpoint=reader.address("OTLP_ENDPOINT", default.otlp_endpoint),
            alert_webhook=reader.address("ALERT_WEBHOOK", default.alert_webhook),
        )


def _fallback(reader: Variables) -> str:
    """A provider, or a provider and its model; "" where nothing is to stand in."""
    text = reader.text("FALLBACK", "")
    provider = text.partition(":")[0].strip().lower()
    if text and provider not in get_args(Provider):
        raise SettingsError(
            "REPRISE_FALLBACK",
            text,
            "which does not begin with a provider",
            remedy=f"Use one of {', '.join(get_args(Provider))}, with its model after a colon.",
        )
    return text


def _require_sense(settings: Settings) -> None:
    """Refuse values that are good, but not together.

    Raises:
        SettingsError: They are not.
    """
    if settings.verifier == JUDGE and not settings.strong_model:
        raise SettingsError(
            "REPRISE_VERIFIER",
            JUDGE,
            "which needs a strong model: a small one, such as the embedded one, says yes to "
            "everything",
            remedy="Set REPRISE_STRONG_MODEL=on where the model is a large one, or "
            "REPRISE_VERIFIER=default.",
        )
    if settings.replicas and settings.provider == "embedded":
        raise SettingsError(
            "REPRISE_REPLICAS",
            f"{settings.replicas[0][:4]}…",
            "but the embedded model runs in this process alone",
            remedy="Set REPRISE_PROVIDER to the provider at these addresses, or unset it.",
        )
    spare = settings.falling_back
    if spare is not None and _place(spare) == _place(settings):
        raise SettingsError(
            "REPRISE_FALLBACK",
            settings.fallback,
            "which is the model that it is to stand in for",
            remedy="Name another model, or set REPRISE_FALLBACK_BASE_URL.",
        )


def _place(settings: Settings) -> tuple[str, str, str]:
    return settings.provider, settings.model, settings.base_url


def _provider_and_model(fallback: str) -> tuple[Provider, str]:
    """The two parts of a fallback that was accepted."""
    named, _, model = (part.strip() for part in fallback.partition(":"))
    provider: Provider = next(p for p in get_args(Provider) if p == named.lower())
    return provider, model or DEFAULT_MODEL[provider]


def _texts(secrets: Mapping[str, object]) -> dict[str, str]:
    plain = (str, int, float)
    return {name: str(value) for name, value in secrets.items() if isinstance(value, plain)}
