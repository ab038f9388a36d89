"""When a call is tried again, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
    wait_random_exponential,
)

from agents.settings import Settings


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long a call is tried.

    Attributes:
        retries: How often it is tried again after the first failure, 0 and up.
        deadline: Seconds for all of it, from when it is its turn to its last word; above 0.
        first_wait: Longest wait before the first retry, seconds; it doubles with each.
        longest_wait: Most seconds that becomes.
        longest_pause: Longest wait for an endpoint that says when it has time again, seconds.
        pause_before_fallback: The same where a fallback could answer meanwhile.
    """

    retries: int
    deadline: float
    first_wait: float = 0.5
    longest_wait: float = 8.0
    longest_pause: float = 20.0
    pause_before_fallback: float = 2.0

    @classmethod
    def of(cls, settings: Settings) -> Patience:
        """What the settings want."""
        return cls(settings.retries, settings.deadline)

    def attempts(
        self,
        again: Callable[[BaseException], bool],
        *,
        at_once: Callable[[], bool],
        within: float,
    ) -> AsyncRetrying:
        """Tries a call until it succeeds, or is not to be tried again; then raises its last error.

        Each wait is random between nothing and a bound that doubles, so that calls which failed
        together do not come again together ("full jitter": M. Brooker, Exponential Backoff And
        Jitter, AWS Architecture Blog, 2015).

        Args:
            again: Whether an error is one after which to try again.
            at_once: Whether there is nothing to wait for.
            within: Seconds after which no attempt begins.
        """
        backoff = wait_random_exponential(multiplier=self.first_wait, max=self.longest_wait)

        def wait(state: RetryCallState) -> float:
            return 0.0 if at_once() else backoff(state)

        return AsyncRetrying(
            retry=retry_if_exception(again),
            wait=wait,
            stop=stop_after_attempt(self.retries + 1) | stop_before_delay(within),
            reraise=True,
        )
