"""Traffic lights: how something is, as a sign, a word and a colour, never by the colour alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from agents.telemetry.values import Level, Severity


@dataclass(frozen=True, slots=True)
class Light:
    """How a level looks.

    Attributes:
        color: Of Streamlit's names.
        icon: Of Streamlit's icons.
    """

    word: str
    color: Literal["green", "orange", "red"]
    icon: str

    @property
    def sign(self) -> str:
        """The icon in its colour, as Markdown."""
        return f":{self.color}[{self.icon}]"

    @property
    def named(self) -> str:
        """The word in its colour, as a sentence in Markdown."""
        return f":{self.color}[{self.word}.]"


LIGHTS: Final[Mapping[Level, Light]] = MappingProxyType(
    {
        "ok": Light("Well", "green", ":material/check_circle:"),
        "warning": Light("Needs a look", "orange", ":material/warning:"),
        "down": Light("Down", "red", ":material/error:"),
    }
)


ALERTS: Final[Mapping[Severity, Light]] = MappingProxyType(
    {
        "warning": Light("Warning", "orange", ":material/warning:"),
        "critical": Light("Critical", "red", ":material/error:"),
    }
)
