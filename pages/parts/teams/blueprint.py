"""What a definition will do, before it does it: who works in it, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from agents import yaml_file
from agents.errors import RepriseError
from agents.teams import roster, workflow_file
from agents.teams.member import Member
from agents.teams.roster import NestedTeam, RecursiveTeam
from agents.teams.run import Delegation, Kind, Run
from agents.teams.workflow import Input, Workflow
from pages.parts import words


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A definition as it is explained.

    Attributes:
        summary: How many work how, in a few words.
        members: Who works in it; not those that any definition may ask.
        titles: Of the steps, by their ids.
        inputs: What has to be given besides the task.
        run: A run of it in which nothing has begun; None where that depends on the task.
    """

    summary: str
    members: tuple[Member, ...]
    titles: tuple[tuple[str, str], ...] = ()
    inputs: tuple[Input, ...] = ()
    run: Run | None = None


@st.cache_data(max_entries=100, show_spinner=False)
def of(kind: Kind, text: str) -> Blueprint | None:
    """The blueprint of a definition's text; None of one that cannot be used."""
    try:
        file = yaml_file.parse(text, Path("This definition"))
        match kind:
            case "nested":
                return _of_nested(roster.nested_team(file))
            case "recursive":
                return _of_recursive(roster.recursive_team(file))
            case "workflow":
                return _of_workflow(workflow_file.workflow_of(file))
    except RepriseError:
        return None


def _of_nested(team: NestedTeam) -> Blueprint:
    asked = tuple(Delegation(one.name, one.name, "") for one in team.specialists)
    answer = Delegation(
        "", team.director.name, "", role="synthesise", needs=tuple(one.id for one in asked)
    )
    count = words.counted(len(asked), "specialist")
    summary = f"{team.director.title} and {count}"
    return Blueprint(summary, team.members, run=_planned("nested", (*asked, answer)))


def _of_recursive(team: RecursiveTeam) -> Blueprint:
    depth = words.counted(team.depth, "level")
    summary = (
        f"{team.planner.title} and {team.solver.title.lower()}; at most {depth} of parts and "
        f"{team.limits.calls} calls"
    )
    return Blueprint(summary, team.members)


def _of_workflow(workflow: Workflow) -> Blueprint:
    steps = tuple(
        Delegation(step.id, step.agent or step.capability, step.task.text,
                   needs=workflow.needs[step.id])
        for step in workflow.steps
    )  # fmt: skip
    return Blueprint(
        words.counted(len(steps), "step"),
        workflow.agents,
        tuple((step.id, step.title) for step in workflow.steps if step.title),
        workflow.inputs,
        _planned("workflow", steps),
    )


def _planned(kind: Kind, delegations: tuple[Delegation, ...]) -> Run:
    return Run("", "", kind, "", "", 0.0, delegations=delegations)
