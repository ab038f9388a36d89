"""One thread for the work on the index that nobody should wait for."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections import deque
from collections.abc import Callable

from cache.clusters import StoppedError
from cache.errors import CacheError

_log = logging.getLogger(__name__)

Job = Callable[[Callable[[], None]], None]
"""Work in steps. It calls what it is given between them, which raises when it is to stop."""

_NICENESS = 10


class Background:
    """Runs jobs one after another, in a thread that lives while there are any."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[str, Job]] = deque()
        self._names: set[str] = set()
        self._thread: threading.Thread | None = None
        self._condition = threading.Condition()
        self._stopped = False

    def add(self, name: str, job: Job) -> None:
        """Queues a job, unless one of that name waits already, or :meth:`stop` was called.

        One that runs is no reason not to: it may be past what the new one is for.
        """
        with self._condition:
            if self._stopped or name in self._names:
                return
            self._names.add(name)
            self._waiting.append((name, job))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="cache-index", daemon=True)
                self._thread.start()

    def wait(self) -> None:
        """Returns when there is nothing left to do."""
        with self._condition:
            self._condition.wait_for(lambda: self._thread is None)

    def stop(self) -> None:
        """Calls off what runs and drops what waits; returns when the thread has ended."""
        with self._condition:
            self._stopped = True
        self.wait()

    def _run(self) -> None:
        _yield_to_others()
        try:
            while (taken := self._next()) is not None:
                self._do(*taken)
        except StoppedError:
            self._waiting.clear()
        finally:
            self._end()

    def _next(self) -> tuple[str, Job] | None:
        with self._condition:
            if self._waiting and not self._stopped:
                name, job = self._waiting.popleft()
                self._names.discard(name)
                return name, job
            self._thread = None
            return None

    def _do(self, name: str, job: Job) -> None:
        try:
            job(self._check)
        except CacheError as error:
            _log.warning("Not done in the background (%s): %s", name, error)

    def _end(self) -> None:
        with self._condition:
            # Once this one has nothing left to do, the next job starts another.
            if self._thread is threading.current_thread():
                self._thread = None
            self._condition.notify_all()

    def _check(self) -> None:
        if self._stopped:
            raise StoppedError


def _yield_to_others() -> None:
    """Lets every other thread go first. Only Linux has a priority for each thread."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
