"""Task templates: texts with names in braces, filled in once and never read again.

`{facts}` stands for what is called so, `{{` and `}}` for braces. What is put in is not searched
for names: a result that holds `{context}` gives away nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_PIECE: Final = re.compile(r"\{\{|\}\}|\{\s*([a-z][a-z0-9_]*)\s*\}|[{}]")


@dataclass(frozen=True, slots=True)
class TaskTemplate:
    """A text with names in braces.

    Raises:
        ValueError: A brace stands alone, or around something else than a name; the message says
            where.
    """

    text: str

    def __post_init__(self) -> None:
        for found in _PIECE.finditer(self.text):
            if len(found.group()) == 1:
                raise ValueError(f"has a brace that holds no name: {self._around(found)!r}")

    @property
    def names(self) -> tuple[str, ...]:
        """The names, each once, in the order of the text."""
        found = (piece.group(1) for piece in _PIECE.finditer(self.text))
        return tuple(dict.fromkeys(name for name in found if name))

    def filled(self, values: Mapping[str, str]) -> str:
        """The text with values in the places of the names.

        Raises:
            KeyError: A name has no value.
        """
        return _PIECE.sub(
            lambda piece: values[piece.group(1)] if piece.group(1) else piece.group()[0], self.text
        )

    def _around(self, found: re.Match[str]) -> str:
        return self.text[max(0, found.start() - 10) : found.end() + 20]
