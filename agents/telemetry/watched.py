"""What telemetry looks at when it is asked how things are: a Runtime, in a few words."""

from __future__ import annotations

from typing import Protocol

from agents.evidence import Evidence
from agents.models.condition import ModelCondition
from agents.settings import Settings
from agents.status import RuntimeStatus
from cache import SemanticCache


class Watched(Protocol):
    """A Runtime, as far as telemetry knows it."""

    settings: Settings

    @property
    def cache(self) -> SemanticCache | None:
        """None until it is loaded, or when it could not be opened."""

    @property
    def writing(self) -> int:
        """How many replies are being written."""

    def status(self) -> RuntimeStatus:
        """How far each part is."""

    def condition(self) -> ModelCondition | None:
        """How the ways to the model are; None until they are made."""

    def probe(self) -> None:
        """Read from the conversations.

        Raises:
            StoreError: They cannot be read.
        """

    def evidence(self) -> Evidence:
        """What is known of the cache's wrong answers.

        Raises:
            NotReadyError: The cache is still being loaded.
            CacheError: The labels cannot be read.
        """
