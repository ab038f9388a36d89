"""What a lookup spends its time on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, TypeVar, cast

T = TypeVar("T")

StageName = Literal["exact", "embed", "search", "guards", "verifier"]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a lookup.

    :ivar began: when it first began, seconds since the lookup did.
    :ivar seconds: what it took, all its parts together where others came between.
    """

    name: StageName
    began: float
    seconds: float


class Stopwatch:
    """Times the stages of one lookup, from now on.

    :param clock: seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._start = clock()
        self._began: dict[StageName, float] = {}
        self._seconds: dict[StageName, float] = {}

    @contextmanager
    def during(self, name: StageName) -> Iterator[None]:
        """Counts a block towards a stage."""
        begin = self._clock()
        self._began.setdefault(name, begin - self._start)
        try:
            yield
        finally:
            self._seconds[name] = self._seconds.get(name, 0.0) + self._clock() - begin

    def each(self, name: StageName, items: Iterable[T]) -> Iterator[T]:
        """The same items; the time to get each counts towards a stage, what is done with it not."""
        remaining = iter(items)
        end = object()
        while True:
            with self.during(name):
                item = next(remaining, end)
            if item is end:
                return
            yield cast("T", item)

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return self._clock() - self._start

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages that ended, in the order in which they began."""
        return tuple(Stage(name, self._began[name], took) for name, took in self._seconds.items())
