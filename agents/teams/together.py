"""Several delegations at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


async def together(
    works: Sequence[Coroutine[Any, Any, T]], *, seconds: float | None = None
) -> list[T | None]:
    """What comes of works that are done at the same time, in their order.

    Args:
        seconds: Longest time for all; None: as long as they take.

    Returns:
        For each what it returned; None where its time was over and it was stopped.

    Raises:
        Exception: The first of a work; the others are stopped.
        asyncio.CancelledError: It was stopped, and with it all that was under way.
    """
    tasks = [asyncio.ensure_future(work) for work in works]
    if not tasks:
        return []
    try:
        done, _ = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
    finally:
        await _stopped(tasks)
    return [None if task.cancelled() else task.result() for task in tasks]


async def _stopped(tasks: Sequence[asyncio.Future[Any]]) -> None:
    under_way = {task for task in tasks if not task.done()}
    for task in under_way:
        task.cancel()
    if under_way:
        await asyncio.wait(under_way)
