"""Teams in YAML files: those that come with Reprise, and every way to write one wrongly."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agents.errors import ContentError
from agents.teams.nested import Nested
from agents.teams.recursive import Recursive
from agents.teams.roster import FOLDER, Roster

NESTED = """\
name: own
title: Own team
about: For trying.
director: {name: boss, title: Boss, prompt: You lead.}
specialists:
  - {name: one, title: One, prompt: You are the first., capabilities: [counting]}
  - {name: two, title: Two, prompt: You are the second.}
limits: {calls: 9, rounds: 2}
"""
RECURSIVE = """\
name: own
title: Own team
planner: {name: planner, title: Planner, prompt: You plan.}
solver: {name: solver, title: Solver, prompt: You solve.}
limits: {depth: 3}
"""


def with_specialists(number: int) -> str:
    """The nested team with so many."""
    listed = ", ".join(f"{{name: s{n}, title: S, prompt: You see.}}" for n in range(number))
    return re.sub(r"specialists:\n(?:  .*\n)+", f"specialists: [{listed}]\n", NESTED)


@pytest.fixture
def roster(tmp_path: Path) -> Roster:
    return Roster.at(tmp_path)


def test_every_team_that_comes_with_reprise_can_be_used(roster):
    shipped = [*roster.nested.definitions(), *roster.recursive.definitions()]

    assert len(shipped) == len(list(FOLDER.rglob("*.yml")))
    assert not [definition.problem for definition in shipped if definition.problem]
    assert all(definition.title and definition.about for definition in shipped)


def test_the_defaults_are_there(roster):
    assert roster.nested.named(Nested.default).specialists[0].name == "technical"
    assert roster.recursive.named(Recursive.default).depth == 2


def test_a_team_is_what_its_file_says(roster):
    team = roster.nested.read(NESTED)

    assert (team.name, team.title, team.about) == ("own", "Own team", "For trying.")
    assert [member.name for member in team.members] == ["boss", "one", "two"]
    assert team.specialists[0].capabilities == ("counting",)
    assert (team.asks, team.rounds) == ("chosen", 2)
    assert (team.limits.calls, team.limits.seconds, team.limits.minutes) == (9, 120.0, 10.0)


def test_an_agent_of_the_users_own_stands_in_place_of_ours(roster):
    roster.nested.save(NESTED.replace("name: one", "name: technical"))

    members = {member.name: member.title for member in roster.members()}

    assert members["technical"] == "One"
    assert {"boss", "business", "solver"} <= members.keys()


@pytest.mark.parametrize(
    ("wrong", "right", "message"),
    [
        ("calls: 9", "calls: 3", "line 8, limits calls: is 3. Write a number from 4 to 200."),
        ("calls: 9", "calls: 201", "limits calls: is 201. Write a number from 4 to 200."),
        ("calls: 9", "calls: many", "line 8, limits calls: cannot be used: .*integer"),
        ("calls: 9", "calls: 4.5", "line 8, limits calls: cannot be used: .*integer"),
        ("rounds: 2", "rounds: 0", "limits rounds: is 0. Write a number from 1 to 3."),
        ("rounds: 2", "rounds: 100", "limits rounds: is 100. Write a number from 1 to 3."),
        ("rounds: 2", "seconds: 0", "limits seconds: is 0. Write a number from 1 to 3600."),
        ("rounds: 2", "minutes: .nan", "limits minutes"),
        ("rounds: 2", "depth: 2", "limits depth: is not known here. Remove it"),
        ("name: own", "name: ../own", "line 1, name: cannot be used"),
        ("name: own\n", "", "name: is missing. Add it."),
        ("name: two", "name: one", "line 7, specialists 2 name: is 'one', as of another one."),
        ("name: two", "name: boss", "line 7, specialists 2 name: is 'boss', as of another one."),
        ("You lead.", "' '", "director prompt: cannot be used"),
        ("prompt: You lead.", "prompt: no", "never"),
        ("title: Boss, ", "", "line 4, director title: is missing. Add it."),
        ("title: Own team", "title: &a Own team", "anchors and aliases"),
        ("title: Own team", "title: !!python/none x", "tags"),
        ("title: Own team", "title: Own: team", "is no YAML"),
        ("limits:", "asks: some\nlimits:", "line 8, asks: cannot be used"),
    ],
)
def test_a_team_that_is_written_wrongly_is_refused_with_the_place(roster, wrong, right, message):
    text = NESTED.replace(wrong, right, 1)
    assert text != NESTED
    if message == "never":
        assert roster.nested.read(text).director.prompt == "no"
        return

    with pytest.raises(ContentError) as caught:
        roster.nested.read(text)

    assert re.search(message, str(caught.value)), caught.value
    assert caught.value.remedy


@pytest.mark.parametrize("number", [0, 1, 9])
def test_a_director_has_two_to_eight_specialists(roster, number):
    text = with_specialists(number)

    with pytest.raises(ContentError, match=f"specialists: has {number} of them. Write 2 to 8."):
        roster.nested.read(text)


def test_a_director_needs_calls_for_all_its_specialists(roster):
    with pytest.raises(ContentError, match="is 9, too few for 8 specialists.*at least 10"):
        roster.nested.read(with_specialists(8))


@pytest.mark.parametrize("depth", [-1, 0, 7, 100])
def test_a_task_is_taken_apart_one_to_six_times(roster, depth):
    with pytest.raises(ContentError) as caught:
        roster.recursive.read(RECURSIVE.replace("depth: 3", f"depth: {depth}"))

    place = "line 5, limits depth"
    assert f"{place}: is {depth}. Write a number from 1 to 6." in str(caught.value)


def test_planner_and_solver_have_names_of_their_own(roster):
    with pytest.raises(ContentError, match="solver name: is 'planner', as of the planner"):
        roster.recursive.read(RECURSIVE.replace("name: solver", "name: planner"))


def test_a_bomb_is_refused_before_it_grows(roster):
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"

    with pytest.raises(ContentError, match="line 1: anchors and aliases"):
        roster.nested.read(bomb)
    with pytest.raises(ContentError, match="levels of lists"):
        roster.nested.read("[" * 10_000)
    with pytest.raises(ContentError, match="characters that are read"):
        roster.nested.read("x" * 1_000_000)
