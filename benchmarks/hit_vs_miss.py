"""What a reply costs from send to last token, on the server: from the model, and from the cache.

Four kinds, in one run on the same Runtime a page uses (store, classifier, scopes, AG2):

- *miss*: the local model answers a question nobody asked before;
- *hit, same words* and *hit, other words*: the same question from another conversation;
- *layers*: misses again, over a model that answers at once, less what each call of that model took:
  what is left is Reprise, the cache, AG2, the database and the embedding, whose time a row of its
  own tells; *layers, no model* have the vector already, so that no model is in them.

    python -m benchmarks.hit_vs_miss [--json] [--repeats 20] [--without-model]

``--without-model`` leaves out the rows that need the local chat model.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from agents.caching import CACHE_FOLDER
from agents.dialogue.messages import Reply
from agents.models.loading import MODELS_FOLDER
from agents.runtime import Runtime
from agents.settings import Settings
from benchmarks.report import Row, parser, report
from cache import Embedder, export_onnx, load_embedder
from cache.embedder import ONNX_FILE, SIDECAR_FILE, onnx_is_current
from tests.support.scripted_model import Reply as Scripted
from tests.support.scripted_model import Rule, ScriptedModel

OWNER = "benchmark"
THRESHOLD = 0.85
WAIT_SECONDS = 300.0
PAUSE_SECONDS = 0.03
QUESTIONS = (
    (
        "What is the capital of France?",
        "What's the capital of France?",
        "What is France's capital?",
        "What is the capital city of France?",
        "Which city is the capital of France?",
        "Can you tell me the capital of France?",
    ),
    (
        "How do I reverse a list in Python?",
        "How can I reverse a list in Python?",
        "How do I reverse a Python list?",
        "How to reverse a list in Python?",
        "How would I reverse a list in Python?",
        "Can you tell me how to reverse a list in Python?",
    ),
    (
        "What is the best time to visit Lisbon?",
        "What's the best time to visit Lisbon?",
        "What is the best time of year to visit Lisbon?",
        "When is the best time to visit Lisbon?",
        "Which time is the best to visit Lisbon?",
        "Can you tell me the best time to visit Lisbon?",
    ),
)
"""The first is asked of the model; the others, each once, ask the same in other words."""


def main() -> None:
    options = parser(__doc__ or "")
    options.add_argument("--repeats", type=int, default=20)
    options.add_argument("--without-model", action="store_true")
    chosen = options.parse_args()
    rows = [] if chosen.without_model else against_the_model(chosen.repeats)
    report("hit_vs_miss", [*rows, *layers(chosen.repeats)], as_json=chosen.json)


def against_the_model(repeats: int) -> list[Row]:
    """A miss for each question, then hits; the ratio is to the misses of the same run."""
    with running(Settings.from_env()) as runtime:
        say(runtime, "What is the tallest mountain?")
        misses = [say(runtime, asked) for asked, *_ in QUESTIONS]
        same = [say(runtime, asked) for _ in range(repeats) for asked, *_ in QUESTIONS]
        other = [say(runtime, again) for _, *words in QUESTIONS for again in words]
    miss = _row("miss", misses)
    reference = statistics.median(reply.seconds for reply in misses)
    return [
        miss,
        _row("hit, same words", same, served="exact", reference=reference),
        _row("hit, other words", other, served="semantic", reference=reference),
    ]


def layers(repeats: int) -> list[Row]:
    """What Reprise and AG2 add to a model that answers at once."""
    rules = [Rule(last="", reply=Scripted("Certainly."))]
    with ScriptedModel(rules) as model:
        settings = replace(
            Settings(),
            provider="openai",
            model="scripted",
            base_url=model.base_url,
            api_key="benchmark",
        )
        with running(settings) as runtime:
            say(runtime, "What is a warm-up question?")
            asked = [f"What is the number {n} good for?" for n in range(3 * repeats)]
            replies = [_without_model(runtime, text) for text in asked]
            known = [f"What is the colour {n} good for?" for n in range(3 * repeats)]
            embedded = [_without_model(runtime, _embedded(runtime, text)) for text in known]
            embedder = load_embedder(runtime.settings.home / CACHE_FOLDER)
            embeddings = [_timed_embedding(embedder, text) for text in asked]
    return [
        _row("layers", replies),
        _row("layers, no model", embedded),
        _row_of("embedding", embeddings, of=len(asked)),
    ]


def _embedded(runtime: Runtime, text: str) -> str:
    """The text, whose vector is known from now on."""
    if runtime.cache is not None:
        runtime.cache.prepare(text)
    return text


def _timed_embedding(embedder: Embedder, text: str) -> float:
    # As rare as a user's questions, so that the processor's caches are as cold.
    time.sleep(PAUSE_SECONDS)
    begun = time.perf_counter()
    embedder.embed([text])
    return time.perf_counter() - begun


def _without_model(runtime: Runtime, text: str) -> Reply:
    """A reply, with the model's part taken off its time."""
    reply = say(runtime, text)
    if runtime.cache is None or (served := reply.served) is None:
        raise RuntimeError("the cache was not asked")
    (entry,) = [e for e in runtime.cache.entries(search=text) if e.id == served.entry]
    return replace(reply, seconds=reply.seconds - entry.seconds)


@contextmanager
def running(settings: Settings) -> Iterator[Runtime]:
    """A Runtime over an empty home that shares nothing with the user's but the models."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        models = settings.home / MODELS_FOLDER
        models.mkdir(parents=True, exist_ok=True)
        (home / MODELS_FOLDER).symlink_to(models, target_is_directory=True)
        prepare(home / CACHE_FOLDER, settings.home / CACHE_FOLDER)
        runtime = Runtime(replace(settings, home=home))
        runtime.start()
        try:
            yield runtime
        finally:
            runtime.close()


def prepare(folder: Path, known: Path) -> None:
    """What `make run` does before it serves: the embedding model in its fast form."""
    if not onnx_is_current(known):
        export_onnx(known)
    folder.mkdir()
    for name in (ONNX_FILE, SIDECAR_FILE):
        shutil.copy(known / name, folder / name)


def say(runtime: Runtime, text: str) -> Reply:
    """One message in a conversation of its own, and its reply."""
    turn = runtime.send(
        uuid.uuid4().hex, OWNER, text, threshold=THRESHOLD, message_id=uuid.uuid4().hex
    )
    if not turn.wait(WAIT_SECONDS):
        raise TimeoutError(f"no reply to {text!r} within {WAIT_SECONDS:g} s")
    if turn.reply.failure:
        raise RuntimeError(f"{text!r} failed: {turn.reply.failure.message}")
    return turn.reply


def _row(
    kind: str,
    replies: Sequence[Reply],
    *,
    served: str | None = None,
    reference: float | None = None,
) -> Row:
    as_expected = [r for r in replies if (r.served.tier if r.served else None) == served]
    seconds = [reply.seconds for reply in as_expected]
    return _row_of(kind, seconds, of=len(replies), reference=reference)


def _row_of(kind: str, seconds: Sequence[float], *, of: int, reference: float | None = None) -> Row:
    if not seconds:
        raise RuntimeError(f"no reply was a {kind}")
    ordered = sorted(seconds)
    median = statistics.median(ordered)
    return {
        "kind": kind,
        "n": len(ordered),
        "of": of,
        "p50_ms": 1000 * median,
        "p95_ms": 1000 * ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))],
        "times_faster": reference / median if reference else None,
    }


if __name__ == "__main__":
    main()
