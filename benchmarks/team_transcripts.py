"""Runs of teams with the model that is set, written down as they were.

    python -m benchmarks.team_transcripts [--only nested recursive ...] [--out docs/transcripts]
        [--again] [--json]

A transcript that is there already is kept, unless ``--again`` is given. Each run has a home of its
own, so that nothing comes from an earlier one's cache.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from agents.runtime import Runtime
from agents.settings import Settings
from agents.teams.run import Kind, Run
from benchmarks.hit_vs_miss import running
from benchmarks.report import Row, parser, report

OWNER: Final = "transcripts"
WAIT_SECONDS: Final = 1_500.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is asked of a team."""

    name: str
    kind: Kind
    task: str
    definition: str = ""
    context: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def file(self) -> str:
        return f"team-{self.name}.md"


SCENARIOS: Final = (
    Scenario(
        "nested",
        "nested",
        "Should our city library lend tools such as drills and sewing machines, and how would we "
        "begin?",
    ),
    Scenario(
        "nested-german",
        "nested",
        "Soll ich mein Auto verkaufen und in Zukunft nur noch Carsharing und die Bahn nutzen?",
        definition="decision",
        context="Ich wohne in Graz, fahre im Jahr 6.000 km und besuche zweimal im Monat meine "
        "Eltern in Villach.",
    ),
    Scenario(
        "recursive",
        "recursive",
        "Open a small bakery in Graz within a year: find a shop, get the permits, choose "
        "suppliers, hire two people, work out the costs and prices, and plan the opening day.",
    ),
    Scenario(
        "workflow-launch",
        "workflow",
        "a repair café in the city library, once a month",
        definition="launch-plan",
        inputs={"audience": "people in the neighbourhood", "weeks": "6"},
    ),
    Scenario(
        "workflow-minutes",
        "workflow",
        "Tue, Ann, Ben, Cleo. Web shop was down Sunday 3 h, Ben: certificate ran out. Decided: "
        "certificates renew themselves from now on. Ben sets it up till Friday. Cleo wants a page "
        "that shows whether the shop is up, Ann not sure it is worth it, open. Ann writes to the "
        "12 customers whose orders failed, today. Next meeting Thursday 10:00.",
        definition="minutes",
    ),
    Scenario(
        "workflow-check",
        "workflow",
        "Explain to a neighbour why bread from the freezer tastes fresh again after toasting, in "
        "three sentences.",
        definition="answer-and-check",
    ),
)


def main() -> None:
    """Run the scenarios that are asked for, and print their figures."""
    options = parser(__doc__ or "")
    names = [scenario.name for scenario in SCENARIOS]
    options.add_argument("--only", nargs="+", choices=names, default=names)
    options.add_argument("--out", type=Path, default=Path("docs/transcripts"))
    options.add_argument("--again", action="store_true", help="also those written already")
    chosen = options.parse_args()
    rows: list[Row] = []
    for scenario in (one for one in SCENARIOS if one.name in chosen.only):
        path = chosen.out / scenario.file
        if path.exists() and not chosen.again:
            continue
        with running(Settings.from_env()) as runtime:
            run = play(runtime, scenario)
            path.write_text(runtime.teams.export(run, "markdown"), "utf-8")
        rows.append(figures(scenario, run))
        _tell(f"{rows[-1]}")
    report("team transcripts", rows, as_json=chosen.json)


def play(runtime: Runtime, scenario: Scenario) -> Run:
    """A scenario's run, as it ended."""
    runtime.load()
    _tell(f"{scenario.name}: begins")
    live = runtime.teams.start(
        scenario.kind,
        scenario.task,
        OWNER,
        definition=scenario.definition,
        context=scenario.context,
        inputs=scenario.inputs,
    )
    if not live.wait(WAIT_SECONDS):
        live.stop()
        live.wait(WAIT_SECONDS)
    return live.view


def figures(scenario: Scenario, run: Run) -> Row:
    """What a run took and what came of it."""
    of = [one.status for one in run.delegations]
    return {
        "run": scenario.name,
        "status": run.status,
        "calls": len(of),
        "done": of.count("done"),
        "failed": of.count("failed"),
        "skipped": of.count("skipped"),
        "tokens": run.tokens,
        "seconds": round(run.seconds or 0.0, 1),
    }


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
