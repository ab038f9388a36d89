"""What the trace of a turn says: how a reference finds it, and its spans as rows of a waterfall."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from agents import signals
from agents.telemetry.values import SpanRecord, TurnTrace
from pages.parts import words
from pages.parts.health.waterfall import Bar

REFERENCE: Final = 8
"""Characters of an id that a user is told."""
FEWEST: Final = 4
"""Characters that a search must have: fewer would find anything."""
SOURCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "exact": "from the cache",
        "semantic": "from the cache",
        "degraded": "from an earlier answer, no model answered",
        "model": "from the model",
        "none": "in words of its own",
    }
)
_PREFIX: Final = re.compile(r"^(?:reprise|gen_ai)\.")
_ID: Final = re.compile(rf"\b[0-9a-f]{{{FEWEST},}}\b")


def reference(trace: TurnTrace) -> str:
    """What a user is told in place of the whole id."""
    return trace.id[:REFERENCE]


def key(trace: TurnTrace) -> str:
    """Unique among traces: a run that was resumed has several of the same id."""
    return f"{trace.id}-{trace.spans[0].id if trace.spans else trace.began}"


def wanted(typed: str) -> str:
    """The beginning of an id in what somebody typed or pasted; "" where there is none.

    "Reference 3f2a91bc" is as good as the id itself.
    """
    found = _ID.findall(typed.lower().replace("-", ""))
    return max(found, key=len, default="")


def found(traces: Sequence[TurnTrace], typed: str) -> tuple[TurnTrace, ...]:
    """The turns whose id begins with what was typed; none where that is no part of an id."""
    beginning = wanted(typed)
    return tuple(trace for trace in traces if beginning and trace.id.startswith(beginning))


def bars(trace: TurnTrace) -> tuple[Bar, ...]:
    """The spans as rows: each below the one it is a part of, in the order in which they began."""
    return tuple(
        Bar(
            name=span.name,
            began=span.began - trace.began,
            seconds=span.seconds,
            kind=span.kind,
            depth=depth,
            failed=span.failed,
            details={
                title(name): detail(value) for name, value in span.attributes.items() if value != ""
            },
        )
        for span, depth in _nested(trace.spans)
    )


def about(trace: TurnTrace) -> str:
    """Where the reply came from; of a run of a team, what kind of run it was."""
    source = trace.spans[0].attributes.get(signals.SOURCE) if trace.spans else None
    return SOURCES.get(str(source), trace.name)


def title(attribute: str) -> str:
    """An attribute's name in words: ``cache similarity`` of "reprise.cache.similarity"."""
    return re.sub(r"[._]+", " ", _PREFIX.sub("", attribute))


def detail(value: object) -> str:
    """An attribute's value in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.6f}".rstrip("0").rstrip(".")
    return f"{value:,}" if isinstance(value, int) else str(value)


def _nested(spans: Sequence[SpanRecord]) -> Iterator[tuple[SpanRecord, int]]:
    """Every span once, with its depth; one whose parent is not there is outermost."""
    known = {span.id for span in spans}
    parts: dict[str, list[SpanRecord]] = {}
    for span in sorted(spans, key=lambda one: one.began):
        parts.setdefault(span.parent if span.parent in known else "", []).append(span)
    waiting = [(span, 0) for span in reversed(parts.get("", []))]
    while waiting:
        span, depth = waiting.pop()
        yield span, depth
        waiting += [(part, depth + 1) for part in reversed(parts.get(span.id, []))]


def took(trace: TurnTrace) -> str:
    """How long it took."""
    return words.duration(trace.seconds)
