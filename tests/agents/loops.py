"""An event loop beside the test, as the Runtime has one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

WAIT_SECONDS = 30


@contextmanager
def running_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop in a thread of its own, as the Runtime has it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="room")
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
