"""Alerts: rules as values, what they find, and how long it has been so."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from agents.models.condition import ModelCondition
from agents.telemetry.history import TurnFigures, percentile
from agents.telemetry.values import Alert, PartHealth, Severity

WINDOW_SECONDS: Final = 600.0
"""How far back the rules look at replies."""
FEWEST_TURNS: Final = 5
"""Of fewer replies, a share says nothing."""
FAILED_SHARE: Final = 0.1
FIRST_WORD_SECONDS: Final = 30.0
CERTAIN_LABELS: Final = 20
"""Of fewer labels, the share of wrong answers is mostly what was seen elsewhere."""


@dataclass(frozen=True, slots=True)
class WrongAnswers:
    """The estimate at the threshold in force.

    Attributes:
        labels: How many labels of one's own it is made from.
        share: Of wrong answers among those served, 0..1.
        budget: The share that is tolerated.
    """

    threshold: float
    labels: int
    share: float
    budget: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What rules look at, all of one moment.

    Attributes:
        turns: Those of the last `WINDOW_SECONDS`.
        condition: None until the ways to the model are made.
        wrong: None where nothing is known.
    """

    parts: tuple[PartHealth, ...] = ()
    turns: tuple[TurnFigures, ...] = ()
    condition: ModelCondition | None = None
    wrong: WrongAnswers | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """When to call for a person.

    Attributes:
        name: One word or two, for labels and logs.
        found: What is so, as a sentence with its figures; "" where nothing is.
        remedy: What to do about it.
        after: Seconds that it must have been so.
    """

    name: str
    level: Severity
    found: Callable[[Figures], str]
    remedy: str
    after: float = 0.0


def _part_down(figures: Figures) -> str:
    down = [part for part in figures.parts if part.level == "down"]
    return " ".join(f"{part.name.capitalize()}: {part.sentence}" for part in down)


def _part(name: str) -> Callable[[Figures], str]:
    def found(figures: Figures) -> str:
        return next((p.sentence for p in figures.parts if p.name == name and p.level != "ok"), "")

    return found


def _errors(figures: Figures) -> str:
    failed, all_of_them = sum(turn.failed for turn in figures.turns), len(figures.turns)
    if all_of_them < FEWEST_TURNS or failed <= FAILED_SHARE * all_of_them:
        return ""
    return f"{failed} of the last {all_of_them} replies failed ({failed / all_of_them:.0%})."


def _slow(figures: Figures) -> str:
    waits = [turn.first_token for turn in figures.turns if turn.first_token is not None]
    slow = percentile(waits, 0.95)
    if slow is None or len(waits) < FEWEST_TURNS or slow <= FIRST_WORD_SECONDS:
        return ""
    return f"5 % of the last {len(waits)} replies began after {slow:,.0f} s or later."


def _breaker_open(figures: Figures) -> str:
    endpoints = figures.condition.endpoints if figures.condition else ()
    out = [f"{one.name} ({one.last_failure})" for one in endpoints if one.breaker == "open"]
    return f"Not in service: {', '.join(out)}." if out else ""


def _wrong_answers(figures: Figures) -> str:
    wrong = figures.wrong
    if wrong is None or wrong.labels < CERTAIN_LABELS or wrong.share <= wrong.budget:
        return ""
    return (
        f"About {wrong.share:.1%} of the cache's answers are wrong at the threshold of "
        f"{wrong.threshold:.2f} ({wrong.labels} labels); {wrong.budget:.1%} are tolerated."
    )


RULES: Final = (
    Rule(
        "part down", "critical", _part_down,
        "Read the part's sentence on the Health page, and its lines in the log.", after=30.0,
    ),
    Rule(
        "errors", "critical", _errors,
        "Look at the failed turns on the Health page; their references are in the log.",
    ),
    Rule(
        "breaker open", "warning", _breaker_open,
        "Look whether the endpoint answers; it is tried again by itself. Set REPRISE_FALLBACK "
        "or REPRISE_REPLICAS so that others stand in.", after=30.0,
    ),
    Rule(
        "slow", "warning", _slow,
        "See in a turn's trace where its time goes: queue, model or cache. Add replicas, or take "
        "a faster model.",
    ),
    Rule(
        "wrong answers", "warning", _wrong_answers,
        "Raise the threshold, or turn on the automatic one, on the Cache page.",
    ),
    Rule(
        "disk", "warning", _part("disk"),
        "Free some space, or limit the cache by REPRISE_CACHE_MEGABYTES.",
    ),
    Rule(
        "queue", "warning", _part("queue"),
        "Add replicas, raise REPRISE_PARALLEL, or have teams run less at once.", after=60.0,
    ),
    Rule(
        "budgets", "warning", _part("budgets"),
        "Calls beyond a budget wait or are refused: raise it in limits.yml, or wait.",
    ),
    Rule(
        "cache", "warning", _part("cache"),
        "Replies go on without it, and cost more: follow its sentence.", after=120.0,
    ),
    Rule(
        "event loop", "warning", _part("event loop"),
        "The machine is too busy for the app: give it more processor, or the model less "
        "(REPRISE_THREADS).", after=90.0,
    ),
)  # fmt: skip
"""The rules, the worst first."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What an evaluation changed."""

    begun: tuple[Alert, ...] = ()
    ended: tuple[Alert, ...] = ()


class Alerting:
    """Knows what is so, and since when. Read from any thread."""

    def __init__(self, rules: Sequence[Rule] = RULES) -> None:
        self._rules = tuple(rules)
        self._lock = threading.Lock()
        self._since: dict[str, float] = {}
        self._active: dict[str, Alert] = {}

    @property
    def active(self) -> tuple[Alert, ...]:
        """What is so now, in the rules' order."""
        with self._lock:
            return tuple(self._active[r.name] for r in self._rules if r.name in self._active)

    def evaluate(self, figures: Figures, now: float) -> Changes:
        """Look at every rule.

        Args:
            now: Seconds since the epoch.

        Returns:
            The alerts that began and those that ended with this look.
        """
        with self._lock:
            before = self._active
            self._active = dict(self._found(figures, now))
            after = self._active
        return Changes(
            tuple(alert for name, alert in after.items() if name not in before),
            tuple(alert for name, alert in before.items() if name not in after),
        )

    def _found(self, figures: Figures, now: float) -> Iterator[tuple[str, Alert]]:
        for rule in self._rules:
            sentence = rule.found(figures)
            if not sentence:
                self._since.pop(rule.name, None)
                continue
            since = self._since.setdefault(rule.name, now)
            if now - since >= rule.after:
                yield rule.name, Alert(rule.name, rule.level, since, sentence, rule.remedy)
