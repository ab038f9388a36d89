"""What a conversation gathered: all of it, in order, and never more than text."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from agents.dialogue import summary
from agents.dialogue.events import (
    Corrected,
    Forgotten,
    GoalStated,
    Heard,
    Judged,
    Planned,
    PlanStopped,
    Remembered,
    Reopened,
    Started,
    StepEnded,
)
from agents.dialogue.plan import Plan
from tests.agents.dialogue.examples import MET, lived, message, plan, said_and_answered, step

MAY_1 = 1_777_593_600.0
"""2026-05-01, midnight UTC."""


def a_trip(*more: object):
    """A trip of which the budget was corrected and the hotel skipped; the dates are open."""
    steps = [
        replace(step(title), id=title.lower()) for title in ("Budget", "Hotel", "Dates", "Food")
    ]
    drafted = Plan("Plan a trip to Lisbon", tuple(steps))
    return lived(
        Started(MAY_1),
        Heard(MAY_1, message("Plan a trip to Lisbon")),
        GoalStated(MAY_1, drafted.goal),
        Planned(MAY_1, drafted),
        Judged(MAY_1 + 1, 0, "900 euros", MET, "m1"),
        StepEnded(MAY_1 + 1, 0, "done"),
        StepEnded(MAY_1 + 2, 1, "skipped"),
        Corrected(MAY_1 + 3, 0, "700 euros", "m2"),
        Remembered(MAY_1 + 4, "likes", "trains", "preference"),
        Remembered(MAY_1 + 5, "Pets", "a dog"),
        *more,
    )


def test_it_holds_all_that_was_gathered_in_the_order_of_the_plan():
    gathered = summary.of(a_trip())

    assert (gathered.goal, gathered.done, gathered.total) == ("Plan a trip to Lisbon", 1, 4)
    (budget,) = gathered.answers
    assert (budget.name, budget.value, budget.former) == ("Budget", "700 euros", ("900 euros",))
    assert budget.at == MAY_1 + 3
    assert [(left.name, left.how) for left in gathered.left] == [
        ("Hotel", "skipped"),
        ("Dates", "open"),
        ("Food", "open"),
    ]
    assert [(p.name, p.value) for p in gathered.preferences] == [("likes", "trains")]
    assert [(n.name, n.value) for n in gathered.notes] == [("Pets", "a dog")]


def test_it_reads_well_as_markdown():
    state = a_trip()
    said = replace(state, messages=tuple(replace(m, at=MAY_1) for m in state.messages))

    assert summary.of(said).markdown() == (
        "# Plan a trip to Lisbon\n"
        "\n"
        "2026-05-01 · 1 of 4 steps done\n"
        "\n"
        "## What was gathered\n"
        "\n"
        "- **Budget:** 700 euros (before: 900 euros)\n"
        "\n"
        "## Left open\n"
        "\n"
        "- **Hotel:** What is your hotel? (skipped)\n"
        "- **Dates:** What is your dates?\n"
        "- **Food:** What is your food?\n"
        "\n"
        "## Preferences\n"
        "\n"
        "- **likes:** trains\n"
        "\n"
        "## Notes\n"
        "\n"
        "- **Pets:** a dog\n"
    )


def test_its_headings_are_in_the_users_language():
    german = summary.of(a_trip()).markdown("de")

    assert "1 von 4 Schritten erledigt" in german
    assert "(vorher: 900 euros)" in german
    assert "(übersprungen)" in german


def test_it_is_json_for_programs():
    record = json.loads(summary.of(a_trip()).json())

    assert (record["format"], record["version"]) == ("reprise-summary", 1)
    assert record["began_at"] == "2026-05-01T00:00:00+00:00"
    assert record["answers"] == [
        {
            "name": "Budget",
            "value": "700 euros",
            "former": ["900 euros"],
            "at": "2026-05-01T00:00:03+00:00",
        }
    ]


def test_what_was_forgotten_is_not_in_it():
    state = a_trip(Forgotten(MAY_1 + 9, "Budget"), Forgotten(MAY_1 + 9, "Pets"))

    for text in (summary.of(state).markdown(), summary.of(state).json()):
        assert "euros" not in text
        assert "a dog" not in text
    assert "- **Budget:** done" in summary.of(state).markdown()


def test_an_answer_that_is_to_be_given_again_is_told_as_what_was_before():
    gathered = summary.of(a_trip(Reopened(MAY_1 + 9, 0, "hotel")))

    assert gathered.answers == ()
    assert (gathered.left[0].name, gathered.left[0].before) == ("Budget", "700 euros")
    assert "(before: 700 euros)" in gathered.markdown()


def test_what_was_gathered_stays_when_the_plan_is_given_up():
    gathered = summary.of(a_trip(PlanStopped(MAY_1 + 9)))

    assert [(a.name, a.value) for a in gathered.answers] == [("Budget", "700 euros")]
    assert (gathered.left, gathered.total) == ((), 0)


def test_a_conversation_of_an_earlier_version_is_summed_up_as_well():
    """Its steps had no ids, and its answers no step."""
    state = lived(
        Planned(2.0, plan("Budget")), Judged(3.0, 0, "900 euros", MET), StepEnded(4.0, 0, "done")
    )
    facts = {name: replace(fact, step="") for name, fact in state.facts.items()}

    gathered = summary.of(replace(state, facts=facts))

    assert [(a.name, a.value) for a in gathered.answers] == [("Budget", "900 euros")]


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_conversation_in_which_nothing_was_gathered_is_told_as_such(language):
    text = summary.of(lived(*said_and_answered("Hello", "Hello!"))).markdown(language)

    assert text.startswith({"en": "# Conversation", "de": "# Gespräch"}[language])
    assert {"en": "Nothing was gathered", "de": "nichts zusammengekommen"}[language] in text


# What people said is text


def drawn(markdown: str) -> list[str]:
    """Kinds of what a Markdown parser makes of it, inline and block alike, without plain text."""
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    kinds = []
    for token in parser.parse(markdown):
        inner = [child.type for child in token.children or ()]
        kinds += [kind for kind in (token.type, *inner) if kind not in ("text", "text_special")]
    return kinds


def words_in(markdown: str) -> str:
    """What is read of it."""
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    inline = [token for token in parser.parse(markdown) if token.type == "inline"]
    return "\n".join("".join(c.content for c in token.children or ()) for token in inline)


SAID = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60) | st.text(
    "ab \\`*_{}[]()<>#+-.!|~$&:;=^\"'@/\n", min_size=1, max_size=40
)


@given(SAID, SAID, SAID)
@example("# Boss", "a | b | c", "| --- | --- |")
@example("<script>alert(1)</script>", "![x](http://example.org/x.png)", "[a](javascript:b)")
@example("x\n\n# y", "```\ncode", "&lt;b&gt; &#35; a&amp;b")
@example("**", "1. one", "- two\n- three")
@example("\\", "a\\*b\\", "https://example.org <https://example.org>")
def test_whatever_was_said_is_text_and_never_structure(name, value, former):
    plain = summary.Gathered("name", "value", ("former",))
    whole = summary.of(a_trip())
    harmless = replace(whole, goal="goal", notes=(plain,))
    said = replace(whole, goal=name, notes=(summary.Gathered(name, value, (former,)),))
    if not (name.split() and value.split()):
        return

    assert drawn(said.markdown()) == drawn(harmless.markdown())
    read = words_in(said.markdown())
    for text in (name, value, former):
        assert " ".join(text.split()) in read


@pytest.mark.parametrize(
    ("said", "written"),
    [
        (":red[x]", "\\:red\\[x\\]"),
        ("$x$", "\\$x\\$"),
        ("at 10:30, R&D", "at 10:30, R\\&D"),
        ("About 900 euros (or so).", "About 900 euros (or so)."),
    ],
)
def test_only_what_could_be_structure_is_escaped(said, written):
    assert summary.escaped(said) == written
