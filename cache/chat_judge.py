"""A verifier that asks a chat model, within a budget and a time limit.

For models that are strong enough: a large one serves 98 of 100 rewordings and 1 trap of 100, a
small one says yes to everything. The model itself is not known here: whoever opens the cache
passes a function, so that the cache stays usable alone.
"""

from __future__ import annotations

import contextvars
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from cache.errors import AmountError
from cache.verifier import Opinion

AskModel = Callable[[str, str], bool | None]
"""(asked, stored) -> whether one answer serves both; ``None``: in doubt. May raise anything, and
must end by itself in the end: a call that is given up on keeps its thread until it returns."""

_MINUTE = 60.0
_DAY = 86_400.0
_THREADS = 4


@dataclass(frozen=True, slots=True)
class Budget:
    """How many questions the chat model may be asked; the periods slide.

    :ivar per_minute: in any 60 seconds.
    :ivar per_day: in any 24 hours.
    """

    per_minute: int = 20
    per_day: int = 500


class JudgeVerifier:
    """The chat model as judge. Pairs are asked in their order, until one is the same question.

    :param name: see :class:`cache.verifier.Verifier`.
    :param ask: asks the model about one pair, in a thread of its own.
    :param budget: what may be asked.
    :param timeout: seconds for all pairs of one :meth:`verify` together; 0 or more.
    :param clock: seconds that never go back.
    :raises AmountError: if the timeout or the budget is below 0, or not finite.
    """

    costly = True

    def __init__(
        self,
        name: str,
        ask: AskModel,
        *,
        budget: Budget | None = None,
        timeout: float = 3.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._ask = ask
        self._budget = _checked(budget or Budget())
        self._timeout = _checked_timeout(timeout)
        self._clock = clock
        self._asked: deque[float] = deque()
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="judge")

    def verify(self, pairs: Sequence[tuple[str, str]]) -> Sequence[Opinion]:
        """See :meth:`cache.verifier.Verifier.verify`. Never raises."""
        end = time.monotonic() + self._timeout
        opinions: list[Opinion] = []
        for asked, stored in pairs:
            found = any(opinion.same for opinion in opinions)
            opinions.append(
                _no("a closer one was the same question")
                if found
                else self._opinion(asked, stored, end)
            )
        return tuple(opinions)

    def close(self) -> None:
        """Lets the threads go, without waiting for calls that hang."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _opinion(self, asked: str, stored: str, end: float) -> Opinion:
        if end <= time.monotonic():
            return _no("the judge's time is over")
        if not self._spend():
            return _no("the judge's budget is spent")
        # The call is made for whoever looks up: what the context says of them goes along.
        asking = contextvars.copy_context().run
        judging = self._threads.submit(asking, self._ask, asked, stored)
        return _outcome(judging, end, self._timeout)

    def _spend(self) -> bool:
        """Takes one question from the budget, if there is one."""
        with self._lock:
            now = self._clock()
            while self._asked and now - self._asked[0] >= _DAY:
                self._asked.popleft()
            recent = sum(now - at < _MINUTE for at in self._asked)
            if len(self._asked) >= self._budget.per_day or recent >= self._budget.per_minute:
                return False
            self._asked.append(now)
            return True


def _outcome(call: Future[bool | None], end: float, timeout: float) -> Opinion:
    """What came of a call; the call is given up at its end."""
    try:
        error = call.exception(max(0.0, end - time.monotonic()))
    except TimeoutError:
        call.cancel()
        return _no(f"the judge took longer than {timeout:g} s")
    if error is not None:
        return _no(f"the judge failed ({type(error).__name__})")
    verdict = call.result()
    if verdict is True:
        return Opinion(same=True, probability=None, reason="the judge: one answer serves both")
    return _no("the judge: another question" if verdict is False else "the judge was in doubt")


def _no(reason: str) -> Opinion:
    return Opinion(same=False, probability=None, reason=reason)


def _checked(budget: Budget) -> Budget:
    for field in ("per_minute", "per_day"):
        value = getattr(budget, field)
        if value < 0:
            raise AmountError(field, value)
    return budget


def _checked_timeout(timeout: float) -> float:
    if not 0 <= timeout < math.inf:
        raise AmountError("timeout", timeout)
    return timeout
