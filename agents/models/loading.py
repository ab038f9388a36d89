"""Brings the configured model to where it can answer, telling how far it is."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ag2.config import ModelConfig, ModelProvider

from agents.dialogue.messages import Failure
from agents.errors import RepriseError, WeightsError
from agents.models import identity, weights
from agents.models.embedded import EmbeddedModel
from agents.models.providers import HttpClient, http_client, model_config
from agents.settings import Settings
from agents.status import PartStatus

logger = logging.getLogger(__name__)

MODELS_FOLDER: Final = "models"


class _ClosedError(Exception):
    """The loading is to end: nobody waits for it any more."""


class ModelLoader:
    """Loads one model; after a failure the next call tries again.

    Args:
        static_prompts: System prompts that the embedded model evaluates ahead of time.
    """

    def __init__(self, settings: Settings, static_prompts: Sequence[str]) -> None:
        self._settings = settings
        self._static_prompts = tuple(static_prompts)
        self._embedded: EmbeddedModel | None = None
        self._http: HttpClient | None = None
        self._loading: asyncio.Task[ModelConfig] | None = None
        self._closing = threading.Event()
        self.status = PartStatus()

    @property
    def provider(self) -> ModelProvider:
        """Whose interface the model speaks."""
        spoken = {"embedded": "openai"}.get(self._settings.provider, self._settings.provider)
        return ModelProvider(spoken)

    @property
    def name(self) -> str:
        """The model's name, before it is loaded."""
        return identity.name(self._settings)

    async def config(self) -> ModelConfig:
        """The model's configuration, loaded first where that has not happened.

        Raises:
            RepriseError: It cannot be had; the next call tries again.
        """
        loading = self._loading
        if loading is None or (loading.done() and loading.exception() is not None):
            loading = self._loading = asyncio.create_task(self._load())
        # A reply that is stopped while it waits must not stop the loading for all others.
        return await asyncio.shield(loading)

    async def close(self) -> None:
        """Let go of the model and its connections."""
        self._closing.set()
        if self._loading is not None:
            await asyncio.wait([self._loading])
        if self._embedded is not None:
            await asyncio.to_thread(self._embedded.close)
        if self._http is not None:
            await self._http.aclose()

    async def _load(self) -> ModelConfig:
        try:
            if self._http is None:
                self._http = await asyncio.to_thread(http_client, self._settings)
            if self._settings.provider == "embedded":
                await asyncio.to_thread(self._start_embedded)
            config = model_config(self._settings, http_client=self._http, embedded=self._embedded)
        except RepriseError as error:
            self.status = PartStatus("failed", failure=Failure(error.message, error.remedy))
            raise
        self.status = PartStatus("ready", self.name)
        return config

    def _start_embedded(self) -> None:
        path = self._weights()
        self.status = PartStatus("loading", f"Loading {self.name}")
        embedded = EmbeddedModel(path, threads=self._settings.threads)
        embedded.start()
        self._embedded = embedded
        self.status = PartStatus("loading", "Reading its instructions")
        embedded.warm([{"role": "system", "content": text}] for text in self._static_prompts)

    def _weights(self) -> Path:
        own = self._settings.model_path
        if own is None:
            folder = self._settings.home / MODELS_FOLDER
            return weights.fetch(weights.table()[0], folder, self._on_progress)
        if not own.is_file():
            raise WeightsError(
                f"REPRISE_MODEL names {own}, where there is no file.",
                remedy="Give the path of a GGUF file, or leave it unset to have one fetched.",
            )
        return own

    def _on_progress(self, progress: weights.Progress) -> None:
        if self._closing.is_set():
            raise _ClosedError
        words = {
            "download": f"Fetching {self.name}",
            "wait": f"{self.name} is being fetched by another program",
            "verify": f"Checking {self.name}",
            "done": f"Loading {self.name}",
        }
        self.status = PartStatus("fetching", words[progress.phase], progress.done, progress.total)
