"""The command line.

``python -m cache stats|clear|lookup|prepare|export|import|verify|evaluate|tune``
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from cache.calibration import BUDGET, Judged, curve, recommend
from cache.decision import Candidate
from cache.embedder import ONNX_FILE, load_embedder, onnx_is_current
from cache.errors import CacheError
from cache.evaluation import AUTO, KINDS, Gates, evaluate, labels_of
from cache.results import Explanation
from cache.semantic import DATABASE_FILE, SemanticCache
from cache.verifier import Verifier, load_default_verifier, load_verifier

DEFAULT = "default"
VERIFIED_VECTORS = 256
USUAL_THRESHOLD = 0.85
VERIFIED_THRESHOLD = 0.60
"""Where a verifier looks at what is close: more is let through to it."""

SHOWN = tuple(round(1.0 - step / 20, 2) for step in range(11))
"""The thresholds of which ``tune`` tells."""

Result = Mapping[str, object]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; 0 if it was done, 1 if it was refused, with the reason on stderr."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], Result] = options.command
    try:
        result = command(options)
    except (CacheError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(result, ensure_ascii=False) if options.json else _as_text(result))
    return 0


def default_folder(environment: Mapping[str, str]) -> Path:
    """``$REPRISE_HOME/cache``, or the cache's place in the user's data folder."""
    home = environment.get("REPRISE_HOME")
    if home:
        return Path(home).expanduser() / "cache"
    import platformdirs

    return Path(platformdirs.user_data_dir("reprise")) / "cache"


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--folder", type=Path, help="where the cache lies")
    common.add_argument("--json", action="store_true", help="print JSON and nothing else")
    parser = argparse.ArgumentParser(prog="python -m cache", description="The semantic cache.")
    commands = parser.add_subparsers(required=True)

    stats = commands.add_parser("stats", parents=[common], help="hits, misses, what was saved")
    stats.set_defaults(command=_stats)
    clear = commands.add_parser("clear", parents=[common], help="remove all entries")
    clear.add_argument("--expired", action="store_true", help="only those whose time is over")
    clear.set_defaults(command=_clear)
    lookup = commands.add_parser("lookup", parents=[common], help="explain a lookup")
    lookup.add_argument("question")
    lookup.add_argument("--threshold", type=float, default=USUAL_THRESHOLD, help="0 to 1")
    lookup.set_defaults(command=_lookup)
    prepare = commands.add_parser("prepare", parents=[common], help="make the fast model file")
    prepare.set_defaults(command=_prepare)
    export = commands.add_parser("export", parents=[common], help="write entries as JSON lines")
    export.add_argument("file", type=Path)
    export.set_defaults(command=_export)
    take = commands.add_parser("import", parents=[common], help="take in what export wrote")
    take.add_argument("file", type=Path)
    take.set_defaults(command=_import)
    verify = commands.add_parser("verify", parents=[common], help="compare store and index")
    verify.add_argument(
        "--vectors",
        type=_sample,
        default=VERIFIED_VECTORS,
        help="how many stored vectors to compare with their questions, or all",
    )
    verify.set_defaults(command=_verify)
    judging = argparse.ArgumentParser(add_help=False)
    judging.add_argument(
        "--verifier", default=DEFAULT, help="default, none, or a pair model's path or Hub id"
    )
    evaluate = commands.add_parser(
        "evaluate", parents=[common, judging], help="hits and wrong answers over a labelled file"
    )
    evaluate.add_argument("kind", choices=KINDS, help="the file's shape")
    evaluate.add_argument("file", type=Path)
    evaluate.add_argument(
        "--threshold", type=_threshold, help="0 to 1, or auto; 0.85, or 0.60 with a verifier"
    )
    evaluate.set_defaults(command=_evaluate)
    tune = commands.add_parser(
        "tune", parents=[common, judging], help="the threshold that a labelled file supports"
    )
    tune.add_argument("file", type=Path, help="pairs or a stream, as CSV")
    tune.add_argument("--budget", type=float, default=BUDGET, help="tolerated wrong answers")
    tune.set_defaults(command=_tune)
    return parser


def _folder(options: argparse.Namespace) -> Path:
    return options.folder or default_folder(os.environ)


def _open(options: argparse.Namespace) -> SemanticCache:
    folder = _folder(options)
    return SemanticCache.open(folder, load_embedder(folder), verifier=load_default_verifier())


def _stats(options: argparse.Namespace) -> Result:
    with closing(_open(options)) as cache:
        stats = cache.stats()
    return {**asdict(stats), "hits": stats.hits, "hit_rate": stats.hit_rate}


def _clear(options: argparse.Namespace) -> Result:
    with closing(_open(options)) as cache:
        return {"removed": cache.clear_expired() if options.expired else cache.clear()}


def _lookup(options: argparse.Namespace) -> Result:
    with closing(_open(options)) as cache:
        explanation = cache.explain_shared(options.question, threshold=options.threshold)
    return _told(explanation)


def _told(explanation: Explanation) -> Result:
    entry = explanation.entry
    return {
        "question": explanation.question,
        "threshold": explanation.threshold,
        "hit": explanation.hit,
        "tier": explanation.tier,
        "reason": explanation.reason,
        "answer": None if entry is None else entry.answer,
        "candidates": [
            _told_candidate(candidate, explanation.threshold)
            for candidate in explanation.candidates
        ],
    }


def _told_candidate(candidate: Candidate, threshold: float) -> Result:
    return {
        "entry": candidate.entry.id,
        "question": candidate.entry.question,
        "model": candidate.entry.model,
        "purpose": candidate.entry.purpose,
        "tier": candidate.tier,
        "similarity": candidate.similarity,
        "verdict": candidate.verdict(threshold),
    }


def _prepare(options: argparse.Namespace) -> Result:
    from cache.export import export_onnx

    folder = _folder(options)
    made = not onnx_is_current(folder)
    if made:
        export_onnx(folder)
    return {"file": str(folder / ONNX_FILE), "made": made}


def _export(options: argparse.Namespace) -> Result:
    part = options.file.with_name(f"{options.file.name}.part")
    count = 0
    with closing(_open(options)) as cache, part.open("w", encoding="utf-8") as file:
        for line in cache.export():
            file.write(f"{line}\n")
            count += 1
    part.replace(options.file)
    return {"file": str(options.file), "entries": count}


def _import(options: argparse.Namespace) -> Result:
    # What is no UTF-8 becomes what no line may hold, so that it is refused by its line.
    with (
        options.file.open(encoding="utf-8", errors="surrogateescape") as file,
        closing(_open(options)) as cache,
    ):
        return {"entries": cache.import_lines(file)}


def _verify(options: argparse.Namespace) -> Result:
    with closing(_open(options)) as cache:
        found = cache.verify(sample=options.vectors)
    return {**asdict(found), "agree": found.agree}


def _evaluate(options: argparse.Namespace) -> Result:
    gates = _gates(options)
    usual = USUAL_THRESHOLD if gates.verifier is None else VERIFIED_THRESHOLD
    chosen = usual if options.threshold is None else options.threshold
    return evaluate(options.kind, options.file, gates, chosen).told()


def _tune(options: argparse.Namespace) -> Result:
    gates = _gates(options)
    labels = [*labels_of(options.file, gates), *_own_labels(options)]
    found = recommend(labels, options.budget, experience=gates.experience)
    return {
        **asdict(found),
        "curve": [
            asdict(each) for each in curve(labels, thresholds=SHOWN, experience=gates.experience)
        ],
    }


def _own_labels(options: argparse.Namespace) -> Sequence[Judged]:
    if not (_folder(options) / DATABASE_FILE).exists():
        return ()
    with closing(_open(options)) as cache:
        return cache.judged_lookups()


def _gates(options: argparse.Namespace) -> Gates:
    return Gates(load_embedder(_folder(options)), verifier=_verifier(options.verifier))


def _verifier(named: str) -> Verifier | None:
    return load_default_verifier() if named == DEFAULT else load_verifier(named)


def _threshold(given: str) -> float | str:
    """A number, or the word for a threshold that is found; whether it fits is judged later."""
    return given if given == AUTO else float(given)


def _sample(given: str) -> int | None:
    """A count; of all: None.

    :raises ValueError: if it is neither.
    """
    if given == "all":
        return None
    count = int(given)
    if count < 0:
        raise ValueError(given)
    return count


def _as_text(result: Result) -> str:
    lines: list[str] = []
    for name, value in result.items():
        if isinstance(value, list):
            lines += [f"{name}:", *(f"  {_on_one_line(item)}" for item in value)]
        elif isinstance(value, Mapping):
            lines += [f"{name}:", *(f"  {key:<28} {_on_one_line(value[key])}" for key in value)]
        else:
            lines.append(f"{name:<14} {_shown(value)}")
    return "\n".join(lines)


def _on_one_line(item: Mapping[str, object]) -> str:
    return "  ".join(f"{name}={_shown(value)}" for name, value in item.items())


def _shown(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.exit(main())
