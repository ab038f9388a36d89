"""Spans around what takes time, as OpenTelemetry knows them: a tree for each turn or run.

They are plain values here, and become OpenTelemetry's own where they are exported: its SDK takes
some 50 microseconds for a span, which was an eighth of a reply from the cache; these take three
(``python -m benchmarks.telemetry``). Names and attributes are in `agents.signals`.

Who takes the spans is a context variable: a Runtime sets its own for all that it runs, so that two
in one process do not mix. Without one, a span costs next to nothing.
"""

from __future__ import annotations

import random
import time
from asyncio import CancelledError
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar, Token
from itertools import count
from types import TracebackType
from typing import Final, Protocol

from agents.errors import ModelError
from agents.signals import CANCELLED, ERROR_TYPE

Value = str | int | float | bool

NANO: Final = 1_000_000_000
MOST_SPANS: Final = 500
"""Kept of one trace, its root not counted; a run of a large team has some hundred."""


class Trace:
    """All spans with one root.

    Attributes:
        id: 128 random bits.
        spans: Those that ended, the root excepted, in that order.
        ended: Whether the root has.
    """

    __slots__ = ("_numbers", "ended", "id", "spans")

    def __init__(self) -> None:
        self.id = random.getrandbits(128) or 1
        self.spans: list[Span] = []
        self.ended = False
        self._numbers = count((self.id & 0x7FFF_FFFF_FFFF_FFFF) + 1)

    def number(self) -> int:
        """An id for a span, 64 bits, unique in the trace."""
        return next(self._numbers)


class Span:
    """One piece of work. Written by who does it, while it is under way.

    Attributes:
        parent: Id of the span that it is a part of; None of a root.
        began: Nanoseconds since the epoch.
        lasted: Nanoseconds; 0 before its end.
        attributes: What was decided and counted, never what a user wrote.
        failed: Whether an error ended it; a stop is none.
    """

    __slots__ = ("attributes", "began", "failed", "id", "lasted", "name", "parent", "trace")

    def __init__(
        self, name: str, around: Span | None, attributes: dict[str, Value], began: int
    ) -> None:
        self.name = name
        self.trace: Trace = Trace() if around is None else around.trace
        self.parent: int | None = None if around is None else around.id
        self.id: int = self.trace.number()
        self.attributes = attributes
        self.began = began
        self.lasted = 0
        self.failed = False

    def set_attribute(self, name: str, value: Value) -> None:
        """Say something of it."""
        self.attributes[name] = value

    def set_attributes(self, known: Mapping[str, Value]) -> None:
        """Say several things of it."""
        self.attributes.update(known)

    def note_failure(self, kind: str) -> None:
        """Say that an error ended it."""
        self.failed = True
        self.attributes[ERROR_TYPE] = kind

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.lasted / NANO


class Tracer(Protocol):
    """Takes the spans."""

    def ended(self, span: Span, /) -> None:
        """Take a span that has ended; returns at once and raises nothing."""


_TRACER: Final[ContextVar[Tracer | None]] = ContextVar("tracer", default=None)
_AROUND: Final[ContextVar[Span | None]] = ContextVar("span", default=None)


@contextmanager
def tracing(tracer: Tracer | None) -> Iterator[None]:
    """Let this tracer take the spans within this block, and of tasks that begin there."""
    token = _TRACER.set(tracer)
    try:
        yield
    finally:
        _TRACER.reset(token)


def around() -> Span | None:
    """The span that is under way here; None: none, or nobody takes it."""
    return _AROUND.get()


def span(name: str, **attributes: Value) -> AbstractContextManager[Span]:
    """A span over a block, a child of the one around it; an error that leaves it is noted.

    Attributes hold what was decided and counted, never what a user wrote.
    """
    return _Block(name, attributes)


def add_span(name: str, began: float, seconds: float) -> None:
    """A span over what has ended already, a child of the span around.

    Args:
        began: Seconds since the epoch.
    """
    tracer = _TRACER.get()
    if tracer is not None:
        made = Span(name, _AROUND.get(), {}, int(began * NANO))
        made.lasted = int(seconds * NANO)
        _end(made, tracer)


def note_failure(error: Exception) -> None:
    """Note on the span around that an error ended its work: which one, not what it says.

    Its message may quote the user.
    """
    here = _AROUND.get()
    if here is not None:
        here.note_failure(kind_of(error))


def kind_of(error: BaseException) -> str:
    """A name for an error, of which there are few."""
    return error.kind if isinstance(error, ModelError) else type(error).__name__


class _Block(AbstractContextManager[Span]):
    # A class, since a generator would cost as much again as all that it does.
    __slots__ = ("_attributes", "_begin", "_name", "_span", "_token", "_tracer")

    def __init__(self, name: str, attributes: dict[str, Value]) -> None:
        self._name = name
        self._attributes = attributes
        self._token: Token[Span | None] | None = None

    def __enter__(self) -> Span:
        self._tracer = _TRACER.get()
        self._span = Span(self._name, _AROUND.get(), self._attributes, time.time_ns())
        if self._tracer is not None:
            self._token = _AROUND.set(self._span)
        self._begin = time.perf_counter_ns()
        return self._span

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._tracer is None or self._token is None:
            return
        made = self._span
        made.lasted = time.perf_counter_ns() - self._begin
        _AROUND.reset(self._token)
        if isinstance(error, CancelledError):
            made.attributes[CANCELLED] = True
        elif isinstance(error, Exception):
            made.note_failure(kind_of(error))
        _end(made, self._tracer)


def _end(made: Span, tracer: Tracer) -> None:
    trace = made.trace
    if made.parent is None:
        trace.ended = True
    elif len(trace.spans) < MOST_SPANS:
        trace.spans.append(made)
    tracer.ended(made)
