"""Logs: a line a record, plain or JSON, with the correlation id of the turn or run it belongs to.

An error in a record is written as its class and the places in the code that it came through,
without its message, which may quote the user. Of other libraries' records the text is written
without what was put into it, for the same reason.

AG2's own LoggingMiddleware is not used: it logs whole messages.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from agents.calling import caller

Form = Literal["plain", "json"]
OURS: Final = ("agents", "cache", "pages", "reprise")
"""The loggers whose messages hold nothing of the user's."""
SHORT_ID: Final = 8
"""So many digits of a correlation id are shown to people."""
MOST_PLACES: Final = 12
_ROOT: Final = Path(__file__).parents[2]


class Lines(logging.Handler):
    """Writes records to the standard error stream, a line each."""

    def __init__(self, form: Form) -> None:
        super().__init__()
        self._write = as_json if form == "json" else as_text

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record; one that cannot be written is told of as `logging` does."""
        try:
            sys.stderr.write(self._write(record) + "\n")
        except (OSError, ValueError, TypeError):
            self.handleError(record)


@contextmanager
def writing(form: Form) -> Iterator[None]:
    """Write the process's log in this form within this block.

    Logs are the process's: of two blocks at a time, each writes all of it.
    """
    handler, root = Lines(form), logging.getLogger()
    levels = {name: logging.getLogger(name).level for name in OURS}
    root.addHandler(handler)
    if form == "json":
        for name in OURS:
            logging.getLogger(name).setLevel(logging.INFO)
    try:
        yield
    finally:
        root.removeHandler(handler)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def as_json(record: logging.LogRecord) -> str:
    """A record as one line of JSON: time (ISO 8601, UTC), level, logger, message, and where there
    is one correlation_id, agent, error, places, and the fields that the record brings.
    """
    who = caller()
    known: dict[str, object] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": message_of(record),
    }
    if who.correlation_id:
        known |= {"correlation_id": who.correlation_id, "agent": who.agent}
    if record.exc_info and record.exc_info[1] is not None:
        error = record.exc_info[1]
        known |= {"error": type(error).__name__, "places": places(error)}
    return json.dumps(known | dict(fields_of(record)), default=str)


def as_text(record: logging.LogRecord) -> str:
    """A record as one line for people."""
    at = datetime.fromtimestamp(record.created).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    known = caller().correlation_id
    reference = f" [{known[:SHORT_ID]}]" if known else ""
    more = "".join(f" {name}={value}" for name, value in fields_of(record).items())
    if record.exc_info and record.exc_info[1] is not None:
        more += f" {described(record.exc_info[1])}"
    return f"{at} {record.levelname} {record.name}{reference} {message_of(record)}{more}"


def message_of(record: logging.LogRecord) -> str:
    """The message, in one line; of another library's, without what was put into its text."""
    ours = record.name.split(".", 1)[0] in OURS
    text = record.getMessage() if ours else str(record.msg)
    return " ".join(text.split())


def fields_of(record: logging.LogRecord) -> Mapping[str, object]:
    """The fields that came with a record: ``logger.info("...", extra={"fields": {...}})``."""
    fields = getattr(record, "fields", None)
    return fields if isinstance(fields, Mapping) else {}


def described(error: BaseException) -> str:
    """An error's class and where it came from, without its message."""
    return f"{type(error).__name__} at {' < '.join(places(error))}"


def places(error: BaseException) -> list[str]:
    """The places in the code that an error came through, the innermost first."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{_short(frame.filename)}:{frame.lineno}" for frame in reversed(frames)][:MOST_PLACES]


def _short(filename: str) -> str:
    path = Path(filename)
    if path.is_relative_to(_ROOT):
        return str(path.relative_to(_ROOT))
    return "/".join(path.parts[-2:])
