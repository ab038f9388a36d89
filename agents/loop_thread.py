"""The one event loop of a process, in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class LoopThread:
    """An event loop that work is given to from any thread."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="reprise-loop", daemon=True)

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Start the loop; returns at once."""
        self._thread.start()

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Do work on the loop; returns at once."""
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def in_background(self, work: Callable[..., None], *given: object) -> None:
        """Do work that blocks in a thread of the loop's pool; returns at once."""
        self.loop.call_soon_threadsafe(self.loop.run_in_executor, None, work, *given)

    def stop(self, seconds: float) -> None:
        """End the loop, and wait so long for its thread."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(seconds)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()
        self.loop.close()
