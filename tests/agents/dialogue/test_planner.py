"""Drafting a plan: shown step by step, asked for again when botched, from a template at last."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.dialogue.phrases import phrases
from agents.dialogue.plan import MOST_STEPS
from agents.dialogue.planner import LONGEST_TEXT, PlanDraft, steps_in, template
from tests.agents.dialogue.examples import step
from tests.agents.room import BUDGET, DATES, GOAL, PLAN_JSON, step_json
from tests.support.scripted_model import Reply, Rule

ENGLISH, GERMAN = phrases("en"), phrases("de")
BOTCHED = [
    "",
    "I would rather not.",
    '{"steps": []}',
    '{"steps": 5}',
    '{"steps": [1, 2]}',
    "[]",
    '{"plan": "go"}',
    '```json\n{"steps": []}\n```',
    json.dumps({"steps": [step_json("Budget", BUDGET)]}),
    json.dumps({"steps": [step_json(str(n), "?") for n in range(MOST_STEPS + 1)]}),
    json.dumps({"steps": [step_json("Budget", " "), step_json("Dates", DATES)]}),
    json.dumps({"steps": [step_json("x" * (LONGEST_TEXT + 1), "?"), step_json("Dates", DATES)]}),
    json.dumps(PLAN_JSON)[:-20],
]


def replies_in_turn(*texts: str):
    left = list(texts)
    return Rule(schema="Plan", reply=lambda request: Reply(left.pop(0)))


def plans_asked(room):
    return sum("Plan" in request.schema_name for request in room.model.requests)


def test_the_steps_are_shown_one_by_one_while_they_are_written(enter):
    pieces = Reply.json(PLAN_JSON).pieces
    second = next(n for n, piece in enumerate(pieces) if "Dates" in piece)
    room = enter(Rule(schema="Plan", reply=Reply.json(PLAN_JSON, hold_after=second)))
    turn = room.send(GOAL)

    while not turn.view.steps:
        assert not turn.wait(0.01)
    assert [s.title for s in turn.view.steps] == ["Budget"]
    assert turn.view.stage == "planning"
    room.model.release()

    assert turn.wait(30)
    assert [s.title for s in turn.view.steps] == ["Budget", "Dates"]


@given(st.integers(0, len(json.dumps(PLAN_JSON))))
def test_of_a_half_written_plan_only_steps_with_their_question_are_shown(length):
    text = json.dumps(PLAN_JSON)

    shown = steps_in(text[:length])

    assert [(s.title, s.description) for s in shown] == [("Budget", BUDGET), ("Dates", DATES)][
        : len(shown)
    ]
    assert len(shown) >= text[:length].count('"success_criteria"')


@given(st.text(max_size=80) | st.sampled_from(BOTCHED) | st.from_regex(r'\{"steps": .{0,20}'))
def test_whatever_a_model_writes_is_no_trouble_to_show(text):
    assert isinstance(steps_in(text), tuple)


@pytest.mark.parametrize("botched", BOTCHED)
def test_a_plan_that_is_botched_once_is_asked_for_again(enter, botched):
    room = enter(replies_in_turn(botched, json.dumps(PLAN_JSON)))

    reply = room.say(GOAL)

    plan = room.state().plan
    assert (reply.status, reply.notice) == ("complete", "")
    assert plan.source == "model"
    assert [s.description for s in plan.steps] == [BUDGET, DATES]


def test_a_plan_that_is_botched_twice_is_a_template_and_the_user_is_told(enter, cache):
    room = enter(Rule(schema="Plan", reply=Reply("I would rather not.")))

    reply = room.say(GOAL)

    state = room.state()
    assert reply.status == "complete"
    assert reply.notice == ENGLISH.template_said
    assert state.plan.source == "template"
    assert state.plan.steps[0].description in reply.guidance
    assert plans_asked(room) == 2
    assert cache.entries() == ()


def test_the_template_speaks_the_language_of_the_goal(enter):
    room = enter(Rule(schema="Plan", reply=Reply("Lieber nicht.")))

    reply = room.say("Ich möchte eine Reise nach Porto planen")

    assert reply.notice == GERMAN.template_said
    assert reply.guidance == GERMAN.begin(template("Ich möchte das"))


def test_a_goal_that_was_planned_before_gets_its_plan_from_the_cache(enter):
    room = enter()
    first = room.say(GOAL, to="c1", owner="ann")

    reply = room.say("plan a trip to lisbon!", to="c2", owner="bob")

    assert plans_asked(room) == 1
    assert room.state("c2", "bob").plan.source == "cache"
    assert reply.served.tier == "exact"
    assert reply.guidance == first.guidance
    assert reply.status == "complete"


def test_a_plan_for_another_place_is_another_plan(enter):
    room = enter()
    room.say("Plan a trip to Lisbon", to="c1", threshold=0.0)

    room.say("Plan a trip to Porto", to="c2", threshold=0.0)

    assert plans_asked(room) == 2
    assert room.state("c2").plan.source == "model"


def test_a_goal_with_personal_data_keeps_its_plan_to_its_owner(enter):
    goal = "I want to lose 10 kilos, my doctor said so"
    room = enter()
    room.say(goal, to="c1", owner="ann")

    room.say(goal, to="c2", owner="bob")
    assert plans_asked(room) == 2
    room.say(goal, to="c3", owner="ann")
    assert plans_asked(room) == 2
    assert room.state("c3").plan.source == "cache"


def test_a_plan_that_does_not_fit_is_never_kept(enter, cache):
    room = enter(replies_in_turn('{"steps": []}', json.dumps(PLAN_JSON)))

    room.say(GOAL)

    (entry,) = cache.entries()
    assert PlanDraft.model_validate_json(entry.answer)


def test_a_model_that_cannot_be_asked_is_told_and_not_covered_by_a_template(enter):
    room = enter(Rule(schema="Plan", reply=Reply("Overloaded", status=500)))

    reply = room.say(GOAL)

    assert reply.status == "failed"
    assert room.state().plan is None
    assert room.state().messages[0].text == GOAL


def test_the_developers_notes_do_not_reach_the_model(enter):
    room = enter()
    room.say(GOAL)

    assert "llama.cpp" not in json.dumps(room.model.requests[0].schema)


def test_a_steps_texts_are_on_one_line():
    messy = step_json("Budget", "What is\n your   budget?")

    draft = PlanDraft.model_validate({"steps": [messy, messy]})

    assert draft.steps[0].description == "What is your budget?"


@pytest.mark.parametrize("goal", ["Plan a trip", "Ich möchte eine Reise planen"])
def test_a_template_has_what_every_plan_has(goal):
    plan = template(goal)

    assert (plan.goal, plan.source) == (goal, "template")
    for one in plan.steps:
        assert all((one.title, one.description, one.expected_response, one.success_criteria))
        assert one.description.endswith("?")
        assert one.fallback != step().fallback
