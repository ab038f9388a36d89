"""What teams cost beside their models, over models of which the time is known.

- *one call*: a delegation of its own run over a model that answers at once, with the store; with
  the cache, without it, and answered by it. Wanted: 15 ms or less.
- *40 problems*: a task taken apart into three, each into three, each into three, over a model that
  answers at once; 66 calls. Wanted: 1 s or less.
- *specialists*: a director with n specialists, every answer takes 1 s: one for all specialists
  together, one to put together what they say.

    python -m benchmarks.teams [--json] [--repeats 20]
"""

from __future__ import annotations

import asyncio
import json
import re
import statistics
import tempfile
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ag2.config import LLMClient, ModelConfig
from ag2.context import ConversationContext
from ag2.events import BaseEvent, ModelMessage, ModelResponse
from ag2.files.protocol import FilesClient
from ag2.response import ResponseProto
from ag2.tools.schemas import ToolSchema
from fast_depends.library.serializer import SerializerProto

from agents.dialogue.scopes import Identity
from agents.models.cached import CachedModel
from agents.teams.delegating import delegate
from agents.teams.desk import Desk
from agents.teams.jobs import Assessment
from agents.teams.member import Member, Message
from agents.teams.nested import Nested
from agents.teams.recording import Recorder
from agents.teams.recursive import Recursive
from agents.teams.roster import Roster
from agents.teams.run import Delegation, Kind, Run
from agents.teams.store import RunStore
from benchmarks.report import Row, parser, report
from cache import Embedder, SemanticCache, export_onnx, load_embedder

WRITER = Member("writer", "Writer", "You write.")
Took = tuple[float, float]
"""Seconds on the clock, and of the processor: what it takes where nothing else runs."""
SECONDS = 1.0
SPECIALISTS = (2, 4, 8)
PROBLEMS = 40
CALLS = 66
"""Of 13 problems that are assessed, taken apart and put together, and 27 that are solved."""
TASKS = ("Open a museum", "Renovate a railway station", "Organise a chess tournament")
PARTS = re.findall(
    r"\w+",
    "architect lamps carpets lawyer insurance tickets music food cleaning toilets parking posters "
    "website cashier alarm heating water paint windows roof doors benches clocks flags printer "
    "phones uniforms keys lift gardener postcards speeches photographer stage lottery sponsors "
    "mayor newspaper date",
)
DIVIDE = """\
name: own
title: Own
planner: {name: planner, title: Planner, prompt: You plan.}
solver: {name: solver, title: Solver, prompt: You solve.}
limits: {depth: 3, calls: 100}
"""


@dataclass
class Scripted(ModelConfig):
    """A model in this process that answers after a time that is known."""

    seconds: float = 0.0
    provider: Any = "openai"
    model: str = "scripted"
    parts: Iterator[str] = field(default_factory=lambda: iter(PARTS), init=False)

    def copy(self) -> Scripted:
        return self

    def create(self) -> LLMClient:
        return _Client(self)

    def create_files_client(self) -> FilesClient[Any]:
        raise NotImplementedError


class _Client(LLMClient):
    def __init__(self, model: Scripted) -> None:
        self._model = model

    async def __call__(
        self,
        messages: Sequence[BaseEvent],  # noqa: ARG002
        context: ConversationContext,
        *,
        tools: Iterable[ToolSchema],  # noqa: ARG002
        response_schema: ResponseProto[Any] | None,
        serializer: SerializerProto,  # noqa: ARG002
    ) -> ModelResponse:
        if self._model.seconds:
            await asyncio.sleep(self._model.seconds)
        message = ModelMessage(_answer(response_schema, self._model.parts))
        await context.send(message)
        return ModelResponse(message, model="scripted", finish_reason="stop")


def _answer(schema: ResponseProto[Any] | None, parts: Iterator[str]) -> str:
    if schema is None:
        return "Certainly."
    if schema.name == Assessment.__name__:
        return json.dumps({"complexity": "complex"})
    return json.dumps({"parts": [f"Choose the {next(parts)}." for _ in range(3)]})


