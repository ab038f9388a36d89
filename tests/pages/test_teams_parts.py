"""What the Teams page draws of a run: values, without a browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.teams.run import Delegation, Run
from pages.parts.teams import figures, looks, naming, order, result, steps, topology, waterfall
from pages.parts.teams.drafts import MOST, Draft, Drafts
from pages.parts.teams.editing import excerpt
from pages.parts.teams.naming import Names
from tests.pages import runs

NOW = runs.BEGAN + 2.0


def names(run: Run) -> Names:
    return Names(run.kind, {"technical": "Technical expert"}, {"draft": "The draft"})


def fall(run: Run, now: float = NOW) -> waterfall.Waterfall:
    return waterfall.waterfall(run, names(run), now)


def picture(run: Run, now: float = NOW) -> topology.Topology:
    return topology.topology(run, names(run), now)


ids = st.sampled_from(["", "a", "b", "c", "d", "e"])
delegations = st.builds(
    Delegation,
    id=ids.filter(bool),
    agent=st.text(max_size=8),
    task=st.sampled_from(["s", "t"]),
    parent=ids,
    needs=st.lists(ids, max_size=3).map(tuple),
    status=st.sampled_from(list(looks.STATUSES)),
    began=st.none() | st.floats(0, 100).map(lambda at: runs.BEGAN + at),
    ended=st.none() | st.floats(0, 100).map(lambda at: runs.BEGAN + at),
    attempts=st.integers(0, 4),
)


@st.composite
def any_run(draw: st.DrawFn) -> Run:
    """A run of whatever kind; nothing in it need fit together."""
    made = draw(st.lists(delegations, max_size=8, unique_by=lambda one: one.id))
    # What a delegation is a part of was there before it.
    found = [
        one if any(one.parent == other.id for other in made[:number]) else replace(one, parent="")
        for number, one in enumerate(made)
    ]
    return Run(
        id="x",
        owner="o",
        kind=draw(st.sampled_from(list(looks.KINDS))),
        task="t",
        definition="d",
        created=runs.BEGAN,
        status=draw(st.sampled_from(list(looks.STATUSES))),
        began=draw(st.none() | st.just(runs.BEGAN)),
        ended=draw(st.none() | st.just(runs.BEGAN + 90)),
        delegations=tuple(found),
    )


# The waterfall


def test_a_bar_for_each_delegation_where_it_was_in_time() -> None:
    technical, business, _, director = fall(runs.nested(), NOW + 100).bars
    assert technical.name == "Technical expert"
    assert technical.told == "3.0 s"
    assert technical.left == 0
    assert technical.width == pytest.approx(3 / 6)
    assert business.look == "cache"
    assert director.name == "Director · synthesis"
    assert director.left == pytest.approx(3.0 / 6)


def test_what_is_at_work_reaches_up_to_now_and_what_waits_has_no_bar() -> None:
    technical, _, _, director = fall(runs.live(), runs.BEGAN + 2.1).bars
    assert (technical.look, technical.told) == ("running", "2.0 s")
    assert technical.left is not None
    assert technical.left + technical.width == pytest.approx(1.0)
    assert (director.look, director.left, director.told) == ("waiting", None, "")


def test_the_legend_names_only_what_occurs() -> None:
    assert fall(runs.nested()).looks == ("model", "cache")
    assert fall(runs.workflow()).looks == ("model", "cache", "skipped")


def test_a_part_stands_under_its_problem_with_its_number() -> None:
    drawn = fall(runs.recursive(2, 2)).bars
    assert [(bar.name, bar.depth) for bar in drawn[:5]] == [
        ("Assessment", 0),
        ("Split", 0),
        ("1 Assessment", 1),
        ("1 Split", 1),
        ("1.1 Solution", 2),
    ]
    assert drawn[-1].name == "Synthesis"


@pytest.mark.parametrize(
    "seconds, length", [(0, 0.001), (0.7, 0.8), (1.0, 1.0), (2.1, 3.0), (65, 80), (3600, 4000)]
)
def test_the_axis_grows_in_steps(seconds: float, length: float) -> None:
    assert waterfall.axis(seconds) == pytest.approx(length)


@given(st.floats(0, 1e6))
def test_every_time_fits_on_its_axis_with_a_few_round_moments(seconds: float) -> None:
    length = waterfall.axis(seconds)
    marks = waterfall.ticks(length)
    assert length >= seconds * 0.999
    assert 1 <= len(marks) <= waterfall.MOST_TICKS + 1
    assert all(0 <= place <= 1.0001 for place, _ in marks)


@given(any_run(), st.floats(0, 200))
def test_whatever_a_run_is_its_bars_stay_on_the_axis(run: Run, passed: float) -> None:
    drawn = fall(run, runs.BEGAN + passed)
    for bar in drawn.bars:
        assert bar.left is None or 0 <= bar.left <= bar.left + bar.width <= 1.0001
        assert bar.look in drawn.looks


# The topology


def test_boxes_lie_below_what_they_come_from() -> None:
    rows = [[node.id for node in row] for row in picture(runs.workflow()).rows]
    assert rows == [["outline"], ["facts", "doubts", "sources"], ["draft"], ["final"]]


def test_lines_go_from_the_task_to_the_result() -> None:
    edges = picture(runs.nested()).edges
    assert {("task", "d1"), ("task", "d2"), ("d2", "d4"), ("d4", "result")} <= set(edges)
    assert ("d1", "result") not in edges


def test_the_result_comes_from_the_step_that_gave_it() -> None:
    run = runs.workflow()
    draft = replace(run.delegations[4], result="The text itself.")
    handed_out = replace(run.with_delegation(draft), result="The text itself.")
    assert ("draft", "result") in picture(handed_out).edges
    assert ("final", "result") not in picture(handed_out).edges


def test_a_step_is_called_by_its_title_and_says_who_does_it() -> None:
    node = picture(runs.workflow()).rows[2][0]
    assert (node.title, node.who, node.note) == ("The draft", "Writer", "3.5 s · model")


def test_a_tree_has_one_line_for_each_problem() -> None:
    drawn = picture(runs.recursive(2, 2), NOW + 100)
    lines = [(node.depth, node.title, node.note) for (node,) in drawn.rows]
    assert drawn.form == "tree"
    assert len(lines) == 1 + 2 + 4
    assert lines[0] == (0, "Plan a conference for 300 people", "2 parts · 4.3 s")
    assert lines[2][1].startswith("1.1 Find a hall for find a hall")
    assert lines[2][2] == "solved · 1.1 s · cache"


def test_a_problem_waits_for_its_parts() -> None:
    run = runs.recursive(2, 1)
    at_work = replace(run.delegations[3], status="running", ended=None)
    growing = replace(run, status="running", delegations=(*run.delegations[:3], at_work))
    (root,), (first,), (second,) = picture(growing).rows
    assert root.note == "waits for its 2 parts"
    assert (first.look, second.look, second.note) == ("cache", "running", "solving it …")


@given(any_run())
def test_whatever_a_run_is_each_delegation_is_drawn_once(run: Run) -> None:
    everything = sorted(one.id for one in run.delegations)
    assert sorted(one.id for layer in order.layers(run) for one in layer) == everything
    assert sorted(bar.id for bar in fall(run).bars) == everything
    ends = {node.id for row in picture(run).rows for node in row} | {"task", "result"}
    assert all(source in ends and target in ends for source, target in picture(run).edges)


@given(any_run())
def test_whatever_a_run_is_its_figures_can_be_told(run: Run) -> None:
    drawn = figures.figures(run, NOW)
    assert drawn.seconds >= 0
    assert drawn.worked >= 0
    assert drawn.cached + drawn.same <= drawn.results <= len(run.delegations)


# Figures and words


def test_the_figures_count_attempts_hits_and_work_side_by_side() -> None:
    drawn = figures.figures(runs.nested(), NOW)
    assert (drawn.calls, drawn.cached, drawn.results, drawn.tokens) == (3, 1, 4, 550)
    assert drawn.seconds == pytest.approx(5.2)
    assert drawn.worked == pytest.approx(3.0 + 0.02 + 2.3 + 2.1)
    assert figures.figures(runs.partial(), NOW).calls == 5


@pytest.mark.parametrize(
    "run, sentence",
    [
        (runs.live, "Technical expert and User experience are at work"),
        (lambda: replace(runs.live(), delegations=runs.live().delegations[:1]),
         "Technical expert is at work"),
    ],
)  # fmt: skip
def test_it_is_told_who_is_at_work(run: Callable[[], Run], sentence: str) -> None:
    assert result.doing(run(), names(run())) == sentence


def test_names_are_written_as_people_do() -> None:
    assert naming.plain("user-experience") == "User experience"
    assert naming.plain("first_examined") == "First examined"
    assert naming.plain("") == ""


def test_a_file_of_a_run_has_nothing_of_its_text_in_its_name() -> None:
    assert result.file_name(replace(runs.nested(), id="abcdef0123")) == "reprise-nested-abcdef01"


@pytest.mark.parametrize(
    "written, told",
    [
        ('{"complexity": "simple"}', "- Complexity: simple"),
        ('{"parts": ["Find a hall", "**Eat**"]}', "- Find a hall\n- \\*\\*Eat\\*\\*"),
        ('{"asks": [{"expert": "business", "task": "Costs"}]}', "- business: Costs"),
        ('{"asks": []}', ""),
        ("{well, no}", None),
        ("A text", None),
        ("", None),
    ],
)
def test_what_was_written_for_the_program_is_a_list(written: str, told: str | None) -> None:
    assert steps.listed(written) == told


@given(st.text(max_size=40).map(lambda text: "{" + text))
def test_whatever_an_agent_wrote_can_be_told(written: str) -> None:
    assert steps.listed(written) != written


def test_a_long_wait_before_the_first_agent_is_told_and_not_drawn() -> None:
    run = runs.nested()
    late = replace(run, began=runs.BEGAN - 50)
    assert figures.figures(late, NOW).waited == pytest.approx(50.1)
    assert fall(late).bars[0].left == 0


def test_a_run_cut_off_ends_where_something_last_happened() -> None:
    cut = replace(runs.live(), status="interrupted")
    assert looks.elapsed(cut, NOW + 1_000) == pytest.approx(0.12)
    assert looks.is_over(cut)


# Editing


def test_a_wrong_line_is_shown_with_those_around_it() -> None:
    typed = "one\ntwo\nthree\nfour\nfive"
    assert excerpt(typed, 2) == "  1  one\n▸ 2  two\n  3  three\n  4  four"


@given(st.text(max_size=80), st.integers(1, 30))
def test_an_excerpt_never_fails(typed: str, line: int) -> None:
    assert excerpt(typed, line).count("\n") <= 4


def test_drafts_are_each_owners_own_and_bounded() -> None:
    kept = Drafts()
    for number in range(MOST + 1):
        kept.keep(("o", "nested", str(number)), Draft("x", "y", 0.0))
    assert kept.of(("o", "nested", "0")) is None
    assert kept.of(("o", "nested", str(MOST))) is not None
    assert kept.of(("other", "nested", str(MOST))) is None
    kept.discard(("o", "nested", str(MOST)))
    assert kept.of(("o", "nested", str(MOST))) is None
