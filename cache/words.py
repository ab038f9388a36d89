"""How figures are told to people."""

from __future__ import annotations

_EXACT_BELOW = 0.1


def percent(share: float) -> str:
    """A share as ``2 %``, ``0.4 %``, ``33 %``: one decimal below 10 %, where there is any."""
    decimals = 1 if abs(share) < _EXACT_BELOW else 0
    told = f"{100 * share:.{decimals}f}"
    return f"{told.removesuffix('.0')} %"
