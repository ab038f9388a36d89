"""docs/operations.md names what there is, all of it and nothing else."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric

from agents.models.condition import (
    BudgetCondition,
    EndpointCondition,
    ModelCondition,
    QueueCondition,
)
from agents.settings import Settings
from agents.status import PartStatus, RuntimeStatus
from agents.telemetry.alerts import RULES
from agents.telemetry.gauges import Gauges
from agents.telemetry.metrics import Metrics

PAGE = (Path(__file__).parents[3] / "docs" / "operations.md").read_text("utf-8")
CONDITION = ModelCondition(
    (EndpointCondition("openai", "m", False, "closed", 0.0, 0, 1, 0),),
    QueueCondition(0, 8, (("chat", 0),), 64, 0),
    (BudgetCondition("*", "calls", "day", 1, 2),),
)
READY = PartStatus("ready")


class Watched:
    """A Runtime whose every part has figures."""

    writing = 0

    def __init__(self, home, cache):
        self.settings = Settings(home=home)
        self.cache = cache

    def status(self):
        return RuntimeStatus(READY, READY, READY)

    def condition(self):
        return CONDITION


@pytest.fixture
def families(tmp_path, cache) -> dict[str, Metric]:
    """All metrics of Reprise's own, by the names that Prometheus has for them."""
    registry = CollectorRegistry()
    metrics = Metrics(registry)
    metrics.watch(Gauges(Watched(tmp_path, cache), lambda: 0.0, lambda: (), lambda: ()))
    return {
        f"{family.name}_total" if family.type == "counter" else family.name: family
        for family in registry.collect()
    }


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_metric_is_in_the_table_and_no_other(families):
    listed = {name for cells in rows("Metrics") for name in re.findall(r"`(\w+)`", cells[0])}

    assert listed == set(families)


def test_every_query_asks_for_a_metric_that_there_is(families):
    asked = set(re.findall(r"\b(?:reprise|gen_ai)_\w+(?=[\[{])", PAGE))

    assert asked
    assert {name.removesuffix("_bucket") for name in asked} <= set(families)


def test_every_rule_is_in_the_table_with_its_level():
    listed = {cells[0].strip("`"): cells[1] for cells in rows("Alerts")}

    assert listed == {rule.name: rule.level for rule in RULES}


def test_every_setting_that_it_names_exists():
    known = {f"REPRISE_{field.name.upper()}" for field in fields(Settings)}

    assert set(re.findall(r"REPRISE_[A-Z_]+", PAGE)) <= known


def test_every_alert_says_what_to_do_at_the_top_as_well():
    top = PAGE.split("\n## ")[0]

    assert all(f"alert *{rule.name}*" in top for rule in RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_remedy_names_only_settings_that_there_are(rule):
    known = {f"REPRISE_{field.name.upper()}" for field in fields(Settings)}

    assert set(re.findall(r"REPRISE_[A-Z_]+", rule.remedy)) <= known
