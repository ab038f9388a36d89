"""Several works at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


async def together(works: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """What comes of works that are done at the same time, in their order.

    Raises:
        Exception: What the first of them raised; the others are stopped before.
        asyncio.CancelledError: It was stopped, and with it all that was under way.
    """
    tasks = [asyncio.create_task(work) for work in works]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        await _stopped({task for task in tasks if not task.done()})


async def _stopped(tasks: set[asyncio.Task[T]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
