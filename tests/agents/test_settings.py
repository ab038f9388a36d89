"""Settings: what is read, what is refused, and that a key is never shown."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.errors import SettingsError
from agents.settings import DEFAULT_MODEL, OWN_KEY, Settings

GIVEN = {
    "home": ("/srv/reprise", Path("/srv/reprise")),
    "provider": ("OpenAI", "openai"),
    "model": (" gpt-x ", "gpt-x"),
    "api_key": ("sk-123", "sk-123"),
    "base_url": ("http://127.0.0.1:1/v1", "http://127.0.0.1:1/v1"),
    "temperature": ("1.5", 1.5),
    "max_tokens": ("12", 12),
    "timeout": ("3.5", 3.5),
    "retries": ("0", 0),
    "deadline": ("45", 45.0),
    "replicas": (" , ", ()),
    "fallback": ("ollama:qwen2.5:3b", "ollama:qwen2.5:3b"),
    "fallback_api_key": ("sk-456", "sk-456"),
    "fallback_base_url": ("http://127.0.0.1:2/v1", "http://127.0.0.1:2/v1"),
    "fallback_token_price": ("0.2", 0.2),
    "degraded_threshold": ("0", 0.0),
    "threads": ("2", 2),
    "parallel": ("4", 4),
    "threshold": ("0.77", 0.77),
    "ttl_hours": ("12", 12.0),
    "max_message": ("99", 99),
    "auto_threshold": ("on", True),
    "error_budget": ("0.05", 0.05),
    "audit_share": ("0", 0.0),
    "verifier": ("none", "none"),
    "judge_seconds": ("1.5", 1.5),
    "judge_per_day": ("20", 20),
    "cache_entries": ("5000", 5000),
    "cache_megabytes": ("64", 64),
    "token_price": ("0.6", 0.6),
    "strong_model": ("Yes", True),
    "handover_webhook": ("http://127.0.0.1:9/hook?t=1", "http://127.0.0.1:9/hook?t=1"),
    "log": ("JSON", "json"),
    "metrics_token": ("let-me-see", "let-me-see"),
    "otlp_endpoint": ("http://127.0.0.1:4318", "http://127.0.0.1:4318"),
    "alert_webhook": ("https://example.org/alerts", "https://example.org/alerts"),
}
REFUSED = [
    ("PROVIDER", "mystery", "embedded, openai, anthropic, gemini, ollama"),
    ("LOG", "loud", "Use one of plain, json"),
    ("TEMPERATURE", "hot", "a number from 0 to 2"),
    ("TEMPERATURE", "2.1", "a number from 0 to 2"),
    ("MAX_TOKENS", "0", "a whole number of at least 1"),
    ("MAX_TOKENS", "1.5", "a whole number of at least 1"),
    ("MAX_TOKENS", "9" * 400, "a whole number of at least 1"),
    ("TIMEOUT", "0", "a number of at least 0.1"),
    ("TIMEOUT", "inf", "a number of at least 0.1"),
    ("RETRIES", "11", "a whole number from 0 to 10"),
    ("DEADLINE", "0", "a number from 0.1 to 86400"),
    ("FALLBACK", "gpt-5-nano", "embedded, openai, anthropic, gemini, ollama, with its model after"),
    ("FALLBACK", "embedded", "another model"),
    ("DEGRADED_THRESHOLD", "2", "a number from 0 to 1"),
    ("THREADS", "-1", "a whole number of at least 0"),
    ("PARALLEL", "0", "a whole number from 1 to 1000"),
    ("THRESHOLD", "nan", "a number from 0 to 1"),
    ("THRESHOLD", "1.01", "a number from 0 to 1"),
    ("TTL_HOURS", "-1", "a number from 0 to 1e+06"),
    ("MAX_MESSAGE", "100000", "a whole number from 1 to 20000"),
    ("ERROR_BUDGET", "0", "a number from 0.001 to 0.5"),
    ("AUDIT_SHARE", "5", "a number from 0 to 1"),
    ("VERIFIER", "judge", "Set REPRISE_STRONG_MODEL=on"),
    ("JUDGE_SECONDS", "0", "a number from 0.1 to 60"),
    ("JUDGE_PER_DAY", "many", "a whole number of at least 0"),
    ("CACHE_ENTRIES", "-1", "a whole number of at least 0"),
    ("TOKEN_PRICE", "free", "a number from 0 to 1e+06"),
    ("STRONG_MODEL", "maybe", "1, true, yes, on, 0, false, no, off"),
]


def test_the_examples_below_cover_every_setting():
    assert set(GIVEN) == {field.name for field in fields(Settings)}


@pytest.mark.parametrize("name", GIVEN)
def test_every_setting_is_read_from_the_variable_of_its_name(name):
    text, value = GIVEN[name]

    assert getattr(Settings.read({f"REPRISE_{name.upper()}": text}), name) == value


def test_without_variables_every_setting_has_its_default():
    assert Settings.read({}) == Settings()


@pytest.mark.parametrize("name", GIVEN)
def test_a_blank_variable_is_as_good_as_none(name):
    assert Settings.read({f"REPRISE_{name.upper()}": "  "}) == Settings()


@pytest.mark.parametrize(("name", "value", "accepted"), REFUSED)
def test_a_value_that_cannot_be_used_is_refused_with_its_variable_and_what_is_accepted(
    name, value, accepted
):
    with pytest.raises(SettingsError) as refused:
        Settings.read({f"REPRISE_{name}": value})

    assert refused.value.name == f"REPRISE_{name}"
    assert f"REPRISE_{name} is '{value}'" in refused.value.message
    assert accepted in refused.value.remedy


@pytest.mark.parametrize(
    "address",
    [
        "ftp://example.org/secret",
        "example.org/secret",
        "https:///secret",
        "https://example.org:99999/secret",
        "https://[::1/secret",
        "https://example.org/a secret",
    ],
)
def test_an_address_that_nobody_can_be_told_at_is_refused_and_not_repeated(address):
    with pytest.raises(SettingsError) as refused:
        Settings.read({"REPRISE_HANDOVER_WEBHOOK": address})

    assert refused.value.name == "REPRISE_HANDOVER_WEBHOOK"
    assert "https://example.org/hook" in refused.value.remedy
    assert "secret" not in str(refused.value)


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_a_threshold_is_a_number_from_0_to_1_or_refused(number):
    variables = {"REPRISE_THRESHOLD": repr(number)}
    if 0 <= number <= 1:
        assert Settings.read(variables).threshold == number
    else:
        with pytest.raises(SettingsError):
            Settings.read(variables)


@given(st.text(alphabet="0123456789.-+e_ xnaif", max_size=400))
def test_whatever_stands_for_a_number_is_read_or_refused_in_our_own_words(text):
    try:
        settings = Settings.read({"REPRISE_MAX_TOKENS": text, "REPRISE_TIMEOUT": text})
    except SettingsError:
        return
    assert settings.max_tokens >= 1
    assert 0.1 <= settings.timeout < float("inf")


def test_the_chat_model_may_judge_where_it_is_strong():
    variables = {"REPRISE_VERIFIER": "judge", "REPRISE_STRONG_MODEL": "on"}

    assert Settings.read(variables).verifier == "judge"


def test_the_environment_goes_before_streamlits_secrets(monkeypatch):
    monkeypatch.setenv("REPRISE_MODEL", "from-the-environment")
    secrets = {"REPRISE_MODEL": "from-secrets", "REPRISE_MAX_TOKENS": 99, "a": {"nested": "table"}}

    settings = Settings.from_env(secrets)

    assert settings.model == "from-the-environment"
    assert settings.max_tokens == 99


def test_an_empty_variable_hides_no_secret(monkeypatch):
    monkeypatch.setenv("REPRISE_MODEL", " ")

    assert Settings.from_env({"REPRISE_MODEL": "from-secrets"}).model == "from-secrets"


@pytest.mark.parametrize("provider", OWN_KEY)
def test_a_providers_own_key_is_used_where_ours_is_not_set(provider):
    variables = {"REPRISE_PROVIDER": provider, OWN_KEY[provider]: "its-own"}

    assert Settings.read(variables).api_key == "its-own"
    assert Settings.read({**variables, "REPRISE_API_KEY": "ours"}).api_key == "ours"


@pytest.mark.parametrize("provider", ["embedded", "ollama"])
def test_a_provider_without_a_key_takes_nobody_elses(provider):
    keys = dict.fromkeys(OWN_KEY.values(), "somebody-elses")

    assert Settings.read({"REPRISE_PROVIDER": provider, **keys}).api_key == ""


def test_a_line_end_after_a_key_is_no_part_of_it():
    variables = {"REPRISE_PROVIDER": "openai", "OPENAI_API_KEY": "sk-123\n"}

    assert Settings.read(variables).api_key == "sk-123"


@pytest.mark.parametrize(("provider", "model"), DEFAULT_MODEL.items())
def test_every_provider_has_a_model_to_begin_with(provider, model):
    assert Settings.read({"REPRISE_PROVIDER": provider}).model == model


def test_a_key_is_not_shown_by_the_settings_nor_by_a_refusal():
    variables = {
        "REPRISE_API_KEY": "sk-secret",
        "REPRISE_PROVIDER": "openai",
        "REPRISE_HANDOVER_WEBHOOK": "https://example.org/sk-secret",
        "REPRISE_ALERT_WEBHOOK": "https://example.org/sk-secret",
        "REPRISE_OTLP_ENDPOINT": "https://sk-secret@example.org",
        "REPRISE_METRICS_TOKEN": "sk-secret",
    }
    assert "sk-secret" not in repr(Settings.read(variables))

    with pytest.raises(SettingsError) as refused:
        Settings.read({**variables, "REPRISE_THRESHOLD": "much"})
    assert "sk-secret" not in str(refused.value)


@pytest.mark.parametrize(("hours", "ttl"), [("0", None), ("0.5", timedelta(minutes=30))])
def test_a_time_to_live_of_zero_means_for_ever(hours, ttl):
    assert Settings.read({"REPRISE_TTL_HOURS": hours}).ttl == ttl


def test_only_the_embedded_model_is_a_file():
    variables = {"REPRISE_MODEL": "~/mine.gguf"}

    assert Settings.read(variables).model_path == Path.home() / "mine.gguf"
    assert Settings.read({**variables, "REPRISE_PROVIDER": "ollama"}).model_path is None
    assert Settings.read({}).model_path is None


# Replicas and the fallback

ADDRESSES = ("http://10.0.0.1:8000/v1", "http://10.0.0.2:8000/v1")
REPLICATED = {"REPRISE_PROVIDER": "openai", "REPRISE_BASE_URL": ADDRESSES[0]}


def test_there_is_one_set_of_settings_for_each_address_and_none_twice():
    variables = {**REPLICATED, "REPRISE_REPLICAS": f" {ADDRESSES[1]}, {ADDRESSES[0]},"}

    replicated = Settings.read(variables).replicated

    assert tuple(settings.base_url for settings in replicated) == ADDRESSES
    assert {settings.replicas for settings in replicated} == {()}


@pytest.mark.parametrize("text", ["10.0.0.2:8000", "ftp://x", "http://me:secret@", "http://a b"])
def test_a_replica_without_an_address_is_refused_and_not_repeated(text: str):
    with pytest.raises(SettingsError, match="REPRISE_REPLICAS") as refused:
        Settings.read({**REPLICATED, "REPRISE_REPLICAS": f"{ADDRESSES[1]},{text}"})

    assert "secret" not in str(refused.value)


def test_the_embedded_model_has_no_replicas():
    with pytest.raises(SettingsError, match="REPRISE_PROVIDER"):
        Settings.read({"REPRISE_REPLICAS": ADDRESSES[1]})


@pytest.mark.parametrize(
    "fallback, provider, model",
    [
        ("embedded", "embedded", ""),
        ("embedded:/srv/small.gguf", "embedded", "/srv/small.gguf"),
        ("Ollama", "ollama", DEFAULT_MODEL["ollama"]),
        ("ollama:qwen2.5:3b", "ollama", "qwen2.5:3b"),
        ("openai:gpt-5-nano", "openai", "gpt-5-nano"),
    ],
)
def test_a_fallback_names_its_provider_and_may_name_its_model(fallback, provider, model):
    settings = Settings.read({**REPLICATED, "REPRISE_FALLBACK": fallback}).falling_back

    assert settings is not None
    assert (settings.provider, settings.model, settings.base_url) == (provider, model, "")
    assert settings.falling_back is None


@pytest.mark.parametrize(
    "fallback, more, key",
    [
        ("openai:small", {}, "ours"),
        ("openai:small", {"REPRISE_FALLBACK_API_KEY": "its"}, "its"),
        ("openai:small", {"REPRISE_FALLBACK_BASE_URL": "http://10.0.0.9/v1"}, ""),
        ("anthropic", {}, ""),
        ("anthropic", {"ANTHROPIC_API_KEY": "theirs"}, "theirs"),
    ],
)
def test_a_key_is_sent_to_its_own_provider_and_address_alone(fallback, more, key):
    main = {"REPRISE_PROVIDER": "openai", "REPRISE_API_KEY": "ours", "REPRISE_FALLBACK": fallback}

    settings = Settings.read({**main, **more}).falling_back

    assert settings is not None
    assert settings.api_key == key


@pytest.mark.parametrize(
    "fallback, more, price",
    [
        ("embedded", {}, 0.0),
        ("openai:small", {}, 3.0),
        ("openai:small", {"REPRISE_FALLBACK_TOKEN_PRICE": "0.5"}, 0.5),
        ("openai:small", {"REPRISE_FALLBACK_TOKEN_PRICE": "0"}, 0.0),
    ],
)
def test_what_stands_in_has_a_price_of_its_own(fallback, more, price):
    main = {"REPRISE_PROVIDER": "anthropic", "REPRISE_TOKEN_PRICE": "3"}

    settings = Settings.read({**main, "REPRISE_FALLBACK": fallback, **more})

    assert settings.falling_back is not None
    assert (settings.token_price, settings.falling_back.token_price) == (3.0, price)


@pytest.mark.parametrize(
    "variables, priced",
    [
        ({"PROVIDER": "openai"}, False),
        ({"PROVIDER": "openai", "TOKEN_PRICE": "1"}, True),
        ({"PROVIDER": "openai", "FALLBACK": "ollama", "FALLBACK_TOKEN_PRICE": "1"}, False),
        ({"FALLBACK": "openai", "FALLBACK_TOKEN_PRICE": "1"}, True),
    ],
)
def test_what_calls_cost_is_known_where_the_main_model_is_priced_or_free(variables, priced):
    settings = Settings.read({f"REPRISE_{name}": text for name, text in variables.items()})

    assert settings.priced is priced
