"""Reads values from variables as the environment has them, and says clearly what is wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar
from urllib.parse import urlsplit

from agents.errors import SettingsError

T = TypeVar("T", bound=float)
Choice = TypeVar("Choice", bound=str)

_SWITCH: Final[Mapping[str, bool]] = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}


@dataclass(frozen=True, slots=True)
class Variables:
    """Reads one variable at a time, and says clearly what is wrong with it."""

    variables: Mapping[str, str]

    def text(self, name: str, default: str) -> str:
        return self.variables.get(f"REPRISE_{name}", "").strip() or default

    def choice(self, name: str, default: Choice, accepted: Sequence[Choice], kind: str) -> Choice:
        value = self.text(name, default).lower()
        for each in accepted:
            if value == each:
                return each
        raise SettingsError(
            f"REPRISE_{name}",
            value,
            f"which is not {kind}",
            remedy=f"Use one of {', '.join(accepted)}.",
        )

    def address(self, name: str, default: str) -> str:
        """An http or https address; where it is refused, what may be a secret is not repeated."""
        text = self.text(name, default)
        if text and not _is_address(text):
            remedy = "Use one like https://example.org/hook."
            problem = "which is no http or https address"
            raise SettingsError(f"REPRISE_{name}", f"{text[:4]}…", problem, remedy=remedy)
        return text

    def addresses(self, name: str) -> tuple[str, ...]:
        """Addresses with commas between them; they may hold passwords, and are not repeated."""
        texts = tuple(part.strip() for part in self.text(name, "").split(",") if part.strip())
        for text in texts:
            if not _is_address(text):
                remedy = "Use some like http://10.0.0.7:8000/v1,http://10.0.0.8:8000/v1."
                problem = "which is no http or https address"
                raise SettingsError(f"REPRISE_{name}", f"{text[:4]}…", problem, remedy=remedy)
        return texts

    def switch(self, name: str, *, default: bool) -> bool:
        text = self.text(name, "1" if default else "0").lower()
        if text not in _SWITCH:
            remedy = f"Use one of {', '.join(_SWITCH)}."
            raise SettingsError(
                f"REPRISE_{name}", text, "which is neither on nor off", remedy=remedy
            )
        return _SWITCH[text]

    def whole(self, name: str, default: int, *, low: int, high: int | None = None) -> int:
        return self._bounded(name, default, int, "a whole number", low, high)

    def number(self, name: str, default: float, *, low: float, high: float | None = None) -> float:
        return self._bounded(name, default, float, "a number", low, high)

    def _bounded(
        self,
        name: str,
        default: T,
        convert: Callable[[str], T],
        kind: str,
        low: float,
        high: float | None,
    ) -> T:
        text = self.text(name, str(default))
        wanted = f"from {low:g} to {high:g}" if high is not None else f"of at least {low:g}"
        try:
            value = convert(text)
        except ValueError:
            raise self._refused(name, text, f"which is not {kind}", kind, wanted) from None
        highest = sys.float_info.max if high is None else high
        if not low <= value <= highest:
            raise self._refused(name, text, "which is out of range", kind, wanted)
        return value

    def _refused(self, name: str, text: str, problem: str, kind: str, wanted: str) -> SettingsError:
        return SettingsError(f"REPRISE_{name}", text, problem, remedy=f"Use {kind} {wanted}.")


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return usable and text.isprintable() and " " not in text
