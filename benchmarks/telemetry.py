"""What telemetry adds to a turn that the cache answers.

One Runtime, the same questions, each asked alternately with spans, metrics and a log line
(*told*) and without any (*silent*), so that whatever else the machine does falls on both alike.
*wall* is from send to the end as a page sees it; *cpu* is the whole process's processor time for
the turn, what is done after the reply was shown included. *added* is the median difference of
two turns that followed one another, *ratio* what that makes of the silent one.

    python -m benchmarks.telemetry [--json] [--repeats 200] [--log plain|json]

The first row asks in the very same words, the second in others (search, guards and verifier; their
vectors are known, which leaves the less to compare with).
"""

from __future__ import annotations

import statistics
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from agents.runtime import Runtime
from agents.settings import Settings
from agents.telemetry import Telemetry
from agents.tracing import Tracer
from benchmarks.hit_vs_miss import OWNER, THRESHOLD, WAIT_SECONDS, running
from benchmarks.report import Row, parser, report
from tests.support.scripted_model import Reply as Scripted
from tests.support.scripted_model import Rule, ScriptedModel

CITIES = (
    "Lisbon",
    "Porto",
    "Madrid",
    "Rome",
    "Paris",
    "Berlin",
    "Vienna",
    "Prague",
    "Oslo",
    "Bern",
)
SETTLE_SECONDS = 0.02


class Switched(Telemetry):
    """Telemetry that can be turned off for a turn."""

    told = True

    @property
    def tracer(self) -> Tracer | None:  # type: ignore[override]
        """The real one, or none."""
        return super().tracer if self.told else None


def main() -> None:
    options = parser(__doc__ or "")
    options.add_argument("--repeats", type=int, default=200)
    options.add_argument("--log", choices=("plain", "json"), default="plain")
    chosen = options.parse_args()
    with scripted(chosen.log) as runtime:
        rows = [
            measured(runtime, "hit, same words", same(chosen.repeats), "exact"),
            measured(runtime, "hit, other words", other(chosen.repeats), "semantic"),
        ]
    report("telemetry", rows, as_json=chosen.json)


@contextmanager
def scripted(log: str) -> Iterator[Runtime]:
    """A Runtime whose telemetry can be turned off, and whose cache knows the questions."""
    with ScriptedModel([Rule(last="", reply=Scripted("Certainly, in May."))]) as model:
        settings = replace(
            Settings(),
            provider="openai",
            model="scripted",
            base_url=model.base_url,
            api_key="benchmark",
            log=log,
        )
        with running(settings) as runtime:
            runtime.telemetry.close()
            runtime.telemetry = Switched(runtime)
            runtime.telemetry.start()
            for city in CITIES:
                say(runtime, f"What is the best month to visit {city}?")
            yield runtime


def same(repeats: int) -> list[str]:
    """Questions that were asked before."""
    return [f"What is the best month to visit {CITIES[n % len(CITIES)]}?" for n in range(repeats)]


def other(repeats: int) -> list[str]:
    """Questions that were asked before in other words; two of each, for both kinds of turn."""
    ways = (
        "What would be the best month to visit {}?",
        "What is really the best month to visit {}?",
        "What is the very best month to visit {}?",
        "What's the best month to visit {}?",
        "So what is the best month to visit {}?",
    )
    asked = [way.format(city) for way in ways for city in CITIES]
    return [asked[n % len(asked)] for n in range(repeats)]


def measured(runtime: Runtime, kind: str, questions: Sequence[str], tier: str) -> Row:
    """Each question told and silent, one right after the other, in alternating order."""
    wall, cpu = Pairs(), Pairs()
    for number, question in enumerate(questions):
        order = (True, False) if number % 2 else (False, True)
        pair = {told: timed(runtime, question, told=told) for told in order}
        if all(served == tier for _, _, served in pair.values()):
            wall.add(silent=pair[False][0], told=pair[True][0])
            cpu.add(silent=pair[False][1], told=pair[True][1])
    if len(wall) < len(questions) // 2:
        raise RuntimeError(f"too few replies were a {kind}")
    return {"kind": kind, "n": len(wall), **wall.figures("wall"), **cpu.figures("cpu")}


class Pairs:
    """Seconds of the same turn, silent and told."""

    def __init__(self) -> None:
        self._silent: list[float] = []
        self._told: list[float] = []

    def __len__(self) -> int:
        return len(self._silent)

    def add(self, *, silent: float, told: float) -> None:
        """Add a pair."""
        self._silent.append(silent)
        self._told.append(told)

    def figures(self, name: str) -> Row:
        """The silent turn, what is added to it (the median of the pairs' differences), in
        milliseconds, and their ratio.
        """
        silent = statistics.median(self._silent)
        pairs = zip(self._silent, self._told, strict=True)
        added = statistics.median(told - without for without, told in pairs)
        return {
            f"{name}_ms": 1000 * silent,
            f"{name}_added_ms": 1000 * added,
            f"{name}_ratio": 1 + added / silent,
        }


def timed(runtime: Runtime, question: str, *, told: bool) -> tuple[float, float, str | None]:
    """Wall and processor seconds of a turn, and the tier that served it."""
    runtime.telemetry.told = told
    begun, used = time.perf_counter(), time.process_time()
    served = say(runtime, question)
    took = time.perf_counter() - begun
    time.sleep(SETTLE_SECONDS)  # what is told after the end counts too
    return took, time.process_time() - used, served


def say(runtime: Runtime, text: str) -> str | None:
    """A message in a conversation of its own; which tier of the cache answered it."""
    turn = runtime.send(
        uuid.uuid4().hex, OWNER, text, threshold=THRESHOLD, message_id=uuid.uuid4().hex
    )
    if not turn.wait(WAIT_SECONDS):
        raise TimeoutError(f"no reply to {text!r} within {WAIT_SECONDS:g} s")
    if turn.reply.failure:
        raise RuntimeError(f"{text!r} failed: {turn.reply.failure.message}")
    return turn.reply.served.tier if turn.reply.served else None


if __name__ == "__main__":
    main()
