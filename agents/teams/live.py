"""A run while it goes on, which any page may attach to, leave and attach to again."""

from __future__ import annotations

import threading
from collections.abc import Callable

from agents.teams.recording import Recorder
from agents.teams.run import Run, Status


class LiveRun:
    """A run that this process works on. Its methods may be called from any thread."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._stopped_as: Status | None = None
        self._cancel: Callable[[], object] | None = None

    @property
    def id(self) -> str:
        """Id of the run."""
        return self.view.id

    @property
    def view(self) -> Run:
        """The run at this moment; a page reads it as often as it likes."""
        return self.recorder.run

    @property
    def ended(self) -> bool:
        """Whether nothing more will come, and all is stored."""
        return self._ended.is_set()

    @property
    def stopped_as(self) -> Status | None:
        """The status that a stop gives the run; None: it was not stopped."""
        return self._stopped_as

    def stop(self) -> None:
        """Stop what is under way; what is done is kept. Harmless after the end."""
        self._stop("stopped")

    def interrupt(self) -> None:
        """Stop because the process ends; the run may be resumed later."""
        self._stop("interrupted")

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end, seconds; False when it did not come in time."""
        return self._ended.wait(timeout)

    def stopped_by(self, cancel: Callable[[], object]) -> None:
        """Say how the work is stopped; where a stop came before, it is at once."""
        with self._lock:
            self._cancel = cancel
            stopping = self._stopped_as is not None
        if stopping:
            cancel()

    def show_end(self, run: Run) -> None:
        """Show that the run has ended."""
        self.recorder.run = run
        self._ended.set()

    def _stop(self, status: Status) -> None:
        with self._lock:
            if self._ended.is_set() or self._stopped_as is not None:
                return
            self._stopped_as = status
            cancel = self._cancel
        if cancel is not None:
            cancel()
