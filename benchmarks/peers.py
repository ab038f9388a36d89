"""Lookups and quality beside GPTCache 0.1.44 and mneme-cache 1.0.1, over the same vectors.

The peers are installed from PyPI into an environment of their own, made at the first run. Each
cache runs as it comes (see :mod:`benchmarks.peer.worker`), and all get vectors that were computed
beforehand, so that times leave out the embedding. Reprise runs with guards and no verifier, which
none of the peers has; for what a verifier adds see :mod:`benchmarks.quality`.

    python -m benchmarks.peers [--json] [--sizes 1000 10000] [--data ../shared/data]
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
from numpy.typing import NDArray

from benchmarks.quality import DATA, embedder
from benchmarks.report import Row, parser, report
from cache.evaluation import Query, QuestionPair, read_pairs, read_stream

ROOT = Path(__file__).parents[1]
WORKER = Path(__file__).parent / "peer" / "worker.py"
PEERS = ("gptcache==0.1.44", "mneme-cache==1.0.1", "faiss-cpu>=1.15,<2", "SQLAlchemy>=2.1,<2.2")
"""GPTCache installs the last two by itself when it first needs them."""
CACHES = ("reprise", "gptcache", "mneme")
DIMENSION = 384
LOOKUPS = 300
QUERIES = 1_000
"""How much of the stream is run: GPTCache writes its whole index every 20 entries."""

Vectors = NDArray[np.float32]
Operations = list[list[Any]]


def main() -> None:
    options = parser(__doc__ or "")
    options.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000])
    options.add_argument("--data", type=Path, default=DATA)
    options.add_argument("--environment", type=Path, default=_usual_environment())
    chosen = options.parse_args()
    pythons = {name: _python(chosen.environment) for name in CACHES} | {"reprise": sys.executable}
    rows = [row for size in chosen.sizes for row in speed(pythons, size)]
    report("peers: lookups without the embedding", rows, as_json=chosen.json)
    report("peers: quality", quality(pythons, chosen.data), as_json=chosen.json)


def speed(pythons: Mapping[str, str], size: int) -> list[Row]:
    """Close questions and unknown ones, in turn, among that many entries."""
    rng = np.random.default_rng(7)
    words = [_word(at) for at in range(size + LOOKUPS)]
    stored = [f"the meaning of {word}" for word in words]
    close = [f"{word} meaning" for word in words[:: max(1, size // LOOKUPS)][:LOOKUPS]]
    unit = _unit(rng.standard_normal((len(stored), DIMENSION)))
    near = _unit(
        unit[:: max(1, size // LOOKUPS)][:LOOKUPS] * 4
        + _unit(rng.standard_normal((LOOKUPS, DIMENSION)))
    )
    asked = [["get", text] for pair in zip(close, stored[size:], strict=True) for text in pair]
    operations = [["fresh"], ["load", stored[:size]], *asked]
    made = {
        name: _run(python, name, [*stored, *close], np.concatenate([unit, near]), operations)
        for name, python in pythons.items()
    }
    return [_speed_row(size, name, result) for name, result in made.items()]


def quality(pythons: Mapping[str, str], data: Path) -> list[Row]:
    """The question pairs, and the stream of intents."""
    pairs, queries = (
        read_pairs(data / "question_pairs.csv"),
        read_stream(data / "intent_stream.csv")[:QUERIES],
    )
    texts = list(
        dict.fromkeys(
            [text for pair in pairs for text in (pair.a, pair.b)]
            + [query.text for query in queries]
        )
    )
    vectors = embedder().embed(texts)
    asked = [["ask", query.text, query.intent] for query in queries]
    rows: list[Row] = []
    for name, python in pythons.items():
        served = _run(python, name, texts, vectors, _pair_operations(pairs))["served"]
        rows.append(_pairs_row(name, pairs, served))
        served = _run(python, name, texts, vectors, [["fresh"], *asked])["served"]
        rows.append(_stream_row(name, queries, served))
    return rows


def _pair_operations(pairs: Sequence[QuestionPair]) -> Operations:
    return [
        operation
        for pair in pairs
        for operation in (["fresh"], ["put", pair.a, "a"], ["get", pair.b])
    ]


def _speed_row(size: int, name: str, result: Mapping[str, Any]) -> Row:
    p50, p99 = (float(np.percentile(result["seconds"], share)) * 1000 for share in (50, 99))
    hits = sum(answer is not None for answer in result["served"])
    return {"entries": size, "cache": name, "hits": hits, "p50_ms": p50, "p99_ms": p99}


def _pairs_row(name: str, pairs: Sequence[QuestionPair], served: Sequence[str | None]) -> Row:
    hits = [answer is not None for pair, answer in zip(pairs, served, strict=True) if pair.same]
    wrong = [
        answer is not None for pair, answer in zip(pairs, served, strict=True) if not pair.same
    ]
    return _quality_row("pairs", name, float(np.mean(hits)), float(np.mean(wrong)))


def _stream_row(name: str, queries: Sequence[Query], served: Sequence[str | None]) -> Row:
    hits = [answer is not None for answer in served]
    wrong = [
        answer not in (None, query.intent) for query, answer in zip(queries, served, strict=True)
    ]
    return _quality_row("stream", name, float(np.mean(hits)), float(np.mean(wrong)))


def _quality_row(of: str, name: str, hits: float, wrong: float) -> Row:
    return {"set": of, "cache": name, "hits": hits, "wrong": wrong}


def _run(
    python: str, name: str, texts: Sequence[str], vectors: Vectors, operations: Operations
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder, "vectors.npy"), vectors.astype(np.float32))
        Path(folder, "texts.json").write_text(json.dumps(list(texts)), encoding="utf-8")
        Path(folder, "operations.json").write_text(json.dumps(operations), encoding="utf-8")
        done = subprocess.run(
            [python, str(WORKER), name, folder],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
            env={"PYTHONPATH": str(ROOT)} if name == "reprise" else {},
        )
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _python(environment: Path) -> str:
    """The interpreter of the peers' environment, which is made if need be."""
    python = environment / "bin" / "python"
    installed = environment / "installed.json"
    if not installed.exists() or json.loads(installed.read_text()) != list(PEERS):
        print(f"Installing {', '.join(PEERS)} into {environment}", file=sys.stderr)
        venv.create(environment, with_pip=True, clear=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PEERS], check=True)
        installed.write_text(json.dumps(list(PEERS)))
    return str(python)


def _usual_environment() -> Path:
    return Path(platformdirs.user_cache_dir("reprise")) / "peers"


def _word(number: int) -> str:
    """A number in letters, so that no guard against differing numbers has any to see."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def _unit(vectors: NDArray[np.floating[Any]]) -> Vectors:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


if __name__ == "__main__":
    main()
