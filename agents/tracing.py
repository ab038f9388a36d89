"""Spans of OpenTelemetry around what takes time.

Which tracer makes them is a context variable: a Runtime sets its own for all that it runs, so
that two in one process do not mix, and without one a span costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from opentelemetry.trace import NoOpTracer, Span, Tracer

_NONE: Final[Tracer] = NoOpTracer()
_TRACER: Final[ContextVar[Tracer]] = ContextVar("tracer", default=_NONE)

Value = str | int | float | bool


@contextmanager
def tracing(tracer: Tracer) -> Iterator[None]:
    """Let this tracer make the spans within this block, and in tasks that begin there."""
    token = _TRACER.set(tracer)
    try:
        yield
    finally:
        _TRACER.reset(token)


def tracer() -> Tracer:
    """What makes the spans, here and now."""
    return _TRACER.get()


@contextmanager
def span(name: str, **attributes: Value) -> Iterator[Span]:
    """A span over this block, a child of the one around it; an error that leaves it is noted.

    Attributes hold what was decided and counted, never what a user wrote.
    """
    with tracer().start_as_current_span(name, attributes=attributes) as begun:
        yield begun
