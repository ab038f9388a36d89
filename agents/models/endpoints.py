"""The endpoints that the settings name, each with what loads it and what counts its failures."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agents.errors import RepriseError
from agents.models import failures
from agents.models.breaker import Breaker
from agents.models.failures import Names
from agents.models.loading import ModelLoader
from agents.models.pending import PendingModel
from agents.models.pool import Endpoint, Pool, Vitals
from agents.settings import Settings
from agents.status import PartStatus

REPLICA = Names(address="REPRISE_REPLICAS")
MILLION = 1_000_000
FALLBACK = Names("REPRISE_FALLBACK_API_KEY", "REPRISE_FALLBACK", "REPRISE_FALLBACK_BASE_URL")


@dataclass(frozen=True, slots=True)
class Endpoints:
    """All ways to the model, and to what stands in for it.

    Attributes:
        pool: Of them the next is chosen.
        loaders: What brings each to where it can answer, in the same order.
    """

    pool: Pool
    loaders: tuple[ModelLoader, ...]

    @classmethod
    def of(
        cls,
        settings: Settings,
        static_prompts: Sequence[str],
        clock: Callable[[], float] = time.monotonic,
    ) -> Endpoints:
        """The endpoints that the settings name; nothing is loaded yet.

        Args:
            static_prompts: System prompts that an embedded model evaluates ahead of time.
            clock: Seconds from any beginning, for breakers and pauses.
        """
        main, *replicas = settings.replicated
        named = [(main, failures.MAIN), *((each, REPLICA) for each in replicas)]
        if settings.falling_back is not None:
            named.append((settings.falling_back, FALLBACK))
        loaders = tuple(ModelLoader(one, static_prompts) for one, _ in named)
        pairs = zip(named, loaders, strict=True)
        pool = Pool([_endpoint(*one, loader, clock) for one, loader in pairs])
        return cls(pool, loaders)

    @property
    def status(self) -> PartStatus:
        """How far the model is; of what stands in for it nothing is told."""
        return self.loaders[0].status

    async def close(self) -> None:
        """Let go of all models and their connections."""
        for loader in self.loaders:
            await loader.close()


def _endpoint(
    settings: Settings, names: Names, loader: ModelLoader, clock: Callable[[], float]
) -> Endpoint:
    def explained(error: Exception) -> RepriseError:
        return failures.explain_failure(error, settings, names)

    places = 1 if settings.provider == "embedded" else settings.parallel
    fallback = names is FALLBACK
    name = failures.endpoint_name(settings)
    return Endpoint(
        name=f"fallback {name}" if fallback else name,
        title=failures.title(settings),
        model=PendingModel(loader.provider, loader.name, loader.config, explained),
        vitals=Vitals(Breaker(clock=clock), places=places, clock=clock),
        fallback=fallback,
        price=settings.token_price / MILLION,
    )
