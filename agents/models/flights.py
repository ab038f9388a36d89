"""One model call for equal questions at the same time, in this process and in others."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from cache import CacheError, Scope, SemanticCache

logger = logging.getLogger(__name__)

LEASE_SECONDS: Final = 15.0
"""How long a question is held for a process that has died; a living one renews its lease."""
_POLL_SECONDS: Final = 0.1


class Flights:
    """One lock for each question that is being answered, so that equal calls become one."""

    def __init__(self) -> None:
        self._locks: dict[tuple[str, str], tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def alone(self, key: tuple[str, str]) -> AsyncIterator[bool]:
        """Hold the question; yields whether somebody else was answering it before."""
        lock, waiting = self._locks.get(key, (asyncio.Lock(), 0))
        self._locks[key] = (lock, waiting + 1)
        try:
            async with lock:
                yield waiting > 0
        finally:
            lock, waiting = self._locks[key]
            if waiting == 1:
                del self._locks[key]
            else:
                self._locks[key] = (lock, waiting - 1)


class Lease:
    """The question held against other processes on the same database, as long as it is answered.

    A holder that dies gives nothing back, and nobody waits for it longer than `LEASE_SECONDS`.
    Where the database refuses leases, equal questions are just answered twice.
    """

    def __init__(self, cache: SemanticCache, question: str, scope: Scope) -> None:
        self._cache = cache
        self._question = question
        self._scope = scope
        self._holder = uuid.uuid4().hex
        self._renewing: asyncio.Task[None] | None = None

    async def take(self) -> bool:
        """Wait until the question is ours; returns whether it may be answered meanwhile."""
        waited = False
        try:
            taken, known = await asyncio.to_thread(self._take_and_look)
            while not taken:
                waited = True
                await self._until_free()
                taken, known = await asyncio.to_thread(self._take_and_look)
            self._renewing = asyncio.create_task(self._renew())
        except CacheError as error:
            logger.warning("no lease on the question: %s", type(error).__name__)
            return waited
        return waited or known

    async def give_back(self) -> None:
        """Let others have the question."""
        if self._renewing is None:
            return
        self._renewing.cancel()
        try:
            await asyncio.to_thread(self._give_back)
        except CacheError as error:
            logger.warning("the lease runs out by itself: %s", type(error).__name__)

    async def _until_free(self) -> None:
        # A database tells nobody when a row goes, so it is asked again and again.
        taken = True
        while taken:
            await asyncio.sleep(_POLL_SECONDS)
            taken = await asyncio.to_thread(self._taken)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(LEASE_SECONDS / 3)
            try:
                await asyncio.to_thread(self._take)
            except CacheError as error:
                logger.warning("the lease was not renewed: %s", type(error).__name__)

    def _take_and_look(self) -> tuple[bool, bool]:
        """Whether the question is ours now, and whether it may be answered already."""
        taken = self._take()
        return taken, taken and self._cache.knows(self._question, self._scope)

    def _take(self) -> bool:
        return self._cache.flights.take(
            self._question,
            self._scope,
            holder=self._holder,
            seconds=LEASE_SECONDS,
        )

    def _taken(self) -> bool:
        return self._cache.flights.taken(self._question, self._scope)

    def _give_back(self) -> None:
        self._cache.flights.give_back(self._question, self._scope, holder=self._holder)