class Place:
    """A store, and a cache where it is wanted."""

    def __init__(self, folder: Path, cache: SemanticCache | None) -> None:
        self._store = RunStore.open(folder / "teams.sqlite3")
        self._cache = cache
        self.roster = Roster.at(folder)

    def desk(self, model: Scripted) -> Desk:
        """Where members are asked that speak with a model."""
        return Desk(CachedModel(model, self._cache), Identity("scripted", None), threshold=0.9)

    def recorder(self, kind: Kind, task: str, script: str = "") -> Recorder:
        """A new run, which is kept step by step."""
        run = Run(uuid.uuid4().hex, "ann", kind, task, "own", created=time.time(), script=script)
        self._store.put(run)
        return Recorder(run, self._keep)

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    async def _keep(self, run: Run, delegation: Delegation) -> None:
        await asyncio.to_thread(self._store.keep, run, delegation)


def main() -> None:
    options = parser(__doc__ or "")
    options.add_argument("--repeats", type=int, default=20)
    chosen = options.parse_args()
    with places() as (bare, cached):
        rows = asyncio.run(_rows(bare, cached, chosen.repeats))
    report("teams", rows, as_json=chosen.json)


@contextmanager
def places() -> Iterator[tuple[Place, Place]]:
    """One without a cache and one with."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cache = SemanticCache.open(folder / "cache", _embedder(folder / "cache"))
        bare, cached = Place(folder / "bare", None), Place(folder / "cached", cache)
        try:
            yield bare, cached
        finally:
            bare.close()
            cached.close()
            cache.close()


def _embedder(folder: Path) -> Embedder:
    """The one that the app has once it is set up."""
    export_onnx(folder)
    return load_embedder(folder)


async def _rows(bare: Place, cached: Place, repeats: int) -> list[Row]:
    await _one_call(cached, "What is a warm-up good for?")
    tasks = [f"What is the number {number} good for?" for number in range(repeats)]
    return [
        _row("one call, no cache", [await _one_call(bare, task) for task in tasks]),
        _row("one call, new to the cache", [await _one_call(cached, task) for task in tasks]),
        _row("one call, known to the cache", [await _one_call(cached, task) for task in tasks]),
        _row("40 problems, no cache", [await _apart(bare, task) for task in TASKS]),
        _row("40 problems, new to the cache", [await _apart(cached, task) for task in TASKS]),
        *[_row(f"{n} specialists of 1 s", [await _meeting(bare, n)]) for n in SPECIALISTS],
    ]


async def _one_call(place: Place, task: str) -> Took:
    """Seconds of a delegation over a model that takes none."""
    desk, recorder = place.desk(Scripted()), place.recorder("nested", task)
    begun = _now()
    await delegate(recorder, desk, Delegation("1", "writer", task), WRITER, Message(task))
    return _since(begun)


async def _apart(place: Place, task: str) -> Took:
    """Seconds in which a task is taken apart into 40 problems and put together again."""
    desk = place.desk(Scripted())
    recorder = place.recorder("recursive", task, DIVIDE)
    work = Recursive(place.roster.recursive).work(recorder.run)
    begun = _now()
    await work(recorder, desk)
    took = _since(begun)
    if len(recorder.run.delegations) != CALLS:
        raise RuntimeError(f"not the {CALLS} calls of {PROBLEMS} problems")
    return took


async def _meeting(place: Place, number: int) -> Took:
    """Seconds of a run in which every answer takes one."""
    desk = place.desk(Scripted(SECONDS))
    recorder = place.recorder("nested", "Bake bread.", _team(number))
    work = Nested(place.roster.nested, choosing=False).work(recorder.run)
    begun = _now()
    await work(recorder, desk)
    return _since(begun)


def _team(specialists: int) -> str:
    listed = ", ".join(
        f"{{name: s{n}, title: S, prompt: You see {n}.}}" for n in range(specialists)
    )
    director = "{name: boss, title: Boss, prompt: You lead.}"
    return f"name: own\ntitle: Own\ndirector: {director}\nspecialists: [{listed}]\n"


def _now() -> Took:
    return time.perf_counter(), time.process_time()


def _since(begun: Took) -> Took:
    now = _now()
    return now[0] - begun[0], now[1] - begun[1]


def _row(what: str, took: Sequence[Took]) -> Row:
    seconds = sorted(one for one, _ in took)
    return {
        "what": what,
        "runs": len(seconds),
        "median ms": statistics.median(seconds) * 1000,
        "lowest ms": seconds[0] * 1000,
        "highest ms": seconds[-1] * 1000,
        "median CPU ms": statistics.median(cpu for _, cpu in took) * 1000,
    }


if __name__ == "__main__":
    main()
