"""A whole conversation as a file, and back: everything is checked before anything is stored.

The file is JSON: ``{"format": "reprise-conversation", "version": 1, "exported_at": ISO 8601 (UTC),
"events": [...]}``, each event as the store keeps it (see `agents.dialogue.copying.portable` for
what is left out). It names no owner: whoever imports it owns the copy.

Versions of the format:
    1  the events of the conversations' schema version 1
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import pydantic_core

from agents.dialogue.copying import portable
from agents.dialogue.events import (
    Corrected,
    CorrectionCancelled,
    Event,
    Heard,
    Judged,
    Overruled,
    Reopened,
    ReplyBegan,
    ReplyEnded,
    StepEnded,
    TeamAsked,
    Understood,
    from_json,
    to_json,
)
from agents.dialogue.state import ChatState
from agents.errors import (
    ImportInvalidError,
    ImportTooLargeError,
    ImportVersionError,
    PlanError,
)

Fold = Callable[[ChatState, Iterable[Event]], ChatState]
"""The state after events."""
FORMAT: Final = "reprise-conversation"
VERSION: Final = 1
MOST_BYTES: Final = 20_000_000
MOST_EVENTS: Final = 10_000
"""More than a thousand exchanges. Each event costs time with the number of those before it: at
this many a conversation opens within a few seconds."""
LONGEST_TEXT: Final = 200_000
"""Characters of one text: many times what a message or a reply can have."""
LATEST: Final = 253_370_764_800.0
"""The year 9999, in seconds since the epoch: later times cannot be shown."""


_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_OF_A_STEP: Final = (Judged, Overruled, StepEnded, Reopened, Corrected, CorrectionCancelled)


def to_file(events: Iterable[Event], now: float) -> str:
    """The file of a conversation, from all its events."""
    content = {
        "format": FORMAT,
        "version": VERSION,
        "exported_at": datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds"),
        "events": [json.loads(to_json(event)) for event in portable(events)],
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def from_file(data: bytes, fold: Fold, now: float) -> tuple[Event, ...]:
    """The events of a file; a reply that was being written when it was made is interrupted.

    Args:
        now: When it is taken in, seconds since the epoch.

    Raises:
        ImportTooLargeError: It is larger than a conversation can be.
        ImportVersionError: A newer Reprise wrote it.
        ImportInvalidError: It is no conversation, or its events cannot follow one another.
    """
    if len(data) > MOST_BYTES:
        raise ImportTooLargeError(len(data), MOST_BYTES, "bytes")
    written = _events_of(_content(data))
    if len(written) > MOST_EVENTS:
        raise ImportTooLargeError(len(written), MOST_EVENTS, "events")
    events = portable(_read(number, one) for number, one in enumerate(written, 1))
    _check(events, fold)
    return (*events, *_ends(events, now))


def _content(data: bytes) -> object:
    try:
        return pydantic_core.from_json(data.removeprefix(_BYTE_ORDER_MARK), allow_inf_nan=False)
    except ValueError as error:
        raise ImportInvalidError(f"it is not JSON ({error})") from error


def _events_of(content: object) -> Sequence[object]:
    """The events in the file's frame.

    Raises:
        ImportVersionError, ImportInvalidError: As in `from_file`.
    """
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ImportInvalidError(f"it does not say that its format is {FORMAT!r}")
    version, events = content.get("version"), content.get("events")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ImportInvalidError("it does not say its version")
    if version > VERSION:
        raise ImportVersionError(version, VERSION)
    if not isinstance(events, list) or not events:
        raise ImportInvalidError("it has no events")
    return events


def _read(number: int, written: object) -> Event:
    problem = next(_unusable(written), None)
    if problem is not None:
        raise ImportInvalidError(f"event {number} {problem}")
    try:
        return from_json(json.dumps(written))
    except (ValueError, PlanError) as error:
        raise ImportInvalidError(f"event {number} is none that is known here") from error


def _unusable(written: object, name: str = "") -> Iterator[str]:
    """What no event has: texts without end, numbers that are none, times that cannot be shown."""
    match written:
        case dict():
            for key, value in written.items():
                yield from _unusable(value, key)
        case list():
            for value in written:
                yield from _unusable(value, name)
        case str() if len(written) > LONGEST_TEXT:
            yield f"has a text of more than {LONGEST_TEXT:,} characters"
        case int() | float() if not -LATEST < written < LATEST:
            yield "has a number out of all range"
        case int() | float() if name == "at" and written < 0:
            yield "has a time before all times"


def _check(events: Sequence[Event], fold: Fold) -> None:
    """Refuse events that cannot follow one another.

    Raises:
        ImportInvalidError: They cannot; it names the first that cannot follow.
    """
    state = ChatState(id="", owner="")
    heard: set[str] = set()
    replies: dict[str, str] = {}
    for number, event in enumerate(events, 1):
        try:
            _check_words(event, heard, replies)
            _check_step(event, state)
            state = fold(state, [event])
        except (LookupError, ValueError, PlanError) as error:
            problem = f"event {number} ({event.kind}) cannot follow those before it ({error})"
            raise ImportInvalidError(problem) from error


def _check_words(event: Event, heard: set[str], replies: dict[str, str]) -> None:
    """Refuse what is said twice, or in reply to nothing; remember what was said.

    Args:
        heard: Ids of the messages so far; replies: ids of what each reply answers.

    Raises:
        ValueError: It is.
    """
    match event:
        case Heard(message=message):
            _require(message.id not in heard, "a message comes twice")
            _require(len(message.parts) in (0, len(message.types)), "parts without a type")
            heard.add(message.id)
        case Understood():
            _require(event.message in heard, "nobody said what is understood")
            _require(len(event.parts) in (0, len(event.types)), "parts without a type")
        case ReplyBegan(reply=reply):
            _require(reply.to in heard, "it replies to nothing")
            _require(reply.id not in heard and reply.id not in replies, "a reply comes twice")
            replies[reply.id] = reply.to
        case ReplyEnded(reply=reply):
            _require(replies.get(reply.id) == reply.to, "a reply ends that never began")
            _require(reply.status != "writing", "a reply ends that is being written")
        case TeamAsked():
            _require(event.reply in replies, "a team is asked for no reply")


def _check_step(event: Event, state: ChatState) -> None:
    """Refuse what happens to a step that is not there.

    Raises:
        ValueError: It does.
    """
    if isinstance(event, _OF_A_STEP):
        _require(0 <= event.step < len(state.progress), "there is no such step")


def _require(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - reads like an assertion
    if not holds:
        raise ValueError(otherwise)


def _ends(events: Sequence[Event], now: float) -> Iterator[Event]:
    """The ends of the replies that were being written when the file was made."""
    ended = {event.reply.id for event in events if isinstance(event, ReplyEnded)}
    for event in events:
        if isinstance(event, ReplyBegan) and event.reply.id not in ended:
            yield ReplyEnded(now, replace(event.reply, status="interrupted"))
