"""Spans of OpenTelemetry around what takes time.

Which tracer makes them is a context variable: a Runtime sets its own for all that it runs, so
that two in one process do not mix, and without one a span costs nothing. OpenTelemetry is
imported with the first span, for which pages need not wait.
"""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from agents.errors import ModelError
from agents.signals import CANCELLED, ERROR_TYPE

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

_TRACER: Final[ContextVar[Tracer | None]] = ContextVar("tracer", default=None)

NANO: Final = 1_000_000_000
Value = str | int | float | bool


@contextmanager
def tracing(tracer: Tracer) -> Iterator[None]:
    """Let this tracer make the spans within this block, and in tasks that begin there."""
    token = _TRACER.set(tracer)
    try:
        yield
    finally:
        _TRACER.reset(token)


def tracer() -> Tracer | None:
    """What makes the spans, here and now; None: nothing does."""
    return _TRACER.get()


@contextmanager
def span(name: str, **attributes: Value) -> Iterator[Span]:
    """A span over this block, a child of the one around it; an error that leaves it is noted.

    Attributes hold what was decided and counted, never what a user wrote.
    """
    from opentelemetry.trace import INVALID_SPAN, use_span

    here = _TRACER.get()
    if here is None:
        yield INVALID_SPAN
        return
    begun = here.start_span(name, attributes=attributes)
    with use_span(begun, end_on_exit=True, record_exception=False, set_status_on_exception=False):
        try:
            yield begun
        except CancelledError:
            begun.set_attributes({CANCELLED: True})
            raise
        except Exception as error:
            note_failure(error)
            raise


def add_span(name: str, began: float, seconds: float) -> None:
    """A span over what has ended already, a child of the span around.

    Args:
        began: Seconds since the epoch.
    """
    here = _TRACER.get()
    if here is not None:
        begin = int(began * NANO)
        here.start_span(name, start_time=begin).end(begin + int(seconds * NANO))


def note_failure(error: Exception) -> None:
    """Note on the span around that an error ended its work: which one, not what it says.

    Its message may quote the user.
    """
    from opentelemetry.trace import Status, StatusCode, get_current_span

    kind = error.kind if isinstance(error, ModelError) else type(error).__name__
    around = get_current_span()
    around.set_attribute(ERROR_TYPE, kind)
    around.set_status(Status(StatusCode.ERROR))
