"""What docs/workflows.md shows is what the program takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from agents.teams.registry import Registry
from agents.teams.roster import Roster
from agents.teams.workflow_file import parse

PAGE = (Path(__file__).parents[3] / "docs/workflows.md").read_text("utf-8")
EXAMPLE = re.findall(r"```yaml\n(.+?)```", PAGE, re.DOTALL)[0]
CONDITIONS = re.findall(r"^\| `(\{of.+?\})`", PAGE, re.MULTILINE)


@pytest.fixture
def registry(tmp_path) -> Registry:
    return Registry(Roster.at(tmp_path).members)


def test_the_example_is_a_workflow(registry):
    workflow = parse(EXAMPLE, Path("fact-sheet.yml"), registry)

    assert [step.id for step in workflow.order] == ["facts", "risk", "warning", "page"]


@pytest.mark.parametrize("written", CONDITIONS)
def test_each_condition_can_be_written_so(written, registry):
    content = yaml.safe_load(EXAMPLE)
    content["steps"][0]["may_fail"] = True
    first = {"id": "score", "agent": "editor", "task": "Rate {facts}."}
    last = {"id": "end", "agent": "editor", "task": "End.", "when": yaml.safe_load(written)}
    content["steps"] += [first, last]

    assert parse(yaml.safe_dump(content), Path("fact-sheet.yml"), registry).step("end").when


def test_every_field_of_a_step_is_described():
    described = re.findall(r"^\| ((?:`\w+`(?: or )?)+) \|", PAGE, re.MULTILINE)
    named = {name for row in described for name in re.findall(r"\w+", row)} - {"or"}

    assert named == {
        "id", "task", "agent", "capability", "title", "after", "when", "seconds", "retries",
        "may_fail",
    }  # fmt: skip
