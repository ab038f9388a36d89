"""What OpenTelemetry calls the providers of models."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

PROVIDERS: Final[Mapping[str, str]] = MappingProxyType(
    {"gemini": "gcp.gemini", "embedded": "llama.cpp"}
)
"""Those whose name is not our own.

Source: https://opentelemetry.io/docs/specs/semconv/registry/attributes/gen-ai/
"""


def provider_of(endpoint: str) -> str:
    """The provider of an endpoint, whose name begins with our name of it; "" without one."""
    ours = endpoint.split(" ", 1)[0]
    return PROVIDERS.get(ours, ours)
