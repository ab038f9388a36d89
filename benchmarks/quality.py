"""Hits and wrong answers on the four labelled sets, by rule.

* cosine: the most similar entry, if it is at least 0.85 similar; the last message is the key.
* GPTCache: its default, a cosine of 0.6: the rank of its distance evaluation is 4 less the squared
  distance, the threshold is 0.8 of 4, and the squared distance of unit vectors is 2 - 2 cosine
  (gptcache 0.1.44: ``similarity_evaluation/distance.py``, ``adapter/adapter.py``).
* guards: this package without a verifier, the threshold found automatically.
* verifier: the same with the verifier that comes with the package, if it is there.

All run through the real cache; only its gates differ. Then, of the lookups of the pairs' second
questions among all the first ones, those in which the verifier was asked: what a whole lookup took,
the embedding of the question, the search, the guards and the verifier on up to three candidates
included.

    python -m benchmarks.quality [--json] [--data ../shared/data]
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal

import numpy as np

from benchmarks.report import Row, parser, report
from cache import Embedder, Scope, SemanticCache, load_embedder
from cache.__main__ import default_folder
from cache.evaluation import AUTO, Gates, Kind, evaluate, read_pairs
from cache.verifier import Verifier, load_default_verifier

DATA: Final = Path(__file__).parents[2] / "shared" / "data"
FILES: Final[Mapping[Kind, str]] = {
    "pairs": "question_pairs.csv",
    "conversations": "conversation_pairs.jsonl",
    "followups": "followups.csv",
    "stream": "intent_stream.csv",
}
COSINE: Final = 0.85
GPTCACHE: Final = 0.6
VERIFIED: Final = 0.6
"""The usual threshold where there is a verifier."""

Rule = tuple[str, Gates, float | Literal["auto"]]


def main() -> None:
    options = parser(__doc__ or "")
    options.add_argument("--data", type=Path, default=DATA)
    chosen = options.parse_args()
    rows = [row for rule in _rules(embedder()) for row in measure(rule, chosen.data)]
    report("quality", rows, as_json=chosen.json)
    verifier = load_default_verifier()
    if verifier is not None:
        row = verified(verifier, chosen.data / FILES["pairs"])
        report("quality: lookups that ask the verifier", [row], as_json=chosen.json)


def embedder() -> Embedder:
    """The one that the user's cache has."""
    return load_embedder(default_folder(os.environ))


def measure(rule: Rule, data: Path) -> Iterator[Row]:
    """One row for each set."""
    name, gates, threshold = rule
    for kind, file in FILES.items():
        found = evaluate(kind, data / file, gates, threshold)
        yield {
            "rule": name,
            "set": kind,
            "hits": found.total.hits,
            "wrong": found.total.wrong,
            "threshold": found.threshold,
            "p50_ms": found.p50_ms,
            "p99_ms": found.p99_ms,
        }


def verified(verifier: Verifier, file: Path) -> Row:
    """Times of whole lookups that ask the verifier, in milliseconds."""
    scope = Scope.shared_by_all(prompt="benchmark", model="none")
    pairs = [(each.a, each.b) for each in read_pairs(file)]
    with TemporaryDirectory() as folder:
        cache = SemanticCache.open(Path(folder), embedder(), verifier=verifier)
        with closing(cache):
            for stored, _ in pairs:
                cache.store(stored, "An answer.", scope, seconds=1, tokens=1, model="none")
            cache.lookup("Is everything loaded?", scope, threshold=VERIFIED)
            for _, asked in pairs:
                cache.lookup(asked, scope, threshold=VERIFIED)
            records = cache.lookups(limit=len(pairs))
    seconds = [record.seconds for record in records if record.verdict is not None]
    p50, p95, p99 = np.percentile(seconds, [50, 95, 99]) * 1000
    return {"lookups": len(seconds), "p50_ms": p50, "p95_ms": p95, "p99_ms": p99}


def _rules(embedder: Embedder) -> Sequence[Rule]:
    bare = Gates(embedder, guards=(), shareable=_always)
    ours = Gates(embedder)
    verifier = load_default_verifier()
    rules: list[Rule] = [
        ("cosine", bare, COSINE),
        ("GPTCache", bare, GPTCACHE),
        ("guards", ours, AUTO),
    ]
    if verifier is not None:
        rules.append(("verifier", replace(ours, verifier=verifier), AUTO))
    return rules


def _always(message: str, _before: Sequence[str]) -> str:
    """The last message is the key, whatever it leans on."""
    return message


if __name__ == "__main__":
    main()
